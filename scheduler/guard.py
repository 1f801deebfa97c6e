"""Is an edit so large that a person should say yes first? Changes + limits -> reasons to wait.

Pure. Invariant 10 of ARCHITECTURE.md: nothing unexpected is mass-mailed, no plan empties itself unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from scheduler.changes import EventChanges, ReminderChanges
from scheduler.holding import Rows
from scheduler.model import EventStatus, RecordedEvent, Reminder
from scheduler.reminders import select_upcoming
from scheduler.snapshot import Item


@dataclass(frozen=True, slots=True)
class Limits:
    """``share`` of the items still to come that may be moved or cancelled, from ``at_least`` items on;
    ``mails_at_once`` that may go without being approved."""

    share: float = 1 / 3
    at_least: int = 3
    mails_at_once: int = 50


@dataclass(slots=True)
class _Touched:
    """The items of one plan, still to come before an edit, that it cancels or moves; whether it adds others."""

    gone: set[Item]
    moved: set[Item]
    grows: bool = False


def find_reasons(
    rows: Mapping[str, Rows],
    event_changes: EventChanges,
    reminder_changes: ReminderChanges,
    limits: Limits,
    now: datetime,
) -> tuple[str, ...]:
    """Return why the edit waits for approval, as sentences; () when it may go ahead.

    ``rows`` are the events of each plan before the edit, ``event_changes`` and ``reminder_changes`` what it would do.
    """
    reasons = []
    for plan, touched in sorted(_find_touched(rows, event_changes, now).items()):
        reason = _find_reason(plan, touched, rows.get(plan, {}), limits, now)
        if reason is not None:
            reasons.append(reason)
    at_once = count_at_once(reminder_changes, now)
    if at_once > limits.mails_at_once:
        reasons.append(f"{at_once} mails would go out at once, more than {limits.mails_at_once}")
    return tuple(reasons)


def _find_reason(plan: str, touched: _Touched, rows: Rows, limits: Limits, now: datetime) -> str | None:
    gone, moved = len(touched.gone), len(touched.moved)
    if not gone and not moved:
        return None
    total = 0
    for each in rows.values():
        if not any(_is_coming(row, now) for row in each):
            continue
        total += 1
        is_small = gone + moved < limits.at_least or gone + moved <= limits.share * total
        if is_small and (total > gone or touched.grows):
            # However many more there are: a small edit of a large plan is not held against all of it.
            return None
    if gone == total and not touched.grows:
        return f"plan {plan} would be empty: all {total} visits and reports to come would be cancelled"
    if not gone:
        return f"plan {plan}: {moved} of {total} visits and reports to come would be moved"
    if not moved:
        return f"plan {plan}: {gone} of {total} visits and reports to come would be cancelled"
    return f"plan {plan}: {gone} of {total} visits and reports to come would be cancelled, {moved} moved"


def count_at_once(changes: ReminderChanges, now: datetime) -> int:
    """Return how many mails the changes would send now."""
    new: list[Reminder] = [*changes.add, *(revision.reminder for revision in changes.revise)]
    return sum(reminder.due_at <= now for reminder in select_upcoming(new, now))


def _find_touched(rows: Mapping[str, Rows], changes: EventChanges, now: datetime) -> dict[str, _Touched]:
    found: dict[str, _Touched] = {}
    cancelled: dict[tuple[str, Item], bool] = {}
    for row in changes.record:
        plan, item = row.event.plan, (row.event.about, row.event.item)
        touched = found.setdefault(plan, _Touched(set(), set()))
        old = next((one for one in rows.get(plan, {}).get(item, ()) if one.event.uid == row.event.uid), None)
        if old is None:
            touched.grows = touched.grows or _is_coming(row, now)
        elif _is_coming(old, now):
            gone = row.removed_at is not None or row.event.status is EventStatus.CANCELLED
            cancelled[plan, item] = cancelled.get((plan, item), True) and gone
            if not gone and (old.event.start, old.event.end) != (row.event.start, row.event.end):
                touched.moved.add(item)
    for (plan, item), is_gone in cancelled.items():
        if is_gone and item not in found[plan].moved:
            found[plan].gone.add(item)
    return found


def _is_coming(row: RecordedEvent, now: datetime) -> bool:
    if row.removed_at is not None or row.event.status is EventStatus.CANCELLED:
        return False
    end = row.event.end
    return end > now if isinstance(end, datetime) else end > now.date()
