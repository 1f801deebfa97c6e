"""Reminder or notice, plan and contact -> the bytes of one e-mail.

Pure: the templates are passed in, and so is the time. RFC 5322 and RFC 2045; the calendar of a visit goes
along as RFC 5546 PUBLISH (RFC 6047 says how in mail). The same input gives the same bytes. ``compose`` knows
the mail's form, ``calendar`` its events, ``writer`` puts a mail together and keeps what mails have in common.
"""

from scheduler.messages.compose import CALENDAR_FILE, ComposedMessage, Letterhead, compose_message
from scheduler.messages.writer import LetterSetter, MessageWriter

__all__ = ["CALENDAR_FILE", "ComposedMessage", "LetterSetter", "Letterhead", "MessageWriter", "compose_message"]
