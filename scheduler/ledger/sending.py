"""Sending in the ledger: the due rows, claims with their frozen messages, outcomes, and deaths.

IO. Claims and outcomes of several connections are committed in groups. Each change of state is a conditional
UPDATE on a row that was read under the same write lock (invariant 3); what the change is was decided in ``delivery``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Engine, and_, bindparam, case, func, or_, select, update

from scheduler.delivery import Delivery, DeliveryState, DueRow, Expiry, SentSeries, Verdict
from scheduler.ledger.control import read_pause_now
from scheduler.ledger.engine import Driver, begin_reading, begin_writing
from scheduler.ledger.groups import (
    LEASE,
    Claim,
    Committed,
    FrozenMessage,
    Result,
    RowChangedError,
    claim_rows,
    record_results,
)
from scheduler.ledger.rows import CLAIMABLE, WAITS, WAITS_NO_LONGER, check_one, is_in, read_delivery, select_deliveries
from scheduler.ledger.schema import attempts, deliveries, messages

_DUE_COLUMNS = tuple(deliveries.c[field.name] for field in fields(DueRow))
_ON_THEIR_WAY = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNCONFIRMED)


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

    def list_due(self, now: datetime, after: DueRow | None = None, most: int | None = None) -> tuple[DueRow, ...]:
        """Return the rows whose ``next_at`` has come, in order of (next_at, id): ``most`` of them behind ``after``."""
        columns = deliveries.c
        query = select(*_DUE_COLUMNS).where(columns.next_at <= now).order_by(columns.next_at, columns.id).limit(most)
        if after is not None:
            # Written out, so that SQLite begins at that place of the index.
            behind = and_(columns.next_at == after.next_at, columns.id > after.id)
            query = query.where(columns.next_at >= after.next_at, or_(columns.next_at > after.next_at, behind))
        with begin_reading(self._engine) as connection:
            return tuple(DueRow(*row) for row in connection.execute(query))

    def list_due_of_series(self, rows: Sequence[DueRow], now: datetime) -> Sequence[DueRow]:
        """Return all rows whose ``next_at`` has come of the series that ``rows``, which are due, belong to."""
        columns, series = deliveries.c, {row.series for row in rows}
        of_series = and_(columns.series.in_(series), columns.next_at <= now)
        with begin_reading(self._engine) as connection:
            if connection.scalar(select(func.count()).where(of_series)) == len(rows):
                return rows
            return tuple(DueRow(*row) for row in connection.execute(select(*_DUE_COLUMNS).where(of_series)))

    def list_sent_series(self, series: Collection[str]) -> tuple[SentSeries, ...]:
        """Return the newest instant that was sent, or may have been, of each of ``series``; none that has none."""
        # Not the bare column: by its index SQLite would rather go through every row that was ever sent.
        state = deliveries.c.state.concat("")
        query = (
            select(deliveries.c.series, func.max(deliveries.c.due_at))
            .where(deliveries.c.series.in_(series), state.in_(_ON_THEIR_WAY))
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
        query = select(func.min(deliveries.c.next_at)).where(WAITS)
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
        except RowChangedError:
            return self._commit(results, claims, now, meanwhile, in_bulk=False)

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

    def is_under_way(self) -> bool:
        """Tell whether any message is on its way."""
        query = select(deliveries.c.id).where(
            WAITS_NO_LONGER,  # the claim saw to that; by its index they are found
            deliveries.c.state == DeliveryState.SENDING,
        )
        with begin_reading(self._engine) as connection:
            return connection.scalar(query.limit(1)) is not None

    def list_interrupted(self, now: datetime) -> tuple[Delivery, ...]:
        """Return the rows left ``sending`` whose sender is dead; one on another host is dead when its lease ended.

        Whoever calls holds the lock of the one instance, and has no dialogue under way.
        """
        host = self._claimant.partition(":")[0]
        columns = deliveries.c
        query = select(columns.id, columns.claimed_by, columns.leased_until).where(
            WAITS_NO_LONGER,  # the claim saw to that; by its index they are found
            columns.state == DeliveryState.SENDING,
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
            ours = record_results(cursor, results, self._claimant, in_bulk=in_bulk)
            pause = read_pause_now(cursor)
            may_claim = pause is None or not pause.holds(now)
            claimed: Sequence[Claim] = ()
            if claims and may_claim:
                claimed = claim_rows(cursor, claims, self._claimant, now, in_bulk=in_bulk)
        return Committed(
            frozenset(claim.delivery.id for claim in claimed),
            frozenset(result.delivery.id for result in results) - {result.delivery.id for result in ours},
            pause,
        )
