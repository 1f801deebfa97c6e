"""The first page: what is next, what failed, what waits for a person, and how the service is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from starlette.responses import Response

from scheduler.arrivals import Standing
from scheduler.delivery import Delivery, DeliveryState
from scheduler.differences import Differences
from scheduler.errors import Problem
from scheduler.ledger import DeliveryFilter, WaitingEdit
from scheduler.model import Untold
from scheduler.pacing import Pause
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.books import OwedReport
from scheduler.web.admin.desk import DaySpan, Desk
from scheduler.web.admin.editing.files import DraftRow, list_draft_rows
from scheduler.web.admin.mail_page import may_retry, may_skip
from scheduler.web.admin.mails import NEEDS_A_PERSON, TO_COME, MailRow, make_row
from scheduler.web.admin.names import Names
from scheduler.web.admin.timeline import TimelineDay, draw_timeline, list_days
from scheduler.web.health import Health

_DAYS, _DAYS_ON_A_PHONE = 28, 14
_EPOCH = date(1970, 1, 1)
_MOST_SHOWN = 20
_MOST_NAMED = 8
_MOST_DIFFERENCES = 100


@dataclass(frozen=True, slots=True)
class StuckMail:
    """A mail that a person should look at."""

    row: MailRow
    may_retry: bool
    may_skip: bool


@dataclass(frozen=True, slots=True)
class SaidReport:
    """A report that its unit says it sent, and the office has not confirmed."""

    owed: OwedReport
    unit: str
    title: str


@dataclass(frozen=True, slots=True)
class UntoldRow:
    """Who should be told of what, and why that cannot be."""

    who: str
    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An edit that waits; of its differences at most a hundred each are shown."""

    edit: WaitingEdit
    differences: Differences | None
    names: Names

    @property
    def events(self) -> int:
        return 0 if self.differences is None else len(self.differences.events)

    @property
    def mails(self) -> int:
        return 0 if self.differences is None else len(self.differences.mails)


@dataclass(frozen=True, slots=True)
class Sums:
    """The figures on top."""

    to_come: int
    sent: int
    stuck: int
    overdue: int


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """All of the first page."""

    has_plans: bool
    health: Health
    pause: Pause | None
    sums: Sums
    waiting: Waiting | None
    drafts: tuple[DraftRow, ...]
    stuck: tuple[StuckMail, ...]
    said: tuple[SaidReport, ...]
    said_total: int
    next_mails: tuple[MailRow, ...]
    timeline: str
    timeline_small: str
    days: tuple[TimelineDay, ...]
    problems: tuple[Problem, ...]
    untold: tuple[UntoldRow, ...]
    untold_total: int


def show_overview(desk: Desk, asked: Asked) -> Response:
    """Show the first page."""
    names, now = desk.names(), asked.now
    browsing = desk.ledger.browsing
    stuck = browsing.list_page(DeliveryFilter(states=NEEDS_A_PERSON), first=0, most=_MOST_SHOWN, newest=True)
    to_come = browsing.list_page(DeliveryFilter(states=TO_COME), first=0, most=5, newest=False)
    owed = [one for plan in names.plans for one in desk.books.list_owed(names, plan, now)]
    said = [one for one in owed if one.arrival.standing is Standing.SAID]
    days = _make_days(desk, names, now)
    pause = desk.ledger.control.find_pause()
    untold = [] if names.snapshot is None else [(w.plan.id, u) for w in names.snapshot.wanted for u in w.untold]
    return desk.show(
        "overview",
        asked,
        OverviewPage(
            has_plans=bool(names.plans),
            health=desk.running.health(),
            pause=pause if pause is not None and pause.holds(now) else None,
            sums=Sums(
                to_come=_count(desk, TO_COME, now),
                sent=_count(desk, (DeliveryState.SENT,), now),
                stuck=_count(desk, NEEDS_A_PERSON, now),
                overdue=sum(one.is_overdue for one in owed),
            ),
            waiting=_find_waiting(desk, names, now),
            drafts=list_draft_rows(desk, asked),
            stuck=tuple(_make_stuck(delivery, names, asked) for delivery in stuck),
            said=tuple(_make_said(one, names) for one in said[:_MOST_SHOWN]),
            said_total=len(said),
            next_mails=tuple(make_row(delivery, names) for delivery in to_come),
            timeline=draw_timeline(days, "rong", 920),
            timeline_small=draw_timeline(days[:_DAYS_ON_A_PHONE], "hep", 340),
            days=tuple(day for day in days if not day.is_empty),
            problems=desk.running.list_problems(),
            untold=tuple(_make_untold(plan, one, names) for plan, one in untold[:_MOST_SHOWN]),
            untold_total=len(untold),
        ),
    )


def _count(desk: Desk, states: tuple[DeliveryState, ...], now: datetime) -> int:
    return desk.counts.get(DeliveryFilter(states=states), now)


def _find_waiting(desk: Desk, names: Names, now: datetime) -> Waiting | None:
    edit = desk.ledger.edits.find_waiting()
    if edit is None or edit.approved_at is not None:
        return None
    found = desk.running.describe_waiting(now)
    return Waiting(edit, found, names)


def _make_stuck(delivery: Delivery, names: Names, asked: Asked) -> StuckMail:
    return StuckMail(make_row(delivery, names), may_retry(delivery, asked), may_skip(delivery))


def _make_said(one: OwedReport, names: Names) -> SaidReport:
    arrival = one.arrival
    return SaidReport(one, names.place(arrival.plan, arrival.unit), names.item(arrival.plan, "report", arrival.report))


def _make_untold(plan: str, one: Untold, names: Names) -> UntoldRow:
    who = names.contact(one.who)
    return UntoldRow(names.place(plan, who), names.item(plan, one.about, one.item), one.reason)


def _make_days(desk: Desk, names: Names, now: datetime) -> tuple[TimelineDay, ...]:
    local = now.astimezone(names.zone)
    offset = local.utcoffset() or timedelta(0)
    midnight = datetime.combine(local.date(), datetime.min.time(), names.zone)
    until = midnight + timedelta(days=_DAYS)
    counted = desk.counts_by_day.get(DaySpan(midnight, until, offset), now)
    mails = {_EPOCH + timedelta(days=one.day): one.count for one in counted}
    deadlines: defaultdict[date, list[str]] = defaultdict(list)
    for plan in names.plans.values():
        for report in plan.reports:
            deadlines[report.due.last_day].append(names.item(plan.id, "report", report.id))
    days = []
    for day in list_days(local.date(), _DAYS):
        held = [(of, v) for of in names.plans for v in names.by_day.get((of, day), ()) if not v.cancelled]
        units = tuple(names.place(of, visit.unit) for of, visit in held[:_MOST_NAMED])
        days.append(TimelineDay(day, mails.get(day, 0), units, len(held), tuple(deadlines[day])))
    return tuple(days)
