"""Sending in the ledger: the due rows, claims with their frozen messages, outcomes, and deaths.

IO. Claims and outcomes of several connections are committed in groups. Each change of state is a conditional
UPDATE on a row that was read under the same write lock (invariant 3); what the change is was decided in ``delivery``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine, bindparam, case, func, select, update
from sqlalchemy.engine.interfaces import DBAPICursor

from scheduler.delivery import Delivery, DeliveryState, DueRow, Expiry, SentSeries, Verdict
from scheduler.ledger.control import read_pause_now
from scheduler.ledger.engine import Driver, begin_reading, begin_writing
from scheduler.ledger.rows import CLAIMABLE, check_one, is_in, read_delivery, select_deliveries
from scheduler.ledger.schema import ON_ITS_WAY, attempts, count_microseconds, deliveries, messages
from scheduler.pacing import Pause

# Longer than any dialogue of RFC 5321 takes: whoever claimed a row on another host has its answer by then.
LEASE = timedelta(minutes=30)

T = TypeVar("T")
Bound = tuple[str | int | bytes | None, ...]


@dataclass(frozen=True, slots=True)
class FrozenMessage:
    """The bytes of a delivery's message, written once at the first claim (invariant 4)."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    content: bytes
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The wish to send ``delivery``, a row as it was read, as ``message``."""

    delivery: Delivery
    message: FrozenMessage


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to; ``delivery`` is the row before its claim."""

    delivery: Delivery
    verdict: Verdict
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Committed:
    """What a group commit did: the ids that were claimed, those whose row is no longer ours, and the pause it saw."""

    claimed: frozenset[int]
    lost: frozenset[int]
    pause: Pause | None


@dataclass(frozen=True, slots=True)
class SentAt:
    """An attempt that was begun, for the bounds per minute."""

    address: str
    at: datetime


