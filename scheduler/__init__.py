"""Turns an office's inspection plan into calendar feeds and timely reminder mails."""

__version__ = "0.1.0"
