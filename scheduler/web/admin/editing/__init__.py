"""Editing in the browser: each form, text and upload becomes a draft, which is looked at and then put in place, or not.

The files in the configuration folder stay the one source; nothing here is in force before its draft is applied.
"""
