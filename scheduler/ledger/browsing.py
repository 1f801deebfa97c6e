"""Browsing the ledger: deliveries a page at a time, by what a person looks for.

IO, reading only. A delivery waits for an instant or no longer does, and every question is asked of both kinds. For what
no longer waits there is an index for each question: a page costs the same whether a thousand or a million were sent.
What waits is gone through in one index that holds all that is asked: planning writes thousands of rows at once, and
each index more that these enter makes it slower by a sixth. Those of it that were tried already have one of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine, Select, asc, desc, func, select, union, union_all

from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger.engine import VersionWatch, begin_reading
from scheduler.ledger.rows import (
    WAITS,
    WAITS_NO_LONGER,
    list_conditions,
    list_waiting,
    read_delivery,
    select_deliveries,
)
from scheduler.ledger.schema import count_microseconds, deliveries

# A question is narrowed whatever it selects.
S = TypeVar("S", bound=Select[object])

_DAY = 86_400_000_000
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """Which deliveries; what is empty or None does not matter. ``addresses`` () is of nobody.

    ``item`` is one of ``plan``: without that it finds nothing.
    """

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
        self._watch = VersionWatch(engine)

    def read_version(self) -> int:
        """Return a number that is another one as soon as anything was written into the ledger."""
        return self._watch.read_version()

    def close(self) -> None:
        self._watch.close()

    def count(self, wanted: DeliveryFilter) -> int:
        counted = select(func.count()).select_from(deliveries)
        with begin_reading(self._engine) as connection:
            return sum(connection.scalars(union_all(*_ask_both(counted, counted, wanted))))

    def list_page(self, wanted: DeliveryFilter, *, first: int, most: int, newest: bool) -> tuple[Delivery, ...]:
        """Return at most ``most`` deliveries from number ``first`` (from 0) on.

        They are in order of the instant that each waits for, or was due at, and of id.
        """
        turn = desc if newest else asc
        # The ids alone come from the indexes; a whole row is read for those that are shown.
        ids = union_all(*_select_ids(wanted)).order_by(turn("instant"), turn("id")).limit(most).offset(first).subquery()
        query = select_deliveries().join(ids, ids.c.id == deliveries.c.id)
        query = query.order_by(turn(ids.c.instant), turn(ids.c.id))
        with begin_reading(self._engine) as connection:
            return tuple(read_delivery(row) for row in connection.execute(query).mappings())

    def list_readers(self) -> tuple[Reader, ...]:
        """Return every address and contact there is a delivery for, sorted."""
        columns = deliveries.c
        query = select(columns.address, columns.contact).group_by(columns.address, columns.contact)
        both = union(query.where(WAITS), query.where(WAITS_NO_LONGER)).order_by("address", "contact")
        with begin_reading(self._engine) as connection:
            return tuple(Reader(*row) for row in connection.execute(both))

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
        with begin_reading(self._engine) as connection:
            ids = sorted(int(row.id) for row in connection.execute(union_all(*_select_ids(wanted))))
        for first in range(0, len(ids), _AT_ONCE):
            query = select_deliveries().where(deliveries.c.id.in_(ids[first : first + _AT_ONCE]))
            with begin_reading(self._engine) as connection:
                rows = tuple(read_delivery(row) for row in connection.execute(query.order_by("id")).mappings())
            yield from rows


def _select_ids(wanted: DeliveryFilter) -> Iterator[Select[object]]:
    """Yield questions for the id of each delivery and the instant that it waits for, or was due at."""
    columns = deliveries.c
    waiting, others = (select(columns.id, at.label("instant")) for at in (columns.next_at, columns.due_at))
    yield from _ask_both(waiting, others, wanted)


def _ask_both(waiting: S, others: S, wanted: DeliveryFilter) -> Iterator[S]:
    """Yield questions that together find each delivery once: ``waiting`` of those that wait, ``others`` of the others.

    Each goes by an index, in order of its instants.
    """
    state = deliveries.c.state
    states = wanted.states or tuple(DeliveryState)
    waiting, others = _narrow(waiting, wanted), _narrow(others.where(WAITS_NO_LONGER), wanted)
    yield from (waiting.where(found) for found in (list_waiting(states) if wanted.states else (WAITS,)))
    if wanted.unit is None and wanted.item is None and wanted.addresses is None:
        # One by one: the index has each state's in order.
        yield from (others.where(state == one) for one in states)
    else:
        # Adding nothing to the state keeps SQLite from its index: there are fewer rows of a unit than in a state.
        yield others.where(state.concat("").in_(states)) if wanted.states else others


def _narrow(query: S, wanted: DeliveryFilter) -> S:
    """Ask of ``query`` what is wanted, but for the states."""
    columns = deliveries.c
    if wanted.plan is not None:
        query = query.where(columns.plan == wanted.plan)
    if wanted.unit is not None:
        query = query.where(columns.unit == wanted.unit)
    if wanted.item is not None:
        query = query.where(*list_conditions(wanted.plan or "", (wanted.item,)))
    if wanted.addresses is not None:
        query = query.where(columns.address.in_(wanted.addresses))
    return query
