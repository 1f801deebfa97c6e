"""The cells of one sheet -> paragraphs and tables in reading order.

Pure. A sheet is one grid for everything: letterhead, title, schedule, notes, signature. Rows that hold one text are
paragraphs, runs of rows that hold several are tables; a row of one cell inside a table stays in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

from scheduler.documents.document import Block, Cell, Paragraph
from scheduler.documents.grid import Grid

_BLANK_ROWS_INSIDE: Final = 3  # more of them end a table


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell with text; ``row`` and ``column`` count from 1."""

    row: int
    column: int
    text: str
    value: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A merged range, both corners included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One row with text: its own cells, and the columns that cells merged from above cover."""

    row: int
    cells: tuple[SheetCell, ...]
    covered: frozenset[int]

    @property
    def is_single(self) -> bool:
        return len(self.cells) + len(self.covered) == 1

    @property
    def filled(self) -> int:
        return len(self.cells) + len(self.covered)


def name_cell(row: int, column: int) -> str:
    """Return the spreadsheet's own name of a cell: "B5"."""
    return f"{name_column(column)}{row}"


@lru_cache(maxsize=512)
def name_column(column: int) -> str:
    """Return the spreadsheet's own name of a column, counted from 1: "B"."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def arrange_sheet(cells: Iterable[SheetCell], areas: Iterable[Area], place: str) -> Iterator[Block]:
    """Yield the blocks of a sheet whose texts are ``cells`` and whose merged ranges are ``areas``, in any order."""
    kept = list(areas)
    lines = _list_lines(sorted(cells, key=attrgetter("row", "column")), kept)
    position = 0
    while position < len(lines):
        end = _find_table_end(lines, position)
        if end > position:
            yield from _build_block(lines[position:end], kept, place)
            position = end
        else:
            yield from _build_paragraphs(lines[position], place)
            position += 1


def _list_lines(cells: list[SheetCell], areas: list[Area]) -> list[_Line]:
    texts = {(cell.row, cell.column) for cell in cells} if areas else set[tuple[int, int]]()
    # Only texts that reach further down cover rows below; a range without a text covers nothing.
    reaching = sorted(
        (area for area in areas if area.bottom > area.top and (area.top, area.left) in texts),
        key=lambda area: area.top,
    )
    rows = [(row, tuple(group)) for row, group in groupby(cells, key=attrgetter("row"))]
    lines: list[_Line] = []
    open_areas: list[Area] = []
    for row, own in rows:
        while reaching and reaching[0].top < row:
            open_areas.append(reaching.pop(0))
        open_areas = [area for area in open_areas if area.bottom >= row]
        lines.append(_Line(row, own, frozenset(area.left for area in open_areas)))
    return lines


def _find_table_end(lines: list[_Line], start: int) -> int:
    """Return the index after the table that begins at ``start``; ``start`` itself where none begins."""
    if lines[start].is_single:
        return start
    end, widest = start + 1, lines[start].filled
    while end < len(lines):
        following = next((at for at in range(end, len(lines)) if not lines[at].is_single), None)
        between = lines[end : len(lines) if following is None else following]
        if following is not None and _goes_on(lines, end, following, widest):
            widest = max(widest, lines[following].filled)
            end = following + 1
            continue
        # What is left of the last group: a commune under its unit, its number and date standing above.
        for line in between:
            if line.row > lines[end - 1].row + 1 or (
                line.cells[:1] and line.cells[0].column == lines[start].cells[0].column
            ):
                break
            end += 1
        break
    return end


def _goes_on(lines: list[_Line], end: int, following: int, widest: int) -> bool:
    """Tell whether the next row of several cells belongs to the table that so far ends before ``end``."""
    line = lines[following]
    rows = [each.row for each in lines[end - 1 : following + 1]]
    gaps = [below - above - 1 for above, below in pairwise(rows)]
    if not any(gaps) and following == end:
        return True
    # A row of two under a wide table signs it, a wide row under a letterhead of two begins the schedule.
    least = widest if any(gaps) and following > end else widest // 2 + 1
    alike = least <= line.filled <= widest
    return alike and max(gaps) <= _BLANK_ROWS_INSIDE and following - end <= _BLANK_ROWS_INSIDE


def _build_block(lines: list[_Line], areas: list[Area], place: str) -> Iterator[Block]:
    top, bottom = lines[0].row, lines[-1].row
    left = min(cell.column for line in lines for cell in line.cells)
    right = max(cell.column for line in lines for cell in line.cells)
    reach = {(area.top, area.left): area for area in areas}
    names = [f"{place}, {name_column(column)}" for column in range(left, right + 1)]
    grid = Grid(bottom - top + 1, right - left + 1, f"{place}, {name_cell(top, left)}")
    for line in lines:
        positions = grid.positions[line.row - top]
        for cell in line.cells:
            column = cell.column - left
            shown = Cell(cell.text, f"{names[column]}{cell.row}", cell.value)
            area = reach.get((cell.row, cell.column)) if reach else None
            if area is None:
                positions[column] = shown
                continue
            tall = min(area.bottom, bottom) - cell.row + 1
            wide = min(area.right, right) - cell.column + 1
            grid.put(shown, cell.row - top, column, rows=tall, columns=wide)
    yield grid.close(
        place_row=lambda row: f"{place}, row {top + row}",
        place_cell=lambda row, column: f"{names[column]}{top + row}",
    )


def _build_paragraphs(line: _Line, place: str) -> Iterator[Paragraph]:
    for cell in line.cells:
        for text in cell.text.split("\n"):
            yield Paragraph(text, f"{place}, {name_cell(cell.row, cell.column)}")
