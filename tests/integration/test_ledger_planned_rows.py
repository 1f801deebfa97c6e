"""Reminders written in bulk read back as they were, whatever zone and hour their instants are told in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.changes import ReminderChanges
from scheduler.ledger import Ledger
from scheduler.model import Reminder
from tests.samples import DUE_AT, UPDATED, USEFUL_UNTIL, make_reminder

BERLIN = ZoneInfo("Europe/Berlin")


def write_and_read(tmp_path: Path, *reminders: Reminder) -> list[Reminder]:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    ledger.planning.apply_changes(ReminderChanges(reminders, (), ()), UPDATED)
    rows = ledger.history.list_deliveries()
    ledger.close()
    assert {(row.next_at, row.updated_at) for row in rows} == {(row.due_at, UPDATED) for row in rows}
    return sorted((row.reminder for row in rows), key=lambda reminder: reminder.key)


def test_many_reminders_read_back_as_they_were(tmp_path: Path) -> None:
    wanted = [
        make_reminder(number=number)._replace(
            due_at=DUE_AT + timedelta(minutes=number % 7, microseconds=number),
            useful_until=USEFUL_UNTIL + timedelta(days=number % 5),
            why=f"reason {number}",
        )
        for number in range(1, 301)
    ]
    assert write_and_read(tmp_path, *wanted) == sorted(wanted, key=lambda reminder: reminder.key)


def test_the_hour_that_a_clock_change_repeats_is_two_hours_in_the_ledger(tmp_path: Path) -> None:
    first, second = (datetime(2024, 10, 27, 2, 30, tzinfo=BERLIN, fold=fold) for fold in (0, 1))
    summer, winter = write_and_read(
        tmp_path, make_reminder(number=1)._replace(due_at=first), make_reminder(number=2)._replace(due_at=second)
    )
    assert (summer.due_at, winter.due_at) == (
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),
        datetime(2024, 10, 27, 1, 30, tzinfo=UTC),
    )
