"""The ruled cells of a PDF page and the words between them -> spans on a grid; tables that go on over a page joined.

Pure. Lengths are points from the page's upper left corner. A cell that covers several columns or rows is one box
between rules, so the grid is that of all its boxes' edges.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from scheduler.documents.document import Table
from scheduler.documents.grid import Span, build_table
from scheduler.documents.pdflines import Line, Word, group_lines, is_wrapped, join_lines

_SAME_EDGE: Final = 3.0
_WIDEST_PADDING: Final = 8.0

# Two of them in one cell are two rows' dates, however narrow the column.
_WHOLE_DATE: Final = re.compile(r"\d{1,2}\s*[/.-]\s*\d{1,2}\s*[/.-]\s*\d{2,4}")

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class RuledCell:
    """The lines of one cell between the edges that its text keeps to, and the part of the grid it covers."""

    row: int
    column: int
    rows: int
    columns: int
    lines: tuple[Line, ...]
    left: float
    right: float

    @property
    def text(self) -> str:
        return join_lines(self.lines, self.left, self.right)


@dataclass(frozen=True, slots=True)
class RuledTable:
    """A table on one page: its columns' edges, its cells' spans, and the place of each row."""

    edges: tuple[float, ...]
    cells: tuple[RuledCell, ...]
    row_places: tuple[str, ...]
    place: str
    top: float
    bottom: float

    @property
    def columns(self) -> int:
        return len(self.edges) - 1


def read_ruled_table(boxes: Sequence[Box], words: Sequence[Word], page: int, number: int) -> RuledTable | None:
    """Put ``words`` into the cells ``boxes`` of table ``number`` on ``page``; None for one column, which is a frame."""
    across = _merge_edges([edge for box in boxes for edge in (box[0], box[2])])
    down = _merge_edges([edge for box in boxes for edge in (box[1], box[3])])
    if len(across) < 3 or len(down) < 2:
        return None
    placed: dict[tuple[int, int], Box] = {}
    reach: dict[tuple[int, int], tuple[int, int]] = {}
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    for box in boxes:
        left, right = _find_edge(across, box[0]), _find_edge(across, box[2])
        top, bottom = _find_edge(down, box[1]), _find_edge(down, box[3])
        if right > left and bottom > top:
            placed[top, left], reach[top, left] = box, (bottom - top, right - left)
            owners |= {(row, column): (top, left) for row in range(top, bottom) for column in range(left, right)}
    held: dict[tuple[int, int], list[Word]] = {position: [] for position in placed}
    for word in words:
        row = bisect_right(down, (word.top + word.bottom) / 2) - 1
        column = bisect_right(across, (word.x0 + word.x1) / 2) - 1
        owner = owners.get((row, column))
        if owner is not None:
            held[owner].append(word)
    padding = _measure_padding(placed, held)
    cells = tuple(
        RuledCell(*position, *reach[position], group_lines(held[position], page), box[0] + padding, box[2] - padding)
        for position, box in sorted(placed.items())
    )
    place = f"page {page}, table {number}"
    places = tuple(f"{place}, row {row}" for row in range(1, len(down)))
    return RuledTable(tuple(across), cells, places, place, down[0], down[-1])


def continues(table: RuledTable, following: RuledTable) -> bool:
    """Tell whether ``following``, first on its page, has the columns of ``table``, last on the page before."""
    return len(table.edges) == len(following.edges) and all(
        abs(above - below) <= _SAME_EDGE for above, below in zip(table.edges, following.edges, strict=True)
    )


def join_tables(table: RuledTable, following: RuledTable) -> RuledTable:
    """Put the rows of ``following`` under those of ``table``.

    Head rows that it repeats are left out, and a row that the page's end cut in two becomes one again.
    """
    skipped = _count_repeated(table, following)
    cells = table.cells
    if skipped < len(following.row_places) and _is_cut(table, following, skipped):
        cells = _join_cut_row(table, following, skipped)
        skipped += 1
    shift = len(table.row_places) - skipped
    moved = tuple(replace(cell, row=cell.row + shift) for cell in following.cells if cell.row >= skipped)
    return replace(
        table,
        cells=(*cells, *moved),
        row_places=(*table.row_places, *following.row_places[skipped:]),
        bottom=following.bottom,
    )


def finish_table(table: RuledTable) -> Table:
    """Return the table with every position of its grid filled."""
    return build_table(
        (Span(cell.row, cell.column, cell.text, cell.rows, cell.columns) for cell in table.cells),
        rows=len(table.row_places),
        place=table.place,
        place_row=lambda row: table.row_places[row],
    )


def _count_repeated(table: RuledTable, following: RuledTable) -> int:
    """Return how many of the first rows of ``following`` are the first rows of ``table`` again."""
    rows = 0
    while rows < min(len(table.row_places), len(following.row_places)):
        if _list_texts(table, rows) != _list_texts(following, rows) or not any(_list_texts(table, rows)):
            break
        rows += 1
    return rows


def _list_texts(table: RuledTable, row: int) -> tuple[str, ...]:
    return tuple(cell.text for cell in table.cells if cell.row == row)


def _is_cut(table: RuledTable, following: RuledTable, row: int) -> bool:
    """Tell whether ``row`` of ``following`` is the rest of the last row of ``table``: nothing in it begins anew.

    Its first cell is empty, and every text in it is one that the margin, not the author, broke off above.
    """
    above = _list_last_row(table)
    rest = [cell for cell in following.cells if cell.row == row]
    if any(cell.rows > 1 for cell in rest) or any(cell.lines for cell in rest if cell.column == 0):
        return False
    filled = [cell for cell in rest if cell.lines]
    return bool(filled) and all(
        (before := above.get(cell.column)) is not None
        and before.columns == cell.columns
        and bool(before.lines)
        and is_wrapped(before.lines[-1], cell.lines[0], before.left, before.right)
        and not (_WHOLE_DATE.search(before.text) and _WHOLE_DATE.search(cell.text))
        for cell in filled
    )


def _join_cut_row(table: RuledTable, following: RuledTable, row: int) -> tuple[RuledCell, ...]:
    above = _list_last_row(table)
    rest = {cell.column: cell.lines for cell in following.cells if cell.row == row}
    return tuple(
        replace(cell, lines=cell.lines + rest.get(cell.column, ())) if cell is above.get(cell.column) else cell
        for cell in table.cells
    )


def _list_last_row(table: RuledTable) -> dict[int, RuledCell]:
    last = len(table.row_places)
    return {cell.column: cell for cell in table.cells if cell.row + cell.rows == last}


def _merge_edges(edges: list[float]) -> list[float]:
    """Return the edges in order, those within three points of each other (a double rule) as one."""
    merged: list[float] = []
    for edge in sorted(edges):
        if not merged or edge - merged[-1] > _SAME_EDGE:
            merged.append(edge)
    return merged


def _find_edge(edges: list[float], value: float) -> int:
    return max(bisect_right(edges, value + 0.01) - 1, 0)


def _measure_padding(placed: dict[tuple[int, int], Box], held: dict[tuple[int, int], list[Word]]) -> float:
    """Return the least distance of any word from its cell's left or right rule: what cells keep free on each side."""
    distances = [
        distance
        for position, words in held.items()
        for word in words
        for distance in (word.x0 - placed[position][0], placed[position][2] - word.x1)
    ]
    return max(min([*distances, _WIDEST_PADDING]), 0.0)
