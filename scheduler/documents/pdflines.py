"""The words of a PDF page -> lines, and lines -> text with the breaks that their author made.

Pure. Lengths are points (1/72 inch) from the page's upper left corner. A PDF holds no paragraphs: a line was broken by
the margin when the next line's first word had no room left on it, and by its author when it had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from scheduler.documents.text import LIST_MARK
from scheduler.naming import normalise_text

_SPACE: Final = 0.22  # of a word space to its font's height, at the least
_INDENT: Final = 8.0
_CENTRED: Final = 6.0
_WIDE_GAP: Final = 2.2  # of a gap between columns to the line's height
_NARROWEST_GUTTER: Final = 0.6  # of the line's height; a word space is at most half of it
_PITCH: Final = 1.35  # a line further down than this many usual pitches begins a paragraph
_APART: Final = 3.5  # columns side by side end at a gap of so many heights
_OFFICE: Final = re.compile(r"(?:UBND|ỦY BAN|UỶ BAN|SỞ|BỘ|CỤC|CHI CỤC|PHÒNG|VĂN PHÒNG|THANH TRA)\b")
_PAGE_NUMBER: Final = re.compile(r"[-–\s]*(?:trang\s*)?\d{1,4}(?:\s*/\s*\d{1,4})?[-–\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    x0: float
    x1: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand side by side, from left to right; ``number`` counts the lines of ``page``, both from 1."""

    words: tuple[Word, ...]
    number: int
    page: int

    @property
    def text(self) -> str:
        return normalise_text(" ".join(word.text for word in self.words))

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @property
    def top(self) -> float:
        return min(word.top for word in self.words)

    @property
    def bottom(self) -> float:
        return max(word.bottom for word in self.words)

    @property
    def height(self) -> float:
        return max(word.bottom - word.top for word in self.words)

    @property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        return tuple((left.x1, right.x0) for left, right in pairwise(self.words) if right.x0 > left.x1)


@dataclass(frozen=True, slots=True)
class Columns:
    """Lines that stand in two columns, as in a letterhead: the lines of each, from the left."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]


def group_lines(words: Iterable[Word], page: int) -> tuple[Line, ...]:
    """Put the words of ``page`` whose middles are at one height on one line; lines come from the top."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: ((word.top + word.bottom) / 2, word.x0)):
        middle = (word.top + word.bottom) / 2
        # A raised or lowered word still stands within the height of the line's first.
        if rows and rows[-1][0].top <= middle <= rows[-1][0].bottom and _is_beside(rows[-1], middle):
            rows[-1].append(word)
        else:
            rows.append([word])
    return tuple(
        Line(tuple(sorted(row, key=lambda word: word.x0)), number, page) for number, row in enumerate(rows, start=1)
    )


def drop_page_numbers(lines: Sequence[Line], height: float) -> tuple[Line, ...]:
    """Leave out a number that stands alone at the head or the foot of a page of ``height`` points."""
    kept = list(lines)
    if kept and kept[0].bottom < height * 0.12 and _PAGE_NUMBER.fullmatch(kept[0].text):
        del kept[0]
    if kept and kept[-1].top > height * 0.88 and _PAGE_NUMBER.fullmatch(kept[-1].text):
        del kept[-1]
    return tuple(kept)


