"""One row of a schedule -> unit, communes, days, parts of the day, place, team, each with its place in the document.

Pure. A row with an impossible date is left out and told as an error; one without a date is kept and told. A row that
gives its days different parts of the day is one row for each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from scheduler.documents.document import Cell, Row
from scheduler.intake.columns import Columns, read_cell_dates
from scheduler.intake.dates import LONGEST_RANGE, DateReading, name_weekday, read_dates
from scheduler.intake.grouping import FilledRow
from scheduler.intake.hours import HoursReading, PartHours, PartOfDay, read_hours
from scheduler.intake.offices import read_place_name
from scheduler.intake.wording import Placed, capitalise_first, make_phrase_key, trim_clause
from scheduler.model import Finding, Severity

_LINE_BREAK: Final = re.compile(r"[;\n]")
_PIECE_BREAK: Final = re.compile(r"[;\n]|,(?=\s*(?:buổi\s+)?(?:sáng|chiều|tối)\s*[:\-–])", re.IGNORECASE)
_SPLIT_NAMES: Final = re.compile(r"\s*(?:[,;\n]|\bvà\b)\s*", re.IGNORECASE)
_LIST_LEAD: Final = re.compile(
    r"^[-–+•]\s*|^(?:\d{1,2}\s+)?(?:(?:các|gồm|tại)\s+|(?=[^:]{0,40}:))"
    r"(?:(?:xã|phường|thị trấn|TT)\s*[,/]?\s*(?:và\s+)?)*:?\s*",
    re.IGNORECASE,
)
_PART_FIRST: Final = re.compile(
    r"^(?:buổi\s+)?(?P<part>sáng|chiều|tối)\s*[:\-–]\s*(?:tại\s+)?(?P<name>.+)$", re.IGNORECASE
)
_PART_LAST: Final = re.compile(r"^(?P<name>.+?)\s*\(\s*(?:buổi\s+)?(?P<part>sáng|chiều|tối)\s*\)$", re.IGNORECASE)
_PARTS: Final[dict[str, PartOfDay]] = {"sáng": "morning", "chiều": "afternoon", "tối": "evening"}
# "trước 20/5" and "khoảng 20/5" name no day of a visit.
_VAGUE: Final = re.compile(
    r"\b(?:trước|sau|khoảng|hoàn thành|chậm nhất|không quá|đầu|giữa|cuối|tuần)\b(?!\s*(?:sáng|chiều|giờ))",
    re.IGNORECASE,
)
_SHORT_PARTS: Final = re.compile(r"(?P<morning>s)?\s*[,;+&/]?\s*(?P<afternoon>c)?", re.IGNORECASE)
_STARTS: Final = re.compile(r"^(?!.*\b(?:sáng|chiều|tối)\b).*\bbắt đầu\b", re.IGNORECASE | re.DOTALL)
_TICK: Final = re.compile(r"[xX×✓✔]|có", re.IGNORECASE)
_NO_HOURS: Final = HoursReading()
_NO_HALVES: Final = Placed(_NO_HOURS, "")


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One row of a schedule that is a visit; ``hours`` are those the row itself states.

    ``parts`` pairs a commune's name with the part of the day in which the row says it is visited. ``venue`` is the room
    or building; ``team`` what the row, or a heading above it, calls the team. ``note`` is all that the row remarks
    beside its facts. ``adjusts`` tells that ``hours`` only move the start of one part of the usual day.
    """

    place: str
    unit: Placed[str]
    communes: tuple[Placed[str], ...]
    days: tuple[date, ...]
    days_place: str
    hours: Placed[HoursReading]
    scope: Placed[str] | None
    parts: tuple[tuple[str, PartOfDay], ...] = ()
    venue: str | None = None
    team: Placed[str] | None = None
    note: Placed[str] | None = None
    adjusts: bool = False


@dataclass(frozen=True, slots=True)
class _Names:
    """A cell's places; ``parts`` as in ScheduleRow."""

    names: tuple[Placed[str], ...] = ()
    parts: tuple[tuple[str, PartOfDay], ...] = ()


