"""One report as a form: title, deadline, where it goes, who owes it on which form; it is added and taken away too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import Due, Forms, Plan, Report
from scheduler.naming import fold_text, make_unique_slug, normalise_text
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame
from scheduler.web.admin.editing.plan_page import open_plan, require_plan, save_plan
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice

_MOST_BOXES = 300
_KINDS: dict[str, Literal["before", "by"]] = {"truoc": "before", "cham-nhat": "by"}


@dataclass(frozen=True, slots=True)
class ReportValues:
    """What stands in the fields of a report; ``submit_to`` one address, ``forms`` one unit with its form to a line."""

    title: str
    kind: str
    day: str
    hour: str
    deliver_to: str
    submit_to: str
    owed_by: tuple[str, ...]
    form: str
    forms: str


@dataclass(frozen=True, slots=True)
class ReportPage:
    """``report`` is the id of the one that is edited, "" for a new one.

    ``owers`` are all who may owe it; () where they are so many that they are typed, one id to a line.
    """

    frame: Frame
    plan: Plan
    report: str
    values: ReportValues
    owers: tuple[Choice, ...]


def show_report_form(desk: Desk, asked: Asked) -> Response:
    """Show one report to be edited."""
    footing = open_plan(desk, asked)
    plan = require_plan(desk, footing)
    report = _require_report(plan, asked.word("report"))
    return _show(desk, asked, footing, (), _fill(report, plan), report.id)


def show_new_report(desk: Desk, asked: Asked) -> Response:
    """Show the form of a new report, which every unit owes until somebody says otherwise."""
    footing = open_plan(desk, asked)
    owed_by = tuple(unit.id for unit in require_plan(desk, footing).units)
    values = ReportValues("", "truoc", "", "", "", "", owed_by, "", "")
    return _show(desk, asked, footing, (), values, "")


def save_report(desk: Desk, asked: Asked) -> Response:
    """Keep a change of a report as a draft."""
    name = desk.names().item(asked.word("plan"), "report", asked.word("report"))

    def change(plan: Plan) -> Plan:
        old = _require_report(plan, asked.word("report"))
        new = _read_report(asked, plan, old)
        return replace(plan, reports=tuple(new if report is old else report for report in plan.reports))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked), asked.word("report"))

    return save_plan(desk, asked, change, show_again, f"Sửa «{name}»")


def save_new_report(desk: Desk, asked: Asked) -> Response:
    """Keep a new report as a draft; it stands behind the others."""

    def change(plan: Plan) -> Plan:
        report_id = make_unique_slug(asked.field("ten") or "bao-cao", {report.id for report in plan.reports})
        blank = Report(report_id, "", Due("before", date.min))
        return replace(plan, reports=(*plan.reports, _read_report(asked, plan, blank)))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked), "")

    return save_plan(desk, asked, change, show_again, f"Thêm báo cáo {asked.field('ten')}")


def remove_report(desk: Desk, asked: Asked) -> Response:
    """Keep the plan without a report as a draft: nobody owes it any more."""

    def change(plan: Plan) -> Plan:
        old = _require_report(plan, asked.word("report"))
        return replace(plan, reports=tuple(report for report in plan.reports if report is not old))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        plan = require_plan(desk, footing)
        report = _require_report(plan, asked.word("report"))
        return _show(desk, asked, footing, faults, _fill(report, plan), report.id)

    return save_plan(desk, asked, change, show_again, f"Xóa báo cáo {asked.word('report')}")


def _require_report(plan: Plan, report_id: str) -> Report:
    report = next((report for report in plan.reports if report.id == report_id), None)
    if report is None:
        raise HTTPException(404)
    return report


def _show(
    desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: ReportValues, report: str
) -> Response:
    plan = require_plan(desk, footing)
    owers = _list_owers(plan, values.owed_by)
    page = ReportPage(
        frame=make_frame(desk, asked, footing, faults),
        plan=plan,
        report=report,
        values=values,
        owers=owers if len(owers) <= _MOST_BOXES else (),
    )
    return desk.show("report_form", asked, page, WRONG if faults else 200)


def _list_owers(plan: Plan, chosen: tuple[str, ...]) -> tuple[Choice, ...]:
    """Return the units, each followed by those of its communes that owe this report or any other."""
    owing = {ower for each in plan.reports for ower in each.owed_by} | set(chosen)
    choices = []
    for unit in plan.units:
        choices.append(Choice(unit.id, unit.name))
        choices += (
            Choice(f"{unit.id}/{commune.id}", f"{commune.name} ({unit.name})")
            for commune in unit.communes
            if f"{unit.id}/{commune.id}" in owing
        )
    return tuple(choices)


def _fill(report: Report, plan: Plan) -> ReportValues:
    due, known = report.due, _list_known(plan)
    names = {unit.id: unit.name for unit in plan.units if known.get(fold_text(unit.name)) == unit.id}
    return ReportValues(
        title=report.title,
        kind=next(word for word, kind in _KINDS.items() if kind == due.kind),
        day=due.day.isoformat(),
        hour="" if due.at is None else f"{due.at:%H:%M}",
        deliver_to=report.deliver_to or "",
        submit_to="\n".join(report.submit_to),
        owed_by=report.owed_by,
        form=report.forms.default or "",
        forms="\n".join(f"{names.get(place, place)}: {form}" for place, form in report.forms.by_unit),
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
        form=asked.field("phu-luc"),
        forms=asked.whole("phu-luc-rieng").replace("\r\n", "\n"),
    )


def _read_report(asked: Asked, plan: Plan, old: Report) -> Report:
    """Return the report that the form asks for; FormError with all that is wrong in it."""
    reader, typed = FormReader(asked), _take_values(asked)
    title = reader.name("ten", "Tên báo cáo", needed=True)
    day = reader.day("ngay", typed.day, "Hạn nộp")
    if not typed.day:
        reader.refuse("ngay", "Hạn nộp: chưa ghi ngày.")
    kind, hour = _KINDS.get(typed.kind), reader.hour("gio", "Giờ")
    if kind is None:
        reader.refuse("kieu-han", "Kiểu hạn: hãy chọn một.")
    addresses = [reader.address("nop-ve", text) for text in typed.submit_to.split()]
    deliver_to = reader.line("noi-nhan", "Nơi nhận")
    known = _list_known(plan)
    form, forms = reader.line("phu-luc", "Phụ lục"), _read_forms(reader, typed.forms, known)
    unknown = [ower for ower in typed.owed_by if known.get(ower) != ower]
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
        forms=Forms(form, forms),
    )


def _list_known(plan: Plan) -> dict[str, str]:
    """Return the ids of all units and communes, each also by its name in small letters where that is one's alone."""
    places = [(unit.id, unit.name) for unit in plan.units]
    names = Counter(fold_text(name) for _, name in places)
    by_name = {fold_text(name): place for place, name in places if names[fold_text(name)] == 1}
    communes = [f"{unit.id}/{commune.id}" for unit in plan.units for commune in unit.communes]
    return {**by_name, **{place: place for place in (*(place for place, _ in places), *communes)}}


def _read_forms(reader: FormReader, typed: str, known: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Read who uses a form of its own, each on a line "unit: form", the unit by its id or its name."""
    forms: dict[str, str] = {}
    for line in filter(None, (normalise_text(line) for line in typed.split("\n"))):
        place, _, form = (part.strip() for part in line.partition(":"))
        of = known.get(place) or known.get(fold_text(place))
        if of is None or not form:
            reader.refuse("phu-luc-rieng", f"Phụ lục riêng: «{line[:80]}» phải ghi như «Lục Nam: Phụ lục số 02».")
        else:
            forms[of] = form
    return tuple(forms.items())