class Sending:
    """The rows on their way out; one thread at a time. ``claimant`` is "host:run" of this process."""

    def __init__(self, engine: Engine, claimant: str) -> None:
        self._engine = engine
        self._driver = Driver(engine)
        self._claimant = claimant

    def close(self) -> None:
        self._driver.close()

    def list_due(self, now: datetime) -> tuple[DueRow, ...]:
        """Return all rows whose ``next_at`` has come."""
        columns = deliveries.c
        query = select(columns.id, columns.series, columns.due_at, columns.useful_until).where(columns.next_at <= now)
        with begin_reading(self._engine) as connection:
            return tuple(DueRow(*row) for row in connection.execute(query))

    def list_sent_series(self, now: datetime) -> tuple[SentSeries, ...]:
        """Return the newest instant that was sent, or may have been, of each series that has a due row."""
        due = select(deliveries.c.series).where(deliveries.c.next_at <= now)
        query = (
            select(deliveries.c.series, func.max(deliveries.c.due_at))
            .where(ON_ITS_WAY, deliveries.c.series.in_(due))
            .group_by(deliveries.c.series)
        )
        with begin_reading(self._engine) as connection:
            return tuple(SentSeries(*row) for row in connection.execute(query))

    def expire(self, expiries: tuple[Expiry, ...], now: datetime) -> None:
        """Mark rows ``expired``; one that may have arrived stays ``unconfirmed``, and is not looked at again."""
        if not expiries:
            return
        may_have_arrived = deliveries.c.state == DeliveryState.UNCONFIRMED
        statement = (
            update(deliveries)
            .where(deliveries.c.id == bindparam("row_id"), is_in(CLAIMABLE))
            .values(
                state=case((may_have_arrived, deliveries.c.state), else_=DeliveryState.EXPIRED),
                next_at=None,
                detail=bindparam("reason"),
                updated_at=now,
            )
        )
        with begin_writing(self._engine) as connection:
            connection.execute(statement, [{"row_id": expiry.id, "reason": expiry.reason} for expiry in expiries])

    def find_next_at(self, after: datetime | None = None) -> datetime | None:
        """Return the earliest instant (later than ``after``) at which a row must be looked at; None without any."""
        query = select(func.min(deliveries.c.next_at))
        if after is not None:
            query = query.where(deliveries.c.next_at > after)
        with begin_reading(self._engine) as connection:
            next_at: datetime | None = connection.scalar(query)
        return next_at

    def find(self, delivery_id: int) -> Delivery | None:
        return next(iter(self.list_rows((delivery_id,))), None)

    def list_rows(self, ids: Collection[int]) -> tuple[Delivery, ...]:
        """Return the deliveries with these ids, in order of (due_at, id)."""
        query = select_deliveries().where(deliveries.c.id.in_(ids)).order_by(deliveries.c.due_at, deliveries.c.id)
        with begin_reading(self._engine) as connection:
            return tuple(read_delivery(row) for row in connection.execute(query).mappings())

    def find_message(self, delivery_id: int) -> FrozenMessage | None:
        """Return the frozen message of a delivery; None before its first claim."""
        columns = messages.c
        query = select(
            columns.message_id, columns.sender, columns.recipient, columns.subject, columns.content, columns.written_at
        ).where(columns.delivery_id == delivery_id)
        with begin_reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else FrozenMessage(*row)

    def commit(
        self,
        results: Sequence[Result],
        claims: Sequence[Claim],
        now: datetime,
        meanwhile: Callable[[], None] | None = None,
    ) -> Committed:
        """Commit outcomes, and then claims, of several connections in one transaction.

        Claims must have been committed before their messages' DATA is sent (invariant 3). None is made while
        all mail is paused; a row that changed since it was read is not claimed. Raises LedgerError when nothing
        could be written: the outcomes are then to be kept and committed later. ``meanwhile``, which must not
        raise, is done while the disk works.
        """
        try:
            return self._commit(results, claims, now, meanwhile, in_bulk=True)
        except _RowChangedError:
            return self._commit(results, claims, now, meanwhile, in_bulk=False)

    def claim(self, delivery: Delivery, message: FrozenMessage, now: datetime) -> bool:
        """Commit one row as ``sending`` with its message frozen; False when another had it first, or all is paused."""
        return delivery.id in self.commit((), (Claim(delivery, message),), now).claimed

    def record_verdict(self, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        """Commit the outcome of the attempt that ``claim`` began; ``delivery`` is the row before the claim."""
        lost = self.commit((Result(delivery, verdict, now),), (), now).lost
        check_one(1 - len(lost), delivery.id)

    def move_unsent(self, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        """Move a row on that is not under way, such as one whose message could not even be written."""
        statement = (
            update(deliveries)
            .where(
                deliveries.c.id == delivery.id,
                deliveries.c.state == delivery.state,
                deliveries.c.updated_at == delivery.updated_at,
            )
            .values(
                state=verdict.state,
                next_at=verdict.next_at,
                detail=verdict.detail,
                in_doubt=delivery.in_doubt or delivery.state is DeliveryState.UNCONFIRMED,
                updated_at=now,
            )
        )
        with begin_writing(self._engine) as connection:
            check_one(connection.execute(statement).rowcount, delivery.id)

    def list_interrupted(self, now: datetime) -> tuple[Delivery, ...]:
        """Return the rows left ``sending`` whose sender is dead; one on another host is dead when its lease ended.

        Whoever calls holds the lock of the one instance, and has no dialogue under way.
        """
        host = self._claimant.partition(":")[0]
        columns = deliveries.c
        query = select(columns.id, columns.claimed_by, columns.leased_until).where(
            columns.state == DeliveryState.SENDING
        )
        with begin_reading(self._engine) as connection:
            dead = [
                id_
                for id_, claimed_by, leased_until in connection.execute(query)
                if claimed_by is None or claimed_by.partition(":")[0] == host or not now < leased_until <= now + LEASE
            ]
        return self.list_rows(dead) if dead else ()

    def record_interrupted(self, delivery: Delivery, verdict: Verdict, now: datetime) -> None:
        """Commit what becomes of an interrupted row; it is in doubt from now on (invariant 5)."""
        statement = (
            update(deliveries)
            .where(deliveries.c.id == delivery.id, deliveries.c.state == DeliveryState.SENDING)
            .values(
                state=verdict.state,
                next_at=verdict.next_at,
                detail=verdict.detail,
                in_doubt=True,
                doubts=delivery.doubts + 1,
                updated_at=now,
            )
        )
        with begin_writing(self._engine) as connection:
            check_one(connection.execute(statement).rowcount, delivery.id)
            connection.execute(
                update(attempts)
                .where(attempts.c.delivery_id == delivery.id, attempts.c.outcome.is_(None))
                .values(ended_at=now, outcome="interrupted", response=verdict.detail)
            )

    def list_begun_since(self, since: datetime, until: datetime) -> tuple[SentAt, ...]:
        """Return what was begun after ``since`` and not after ``until``, oldest first."""
        query = (
            select(deliveries.c.address, attempts.c.started_at)
            .join_from(deliveries, attempts, attempts.c.delivery_id == deliveries.c.id)
            .where(deliveries.c.updated_at > since, attempts.c.started_at > since, attempts.c.started_at <= until)
            .order_by(attempts.c.started_at)
        )
        with begin_reading(self._engine) as connection:
            return tuple(SentAt(*row) for row in connection.execute(query))

    def find_last_instant(self) -> datetime | None:
        """Return the latest instant at which any row changed: where a killed rehearsal goes on."""
        with begin_reading(self._engine) as connection:
            last: datetime | None = connection.scalar(select(func.max(deliveries.c.updated_at)))
        return last

    def _commit(
        self,
        results: Sequence[Result],
        claims: Sequence[Claim],
        now: datetime,
        meanwhile: Callable[[], None] | None,
        *,
        in_bulk: bool,
    ) -> Committed:
        with self._driver.begin_writing(meanwhile) as cursor:
            ours = self._record(cursor, results, in_bulk=in_bulk)
            pause = read_pause_now(cursor)
            may_claim = pause is None or not pause.holds(now)
            claimed = self._claim(cursor, claims, now, in_bulk=in_bulk) if claims and may_claim else []
        return Committed(
            frozenset(claim.delivery.id for claim in claimed),
            frozenset(result.delivery.id for result in results) - {result.delivery.id for result in ours},
            pause,
        )

    def _record(self, cursor: DBAPICursor, results: Sequence[Result], *, in_bulk: bool) -> Sequence[Result]:
        """Write the outcomes of those attempts that are still ours; return these."""
        rows = [_make_verdict_row(result, self._claimant) for result in results]
        own = _update_guarded(cursor, _LEAVE_SENDING, results, rows, in_bulk=in_bulk)
        if own:
            cursor.executemany(_END_ATTEMPT, [_make_ended_row(result) for result in own])
        return own

    def _claim(self, cursor: DBAPICursor, claims: Sequence[Claim], now: datetime, *, in_bulk: bool) -> Sequence[Claim]:
        """Claim the rows that stand as they were read; return these."""
        instant, lease_end = count_microseconds(now), count_microseconds(now + LEASE)
        rows = [_make_claim_row(claim, self._claimant, lease_end, instant) for claim in claims]
        won = _update_guarded(cursor, _ENTER_SENDING, claims, rows, in_bulk=in_bulk)
        new = [_make_message_row(claim) for claim in won if claim.delivery.message_id is None]
        if new:
            cursor.executemany(_KEEP_MESSAGE, new)
        if won:
            cursor.executemany(
                _BEGIN_ATTEMPT, [(claim.delivery.id, claim.delivery.claims + 1, instant) for claim in won]
            )
        return won


class _RowChangedError(Exception):
    """One row of a group is not as it was read; the group is to be written row by row."""


def _update_guarded(
    cursor: DBAPICursor, statement: str, items: Sequence[T], rows: Sequence[Bound], *, in_bulk: bool
) -> Sequence[T]:
    """Run a conditional UPDATE of one row for each of ``items``; return those whose row was changed by it."""
    if not rows:
        return ()
    if not in_bulk:
        return [item for item, row in zip(items, rows, strict=True) if cursor.execute(statement, row).rowcount == 1]
    if cursor.executemany(statement, rows).rowcount != len(rows):
        raise _RowChangedError
    return items


# As text, and with values as the driver takes them (see Driver).
_ENTER_SENDING = """
UPDATE deliveries
SET state = 'sending', next_at = NULL, attempts = ?, claims = ?, in_doubt = ?, message_id = ?,
    claimed_by = ?, leased_until = ?, updated_at = ?
WHERE id = ? AND state = ? AND claims = ? AND updated_at = ? AND state IN ('planned', 'retrying', 'unconfirmed')
AND NOT (about = 'report' AND rule <> 'receipt' AND 'taken-back' <> COALESCE((
    SELECT mark FROM report_marks AS marks
    WHERE marks.plan = deliveries.plan AND marks.report = deliveries.item AND marks.unit = deliveries.unit
    ORDER BY marks.id DESC LIMIT 1), 'taken-back'))
"""
_LEAVE_SENDING = """
UPDATE deliveries
SET state = ?, next_at = ?, attempts = ?, silences = ?, in_doubt = ?, detail = ?, updated_at = ?
WHERE id = ? AND state = 'sending' AND claims = ? AND claimed_by = ?
"""
_BEGIN_ATTEMPT = "INSERT INTO attempts (delivery_id, number, started_at) VALUES (?, ?, ?)"
_END_ATTEMPT = "UPDATE attempts SET ended_at = ?, outcome = ?, response = ? WHERE delivery_id = ? AND number = ?"
_KEEP_MESSAGE = """
INSERT INTO messages (delivery_id, message_id, sender, recipient, subject, content, written_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""


def _make_claim_row(claim: Claim, claimant: str, lease_end: int, instant: int) -> Bound:
    delivery = claim.delivery
    return (
        delivery.attempts + 1,
        delivery.claims + 1,
        delivery.in_doubt or delivery.state is DeliveryState.UNCONFIRMED,
        claim.message.message_id,
        claimant,
        lease_end,
        instant,
        delivery.id,
        delivery.state,
        delivery.claims,
        count_microseconds(delivery.updated_at),
    )


def _make_verdict_row(result: Result, claimant: str) -> Bound:
    delivery, verdict = result.delivery, result.verdict
    # Sent again after a silence it may arrive twice; but not when the relay did not even hear of it.
    sent_again = delivery.state is DeliveryState.UNCONFIRMED and verdict.counted
    return (
        verdict.state,
        None if verdict.next_at is None else count_microseconds(verdict.next_at),
        delivery.attempts + verdict.counted,
        delivery.silences + verdict.silent,
        delivery.in_doubt or sent_again,
        verdict.detail,
        count_microseconds(result.ended_at),
        delivery.id,
        delivery.claims + 1,
        claimant,
    )


def _make_ended_row(result: Result) -> Bound:
    outcome = str(result.verdict.state) if result.verdict.counted else "withheld"
    ended_at = count_microseconds(result.ended_at)
    return ended_at, outcome, result.verdict.detail, result.delivery.id, result.delivery.claims + 1


def _make_message_row(claim: Claim) -> Bound:
    message = claim.message
    return (
        claim.delivery.id,
        message.message_id,
        message.sender,
        message.recipient,
        message.subject,
        message.content,
        count_microseconds(message.written_at),
    )
