"""Arrivals in the ledger: what was said of each report that is owed, and the reminders that this keeps back.

IO. Marks are only ever added. The reminders that a mark makes needless are skipped in the transaction that adds it, so
that none goes out after it; those that taking it back makes useful again are planned by the service, which knows the
configuration in force.
"""

from __future__ import annotations

from sqlalchemy import Engine, func, insert, select, update

from scheduler.arrivals import NOT_OWED_NOW, Mark, ReportMark
from scheduler.delivery import DeliveryState
from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.rows import OPEN, is_in
from scheduler.ledger.schema import deliveries, report_marks

# A receipt tells of the arrival itself; it is no reminder.
RECEIPT_RULE = "receipt"


class Arrivals:
    """The marks of all plans."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, mark: ReportMark) -> bool:
        """Record a mark; False, and nothing changes, where the newest of its place says the same already."""
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
            if said == (mark.mark, mark.on):
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
            if mark.mark is not Mark.TAKEN_BACK:
                connection.execute(
                    update(deliveries)
                    .where(
                        deliveries.c.plan == mark.plan,
                        deliveries.c.about == "report",
                        deliveries.c.item == mark.report,
                        deliveries.c.unit == mark.unit,
                        deliveries.c.rule != RECEIPT_RULE,
                        is_in(OPEN),
                    )
                    .values(state=DeliveryState.SKIPPED, next_at=None, detail=NOT_OWED_NOW, updated_at=mark.made_at)
                )
        return True

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
