"""Marks of reports and answers about visits in a real ledger file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from scheduler.arrivals import NOT_OWED_NOW, Mark, ReportMark, Standing, list_arrivals
from scheduler.attendance import Reply, VisitAnswer, list_current
from scheduler.changes import ReminderChanges
from scheduler.delivery import DeliveryState
from scheduler.ledger import Ledger
from tests.samples import make_plan, make_reminder

NOW = datetime(2024, 5, 7, 1, 0, tzinfo=UTC)
LATER = datetime(2024, 5, 8, 1, 0, tzinfo=UTC)
RECEIVED = ReportMark("plan", "bao-cao", "son-dong", Mark.RECEIVED, date(2024, 5, 7), "admin lan", NOW)
ANSWER = VisitAnswer("plan", "son-dong", "ubnd", "2024-05-20T07:00", Reply.SUBSTITUTE, "Bà Hoa", NOW)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    yield ledger
    ledger.close()


def test_a_mark_is_listed_as_it_was_made_and_the_same_again_adds_nothing(ledger: Ledger) -> None:
    before = ledger.arrivals.read_version()
    assert [ledger.arrivals.add(RECEIVED), ledger.arrivals.add(replace(RECEIVED, made_at=LATER))] == [True, False]
    assert ledger.arrivals.list_marks("plan") == (RECEIVED,)
    assert ledger.arrivals.list_marks("another") == ()
    assert ledger.arrivals.read_version() > before


def test_taking_back_what_nobody_said_adds_nothing(ledger: Ledger) -> None:
    assert ledger.arrivals.add(replace(RECEIVED, mark=Mark.TAKEN_BACK, on=None)) is False


def test_a_mark_skips_the_open_reminders_of_its_unit_and_no_others(ledger: Ledger) -> None:
    own = make_reminder(number=1)._replace(about="report", item="bao-cao", unit="son-dong")
    other = make_reminder(number=2)._replace(about="report", item="bao-cao", unit="luc-nam")
    visit = make_reminder(number=3)
    ledger.planning.apply_changes(ReminderChanges((own, other, visit), (), ()), NOW)
    ledger.arrivals.add(RECEIVED)
    found = {row.key: (row.state, row.next_at, row.detail) for row in ledger.history.list_deliveries()}
    assert found == {
        own.key: (DeliveryState.SKIPPED, None, NOT_OWED_NOW),
        other.key: (DeliveryState.PLANNED, other.due_at, ""),
        visit.key: (DeliveryState.PLANNED, visit.due_at, ""),
    }


def test_the_newest_mark_says_where_a_report_stands() -> None:
    plan = make_plan()
    late = replace(RECEIVED, on=date(2024, 5, 10))
    taken_back = replace(RECEIVED, mark=Mark.TAKEN_BACK, on=None)
    stands = [
        list_arrivals(plan, marks)[0].standing
        for marks in ((), (RECEIVED,), (late,), (late, taken_back), (replace(RECEIVED, mark=Mark.SAID, on=None),))
    ]
    assert stands == [Standing.OWED, Standing.RECEIVED, Standing.LATE, Standing.OWED, Standing.SAID]


def test_an_answer_is_listed_and_the_same_again_adds_nothing(ledger: Ledger) -> None:
    assert [ledger.attendance.add(ANSWER), ledger.attendance.add(replace(ANSWER, made_at=LATER))] == [True, False]
    assert ledger.attendance.list_answers("plan") == (ANSWER,)


def test_the_newest_answer_counts_and_only_for_the_date_it_was_given_for() -> None:
    newer = replace(ANSWER, reply=Reply.ATTENDS, words="", made_at=LATER)
    assert list_current((ANSWER, newer), lambda plan, visit: "2024-05-20T07:00") == (newer,)
    assert list_current((ANSWER, newer), lambda plan, visit: "2024-05-27T07:00") == ()


def test_the_link_secret_stays_the_same(ledger: Ledger) -> None:
    secret = ledger.control.find_link_secret()
    assert len(secret) >= 43
    assert ledger.control.find_link_secret() == secret
