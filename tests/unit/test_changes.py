"""Wanted against recorded: what is added, revised, cancelled, and how revisions count."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduler.changes import (
    NO_LONGER_WANTED,
    Cancel,
    RecordedReminder,
    ReminderChanges,
    Revise,
    compare_events,
    compare_reminders,
)
from scheduler.delivery import DeliveryState
from scheduler.model import Event, EventStatus, RecordedEvent, Reminder, Revision
from tests.samples import DUE_AT, make_reminder

NOW = datetime(2024, 5, 1, 2, 0, tzinfo=UTC)


def record(reminder: Reminder, state: DeliveryState, *, row_id: int = 1) -> RecordedReminder:
    return RecordedReminder(
        row_id, reminder.key, state, reminder.due_at, reminder.useful_until, reminder.contact, reminder.template
    )


def make_event(*, uid: str = "u1", summary: str = "Kiểm tra") -> Event:
    return Event(
        uid, "plan", "report", "bao-cao", None, summary, "", None, date(2024, 5, 9), date(2024, 5, 10),
        EventStatus.TENTATIVE,
    )  # fmt: skip


def test_a_new_reminder_is_added_and_a_known_one_is_left_alone() -> None:
    first, second = make_reminder(number=1), make_reminder(number=2)
    changes = compare_reminders([first, second], [record(first, DeliveryState.PLANNED)], NOW)
    assert changes == ReminderChanges(add=(second,), revise=(), cancel=())


def test_what_is_no_longer_wanted_is_cancelled_unless_it_is_done() -> None:
    rows = [record(make_reminder(number=n), state, row_id=n) for n, state in enumerate(DeliveryState)]
    cancelled = compare_reminders([], rows, NOW).cancel
    states = list(DeliveryState)
    assert [states[cancel.id] for cancel in cancelled] == [DeliveryState.PLANNED, DeliveryState.RETRYING]
    assert cancelled[0] == Cancel(0, NO_LONGER_WANTED)


def test_a_cancelled_row_that_is_wanted_again_is_planned_again() -> None:
    reminder = make_reminder()
    changes = compare_reminders([reminder], [record(reminder, DeliveryState.CANCELLED, row_id=7)], NOW)
    assert changes.revise == (Revise(7, reminder),)


def test_a_changed_instant_revises_an_open_row_and_leaves_a_sent_one() -> None:
    reminder = make_reminder()
    later = reminder._replace(due_at=DUE_AT + timedelta(hours=1))
    assert compare_reminders([later], [record(reminder, DeliveryState.PLANNED)], NOW).revise == (Revise(1, later),)
    assert compare_reminders([later], [record(reminder, DeliveryState.SENT)], NOW).is_empty


def test_the_hour_that_a_clock_change_repeats_is_told_apart_and_planned_once() -> None:
    first, second = (datetime(2024, 10, 27, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold) for fold in (0, 1))
    wanted = make_reminder()._replace(due_at=second)
    kept = record(wanted, DeliveryState.PLANNED)._replace(due_at=datetime(2024, 10, 27, 1, 30, tzinfo=UTC))
    assert compare_reminders([wanted], [kept], NOW).is_empty
    sooner = wanted._replace(due_at=first)
    assert compare_reminders([sooner], [kept], NOW).revise == (Revise(1, sooner),)


def test_an_expired_row_comes_back_only_for_an_instant_still_to_come() -> None:
    reminder = make_reminder()
    row = record(reminder, DeliveryState.EXPIRED)
    after = DUE_AT + timedelta(days=1)
    assert compare_reminders([reminder], [row], after).is_empty
    moved = reminder._replace(due_at=DUE_AT + timedelta(days=2))
    assert compare_reminders([moved], [row], after).revise == (Revise(1, moved),)


@given(st.sets(st.integers(0, 12)), st.sets(st.integers(0, 12)))
def test_applying_the_changes_leaves_nothing_to_change(before: set[int], after: set[int]) -> None:
    rows = {n: record(make_reminder(number=n), DeliveryState.PLANNED, row_id=n) for n in before}
    wanted = [make_reminder(number=n) for n in sorted(after)]
    changes = compare_reminders(wanted, rows.values(), NOW)
    for cancel in changes.cancel:
        rows[cancel.id] = rows[cancel.id]._replace(state=DeliveryState.CANCELLED)
    added = [record(reminder, DeliveryState.PLANNED, row_id=100) for reminder in changes.add]
    assert compare_reminders(wanted, [*rows.values(), *added], NOW).is_empty


def test_a_new_event_starts_at_sequence_0() -> None:
    assert compare_events([make_event()], [], NOW).record == (RecordedEvent(make_event(), Revision(0, NOW, NOW)),)


def test_an_unchanged_event_keeps_its_revision() -> None:
    row = RecordedEvent(make_event(), Revision(3, NOW, NOW))
    assert compare_events([make_event()], [row], NOW + timedelta(days=1)).record == ()


def test_a_changed_event_raises_its_sequence_and_keeps_its_birth() -> None:
    later = NOW + timedelta(days=1)
    row = RecordedEvent(make_event(), Revision(3, NOW, NOW))
    changed = make_event(summary="Kiểm tra lại")
    assert compare_events([changed], [row], later).record == (RecordedEvent(changed, Revision(4, NOW, later)),)


def test_a_removed_event_is_cancelled_once_and_can_come_back() -> None:
    later = NOW + timedelta(days=1)
    row = RecordedEvent(make_event(), Revision(0, NOW, NOW))
    gone = RecordedEvent(replace(make_event(), status=EventStatus.CANCELLED), Revision(1, NOW, later), removed_at=later)
    assert compare_events([], [row], later).record == (gone,)
    assert compare_events([], [gone], later).record == ()
    assert compare_events([make_event()], [gone], later).record == (
        RecordedEvent(make_event(), Revision(2, NOW, later)),
    )
