"""What holds whatever people say of reports, in whatever order: on a real ledger, without a relay."""

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.arrivals import Mark, ReportMark, list_arrivals
from scheduler.changes import OPEN_STATES
from scheduler.delivery import DeliveryState, Verdict, choose_due
from scheduler.digests import FollowUp
from scheduler.ledger import FrozenMessage, Ledger
from scheduler.model import Contact, Reminder, Rule
from scheduler.receipts import RULE as RECEIPT
from scheduler.reconciling import Caution, apply_proposal, propose_changes, reconcile_marks
from scheduler.rules import parse_repeat, parse_when
from scheduler.snapshot import make_snapshot
from scheduler.workdays import WorkingDays
from tests.acceptance.season import at
from tests.attempts import claim, conclude
from tests.samples import make_contacts, make_plan, make_rules

PLAN = make_plan(visits=())
HEAD = Contact("head", "Chủ tịch", "son-dong", "head@son-dong.example", head=True)
OVERDUE = (
    Rule(
        "overdue",
        "report",
        ("units",),
        parse_when("1 working day after at 08:00"),
        "report-overdue",
        repeat=parse_repeat("every 2 working days, 3 times"),
    ),
    Rule("head", "report", ("heads",), parse_when("7 working days after at 08:00"), "report-overdue-head"),
)
SNAPSHOT = make_snapshot(
    (PLAN,), (*make_contacts(), HEAD), (*make_rules(), *OVERDUE), WorkingDays(), "so.example", FollowUp(digest=False)
)
WANTED = {reminder.key: reminder for reminder in (*SNAPSHOT.wanted[0].reminders, *SNAPSHOT.wanted[0].conditional)}
SAYINGS = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from(PLAN.reports[0].owed_by), st.sampled_from(Mark)), max_size=12
)


@dataclass
class Practice:
    """A ledger whose due rows are sent to nobody, tick by tick."""

    ledger: Ledger
    now: datetime
    sent: list[str] = field(default_factory=list)

    def say(self, unit: str, mark: Mark) -> bool:
        on = self.now.date() if mark is Mark.RECEIVED else None
        return self.ledger.arrivals.add(ReportMark("plan", "bao-cao", unit, mark, on, "office", self.now))

    def tick(self) -> list[Reminder]:
        """Do what the service does at ``now``; return what was sent, receipts apart."""
        reconcile_marks(SNAPSHOT, self.ledger, Caution(), self.now)
        self.ledger.arrivals.hold_back(self.now, due_by=self.now)
        sending = self.ledger.sending
        due = sending.list_due(self.now)
        choice = choose_due(due, sending.list_sent_series({row.series for row in due}), self.now)
        sending.expire(choice.expire, self.now)
        went = []
        for row in sending.list_rows(choice.send):
            message = FrozenMessage(f"<{row.id}@so.example>", "so@so.example", row.address, row.rule, b"", self.now)
            assert claim(sending, row, message, self.now)
            assert conclude(sending, row, Verdict(DeliveryState.SENT, None, "250"), self.now)
            self.sent.append(row.key)
            if row.rule != RECEIPT:
                went.append(row.reminder)
        return went

    def list_settled(self) -> set[str]:
        arrivals = list_arrivals(PLAN, self.ledger.arrivals.list_marks("plan"))
        return {arrival.unit for arrival in arrivals if arrival.stops_reminders}

    def foretell(self, unsettled: set[str]) -> set[str]:
        """Return what a start at ``now`` would send to those units, knowing only what went out: invariant 6."""
        newest: dict[str, Reminder] = {}
        for reminder in sorted(WANTED.values(), key=lambda one: (one.due_at, one.key)):
            if reminder.unit in unsettled and reminder.due_at <= self.now < reminder.useful_until:
                newest[reminder.series] = reminder
        return {one.key for one in newest.values()} - set(self.sent)


@pytest.fixture(scope="module")
def empty_ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("laws") / "ledger.sqlite3"
    Ledger.open(f"sqlite:///{file}").close()
    return file


def open_practice(empty: Path, folder: str) -> Practice:
    file = Path(folder) / "ledger.sqlite3"
    shutil.copy(empty, file)
    return Practice(Ledger.open(f"sqlite:///{file}"), at(1, 9))


@given(sayings=SAYINGS)
def test_whatever_is_said_only_what_is_owed_is_reminded_of_and_each_arrival_is_thanked_once(
    empty_ledger: Path, sayings: list[tuple[int, str, Mark]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        practice = open_practice(empty_ledger, folder)
        apply_proposal(
            propose_changes(SNAPSHOT, practice.ledger, Caution(), practice.now), practice.ledger, practice.now
        )
        thanked: Counter[str] = Counter()
        for hours, unit, mark in sayings:
            practice.now += timedelta(hours=hours)
            foretold = practice.foretell(set(PLAN.reports[0].owed_by) - practice.list_settled())
            assert {one.key for one in practice.tick()} == foretold
            if practice.say(unit, mark) and mark is Mark.RECEIVED:
                thanked[unit] += 1
            unsettled = set(PLAN.reports[0].owed_by) - practice.list_settled()
            foretold = practice.foretell(unsettled)
            assert {one.key for one in practice.tick()} == foretold
            open_rows = {row.key: row for row in practice.ledger.history.list_in_states(OPEN_STATES)}
            # What is still to come is planned for those who owe, just as after a fresh start, and for nobody else.
            to_come = {key for key, one in WANTED.items() if one.due_at > practice.now and one.unit in unsettled}
            assert open_rows.keys() == to_come
        assert len(practice.sent) == len(set(practice.sent))
        receipts = Counter(key.split("|")[2] for key in practice.sent if f"|{RECEIPT}|" in key)
        contacts = {"son-dong": 2, "luc-nam": 1}
        assert receipts == Counter({unit: count * contacts[unit] for unit, count in thanked.items()})
        practice.ledger.close()


def test_the_sample_has_reminders_on_both_sides_of_the_last_day() -> None:
    assert Counter(one.rule for one in WANTED.values()) == {
        "report-5-days": 3,
        "report-last-day": 3,
        "overdue": 9,
        "head": 1,
    }
    assert PLAN.reports[0].due.last_day == date(2024, 5, 9)
