"""Cells that stand once for several rows -> rows that say everything themselves.

Pure. A cell merged in the file comes with its text in every row. An empty unit is that of the row above. An empty
day is the day above where the row is one more line of that visit, where days stand left of units and so group them, or
where the column's pattern says so; a lone empty day under full ones is a day that is not known yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from scheduler.documents.document import Cell, Row
from scheduler.intake.columns import Columns
from scheduler.intake.hours import read_hours

_DITTO: Final = re.compile(r"-?\s*nt\s*-?|như trên|như\s+(?:dòng\s+)?trên|[\"”“〃]|''|//", re.IGNORECASE)
_NOTHING: Final = re.compile(r"[-–—.…_\s]*")


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row with nothing left to look up above it; ``day_taken_from`` is the place of an assumed day, or None."""

    row: Row
    day_taken_from: str | None = None


def fill_groups(rows: tuple[Row, ...], columns: Columns, before: Row | None) -> tuple[FilledRow, ...]:
    """Fill the empty units and days of ``rows``, all of them visits; ``before`` is the last row of the page before."""
    cleaned = tuple(map(_blank_dashes, rows))
    groups = _groups_days(cleaned, columns)
    filled: list[FilledRow] = []
    above = before
    for row in cleaned:
        each = _fill_row(row, above, columns, groups=groups) if above is not None else FilledRow(row)
        filled.append(each)
        above = each.row
    return tuple(filled)


def _blank_dashes(row: Row) -> Row:
    if not any(map(_says_nothing, row.cells)):
        return row
    return replace(row, cells=tuple(replace(cell, text="") if _says_nothing(cell) else cell for cell in row.cells))


def _says_nothing(cell: Cell) -> bool:
    return bool(cell.text) and not cell.text[0].isalnum() and _NOTHING.fullmatch(cell.text) is not None


def _fill_row(row: Row, above: Row, columns: Columns, *, groups: bool) -> FilledRow:
    own = row.cells
    cells = list(own)
    unit, day = columns.unit, columns.day
    same_unit = _is_empty(cells[unit]) or _says_ditto(cells[unit])
    taken_from: str | None = None
    for column in (unit, day, columns.communes):
        if column is not None and _says_ditto(cells[column]):
            cells[column] = replace(above.cells[column], merged=True)
    if same_unit:
        cells[unit] = replace(above.cells[unit], merged=True)
    if _is_empty(cells[day]) and not _is_empty(above.cells[day]):
        one_more_line = same_unit or (columns.index is not None and not row.cells[columns.index].text)
        if one_more_line or groups:
            cells[day] = replace(above.cells[day], merged=True)
            taken_from = None if same_unit else above.cells[day].place
    changed = any(cell is not kept for cell, kept in zip(cells, own, strict=True))
    return FilledRow(replace(row, cells=tuple(cells)) if changed else row, taken_from)


def _groups_days(rows: tuple[Row, ...], columns: Columns) -> bool:
    """Tell whether an empty day under a full one means the same day, from the pattern of the whole column."""
    runs = _list_runs(rows, columns)
    shared = [run for run in runs if len(run) > 1]
    if not shared:
        return False
    if columns.day < columns.unit:
        return True
    if columns.session is not None and all(_tell_parts_apart(run, columns.session) for run in shared):
        return True
    # A list whose end has no days yet is one run; a column that groups has several, and few days that stand alone.
    return len(shared) > 1 and len(shared) * 2 >= len(runs)


def _list_runs(rows: tuple[Row, ...], columns: Columns) -> list[list[Row]]:
    """Return the rows by the day that stands above or in them; those before the first day are left out."""
    runs: list[list[Row]] = []
    for row in rows:
        if not _is_empty(row.cells[columns.day]):
            runs.append([row])
        elif runs:
            runs[-1].append(row)
    return runs


def _tell_parts_apart(run: list[Row], session: int) -> bool:
    """Tell whether each row of ``run`` names parts of the day that no other of them has."""
    named = [part.part for row in run for part in read_hours(row.cells[session].text).parts]
    return len(named) >= len(run) and len(named) == len(set(named))


def _is_empty(cell: Cell) -> bool:
    return not cell.text and cell.value is None


def _says_ditto(cell: Cell) -> bool:
    return bool(_DITTO.fullmatch(cell.text))
