"""An .xlsx file -> the paragraphs and tables of its visible sheets, as Excel last showed them.

Pure. Source: ISO/IEC 29500-1, section 18 (SpreadsheetML), read with the standard library. Formulas give the value that
was kept with them and are never computed. The size that a sheet declares is not believed: only cells that are there
count. Places are "sheet Lịch, B5".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final
from xml.etree.ElementTree import Element

from scheduler.documents.document import Block, Note, Progress
from scheduler.documents.legacy import has_legacy_letters, name_font_encoding, refuse_legacy
from scheduler.documents.limits import MAX_CELLS
from scheduler.documents.package import Package
from scheduler.documents.sheetblocks import Area, SheetCell, arrange_sheet, name_cell, name_column
from scheduler.documents.sheetstyles import CellStyle, S, read_cell_styles, read_serial_value
from scheduler.errors import DocumentError
from scheduler.naming import normalise_text

_RELATION_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_REFERENCE: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL: Final = f"{S}c"
_VALUE: Final = f"{S}v"
_FORMULA: Final = f"{S}f"
_INLINE: Final = f"{S}is"
_TEXT: Final = f"{S}t"
_RUN: Final = f"{S}r"
_ROWS_PER_REPORT: Final = 1_000
_PLAIN: Final = CellStyle()
_ERRORS: Final = frozenset(("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"))


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class _Workbook:
    """What the cells of all sheets share."""

    file: str
    strings: tuple[str, ...]
    styles: tuple[CellStyle, ...]
    from_1904: bool


def read_sheet_blocks(package: Package, name: str, report: Progress) -> tuple[tuple[Block, ...], tuple[Note, ...]]:
    """Read the visible sheets of the workbook in ``package``; ``report`` is told the sheets read so far and in all.

    The notes name what was passed over: hidden sheets, formulas without a kept value, cells that show an error. Raises
    DocumentError where the package is damaged, larger than the limits or in an old encoding.
    """
    main = package.find_main_part()
    root = package.parse_part(main)
    styles, strings = package.find_related(main, "styles"), package.find_related(main, "sharedStrings")
    workbook = _Workbook(
        name,
        tuple(map(_read_rich_text, package.parse_part(strings).findall(f"{S}si"))) if strings else (),
        read_cell_styles(package.parse_part(styles) if styles else None),
        any(each.get("date1904") in ("1", "true") for each in root.iter(f"{S}workbookPr")),
    )
    blocks: list[Block] = []
    notes: list[Note] = []
    sheets = _list_sheets(package, main, root)
    shared = [sheet for sheet in sheets if not sheet.hidden]
    for sheet in sheets:
        place = f"sheet {sheet.name}"
        if sheet.hidden:
            text = "the sheet is hidden and was passed over; unhide it if the plan is in it, and import again"
            notes.append(Note(text, place))
            continue
        cells, areas, told = _read_sheet(package.parse_part(sheet.part), place, workbook, report)
        notes += told
        blocks += arrange_sheet(cells, areas, place)
        report(shared.index(sheet) + 1, len(shared))
    return tuple(blocks), tuple(notes)


def _list_sheets(package: Package, main: str, root: Element) -> tuple[_Sheet, ...]:
    targets = {each.id: each for each in package.list_relationships(main)}
    sheets: list[_Sheet] = []
    for each in root.iter(f"{S}sheet"):
        target = targets.get(each.get(_RELATION_ID, ""))
        # A sheet of charts or old macros holds no cells.
        if target and target.kind == "worksheet" and target.target in package.members:
            hidden = each.get("state", "visible") != "visible"
            sheets.append(_Sheet(normalise_text(each.get("name", "")), target.target, hidden))
    return tuple(sheets)


def _read_sheet(
    root: Element, place: str, workbook: _Workbook, report: Progress
) -> tuple[list[SheetCell], list[Area], list[Note]]:
    areas = [area for each in root.iter(f"{S}mergeCell") if (area := _read_area(each.get("ref", "")))]
    reader = _SheetReader(place, workbook)
    row = 0
    for element in root.iterfind(f"{S}sheetData/{S}row"):
        number = element.get("r", "")
        row = int(number) if number.isdecimal() and len(number) < 8 else row + 1
        reader.read_row(element, row)
        if reader.count > MAX_CELLS:
            raise DocumentError(
                f"{workbook.file}: {place} has over {MAX_CELLS:,} cells, which no plan has; hand in the plan alone"
            )
        if row % _ROWS_PER_REPORT == 0:
            report(0, 0)
    hidden = reader.hidden_rows
    if hidden:
        text = f"{len(hidden)} hidden rows were read like the others; delete those that are not of the plan"
        reader.notes.append(Note(text, f"{place}, row {hidden[0]}"))
    return reader.cells, areas, reader.notes


class _SheetReader:
    """Gathers the cells of one sheet that show text; ``count`` counts the others too."""

    def __init__(self, place: str, workbook: _Workbook) -> None:
        self._place = place
        self._workbook = workbook
        self._styles: dict[str, tuple[CellStyle, str | None]] = {}
        self.cells: list[SheetCell] = []
        self.notes: list[Note] = []
        self.hidden_rows: list[int] = []
        self.count = 0

    def read_row(self, element: Element, row: int) -> None:
        """Read the cells of one row; ``row`` is its number."""
        column, before = 0, len(self.cells)
        for each in element:
            if each.tag != _CELL:
                continue
            self.count += 1
            column += 1
            reference = each.get("r", "")
            # Almost every cell stands right of the one before it.
            if reference != f"{name_column(column)}{row}" and (position := _read_reference(reference)):
                column = position[1]
            index = each.get("s", "")
            style, encoding = self._styles.get(index) or self._styles.setdefault(
                index, _find_style(index, self._workbook)
            )
            text, value = _read_value(each, style, self._workbook)
            if not text or text in _ERRORS:
                self.notes += _tell_no_value(each, text, f"{self._place}, {name_cell(row, column)}")
            elif encoding and has_legacy_letters(text):
                at = f"{self._place}, {name_cell(row, column)}"
                raise refuse_legacy(self._workbook.file, encoding, f"font {style.font} in {at}")
            else:
                self.cells.append(SheetCell(row, column, text, value))
        if len(self.cells) > before and element.get("hidden") in ("1", "true") and row not in self.hidden_rows[-1:]:
            self.hidden_rows.append(row)


def _find_style(index: str, workbook: _Workbook) -> tuple[CellStyle, str | None]:
    """Return the style that a cell names by ``index``, and the old encoding that its font stands for."""
    style = _PLAIN
    if index.isdecimal() and int(index) < len(workbook.styles):
        style = workbook.styles[int(index)]
    return style, name_font_encoding(style.font)


def _tell_no_value(element: Element, text: str, at: str) -> Iterator[Note]:
    if text:
        yield Note(f"the cell shows the error {text} and counts as empty; mend its formula", at)
    elif element.find(_FORMULA) is not None and element.get("t") != "str":
        remedy = "open the file in Excel, let it compute, save it, and import that"
        yield Note(f"the formula has no value kept with it and counts as empty; {remedy}", at)


def _read_value(element: Element, style: CellStyle, workbook: _Workbook) -> tuple[str, date | datetime | None]:
    kind = element.get("t", "n")
    if kind == "inlineStr":
        inline = element.find(_INLINE)
        return ("" if inline is None else _read_rich_text(inline)), None
    held = element.find(_VALUE)
    raw = "" if held is None else held.text or ""
    if kind == "s":
        index = int(raw) if raw.isdecimal() and len(raw) < 10 else -1
        return (workbook.strings[index] if 0 <= index < len(workbook.strings) else ""), None
    if kind in ("str", "e", "d"):
        return _clean_text(raw), (_read_iso_day(raw) if kind == "d" else None)
    if kind == "b":
        return ("TRUE" if raw == "1" else "FALSE" if raw else ""), None
    return _read_number(raw, style, from_1904=workbook.from_1904)


def _read_number(raw: str, style: CellStyle, *, from_1904: bool) -> tuple[str, date | datetime | None]:
    try:
        number = float(raw)
    except ValueError:
        return _clean_text(raw), None
    shown = read_serial_value(number, style, from_1904=from_1904)
    match shown:
        case datetime():
            return f"{shown:%d/%m/%Y %H:%M}", shown
        case date():
            return f"{shown:%d/%m/%Y}", shown
        case time():
            return f"{shown:%H:%M}", None
        case _:
            return (str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)), None


def _read_iso_day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw[:10])
    except ValueError:
        return None


def _read_rich_text(element: Element) -> str:
    """Join the runs of a string; what is only said aloud (phonetic runs) is left out."""
    if len(element) == 1 and element[0].tag == _TEXT:
        return _clean_text(element[0].text or "")
    parts = [element.findtext(_TEXT, "")]
    parts += [run.findtext(_TEXT, "") for run in element if run.tag == _RUN]
    return _clean_text("".join(parts))


def _clean_text(raw: str) -> str:
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw) if "_x" in raw else raw
    if text.isprintable():
        return normalise_text(text)
    lines = map(normalise_text, re.split(r"\r\n|\n|\r", _drop_invisible(text)))
    return "\n".join(line for line in lines if line)


def _drop_invisible(text: str) -> str:
    return "".join(char for char in text if char in "\n\r\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs"))


def _read_reference(reference: str) -> tuple[int, int] | None:
    match = _REFERENCE.fullmatch(reference)
    if not match:
        return None
    return int(match[2]), _number_column(match[1])


@lru_cache(maxsize=512)
def _number_column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _read_area(reference: str) -> Area | None:
    corners: Iterator[tuple[int, int] | None] = map(_read_reference, reference.split(":"))
    first, last = next(corners, None), next(corners, None)
    if first is None or last is None:
        return None
    return Area(min(first[0], last[0]), min(first[1], last[1]), max(first[0], last[0]), max(first[1], last[1]))
