"""Arrivals in the ledger: what was said of each report that is owed, and the reminders that this keeps back.

IO. Marks are only ever added. The reminders that a mark makes needless are skipped in the transaction that adds it, so
that none goes out after it; those that taking it back makes useful again are planned by the service, which knows the
configuration in force.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, func, insert, select, update

from scheduler.arrivals import NOT_OWED_NOW, Mark, ReportMark
from scheduler.changes import OPEN_STATES
from scheduler.delivery import DeliveryState
from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.rows import CLAIMABLE, is_in, reminds_of_settled
from scheduler.ledger.schema import deliveries, report_marks
from scheduler.receipts import RULE as RECEIPT_RULE
from scheduler.receipts import WITHDRAWN


class Arrivals:
    """The marks of all plans."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, mark: ReportMark, *, only_if_owed: bool = False) -> bool:
        """Record a mark; False, and nothing changes, where the newest of its place says the same already.

        The reminders that it makes needless do not go from now on, nor does the receipt for an earlier mark. With
        ``only_if_owed`` nothing changes either where anything but owed is said: a unit does not overrule the office.
        """
        places = report_marks.c
        newest = (
            select(places.mark, places.on_day)
            .where(places.plan == mark.plan, places.report == mark.report, places.unit == mark.unit)
            .order_by(places.id.desc())
            .limit(1)
        )
        with begin_writing(self._engine) as connection:
            known = connection.execute(newest).one_or_none()
            said = (Mark.TAKEN_BACK, None) if known is None else (Mark(known[0]), known[1])
            if said == (mark.mark, mark.on) or (only_if_owed and said[0] is not Mark.TAKEN_BACK):
                return False
            connection.execute(
                insert(report_marks).values(
                    plan=mark.plan,
                    report=mark.report,
                    unit=mark.unit,
                    mark=mark.mark,
                    on_day=mark.on,
                    by=mark.by,
                    made_at=mark.made_at,
                )
            )
            of_place = and_(
                deliveries.c.plan == mark.plan, deliveries.c.item == mark.report, deliveries.c.unit == mark.unit
            )
            _withdraw_receipts(connection, of_place, mark.made_at)
            _hold_back(connection, of_place, mark.made_at)
        return True

    def hold_back(self, now: datetime, *, due_by: datetime | None = None) -> int:
        """Skip the reminders of settled reports that wait all the same, of those looked at by ``due_by`` or of all.

        One that was under way when the mark was made, and failed, waits again after it. Returns how many there were.
        """
        waits = deliveries.c.next_at.is_not(None) if due_by is None else deliveries.c.next_at <= due_by
        with begin_reading(self._engine) as connection:
            if connection.execute(select(deliveries.c.id).where(waits, reminds_of_settled()).limit(1)).first() is None:
                return 0
        with begin_writing(self._engine) as connection:
            return _hold_back(connection, waits, now)

    def list_marks(self, plan: str | None = None) -> tuple[ReportMark, ...]:
        """Return the marks of one plan, or of all, in order of their making."""
        places = report_marks.c
        query = select(
            places.plan, places.report, places.unit, places.mark, places.on_day, places.by, places.made_at
        ).order_by(places.id)
        if plan is not None:
            query = query.where(places.plan == plan)
        with begin_reading(self._engine) as connection:
            return tuple(
                ReportMark(of, report, unit, Mark(mark), on, by, made_at)
                for of, report, unit, mark, on, by, made_at in connection.execute(query)
            )

    def read_version(self) -> int:
        """Return a number that rises with each mark; cheap enough for every tick."""
        with begin_reading(self._engine) as connection:
            return int(connection.scalar(select(func.coalesce(func.max(report_marks.c.id), 0))) or 0)

    def list_page(self, *, first: int, most: int) -> tuple[ReportMark, ...]:
        """Return at most ``most`` marks, the newest first, from number ``first`` (from 0) on."""
        places = report_marks.c
        query = (
            select(places.plan, places.report, places.unit, places.mark, places.on_day, places.by, places.made_at)
            .order_by(places.id.desc())
            .offset(first)
            .limit(most)
        )
        with begin_reading(self._engine) as connection:
            return tuple(
                ReportMark(plan, report, unit, Mark(mark), on, by, made_at)
                for plan, report, unit, mark, on, by, made_at in connection.execute(query)
            )


def _hold_back(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    """Skip the waiting reminders of settled reports; one that may have arrived only is not tried again."""
    may_have_arrived = deliveries.c.state == DeliveryState.UNCONFIRMED
    statement = (
        update(deliveries)
        .where(which, is_in(CLAIMABLE), deliveries.c.next_at.is_not(None), reminds_of_settled())
        .values(
            state=case((may_have_arrived, deliveries.c.state), else_=DeliveryState.SKIPPED),
            next_at=None,
            detail=case((may_have_arrived, deliveries.c.detail), else_=NOT_OWED_NOW),
            updated_at=now,
        )
    )
    return connection.execute(statement).rowcount


def _withdraw_receipts(connection: Connection, of_place: ColumnElement[bool], now: datetime) -> None:
    connection.execute(
        update(deliveries)
        .where(of_place, deliveries.c.about == "report", deliveries.c.rule == RECEIPT_RULE, is_in(OPEN_STATES))
        .values(state=DeliveryState.CANCELLED, next_at=None, detail=WITHDRAWN, updated_at=now)
    )