def read_row(
    filled: FilledRow, columns: Columns, year: int | None, *, skip_note: bool, team: Placed[str] | None
) -> tuple[tuple[ScheduleRow, ...], tuple[Finding, ...]]:
    """Read one row; none where it is left out. ``team`` is that of the heading above, ``skip_note`` that the note
    column speaks of all rows."""
    row = filled.row
    unit_cell, day_cell = row.cells[columns.unit], row.cells[columns.day]
    day_place = columns.name_place(day_cell, columns.day)
    if not unit_cell.text:
        return (), (_tell_no_unit(row, day_place),) if day_cell.text else ()
    unit = Placed(trim_clause(unit_cell.text.replace("\n", " ")), columns.name_place(unit_cell, columns.unit))
    reading = _read_days(day_cell, year)
    reading, ends = _extend_to_end(unit.value, row, columns, reading, year)
    findings = ends or _check_dates(unit.value, day_cell, day_place, reading, year)
    if reading.impossible:
        return (), findings
    if filled.day_taken_from and reading.days:
        findings += (_tell_day_taken(unit, row, reading, filled.day_taken_from),)
    names = _read_names(row, columns)
    hours = _read_row_hours(row, columns, skip_note=skip_note)
    note = None if skip_note else _read_placed(row, columns, columns.note)
    if note and not names.parts:
        names = replace(names, parts=_match_parts(note.value, names.names))
    findings += _check_hours(unit.value, hours)
    whole = ScheduleRow(
        place=row.place,
        unit=unit,
        communes=names.names,
        days=reading.days,
        days_place=day_place,
        hours=hours,
        scope=_read_placed(row, columns, columns.scope),
        parts=names.parts,
        venue=venue.value if (venue := _read_placed(row, columns, columns.venue)) else None,
        team=_read_placed(row, columns, columns.team) or team,
        note=_read_remarks(row, columns, note),
        adjusts=_only_moves_a_start(hours, note),
    )
    return _split_by_day(whole, day_cell), findings


def split_names(text: str) -> tuple[str, ...]:
    """Split a cell's list of places at commas, semicolons, line breaks and "và"; "các xã" before them is no name."""
    parts = _SPLIT_NAMES.split(_drop_lead(text.strip()))
    names = [trim_clause(_drop_lead(part.strip())) for part in parts]
    return tuple([capitalise_first(name) for name in names if name])


def _drop_lead(text: str) -> str:
    lead = _LIST_LEAD.match(text)
    return text[lead.end() :] if lead else text


def _read_placed(row: Row, columns: Columns, column: int | None) -> Placed[str] | None:
    if column is None or not row.cells[column].text:
        return None
    cell = row.cells[column]
    return Placed(trim_clause(" ".join(cell.text.split())), columns.name_place(cell, column))


def _read_names(row: Row, columns: Columns) -> _Names:
    """Return the communes of the row: of their own column, and of a column for the morning or the afternoon."""
    names: dict[str, Placed[str]] = {}
    parts: list[tuple[str, PartOfDay]] = []
    halves: tuple[tuple[int | None, PartOfDay | None], ...] = (
        (columns.communes, None),
        (columns.morning, "morning"),
        (columns.afternoon, "afternoon"),
    )
    for column, part in halves:
        if column is None or (part and not _holds_names(row.cells[column])):
            continue
        cell = row.cells[column]
        place = columns.name_place(cell, column)
        for name, own in _split_parts(cell.text):
            names.setdefault(name, Placed(name, place))
            if own or part:
                parts.append((name, own or part or "day"))
    return _Names(tuple(names.values()), tuple(parts))


