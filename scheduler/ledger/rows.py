"""Rows of the ledger's tables as values of the model, and the conditions that several stages share.

Pure: it builds expressions and converts, and runs nothing.
"""

from __future__ import annotations

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, RowMapping, or_

from scheduler.delivery import Delivery, DeliveryState
from scheduler.errors import LedgerError
from scheduler.ledger.schema import deliveries

_DELIVERY = TypeAdapter(Delivery)

OPEN = (DeliveryState.PLANNED, DeliveryState.RETRYING)
CLAIMABLE = (*OPEN, DeliveryState.UNCONFIRMED)


def is_in(states: tuple[DeliveryState, ...]) -> ColumnElement[bool]:
    # IN with a list of its own cannot be part of a statement that runs for many rows.
    return or_(*(deliveries.c.state == state for state in states))


def check_one(rowcount: int, delivery_id: int) -> None:
    if rowcount != 1:
        raise LedgerError(f"delivery {delivery_id} changed under our hands; is a second service on this ledger?")


def read_delivery(row: RowMapping) -> Delivery:
    # Each column of the table is a field of Delivery by the same name.
    return _DELIVERY.validate_python(dict(row))
