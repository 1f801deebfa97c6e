"""Plans -> the public agenda: what a page shows, day by day, ready to be read out by a template.

Pure. Only public plans, and of them only offices and places: no contact, no address, no person.
Dates and hours are local to their plan; days ascend, undated visits come last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from urllib.parse import quote

from scheduler.model import Forms, Plan, PlanStatus, Report, Unit, Visit
from scheduler.web.feeds import feed_path
from scheduler.web.month import MonthTable, lay_out_months
from scheduler.web.wording import word_due, word_period

Tense = Literal["past", "today", "next", "later"]


@dataclass(frozen=True, slots=True)
class AgendaHours:
    """One session of one visit; ``places`` is empty where the plan does not say where it is held."""

    name: str
    start: time
    end: time
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgendaVisit:
    """One unit on one day (or without a day); ``part`` is (2, 3) on the second of three days, else None."""

    unit: str
    communes: tuple[str, ...]
    hours: tuple[AgendaHours, ...]
    scope: str | None
    communes_only: bool
    cancelled: bool
    part: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class AgendaReport:
    """One report; ``forms`` pairs a form with the units that use it, the default last, with no unit."""

    title: str
    due: str
    deliver_to: str | None
    owed_by: tuple[str, ...]
    forms: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class AgendaDay:
    """What one day holds; ``tense`` is "next" for the first day after today, when nothing is on today."""

    day: date
    tense: Tense
    reports: tuple[AgendaReport, ...]
    visits: tuple[AgendaVisit, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """The ways to follow one feed; all are absolute URLs."""

    https: str
    webcal: str
    google: str
    outlook: str


@dataclass(frozen=True, slots=True)
class AgendaPlan:
    """One public plan. ``months`` groups its days, ``tables`` are calendars of them; ``period`` may be None."""

    id: str
    title: str
    number: str | None
    organiser: str
    status: PlanStatus
    timezone: str
    scope: str | None
    period: str | None
    units: int
    communes: int
    deadlines: tuple[str, ...]
    months: tuple[tuple[str, tuple[AgendaDay, ...]], ...]
    tables: tuple[MonthTable, ...]
    undated: tuple[AgendaVisit, ...]
    over: bool
    updated: datetime
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Agenda:
    """All public plans, those with something still to come first."""

    plans: tuple[AgendaPlan, ...]


def compose_agenda(plans: tuple[Plan, ...], *, today: date, public_url: str) -> Agenda:
    """Compose the agenda of the public ones of ``plans``, as it reads on ``today``.

    ``public_url`` is where the outside world reaches this service, with or without a closing slash.
    """
    shown = [_compose_plan(plan, today, public_url) for plan in plans if plan.public]
    return Agenda(plans=tuple(sorted(shown, key=lambda plan: plan.over)))


def subscribe_to(feed: str, title: str, public_url: str) -> Subscription:
    """Return the ways to follow the feed at the path ``feed`` under ``public_url``."""
    https = public_url.rstrip("/") + feed
    webcal = "webcal:" + https.partition(":")[2]
    # Google reads its parameter as an address to fetch, and takes webcal for http and https alike.
    google = f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}"
    outlook = (
        f"https://outlook.office.com/calendar/0/addfromweb?url={quote(https, safe='')}&name={quote(title, safe='')}"
    )
    return Subscription(https=https, webcal=webcal, google=google, outlook=outlook)


def _compose_plan(plan: Plan, today: date, public_url: str) -> AgendaPlan:
    units = {unit.id: unit for unit in plan.units}
    visits: defaultdict[date, list[AgendaVisit]] = defaultdict(list)
    reports: defaultdict[date, list[AgendaReport]] = defaultdict(list)
    for visit in plan.visits:
        for number, day in enumerate(visit.dates, 1):
            part = (number, len(visit.dates)) if len(visit.dates) > 1 else None
            visits[day].append(_compose_visit(plan, units, visit, part))
    for report in plan.reports:
        reports[report.due.last_day].append(_compose_report(units, report))
    held = [visit for visit in plan.visits if not visit.cancelled]
    dates = sorted(day for visit in held for day in visit.dates)
    undated = tuple(_compose_visit(plan, units, visit, None) for visit in plan.visits if not visit.dates)
    days = sorted({*visits, *reports})
    nearest = min((day for day in (*dates, *reports) if day >= today), default=None)
    shown = [AgendaDay(day, _tell_tense(day, today, nearest), tuple(reports[day]), tuple(visits[day])) for day in days]
    return AgendaPlan(
        id=plan.id,
        title=plan.title,
        number=plan.number,
        organiser=plan.organiser.name,
        status=plan.status,
        timezone=plan.timezone,
        scope=plan.scope,
        period=word_period(dates[0], dates[-1]) if dates else None,
        units=len({visit.unit for visit in held}),
        communes=len({(visit.unit, commune) for visit in held for commune in visit.communes}),
        deadlines=tuple(word_due(report.due) for report in plan.reports),
        months=_group_months(shown),
        tables=lay_out_months(shown),
        undated=undated,
        over=plan.status is PlanStatus.CANCELLED or (not undated and nearest is None),
        updated=plan.updated.astimezone(plan.zone),
        subscription=subscribe_to(feed_path(plan.id), plan.title, public_url),
    )


def _compose_visit(plan: Plan, units: dict[str, Unit], visit: Visit, part: tuple[int, int] | None) -> AgendaVisit:
    named = {session.id: session for session in plan.sessions}
    unit = units.get(visit.unit, Unit(visit.unit, visit.unit))
    communes = {commune.id: commune.name for commune in unit.communes}
    hours = [
        AgendaHours(
            name=session.name,
            start=held.start or session.start,
            end=held.end or session.end,
            places=tuple(place for place in (held.place, held.commune and communes.get(held.commune)) if place),
        )
        for held in visit.sessions
        if (session := named.get(held.id)) is not None
    ]
    return AgendaVisit(
        unit=unit.name,
        communes=tuple(communes.get(commune, commune) for commune in visit.communes),
        hours=tuple(sorted(hours, key=lambda hour: hour.start)),
        scope=visit.scope,
        communes_only=visit.levels == ("commune",),
        cancelled=visit.cancelled or plan.status is PlanStatus.CANCELLED,
        part=part,
    )


def _compose_report(units: dict[str, Unit], report: Report) -> AgendaReport:
    return AgendaReport(
        title=report.title[:1].upper() + report.title[1:],
        due=word_due(report.due),
        deliver_to=report.deliver_to,
        owed_by=tuple(_name_office(units, office) for office in report.owed_by),
        forms=_list_forms(units, report.forms),
    )


def _list_forms(units: dict[str, Unit], forms: Forms) -> tuple[tuple[str, tuple[str, ...]], ...]:
    users: defaultdict[str, list[str]] = defaultdict(list)
    for office, form in forms.by_unit:
        users[form].append(_name_office(units, office))
    listed = [(form, tuple(offices)) for form, offices in users.items() if form != forms.default]
    return tuple(listed) if forms.default is None else (*listed, (forms.default, ()))


def _name_office(units: dict[str, Unit], office: str) -> str:
    """Return a unit's name, or "An Bá (Sơn Động)" for a commune."""
    unit_id, _, commune_id = office.partition("/")
    unit = units.get(unit_id, Unit(unit_id, unit_id))
    if not commune_id:
        return unit.name
    names = {commune.id: commune.name for commune in unit.communes}
    return f"{names.get(commune_id, commune_id)} ({unit.name})"


def _tell_tense(day: date, today: date, nearest: date | None) -> Tense:
    if day <= today:
        return "today" if day == today else "past"
    return "next" if day == nearest else "later"


def _group_months(days: Iterable[AgendaDay]) -> tuple[tuple[str, tuple[AgendaDay, ...]], ...]:
    months: defaultdict[tuple[int, int], list[AgendaDay]] = defaultdict(list)
    for day in days:
        months[day.day.year, day.day.month].append(day)
    return tuple((f"Tháng {month}/{year}", tuple(held)) for (year, month), held in months.items())
