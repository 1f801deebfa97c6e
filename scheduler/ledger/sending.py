"""Sending in the ledger: the due rows, the claim with its frozen message, the outcome, and deaths.

IO. Each change of state is a conditional UPDATE that checks that it changed one row (invariant 3);
what the change is was decided in ``delivery``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update

from scheduler.delivery import Delivery, DeliveryState, DueRow, Expiry, SentSeries, Verdict
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.rows import CLAIMABLE, check_one, is_in, read_delivery
from scheduler.ledger.schema import attempts, deliveries, messages


@dataclass(frozen=True, slots=True)
class FrozenMessage:
    """The bytes of a delivery's message, written once at the first claim (invariant 4)."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    content: bytes
    written_at: datetime


class Sending:
    """The rows on their way out; one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_due(self, now: datetime) -> tuple[DueRow, ...]:
        """Return all rows whose ``next_at`` has come."""
        columns = deliveries.c
        query = select(columns.id, columns.series, columns.due_at, columns.useful_until).where(columns.next_at <= now)
        with begin_reading(self._engine) as connection:
            return tuple(DueRow(*row) for row in connection.execute(query))

    def list_sent_series(self, now: datetime) -> tuple[SentSeries, ...]:
        """Return the newest instant sent of each series that has a due row."""
        due = select(deliveries.c.series).where(deliveries.c.next_at <= now)
        query = (
            select(deliveries.c.series, func.max(deliveries.c.due_at))
            .where(deliveries.c.state == DeliveryState.SENT, deliveries.c.series.in_(due))
            .group_by(deliveries.c.series)
        )
        with begin_reading(self._engine) as connection:
            return tuple(SentSeries(*row) for row in connection.execute(query))

    def expire(self, expiries: tuple[Expiry, ...], now: datetime) -> None:
        """Mark rows ``expired``; rows that are no longer claimable stay as they are."""
        if not expiries:
            return
        statement = (
            update(deliveries)
            .where(deliveries.c.id == bindparam("row_id"), is_in(CLAIMABLE))
            .values(state=DeliveryState.EXPIRED, next_at=None, detail=bindparam("reason"), updated_at=now)
        )
        with self._engine.begin() as connection:
            connection.execute(statement, [{"row_id": expiry.id, "reason": expiry.reason} for expiry in expiries])

    def find_next_at(self) -> datetime | None:
        """Return the earliest instant at which a row must be looked at; None when no row waits for time."""
        with begin_reading(self._engine) as connection:
            next_at: datetime | None = connection.scalar(select(func.min(deliveries.c.next_at)))
        return next_at

    def find(self, delivery_id: int) -> Delivery | None:
        with begin_reading(self._engine) as connection:
            row = connection.execute(select(deliveries).where(deliveries.c.id == delivery_id)).mappings().one_or_none()
        return None if row is None else read_delivery(row)

    def find_message(self, delivery_id: int) -> FrozenMessage | None:
        """Return the frozen message of a delivery; None before its first claim."""
        columns = messages.c
        query = select(
            columns.message_id, columns.sender, columns.recipient, columns.subject, columns.content, columns.written_at
        ).where(columns.delivery_id == delivery_id)
        with begin_reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else FrozenMessage(*row)

    def claim(self, delivery: Delivery, message: FrozenMessage, now: datetime) -> bool:
        """Commit ``delivery`` as ``sending`` with its message frozen; False when another had it first.

        Must have returned before the message's DATA is sent (invariant 3).
        """
        statement = (
            update(deliveries)
            .where(
                deliveries.c.id == delivery.id,
                deliveries.c.state == delivery.state,
                deliveries.c.state.in_(CLAIMABLE),
                deliveries.c.attempts == delivery.attempts,
            )
            .values(
                state=DeliveryState.SENDING,
                next_at=None,
                attempts=delivery.attempts + 1,
                in_doubt=delivery.in_doubt or delivery.state is DeliveryState.UNCONFIRMED,
                message_id=message.message_id,
                updated_at=now,
            )
        )
        with self._engine.begin() as connection:
            if connection.execute(statement).rowcount != 1:
                return False
            if delivery.message_id is None:
                connection.execute(insert(messages), _make_message_row(delivery.id, message))
            attempt = {"delivery_id": delivery.id, "number": delivery.attempts + 1, "started_at": now}
            connection.execute(insert(attempts), attempt)
        return True

    def record_verdict(self, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        """Commit the outcome of the attempt that ``claim`` began; ``delivery`` is the row before the claim."""
        number = delivery.attempts + 1
        with self._engine.begin() as connection:
            self._leave_sending(connection, delivery, verdict, now)
            connection.execute(
                update(attempts)
                .where(attempts.c.delivery_id == delivery.id, attempts.c.number == number)
                .values(ended_at=now, outcome=verdict.state, response=verdict.detail)
            )

    def fail_unsent(self, delivery: Delivery, reason: str, now: datetime) -> None:
        """Mark a row ``failed`` whose message could not even be written."""
        with self._engine.begin() as connection:
            self._leave_unsent(connection, delivery, DeliveryState.FAILED, reason, now)

    def cancel_unsent(self, delivery: Delivery, reason: str, now: datetime) -> None:
        """Take a row back that the recheck at send time refused; one that may have arrived stays ``unconfirmed``."""
        state = delivery.state if delivery.state is DeliveryState.UNCONFIRMED else DeliveryState.CANCELLED
        with self._engine.begin() as connection:
            self._leave_unsent(connection, delivery, state, reason, now)

    def list_sending(self) -> tuple[Delivery, ...]:
        """Return the rows in state ``sending``: at start, those that our own death left so."""
        query = select(deliveries).where(deliveries.c.state == DeliveryState.SENDING).order_by(deliveries.c.id)
        with begin_reading(self._engine) as connection:
            return tuple(read_delivery(row) for row in connection.execute(query).mappings())

    def record_interrupted(self, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        """Commit what becomes of an interrupted row; it is in doubt from now on (invariant 5)."""
        with self._engine.begin() as connection:
            self._leave_sending(connection, delivery, verdict, now)
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == delivery.id)
                .values(in_doubt=True, doubts=delivery.doubts + 1)
            )
            connection.execute(
                update(attempts)
                .where(attempts.c.delivery_id == delivery.id, attempts.c.outcome.is_(None))
                .values(ended_at=now, outcome="interrupted", response=verdict.detail)
            )

    def find_last_instant(self) -> datetime | None:
        """Return the latest instant at which any row changed: where a killed rehearsal goes on."""
        with begin_reading(self._engine) as connection:
            last: datetime | None = connection.scalar(select(func.max(deliveries.c.updated_at)))
        return last

    @staticmethod
    def _leave_unsent(
        connection: Connection, delivery: Delivery, state: DeliveryState, reason: str, now: datetime
    ) -> None:
        statement = (
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.state == delivery.state)
            .values(state=state, next_at=None, detail=reason, updated_at=now)
        )
        check_one(connection.execute(statement).rowcount, delivery.id)

    @staticmethod
    def _leave_sending(connection: Connection, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        statement = (
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.state == DeliveryState.SENDING)
            .values(
                state=verdict.state,
                next_at=verdict.next_at,
                silences=delivery.silences + verdict.silent,
                detail=verdict.detail,
                updated_at=now,
            )
        )
        check_one(connection.execute(statement).rowcount, delivery.id)


def _make_message_row(delivery_id: int, message: FrozenMessage) -> dict[str, object]:
    return {
        "delivery_id": delivery_id,
        "message_id": message.message_id,
        "sender": message.sender,
        "recipient": message.recipient,
        "subject": message.subject,
        "content": message.content,
        "written_at": message.written_at,
    }
