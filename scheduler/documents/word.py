"""A .docx file -> its paragraphs and tables as a reader of the printed page sees them.

Pure. Source: ISO/IEC 29500-1, section 17 (WordprocessingML), read with the standard library: the body in order, through
content controls and text boxes, with tracked insertions and without deletions, with the numbers that Word draws; then
the footnotes that the body refers to, and the pages' headers and footers. Places are "paragraph 12" (those with text,
outside of tables, counted), "table 1, row 6", "footnote 2", "page header" and "page footer".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree.ElementTree import Element

from scheduler.documents.document import Block, Paragraph, Progress, Table
from scheduler.documents.grid import Span, build_table, is_empty
from scheduler.documents.legacy import has_legacy_letters, name_font_encoding, refuse_legacy
from scheduler.documents.limits import MAX_COLUMNS
from scheduler.documents.package import Package, refuse_damaged
from scheduler.documents.wire import Reading
from scheduler.documents.wordstyles import VAL, Numbering, Styles, W, find_inside
from scheduler.naming import normalise_text

_PARAGRAPH: Final = f"{W}p"
_TABLE: Final = f"{W}tbl"
_RUN: Final = f"{W}r"
_TEXT: Final = f"{W}t"
_TEXT_BOX: Final = f"{W}txbxContent"
_ALTERNATIVES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_SIGNS: Final = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
# Deleted text, field codes, and what describes instead of being shown; a moved text stands where it was moved to.
_UNSEEN: Final = frozenset(
    W + name
    for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "tblPr", "tblGrid", "tcPr", "trPr", "sdtPr",
                 "rt", "sectPr", "object")
)  # fmt: skip
_NOTES: Final = ("footnote", "endnote")
_REFERENCES: Final = {f"{W}{kind}Reference": kind for kind in _NOTES}
_OFF: Final = ("0", "false", "off")
_ROWS_PER_REPORT: Final = 500
_FEWEST_LEGACY: Final = 2


@dataclass(slots=True)
class _Seen:
    """What one paragraph shows, and the text boxes that hang on it; footnotes are kept by the reader."""

    parts: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    def join_text(self) -> str:
        return normalise_text("".join(self.parts).replace("\t", " "))


def read_word(package: Package, name: str, report: Progress) -> Reading:
    """Read the document in ``package``; ``report`` is told the rows read so far and in all.

    Raises DocumentError where the package is damaged or its text is in an old encoding.
    """
    main = package.find_main_part()
    body = package.parse_part(main).find(f"{W}body")
    if body is None:
        raise refuse_damaged(name)
    roots = {
        kind: package.parse_part(part) if (part := package.find_related(main, kind)) else None
        for kind in ("styles", "numbering")
    }
    reader = _BodyReader(name, Styles(roots["styles"]), Numbering(roots["numbering"]), report)
    reader.rows_in_all = sum(1 for _ in body.iter(f"{W}tr"))
    blocks = tuple(reader.read_blocks(body))
    footnotes = tuple(reader.read_footnotes(_list_notes(package, main)))
    margins = tuple(
        paragraph
        for each in package.list_relationships(main)
        if each.kind in ("header", "footer") and each.target in package.members
        for paragraph in reader.read_margin(package.parse_part(each.target), f"page {each.kind}")
    )
    reader.refuse_legacy_text()
    return Reading("docx", blocks, (), footnotes, tuple({each.text: each for each in margins}.values()))


def _list_notes(package: Package, main: str) -> dict[tuple[str, str], Element]:
    """Return the footnotes and endnotes by their kind and id."""
    notes: dict[tuple[str, str], Element] = {}
    for kind in _NOTES:
        part = package.find_related(main, f"{kind}s")
        for each in package.parse_part(part).iter(W + kind) if part else ():
            notes[kind, each.get(f"{W}id", "")] = each
    return notes


class _BodyReader:
    """Walks the body once, counting paragraphs, tables and list numbers on the way."""

    def __init__(self, name: str, styles: Styles, numbering: Numbering, report: Progress) -> None:
        self._name = name
        self._styles = styles
        self._numbering = numbering
        self._report = report
        self.rows_in_all = 0
        self._rows = 0
        self._paragraphs = 0
        self._tables = 0
        self._legacy: list[tuple[str, str, str]] = []
        self._notes: dict[tuple[str, str], None] = {}  # those referred to, in order

    def read_blocks(self, container: Element) -> Iterator[Block]:
        """Yield the blocks of a body, a text box or a content control, in order."""
        held = ""
        for child in container:
            if child.tag == _PARAGRAPH:
                seen = self._read_paragraph(child)
                text = held + seen.join_text()
                # A deleted paragraph mark joins the paragraph to the next.
                if find_inside(child, "pPr", "rPr", "del") is not None:
                    held = f"{text} " if text else ""
                else:
                    held = ""
                    yield from self._place_lines(text)
                for box in seen.boxes:
                    yield from self.read_blocks(box)
            elif child.tag == _TABLE:
                self._tables += 1
                yield from self._read_table(child, f"table {self._tables}")
            elif child.tag not in _UNSEEN:
                yield from self.read_blocks(child)
        yield from self._place_lines(held.strip())

    def read_footnotes(self, notes: dict[tuple[str, str], Element]) -> Iterator[Paragraph]:
        """Yield the notes that the body refers to, in the order in which it does."""
        for number, reference in enumerate(tuple(self._notes), start=1):
            if reference in notes:
                yield from self._read_aside(notes[reference], f"footnote {number}")

    def read_margin(self, root: Element, place: str) -> Iterator[Paragraph]:
        """Yield the paragraphs of a page's header or footer, ``root``, that hold letters."""
        return (each for each in self._read_aside(root, place) if any(map(str.isalpha, each.text)))

    def _read_aside(self, root: Element, place: str) -> Iterator[Paragraph]:
        for paragraph in root.iter(_PARAGRAPH):
            text = " ".join(self._read_paragraph(paragraph).join_text().split())
            if text:
                yield Paragraph(text, place)

    def refuse_legacy_text(self) -> None:
        """Raise DocumentError where runs in an old font hold letters that only that font shows."""
        if sum(len(text) for _, _, text in self._legacy) >= _FEWEST_LEGACY:
            encoding, font, _ = self._legacy[0]
            raise refuse_legacy(self._name, encoding, f"font {font}")

    def _place_lines(self, text: str) -> Iterator[Paragraph]:
        lines = [normalise_text(line) for line in text.split("\n")]
        if any(lines):
            self._paragraphs += 1
        for line in lines:
            if line:
                yield Paragraph(line, f"paragraph {self._paragraphs}")

    def _read_paragraph(self, paragraph: Element) -> _Seen:
        seen = _Seen()
        self._gather(paragraph, paragraph, seen)
        numbered = self._styles.find_list(paragraph)
        if numbered:
            # Before nothing too: the cells of a numbered column hold nothing else.
            seen.parts.insert(0, f"{self._numbering.draw_number(*numbered)} ")
        return seen

    def _gather(self, element: Element, paragraph: Element, seen: _Seen) -> None:
        for child in element:
            tag = child.tag
            if tag == _TEXT:
                text = child.text or ""
                seen.parts.append(text)
                if not text.isascii() and element.tag == _RUN:
                    self._look_at_font(text, paragraph, element)
            elif tag in _SIGNS:
                seen.parts.append(_SIGNS[tag])
            elif tag in _REFERENCES:
                self._notes[_REFERENCES[tag], child.get(f"{W}id", "")] = None
            elif tag == _TEXT_BOX:
                seen.boxes.append(child)
            elif tag == _ALTERNATIVES:
                # The alternatives show one thing twice: for newer and for older programs.
                for alternative in list(child)[:1]:
                    self._gather(alternative, paragraph, seen)
            elif tag not in _UNSEEN and not (tag == _RUN and _is_hidden(child)):
                self._gather(child, paragraph, seen)

    def _look_at_font(self, text: str, paragraph: Element, run: Element) -> None:
        if not has_legacy_letters(text):
            return
        for font in self._styles.find_fonts(paragraph, run)[:2]:
            encoding = name_font_encoding(font)
            if encoding:
                self._legacy.append((encoding, font, text))
                return

    def _read_table(self, table: Element, place: str) -> Iterator[Table]:
        """Yield ``table`` unless it is empty, and then the tables inside its cells."""
        spans: list[Span] = []
        nested: list[Table] = []
        open_merges: dict[int, int] = {}  # column -> index in spans of the cell that is merged down over it
        rows = 0
        for row in _list_children(table, f"{W}tr"):
            if find_inside(row, "trPr", "del") is not None:
                continue
            rows += 1
            nested += self._read_row(row, f"{place}, row {rows}", rows - 1, spans, open_merges)
            self._rows += 1
            if self._rows % _ROWS_PER_REPORT == 0:
                self._report(self._rows, self.rows_in_all)
        built = build_table(spans, rows=rows, place=place, place_row=lambda index: f"{place}, row {index + 1}")
        if not is_empty(built):
            yield built
        yield from nested

    def _read_row(
        self, row: Element, place: str, at: int, spans: list[Span], open_merges: dict[int, int]
    ) -> list[Table]:
        """Add the cells of row ``at`` to ``spans``, or lengthen those merged over them; return the tables inside."""
        nested: list[Table] = []
        column = _read_count(row, ("trPr", "gridBefore"), 0)
        first = len(spans)
        for cell in _list_children(row, f"{W}tc"):
            width = _read_count(cell, ("tcPr", "gridSpan"), 1)
            above = open_merges.get(column)
            if above is not None and _is_continued(cell, "vMerge"):
                spans[above] = replace(spans[above], rows=at - spans[above].row + 1)
            elif len(spans) > first and _is_continued(cell, "hMerge"):
                spans[-1] = replace(spans[-1], columns=column + width - spans[-1].column)
            else:
                text, inner = self._read_cell(cell, place)
                nested += inner
                spans.append(Span(at, column, text, columns=width))
                open_merges.pop(column, None)
                if find_inside(cell, "tcPr", "vMerge") is not None:
                    open_merges[column] = len(spans) - 1
            column += width
        return nested

    def _read_cell(self, cell: Element, place: str) -> tuple[str, list[Table]]:
        lines: list[str] = []
        tables: list[Table] = []
        for block in self._read_cell_blocks(cell, f"{place}, inner table"):
            if isinstance(block, str):
                lines.append(block)
            elif len(block.rows) > 1 and len(block.rows[0].cells) > 1:
                tables.append(block)
            else:
                # One row or one column is a list that somebody drew as a table.
                lines += [each.text for row in block.rows for each in row.cells if not each.merged]
        return "\n".join(line for line in lines if line), tables

    def _read_cell_blocks(self, container: Element, inner_place: str) -> Iterator[str | Table]:
        for child in container:
            if child.tag == _PARAGRAPH:
                seen = self._read_paragraph(child)
                yield "\n".join(line for line in map(normalise_text, seen.join_text().split("\n")) if line)
                for box in seen.boxes:
                    yield from self._read_cell_blocks(box, inner_place)
            elif child.tag == _TABLE:
                yield from self._read_table(child, inner_place)
            elif child.tag not in _UNSEEN:
                yield from self._read_cell_blocks(child, inner_place)


def _list_children(element: Element, tag: str) -> Iterator[Element]:
    """Yield the rows of a table or the cells of a row, content controls and tracked insertions opened."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag not in _UNSEEN and child.tag not in (_PARAGRAPH, _TABLE):
            yield from _list_children(child, tag)


def _is_continued(cell: Element, merge: str) -> bool:
    found = find_inside(cell, "tcPr", merge)
    return found is not None and found.get(VAL, "continue") == "continue"


def _read_count(element: Element, path: tuple[str, ...], default: int) -> int:
    found = find_inside(element, *path)
    value = "" if found is None else found.get(VAL, "")
    # A span beyond every limit is left to the table's own check.
    return min(int(value), MAX_COLUMNS + 1) if value.isdecimal() and len(value) < 10 else default


def _is_hidden(run: Element) -> bool:
    hidden = find_inside(run, "rPr", "vanish")
    return hidden is not None and hidden.get(VAL, "1") not in _OFF
