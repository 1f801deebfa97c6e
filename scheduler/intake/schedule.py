"""Schedule tables -> the rows that are visits: unit, communes, days, parts of the day, each with its place.

Pure. A row that is no visit (blank, a total, a signature, the head again, a heading between groups) is passed over; a
row with an impossible date is left out and told as an error; a row without a date is kept and told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from scheduler.documents.document import Cell, Document, Row, Table
from scheduler.intake.columns import Columns, find_columns, read_cell_dates, repeats_heads
from scheduler.intake.dates import DateReading, name_weekday
from scheduler.intake.hours import HoursReading, read_hours
from scheduler.intake.wording import Placed, capitalise_first, trim_clause
from scheduler.model import Finding, Severity
from scheduler.naming import fold_text

_TOTAL: Final = re.compile(r"(?:tong(?: cong| so)?|cong)\b[ :.\d]*.*")
_SIGNATURE: Final = re.compile(
    r"(?:kt|tm|tl|tuq)\.? .*|giam doc.*|pho giam doc.*|chu tich.*|nguoi lap.*|thu truong.*|noi nhan.*"
)
_SPLIT_NAMES: Final = re.compile(r"\s*(?:[,;\n]|\bvà\b)\s*", re.IGNORECASE)
_LIST_LEAD: Final = re.compile(
    r"^[-–+•]\s*|^(?:các|gồm|tại)\s+(?:(?:xã|phường|thị trấn|TT)\s*[,/]?\s*(?:và\s+)?)*:?\s*", re.IGNORECASE
)
_NO_HOURS: Final = HoursReading()


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One row of a schedule that is a visit; ``hours`` are those the row itself states."""

    place: str
    unit: Placed[str]
    communes: tuple[Placed[str], ...]
    days: tuple[date, ...]
    days_place: str
    hours: Placed[HoursReading]
    scope: Placed[str] | None


@dataclass(frozen=True, slots=True)
class Schedule:
    """All visits of all schedule tables; ``hours`` are those a note states for all rows."""

    tables: tuple[Table, ...]
    rows: tuple[ScheduleRow, ...]
    hours: Placed[HoursReading] | None
    findings: tuple[Finding, ...]


def find_schedule_tables(document: Document, *, year: int | None) -> tuple[Table, ...]:
    """Return the tables of ``document`` that are schedules, in order."""
    return tuple(table for table in document.tables if find_columns(table, year=year))


def read_schedule(tables: tuple[Table, ...], *, year: int | None) -> Schedule:
    """Read the rows of ``tables``; ``year`` serves days written without one."""
    rows: list[ScheduleRow] = []
    findings: list[Finding] = []
    common: Placed[HoursReading] | None = None
    for table in tables:
        columns = find_columns(table, year=year)
        if columns is None:
            continue
        note, note_row = _find_common_hours(table, columns)
        common = common or note
        before: Row | None = None
        for row in table.rows[columns.first_row :]:
            if _is_no_visit(row, columns):
                continue
            filled = _inherit_group(row, before, columns)
            before = filled
            skip_note = note is not None and (note_row is row or row.cells[columns.note or 0].merged)
            read, found = _read_row(filled, columns, year, skip_note=skip_note)
            findings += found
            if read:
                rows.append(read)
    return Schedule(tables, tuple(rows), common, tuple(findings))


def split_names(text: str) -> tuple[str, ...]:
    """Split a cell's list of places at commas, semicolons, line breaks and "và"; "các xã" before them is no name."""
    names = (
        trim_clause(_LIST_LEAD.sub("", part.strip())) for part in _SPLIT_NAMES.split(_LIST_LEAD.sub("", text.strip()))
    )
    return tuple(capitalise_first(name) for name in names if name)


def _find_common_hours(table: Table, columns: Columns) -> tuple[Placed[HoursReading] | None, Row | None]:
    """Return the hours that the note column states once for all rows, and the row they stand in."""
    if columns.note is None:
        return None, None
    column = columns.note
    filled = [row for row in table.rows[columns.first_row :] if row.cells[column].text and not row.cells[column].merged]
    if len(filled) != 1:
        return None, None
    cell = filled[0].cells[column]
    hours = read_hours(cell.text)
    if not any(part.start for part in hours.parts):
        return None, None
    return Placed(hours, columns.name_place(cell, column)), filled[0]


def _is_no_visit(row: Row, columns: Columns) -> bool:
    texts = [fold_text(cell.text) for cell in row.cells]
    if not any(texts) or repeats_heads(row, columns):
        return True
    first = next(text for text in texts if text)
    if any(_TOTAL.fullmatch(text) for text in texts[:2]) or _SIGNATURE.fullmatch(first):
        return True
    return _is_group_heading(row, columns)


