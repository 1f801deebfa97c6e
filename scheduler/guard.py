"""Is an edit so large that a person should say yes first? Changes + limits -> reasons to wait.

Pure. Invariant 10 of ARCHITECTURE.md: nothing unexpected is mass-mailed, no plan empties itself unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from scheduler.changes import EventChanges, ReminderChanges
from scheduler.model import Event, EventStatus, RecordedEvent, Reminder
from scheduler.reminders import select_upcoming


@dataclass(frozen=True, slots=True)
class Limits:
    """``share`` of the items still to come that may be moved or cancelled, from ``at_least`` items on;
    ``mails_at_once`` that may go without being approved."""

    share: float = 1 / 3
    at_least: int = 3
    mails_at_once: int = 50


@dataclass(frozen=True, slots=True)
class Item:
    """A visit or a report, as the guard counts them."""

    plan: str
    item: str


def find_reasons(
    recorded: Iterable[RecordedEvent],
    event_changes: EventChanges,
    reminder_changes: ReminderChanges,
    limits: Limits,
    now: datetime,
) -> tuple[str, ...]:
    """Return why the edit waits for approval, as sentences; () when it may go ahead.

    ``recorded`` are the events before the edit, ``event_changes`` and ``reminder_changes`` what it would do.
    """
    every = tuple(recorded)
    changed = {row.event.uid for row in event_changes.record}
    before = {row.event.uid: row for row in every if row.event.uid in changed}
    cancelled, moved = _count_touched(before, event_changes, now)
    growing = {row.event.plan for row in event_changes.record if row.event.uid not in before and _is_coming(row, now)}
    reasons = []
    for plan in sorted({item.plan for item in cancelled | moved}):
        gone = {item for item in cancelled if item.plan == plan}
        touched = gone | {item for item in moved if item.plan == plan}
        if not gone and len(touched) < limits.at_least:
            continue
        all_items = {_name_item(row.event) for row in every if row.event.plan == plan and _is_coming(row, now)}
        if gone == all_items and plan not in growing:
            reasons.append(
                f"plan {plan} would be empty: all {len(all_items)} visits and reports to come would be cancelled"
            )
        elif len(touched) >= limits.at_least and len(touched) > limits.share * len(all_items):
            reasons.append(
                f"plan {plan}: {len(gone)} of {len(all_items)} visits and reports to come would be cancelled,"
                f" {len(touched - gone)} moved"
            )
    at_once = count_at_once(reminder_changes, now)
    if at_once > limits.mails_at_once:
        reasons.append(f"{at_once} mails would go out at once, more than {limits.mails_at_once}")
    return tuple(reasons)


def count_at_once(changes: ReminderChanges, now: datetime) -> int:
    """Return how many mails the changes would send now."""
    new: list[Reminder] = [*changes.add, *(revision.reminder for revision in changes.revise)]
    return sum(reminder.due_at <= now for reminder in select_upcoming(new, now))


def _count_touched(
    before: dict[str, RecordedEvent], changes: EventChanges, now: datetime
) -> tuple[set[Item], set[Item]]:
    cancelled: dict[Item, bool] = {}
    moved: set[Item] = set()
    for row in changes.record:
        old = before.get(row.event.uid)
        if old is None or not _is_coming(old, now):
            continue
        item = _name_item(row.event)
        gone = row.removed_at is not None or row.event.status is EventStatus.CANCELLED
        cancelled[item] = cancelled.get(item, True) and gone
        if not gone and (old.event.start, old.event.end) != (row.event.start, row.event.end):
            moved.add(item)
    return {item for item, gone in cancelled.items() if gone} - moved, moved


def _is_coming(row: RecordedEvent, now: datetime) -> bool:
    if row.removed_at is not None or row.event.status is EventStatus.CANCELLED:
        return False
    end = row.event.end
    return end > now if isinstance(end, datetime) else end > now.date()


def _name_item(event: Event) -> Item:
    return Item(event.plan, event.item)
