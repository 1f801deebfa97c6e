"""A .pdf file with a text layer -> its paragraphs and tables in reading order.

Pure but for the parser (pdfplumber). Tables are told by their rules, on pages without rules by columns that stand
clearly apart, which a note says; a PDF knows neither cells nor paragraphs, so both
are found again from where words and lines stand. Places are "page 3, line 7" and "page 3, table 1, row 6".
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.utils.exceptions import PdfminerException

from scheduler.documents.document import Block, Cell, Note, Paragraph, Progress, Row, Table
from scheduler.documents.grid import is_empty
from scheduler.documents.legacy import has_legacy_letters, name_font_encoding, refuse_legacy
from scheduler.documents.limits import MAX_CELLS, MAX_PAGES
from scheduler.documents.package import refuse_damaged, refuse_protected
from scheduler.documents.pdfcolumns import has_columns, read_aligned_table
from scheduler.documents.pdflines import (
    Columns,
    Line,
    Word,
    continue_flow,
    drop_page_numbers,
    group_lines,
    group_paragraphs,
    join_column,
)
from scheduler.documents.pdftables import Box, RuledTable, continues, finish_table, join_tables, read_ruled_table
from scheduler.errors import DocumentError

_FEWEST_CHARACTERS: Final = 100  # a page with fewer that an image covers was scanned: they are a stamp
_COVERED: Final = 0.4  # of the page, by its largest image
_UNREADABLE: Final = 0.1  # of characters without a Unicode value
_FEWEST_LEGACY: Final = 2


@dataclass(frozen=True, slots=True)
class _PageContent:
    number: int
    lines: tuple[Line, ...]
    tables: tuple[RuledTable, ...]
    aligned: bool = False


def read_pdf_blocks(content: bytes, name: str, report: Progress) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Read the pages of a PDF; ``report`` is told the pages read so far and in all.

    The notes name pages that are images among pages with text. Raises DocumentError where the file is damaged,
    protected, scanned, larger than the limits, in an old encoding, or without Unicode for its letters.
    """
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            pages = pdf.pages
            if len(pages) > MAX_PAGES:
                raise DocumentError(f"{name}: has {len(pages):,} pages, which no plan has; hand in the plan alone")
            return _read_pages(pages, name, report)
    except PdfminerException as error:
        cause = error.args[0] if error.args else None
        if isinstance(cause, PDFPasswordIncorrect | PDFEncryptionError):
            raise refuse_protected(name) from error
        raise refuse_damaged(name) from error


def _read_pages(pages: list[Page], name: str, report: Progress) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    fonts = _FontCheck(name)
    read: list[_PageContent] = []
    notes: list[Note] = []
    cells = 0
    for number, page in enumerate(pages, start=1):
        if _is_scanned(page):
            text = "the page is an image without text and was passed over; what it says is not in the plan"
            notes.append(Note(text, f"page {number}"))
        else:
            fonts.look_at(page)
            read.append(_find_aligned(_read_page(page, number), read[-1] if read else None))
            notes += _tell_aligned(read[-1])
            cells += sum(table.columns * len(table.row_places) for table in read[-1].tables)
        if cells > MAX_CELLS:
            raise DocumentError(f"{name}: has over {MAX_CELLS:,} cells, which no plan has; hand in the plan alone")
        page.close()
        report(number, len(pages))
    if any(note.passed_over for note in notes) and not any(page.lines or page.tables for page in read):
        raise DocumentError(
            f"{name}: the PDF is a scan (images of pages, without a text layer); hand in the file it was printed from "
            "(Word, Excel), or run text recognition over it first"
        )
    fonts.refuse_unreadable()
    return tuple(_arrange_pages(read)), tuple(notes)


def _is_scanned(page: Page) -> bool:
    if len(page.chars) >= _FEWEST_CHARACTERS:
        return False
    area = float(page.width) * float(page.height)
    largest = max((float(image["width"]) * float(image["height"]) for image in page.images), default=0.0)
    return area > 0 and largest / area >= _COVERED


def _read_page(page: Page, number: int) -> _PageContent:
    words = [
        Word(str(word["text"]), float(word["x0"]), float(word["x1"]), float(word["top"]), float(word["bottom"]))
        for word in page.extract_words()
    ]
    tables: list[RuledTable] = []
    for found in sorted(page.find_tables(), key=lambda each: (each.bbox[1], each.bbox[0])):
        inside = [word for word in words if _is_inside(word, found.bbox)]
        table = read_ruled_table(found.cells, inside, number, len(tables) + 1)
        if table and any(cell.lines for cell in table.cells):
            tables.append(table)
            taken = set(map(id, inside))
            words = [word for word in words if id(word) not in taken]
    return _PageContent(number, drop_page_numbers(group_lines(words, number), float(page.height)), tuple(tables))


