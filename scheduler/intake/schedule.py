"""Schedule tables -> the rows that are visits, and the hours that a note states for all of them.

Pure. A row that is no visit (blank, a total, a signature, the head again, numbers of columns, a heading between groups)
is passed over. A table that goes on over a page, with its head again or without, is one schedule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from scheduler.documents.document import Cell, Document, Paragraph, Row, Table
from scheduler.intake.columns import Columns, continues_schedule, find_columns, repeats_heads
from scheduler.intake.grouping import FilledRow, fill_groups
from scheduler.intake.hours import HoursReading, read_hours
from scheduler.intake.rows import ScheduleRow, read_row
from scheduler.intake.teams import find_team_name, is_team_name
from scheduler.intake.wording import Placed
from scheduler.model import Finding, Severity
from scheduler.naming import fold_text

_TOTAL: Final = re.compile(r"(?:tong(?: cong| so)?|cong)\b[ :.\d]*.*")
_SIGNATURE: Final = re.compile(r"(?:kt|tm|tl|tuq)\.? .*|giam doc.*|pho giam doc.*|chu tich.*|nguoi lap.*|thu truong.*")
_RECIPIENTS: Final = re.compile(r"Nơi\s+(?:nhận|gửi)\s*:", re.IGNORECASE)
_COLUMN_NUMBER: Final = re.compile(r"\(?(?:\d{1,2}|[a-z])\)?")
_FOR_ALL: Final = re.compile(r"\b(?:các|tất cả|mọi|hàng|mỗi)\s+(?:các\s+)?(?:ngày|buổi|đơn vị|đoàn)\b", re.IGNORECASE)
_FEWEST_NUMBERED: Final = 3
_GROUP_NUMBER: Final = re.compile(r"(?:[IVX]{1,4}|[A-Z])\.?")
_TITLE_LINES: Final = 3  # how many paragraphs above a table may name its team


@dataclass(frozen=True, slots=True)
class ScheduleTable:
    """A table with its columns; ``continues`` tells that it goes on with the one before, ``team`` whose it is."""

    table: Table
    columns: Columns
    continues: bool
    team: Placed[str] | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """All visits of all schedule tables; ``hours`` are those a note states for all rows."""

    rows: tuple[ScheduleRow, ...]
    hours: Placed[HoursReading] | None
    findings: tuple[Finding, ...]


def find_schedule_tables(document: Document, *, year: int | None) -> tuple[ScheduleTable, ...]:
    """Return the tables of ``document`` that are schedules, in order."""
    found: list[ScheduleTable] = []
    above: list[Paragraph] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            above.append(block)
            continue
        last = found[-1] if found else None
        columns = find_columns(block, year=year)
        team = _find_title_team(above[-_TITLE_LINES:])
        if columns is not None:
            again = last is not None and last.columns.heads == columns.heads and not above
            found.append(ScheduleTable(block, columns, again, team or (last.team if last and again else None)))
        elif last is not None and block.rows and continues_schedule(block, last.columns, year=year):
            found.append(ScheduleTable(block, replace(last.columns, first_row=0), True, last.team))
        above = []
    return tuple(found)


def read_schedule(tables: tuple[ScheduleTable, ...], *, year: int | None) -> Schedule:
    """Read the rows of ``tables``; ``year`` serves days written without one."""
    rows: list[ScheduleRow] = []
    findings: list[Finding] = []
    common: Placed[HoursReading] | None = None
    before: Row | None = None
    for each in tables:
        columns = each.columns
        findings += () if each.continues else _tell_unread(each)
        note, note_row = _find_common_hours(each.table, columns)
        common = common or note
        before = before if each.continues else None
        for filled, team in _list_visits(each, before):
            skip_note = (
                note is not None and columns.note is not None and filled.row.cells[columns.note].text == note_row
            )
            read, found = read_row(filled, columns, year, skip_note=skip_note, team=team)
            findings += found
            rows += read
            before = filled.row
    return Schedule(tuple(rows), common, tuple(findings))


def _tell_unread(schedule: ScheduleTable) -> Iterator[Finding]:
    columns = schedule.columns
    for column in columns.unread:
        cells = (row.cells[column] for row in schedule.table.rows[columns.first_row :])
        cell = next(cell for cell in cells if " ".join(cell.text.split()) not in columns.heads[column])
        said = " ".join(cell.text.split())
        text = f"the column '{columns.heads[column]}' is not read ('{said}' …); enter what it says where it matters"
        yield Finding(Severity.WARNING, "column-not-read", text, columns.name_place(cell, column))


def _list_visits(schedule: ScheduleTable, before: Row | None) -> Iterator[tuple[FilledRow, Placed[str] | None]]:
    """Yield the rows that are visits, filled, each with the team that the title or a heading above it names."""
    columns, team = schedule.columns, schedule.team
    visits: list[Row] = []
    teams: list[Placed[str] | None] = []
    for row in schedule.table.rows[columns.first_row :]:
        if _RECIPIENTS.match(next((cell.text for cell in row.cells if cell.text), "")):
            break  # the letter's end, typed into the table
        if _is_no_visit(row, columns):
            named = find_team_name(" ".join(dict.fromkeys(cell.text for cell in row.cells)))
            team = Placed(named, row.place) if named and not repeats_heads(row, columns) else team
            continue
        visits.append(row)
        teams.append(team)
    yield from zip(fill_groups(tuple(visits), columns, before), teams, strict=True)


def _find_title_team(above: list[Paragraph]) -> Placed[str] | None:
    for paragraph in reversed(above):
        if named := find_team_name(paragraph.text):
            return Placed(named, paragraph.place)
    return None


def _find_common_hours(table: Table, columns: Columns) -> tuple[Placed[HoursReading] | None, str]:
    """Return the hours that the note column states once for all rows, and the text they stand in."""
    if columns.note is None:
        return None, ""
    column = columns.note
    cells = [row.cells[column] for row in table.rows[columns.first_row :]]
    filled = [cell for cell in cells if cell.text and not cell.merged]
    repeated = {cell.text for cell in cells if cell.merged}
    for cell in filled:
        hours = read_hours(cell.text)
        merged = cell.text in repeated
        # A lone start beside one row is that row's own.
        alone = len(filled) == 1 and len(hours.parts) > 1
        if any(part.start for part in hours.parts) and (merged or alone or _FOR_ALL.search(cell.text)):
            return Placed(hours, columns.name_place(cell, column)), cell.text
    return None, ""


def _is_no_visit(row: Row, columns: Columns) -> bool:
    filled = [cell for cell in row.cells if cell.text and (cell.text[0].isalnum() or _fold_cell(cell))]
    if not filled or repeats_heads(row, columns):
        return True
    if len(filled) >= _FEWEST_NUMBERED and all(_COLUMN_NUMBER.fullmatch(_fold_cell(cell)) for cell in filled):
        return True
    if any(_TOTAL.fullmatch(_fold_cell(cell)) for cell in row.cells[:2]) or _SIGNATURE.fullmatch(_fold_cell(filled[0])):
        return True
    return _is_group_heading(row, columns)


def _fold_cell(cell: Cell) -> str:
    return fold_text(" ".join(cell.text.split()))


def _is_group_heading(row: Row, columns: Columns) -> bool:
    """Tell whether one text spans the whole row, stands alone where no unit, commune or day stands, or has a group's
    number ("II") and no day."""
    own = [column for column, cell in enumerate(row.cells) if cell.text and not cell.merged]
    if not row.cells[columns.day].text:
        numbered = columns.index is not None and bool(_GROUP_NUMBER.fullmatch(row.cells[columns.index].text))
        if numbered and len(own) <= _FEWEST_NUMBERED - 1:
            return True
        if is_team_name(row.cells[columns.unit].text.strip()):
            return True
    if len(own) != 1:
        return False
    spans = all(cell.text == row.cells[own[0]].text for cell in row.cells)
    return spans or own[0] not in (columns.unit, columns.communes, columns.day, columns.morning, columns.afternoon)
