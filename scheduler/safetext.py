"""Whether a text may stand in a calendar line or a mail header.

Pure. Control characters and other line breaks (Unicode categories Cc, Cs, Zl, Zp) can end a line early
or end the file for a client, so they are refused, never repaired.
"""

from __future__ import annotations

import re

# These four categories are closed: the Unicode standard never adds a character to them.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def find_refused_character(text: str, *, allowed: str = "") -> str | None:
    """Return the name of the first character that ``text`` may not hold ("U+000B"), None when there is none."""
    for found in _REFUSED.finditer(text):
        if found[0] not in allowed:
            return f"U+{ord(found[0]):04X}"
    return None
