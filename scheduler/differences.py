"""What an edit changes, told before it happens: events added, moved, changed, cancelled; mails new, moved, withdrawn.

Pure. It describes the very values that ``changes`` would have the ledger apply, so what it says is what then happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scheduler.changes import EventChanges, ReminderChanges
from scheduler.model import Event, EventStatus, RecordedEvent, Reminder
from scheduler.reminders import select_upcoming


@dataclass(frozen=True, slots=True)
class EventDifference:
    """``before`` and ``after`` say when it is and how it is called; None where there is none.

    ``aspects`` are what else changes of an event that stays.
    """

    change: Literal["added", "moved", "changed", "cancelled"]
    uid: str
    summary: str
    before: str | None
    after: str | None
    aspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailDifference:
    """``moved_from`` is the instant at which a moved mail would have gone."""

    change: Literal["new", "moved", "withdrawn"]
    reminder: Reminder
    why: str
    moved_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Differences:
    """Events in order of their time before the edit, mails in order of (due_at, key).

    ``reasons`` say why the edit waits for approval.
    """

    events: tuple[EventDifference, ...]
    mails: tuple[MailDifference, ...]
    reasons: tuple[str, ...]


def describe_events(recorded: Iterable[RecordedEvent], changes: EventChanges) -> tuple[EventDifference, ...]:
    """Name what happens to each event."""
    before = {row.event.uid: row.event for row in recorded}
    found = []
    for row in changes.record:
        old = before.get(row.event.uid)
        gone = row.removed_at is not None or row.event.status is EventStatus.CANCELLED
        change: Literal["added", "moved", "changed", "cancelled"]
        if gone:
            change = "cancelled"
        elif old is None or old.status is EventStatus.CANCELLED:
            change = "added"
        else:
            change = "moved" if (old.start, old.end) != (row.event.start, row.event.end) else "changed"
        was, now = None if old is None else say_event(old), None if gone else say_event(row.event)
        aspects = () if old is None or gone else tuple(_list_aspects(old, row.event))
        found.append(EventDifference(change, row.event.uid, row.event.summary, was, now, aspects))
    # Both begin with day and hour.
    return tuple(sorted(found, key=lambda difference: (difference.before or difference.after or "", difference.uid)))


def describe_mails(
    open_reminders: Iterable[Reminder], changes: ReminderChanges, cancelled: Iterable[Reminder], now: datetime
) -> tuple[MailDifference, ...]:
    """Name what happens to each mail still to come.

    ``open_reminders`` are those that the ledger holds planned before the edit, ``cancelled`` those of them that
    the edit takes back. A mail taken back whose rule, item and address get another instant is moved.
    """
    old = {reminder.key: reminder for reminder in open_reminders}
    withdrawn = {_identify(reminder): reminder for reminder in cancelled if reminder.useful_until > now}
    found: list[MailDifference] = []
    for reminder in select_upcoming([*changes.add, *(revision.reminder for revision in changes.revise)], now):
        before = old.get(reminder.key) or withdrawn.pop(_identify(reminder), None)
        if before is None:
            found.append(MailDifference("new", reminder, reminder.why))
        elif before.due_at != reminder.due_at:
            found.append(MailDifference("moved", reminder, reminder.why, before.due_at))
    found += [
        MailDifference("withdrawn", r, "the item, rule or recipient is gone or moved") for r in withdrawn.values()
    ]
    return tuple(sorted(found, key=lambda difference: (difference.reminder.due_at, difference.reminder.key)))


def say_event(event: Event) -> str:
    """Return "2024-05-20 07:00–11:30 Kiểm tra: …", local as the event stands."""
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        return f"{event.start:%Y-%m-%d %H:%M}–{event.end:%H:%M} {event.summary}"
    return f"{event.start:%Y-%m-%d} {event.summary}"


def _list_aspects(before: Event, after: Event) -> Iterator[str]:
    """Yield what differs of an event besides what is said of it."""
    if before.status is not after.status:
        yield "status"
    if (before.description, before.wordings) != (after.description, after.wordings):
        yield "description"
    if before.location != after.location:
        yield "location"
    if before.organiser != after.organiser:
        yield "organiser"
    if (before.places, before.members) != (after.places, after.members):
        yield "audience"


def _identify(reminder: Reminder) -> tuple[str, str, str, str, str]:
    return (reminder.plan, reminder.item, reminder.unit, reminder.rule, reminder.address.lower())
