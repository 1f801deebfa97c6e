"""A table's head row -> which column says what, by what heads say and by what cells hold, in any order.

Pure. A table is a schedule when it has a column of units or communes and a column of days, and counts or sells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from scheduler.documents.document import Cell, Row, Table
from scheduler.intake.dates import DateReading, read_dates, read_serial
from scheduler.intake.hours import read_hours
from scheduler.intake.offices import UNIT_KINDS, names_office, read_place_name
from scheduler.naming import fold_text


class Role(StrEnum):
    """What a column says of a visit."""

    INDEX = "index"
    UNIT = "unit"
    COMMUNES = "communes"
    DAY = "day"
    UNTIL = "until"
    SESSION = "session"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    PLACE = "place"
    TEAM = "team"
    SCOPE = "scope"
    NOTE = "note"


_ABOVE_PART: Final = r"(?:thoi gian|buoi|gio|lich|ngay|dia diem|dia ban|noi|xa)[^.]*"
# Heads as offices write them, without diacritics; the first that fits wins.
_HEADS: Final = (
    (Role.INDEX, re.compile(r"(?:tt|stt|so tt|so thu tu|thu tu|#|no\.?)")),
    (Role.MORNING, re.compile(rf"(?:{_ABOVE_PART} )?(?:buoi )?sang(?! kien)\b(?!.*\bchieu\b).*")),
    (Role.AFTERNOON, re.compile(rf"(?:{_ABOVE_PART} )?(?:buoi )?chieu\b(?!.*\bsang\b).*")),
    (Role.TEAM, re.compile(r"(?:doan|to|nhom)\b(?! (?:chuc|vien|the|truong|ket)\b).*")),
    (Role.SESSION, re.compile(r"(?:buoi|gio)\b.*|thoi gian \(?(?:buoi|gio)\b.*")),
    (Role.SCOPE, re.compile(r".*\bnoi dung\b.*|.*\bpham vi\b.*")),
    (Role.NOTE, re.compile(r"ghi chu.*|thanh phan.*|nguoi .*|.*phu trach.*")),
    (Role.UNTIL, re.compile(r"(?:thoi gian )?(?:den|toi)(?: het)?(?: ngay)?|(?:thoi gian |ngay )?ket thuc\b.*")),
    (Role.DAY, re.compile(r"tu|(?:ngay )?bat dau")),
    (Role.DAY, re.compile(r"(?:.*\b)?(?:thoi gian|ngay|lich|thoi diem|du kien ngay)\b.*")),
    (Role.PLACE, re.compile(r"(?:dia diem|noi) tap (?:trung|ket)\b.*")),
    (Role.COMMUNES, re.compile(r"(?:ten |cac )?(?:xa|phuong)\b.*|.*\bcap xa\b.*|dia (?:diem|ban).*")),
    (Role.COMMUNES, re.compile(r"noi (?:kiem tra|den)\b.*")),
    (Role.PLACE, re.compile(r"noi (?:lam viec|hop)\b.*|hoi truong.*|tru so.*|dia chi.*")),
    (Role.UNIT, re.compile(r"(?:ten |cac )?(?:don vi|huyen|quan|thanh pho|co quan|dia phuong|to chuc|co so)\b.*")),
    # "Trưởng đoàn" is written like a school here, and is a person.
    (Role.UNIT, re.compile(r"(?:ten |cac )?truong\b(?! (?:doan|nhom|to|ban|phong|khoa)\b).*")),
    (Role.UNIT, re.compile(r"(?:ten |cac )?(?:nha truong|benh vien|doanh nghiep|cong ty|so, nganh)\b.*")),
    (Role.UNIT, re.compile(r"(?:ten |cac )?doi tuong\b.*|.*duoc (?:kiem tra|thanh tra|giam sat).*")),
)  # fmt: skip
# Heads of price lists, menus and registers, and letterheads: what they schedule is no visit.
_FOREIGN: Final = re.compile(
    r"(?:don |thanh )?(?:gia|tien)\b.*|so luong.*|don vi tinh.*|dvt|mon\b.*|ten (?:mon|hang)\b.*|thuc don.*|"
    r"khau phan.*|diem so.*|bua\b.*|.*\bdoanh thu.*|"
    r".*\bcong hoa xa hoi chu nghia\b.*|doc lap\b.*"
)
# A room or a building, not a commune.
_HALL: Final = re.compile(
    r"(?:tai )?(?:hoi truong|tru so|phong hop|nha van hoa|van phong|ubnd|uy ban|trung tam|truong|tang|"
    r"khach san|so \d).*"
)
# A shop or a building inside a commune: beside a column of communes it is where in it the visit is.
_SITE: Final = re.compile(r"(?:ten |cac )?co so\b")
_LONGEST_HEAD: Final = 60
_DEEPEST_HEAD: Final = 40  # rows of titles above the head; further down it is no head of this table


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one schedule: ``rows[first_row:]`` hold visits, ``heads`` are the heads as written.

    ``unread`` are those that hold text and say nothing that is known here.
    """

    first_row: int
    heads: tuple[str, ...]
    index: int | None
    unit: int
    communes: int | None
    day: int
    until: int | None
    session: int | None
    morning: int | None
    afternoon: int | None
    venue: int | None
    team: int | None
    scope: int | None
    note: int | None
    unread: tuple[int, ...] = ()

    def name_place(self, cell: Cell, column: int) -> str:
        """Return the cell's place with the name of its column."""
        head = self.heads[column]
        return cell.place if "column" in cell.place or not head else f"{cell.place}, column '{head}'"


