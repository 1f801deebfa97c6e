"""A document's paragraphs -> its parts (front, body, recipients, annexes) and its clauses, each under its headings.

Pure. The order of things is that of Vietnamese administrative documents (Decree 30/2020/NĐ-CP, annex I): letterhead,
number and date, kind and title, legal bases, numbered sections, recipients, signature, annexes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from scheduler.documents.document import Document, Paragraph, Row, Table

_MARKERS: Final = (
    (1, re.compile(r"(?:Phần|Chương|Mục)\s+(?:thứ\s+\w+|[IVXLC]+|\d+)\s*[.:\-–]?\s+", re.IGNORECASE)),
    (2, re.compile(r"(?=[IVX])X{0,2}(?:IX|IV|V?I{0,3})\s*[-–.)]\s*")),
    (3, re.compile(r"Điều\s+\d+\s*[.:]\s*", re.IGNORECASE)),
    (5, re.compile(r"\d+\.\d+(?:\.\d+)*\s*[-–.)]?\s*")),
    (4, re.compile(r"\(?\d+\s*[-–./)]+\s*(?!\d)")),
    (6, re.compile(r"\(?[a-zđ]\s*[./)]\s+|[a-zđ]-\s+")),
    (8, re.compile(r"[-–•*]\s*(?=[^\W\d]|\()")),
    (9, re.compile(r"\+\s*")),
)
_PLAIN_RANK: Final = 10
_LEAD_IN_RANK: Final = 7  # a paragraph without a marker that ends in a colon has the bullets after it under it
_INNERMOST_NUMBERED: Final = 5
_TITLE_KIND: Final = re.compile(r"(?:KẾ HOẠCH|QUYẾT ĐỊNH|THÔNG BÁO|CÔNG VĂN|LỊCH)\b")
_RECIPIENTS: Final = re.compile(r"Nơi\s+(?:nhận|gửi)\s*:?\s*", re.IGNORECASE)
_ANNEX: Final = re.compile(r"(?:PHỤ\s+LỤC|BIỂU)(?:\s+SỐ)?(?:\s+(?P<number>\d+|[IVX]+))?\s*(?:[.:(]|$|[-–]\s)")
_ANNEX_ALONE: Final = re.compile(r"Phụ\s+lục(?:\s+số)?\s+(?P<number>\d+|[IVX]+)\s*[.:]?", re.IGNORECASE)
# Beside a title it may be a heading, or a sentence that begins with it: where it stands tells.
_ANNEX_TITLED: Final = re.compile(
    r"Phụ\s+lục(?:\s+số)?\s+(?P<number>\d+|[IVX]+)\s*[.:\-–]\s*\S.*[^.;,:]", re.IGNORECASE
)
# "… theo phụ lục số" / "03) về Sở …": the number ends a bracket that the line above opened.
_CLOSES_BRACKET: Final = re.compile(r"\d{1,3}[^()]{0,40}\)")
_ROMAN: Final = {
    "I": "1",
    "II": "2",
    "III": "3",
    "IV": "4",
    "V": "5",
    "VI": "6",
    "VII": "7",
    "VIII": "8",
    "IX": "9",
    "X": "10",
}


class Part(StrEnum):
    FRONT = "front"
    BODY = "body"
    RECIPIENTS = "recipients"
    SIGNATURE = "signature"
    ANNEX = "annex"


@dataclass(frozen=True, slots=True)
class Clause:
    """One paragraph without its marker; ``within`` holds the clauses it stands under, outermost first."""

    text: str
    place: str
    part: Part
    marker: str = ""
    rank: int = _PLAIN_RANK
    within: tuple[Clause, ...] = ()

    @property
    def context(self) -> str:
        """The headings above and the clause itself, one per line."""
        return "\n".join((*(clause.text for clause in self.within), self.text))

    @property
    def section(self) -> Clause:
        """The outermost heading the clause stands under; itself where it stands under none."""
        return self.within[0] if self.within else self


@dataclass(frozen=True, slots=True)
class Outline:
    """All clauses in order; ``annexes`` holds the numbers of the attached annexes ("1", "2"), leading zeros dropped."""

    clauses: tuple[Clause, ...]
    annexes: tuple[str, ...]
    introductions: tuple[Clause, ...]

    def of_part(self, part: Part) -> tuple[Clause, ...]:
        return tuple(clause for clause in self.clauses if clause.part is part)

    @property
    def body(self) -> tuple[Clause, ...]:
        return self.of_part(Part.BODY)

    def children_of(self, heading: Clause) -> tuple[Clause, ...]:
        """Return the clauses that stand under ``heading``, at any depth, in order."""
        return tuple(clause for clause in self.clauses if heading in clause.within)


def build_outline(document: Document, schedule: tuple[Table, ...]) -> Outline:
    """Sort the document's paragraphs into an outline.

    The tables of ``schedule`` are left out; the cells of all others read as paragraphs (letterheads and lists of
    recipients often stand in tables). ``Outline.introductions`` are the few clauses right above each schedule table.
    """
    clauses: list[Clause] = []
    annexes: list[str] = []
    introductions: list[Clause] = []
    stack: list[Clause] = []
    part = Part.FRONT
    for item in _join_broken(_flatten(document, schedule)):
        if item is None:
            above = [clause for clause in clauses[-4:] if clause.part is part]
            introductions += above
            # "Phụ lục 1: Đợt 1" right above a schedule is its heading.
            titled = (_read_titled_annex(clause.text) for clause in above)
            annexes += [number for number in titled if number is not None and number not in annexes]
            # What stands behind the schedule is no letterhead.
            part = Part.BODY if part is Part.FRONT else part
            continue
        rank, marker, text = split_marker(item.text)
        if rank == _PLAIN_RANK and text.endswith(":"):
            rank = _LEAD_IN_RANK
        previous, part = part, _find_part(part, rank, item.text, clauses)
        opens = _opens_annex(item.text, previous)
        if part is Part.ANNEX and opens:
            number = read_annex_number(item.text) or _read_titled_annex(item.text)
            annexes.append(number or str(len(annexes) + 1))
        if part is not previous or opens:
            stack.clear()
        while stack and stack[-1].rank >= rank:
            stack.pop()
        clause = Clause(text, item.place, part, marker, rank, tuple(stack))
        clauses.append(clause)
        if rank < _PLAIN_RANK:
            stack.append(clause)
    # Whatever they are notes to, they say something of their own.
    notes = (Clause(each.text, each.place, Part.BODY) for each in document.footnotes)
    return Outline((*clauses, *notes), tuple(annexes), tuple(introductions))


def split_marker(text: str) -> tuple[int, str, str]:
    """Split a list marker off ``text``: its rank (small is outer, 10 none), the marker, the rest."""
    for rank, pattern in _MARKERS:
        match = pattern.match(text)
        if match and match.end() < len(text):
            return rank, match.group().strip(), text[match.end() :].strip()
    return _PLAIN_RANK, "", text


def normalise_annex_number(number: str) -> str:
    """Return "02", "2" and "II" alike as "2"."""
    return _ROMAN.get(number.upper(), number.lstrip("0") or "0")


def read_annex_number(text: str) -> str | None:
    """Return the number of the annex that the heading ``text`` opens; "" without a number, None for no such heading."""
    match = _ANNEX.match(text) or _ANNEX_ALONE.fullmatch(text)
    if not match:
        return None
    return normalise_annex_number(match["number"]) if match["number"] else ""


def _read_titled_annex(text: str) -> str | None:
    match = _ANNEX_TITLED.fullmatch(text)
    return normalise_annex_number(match["number"]) if match else None


def _opens_annex(text: str, part: Part) -> bool:
    """Tell whether ``text`` opens an annex; behind the recipients a title may stand on its line."""
    behind = part in (Part.RECIPIENTS, Part.SIGNATURE, Part.ANNEX)
    return read_annex_number(text) is not None or (behind and _read_titled_annex(text) is not None)


def _find_part(part: Part, rank: int, text: str, before: list[Clause]) -> Part:
    # An annex handed in by itself begins with its heading: there it is the front.
    if _opens_annex(text, part) and (
        part is not Part.FRONT or any(_TITLE_KIND.match(clause.text) for clause in before)
    ):
        return Part.ANNEX
    if part is Part.ANNEX:
        return part
    if _RECIPIENTS.match(text):
        return Part.RECIPIENTS
    if part is Part.RECIPIENTS and rank in (_PLAIN_RANK, _LEAD_IN_RANK):
        return Part.SIGNATURE
    # The letterhead's rules and dashes are no sections: only numbers open the body.
    return Part.BODY if part is Part.FRONT and rank <= _INNERMOST_NUMBERED else part


def _flatten(document: Document, schedule: tuple[Table, ...]) -> Iterator[Paragraph | None]:
    """Yield the paragraphs in order, and None where a schedule table stands."""
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block
        elif block in schedule:
            yield None
            yield from _read_rows(_list_closing_rows(block))
        else:
            yield from _read_rows(block.rows)


def _list_closing_rows(table: Table) -> tuple[Row, ...]:
    """Return the rows of a schedule from its recipients on: some write the end of the letter into the table."""
    for position, row in enumerate(table.rows):
        first = next((cell.text for cell in row.cells if cell.text), "")
        if _RECIPIENTS.match(first):
            return table.rows[position:]
    return ()


def _read_rows(rows: tuple[Row, ...]) -> Iterator[Paragraph]:
    """Yield each line of each cell, row by row."""
    for row in rows:
        for cell in row.cells:
            if not cell.merged:
                yield from (Paragraph(line.strip(), cell.place) for line in cell.text.split("\n") if line.strip())


def _join_broken(items: Iterator[Paragraph | None]) -> Iterator[Paragraph | None]:
    """Join a paragraph that a page break cut in two: the second half begins small and carries no marker."""
    held: Paragraph | None = None
    for item in items:
        if item is not None and held is not None and _continues(held.text, item.text):
            held = replace(held, text=f"{held.text} {item.text}")
            continue
        if held is not None:
            yield held
        held = item
        if item is None:
            yield None
    if held is not None:
        yield held


def _continues(text: str, following: str) -> bool:
    if text.count("(") > text.count(")") and _CLOSES_BRACKET.match(following) and not text.endswith((".", ";", ":")):
        return True
    return (
        following[0].islower()
        and split_marker(following)[0] == _PLAIN_RANK
        and not text.endswith((".", ";", ":", "!", "?"))
    )
