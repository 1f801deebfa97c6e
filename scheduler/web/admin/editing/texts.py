"""What stands in a file <-> what a browser's text field holds, so that saving what was shown changes no byte.

Pure.
"""

from __future__ import annotations

_BYTE_ORDER_MARK = "\ufeff"


def show_text(content: bytes) -> str | None:
    """Return a file's text for a text field, its line ends as one character; None where it is not UTF-8."""
    try:
        return _unify(content.decode("utf-8").removeprefix(_BYTE_ORDER_MARK))
    except UnicodeDecodeError:
        return None


def take_text(typed: str, seen: bytes | None) -> bytes:
    """Return what a text field holds as the file shall have it: with the mark and the line ends of what was seen."""
    text = _unify(typed)
    before = "" if seen is None else seen.decode("utf-8", "replace")
    if seen is not None and text == show_text(seen):
        return seen
    if "\r\n" in before:
        text = text.replace("\n", "\r\n")
    if before.startswith(_BYTE_ORDER_MARK):
        text = _BYTE_ORDER_MARK + text
    return text.encode("utf-8", "replace")


def _unify(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
