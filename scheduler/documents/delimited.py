"""Text with a delimiter between cells -> tables: whole files (CSV, TSV with quotes) and pipe tables inside prose.

Pure. Sources: RFC 4180 (CSV), GitHub Flavored Markdown section 4.10 (pipe tables). Delimiters are told by content: a
file is delimited where its records agree on how many cells they have, which prose with commas does not. Places are
"line N", where the record begins.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from scheduler.documents.document import Block, Paragraph, Table
from scheduler.documents.grid import Span, build_table
from scheduler.naming import normalise_text

_DELIMITERS: Final = (";", ",", "\t", "|")
_FEWEST_RECORDS: Final = 2
_AGREEING: Final = 0.9  # of the records from the first full one on
_LONGEST_CELL: Final = 200  # on average; beyond, the "cells" are the clauses of sentences
_QUOTED_CELL: Final = re.compile(r'(?:^|\t)"', re.MULTILINE)
_PIPE_RULE: Final = re.compile(r"\|?(?: *:?-+:? *\|)* *:?-+:? *\|?")
_LONGEST_RULE: Final = 2_000
_UNESCAPED_PIPE: Final = re.compile(r"(?<!\\)\|")
_BREAK: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record, and the line it begins on, from 1."""

    line: int
    cells: tuple[str, ...]


def read_delimited_blocks(text: str) -> tuple[Block, ...] | None:
    """Read ``text`` as one delimited file; None where it is none.

    Records of one cell before, between and behind the full ones are paragraphs.
    """
    lines = text.splitlines()
    if any(_is_pipe_rule(line) for line in lines):
        return None
    widest, chosen = 1, None
    for delimiter in _DELIMITERS:
        records = _read_records(text, delimiter) if delimiter in text else []
        width = _find_width(records)
        # Lists of names inside the cells agree too, on fewer cells: the delimiter is what parts the most.
        if width > widest:
            widest, chosen = width, records
    if chosen is None:
        return None
    # Tabs without quotes are read line by line, with the prose around them.
    tabs = max(line.count("\t") for line in lines)
    if tabs + 1 >= widest and not _QUOTED_CELL.search(text):
        return None
    return tuple(_arrange_records(chosen))


def find_pipe_table_end(lines: Sequence[str], start: int) -> int:
    """Return the index after the pipe table whose head is ``lines[start]``; ``start`` itself where none begins."""
    if start + 1 >= len(lines) or "|" not in lines[start] or not _is_pipe_rule(lines[start + 1]):
        return start
    end = start + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def read_pipe_table(lines: Sequence[str], first_number: int) -> Table:
    """Read a pipe table, its head and its rule first; ``first_number`` is the number of its first line."""
    records = [
        Record(first_number + index, tuple(_split_pipes(line)))
        for index, line in enumerate(lines)
        if index != 1 and line.strip()
    ]
    return build_record_table(records)


def build_record_table(records: Sequence[Record]) -> Table:
    """Return a table of ``records``, short ones filled up with empty cells."""
    spans = [
        Span(row, column, _clean_cell(cell))
        for row, record in enumerate(records)
        for column, cell in enumerate(record.cells)
    ]
    return build_table(
        spans,
        rows=len(records),
        place=f"line {records[0].line}",
        place_row=lambda row: f"line {records[row].line}",
    )


def _is_pipe_rule(line: str) -> bool:
    return "|" in line and len(line) <= _LONGEST_RULE and _PIPE_RULE.fullmatch(line.strip()) is not None


def _read_records(text: str, delimiter: str) -> list[Record]:
    """Read the records that hold text; [] where the quotes do not close."""
    # Without a newline of its own it yields lines as they are, ended by LF, CRLF or CR.
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t")
    records: list[Record] = []
    line = 0
    try:
        for cells in reader:
            # A sheet exported as CSV fills its rows up with delimiters; what is empty at the end is no cell.
            if cells and (cells[0].strip() or any(map(str.strip, cells))):
                records.append(Record(line + 1, tuple(cells)))
            line = reader.line_num
    except csv.Error:
        return []
    return records


def _find_width(records: list[Record]) -> int:
    """Return how many cells the records agree on; 0 where they do not, or read as prose."""
    widths = Counter(len(record.cells) for record in records if len(record.cells) > 1)
    if not widths:
        return 0
    width, count = widths.most_common(1)[0]
    first = next(index for index, record in enumerate(records) if len(record.cells) == width)
    full = records[first:]
    cells = [cell for record in full if len(record.cells) == width for cell in record.cells]
    agreed = (
        count >= _FEWEST_RECORDS + (width == 2)
        and count >= len(full) * _AGREEING
        and sum(map(len, cells)) <= _LONGEST_CELL * len(cells)
        and not _reads_as_prose(full, width)
    )
    return width if agreed else 0


def _reads_as_prose(records: list[Record], width: int) -> bool:
    """Tell sentences with a comma each from records: their last cell ends in a stop."""
    full = [record for record in records if len(record.cells) == width]
    return sum(record.cells[-1].rstrip().endswith((".", ";", ":")) for record in full) * 2 > len(full)


def _arrange_records(records: list[Record]) -> Iterator[Block]:
    held: list[Record] = []
    for record in records:
        filled = [cell for cell in record.cells if cell.strip()]
        # One text at the left edge of a record is a title or a note; further right it is the rest of a row.
        if len(filled) > 1 or (held and not record.cells[0].strip()):
            held.append(record)
            continue
        yield from _finish_records(held)
        held = []
        yield from (Paragraph(text, f"line {record.line}") for text in _clean_cell(filled[0]).split("\n") if text)
    yield from _finish_records(held)


def _finish_records(records: list[Record]) -> Iterator[Block]:
    if len(records) > 1:
        yield build_record_table(records)
    for record in records if len(records) == 1 else ():
        yield Paragraph(normalise_text(" ".join(cell for cell in record.cells if cell.strip())), f"line {record.line}")


def _split_pipes(line: str) -> list[str]:
    body = line.strip().removeprefix("|")
    body = body[:-1] if body.endswith("|") and not body.endswith("\\|") else body
    return [_BREAK.sub("\n", part.replace("\\|", "|")) for part in _UNESCAPED_PIPE.split(body)]


def _clean_cell(cell: str) -> str:
    lines = map(normalise_text, re.split(r"\r\n|\n|\r", cell))
    return "\n".join(line for line in lines if line)
