"""The trail: who edited which file, recorded which report, answered what, and clicked on what; newest first."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import date, datetime

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.arrivals import Mark
from scheduler.attendance import Reply
from scheduler.ledger import Did, EditedFile, FileEdit
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.paging import Pages, make_pages

_PER_PAGE = 50
_LONGEST_DIFF = 2_000
_AROUND = 3
_MARKS = {
    Mark.SAID: "Báo đã gửi",
    Mark.RECEIVED: "Đã nhận",
    Mark.EXCUSED: "Được miễn",
    Mark.TAKEN_BACK: "Lấy lại",
}
_REPLIES = {Reply.ATTENDS: "Sẽ dự", Reply.SUBSTITUTE: "Cử người khác", Reply.CANNOT: "Không dự được"}
_DID = {
    Did.RETRIED: "Gửi lại thư số",
    Did.SKIPPED: "Bỏ qua thư số",
    Did.PAUSED: "Tạm dừng gửi thư:",
    Did.RESUMED: "Cho gửi thư tiếp",
    Did.APPROVED: "Duyệt thay đổi",
    Did.ADDRESS_GIVEN: "Cấp địa chỉ lịch riêng số",
    Did.ADDRESS_REVOKED: "Thu hồi địa chỉ lịch riêng số",
    Did.EXPORTED: "Tải bảng thư:",
    Did.EDITED: "Áp dụng thay đổi ở tệp",
    Did.DISCARDED: "Bỏ bản nháp:",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trail in words."""

    at: datetime
    who: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One of the trails; ``edits`` of files, ``lines`` of all others."""

    kind: str
    edits: tuple[EditedFile, ...]
    lines: tuple[Line, ...]
    pages: Pages


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a difference: ``kind`` "added", "removed", "same" or "place"."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """One edit of one file; ``is_cut`` where the difference is too long to show."""

    edit: FileEdit
    lines: tuple[DiffLine, ...]
    is_cut: bool


def show_edits(desk: Desk, asked: Asked) -> Response:
    """Show which files were edited."""
    first, number = _place(asked)
    found = desk.ledger.edits.list_page(first=first, most=_PER_PAGE + 1)
    return _show(desk, asked, "tep", number, len(found), edits=found[:_PER_PAGE])


def show_edit(desk: Desk, asked: Asked) -> Response:
    """Show what an edit changed in its file."""
    edit = desk.ledger.edits.find(asked.number("id"))
    if edit is None:
        raise HTTPException(404)
    lines = compare_texts(edit.before or "", edit.after or "")
    return desk.show("edit", asked, EditPage(edit, lines[:_LONGEST_DIFF], len(lines) > _LONGEST_DIFF))


def show_actions(desk: Desk, asked: Asked) -> Response:
    """Show what people did on these pages."""
    first, number = _place(asked)
    found = desk.ledger.actions.list_page(first=first, most=_PER_PAGE + 1)
    lines = tuple(Line(one.made_at, one.by, _DID[one.did], one.about) for one in found)
    return _show(desk, asked, "thao-tac", number, len(found), lines=lines[:_PER_PAGE])


def show_marks(desk: Desk, asked: Asked) -> Response:
    """Show what was said of reports."""
    names = desk.names()
    first, number = _place(asked)
    found = desk.ledger.arrivals.list_page(first=first, most=_PER_PAGE + 1)
    lines = tuple(
        Line(
            mark.made_at,
            names.who(mark.by, mark.plan),
            _MARKS[mark.mark] + (f" ngày {_word(mark.on)}" if mark.on else ""),
            f"{names.place(mark.plan, mark.unit)}: {names.item(mark.plan, 'report', mark.report)}",
        )
        for mark in found
    )
    return _show(desk, asked, "bao-cao", number, len(found), lines=lines[:_PER_PAGE])


def show_answers(desk: Desk, asked: Asked) -> Response:
    """Show what was answered about visits."""
    names = desk.names()
    first, number = _place(asked)
    found = desk.ledger.attendance.list_page(first=first, most=_PER_PAGE + 1)
    lines = tuple(
        Line(
            answer.made_at,
            names.contact(answer.contact),
            _REPLIES[answer.reply] + (f": {answer.words}" if answer.words else ""),
            names.item(answer.plan, "visit", answer.visit),
        )
        for answer in found
    )
    return _show(desk, asked, "tra-loi", number, len(found), lines=lines[:_PER_PAGE])


def compare_texts(before: str, after: str) -> tuple[DiffLine, ...]:
    """Return what differs, with three lines around each change."""
    old, new = before.splitlines(), after.splitlines()
    same = _count_same(old, new)
    same_behind = _count_same(old[same:][::-1], new[same:][::-1])
    # What is the same before and behind is left out: with it a plan of 10,000 visits takes a third of a second.
    first, last = max(0, same - _AROUND), max(0, same_behind - _AROUND)
    compared = difflib.unified_diff(old[first : len(old) - last], new[first : len(new) - last], lineterm="", n=_AROUND)
    lines = []
    for text in list(compared)[2:]:
        kind = {"+": "added", "-": "removed", "@": "place"}.get(text[:1], "same")
        lines.append(DiffLine(kind, _move_place(text, first) if kind == "place" else text[1:]))
    return tuple(lines)


def _count_same(old: list[str], new: list[str]) -> int:
    """Return how many lines both begin with alike."""
    differing = (number for number, (one, other) in enumerate(zip(old, new, strict=False)) if one != other)
    return next(differing, min(len(old), len(new)))


def _move_place(place: str, by: int) -> str:
    """Return "@@ -1,7 +1,7 @@" as it reads ``by`` lines further on."""
    return re.sub(r"(?<=[-+])\d+", lambda line: str(int(line[0]) + by), place)


def _place(asked: Asked) -> tuple[int, int]:
    number = asked.asked_number("trang", 1)
    return (number - 1) * _PER_PAGE, number


def _show(
    desk: Desk,
    asked: Asked,
    kind: str,
    number: int,
    found: int,
    *,
    edits: tuple[EditedFile, ...] = (),
    lines: tuple[Line, ...] = (),
) -> Response:
    # Not counted: one entry more than fits says that there is another page.
    pages = make_pages(asked.path, (), number, (number - 1) * _PER_PAGE + found, _PER_PAGE)
    return desk.show("trail", asked, TrailPage(kind, edits, lines, pages))


def _word(day: date) -> str:
    return f"{day:%d/%m/%Y}"
