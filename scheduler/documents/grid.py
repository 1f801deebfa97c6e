"""Cells that span rows and columns -> a ``Table`` in which every position of the grid is filled.

Pure. The first position of a merged cell holds its text; the others repeat text, value and place, with ``merged`` set,
so that the place is always where the text stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from scheduler.documents.document import Cell, Row, Table
from scheduler.documents.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS


@dataclass(frozen=True, slots=True)
class Span:
    """A cell's text and the rectangle it covers: rows and columns from ``row`` and ``column`` (0 = first) on."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1
    value: date | datetime | None = None


class GridTooLargeError(Exception):
    """A table is larger than any plan's; the message says which and by how much, the reader knows the file."""


def build_table(
    spans: Iterable[Span],
    *,
    rows: int,
    place: str,
    place_row: Callable[[int], str],
    place_cell: Callable[[int, int], str] | None = None,
) -> Table:
    """Lay ``spans`` out on a grid of ``rows`` rows, as wide as the widest; positions nobody covers are empty.

    ``place_row`` and ``place_cell`` name the places by index; without the latter a cell's place is its row's. Of two
    spans over one position the later wins. Raises GridTooLargeError where the grid is larger than the limits.
    """
    kept = list(spans)
    width = max((span.column + span.columns for span in kept), default=0)
    if rows > MAX_ROWS or width > MAX_COLUMNS or rows * width > MAX_CELLS:
        raise GridTooLargeError(
            f"{place} has {rows:,} rows and {width:,} columns, which no plan has; hand in the plan's part of it alone"
        )
    name_cell = place_cell or (lambda row, _: place_row(row))
    grid: list[list[Cell | None]] = [[None] * width for _ in range(rows)]
    for span in kept:
        first = Cell(span.text, name_cell(span.row, span.column), span.value)
        if span.rows == span.columns == 1:
            if span.row < rows:
                grid[span.row][span.column] = first
            continue
        repeated = replace(first, merged=True)
        for row in range(span.row, min(span.row + span.rows, rows)):
            for column in range(span.column, span.column + span.columns):
                grid[row][column] = first if (row, column) == (span.row, span.column) else repeated
    for index, cells in enumerate(grid):
        for at, cell in enumerate(cells):
            if cell is None:
                cells[at] = Cell("", name_cell(index, at))
    return Table(tuple([Row(_close_row(cells), place_row(index)) for index, cells in enumerate(grid)]), place)


def _close_row(cells: list[Cell | None]) -> tuple[Cell, ...]:
    return tuple([cell for cell in cells if cell is not None])


def is_empty(table: Table) -> bool:
    """Tell whether no cell of ``table`` holds text."""
    return not any(cell.text for row in table.rows for cell in row.cells)
