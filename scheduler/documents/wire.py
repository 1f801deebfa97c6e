"""What the parsing process has read -> JSON, and back: nothing but text, numbers and lists crosses between them.

Pure. Every value is checked on the way in: the process that wrote it has parsed a stranger's file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

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
    rows = [[row.place, [_list_cell(cell, row.place) for cell in row.cells]] for row in block.rows]
    return ["t", block.place, rows]


def _list_cell(cell: Cell, row_place: str) -> str | list[object]:
    # Most cells stand where their row does, and hold nothing but text.
    if cell.place == row_place and cell.value is None and not cell.merged:
        return cell.text
    return [cell.text, cell.place, None if cell.value is None else cell.value.isoformat(), cell.merged]


def _make_block(value: object) -> Block:
    match value:
        case ["p", str(text), str(place)]:
            return Paragraph(_check_text(text), place)
        case ["t", str(place), list(rows)]:
            return Table(tuple(map(_make_row, rows)), place)
        case _:
            raise ValueError("not a block")


def _make_row(value: object) -> Row:
    match value:
        case [str(place), list(cells)]:
            return Row(tuple(_make_cell(cell, place) for cell in cells), place)
        case _:
            raise ValueError("not a row")


def _make_cell(value: object, row_place: str) -> Cell:
    if isinstance(value, str):
        return Cell(_check_text(value), row_place)
    match value:
        case [str(text), str(place), None, bool(merged)]:
            return Cell(_check_text(text), place, None, merged)
        case [str(text), str(place), str(day), bool(merged)]:
            moment = date.fromisoformat(day) if len(day) == len("2024-05-20") else datetime.fromisoformat(day)
            return Cell(_check_text(text), place, moment, merged)
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


def _check_text(text: str) -> str:
    # Raises UnicodeEncodeError, a ValueError, for a lone surrogate.
    if not text.isascii():
        text.encode("utf-8")
    return text
