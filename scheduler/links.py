"""Signed links in mails: for one reader, one thing and nothing else -> a token, and back.

Pure. A token says what it is for and is signed (HMAC, by itsdangerous) with a secret that the ledger holds; whether
the thing may still be done (the visit is over, the report no longer owed by that unit) is looked at when it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from itsdangerous import BadData, URLSafeSerializer

Purpose = Literal["report", "visit"]
PREFIX = "/tra-loi/"
PREVIEWED = "xem-truoc"  # stands for a token where none is made; it opens nothing

_LONGEST_TOKEN = 1000


@dataclass(frozen=True, slots=True)
class Link:
    """What the holder may do: say that ``unit`` sent the report ``item``, or answer for ``contact`` about a visit."""

    purpose: Purpose
    plan: str
    item: str
    unit: str
    contact: str


class LinkSigner:
    """Makes and reads tokens; ``public_url`` is where readers reach this service, with or without a closing slash."""

    def __init__(self, secret: str, public_url: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt="scheduler.links.1")
        self._base = public_url.rstrip("/") + PREFIX

    def sign(self, link: Link) -> str:
        """Return the absolute URL of ``link``; the same link gives the same URL."""
        return self._base + self._serializer.dumps([link.purpose, link.plan, link.item, link.unit, link.contact])

    def read(self, token: str) -> Link | None:
        """Return what ``token`` is for; None for one that we did not sign, or that was altered."""
        if len(token) > _LONGEST_TOKEN:
            return None
        try:
            values: object = self._serializer.loads(token)
        except (BadData, UnicodeError):
            return None
        match values:
            case ["report" | "visit" as purpose, str(plan), str(item), str(unit), str(contact)]:
                return Link(purpose, plan, item, unit, contact)
        return None
