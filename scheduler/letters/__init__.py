"""Plan, reminder or notice, and contact -> the facts of one letter, in Vietnamese words ready to be set in a template.

Pure. ``facts`` holds the names that templates may use, ``visits`` and ``reports`` word what a plan says of
one item, ``announced`` recalls what people were told and compares it with what is true now, ``describe`` puts
a letter together. Days and hours are local to the plan.
"""

from scheduler.letters.describe import describe_letter, describe_notice
from scheduler.letters.facts import (
    ChangeFacts,
    HostFacts,
    Letter,
    LetterError,
    NoticeFacts,
    RenderedLetter,
    ReportFacts,
    VisitFacts,
)
from scheduler.letters.notices import NOTICE_KINDS, EarlierMail

__all__ = [
    "NOTICE_KINDS",
    "ChangeFacts",
    "EarlierMail",
    "HostFacts",
    "Letter",
    "LetterError",
    "NoticeFacts",
    "RenderedLetter",
    "ReportFacts",
    "VisitFacts",
    "describe_letter",
    "describe_notice",
]
