"""What the parsing process has read -> JSON, and back: nothing but text, numbers and lists crosses between them.

Pure. Every value is checked on the way in: the process that wrote it has parsed a stranger's file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from scheduler.documents.document import Block, Cell, Note, Paragraph, Row, Table


@dataclass(frozen=True, slots=True)
class Step:
    """Progress: ``done`` of ``of`` pages, sheets or rows."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """The sentence that says why the file is not read."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Conversion:
    """The file is a ``form`` that LibreOffice must turn into ``target`` first."""

    form: str
    target: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The file proved to be a ``form`` and was read; the rest is as in Document."""

    form: str
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...] = ()
    footnotes: tuple[Paragraph, ...] = ()
    margins: tuple[Paragraph, ...] = ()


class AnswerError(Exception):
    """What came is not an answer: the process that wrote it is out of its mind."""


Answer = Step | Refusal | Conversion | Reading


def encode_answer(answer: Answer) -> bytes:
    """Return ``answer`` as one line of JSON."""
    match answer:
        case Step(done, of):
            line: list[object] = ["step", done, of]
        case Refusal(sentence):
            line = ["refusal", sentence]
        case Conversion(form, target):
            line = ["conversion", form, target]
        case Reading(form, blocks):
            notes = [[note.text, note.place, note.passed_over] for note in answer.notes]
            aside = ([[each.text, each.place] for each in group] for group in (answer.footnotes, answer.margins))
            line = ["reading", form, [_list_block(block) for block in blocks], notes, *aside]
    # A lone surrogate, which a damaged file may hold, has no UTF-8: it stays escaped and is refused on reading.
    return json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"


def decode_answer(line: bytes) -> Answer:
    """Return what ``line`` says; AnswerError where it is not an answer."""
    try:
        return _make_answer(json.loads(line))
    except (ValueError, RecursionError) as error:
        raise AnswerError(str(error)) from error


def _make_answer(value: object) -> Answer:
    match value:
        case ["step", int(done), int(of)]:
            return Step(done, of)
        case ["refusal", str(sentence)]:
            return Refusal(sentence)
        case ["conversion", str(form), str(target)]:
            return Conversion(form, target)
        case ["reading", str(form), list(blocks), list(notes), list(footnotes), list(margins)]:
            return Reading(
                form,
                tuple(map(_make_block, blocks)),
                tuple(map(_make_note, notes)),
                tuple(Paragraph(*_make_pair(each)) for each in footnotes),
                tuple(Paragraph(*_make_pair(each)) for each in margins),
            )
        case _:
            raise ValueError("not an answer")


def _list_block(block: Block) -> list[object]:
    if isinstance(block, Paragraph):
        return ["p", block.text, block.place]
    return ["t", block.place, *_list_cells(block.rows)]


def _list_cells(rows: tuple[Row, ...]) -> list[object]:
    """Return the rows' places and widths, all cells' texts and places, and the cells that hold more, by their index."""
    cells = [cell for row in rows for cell in row.cells]
    places = [cell.place for cell in cells]
    of_rows, widths = [row.place for row in rows], [len(row.cells) for row in rows]
    more = [
        [at, None if cell.value is None else cell.value.isoformat(), cell.merged]
        for at, cell in enumerate(cells)
        if cell.merged or cell.value is not None
    ]
    # In most forms a cell stands where its row does.
    told = None if places == _repeat_places(of_rows, widths) else places
    return [of_rows, widths, [cell.text for cell in cells], told, more]


def _repeat_places(places: list[str], widths: list[int]) -> list[str]:
    return [place for place, width in zip(places, widths, strict=True) for _ in range(width)]


def _make_block(value: object) -> Block:
    match value:
        case ["p", str(text), str(place)]:
            return Paragraph(_check_text(text), place)
        case ["t", str(place), list(of_rows), list(widths), list(texts), list() | None as places, list(more)]:
            return Table(_make_rows(_check_texts(of_rows), _check_widths(widths), texts, places, more), place)
        case _:
            raise ValueError("not a block")


def _make_rows(
    of_rows: list[str], widths: list[int], texts: list[object], places: list[object] | None, more: list[object]
) -> tuple[Row, ...]:
    if len(of_rows) != len(widths) or sum(widths) != len(texts):
        raise ValueError("not a row")
    told = _repeat_places(of_rows, widths) if places is None else _check_texts(places)
    if len(told) != len(texts):
        raise ValueError("not a row")
    # One look for them all: raises UnicodeEncodeError, a ValueError, for a lone surrogate.
    "".join(checked := _check_texts(texts)).encode("utf-8")
    cells = list(map(Cell, checked, told))
    for each in more:
        at, moment, merged = _make_more(each, len(cells))
        cells[at] = Cell(cells[at].text, cells[at].place, moment, merged)
    following = iter(cells)
    return tuple([Row(tuple(islice(following, width)), place) for place, width in zip(of_rows, widths, strict=True)])


def _make_more(value: object, cells: int) -> tuple[int, date | datetime | None, bool]:
    match value:
        case [int(at), None, bool(merged)] if 0 <= at < cells:
            return at, None, merged
        case [int(at), str(day), bool(merged)] if 0 <= at < cells:
            moment = date.fromisoformat(day) if len(day) == len("2024-05-20") else datetime.fromisoformat(day)
            return at, moment, merged
        case _:
            raise ValueError("not a cell")


def _make_note(value: object) -> Note:
    match value:
        case [str(text), str(place), bool(passed_over)]:
            return Note(_check_text(text), place, passed_over)
        case _:
            raise ValueError("not a note")


def _make_pair(value: object) -> tuple[str, str]:
    match value:
        case [str(text), str(place)]:
            return _check_text(text), place
        case _:
            raise ValueError("not a text with its place")


def _check_texts(values: list[object]) -> list[str]:
    texts = [each for each in values if isinstance(each, str)]
    if len(texts) < len(values):
        raise ValueError("not a cell")
    return texts


def _check_widths(values: list[object]) -> list[int]:
    widths = [each for each in values if isinstance(each, int) and each >= 0]
    if len(widths) < len(values):
        raise ValueError("not a row")
    return widths


def _check_text(text: str) -> str:
    # Raises UnicodeEncodeError, a ValueError, for a lone surrogate.
    if not text.isascii():
        text.encode("utf-8")
    return text
