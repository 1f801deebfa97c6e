"""Rows of the ledger's tables as values of the model, and the conditions that several stages share.

Pure: it builds expressions and converts, and runs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal_column, or_, select

from scheduler.arrivals import NOT_OWED_NOW, Mark
from scheduler.changes import OPEN_STATES
from scheduler.delivery import Delivery, DeliveryState
from scheduler.errors import LedgerError
from scheduler.ledger.schema import deliveries, report_marks
from scheduler.receipts import RULE as RECEIPT_RULE

CLAIMABLE = (*OPEN_STATES, DeliveryState.UNCONFIRMED)

# Each the condition of indexes, word for word: SQLite takes them where a query says the same.
WAITS = deliveries.c.next_at.is_not(None)
WAITS_NO_LONGER = deliveries.c.next_at.is_(None)
WAITS_AGAIN = and_(WAITS, deliveries.c.state != literal_column(f"'{DeliveryState.PLANNED}'"))

_FIELDS = tuple(field.name for field in fields(Delivery))
_STATE = _FIELDS.index("state")


def select_deliveries() -> Select[tuple[object, ...]]:
    """Return a query of all that a Delivery says: each of its fields is a column by the same name."""
    return select(*(deliveries.c[name] for name in _FIELDS))


def read_delivery(row: RowMapping) -> Delivery:
    """Return a row that has the columns of ``select_deliveries``; its columns' types have made the instants aware."""
    values = [row[name] for name in _FIELDS]
    values[_STATE] = DeliveryState(values[_STATE])
    return Delivery(*values)


def is_in(states: tuple[DeliveryState, ...]) -> ColumnElement[bool]:
    # IN with a list of its own cannot be part of a statement that runs for many rows.
    return or_(*(deliveries.c.state == state for state in states))


def is_found_in(states: tuple[DeliveryState, ...]) -> ColumnElement[bool]:
    """Return the same, told so that SQLite goes by the indexes: of what waits, and of the states of what does not."""
    others = (and_(WAITS_NO_LONGER, deliveries.c.state == state) for state in states)
    return or_(*list_waiting(states), *others)


def list_waiting(states: tuple[DeliveryState, ...]) -> Iterator[ColumnElement[bool]]:
    """Yield what finds those that wait in ``states``; without what is only planned, each state by its index."""
    if DeliveryState.PLANNED in states:
        yield and_(WAITS, is_in(states))
    else:
        yield from (and_(WAITS_AGAIN, deliveries.c.state == state) for state in states if state in CLAIMABLE)


def is_held_back() -> ColumnElement[bool]:
    """Return whether a row was skipped because its report was settled, and not by a person."""
    return and_(deliveries.c.state == DeliveryState.SKIPPED, deliveries.c.detail == NOT_OWED_NOW)


def reminds_of_settled() -> ColumnElement[bool]:
    """Return whether a row reminds of a report that its unit need not be reminded of, by the newest mark."""
    marks = report_marks.c
    newest = (
        select(marks.mark)
        .where(marks.plan == deliveries.c.plan, marks.report == deliveries.c.item, marks.unit == deliveries.c.unit)
        .order_by(marks.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return and_(
        # The marks are few, and the index of what waits has the items: most rows are passed over unread.
        deliveries.c.item.in_(select(marks.report)),
        deliveries.c.about == "report",
        deliveries.c.rule != RECEIPT_RULE,
        func.coalesce(newest, Mark.TAKEN_BACK) != Mark.TAKEN_BACK,
    )


def list_conditions(plan: str, items: Iterable[str] | None) -> Iterator[ColumnElement[bool]]:
    """Yield what picks the deliveries of a plan; with ``items`` one condition each, answered by the index on the key.

    A key begins with plan and item, whose ids hold no bar (invariant 2).
    """
    if items is None:
        yield deliveries.c.plan == plan
        return
    for item in items:
        first = f"{plan}|{item}|"
        yield and_(deliveries.c.key >= first, deliveries.c.key < first[:-1] + chr(ord("|") + 1))


def check_one(rowcount: int, delivery_id: int) -> None:
    if rowcount != 1:
        raise LedgerError(f"delivery {delivery_id} changed under our hands; is a second service on this ledger?")
