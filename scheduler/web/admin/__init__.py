"""The pages for the office, under /admin: what is next, what failed, what waits for a person, and who was told what.

A page is a function from what was asked to an answer, and one line in ``routes``; the gate in front of it looks at the
session, the role, the form's token and where the request came from, so that no page can forget to.
"""
