"""One plan to be edited: its head as a form, its visits and reports as lists with a form for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.errors import ConfigError
from scheduler.model import Plan, PlanStatus, Report
from scheduler.planfile.values import read_id
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import PATH
from scheduler.web.admin.editing.forms import (
    WRONG,
    Fault,
    FormError,
    FormReader,
    Frame,
    WrongFileError,
    decode,
    make_frame,
    open_footing,
    save_form,
)
from scheduler.web.admin.editing.plans import ReadPlan, VisitLine, amend_plan, find_kept, name_plan_file
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice
from scheduler.web.admin.paging import Pages, make_pages

_PER_PAGE = 25
STATUSES = (
    Choice(PlanStatus.TENTATIVE.value, "Dự kiến"),
    Choice(PlanStatus.CONFIRMED.value, "Đã chốt"),
    Choice(PlanStatus.CANCELLED.value, "Đã hủy"),
)

Change = Callable[[Plan], Plan]
"""Makes of a plan what the form asks for; raises FormError for what is wrong in the form."""


@dataclass(frozen=True, slots=True)
class HeadValues:
    """What stands in the fields of the plan's head."""

    title: str
    number: str
    status: str
    public: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """``plan`` None where the file is wrong: then it is edited as text alone."""

    frame: Frame
    id: str
    plan: Plan | None
    values: HeadValues
    statuses: tuple[Choice, ...]
    text: str
    visits: tuple[VisitLine, ...]
    total: int
    pages: Pages
    reports: tuple[Report, ...]


def link_plan(plan: str) -> str:
    return f"{PATH}/ke-hoach/{plan}"


def show_plan(desk: Desk, asked: Asked) -> Response:
    """Show the forms of one plan."""
    return _show(desk, asked, open_plan(desk, asked), (), None)


def save_head(desk: Desk, asked: Asked) -> Response:
    """Keep a change of the plan's head as a draft."""

    def change(plan: Plan) -> Plan:
        reader = FormReader(asked)
        title = reader.line("ten", "Tên kế hoạch", needed=True)
        number = reader.line("so", "Số kế hoạch")
        status = next((one for one in PlanStatus if one.value == asked.field("tinh-trang")), None)
        if status is None:
            reader.refuse("tinh-trang", "Tình trạng: hãy chọn một.")
        if reader.faults or title is None or status is None:
            raise FormError(tuple(reader.faults))
        return replace(plan, title=title, number=number, status=status, public=asked.field("cong-khai") == "1")

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        values = HeadValues(
            asked.field("ten"), asked.field("so"), asked.field("tinh-trang"), asked.field("cong-khai") == "1"
        )
        return _show(desk, asked, footing, faults, values)

    return save_plan(desk, asked, change, show_again, "Sửa kế hoạch")


def open_plan(desk: Desk, asked: Asked) -> Footing:
    """Return the footing of the plan that the path names; 404 where there is none."""
    footing = open_footing(desk, asked, _name_file(asked))
    if footing.content is None:
        raise HTTPException(404)
    return footing


def require_plan(desk: Desk, footing: Footing) -> Plan:
    """Return the plan of a footing; WrongFileError where only text helps, 404 where there is no file."""
    read = _read_footing(desk, footing)
    if read is None:
        raise HTTPException(404) if footing.content is None else WrongFileError(footing.file)
    return read.plan


def save_plan(
    desk: Desk,
    asked: Asked,
    change: Change,
    show_again: Callable[[Footing, tuple[Fault, ...]], Response],
    title: str,
) -> Response:
    """Keep what a form makes of the plan that the path names as a draft."""
    file, plan_id = _name_file(asked), asked.word("plan")

    def amend(content: bytes) -> str:
        read = desk.plan_readings.read(file, content)
        if read is None:
            raise ConfigError(())
        text, old = decode(content), read.plan
        new = change(old)
        return text if new == old else amend_plan(find_kept(desk.config_dir, plan_id), file, text, old, new)

    return save_form(desk, asked, file, amend, show_again, title, link_plan(plan_id))


def _name_file(asked: Asked) -> str:
    try:
        return name_plan_file(read_id(asked.word("plan")))
    except ValueError:
        raise HTTPException(404) from None


def _read_footing(desk: Desk, footing: Footing) -> ReadPlan | None:
    return None if footing.content is None else desk.plan_readings.read(footing.file, footing.content)


def _show(desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: HeadValues | None) -> Response:
    read = _read_footing(desk, footing)
    if read is None and footing.content is None:
        raise HTTPException(404)
    text = asked.asked_for("tim")
    plan, visits = (None, ()) if read is None else (read.plan, read.find_lines(text))
    frame = make_frame(desk, asked, footing, faults)
    pages = make_pages(
        asked.path, (("nhap", frame.draft), ("tim", text)), asked.asked_number("trang", 1), len(visits), _PER_PAGE
    )
    page = PlanPage(
        frame=frame,
        id=asked.word("plan"),
        plan=plan,
        values=values or _fill(plan),
        statuses=STATUSES,
        text=text,
        visits=visits[pages.first : pages.first + pages.per_page],
        total=0 if plan is None else len(plan.visits),
        pages=pages,
        reports=() if plan is None else plan.reports,
    )
    return desk.show("plan", asked, page, WRONG if faults else 200)


def _fill(plan: Plan | None) -> HeadValues:
    if plan is None:
        return HeadValues("", "", "", public=False)
    return HeadValues(plan.title, plan.number or "", plan.status.value, plan.public)