def _find_aligned(page: _PageContent, before: _PageContent | None) -> _PageContent:
    """Return the page with the table that its columns alone show, where it has none with rules."""
    held = before.tables[-1] if before and before.aligned and not _has_lines_below(before) else None
    table = None if page.tables else read_aligned_table(page.lines, page.number, 1, held)
    if table is None:
        return page
    lines = tuple(line for line in page.lines if not table.top <= line.top < table.bottom)
    return replace(page, lines=lines, tables=(table,), aligned=True)


def _tell_aligned(page: _PageContent) -> Iterator[Note]:
    if page.aligned:
        text = "the table has no ruling lines: its columns and rows are told by where the texts stand; compare each row"
        yield Note(f"{text} with the document", page.tables[0].place, passed_over=False)
    elif not page.tables and has_columns(page.lines):
        text = "what looks like a table without ruling lines cannot be told apart, and its rows are not read as such"
        yield Note(f"{text}; hand in the file that the PDF was made from", f"page {page.number}")


def _has_lines_below(page: _PageContent) -> bool:
    return any(line.top > page.tables[-1].top for line in page.lines)


def _is_inside(word: Word, box: Box) -> bool:
    across, down = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] <= across <= box[2] and box[1] <= down <= box[3]


class _FontCheck:
    """Counts the characters that a font of an old encoding shows, and those that no Unicode value is known of."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._legacy: Counter[tuple[str, str]] = Counter()
        self._unknown = 0
        self._all = 0

    def look_at(self, page: Page) -> None:
        by_font: dict[str, list[str]] = {}
        for char in page.chars:
            by_font.setdefault(str(char["fontname"]), []).append(str(char["text"]))
        for font, texts in by_font.items():
            self._all += len(texts)
            self._unknown += sum(text.startswith("(cid:") or "\ue000" <= text[:1] <= "\uf8ff" for text in texts)
            encoding = name_font_encoding(font)
            if encoding:
                self._legacy[encoding, font] += sum(map(has_legacy_letters, texts))

    def refuse_unreadable(self) -> None:
        """Raise DocumentError where the text would come out as other letters than the page shows."""
        for (encoding, font), count in self._legacy.most_common(1):
            if count >= _FEWEST_LEGACY:
                raise refuse_legacy(self._name, encoding, f"font {font}")
        if self._unknown > self._all * _UNREADABLE:
            raise DocumentError(
                f"{self._name}: the PDF shows its letters without saying which they are; export it anew from the "
                "program it was written in, or hand in that file"
            )


def _arrange_pages(pages: list[_PageContent]) -> Iterator[Block]:
    every = [line for page in pages for line in page.lines]
    left, right = min((line.x0 for line in every), default=0.0), max((line.x1 for line in every), default=0.0)
    flow: list[Line] = []  # lines since the last table, over pages
    held: RuledTable | None = None  # a table that may go on; ``flow`` is empty then
    for page in pages:
        lines = list(page.lines)
        for index, table in enumerate(page.tables):
            above = [line for line in lines if line.top < table.top]
            lines = lines[len(above) :]
            if held is not None and not above and index == 0 and continues(held, table):
                held = join_tables(held, table)
                continue
            if held is not None:
                yield finish_table(held)
            yield from _arrange_lines(continue_flow(flow, above), left, right)
            flow, held = [], table
        if held is not None and lines:
            yield finish_table(held)
            held = None
        flow = continue_flow(flow, lines)
    if held is not None:
        yield finish_table(held)
    yield from _arrange_lines(flow, left, right)


def _arrange_lines(lines: list[Line], left: float, right: float) -> Iterator[Block]:
    for group in group_paragraphs(lines, left, right):
        if isinstance(group, Columns):
            table = _set_side_by_side(group)
            if not is_empty(table):
                yield table
        else:
            text = " ".join(line.text for line in group)
            if text:
                yield Paragraph(text, _place_line(group[0]))


def _place_line(line: Line) -> str:
    return f"page {line.page}, line {line.number}"


def _set_side_by_side(columns: Columns) -> Table:
    """Return two columns without rules (letterhead, signature) as a table of one row, as word processors hold them."""
    sides = [side for side in (columns.left, columns.right) if side]
    place = _place_line(min((side[0] for side in sides), key=lambda line: line.top))
    cells = tuple(Cell(join_column(side), _place_line(side[0])) for side in sides)
    return Table((Row(cells, place),), place)
