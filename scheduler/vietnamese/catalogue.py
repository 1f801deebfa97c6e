"""A sentence of the program in English -> the same in Vietnamese, by a table of both; values stay as they stand.

Pure. An entry is a pair of texts with slots, whose letter says what stands in them: ``{a}`` … ``{y}`` a value, kept
letter by letter; ``{z}`` the words of somebody else (a parser, a server, the system), which stay foreign; ``{A}`` …
``{O}`` another sentence of the table, or nothing; ``{T}`` … ``{Y}`` one where the table has it, else a value; ``{Z}``
one where the table has it, else foreign words; ``{P}`` a place in a document. The English side is the text as it
stands in the code, slots for what is put in: a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from scheduler.vietnamese.places import word_place

Entry = tuple[str, str]

SLOT = re.compile(r"\{([A-Za-z])\}")

_DEEPEST = 6
_LONGEST_INNER = 2_000


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what is said; ``foreign`` where it is neither Vietnamese nor a value."""

    text: str
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A whole remark, its parts in order."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One entry taken apart: ``texts`` stand around the English ``slots``, ``parts`` are texts and slots in turn."""

    texts: tuple[str, ...]
    slots: str
    parts: tuple[str, ...]

    def split(self, english: str) -> Iterator[tuple[str, ...]]:
        """Yield what may stand in the slots, the shortest values first.

        A value may hold what stands between two slots: then the longest of the last but one is tried, or of all.
        """
        inner = max(len(self.texts) - 2, 0)
        for late in dict.fromkeys((0, min(inner, 1), inner)):
            found = _split(english, self.texts, late)
            if found is None:
                return
            yield found


class Catalogue:
    """Finds what a sentence means; of several entries that fit, the one that says most by itself holds.

    ``in_order``: the one that stands first.
    """

    def __init__(self, entries: Iterable[Entry], *, in_order: bool = False) -> None:
        known = dict(entries)
        ranked = known if in_order else sorted(known, key=lambda english: -len(SLOT.sub("", english)))
        self._rules = tuple(_make_rule(english, known[english]) for english in ranked)
        self._find = cache(self._look_up)

    def find(self, english: str) -> tuple[Piece, ...] | None:
        """Return the pieces of the sentence in Vietnamese; None where the table does not have it."""
        return join_pieces(self._find(english, 0) or ()) or None

    def forget(self) -> None:
        """Forget what was looked up: what people write is without end."""
        self._find.cache_clear()

    @property
    def size(self) -> int:
        """How many sentences are kept."""
        return self._find.cache_info().currsize

    def _look_up(self, english: str, depth: int) -> tuple[Piece, ...] | None:
        for rule in self._rules:
            for values in rule.split(english):
                pieces = self._fill(rule, values, depth)
                if pieces is not None:
                    return pieces
        return None

    def _fill(self, rule: _Rule, values: tuple[str, ...], depth: int) -> tuple[Piece, ...] | None:
        filled: dict[str, tuple[Piece, ...]] = {}
        for letter, said in zip(rule.slots, values, strict=True):
            pieces = self._word_slot(letter, said, depth)
            if pieces is None:
                return None
            filled[letter] = pieces
        texts, letters = rule.parts[::2], rule.parts[1::2]
        whole = [Piece(texts[0])]
        for letter, text in zip(letters, texts[1:], strict=True):
            whole += (*filled[letter], Piece(text))
        return tuple(whole)

    def _word_slot(self, letter: str, said: str, depth: int) -> tuple[Piece, ...] | None:
        if letter == "P":
            return (Piece(word_place(said)),)
        if letter.islower() or not said:
            return (Piece(said, foreign=letter == "z"),)
        # Our own sentences are short, and stand in few others; what a document holds may be anything.
        may_be_ours = depth < _DEEPEST and len(said) <= _LONGEST_INNER
        pieces = self._find(said, depth + 1) if may_be_ours else None
        return pieces or (None if letter < "T" else (Piece(said, foreign=letter == "Z"),))


def _make_rule(english: str, vietnamese: str) -> _Rule:
    parts = SLOT.split(english)
    return _Rule(tuple(parts[::2]), "".join(parts[1::2]), tuple(SLOT.split(vietnamese)))


def _split(english: str, texts: tuple[str, ...], late: int) -> tuple[str, ...] | None:
    """Return what stands between ``texts`` in the sentence; the last ``late`` inner ones are looked for from its end.

    In linear time, whatever a document holds; None where the sentence is another one.
    """
    if len(texts) == 1:
        return () if english == texts[0] else None
    first, *inner, last = texts
    begin, end = len(first), len(english) - len(last)
    if begin > end or not english.startswith(first) or not english.endswith(last):
        return None
    before, after = [], []
    for text in inner[: len(inner) - late]:
        at = english.find(text, begin, end)
        if at < 0:
            return None
        before.append(english[begin:at])
        begin = at + len(text)
    for text in reversed(inner[len(inner) - late :]):
        at = english.rfind(text, begin, end)
        if at < 0:
            return None
        after.append(english[at + len(text) : end])
        end = at
    return (*before, english[begin:end], *reversed(after))


def join_pieces(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return the pieces, neighbours of one kind as one, empty ones left out."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].foreign == piece.foreign:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.foreign)
        elif piece.text:
            joined.append(piece)
    return tuple(joined)
