"""What the ledger says of reports and visits, kept until it says something new: every page that lists them asks.

IO: reads the ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.arrivals import Arrival, Standing, list_arrivals
from scheduler.attendance import Reply, VisitAnswer, list_current, list_invited, make_occurrence_finder
from scheduler.ledger import Ledger
from scheduler.model import Contact, Report, Visit
from scheduler.snapshot import Snapshot, Wanted
from scheduler.web.admin.names import Names


@dataclass(frozen=True, slots=True)
class OwedReport:
    """Where one report of one unit stands; ``is_overdue`` where it is owed and its last day is over."""

    arrival: Arrival
    report: Report
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked whether they come to a visit, and what each said last; None where nothing was said.

    With those who cannot be asked for want of an address.
    """

    readers: tuple[tuple[Contact, VisitAnswer | None], ...]

    def count(self, reply: Reply) -> int:
        return sum(answer is not None and answer.reply is reply for _, answer in self.readers)

    @property
    def silent(self) -> int:
        return sum(answer is None and contact.email is not None for contact, answer in self.readers)


# The arrivals it was made of, the reports whose time was over, and what came of both.
_Owed = tuple[tuple[Arrival, ...], frozenset[str], tuple[OwedReport, ...]]


@dataclass(slots=True)
class Books:
    """Arrivals and answers by what they are about, for the configuration in force."""

    ledger: Ledger
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _arrivals_of: tuple[Snapshot | None, int] | None = None
    _arrivals: dict[str, tuple[Arrival, ...]] = field(default_factory=dict)
    _owed: dict[str, _Owed] = field(default_factory=dict)
    _answers_of: tuple[Snapshot | None, int] | None = None
    _answers: dict[tuple[str, str, str], VisitAnswer] = field(default_factory=dict)

    def list_arrivals(self, names: Names, plan: str) -> tuple[Arrival, ...]:
        """Return where each report that ``plan`` says is owed stands, in the plan's order."""
        with self._lock:
            version = (names.snapshot, self.ledger.arrivals.read_version())
            if self._arrivals_of is None or not _is_same(self._arrivals_of, version):
                marks = self.ledger.arrivals.list_marks()
                self._arrivals = {of: list_arrivals(one, marks) for of, one in names.plans.items()}
                self._arrivals_of = version
            return self._arrivals.get(plan, ())

    def list_owed(self, names: Names, plan: str, now: datetime) -> tuple[OwedReport, ...]:
        """Return the same with the report itself, and whether it is overdue at ``now``."""
        arrivals = self.list_arrivals(names, plan)
        over = frozenset(r.id for r in _list_reports(names, plan) if r.due.ends_at(names.plans[plan].zone) <= now)
        known = self._owed.get(plan)
        if known is None or known[0] is not arrivals or known[1] != over:
            owed = tuple(
                OwedReport(
                    arrival,
                    names.reports[plan, arrival.report],
                    arrival.standing is Standing.OWED and arrival.report in over,
                )
                for arrival in arrivals
            )
            known = self._owed[plan] = (arrivals, over, owed)
        return known[2]

    def list_audiences(self, names: Names, plan: str, visits: Iterable[Visit]) -> tuple[Audience, ...]:
        """Return who is asked about each visit of ``plan``: the offices of its unit and communes, and its team."""
        wanted = None if names.snapshot is None else names.snapshot.find(plan)
        with self._lock:
            version = (names.snapshot, self.ledger.attendance.read_version())
            if self._answers_of is None or not _is_same(self._answers_of, version):
                find_occurrence = make_occurrence_finder(names.plans.values())
                answers = list_current(self.ledger.attendance.list_answers(), find_occurrence)
                self._answers = {(answer.plan, answer.visit, answer.contact): answer for answer in answers}
                self._answers_of = version
            return () if wanted is None else tuple(self._find_audience(wanted, visit) for visit in visits)

    def _find_audience(self, wanted: Wanted, visit: Visit) -> Audience:
        invited = list_invited(wanted.plan, visit, wanted.people.by_place)
        return Audience(tuple((c, self._answers.get((wanted.plan.id, visit.id, c.id))) for c in invited))


def _list_reports(names: Names, plan: str) -> tuple[Report, ...]:
    return names.plans[plan].reports if plan in names.plans else ()


def _is_same(known: tuple[Snapshot | None, int], now: tuple[Snapshot | None, int]) -> bool:
    # By identity: two large snapshots take long to compare.
    return known[0] is now[0] and known[1] == now[1]
