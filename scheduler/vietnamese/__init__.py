"""What the program says in English -> Vietnamese, for the pages of the office and the letters to its admin.

Pure. The command line and the logs stay English: a log is searched by its words.
"""

from __future__ import annotations

import re
from functools import cache

from scheduler.errors import Problem
from scheduler.vietnamese.catalogue import Catalogue, Entry, Piece, Said, join_pieces
from scheduler.vietnamese.checks import CHECKS
from scheduler.vietnamese.documents import DOCUMENTS
from scheduler.vietnamese.findings import CHANGES, FINDINGS
from scheduler.vietnamese.places import word_file, word_path, word_place
from scheduler.vietnamese.relay import RELAY
from scheduler.vietnamese.running import RUNNING, WHY
from scheduler.vietnamese.values import VALUES
from scheduler.vietnamese.warnings import DAYS, WARNINGS

__all__ = [
    "ENTRIES",
    "Piece",
    "Said",
    "translate",
    "word_detail",
    "word_document_change",
    "word_file",
    "word_path",
    "word_place",
    "word_problem",
    "word_why",
]

ENTRIES: tuple[Entry, ...] = (*VALUES, *CHECKS, *WARNINGS, *DOCUMENTS, *FINDINGS, *RUNNING, *RELAY)

_MOST_KEPT = 10_000
_PATH = re.compile(r"(?P<path>[a-z_]+[a-zA-Z_0-9/.\[\]-]*): (?P<said>.*)", re.DOTALL)


@cache
def _catalogue() -> Catalogue:
    return Catalogue(ENTRIES)


@cache
def _changes() -> Catalogue:
    return Catalogue(CHANGES, in_order=True)


@cache
def _whys() -> Catalogue:
    return Catalogue((*WHY, *DAYS), in_order=True)


def translate(english: str) -> Said:
    """Return a remark in Vietnamese, the path before it worded; foreign as a whole where it is not known."""
    catalogue = _catalogue()
    if catalogue.size > _MOST_KEPT:
        catalogue.forget()
    # A path is told apart first: an entry that begins with a value would take it for one.
    found = _PATH.fullmatch(english)
    pieces = None if found is None else catalogue.find(found["said"])
    if found is not None and pieces is not None:
        path = word_path(found["path"])
        head = path if path == found["path"] else path[:1].upper() + path[1:]
        return Said(join_pieces((Piece(f"{head}: "), *pieces)))
    pieces = catalogue.find(english)
    return Said((Piece(english, foreign=True),) if pieces is None else _begin(pieces, english))


def word_detail(detail: str) -> Said:
    """Return why a delivery stands as it does; a mail server's answer as it came."""
    return Said(_catalogue().find(detail) or (Piece(detail, foreign=True),))


def word_document_change(said: str) -> str:
    """Return what a document changed, or a value before or after that; as it stands where it is a value."""
    pieces = _changes().find(said)
    return said if pieces is None else "".join(piece.text for piece in pieces)


def word_why(why: str) -> Said:
    """Return why a mail goes at its instant: a few remarks, each in Vietnamese where it is known."""
    catalogue, pieces = _whys(), []
    for index, remark in enumerate(why.split("; ")):
        pieces += [Piece("; " if index else ""), *(catalogue.find(remark) or (Piece(remark, foreign=True),))]
    return Said(join_pieces(pieces))


def word_problem(problem: Problem) -> str:
    """Return a problem as one line of a letter: "plans/a.yaml:3:9 Kế hoạch, mã: …"."""
    file = word_file(problem.file)
    place = f"{file}:{problem.line}:{problem.column}" if problem.line else file
    return f"{place} {translate(problem.message).text}"


def _begin(pieces: tuple[Piece, ...], english: str) -> tuple[Piece, ...]:
    """Return the pieces with a capital letter, but where a value begins the sentence."""
    first = pieces[0]
    if first.foreign or english.startswith(first.text[:8]):
        return pieces
    return (Piece(first.text[:1].upper() + first.text[1:]), *pieces[1:])
