"""The lines of a PDF page without rules -> the table whose columns stand clearly apart, or none.

Pure. Lengths are points. Nothing is guessed: where a line runs over two columns in the middle of the table, where a
row's text may belong to the row above as well as to the one below, or where the columns are not told apart by blanks
on every line, there is no table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from scheduler.documents.pdflines import Line, Word
from scheduler.documents.pdftables import RuledCell, RuledTable

_GAP: Final = 0.8  # of a gap between two columns to the line's height; a word space is at most half of it
_PADDING: Final = 15.0  # between the texts of two columns, and a little more: in doubt the margin broke the line
_FEWEST_COLUMNS: Final = 3
_FEWEST_ROWS: Final = 3
_FEWEST_FILLED: Final = 2
_APART: Final = 2.5  # a table ends at a gap of so many heights
_SAME_PITCH: Final = 1.0
_UNEVEN: Final = 2.0


@dataclass(frozen=True, slots=True)
class _Group:
    """Words of one line without a wide gap between them."""

    words: tuple[Word, ...]

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)


@dataclass(slots=True)
class _Column:
    """The stretch across the page that the texts of a column have taken so far."""

    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line, and its groups by the column each stands in."""

    line: Line
    cells: dict[int, _Group]


def read_aligned_table(
    lines: Sequence[Line], page: int, number: int, before: RuledTable | None = None
) -> RuledTable | None:
    """Return the table among ``lines``; None where there is none, or where its columns or rows are in doubt.

    ``before`` is such a table at the end of the page before: its columns go on where the first line keeps to them.
    """
    if before is not None and lines:
        known = [_Column(left, right) for left, right in pairwise(before.edges)]
        going_on = _gather_lines(lines, 0, known, grow=False)
        if going_on and not _has_rows(lines[len(going_on) :]):
            return _build_table(going_on, list(before.edges), page, number, head=False)
    start = next((at for at, line in enumerate(lines) if len(_split_line(line)) >= _FEWEST_COLUMNS), None)
    if start is None:
        return None
    columns = [_Column(group.x0, group.x1) for group in _split_line(lines[start])]
    placed = _gather_lines(lines, start, columns, grow=True)
    if _has_rows(lines[start + len(placed) :]):
        return None
    inner = [max(left.x1, right.x0 - _PADDING) for left, right in pairwise(columns)]
    return _build_table(placed, [columns[0].x0, *inner, columns[-1].x1], page, number, head=True)


def has_columns(lines: Sequence[Line]) -> bool:
    """Tell whether some of ``lines`` look like the rows of a table."""
    return sum(len(_split_line(line)) >= _FEWEST_COLUMNS for line in lines) > 1


def _has_rows(lines: Sequence[Line]) -> bool:
    """Tell whether ``lines`` go on with what looks like rows: the table then broke off in their midst."""
    return any(len(_split_line(line)) >= _FEWEST_COLUMNS for line in lines)


def _split_line(line: Line) -> list[_Group]:
    groups: list[list[Word]] = [[line.words[0]]]
    for left, right in pairwise(line.words):
        if right.x0 - left.x1 >= _GAP * line.height:
            groups.append([])
        groups[-1].append(right)
    return [_Group(tuple(words)) for words in groups]


def _gather_lines(lines: Sequence[Line], start: int, columns: list[_Column], *, grow: bool) -> list[_Placed]:
    """Return the lines from ``start`` on that keep to ``columns``, which ``grow`` with their texts."""
    placed: list[_Placed] = []
    for line in lines[start:]:
        cells = _place_groups(_split_line(line), columns)
        if cells is None or (placed and line.top - placed[-1].line.bottom > _APART * line.height):
            break
        if 0 in cells and len(cells) < _FEWEST_FILLED:
            break  # a text at the left edge alone is no row
        if grow:
            for at, group in cells.items():
                columns[at].x0, columns[at].x1 = min(columns[at].x0, group.x0), max(columns[at].x1, group.x1)
            if any(right.x0 - left.x1 < _GAP * line.height for left, right in pairwise(columns)):
                return []
        placed.append(_Placed(line, cells))
    return placed


def _place_groups(groups: list[_Group], columns: list[_Column]) -> dict[int, _Group] | None:
    """Return each group by its column; None where one lies over two columns, or two in one."""
    cells: dict[int, _Group] = {}
    for group in groups:
        over = [at for at, column in enumerate(columns) if group.x0 < column.x1 and column.x0 < group.x1]
        nearest = min(range(len(columns)), key=lambda at: _measure_distance(group, columns[at]))
        at = over[0] if over else nearest
        if len(over) > 1 or at in cells:
            return None
        cells[at] = group
    return cells


def _measure_distance(group: _Group, column: _Column) -> float:
    return max(column.x0 - group.x1, group.x0 - column.x1)


def _build_table(placed: list[_Placed], edges: list[float], page: int, number: int, *, head: bool) -> RuledTable | None:
    rows = _group_rows(placed, head=head)
    if rows is None or len(edges) - 1 < _FEWEST_COLUMNS or len(rows) < (_FEWEST_ROWS if head else 1):
        return None
    cells: list[RuledCell] = []
    for at, row in enumerate(rows):
        for column, (left, right) in enumerate(pairwise(edges)):
            held = tuple(replace(each.line, words=each.cells[column].words) for each in row if column in each.cells)
            cells.append(RuledCell(at, column, 1, 1, held, left + (_PADDING if column else 0.0), right))
    place = f"page {page}, table {number}"
    places = tuple(f"{place}, row {at}" for at in range(1, len(rows) + 1))
    return RuledTable(tuple(edges), tuple(cells), places, place, placed[0].line.top, placed[-1].line.bottom)


def _group_rows(placed: list[_Placed], *, head: bool) -> list[list[_Placed]] | None:
    """Return the lines by row: a row begins where its first column is filled, and at the head of a page that goes on.

    None where the distances between lines do not bear that out: rows stand evenly apart, and further than the lines
    inside of them. Else a text may be set in the middle of its row, or go on from the row above.
    """
    if not placed or (head and 0 not in placed[0].cells):
        return None
    rows: list[list[_Placed]] = []
    between: list[float] = []
    within: list[float] = []
    for at, each in enumerate(placed):
        distance = each.line.top - placed[at - 1].line.top if at else 0.0
        if 0 in each.cells or not rows:
            rows.append([each])
            between.append(distance)
        else:
            rows[-1].append(each)
            within.append(distance)
    apart = between[2:] if head else between[1:]  # how far the head stands off is its own affair
    if not apart:
        return None if head or within else rows
    if max(apart) - min(apart) > _UNEVEN or (within and max(within) > min(apart) - _SAME_PITCH):
        return None
    return rows
