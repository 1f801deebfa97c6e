"""What the ledger is known to hold -> which items an edit touches.

Pure. One service works on a ledger, so what it put in force last is what stands there: an edit is compared with that in
memory, and only the items that differ are read (``reconciling``). Deliveries also change by being sent, so theirs are
always read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from scheduler.changes import EventChanges
from scheduler.model import Contact, RecordedEvent
from scheduler.snapshot import Item, Snapshot, Wanted

Rows = Mapping[Item, tuple[RecordedEvent, ...]]
"""The recorded events of one plan, removed ones included, by their item."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the ledger holds: all that ``snapshot`` asks for, and ``rows`` of each of its plans."""

    snapshot: Snapshot
    rows: Mapping[str, Rows]


def group_rows(recorded: Iterable[RecordedEvent]) -> Rows:
    """Return recorded events by their item."""
    found: dict[Item, list[RecordedEvent]] = {}
    for row in recorded:
        found.setdefault((row.event.about, row.event.item), []).append(row)
    return {item: tuple(rows) for item, rows in found.items()}


def group_plans(recorded: Iterable[RecordedEvent]) -> dict[str, Rows]:
    """Return recorded events by their plan and item."""
    plans: dict[str, list[RecordedEvent]] = {}
    for row in recorded:
        plans.setdefault(row.event.plan, []).append(row)
    return {plan: group_rows(own) for plan, own in plans.items()}


def list_rows(rows: Rows) -> tuple[RecordedEvent, ...]:
    return tuple(chain.from_iterable(rows.values()))


def list_rows_changed(rows: Rows, changes: EventChanges) -> tuple[RecordedEvent, ...]:
    """Return those of ``rows`` that are of the same items as ``changes``."""
    items = dict.fromkeys((row.event.about, row.event.item) for row in changes.record)
    return tuple(row for item in items for row in rows.get(item, ()))


def revise_rows(rows: Rows, changes: EventChanges) -> Rows:
    """Return ``rows`` as they stand after ``changes``; what did not change are the same values."""
    revised = dict(rows)
    for item, changed in group_rows(changes.record).items():
        by_uid = {row.event.uid: row for row in (*rows.get(item, ()), *changed)}
        revised[item] = tuple(by_uid.values())
    return revised


def find_touched(before: Wanted, after: Wanted) -> frozenset[Item]:
    """Return the items of which something else is asked for, and those that are gone."""
    known = before.parts
    # Nearly all parts are the very same objects: to see that costs next to nothing, to compare them would.
    same = set(map(id, known.values()))
    others = [item for item, part in after.parts.items() if id(part) not in same]
    touched = (item for item in others if known.get(item) != after.parts[item])
    return frozenset((*touched, *(known.keys() - after.parts.keys())))


def find_changed_people(before: Wanted, after: Wanted) -> frozenset[str]:
    """Return the addresses, in lower case, at which another contact is told than before, or none any more."""
    if before.contacts == after.contacts:
        return frozenset()
    return frozenset(address for _, address in name_people(before.contacts) ^ name_people(after.contacts))


def name_people(contacts: Iterable[Contact]) -> frozenset[tuple[str, str]]:
    """Return each contact's id with its address in lower case, "" where it has none."""
    return frozenset((contact.id, (contact.email or "").lower()) for contact in contacts)
