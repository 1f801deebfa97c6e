"""Words that all configuration errors share: a value as it stands, and the nearest known name.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_LONGEST_SHOWN = 60
_MOST_LISTED = 8


def quote(value: str) -> str:
    """Return ``value`` in single quotes, on one line, cut where it is long."""
    line = " ".join(value.split())
    return f"'{line}'" if len(line) <= _LONGEST_SHOWN else f"'{line[:_LONGEST_SHOWN]}…'"


def suggest(word: str, known: Iterable[str], *, none: str = "there are none") -> str:
    """Return the remedy for an unknown name: the nearest known one, else the known ones, else ``none``."""
    names = tuple(dict.fromkeys(known))
    nearest = get_close_matches(word, names, n=1, cutoff=0.6)
    if nearest:
        return f"did you mean {quote(nearest[0])}?"
    if not names:
        return none
    return "known: " + ", ".join(names[:_MOST_LISTED]) + (", …" if len(names) > _MOST_LISTED else "")
