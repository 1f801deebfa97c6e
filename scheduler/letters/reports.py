"""A report and the unit that owes it -> the facts a letter says of it.

Pure. How many days are left is counted from a local day that is passed in.
"""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.letters.facts import ReportFacts
from scheduler.model import Due, Report
from scheduler.phrases import capitalise, phrase_date, phrase_deadline, phrase_due
from scheduler.plan_index import PlanIndex
from scheduler.workdays import WorkingDays


def describe_report(
    index: PlanIndex,
    report: Report,
    unit: str,
    workdays: WorkingDays,
    today: date,
    *,
    step: int = 1,
    came_on: date | None = None,
) -> ReportFacts:
    """Return the facts of ``report`` for ``unit`` (a unit id or ``unit/commune``), as they stand on ``today``.

    ``step`` is which time its rule writes about it, ``came_on`` the day it came.
    """
    last_day = report.due.last_day
    days_left = (last_day - today).days
    working_days_left = workdays.count_until(today, last_day)
    return ReportFacts(
        title=report.title,
        unit=index.name_place(unit),
        due=phrase_due(report.due),
        deadline=phrase_deadline(report.due),
        heading=capitalise(phrase_deadline(report.due)),
        last_day=phrase_date(last_day),
        last_day_reason=_explain_last_day(report.due),
        form=report.forms.for_unit(unit),
        deliver_to=report.deliver_to,
        submit_to=report.submit_to,
        days_left=days_left,
        working_days_left=working_days_left,
        countdown=count_down(days_left, working_days_left),
        unusual_days=_list_unusual_days(workdays, today, last_day),
        overdue_days=max(0, -days_left),
        step=step,
        received_on=None if came_on is None else phrase_date(came_on),
        late=came_on is not None and came_on > last_day,
    )


def _explain_last_day(due: Due) -> str:
    said = f"Kế hoạch ghi “{phrase_due(due)}”"
    if due.last_day != due.day:
        return f"{said}, nên ngày cuối còn đúng hạn là {phrase_date(due.last_day)}."
    if due.at is not None:
        return f"{said}: ngày cuối là chính ngày đó, đến giờ đã ghi."
    return f"{said}: ngày cuối là chính ngày đó, đến hết ngày."


def count_down(days_left: int, working_days_left: int) -> str:
    """Return how long it is until the last day, in words: "còn 5 ngày làm việc", "đã quá hạn 3 ngày"."""
    if days_left < 0:
        return f"đã quá hạn {-days_left} ngày"
    if days_left == 0:
        return "hôm nay là ngày cuối"
    return f"còn {working_days_left} ngày làm việc" if working_days_left else f"còn {days_left} ngày (đều là ngày nghỉ)"


def _list_unusual_days(workdays: WorkingDays, today: date, last_day: date) -> tuple[str, ...]:
    if last_day <= today:
        return ()
    kinds = workdays.list_peculiar(today + timedelta(days=1), last_day)
    return tuple(f"{phrase_date(kind.day)} {'làm việc bù' if kind.working else 'được nghỉ'}" for kind in kinds)