def find_columns(table: Table, *, year: int | None) -> Columns | None:
    """Find the head row and the columns of a schedule; None where ``table`` is none."""
    for position in range(min(len(table.rows), _DEEPEST_HEAD)):
        single = _read_heads(table, position, position + 1, year)
        double = _read_heads(table, position, position + 2, year)
        if double and (not single or _count_roles(double) > _count_roles(single)):
            return double
        if single:
            return single
    return None


def read_cell_dates(cell: Cell, *, year: int | None) -> DateReading:
    """Read the days in ``cell``: the file's own date where it holds one, else its text."""
    if cell.value is not None:
        # A datetime is a date too: only its day is wanted here.
        return DateReading(days=(date.fromordinal(cell.value.toordinal()),))
    serial = read_serial(cell.text)
    return DateReading(days=(serial,)) if serial else read_dates(cell.text, year=year)


def repeats_heads(row: Row, columns: Columns) -> bool:
    """Tell whether ``row`` is the head row again, as on a table's next page."""
    heads, fewest = _fold_heads(columns.heads)
    others = min(len(row.cells), len(heads)) - fewest  # so many cells may say something else
    for cell, head in zip(row.cells, heads, strict=False):
        if others < 0:
            break
        text = fold_text(cell.text)
        # Of a head of two lines each line begins or ends the whole.
        if not (text and (head.startswith(text) or head.endswith(text))):
            others -= 1
    return others >= 0


