"""Browsing the ledger: deliveries a page at a time, by what a person looks for.

IO, reading only. Every question goes by an index: a page costs the same whether the ledger holds a thousand deliveries
or a million.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine, Select, func, select

from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.rows import read_delivery, select_deliveries
from scheduler.ledger.schema import count_microseconds, deliveries

# A question is narrowed whatever it selects.
S = TypeVar("S", bound=Select[object])

_DAY = 86_400_000_000
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; what is empty or None does not matter. ``addresses`` () is of nobody."""

    states: tuple[DeliveryState, ...] = ()
    plan: str | None = None
    unit: str | None = None
    item: str | None = None
    addresses: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """An address that was or will be written to, with the contact it belonged to."""

    address: str
    contact: str


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many mails wait for one day; ``day`` counts from 1970, local."""

    day: int
    count: int


class Browsing:
    """All deliveries, for pages."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self, wanted: DeliveryFilter) -> int:
        query = _narrow(select(func.count()).select_from(deliveries), wanted)
        with begin_reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def list_page(self, wanted: DeliveryFilter, *, first: int, most: int, newest: bool) -> tuple[Delivery, ...]:
        """Return at most ``most`` deliveries from number ``first`` (from 0) on, in order of (due_at, id)."""
        order = [deliveries.c.due_at, deliveries.c.id]
        # The ids alone come from an index; a whole row is read for those that are shown.
        ids = _narrow(select(deliveries.c.id), wanted)
        ids = ids.order_by(*(column.desc() for column in order)) if newest else ids.order_by(*order)
        query = select_deliveries().where(deliveries.c.id.in_(ids.offset(first).limit(most)))
        query = query.order_by(*(column.desc() for column in order)) if newest else query.order_by(*order)
        with begin_reading(self._engine) as connection:
            return tuple(read_delivery(row) for row in connection.execute(query).mappings())

    def list_readers(self) -> tuple[Reader, ...]:
        """Return every address and contact there is a delivery for."""
        columns = deliveries.c
        query = select(columns.address, columns.contact).group_by(columns.address, columns.contact)
        with begin_reading(self._engine) as connection:
            return tuple(Reader(*row) for row in connection.execute(query))

    def count_by_day(self, since: datetime, until: datetime, offset: timedelta) -> tuple[DayCount, ...]:
        """Return how many mails wait for each day; ``offset`` is the local time's from UTC."""
        with begin_reading(self._engine) as connection:
            rows = connection.exec_driver_sql(
                "SELECT (next_at + ?) / ?, count(*) FROM deliveries WHERE next_at >= ? AND next_at < ?"
                " GROUP BY 1 ORDER BY 1",
                (
                    offset // timedelta(microseconds=1),
                    _DAY,
                    count_microseconds(since),
                    count_microseconds(until),
                ),
            )
            return tuple(DayCount(int(day), int(count)) for day, count in rows)

    def iterate(self, wanted: DeliveryFilter) -> Iterator[Delivery]:
        """Yield the deliveries in order of id, some at a time: the ledger is free in between."""
        last = 0
        while True:
            query = _narrow(select_deliveries(), wanted).where(deliveries.c.id > last)
            query = query.order_by(deliveries.c.id).limit(_AT_ONCE)
            with begin_reading(self._engine) as connection:
                rows = tuple(read_delivery(row) for row in connection.execute(query).mappings())
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            last = rows[-1].id


def _narrow(query: S, wanted: DeliveryFilter) -> S:
    columns = deliveries.c
    if wanted.states:
        query = query.where(columns.state.in_(wanted.states))
    if wanted.plan is not None:
        query = query.where(columns.plan == wanted.plan)
    if wanted.unit is not None:
        query = query.where(columns.unit == wanted.unit)
    if wanted.item is not None:
        query = query.where(columns.item == wanted.item)
    if wanted.addresses is not None:
        query = query.where(columns.address.in_(wanted.addresses))
    return query
