"""Cells that span rows and columns -> a ``Table`` in which every position of the grid is filled.

Pure. The first position of a merged cell holds its text; the others repeat text, value and place, with ``merged`` set,
so that the place is always where the text stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

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


class GridTooLargeError(Exception):
    """A table is larger than any plan's; the message says which and by how much, the reader knows the file."""


def build_table(spans: Iterable[Span], *, rows: int, place: str, place_row: Callable[[int], str]) -> Table:
    """Lay ``spans`` out on a grid of ``rows`` rows, as wide as the widest; positions nobody covers are empty.

    ``place_row`` names the place of a row, by index, and of its cells. Of two spans over one position the later wins.
    Raises GridTooLargeError where the grid is larger than the limits.
    """
    kept = list(spans)
    grid = Grid(rows, max((span.column + span.columns for span in kept), default=0), place)
    for span in kept:
        cell = Cell(span.text, place_row(span.row))
        grid.put(cell, span.row, span.column, rows=span.rows, columns=span.columns)
    return grid.close(place_row=place_row, place_cell=lambda row, _: place_row(row))


class Grid:
    """A table while it is laid out: ``positions`` by row and column, None where no cell stands yet.

    Raises GridTooLargeError where the grid is larger than the limits.
    """

    def __init__(self, rows: int, width: int, place: str) -> None:
        if rows > MAX_ROWS or width > MAX_COLUMNS or rows * width > MAX_CELLS:
            raise GridTooLargeError(
                f"{place} has {rows:,} rows and {width:,} columns, which no plan has; "
                "hand in the plan's part of it alone"
            )
        self._place = place
        self.positions: list[list[Cell | None]] = [[None] * width for _ in range(rows)]

    def put(self, cell: Cell, row: int, column: int, *, rows: int = 1, columns: int = 1) -> None:
        """Lay ``cell`` over so many rows and columns from its position on; rows below the grid are left out."""
        last = min(row + rows, len(self.positions))
        if rows == columns == 1:
            if row < last:
                self.positions[row][column] = cell
            return
        repeated = replace(cell, merged=True)
        for at in range(row, last):
            self.positions[at][column : column + columns] = [repeated] * columns
        if row < last and columns > 0:
            self.positions[row][column] = cell

    def close(self, *, place_row: Callable[[int], str], place_cell: Callable[[int, int], str]) -> Table:
        """Return the table, its empty positions filled with empty cells."""
        for row, cells in enumerate(self.positions):
            for column, cell in enumerate(cells):
                if cell is None:
                    cells[column] = Cell("", place_cell(row, column))
        rows = [Row(_close_row(cells), place_row(row)) for row, cells in enumerate(self.positions)]
        return Table(tuple(rows), self._place)


def _close_row(cells: list[Cell | None]) -> tuple[Cell, ...]:
    return tuple([cell for cell in cells if cell is not None])


def is_empty(table: Table) -> bool:
    """Tell whether no cell of ``table`` holds text."""
    return not any(cell.text for row in table.rows for cell in row.cells)