@lru_cache(maxsize=64)
def _fold_heads(heads: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
    """Return the heads for comparing, and how many of them a row must repeat to be the head again."""
    folded = tuple(map(fold_text, heads))
    return folded, min(3, sum(map(bool, folded)))


def continues_schedule(table: Table, columns: Columns, *, year: int | None) -> bool:
    """Tell whether ``table``, which has no head, goes on with the schedule of ``columns`` that stands before it."""
    if len(table.rows[0].cells) != len(columns.heads):
        return False
    first = table.rows[0].cells[columns.day]
    return (not first.text or _hold_days(table.rows[:1], columns.day, year)) and _hold_days(
        table.rows, columns.day, year
    )


def _count_roles(columns: Columns) -> int:
    return len(_list_used(columns))


def _read_heads(table: Table, start: int, end: int, year: int | None) -> Columns | None:
    """Read ``rows[start:end]`` as the head and the rest as rows; None where that makes no schedule."""
    if end >= len(table.rows) or any(_looks_like_a_row(row, year) for row in table.rows[start:end]):
        return None
    heads = tuple(_join_heads(cells) for cells in zip(*(row.cells for row in table.rows[start:end]), strict=True))
    if any(_FOREIGN.fullmatch(fold_text(head)) for head in heads):
        return None
    rows = table.rows[end:]
    roles = _name_by_cells([_name_role(head) for head in heads], rows)
    if not {Role.UNIT, Role.COMMUNES} & set(roles):
        return None
    roles = _settle_range(roles, rows, year)
    day = _choose_day(roles, rows, year)
    if day is None:
        return None
    units, communes = _list_columns(roles, Role.UNIT), _list_columns(roles, Role.COMMUNES)
    venues = _list_columns(roles, Role.PLACE)
    if units and communes and all(_SITE.match(fold_text(heads[column])) for column in units):
        units, communes, venues = communes, [], units
    elif not units:
        units, communes = communes, []
    elif len(units) > 1 and not communes:
        units, communes = _tell_parts(units, rows)
    sessions = _list_columns(roles, Role.SESSION) + [
        column for column in _list_columns(roles, Role.DAY) if column != day and _hold_hours(rows, column)
    ]
    columns = Columns(
        first_row=end,
        heads=heads,
        index=_first(_list_columns(roles, Role.INDEX)),
        unit=units[0],
        communes=_first(communes),
        day=day,
        until=_first(_list_columns(roles, Role.UNTIL)),
        session=_first(sessions),
        morning=_first(_list_columns(roles, Role.MORNING)),
        afternoon=_first(_list_columns(roles, Role.AFTERNOON)),
        venue=_first(venues),
        team=_first(_list_columns(roles, Role.TEAM)),
        scope=_first(_list_columns(roles, Role.SCOPE)),
        note=_choose_note(_list_columns(roles, Role.NOTE), heads),
    )
    used = _list_used(columns)
    unread = (
        at
        for at, head in enumerate(heads)
        if head and at not in used and any(_says_more(row, at, head) for row in rows)
    )
    return replace(columns, unread=tuple(unread))


def _says_more(row: Row, column: int, head: str) -> bool:
    """Tell whether a cell says more than its head, which may be merged down into the rows."""
    text = " ".join(row.cells[column].text.split())
    return bool(text) and text not in head


def _tell_parts(units: list[int], rows: tuple[Row, ...]) -> tuple[list[int], list[int]]:
    """Return the column of units, and the one right of it that lists the parts of each; that one only where cells on
    its left stand for several of its rows."""
    coarse, fine = units[0], units[1]
    shared = any(
        (row.cells[coarse].merged or not row.cells[coarse].text) and row.cells[fine].text and not row.cells[fine].merged
        for row in rows
    )
    return ([coarse], [fine]) if shared else (units, [])


def _choose_note(columns: list[int], heads: tuple[str, ...]) -> int | None:
    """Return the column of remarks: of several the one that is called so."""
    return _first([column for column in columns if fold_text(heads[column]).startswith("ghi chu")]) or _first(columns)


def _list_used(columns: Columns) -> frozenset[int]:
    return frozenset(
        column
        for column in (
            columns.index, columns.unit, columns.communes, columns.day, columns.until, columns.session,
            columns.morning, columns.afternoon, columns.venue, columns.team, columns.scope, columns.note,
        )
        if column is not None
    )  # fmt: skip


def _join_heads(cells: tuple[Cell, ...]) -> str:
    texts = dict.fromkeys(" ".join(cell.text.split()) for cell in cells if cell.text)
    return " ".join(texts)


def _name_role(head: str) -> Role | None:
    folded = fold_text(head).strip(" .:*")
    if not folded or len(folded) > _LONGEST_HEAD:
        return None
    return next((role for role, pattern in _HEADS if pattern.fullmatch(folded)), None)


def _name_by_cells(roles: list[Role | None], rows: tuple[Row, ...]) -> list[Role | None]:
    """Return ``roles`` corrected by what cells hold: rooms are no communes, and a column of places needs no head."""
    named = [
        Role.PLACE if role is Role.COMMUNES and Role.UNIT in roles and _hold_mostly(rows, column, _is_hall) else role
        for column, role in enumerate(roles)
    ]
    # Where no head says days either, it may be a letterhead.
    if Role.DAY in named and Role.UNIT not in named:
        holds = _is_district if Role.COMMUNES in named else _is_body
        unnamed = (column for column, role in enumerate(named) if role is None)
        unit = next((column for column in unnamed if _hold_mostly(rows, column, holds)), None)
        return [Role.UNIT if column == unit else role for column, role in enumerate(named)]
    return named


def _hold_mostly(rows: tuple[Row, ...], column: int, holds: Callable[[str], bool]) -> bool:
    texts = [row.cells[column].text for row in rows if row.cells[column].text]
    return sum(map(holds, texts)) * 2 > len(texts)


def _is_hall(text: str) -> bool:
    return bool(_HALL.fullmatch(fold_text(text.partition("\n")[0])))


def _is_body(text: str) -> bool:
    return read_place_name(text).kind is not None or names_office(text)


def _is_district(text: str) -> bool:
    return read_place_name(text).kind in UNIT_KINDS


def _looks_like_a_row(row: Row, year: int | None) -> bool:
    return any(cell.value is not None or read_cell_dates(cell, year=year).days for cell in row.cells)


def _choose_day(roles: list[Role | None], rows: tuple[Row, ...], year: int | None) -> int | None:
    """Return the column of days: of those whose head says so, else of those without a role, the one with most days."""
    named = _list_columns(roles, Role.DAY)
    unnamed = [column for column, role in enumerate(roles) if role is None]
    for candidates in (named, unnamed):
        counts = {column: _count_days(rows, column, year) for column in candidates} if len(candidates) > 1 else {}
        best = max(candidates, key=lambda column: counts.get(column, 0), default=None)
        if best is not None and (counts[best] if counts else _hold_days(rows, best, year)):
            return best
    return None


def _settle_range(roles: list[Role | None], rows: tuple[Row, ...], year: int | None) -> list[Role | None]:
    """Return ``roles`` with an end of a range only where its column holds days and another one holds its beginning."""
    if Role.UNTIL not in roles:
        return roles
    starts = any(_hold_days(rows, column, year) for column in _list_columns(roles, Role.DAY))
    return [
        Role.DAY if role is Role.UNTIL and not (starts and _hold_days(rows, column, year)) else role
        for column, role in enumerate(roles)
    ]


def _count_days(rows: tuple[Row, ...], column: int, year: int | None) -> int:
    return sum(_holds_days(row.cells[column], year) for row in rows)


def _hold_days(rows: tuple[Row, ...], column: int, year: int | None) -> bool:
    return any(_holds_days(row.cells[column], year) for row in rows)


def _holds_days(cell: Cell, year: int | None) -> bool:
    # Any year will do to tell a column of days: "20/5" is one even before the plan's year is known.
    reading = read_cell_dates(cell, year=year or 2000)
    return bool(reading.days or reading.impossible or reading.months)


def _hold_hours(rows: tuple[Row, ...], column: int) -> bool:
    return any(read_hours(row.cells[column].text).parts for row in rows)


def _list_columns(roles: list[Role | None], role: Role) -> list[int]:
    return [column for column, each in enumerate(roles) if each is role]


def _first(columns: list[int]) -> int | None:
    return columns[0] if columns else None
