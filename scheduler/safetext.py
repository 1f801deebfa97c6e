"""Whether a text may stand in a calendar line or a mail header.

Pure. Control characters and other line breaks (Unicode categories Cc, Cs, Zl, Zp) can end a line early
or end the file for a client, so they are refused, never repaired.
"""

from __future__ import annotations

import unicodedata

_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})


def find_refused_character(text: str, *, allowed: str = "") -> str | None:
    """Return the name of the first character that ``text`` may not hold ("U+000B"), None when there is none."""
    if text.isascii() and text.isprintable():
        return None
    for char in text:
        if unicodedata.category(char) in _REFUSED and char not in allowed:
            return f"U+{ord(char):04X}"
    return None
