"""What readers of a visit's mails answered: will attend, somebody else comes, cannot on that date.

Pure. An answer is never changed: the newest of (plan, visit, contact) counts, as long as the visit's first start is
the one it was given for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reply(StrEnum):
    ATTENDS = "attends"
    SUBSTITUTE = "substitute"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """One answer. ``words`` is the substitute's name or the reason, "" for ``ATTENDS``.

    ``occurrence`` is the visit's first start, local, as it was when the answer was given (``2024-05-20T07:00``):
    a visit that moved is asked about anew.
    """

    plan: str
    visit: str
    contact: str
    occurrence: str
    reply: Reply
    words: str
    made_at: datetime


def list_current(
    answers: Iterable[VisitAnswer], find_occurrence: Callable[[str, str], str | None]
) -> tuple[VisitAnswer, ...]:
    """Return the newest answer of each reader that is about the visit as it is now.

    ``answers`` in order of their making; ``find_occurrence`` gives the first start of a plan's visit, None where there
    is no such visit any more.
    """
    newest = {(answer.plan, answer.visit, answer.contact): answer for answer in answers}
    return tuple(a for a in newest.values() if find_occurrence(a.plan, a.visit) == a.occurrence)
