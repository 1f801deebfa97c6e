"""What a document of the corpus holds, whatever form it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum


class Merged(Enum):
    """A cell that belongs to the one above it, or to the one on its left."""

    UP = "up"
    LEFT = "left"


UP, LEFT = Merged.UP, Merged.LEFT
CellText = str | date | Merged
GridRow = tuple[CellText, ...]


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; a date is written as the form's own date where it has one (a spreadsheet), else as d/m/yyyy.

    Without ``ruled`` a page shows no lines between its cells.
    """

    rows: tuple[GridRow, ...]
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note at the foot of the page, to the text before it."""

    text: str


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the head of every page."""

    text: str


Page = tuple[Text | Grid | Footnote | Header, ...]


def write_cell(cell: CellText) -> str:
    """Return the cell as plain text: merged cells are empty there."""
    if isinstance(cell, Merged):
        return ""
    return f"{cell.day}/{cell.month}/{cell.year}" if isinstance(cell, date) else cell
