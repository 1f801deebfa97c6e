"""The files that are edited here: which there are, what each is, what stands in it; the page that lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.drafts import Draft
from scheduler.planfile.read import CONTACTS, DAYS, PLANS, RULES, list_plan_files
from scheduler.planfile.sheet import find_sheets
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.people import list_editors, name_admin

PATH = "/admin/cau-hinh"
GONE = "Bản nháp này không còn: đã được áp dụng, hoặc đã bỏ."
_WORDS = {CONTACTS: "Danh bạ", RULES: "Quy tắc nhắc việc", DAYS: "Ngày nghỉ và ngày làm bù"}
_SAID = {
    CONTACTS: "Gửi thư cho ai: mỗi người hoặc cơ quan một mục, với địa chỉ thư.",
    RULES: "Khi nào nhắc ai về việc gì, trước bao nhiêu ngày, lúc mấy giờ.",
    DAYS: "Ngày nghỉ riêng và ngày làm bù; ngày lễ chung đã có sẵn.",
}
_FORMS = {CONTACTS: f"{PATH}/danh-ba", RULES: f"{PATH}/nhac-viec"}
_PLAN = re.compile(rf"{PLANS}/([a-z0-9][a-z0-9-]*)\.yaml")


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of the list; ``form`` is where it is edited but as text, ``editors`` name others who are at it."""

    name: str
    words: str
    said: str
    plan: str
    form: str
    editors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft that is neither applied nor thrown away."""

    draft: Draft
    author: str
    is_own: bool
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilesPage:
    """``sheets`` are the spreadsheets that contacts stand in, which are not edited here."""

    plans: tuple[FileRow, ...]
    others: tuple[FileRow, ...]
    sheets: tuple[str, ...]
    drafts: tuple[DraftRow, ...]


def show_files(desk: Desk, asked: Asked) -> Response:
    """Show which files there are, what each is, and which drafts wait."""
    plans = tuple(f"{PLANS}/{path.name}" for path in list_plan_files(desk.config_dir))
    return desk.show(
        "files",
        asked,
        FilesPage(
            plans=tuple(_make_row(desk, asked, name) for name in plans if _PLAN.fullmatch(name)),
            others=tuple(_make_row(desk, asked, name) for name in _WORDS if (desk.config_dir / name).exists()),
            sheets=tuple(path.name for path in find_sheets(desk.config_dir)),
            drafts=list_draft_rows(desk, asked),
        ),
    )


def list_draft_rows(desk: Desk, asked: Asked) -> tuple[DraftRow, ...]:
    """Return the drafts that wait, the one worked on last first."""
    return tuple(
        DraftRow(
            draft,
            name_admin(desk, draft.author),
            draft.author == asked.visitor.id,
            tuple(file.name for file in draft.files if is_edited_here(file.name)),
        )
        for draft in desk.drafts.list_drafts()
    )


def is_edited_here(name: str) -> bool:
    """Say whether a file is one that people edit: not what an import keeps for itself."""
    return name in _WORDS or _PLAN.fullmatch(name) is not None


def check_edited_here(name: str) -> str:
    """Return the name of a file that people edit; 404 for all others."""
    if not is_edited_here(name):
        raise HTTPException(404)
    return name


def find_plan_id(name: str) -> str:
    """Return the id of the plan that a file is of, "" where it is of none."""
    match = _PLAN.fullmatch(name)
    return match[1] if match else ""


def find_form(name: str) -> str:
    """Return the address of the form for a file; "" where it is edited as text alone."""
    plan = find_plan_id(name)
    return f"{PATH}/ke-hoach/{plan}" if plan else _FORMS.get(name, "")


def word_file(desk: Desk, name: str) -> str:
    """Return what a file is: "Danh bạ", or a plan's title."""
    plan = find_plan_id(name)
    return _WORDS.get(name) or (desk.names().plan(plan) if plan else name)


def _make_row(desk: Desk, asked: Asked, name: str) -> FileRow:
    return FileRow(
        name=name,
        words=word_file(desk, name),
        said=_SAID.get(name, ""),
        plan=find_plan_id(name),
        form=find_form(name),
        editors=list_editors(desk, asked, name),
    )
