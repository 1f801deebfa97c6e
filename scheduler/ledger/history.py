"""History in the ledger: what is next, what became of each delivery, how many stand in which state.

IO, reading only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Engine, Select, func, select

from scheduler.changes import OPEN_STATES
from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.rows import (
    WAITS,
    WAITS_NO_LONGER,
    is_found_in,
    is_in,
    list_conditions,
    read_delivery,
    select_deliveries,
)
from scheduler.ledger.schema import attempts, deliveries, messages
from scheduler.notices import Told

# SQLite takes no more than 32,766 values in a query.
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class StateCount:
    state: DeliveryState
    count: int


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One attempt of a delivery, ``number`` counting from 1; ``outcome`` None while it is under way.

    ``outcome`` is the state it left the delivery in, "withheld" when the relay refused us and not the mail, or
    "interrupted" by our own death.
    """

    delivery: int
    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    response: str


class History:
    """All deliveries, for people to read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_deliveries(self) -> tuple[Delivery, ...]:
        """Return every delivery in order of (due_at, id)."""
        return self._read(select_deliveries().order_by(deliveries.c.due_at, deliveries.c.id))

    def find_next(self) -> Delivery | None:
        """Return the delivery that is looked at next; None when none waits for time."""
        query = select_deliveries().where(WAITS)
        rows = self._read(query.order_by(deliveries.c.next_at, deliveries.c.id).limit(1))
        return rows[0] if rows else None

    def list_in_states(self, states: tuple[DeliveryState, ...]) -> tuple[Delivery, ...]:
        """Return the deliveries in ``states``, in order of (due_at, id)."""
        query = select_deliveries().where(is_found_in(states))
        return self._read(query.order_by(deliveries.c.due_at, deliveries.c.id))

    def list_attempts(self, delivery_id: int | None = None) -> tuple[PastAttempt, ...]:
        """Return all attempts, or those of one delivery, in order of (delivery, number)."""
        columns = attempts.c
        query = select(
            columns.delivery_id,
            columns.number,
            columns.started_at,
            columns.ended_at,
            columns.outcome,
            columns.response,
        ).order_by(columns.delivery_id, columns.number)
        if delivery_id is not None:
            query = query.where(columns.delivery_id == delivery_id)
        with begin_reading(self._engine) as connection:
            return tuple(PastAttempt(*row) for row in connection.execute(query))

    def list_open_among(self, ids: Collection[int]) -> tuple[Delivery, ...]:
        """Return those of some deliveries that still wait to be sent, in order of (due_at, id)."""
        ordered = sorted(ids)
        found: list[Delivery] = []
        for start in range(0, len(ordered), _AT_ONCE):
            query = select_deliveries().where(
                deliveries.c.id.in_(ordered[start : start + _AT_ONCE]), is_in(OPEN_STATES)
            )
            found += self._read(query)
        return tuple(sorted(found, key=attrgetter("due_at", "id")))

    def list_told(self, plan: str, items: Iterable[str] | None = None) -> tuple[Told, ...]:
        """Return the newest mail that went to each address about each item of ``plan``, or about each of ``items``.

        One that may have arrived counts as told: a correction too many harms less than one too few.
        """
        columns = deliveries.c
        gone = (DeliveryState.SENT, DeliveryState.UNCONFIRMED)
        query = (
            select(
                columns.plan,
                columns.about,
                columns.item,
                columns.unit,
                columns.contact,
                columns.address,
                columns.truth,
                columns.useful_until,
                columns.updated_at.label("told_at"),
                messages.c.subject,
            )
            .join(messages, messages.c.delivery_id == columns.id)
            .where(is_in(gone), columns.truth != "")
            .order_by(columns.updated_at, columns.id)
        )
        newest: dict[tuple[str, str, str], Told] = {}
        with begin_reading(self._engine) as connection:
            for condition in list_conditions(plan, items):
                for row in connection.execute(query.where(condition)).mappings():
                    told = Told(**row)
                    newest[told.item, told.unit, told.address.lower()] = told
        return tuple(told for _, told in sorted(newest.items()))

    def list_sent_keys(self, plan: str, about: str) -> frozenset[str]:
        """Return the keys of the mails of ``plan`` about visits, reports or the plan that went out."""
        query = select(deliveries.c.key).where(
            deliveries.c.plan == plan, deliveries.c.about == about, deliveries.c.state == DeliveryState.SENT
        )
        with begin_reading(self._engine) as connection:
            return frozenset(connection.scalars(query))

    def list_items_told(self, plan: str, addresses: Iterable[str]) -> frozenset[str]:
        """Return the items of ``plan`` about which anything went to ``addresses``, given in lower case."""
        columns = deliveries.c
        gone = (DeliveryState.SENT, DeliveryState.UNCONFIRMED)
        query = select(columns.item).distinct().where(columns.plan == plan, is_in(gone))
        with begin_reading(self._engine) as connection:
            found = connection.scalars(query.where(func.lower(columns.address).in_(tuple(addresses))))
            return frozenset(found)

    def list_in_rule(self, rule: str) -> tuple[Delivery, ...]:
        """Return the deliveries of one rule, in order of (due_at, id)."""
        query = select_deliveries().where(deliveries.c.rule == rule)
        return self._read(query.order_by(deliveries.c.due_at, deliveries.c.id))

    def count_states(self) -> tuple[StateCount, ...]:
        # What waits and what does not apart: an index has the states of each.
        query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        found: Counter[DeliveryState] = Counter()
        with begin_reading(self._engine) as connection:
            for half in (WAITS, WAITS_NO_LONGER):
                found.update({DeliveryState(state): count for state, count in connection.execute(query.where(half))})
        return tuple(StateCount(state, found[state]) for state in DeliveryState if state in found)

    def _read(self, query: Select[tuple[object, ...]]) -> tuple[Delivery, ...]:
        with begin_reading(self._engine) as connection:
            return tuple(read_delivery(row) for row in connection.execute(query).mappings())
