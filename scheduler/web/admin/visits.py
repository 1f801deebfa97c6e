"""Visits month by month: who comes, sends somebody else, cannot, or has not answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from scheduler.attendance import Reply
from scheduler.model import Visit
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.books import Audience
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.mails import Choice
from scheduler.web.admin.names import Month, Names
from scheduler.web.admin.paging import Pages, make_pages
from scheduler.web.admin.reports import choose_plan

_PER_PAGE = 25
_ALL_UNDATED = "chua-dinh"


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit with names, and what its readers answered."""

    visit: Visit
    unit: str
    communes: tuple[str, ...]
    hours: tuple[str, ...]
    team: str
    audience: Audience
    attends: int
    substitutes: int
    cannot: int
    is_over: bool


@dataclass(frozen=True, slots=True)
class VisitsPage:
    """One month of one plan; ``month`` is "2024-5", or "chua-dinh" for visits without a date."""

    plan: str
    plans: tuple[Choice, ...]
    month: str
    month_words: str
    months: tuple[Choice, ...]
    total: int
    rows: tuple[VisitRow, ...]
    pages: Pages


def show_visits(desk: Desk, asked: Asked) -> Response:
    """Show the visits of one month, today's unless another was asked for."""
    names = desk.names()
    plan_id = choose_plan(names, asked)
    today = asked.now.astimezone(names.zone).date()
    months = names.months(plan_id)
    undated = tuple(v for v in names.plans[plan_id].visits if not v.dates) if plan_id else ()
    choices = tuple(Choice(f"{y}-{m}", f"Tháng {m}/{y}") for y, m in months)
    if undated:
        choices = (*choices, Choice(_ALL_UNDATED, "Chưa định ngày"))
    month = _choose_month(asked.asked_for("thang"), choices, months, today)
    visits = undated if month == _ALL_UNDATED else names.by_month.get((plan_id, _read_month(month)), ())
    pages = make_pages(
        asked.path,
        (("ke-hoach", plan_id), ("thang", month)),
        asked.asked_number("trang", 1),
        len(visits),
        _PER_PAGE,
    )
    page = visits[pages.first : pages.first + pages.per_page]
    return desk.show(
        "visits",
        asked,
        VisitsPage(
            plan=plan_id,
            plans=tuple(Choice(plan.id, plan.title) for plan in names.plans.values()),
            month=month,
            month_words=next((choice.words for choice in choices if choice.value == month), ""),
            months=choices,
            total=len(visits),
            rows=tuple(
                _make_row(names, plan_id, visit, audience, today)
                for visit, audience in zip(page, desk.books.list_audiences(names, plan_id, page), strict=True)
            ),
            pages=pages,
        ),
    )


def _choose_month(wanted: str, choices: tuple[Choice, ...], months: tuple[Month, ...], today: date) -> str:
    """Return the month that was asked for, else this one, else the next that has visits, else the last."""
    known = [choice.value for choice in choices]
    if wanted in known:
        return wanted
    coming = [month for month in months if month >= (today.year, today.month)]
    if coming or months:
        year, month = coming[0] if coming else months[-1]
        return f"{year}-{month}"
    return known[0] if known else ""


def _read_month(text: str) -> Month:
    year, _, month = text.partition("-")
    return (int(year), int(month)) if year and month else (0, 0)


def _make_row(names: Names, plan_id: str, visit: Visit, audience: Audience, today: date) -> VisitRow:
    plan = names.plans[plan_id]
    sessions = {session.id: session for session in plan.sessions}
    hours = []
    for held in visit.sessions:
        session = sessions.get(held.id)
        if session is not None:
            start, end = held.start or session.start, held.end or session.end
            hours.append(f"{session.name} {start:%H:%M}–{end:%H:%M}")
    return VisitRow(
        visit=visit,
        unit=names.place(plan_id, visit.unit),
        communes=tuple(names.place(plan_id, f"{visit.unit}/{c}").partition(" (")[0] for c in visit.communes),
        hours=tuple(hours),
        team=next((team.name for team in plan.teams if team.id == visit.team), ""),
        audience=audience,
        attends=audience.count(Reply.ATTENDS),
        substitutes=audience.count(Reply.SUBSTITUTE),
        cannot=audience.count(Reply.CANNOT),
        is_over=bool(visit.dates) and visit.dates[-1] < today,
    )