def _is_group_heading(row: Row, columns: Columns) -> bool:
    """Tell whether one text spans the whole row, or stands alone where no unit, commune or day stands."""
    own = [column for column, cell in enumerate(row.cells) if cell.text and not cell.merged]
    if len(own) != 1:
        return False
    spans = all(cell.text == row.cells[own[0]].text for cell in row.cells)
    return spans or own[0] not in (columns.unit, columns.communes, columns.day)


def _inherit_group(row: Row, before: Row | None, columns: Columns) -> Row:
    """Fill an empty unit from the row above, and with it an empty day: the cells stand once for the group."""
    if before is None or columns.unit is None or row.cells[columns.unit].text:
        return row
    cells = list(row.cells)
    # Names and hours of the row above are its own; only what groups comes down.
    for column in (columns.unit, columns.day):
        if not cells[column].text and cells[column].value is None:
            above = before.cells[column]
            cells[column] = replace(above, merged=True)
    return replace(row, cells=tuple(cells))


def _read_row(
    row: Row, columns: Columns, year: int | None, *, skip_note: bool
) -> tuple[ScheduleRow | None, tuple[Finding, ...]]:
    unit_cell, day_cell = row.cells[columns.unit or 0], row.cells[columns.day]
    day_place = columns.name_place(day_cell, columns.day)
    if not unit_cell.text:
        return None, (_tell_no_unit(row, day_place),) if day_cell.text else ()
    unit = Placed(trim_clause(unit_cell.text.replace("\n", " ")), columns.name_place(unit_cell, columns.unit or 0))
    reading = read_cell_dates(day_cell, year=year)
    findings = _check_dates(unit.value, day_cell, day_place, reading, year)
    if reading.impossible:
        return None, findings
    communes: tuple[Placed[str], ...] = ()
    if columns.communes is not None:
        cell = row.cells[columns.communes]
        communes = tuple(Placed(name, columns.name_place(cell, columns.communes)) for name in split_names(cell.text))
    scope_cell = row.cells[columns.scope] if columns.scope is not None else None
    scope = (
        Placed(trim_clause(scope_cell.text), columns.name_place(scope_cell, columns.scope or 0))
        if scope_cell and scope_cell.text
        else None
    )
    hours = _read_row_hours(row, columns, skip_note=skip_note)
    findings += _check_hours(unit.value, hours)
    return ScheduleRow(row.place, unit, communes, reading.days, day_place, hours, scope), findings


def _read_row_hours(row: Row, columns: Columns, *, skip_note: bool) -> Placed[HoursReading]:
    """Return the hours the row states: in its column of parts of the day, else beside the date, else in its note."""
    order = [columns.session, columns.day, None if skip_note else columns.note]
    for column in (each for each in order if each is not None):
        cell = row.cells[column]
        hours = read_hours(cell.text)
        if hours.parts or hours.impossible:
            return Placed(hours, columns.name_place(cell, column))
    return Placed(_NO_HOURS, row.place)


def _check_dates(unit: str, cell: Cell, place: str, reading: DateReading, year: int | None) -> tuple[Finding, ...]:
    if reading.impossible:
        if year is None:
            text = f"the visit of {unit}: '{cell.text}' has no year, and the document names none; write the year"
        else:
            text = f"the visit of {unit}: '{cell.text}' is not a date; correct it, the row is left out until then"
        return (Finding(Severity.ERROR, "date-impossible", text, place),)
    if not reading.days:
        value = f"'{cell.text}' names no day" if cell.text else "its date is empty"
        text = f"the visit of {unit} has no date ({value}); it is kept unscheduled, enter its date when it is known"
        return (Finding(Severity.WARNING, "date-missing", text, place),)
    found: list[Finding] = []
    if reading.year_missing:
        text = f"the visit of {unit}: '{cell.text}' has no year; {year} is taken from the plan"
        found.append(Finding(Severity.ASSUMED, "year-assumed", text, place))
    found += [
        Finding(
            Severity.WARNING,
            "weekday-mismatch",
            f"the visit of {unit}: '{cell.text}' says {name_weekday(named)}, but {day:%d/%m/%Y} is a "
            f"{name_weekday(day.weekday())}; correct the one that is wrong",
            place,
        )
        for named, day in reading.weekdays
        if day.weekday() != named
    ]
    return tuple(found)


def _check_hours(unit: str, hours: Placed[HoursReading]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            Severity.WARNING,
            "hour-impossible",
            f"the visit of {unit}: '{value}' is no hour and is passed over; correct it",
            hours.place,
        )
        for value in hours.value.impossible
    )


def _tell_no_unit(row: Row, place: str) -> Finding:
    value = " | ".join(cell.text for cell in row.cells if cell.text)
    text = f"a row without a unit ('{value}') is left out; name its unit"
    return Finding(Severity.ERROR, "unit-missing", text, place)
