"""History in the ledger: what is next, what became of each delivery, how many stand in which state.

IO, reading only.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, Select, func, select

from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.rows import read_delivery
from scheduler.ledger.schema import deliveries


@dataclass(frozen=True, slots=True)
class StateCount:
    state: DeliveryState
    count: int


class History:
    """All deliveries, for people to read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_deliveries(self) -> tuple[Delivery, ...]:
        """Return every delivery in order of (due_at, id)."""
        return self._read(select(deliveries).order_by(deliveries.c.due_at, deliveries.c.id))

    def find_next(self) -> Delivery | None:
        """Return the delivery that is looked at next; None when none waits for time."""
        query = select(deliveries).where(deliveries.c.next_at.is_not(None))
        rows = self._read(query.order_by(deliveries.c.next_at, deliveries.c.id).limit(1))
        return rows[0] if rows else None

    def list_in_states(self, states: tuple[DeliveryState, ...]) -> tuple[Delivery, ...]:
        """Return the deliveries in ``states``, in order of (due_at, id)."""
        query = select(deliveries).where(deliveries.c.state.in_(states))
        return self._read(query.order_by(deliveries.c.due_at, deliveries.c.id))

    def count_states(self) -> tuple[StateCount, ...]:
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        with begin_reading(self._engine) as connection:
            found = {DeliveryState(state): count for state, count in connection.execute(query)}
        return tuple(StateCount(state, found[state]) for state in DeliveryState if state in found)

    def _read(self, query: Select[tuple[object, ...]]) -> tuple[Delivery, ...]:
        with begin_reading(self._engine) as connection:
            return tuple(read_delivery(row) for row in connection.execute(query).mappings())
