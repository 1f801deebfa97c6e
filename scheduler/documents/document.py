"""What every reader yields: a document's paragraphs and tables in their order, each with its place.

Pure. Text is NFC; a place is a phrase a person can follow: "line 93", "table 1, row 6".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

Progress = Callable[[int, int], None]
"""Told by a reader what it has read so far and how much there is in all (pages, rows, sheets; 0 where unknown)."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; ``place`` names where it begins."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the grid.

    ``value`` is set where the file holds a real date (a spreadsheet), else None. ``merged`` is true for a
    grid position that repeats the text of a cell merged across or down from above or from the left.
    """

    text: str
    place: str
    value: date | datetime | None = None
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table; all rows of a table have the same number of cells."""

    cells: tuple[Cell, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[Row, ...]
    place: str


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Note:
    """What a person should know of the reading: a hidden sheet that was passed over, a page that is an image.

    Without ``passed_over`` it was read, and may have been read wrongly.
    """

    text: str
    place: str
    passed_over: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A document's blocks in reading order; ``name`` is the file's name, ``form`` what it proved to be.

    ``footnotes`` are the notes at the foot of its pages, ``margins`` what stands in their heads and feet, each once.
    """

    name: str
    form: str
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()
    footnotes: tuple[Paragraph, ...] = ()
    margins: tuple[Paragraph, ...] = ()

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Table))
