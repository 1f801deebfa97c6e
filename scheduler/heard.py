"""What the ledger knows at the instant a mail is written: what people said, and what became of other mails.

Pure: values only; a shell reads them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.arrivals import ReportMark
from scheduler.attendance import VisitAnswer
from scheduler.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Heard:
    """All that was said about one plan, and how its mails fared.

    ``troubled`` are the deliveries that failed or are unconfirmed, ``sent_keys`` the keys of the mails about reports
    that went out. ``waiting_edit`` names an edit that waits for approval.
    """

    marks: tuple[ReportMark, ...] = ()
    answers: tuple[VisitAnswer, ...] = ()
    troubled: tuple[Delivery, ...] = ()
    sent_keys: frozenset[str] = frozenset()
    waiting_edit: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What was said about the one item of a letter: the newest mark of a report, the current answers about a visit.

    ``answers`` None: the letter does not tell of any.
    """

    mark: ReportMark | None = None
    answers: tuple[VisitAnswer, ...] | None = None


NOTHING_HEARD, NOTHING_SAID = Heard(), Said()

Hear = Callable[[str], Heard]
"""Answers what is known about a plan, by its id."""