def _split_parts(text: str) -> tuple[tuple[str, PartOfDay | None], ...]:
    """Return each place of ``text`` with the part of the day beside it: "Sáng: A, B; chiều: C", "A (sáng)"."""
    found: list[tuple[str, PartOfDay | None]] = []
    for piece in _PIECE_BREAK.split(text):
        leading = _PART_FIRST.match(piece.strip())
        part = _PARTS[leading["part"].casefold()] if leading else None
        for name in split_names(leading["name"] if leading else piece):
            trailing = _PART_LAST.match(name) if name.endswith(")") else None
            found.append((trailing["name"], _PARTS[trailing["part"].casefold()]) if trailing else (name, part))
    return tuple(found)


def _holds_names(cell: Cell) -> bool:
    return bool(cell.text) and not _TICK.fullmatch(cell.text) and not read_hours(cell.text).parts


def _match_parts(note: str, names: tuple[Placed[str], ...]) -> tuple[tuple[str, PartOfDay], ...]:
    """Return the communes of the row that ``note`` sends to one part of the day."""
    known = {make_phrase_key(read_place_name(each.value).bare): each.value for each in names}
    told = ((known.get(make_phrase_key(read_place_name(name).bare)), part) for name, part in _split_parts(note))
    return tuple((name, part) for name, part in told if name and part)


def _read_remarks(row: Row, columns: Columns, note: Placed[str] | None) -> Placed[str] | None:
    cell = row.cells[columns.day]
    said = Placed(cell.text, columns.name_place(cell, columns.day)) if cell.text and cell.value is None else None
    return Placed(f"{said.value}. {capitalise_first(note.value)}" if said else note.value, note.place) if note else said


def _only_moves_a_start(hours: Placed[HoursReading], note: Placed[str] | None) -> bool:
    """Tell whether the hours are one start before noon in the row's note ("bắt đầu từ 8 giờ 30")."""
    parts = hours.value.parts
    if note is None or hours.place != note.place or len(parts) != 1 or parts[0].start is None:
        return False
    return parts[0].part == "morning" and parts[0].end is None and bool(_STARTS.search(note.value))


# --- days -------------------------------------------------------------------------------------------


def _read_days(cell: Cell, year: int | None) -> DateReading:
    reading = read_cell_dates(cell, year=year)
    # The file's own date is one whatever stands beside it.
    return replace(reading, days=(), weekdays=()) if cell.value is None and _is_vague(cell.text) else reading


@lru_cache(maxsize=4096)
def _is_vague(text: str) -> bool:
    return _VAGUE.search(text) is not None


def _extend_to_end(
    unit: str, row: Row, columns: Columns, reading: DateReading, year: int | None
) -> tuple[DateReading, tuple[Finding, ...]]:
    """Return ``reading`` up to the day in the column of last days; where that is none, as it is, and a finding."""
    if columns.until is None or not reading.days:
        return reading, ()
    cell = row.cells[columns.until]
    until = _read_days(cell, year)
    if until.days and timedelta(0) <= until.days[-1] - reading.days[0] <= LONGEST_RANGE:
        span = (until.days[-1] - reading.days[0]).days + 1
        return replace(reading, days=tuple(reading.days[0] + timedelta(days=step) for step in range(span))), ()
    if until.days or until.impossible:
        said = f"{row.cells[columns.day].text} - {cell.text}"
        text = f"the visit of {unit}: '{said}' is no range of days; correct it, the row is left out until then"
        place = columns.name_place(cell, columns.until)
        return replace(reading, impossible=(said,)), (Finding(Severity.ERROR, "date-impossible", text, place),)
    return reading, ()


def _split_by_day(row: ScheduleRow, cell: Cell) -> tuple[ScheduleRow, ...]:
    """Return one row for each day where the cell gives the days different parts ("sáng 20/5; chiều 21/5/2025")."""
    pieces = [piece for piece in _LINE_BREAK.split(cell.text) if piece.strip()]
    if len(pieces) < 2 or not row.days:
        return (row,)
    read = [(read_dates(piece, year=row.days[0].year).days, read_hours(piece)) for piece in pieces]
    told_apart = len({hours.parts for _, hours in read}) > 1 and all(days and hours.parts for days, hours in read)
    if not told_apart or {day for days, _ in read for day in days} != set(row.days):
        return (row,)
    return tuple(replace(row, days=days, hours=Placed(hours, row.days_place)) for days, hours in read)


