"""Rows of the ledger's tables as values of the model, and the conditions that several stages share.

Pure: it builds expressions and converts, and runs nothing.
"""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import ColumnElement, RowMapping, Select, or_, select

from scheduler.delivery import Delivery, DeliveryState
from scheduler.errors import LedgerError
from scheduler.ledger.schema import deliveries

OPEN = (DeliveryState.PLANNED, DeliveryState.RETRYING)
CLAIMABLE = (*OPEN, DeliveryState.UNCONFIRMED)

_FIELDS = tuple(field.name for field in fields(Delivery))


def select_deliveries() -> Select[tuple[object, ...]]:
    """Return a query of all that a Delivery says: each of its fields is a column by the same name."""
    return select(*(deliveries.c[name] for name in _FIELDS))


def read_delivery(row: RowMapping) -> Delivery:
    """Return a row that has the columns of ``select_deliveries``; its columns' types have made the instants aware."""
    values = {name: row[name] for name in _FIELDS}
    values["state"] = DeliveryState(row["state"])
    return Delivery(**values)


def is_in(states: tuple[DeliveryState, ...]) -> ColumnElement[bool]:
    # IN with a list of its own cannot be part of a statement that runs for many rows.
    return or_(*(deliveries.c.state == state for state in states))


def check_one(rowcount: int, delivery_id: int) -> None:
    if rowcount != 1:
        raise LedgerError(f"delivery {delivery_id} changed under our hands; is a second service on this ledger?")
