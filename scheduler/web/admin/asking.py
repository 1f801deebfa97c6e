"""What a page gets to answer from: who asks, when, and for what; and how a page or an action is declared.

Pure but for Starlette's request, of which pages see values alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from starlette.datastructures import FormData, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from scheduler.model import Admin
from scheduler.web.admin.sessions import Session

if TYPE_CHECKING:
    from scheduler.web.admin.desk import Desk

SIGN_IN = "/admin/dang-nhap"
SIGN_OUT = "/admin/dang-xuat"
LONGEST_NAME = 300  # that is typed into a form, and stands in headings then
CSRF_FIELD = "csrf"
SMALL_FORM = 64 * 1024
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that the gate let through. ``words`` are the parts of the path that its route names."""

    session: Session
    now: datetime
    path: str
    words: tuple[tuple[str, str], ...]
    query: QueryParams
    form: FormData

    @property
    def visitor(self) -> Admin:
        return self.session.admin

    @property
    def by(self) -> str:
        """Who does what this request asks for, as the trail names them."""
        return f"admin {self.visitor.id}"

    def word(self, name: str) -> str:
        """Return a part of the path."""
        return dict(self.words)[name]

    def number(self, name: str) -> int:
        """Return a part of the path that is a number; 404 where it is out of all bounds."""
        value = int(self.word(name))
        if value >= 2**63:
            raise HTTPException(404)
        return value

    def asked_for(self, name: str) -> str:
        """Return a parameter of the address, "" where it is not given; cut to a sane length."""
        return self.query.get(name, "").strip()[:_LONGEST_TEXT]

    def asked_number(self, name: str, otherwise: int) -> int:
        """Return a parameter that is a whole number from 1 to a million, else ``otherwise``."""
        text = self.asked_for(name)
        return int(text) if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 1_000_000 else otherwise

    def field(self, name: str) -> str:
        """Return a field of the form, "" where it is not given."""
        value = self.form.get(name)
        return value.strip()[:_LONGEST_TEXT] if isinstance(value, str) else ""

    def whole(self, name: str) -> str:
        """Return a field of the form as it was typed, however long; its line ends are those that browsers send."""
        value = self.form.get(name)
        return value if isinstance(value, str) else ""

    def fields(self, name: str) -> tuple[str, ...]:
        """Return all values of a field that stands several times in the form."""
        values = self.form.getlist(name)
        return tuple(value.strip()[:_LONGEST_TEXT] for value in values if isinstance(value, str))

    def day(self, name: str) -> date | None:
        """Return a field of the form that is a day, such as 2024-05-09; None where it is none."""
        try:
            return date.fromisoformat(self.field(name))
        except ValueError:
            return None


Answer = Callable[["Desk", Asked], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """What GET of ``path`` shows, to everybody who is signed in."""

    path: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Action:
    """What POST of ``path`` does, for admins alone; ``largest`` bounds the form in octets, ``files`` its uploads."""

    path: str
    answer: Answer
    largest: int = SMALL_FORM
    files: int = 0
    for_viewers: bool = False


def go_to(path: str) -> RedirectResponse:
    """Return the answer to an action that is done: show ``path`` next."""
    return RedirectResponse(path, 303)
