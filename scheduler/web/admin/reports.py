"""Reports as a grid, units by reports: where each stands, and a click to record what came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.arrivals import Mark, ReportMark, Standing
from scheduler.model import Report
from scheduler.web.admin.asking import Asked, go_to
from scheduler.web.admin.books import OwedReport
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.mails import Choice
from scheduler.web.admin.names import Names
from scheduler.web.admin.paging import Pages, make_pages
from scheduler.web.admin.words import word_standing

_OVERDUE = "overdue"
_MARKS = {"nhan": Mark.RECEIVED, "mien": Mark.EXCUSED, "lay-lai": Mark.TAKEN_BACK}
_TOLD = {
    Mark.RECEIVED: "Đã ghi: nhận được báo cáo của {unit}. Các thư nhắc còn lại được dừng.",
    Mark.EXCUSED: "Đã ghi: {unit} được miễn báo cáo này. Các thư nhắc còn lại được dừng.",
    Mark.TAKEN_BACK: "Đã lấy lại điều đã ghi về báo cáo của {unit}. Các thư nhắc còn ích lợi sẽ được gửi.",
}


@dataclass(frozen=True, slots=True)
class GridCell:
    """Where one report stands; ``by`` is who said so, "" where nobody said anything."""

    owed: OwedReport
    by: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One unit (or commune) with a cell for each report; None where it does not owe that one."""

    place: str
    name: str
    cells: tuple[GridCell | None, ...]


@dataclass(frozen=True, slots=True)
class ReportsPage:
    """The grid of one plan; ``counts`` are of all its units, whatever is shown."""

    plan: str
    title: str
    plans: tuple[Choice, ...]
    standing: str
    standings: tuple[Choice, ...]
    reports: tuple[Report, ...]
    counts: tuple[tuple[Choice, int], ...]
    rows: tuple[GridRow, ...]
    pages: Pages


def show_reports(desk: Desk, asked: Asked) -> Response:
    """Show the grid of one plan, all units or those of one standing."""
    names = desk.names()
    plan_id = choose_plan(names, asked)
    owed = desk.books.list_owed(names, plan_id, asked.now)
    counts = Counter(tell_standing(one) for one in owed)
    standing = asked.asked_for("tinh-trang")
    shown = standing if standing in counts else ""
    places = dict.fromkeys(one.arrival.unit for one in owed if shown in ("", tell_standing(one)))
    pages = make_pages(
        asked.path,
        (("ke-hoach", plan_id), ("tinh-trang", shown)),
        asked.asked_number("trang", 1),
        len(places),
        # On paper it is one list.
        per_page=max(1, len(places)) if asked.asked_for("ca") == "1" else 50,
    )
    reports = names.plans[plan_id].reports if plan_id else ()
    page = tuple(places)[pages.first : pages.first + pages.per_page]
    shown_places = frozenset(page)
    cells = {
        (one.arrival.unit, one.arrival.report): _make_cell(one, names)
        for one in owed
        if one.arrival.unit in shown_places
    }
    order = (*(str(one) for one in Standing), _OVERDUE)
    return desk.show(
        "reports",
        asked,
        ReportsPage(
            plan=plan_id,
            title=names.plan(plan_id),
            plans=tuple(Choice(plan.id, plan.title) for plan in names.plans.values() if plan.reports),
            standing=shown,
            standings=tuple(Choice(key, _word(key)) for key in order if counts[key]),
            reports=reports,
            counts=tuple((Choice(key, _word(key)), counts[key]) for key in order if counts[key]),
            rows=tuple(
                GridRow(place, names.place(plan_id, place), tuple(cells.get((place, r.id)) for r in reports))
                for place in page
            ),
            pages=pages,
        ),
    )


def mark_report(desk: Desk, asked: Asked) -> Response:
    """Record that a report came, that it need not come, or that neither holds after all."""
    names = desk.names()
    plan_id, report_id, place = asked.word("plan"), asked.word("report"), asked.field("don-vi")
    report, mark = names.reports.get((plan_id, report_id)), _MARKS.get(asked.field("viec"))
    if report is None or mark is None or place not in report.owed_by:
        raise HTTPException(404)
    today = asked.now.astimezone(names.plans[plan_id].zone).date()
    on = None
    if mark is Mark.RECEIVED:
        on = asked.day("ngay") if asked.field("ngay") else today
    if mark is Mark.RECEIVED and (on is None or not date(2000, 1, 1) <= on <= today):
        desk.tell(asked, "Chưa ghi: ngày nhận phải từ 01/01/2000 đến hôm nay.", is_good=False)
    else:
        desk.ledger.arrivals.add(ReportMark(plan_id, report_id, place, mark, on, asked.by, asked.now))
        desk.look_anew()
        desk.tell(asked, _TOLD[mark].format(unit=names.place(plan_id, place)))
    if asked.field("ve") == "tong-quan":
        return go_to("/admin")
    pages = Pages("/admin/bao-cao", (("ke-hoach", plan_id), ("tinh-trang", asked.field("tinh-trang"))), 1, 0)
    number = asked.field("trang")
    return go_to(pages.link(int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1))


def choose_plan(names: Names, asked: Asked) -> str:
    """Return the plan that was asked for, else the first; 404 for one that is not, "" where there is none."""
    wanted = asked.asked_for("ke-hoach")
    if wanted and wanted not in names.plans:
        raise HTTPException(404)
    return wanted or next(iter(names.plans), "")


def tell_standing(one: OwedReport) -> str:
    """Return a standing as the page counts it: overdue is a state of its own."""
    return _OVERDUE if one.is_overdue else str(one.arrival.standing)


def _make_cell(one: OwedReport, names: Names) -> GridCell:
    mark = one.arrival.mark
    said = mark is not None and one.arrival.standing is not Standing.OWED
    return GridCell(one, names.who(mark.by, mark.plan) if mark is not None and said else "")


def _word(key: str) -> str:
    return "Quá hạn" if key == _OVERDUE else word_standing(Standing(key))