def _check_dates(unit: str, cell: Cell, place: str, reading: DateReading, year: int | None) -> tuple[Finding, ...]:
    if reading.impossible:
        if year is None:
            text = f"the visit of {unit}: '{cell.text}' has no year, and the document names none; write the year"
        else:
            text = f"the visit of {unit}: '{cell.text}' is not a date; correct it, the row is left out until then"
        return (Finding(Severity.ERROR, "date-impossible", text, place),)
    if reading.alternatives and reading.days:
        taken = ", ".join(f"{day:%d/%m/%Y}" for day in reading.days)
        others = ", ".join(f"{day:%d/%m/%Y}" for day in reading.alternatives)
        text = f"the visit of {unit}: '{cell.text}' names more than one choice; {taken} is taken and {others} is not"
        return (Finding(Severity.WARNING, "date-alternative", f"{text}; enter the day that holds", place),)
    if not reading.days:
        value = f"'{cell.text}' names no day" if cell.text else "its date is empty"
        text = f"the visit of {unit} has no date ({value}); it is kept unscheduled, enter its date when it is known"
        return (Finding(Severity.WARNING, "date-missing", text, place),)
    if not (reading.year_missing or reading.weekdays):
        return ()
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


def _tell_day_taken(unit: Placed[str], row: Row, reading: DateReading, taken_from: str) -> Finding:
    days = ", ".join(f"{day:%d/%m/%Y}" for day in reading.days)
    text = (
        f"the visit of {unit.value} has an empty date under a filled one; {days} is taken from above ({taken_from}), "
        "enter its own where it has one"
    )
    return Finding(Severity.ASSUMED, "date-inherited", text, row.place)


# --- hours ------------------------------------------------------------------------------------------


def _read_row_hours(row: Row, columns: Columns, *, skip_note: bool) -> Placed[HoursReading]:
    """Return the hours the row states: in columns for the halves of the day, in its column of parts of the day, else
    beside the date, else in its note, else beside its communes."""
    halves = _NO_HALVES if columns.morning is None and columns.afternoon is None else _read_halves(row, columns)
    if halves.value.parts:
        return halves
    order = [columns.session, columns.day, None if skip_note else columns.note]
    for column in (each for each in order if each is not None):
        cell = row.cells[column]
        hours = _read_short_parts(cell.text) if column == columns.session else _NO_HOURS
        hours = hours if hours.parts else read_hours(cell.text)
        if hours.parts or hours.impossible:
            return Placed(hours, columns.name_place(cell, column))
    return Placed(_NO_HOURS, row.place)


def _read_halves(row: Row, columns: Columns) -> Placed[HoursReading]:
    """Read the columns "Sáng" and "Chiều": an hour, a tick or a name there says that this half is used."""
    parts: list[PartHours] = []
    place = row.place
    halves: tuple[tuple[int | None, PartOfDay], ...] = ((columns.morning, "morning"), (columns.afternoon, "afternoon"))
    for column, part in halves:
        if column is None or not row.cells[column].text:
            continue
        stated = next(iter(read_hours(row.cells[column].text).parts), None)
        parts.append(replace(stated, part=part) if stated else PartHours(part))
        place = columns.name_place(row.cells[column], column)
    return Placed(HoursReading(tuple(parts)), place)


def _read_short_parts(text: str) -> HoursReading:
    """Read "S", "C" and "S, C", as a narrow column of parts of the day has them."""
    match = _SHORT_PARTS.fullmatch(text.strip())
    if not match or not text.strip():
        return _NO_HOURS
    named: tuple[PartOfDay, ...] = ("morning", "afternoon")
    return HoursReading(tuple(PartHours(part) for part in named if match[part]))


def _check_hours(unit: str, hours: Placed[HoursReading]) -> tuple[Finding, ...]:
    if not hours.value.impossible:
        return ()
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
