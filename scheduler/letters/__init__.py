"""Plan, reminder or notice, and contact -> the facts of one letter, in Vietnamese words ready to be set in a template.

Pure. ``facts`` holds the names that templates may use, ``visits`` and ``reports`` word what a plan says of
one item, ``announced`` recalls what people were told and compares it with what is true now, ``describe`` puts
a letter together. Days and hours are local to the plan.
"""

from scheduler.digests import TEMPLATE as DIGEST_KIND
from scheduler.letters.describe import describe_digest, describe_letter, describe_notice
from scheduler.letters.facts import (
    ChangeFacts,
    DigestFacts,
    HostFacts,
    Letter,
    LetterError,
    NoticeFacts,
    RenderedLetter,
    ReportFacts,
    VisitFacts,
)
from scheduler.letters.notices import NOTICE_KINDS, EarlierMail
from scheduler.receipts import TEMPLATE as RECEIPT_KIND

FOLLOW_UP_KINDS = frozenset({RECEIPT_KIND, DIGEST_KIND})
"""The kinds that follow up reports and visits by themselves; like those of notices, no rule may name them."""

__all__ = [
    "FOLLOW_UP_KINDS",
    "NOTICE_KINDS",
    "ChangeFacts",
    "DigestFacts",
    "EarlierMail",
    "HostFacts",
    "Letter",
    "LetterError",
    "NoticeFacts",
    "RenderedLetter",
    "ReportFacts",
    "VisitFacts",
    "describe_digest",
    "describe_letter",
    "describe_notice",
]
