"""What is wanted against what the ledger holds: small values that say what to add, revise, cancel.

Pure. Comparing twice without applying gives the same answer; comparing after applying gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from scheduler.delivery import DeliveryState
from scheduler.model import Event, EventStatus, RecordedEvent, Reminder, Revision

NO_LONGER_WANTED = "the item, rule or recipient is gone or moved"

OPEN_STATES = (DeliveryState.PLANNED, DeliveryState.RETRYING)


class RecordedReminder(NamedTuple):
    """What comparing needs to know of a delivery; a named tuple as ``Reminder`` is, and for the same reason.

    ``held_back`` tells a row that is ``skipped`` because its report was settled from one that a person skipped.
    """

    id: int
    key: str
    state: DeliveryState
    due_at: datetime
    useful_until: datetime
    contact: str
    template: str
    truth: str = ""
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class Revise:
    """A row takes over the reminder as it is wanted now and becomes ``planned`` (again)."""

    id: int
    reminder: Reminder


@dataclass(frozen=True, slots=True)
class Cancel:
    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReminderChanges:
    add: tuple[Reminder, ...]
    revise: tuple[Revise, ...]
    cancel: tuple[Cancel, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.add or self.revise or self.cancel)


def compare_reminders(
    wanted: Iterable[Reminder], recorded: Iterable[RecordedReminder], now: datetime
) -> ReminderChanges:
    """Return what makes the ledger hold ``wanted``; rows already sent, failed or skipped stay as they are."""
    known = {row.key: row for row in recorded}
    add: list[Reminder] = []
    revise: list[Revise] = []
    for reminder in wanted:
        row = known.pop(reminder.key, None)
        if row is None:
            add.append(reminder)
        elif _must_revise(row, reminder, now):
            revise.append(Revise(row.id, reminder))
    cancel = tuple(Cancel(row.id, NO_LONGER_WANTED) for row in known.values() if row.state in OPEN_STATES)
    return ReminderChanges(tuple(add), tuple(revise), cancel)


def _must_revise(row: RecordedReminder, reminder: Reminder, now: datetime) -> bool:
    if row.state is DeliveryState.CANCELLED:
        return True
    if row.held_back:
        return reminder.useful_until > now
    differs = (
        (row.contact, row.template, row.truth) != (reminder.contact, reminder.template, reminder.truth)
        or not _is_same_instant(row.due_at, reminder.due_at, reminder.due_at.fold)
        or not _is_same_instant(row.useful_until, reminder.useful_until, reminder.useful_until.fold)
    )
    if row.state is DeliveryState.EXPIRED:
        return differs and reminder.due_at > now
    return differs and row.state in OPEN_STATES


@lru_cache(maxsize=4096)
def _is_same_instant(recorded: datetime, wanted: datetime, fold: int) -> bool:
    # Thousands of reminders share a few instants, and a zone takes its time to tell one. In UTC, since in an hour
    # that a clock change repeats no two zones' times are equal; with the fold, since two that differ in it alone are.
    return recorded == wanted.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class EventChanges:
    """New state of events: ``record`` holds each added, revised or removed event with its revision."""

    record: tuple[RecordedEvent, ...]


def compare_events(wanted: Iterable[Event], recorded: Iterable[RecordedEvent], now: datetime) -> EventChanges:
    """Return the events whose truth changed: SEQUENCE rises by one for each real change (invariant 8)."""
    known = {row.event.uid: row for row in recorded}
    changed: list[RecordedEvent] = []
    for event in wanted:
        row = known.pop(event.uid, None)
        if row is None:
            changed.append(RecordedEvent(event, Revision(0, now, now)))
        elif row.event != event or row.removed_at is not None:
            changed.append(RecordedEvent(event, _next_revision(row.revision, now)))
    for row in known.values():
        if row.removed_at is None:
            gone = replace(row.event, status=EventStatus.CANCELLED)
            changed.append(RecordedEvent(gone, _next_revision(row.revision, now), removed_at=now))
    return EventChanges(tuple(changed))


def _next_revision(revision: Revision, now: datetime) -> Revision:
    return Revision(revision.sequence + 1, revision.created_at, now)
