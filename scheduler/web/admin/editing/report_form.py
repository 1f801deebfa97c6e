"""One report as a form: its title, when it is due, where it goes, and who owes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import Due, Plan, Report
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame
from scheduler.web.admin.editing.plan_page import open_plan, read_footing, require_plan, save_plan
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice

_MOST_BOXES = 300
_KINDS: dict[str, Literal["before", "by"]] = {"truoc": "before", "cham-nhat": "by"}


@dataclass(frozen=True, slots=True)
class ReportValues:
    """What stands in the fields of a report; ``submit_to`` one address to a line."""

    title: str
    kind: str
    day: str
    hour: str
    deliver_to: str
    submit_to: str
    owed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """``owers`` are all who may owe it; () where they are so many that they are typed, one id to a line."""

    frame: Frame
    plan: Plan
    report: Report
    values: ReportValues
    owers: tuple[Choice, ...]


def show_report_form(desk: Desk, asked: Asked) -> Response:
    """Show one report to be edited."""
    footing = open_plan(desk, asked)
    report = _require_report(require_plan(desk, footing), asked.word("report"))
    return _show(desk, asked, footing, (), _fill(report))


def save_report(desk: Desk, asked: Asked) -> Response:
    """Keep a change of a report as a draft."""
    name = desk.names().item(asked.word("plan"), "report", asked.word("report"))

    def change(plan: Plan) -> Plan:
        old = _require_report(plan, asked.word("report"))
        new = _read_report(asked, plan, old)
        return replace(plan, reports=tuple(new if report is old else report for report in plan.reports))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked))

    return save_plan(desk, asked, change, show_again, f"Sửa «{name}»")


def _require_report(plan: Plan, report_id: str) -> Report:
    report = next((report for report in plan.reports if report.id == report_id), None)
    if report is None:
        raise HTTPException(404)
    return report


def _show(desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: ReportValues) -> Response:
    plan = read_footing(desk, footing)
    if plan is None:
        raise HTTPException(404)
    report = _require_report(plan, asked.word("report"))
    owers = _list_owers(plan, report)
    page = ReportPage(
        frame=make_frame(desk, asked, footing, faults),
        plan=plan,
        report=report,
        values=values,
        owers=owers if len(owers) <= _MOST_BOXES else (),
    )
    return desk.show("report_form", asked, page, WRONG if faults else 200)


def _list_owers(plan: Plan, report: Report) -> tuple[Choice, ...]:
    """Return the units, each followed by those of its communes that owe this report or any other."""
    owing = {ower for each in plan.reports for ower in each.owed_by} | set(report.owed_by)
    choices = []
    for unit in plan.units:
        choices.append(Choice(unit.id, unit.name))
        choices += (
            Choice(f"{unit.id}/{commune.id}", f"{commune.name} ({unit.name})")
            for commune in unit.communes
            if f"{unit.id}/{commune.id}" in owing
        )
    return tuple(choices)


def _fill(report: Report) -> ReportValues:
    due = report.due
    return ReportValues(
        title=report.title,
        kind=next(word for word, kind in _KINDS.items() if kind == due.kind),
        day=due.day.isoformat(),
        hour="" if due.at is None else f"{due.at:%H:%M}",
        deliver_to=report.deliver_to or "",
        submit_to="\n".join(report.submit_to),
        owed_by=report.owed_by,
    )


def _take_values(asked: Asked) -> ReportValues:
    return ReportValues(
        title=asked.field("ten"),
        kind=asked.field("kieu-han"),
        day=asked.field("ngay"),
        hour=asked.field("gio"),
        deliver_to=asked.field("noi-nhan"),
        submit_to=asked.whole("nop-ve").replace("\r\n", "\n"),
        owed_by=(*asked.fields("don-vi"), *asked.whole("cac-don-vi").split()),
    )


def _read_report(asked: Asked, plan: Plan, old: Report) -> Report:
    """Return the report that the form asks for; FormError with all that is wrong in it."""
    reader, typed = FormReader(asked), _take_values(asked)
    title = reader.line("ten", "Tên báo cáo", needed=True)
    day = reader.day("ngay", typed.day, "Hạn nộp")
    if not typed.day:
        reader.refuse("ngay", "Hạn nộp: chưa ghi ngày.")
    kind, hour = _KINDS.get(typed.kind), reader.hour("gio", "Giờ")
    if kind is None:
        reader.refuse("kieu-han", "Kiểu hạn: hãy chọn một.")
    addresses = [reader.address("nop-ve", text) for text in typed.submit_to.split()]
    deliver_to = reader.line("noi-nhan", "Nơi nhận")
    known = {unit.id for unit in plan.units}
    known |= {f"{unit.id}/{commune.id}" for unit in plan.units for commune in unit.communes}
    unknown = [ower for ower in typed.owed_by if ower not in known]
    if unknown:
        reader.refuse("cac-don-vi", f"Không có đơn vị {', '.join(unknown[:5])} trong kế hoạch.")
    if reader.faults or title is None or day is None or kind is None:
        raise FormError(tuple(reader.faults))
    owed_by = (*(o for o in old.owed_by if o in typed.owed_by), *(o for o in typed.owed_by if o not in old.owed_by))
    return replace(
        old,
        title=title,
        due=Due(kind, day, hour),
        deliver_to=deliver_to,
        submit_to=tuple(dict.fromkeys(address for address in addresses if address)),
        owed_by=tuple(dict.fromkeys(owed_by)),
    )
