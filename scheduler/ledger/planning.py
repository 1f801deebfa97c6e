"""Planning in the ledger: which reminders it holds, and writing what changed, in bulk.

IO. What to change was decided in ``changes``; here it becomes one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from sqlalchemy import BigInteger, Connection, Engine, bindparam, delete, insert, or_, select, type_coerce, update

from scheduler.changes import OPEN_STATES, Cancel, RecordedReminder, ReminderChanges, Revise
from scheduler.delivery import DeliveryState
from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.rows import is_held_back, is_in, list_conditions
from scheduler.ledger.schema import count_microseconds, deliveries, messages, read_microseconds
from scheduler.model import Reminder

# Columns of ``deliveries`` that planning fills, in the table's order: the order in which a statement names them.
_PLANNED_COLUMNS = (*Reminder._fields, "next_at", "updated_at")
_STATES = {state.value: state for state in DeliveryState}


class Planning:
    """The reminders of all plans, as rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_recorded(
        self, plan: str, items: Iterable[str] | None = None, *, but_rule: str | None = None
    ) -> tuple[RecordedReminder, ...]:
        """Return what comparing needs of every delivery of ``plan``, or of those about ``items``, in no order.

        ``but_rule`` leaves out the deliveries of one rule.
        """
        columns = deliveries.c
        query = select(
            columns.id,
            columns.key,
            columns.state,
            # As they stand there: what SQLAlchemy does for each value takes longer than reading it.
            type_coerce(columns.due_at, BigInteger),
            type_coerce(columns.useful_until, BigInteger),
            columns.contact,
            columns.template,
            columns.truth,
            is_held_back(),
        )
        if but_rule is not None:
            query = query.where(columns.rule != but_rule)
        with begin_reading(self._engine) as connection:
            return tuple(
                RecordedReminder(
                    id_,
                    key,
                    _STATES[state],
                    read_microseconds(due_at),
                    read_microseconds(useful_until),
                    contact,
                    template,
                    truth,
                    bool(held_back),
                )
                for condition in list_conditions(plan, items)
                for id_, key, state, due_at, useful_until, contact, template, truth, held_back in connection.execute(
                    query.where(condition)
                )
            )

    def list_plans(self) -> tuple[str, ...]:
        """Return the ids of all plans that have deliveries, sorted."""
        with begin_reading(self._engine) as connection:
            return tuple(connection.scalars(select(deliveries.c.plan).distinct().order_by(deliveries.c.plan)))

    def apply_changes(self, changes: ReminderChanges, now: datetime) -> None:
        """Write ``changes`` in one transaction; without any, write nothing."""
        if not changes.is_empty:
            with begin_writing(self._engine) as connection:
                write_reminders(connection, changes, now)


def write_reminders(connection: Connection, changes: ReminderChanges, now: datetime) -> None:
    """Write ``changes`` as part of a transaction."""
    if changes.add:
        _insert(connection, changes.add, now)
    if changes.revise:
        _revise(connection, changes.revise, now)
    if changes.cancel:
        _cancel(connection, changes.cancel, now)


def _insert(connection: Connection, reminders: Iterable[Reminder], now: datetime) -> None:
    # The rows go to the driver ready-made: SQLAlchemy's work on each would take longer than the database's.
    statement = insert(deliveries).inline().compile(dialect=connection.dialect, column_keys=list(_PLANNED_COLUMNS))
    connection.exec_driver_sql(str(statement), _bind_rows(reminders, count_microseconds(now)))


def _bind_rows(reminders: Iterable[Reminder], updated_at: int) -> list[tuple[str | int, ...]]:
    """Return the values of ``_PLANNED_COLUMNS``, as the driver takes them."""
    return [
        (
            key, series, plan, about, item, unit, occurrence, rule, template, contact, address,
            due_at := _count_microseconds(due, due.fold), _count_microseconds(until, until.fold), why, truth,
            due_at, updated_at,
        )
        for key, series, plan, about, item, unit, occurrence, rule, template, contact, address,
            due, until, why, truth in reminders
    ]  # fmt: skip


@lru_cache(maxsize=4096)
def _count_microseconds(instant: datetime, fold: int) -> int:
    # Thousands of reminders share a few instants. Two that differ in fold alone are equal, and an hour apart.
    return count_microseconds(instant)


def _make_row(reminder: Reminder, now: datetime) -> dict[str, object]:
    return {**reminder._asdict(), "next_at": reminder.due_at, "updated_at": now}


def _revise(connection: Connection, revisions: Iterable[Revise], now: datetime) -> None:
    for revision in revisions:
        statement = (
            update(deliveries)
            .where(
                deliveries.c.id == revision.id,
                or_(
                    deliveries.c.state.in_((*OPEN_STATES, DeliveryState.CANCELLED, DeliveryState.EXPIRED)),
                    is_held_back(),
                ),
            )
            .values(**_make_row(revision.reminder, now), state=DeliveryState.PLANNED, message_id=None, detail="")
        )
        if connection.execute(statement).rowcount:
            # The frozen message told the old truth; the next claim writes a new one.
            connection.execute(delete(messages).where(messages.c.delivery_id == revision.id))


def _cancel(connection: Connection, cancels: Iterable[Cancel], now: datetime) -> None:
    statement = (
        update(deliveries)
        .where(deliveries.c.id == bindparam("row_id"), is_in(OPEN_STATES))
        .values(state=DeliveryState.CANCELLED, next_at=None, detail=bindparam("reason"), updated_at=now)
    )
    connection.execute(statement, [{"row_id": cancel.id, "reason": cancel.reason} for cancel in cancels])