def continue_flow(flow: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """Return ``flow`` with the lines of the next page under it, as if the pages hung together."""
    if not flow or not lines:
        return [*flow, *lines]
    pitch = _measure_pitch(lines) or _measure_pitch(flow) or flow[-1].height
    shift = flow[-1].top + pitch - lines[0].top
    moved = (
        replace(
            line,
            words=tuple(replace(word, top=word.top + shift, bottom=word.bottom + shift) for word in line.words),
        )
        for line in lines
    )
    return [*flow, *moved]


def join_lines(lines: Sequence[Line], left: float, right: float) -> str:
    """Return the text of ``lines`` between the edges; the author's breaks stay newlines."""
    text = ""
    for index, line in enumerate(lines):
        if index:
            text += " " if is_wrapped(lines[index - 1], line, left, right) else "\n"
        text += line.text
    return text


def join_column(lines: Sequence[Line]) -> str:
    """Return the text of a letterhead's column, whose edges are those of its widest line.

    That line leaves no room for any word: what follows it is new where it is set otherwise or begins an office's name.
    """
    left, right = min(line.x0 for line in lines), max(line.x1 for line in lines)
    text = ""
    for index, line in enumerate(lines):
        if index:
            before = lines[index - 1]
            new = before.text.isupper() != line.text.isupper() or _OFFICE.match(line.text)
            text += "\n" if new or not is_wrapped(before, line, left, right) else " "
        text += line.text
    return text


def is_wrapped(line: Line, following: Line, left: float, right: float) -> bool:
    """Tell whether the first word of ``following`` had no room left on ``line``."""
    before, behind = line.x0 - left, right - line.x1
    centred = before > _CENTRED and abs(before - behind) < _CENTRED
    room = before + behind if centred else behind
    word = following.words[0]
    return room < word.x1 - word.x0 + _SPACE * line.height


def group_paragraphs(lines: Sequence[Line], left: float, right: float) -> Iterator[tuple[Line, ...] | Columns]:
    """Yield the lines of each paragraph, and lines in two columns, between the margins ``left`` and ``right``."""
    pitch = _measure_pitch(lines)
    position = 0
    while position < len(lines):
        end, gutter = _find_columns_end(lines, position)
        if gutter is not None:
            yield _split_columns(lines[position:end], gutter)
            position = end
            continue
        end = position + 1
        while (
            end < len(lines)
            and _goes_on(lines[position:end], lines[end], pitch, left, right)
            and _find_columns_end(lines, end)[1] is None
        ):
            end += 1
        yield tuple(lines[position:end])
        position = end


def _measure_pitch(lines: Sequence[Line]) -> float:
    """Return the usual distance from one line to the next; 0 where there is one line."""
    pitches = [below.top - above.top for above, below in pairwise(lines)]
    return median(pitches) if pitches else 0.0


def _is_beside(row: list[Word], middle: float) -> bool:
    first = row[0]
    return abs((first.top + first.bottom) / 2 - middle) < 0.5 * (first.bottom - first.top)


def _goes_on(paragraph: Sequence[Line], line: Line, pitch: float, left: float, right: float) -> bool:
    last = paragraph[-1]
    if LIST_MARK.match(line.text) or line.top - last.top > max(_PITCH * pitch, 2 * last.height):
        return False
    if abs(line.height - last.height) > 0.3 * last.height or not is_wrapped(last, line, left, right):
        return False
    # An indented line begins a paragraph, unless it hangs under a list mark or is centred.
    indented = line.x0 > last.x0 + _INDENT
    hangs = len(paragraph) == 1 and LIST_MARK.match(last.text) is not None
    centred = abs((line.x0 - left) - (right - line.x1)) < _CENTRED
    return not indented or hangs or centred


def _find_columns_end(lines: Sequence[Line], start: int) -> tuple[int, tuple[float, float] | None]:
    """Return the index after the two columns that begin at ``start``, and the gutter between them; None for none."""
    first = lines[start]
    gutter = max(first.gaps, key=lambda gap: gap[1] - gap[0], default=None)
    # A letterhead's first line may fill its columns: the gutter then shows in the next.
    if gutter is None or gutter[1] - gutter[0] < _NARROWEST_GUTTER * first.height:
        return start, None
    end, widest = start + 1, gutter[1] - gutter[0]
    while end < len(lines) and lines[end].top - lines[end - 1].bottom < _APART * first.height:
        narrowed = _narrow_gutter(lines[end], gutter)
        if narrowed is None:
            break
        gaps = [gap[1] - gap[0] for gap in lines[end].gaps if gap[0] <= narrowed[0] and narrowed[1] <= gap[1]]
        widest = max([widest, *gaps])
        gutter = narrowed
        end += 1
    return (end, gutter) if widest >= _WIDE_GAP * first.height else (start, None)


def _narrow_gutter(line: Line, gutter: tuple[float, float]) -> tuple[float, float] | None:
    """Return what is left of ``gutter`` beside the words of ``line``; None where too little is."""
    narrowest = _NARROWEST_GUTTER * line.height
    if line.x1 <= gutter[0] + narrowest or line.x0 >= gutter[1] - narrowest:
        low = max([gutter[0], *(word.x1 for word in line.words if word.x0 < gutter[0])])
        high = min([gutter[1], *(word.x0 for word in line.words if word.x1 > gutter[1])])
    else:
        shared = ((max(gap[0], gutter[0]), min(gap[1], gutter[1])) for gap in line.gaps)
        low, high = max(shared, key=lambda gap: gap[1] - gap[0], default=(0.0, 0.0))
    return (low, high) if high - low >= narrowest else None


def _split_columns(lines: Sequence[Line], gutter: tuple[float, float]) -> Columns:
    middle = (gutter[0] + gutter[1]) / 2
    sides: tuple[list[Line], list[Line]] = ([], [])
    for line in lines:
        for side, words in zip(
            sides,
            (
                tuple(word for word in line.words if word.x0 < middle),
                tuple(word for word in line.words if word.x0 >= middle),
            ),
            strict=True,
        ):
            if words:
                side.append(replace(line, words=words))
    return Columns(tuple(sides[0]), tuple(sides[1]))
