"""Plain text -> blocks: a paragraph per written paragraph, a table per run of tab-separated lines or pipe table.

Pure. Places are "line N", counted from 1 over LF, CRLF and CR alike.
Reads UTF-8 and UTF-16 with and without a byte order mark; text becomes NFC (Unicode Standard Annex 15).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scheduler.documents.delimited import find_pipe_table_end, read_delimited_blocks, read_pipe_table
from scheduler.documents.document import Block, Cell, Paragraph, Row, Table
from scheduler.documents.forms import guess_utf16
from scheduler.documents.grid import GridTooLargeError
from scheduler.documents.legacy import name_text_encoding, refuse_legacy
from scheduler.errors import DocumentError
from scheduler.naming import normalise_text

# Legal in a file, invisible on the page, and in the way of every comparison.
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FOOTNOTE_MARK: Final = re.compile(r"\(\*+\)")
_EMPHASIS: Final = re.compile(r"\*{1,3}(?=\S)|(?<=\S)\*{1,3}")
_HEADING_MARK: Final = re.compile(r"^#{1,6}\s+")
_RULE_LINE: Final = re.compile(r"^[-_=*~–—.…\s]{3,}$")
# A number that only a margin put first ("1303/QĐ-UBND", "29/3/2024") is no mark.
LIST_MARK: Final = re.compile(r"[-–+•*]\s|\(?(?:\d{1,2}(?:\.\d{1,2})*|[IVXLC]+|[a-zđ])(?:[.)](?=\s|[^\W\d]|$)|[-–/]\s)")
_SENTENCE_END: Final = (".", ";", ":", "!", "?", "./.")
_LONGEST_PARAGRAPH: Final = 200  # lines; looking further at each would cost their square
_WRAP_SHORTEST: Final = 55  # a line shorter than this was ended by its author, not by the margin
_WRAP_LONGEST: Final = 120  # no program wraps further out: longer lines are whole paragraphs
_WRAP_SLACK: Final = 16  # how far below its longest line a wrapped paragraph's lines stay


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def read_text_blocks(content: bytes, name: str) -> tuple[Block, ...]:
    """Turn the bytes of a text file into blocks; ``name`` is the file's, for errors.

    Raises DocumentError where the bytes are no Unicode text, or a table is larger than the limits.
    """
    text = decode_text(content, name)
    try:
        delimited = read_delimited_blocks(text)
        return tuple(_build_blocks(_split_lines(text))) if delimited is None else delimited
    except GridTooLargeError as error:
        raise DocumentError(f"{name}: {error}") from error


def decode_text(content: bytes, name: str) -> str:
    """Return the text in NFC, without a byte order mark; raises DocumentError where it is no Unicode text."""
    encoding = _choose_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        byte_text = content.decode("latin-1")
        legacy = None if _CONTROL.search(byte_text) else name_text_encoding(byte_text)
        if legacy:
            raise refuse_legacy(name, legacy, "told by its letters") from error
        line = content[: error.start].count(b"\n") + 1
        raise DocumentError(
            f"{name}: line {line} is not {encoding.upper().removesuffix('-SIG')} text (an old Vietnamese encoding, or "
            "no text at all); open it where it shows correctly and save it as UTF-8"
        ) from error
    if _CONTROL.search(text):
        raise DocumentError(f"{name}: holds control characters and is not plain text; save it as UTF-8 text")
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text))


def _choose_encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return guess_utf16(content) or "utf-8-sig"


def _split_lines(text: str) -> tuple[_Line, ...]:
    # Not str.splitlines: it also splits where an editor counts no line.
    parts = re.split(r"\r\n|\n|\r", text.replace("\f", " ").replace("\v", " "))
    return tuple(_Line(number, _strip_marks(part)) for number, part in enumerate(parts, start=1))


def _strip_marks(line: str) -> str:
    """Drop emphasis and heading marks and drawn rules; a leading "* " is a list mark and stays."""
    # Tabs at the end stay: they are the empty cells of a row.
    body = line.rstrip(" ")
    if body.startswith("#"):
        body = _HEADING_MARK.sub("", body)
    if "\t" not in body and _RULE_LINE.match(body):
        return ""
    if "*" not in body:
        return body
    bullet = re.match(r"\s*\*\s+", body)
    start = bullet.end() if bullet else 0
    kept, position = [body[:start]], start
    for note in _FOOTNOTE_MARK.finditer(body, start):
        kept += [_EMPHASIS.sub("", body[position : note.start()]), note.group()]
        position = note.end()
    kept.append(_EMPHASIS.sub("", body[position:]))
    return "".join(kept)


def _build_blocks(lines: tuple[_Line, ...]) -> Iterator[Block]:
    position = 0
    texts = [line.text for line in lines]
    while position < len(lines):
        pipes_end = find_pipe_table_end(texts, position)
        end = _find_table_end(lines, position)
        if pipes_end > position:
            yield read_pipe_table(texts[position:pipes_end], lines[position].number)
            position = pipes_end
        elif end > position:
            yield _build_table([line for line in lines[position:end] if line.text.strip()])
            position = end
        elif lines[position].text.strip():
            end = _find_paragraph_end(lines, position)
            text = " ".join(normalise_text(line.text.replace("\t", " ")) for line in lines[position:end])
            yield Paragraph(text, f"line {lines[position].number}")
            position = end
        else:
            position += 1


def _is_tabular(line: _Line) -> bool:
    return "\t" in line.text.strip()


def _find_table_end(lines: tuple[_Line, ...], start: int) -> int:
    """Return the index after the table that begins at ``start``; ``start`` itself where none begins.

    A table has two rows or more. Blank lines between rows of one width belong to it: some programs write them.
    """
    if not _is_tabular(lines[start]):
        return start
    end, rows, position = start + 1, 1, start + 1
    while position < len(lines):
        line = lines[position]
        if not line.text.strip():
            position += 1
            continue
        after_blank = position > end
        if after_blank and line.text.count("\t") != lines[end - 1].text.count("\t"):
            break
        if not (_is_tabular(line) or ("\t" in line.text and not after_blank)):
            break
        position += 1
        end, rows = position, rows + 1
    return end if rows > 1 else start


def _build_table(lines: list[_Line]) -> Table:
    split = [(f"line {line.number}", _split_cells(line.text)) for line in lines]
    width = max(len(parts) for _, parts in split)
    rows = [
        Row(tuple([Cell(text, place) for text in parts + [""] * (width - len(parts))]), place) for place, parts in split
    ]
    return Table(tuple(rows), rows[0].place)


def _split_cells(line: str) -> list[str]:
    plain = line.replace("\t", "")
    # What holds for the line holds for its cells: in most there is nothing to normalise but blanks at the ends.
    if plain.isprintable() and "  " not in plain and unicodedata.is_normalized("NFC", plain):
        return [part.strip() for part in line.split("\t")]
    return [normalise_text(part) for part in line.split("\t")]


def _find_paragraph_end(lines: tuple[_Line, ...], start: int) -> int:
    """Return the index after the paragraph that begins at ``start``: its line, and the lines it was wrapped onto."""
    stop = start
    last = min(len(lines), start + _LONGEST_PARAGRAPH)
    while stop < last and lines[stop].text.strip() and not (stop > start and _is_tabular(lines[stop])):
        stop += 1
    longest = max(len(line.text.strip()) for line in lines[start:stop])
    end = start + 1
    while end < stop and _is_wrapped(lines[end - 1].text.strip(), lines[end].text.strip(), longest):
        end += 1
    return end


def _is_wrapped(line: str, following: str, longest: int) -> bool:
    if LIST_MARK.match(following) or line.isupper() or following.isupper() or line.endswith(_SENTENCE_END):
        return False
    return following[0].islower() or _is_full(line, longest)


def _is_full(line: str, longest: int) -> bool:
    return longest <= _WRAP_LONGEST and len(line) >= max(_WRAP_SHORTEST, longest - _WRAP_SLACK)
