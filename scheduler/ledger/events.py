"""Events in the ledger: what was last published of each, and its revision (invariant 8).

IO. The event itself is kept as JSON, so that a removed one can still be published as cancelled.
"""

from __future__ import annotations

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, delete, insert, select

from scheduler.changes import EventChanges
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.schema import events
from scheduler.model import Event, RecordedEvent, Revision

_EVENT = TypeAdapter(Event)
_MOST_BOUND = 10_000  # SQLite takes 32,766 values in one statement


class Events:
    """The published events of all plans."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_recorded(self, plan: str) -> tuple[RecordedEvent, ...]:
        """Return the events of ``plan`` as last published, removed ones included, ordered by UID."""
        columns = events.c
        query = (
            select(columns.content, columns.sequence, columns.created_at, columns.modified_at, columns.removed_at)
            .where(columns.plan == plan)
            .order_by(columns.uid)
        )
        with begin_reading(self._engine) as connection:
            return tuple(
                RecordedEvent(_EVENT.validate_json(content), Revision(sequence, created_at, modified_at), removed_at)
                for content, sequence, created_at, modified_at, removed_at in connection.execute(query)
            )

    def list_plans(self) -> tuple[str, ...]:
        """Return the ids of all plans that ever published an event, sorted."""
        with begin_reading(self._engine) as connection:
            return tuple(connection.scalars(select(events.c.plan).distinct().order_by(events.c.plan)))


def write_events(connection: Connection, changes: EventChanges) -> None:
    """Write each changed event with its new revision as part of a transaction."""
    uids = [row.event.uid for row in changes.record]
    for first in range(0, len(uids), _MOST_BOUND):
        connection.execute(delete(events).where(events.c.uid.in_(uids[first : first + _MOST_BOUND])))
    if uids:
        connection.execute(insert(events), [_make_row(row) for row in changes.record])


def _make_row(row: RecordedEvent) -> dict[str, object]:
    return {
        "uid": row.event.uid,
        "plan": row.event.plan,
        "sequence": row.revision.sequence,
        "created_at": row.revision.created_at,
        "modified_at": row.revision.modified_at,
        "removed_at": row.removed_at,
        "content": _EVENT.dump_json(row.event).decode(),
    }
