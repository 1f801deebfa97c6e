"""What the ledger says of reports and visits, kept until it says something new: every page that lists them asks.

IO: reads the ledger.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.arrivals import Arrival, Standing, list_arrivals
from scheduler.attendance import Reply, VisitAnswer, list_current
from scheduler.ledger import Ledger
from scheduler.model import Contact, Report, Visit
from scheduler.reminders import find_first_start
from scheduler.snapshot import Snapshot
from scheduler.web.admin.names import Names


@dataclass(frozen=True, slots=True)
class OwedReport:
    """Where one report of one unit stands; ``is_overdue`` where it is owed and its last day is over."""

    arrival: Arrival
    report: Report
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is asked whether they come to a visit, and what each said last; None where nothing was said."""

    readers: tuple[tuple[Contact, VisitAnswer | None], ...]

    def count(self, reply: Reply) -> int:
        return sum(answer is not None and answer.reply is reply for _, answer in self.readers)

    @property
    def silent(self) -> int:
        return sum(answer is None for _, answer in self.readers)


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
    _readers: dict[str, tuple[Contact, ...]] = field(default_factory=dict)

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
        """Return who is asked about each visit: the offices of its unit and communes, and its team."""
        with self._lock:
            version = (names.snapshot, self.ledger.attendance.read_version())
            if self._answers_of is None or not _is_same(self._answers_of, version):
                self._read_answers(names)
                self._answers_of = version
            return tuple(self._find_audience(plan, visit) for visit in visits)

    def _find_audience(self, plan: str, visit: Visit) -> Audience:
        places = (visit.unit, *(f"{visit.unit}/{commune}" for commune in visit.communes), visit.team or "")
        asked = {c.id: c for of in places for c in self._readers.get(of, ()) if not c.plans or plan in c.plans}
        return Audience(tuple((c, self._answers.get((plan, visit.id, c.id))) for c in asked.values()))

    def _read_answers(self, names: Names) -> None:
        def find_occurrence(plan: str, visit_id: str) -> str | None:
            visit = names.visits.get((plan, visit_id))
            if visit is None or not visit.dates:
                return None
            return f"{find_first_start(names.plans[plan], visit):%Y-%m-%dT%H:%M}"

        answers = list_current(self.ledger.attendance.list_answers(), find_occurrence)
        self._answers = {(answer.plan, answer.visit, answer.contact): answer for answer in answers}
        readers: defaultdict[str, list[Contact]] = defaultdict(list)
        for contact in names.contacts.values():
            readers[contact.of].append(contact)
        self._readers = {of: tuple(contacts) for of, contacts in readers.items()}


def _list_reports(names: Names, plan: str) -> tuple[Report, ...]:
    return names.plans[plan].reports if plan in names.plans else ()


def _is_same(known: tuple[Snapshot | None, int], now: tuple[Snapshot | None, int]) -> bool:
    # By identity: two large snapshots take long to compare.
    return known[0] is now[0] and known[1] == now[1]
