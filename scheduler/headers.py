"""Text and addresses -> header lines of a mail, each decoded again before it is believed.

Pure. RFC 5322, RFC 2047. email.header.Header encodes; the e-mail package's own policies lose blanks in
long Vietnamese headers. What could end a line, or pass for an encoded word, is refused.
"""

from __future__ import annotations

import base64
import re
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from itertools import groupby

from scheduler.errors import SchedulerError
from scheduler.safetext import find_refused_character

_LINE = 76
_LONGEST_WORD = 900  # below the 998 characters that RFC 5322 section 2.1.1 allows a line
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_PLAIN_WORD = re.compile(_ATOM)


class MessageError(SchedulerError):
    """A mail cannot be written as it should read: the admin corrects the text that is named."""


def write_text_header(name: str, text: str) -> bytes:
    """Return ``name: text`` with CRLF, folded, in encoded words where ``text`` needs them; one line of text.

    MessageError when ``text`` holds a control character or ``=?``, or would not be read back the same.
    """
    _check_text(name, text)
    plain = text.isascii() and text == " ".join(text.split()) and len(name) + 2 + len(text) <= _LINE
    return f"{name}: {text if plain else _encode(name, text)}\r\n".encode("ascii")


def write_address_header(name: str, display: str | None, address: str) -> bytes:
    """Return ``name: display <address>`` with CRLF, folded; the address alone without a display name."""
    check_address(name, address)
    if not display:
        return f"{name}: {address}\r\n".encode("ascii")
    _check_text(name, display)
    words = _encode_phrase(display)
    if words is None:
        words = tuple(_encode(name, display).split("\r\n "))
    return _fold(name, (*words, f"<{address}>")).encode("ascii")


def check_address(place: str, address: str) -> None:
    """Raise MessageError, naming ``place``, unless ``address`` is a plain local@domain of at most 254 characters."""
    if not _ADDRESS.fullmatch(address) or len(address) > 254 or "=?" in address:
        raise MessageError(f"{place}: {address!r} is not an e-mail address; write it as name@example.org")


def _check_text(name: str, text: str) -> None:
    refused = find_refused_character(text)
    if refused is not None:
        raise MessageError(f"{name}: {text!r} holds the control character {refused}; delete it")
    if "=?" in text:
        raise MessageError(f"{name}: {text!r} holds '=?', which mail programs take for encoded text; delete it")


def _encode_phrase(display: str) -> tuple[str, ...] | None:
    """Return the words of ``display`` with ASCII ones as they are and each run of others as one encoded word.

    None where that would be read differently, or is too long for a line. RFC 2047 section 2 ends an encoded word
    at 75 characters and asks for two side by side; of those Python up to 3.11 at least reads a name with a blank
    between, while the parsers tried (Python's) read a longer one right. So a long run, and only that, goes beyond.
    """
    words: list[str] = []
    for plain, run in groupby(display.split(" "), key=lambda word: _PLAIN_WORD.fullmatch(word) is not None):
        if plain:
            words.extend(run)
            continue
        encoded = base64.b64encode(" ".join(run).encode()).decode("ascii")
        words.append(f"=?utf-8?b?{encoded}?=")
    too_long = any(len(word) > _LONGEST_WORD for word in words)
    return None if too_long or _decode(" ".join(words)) != display else tuple(words)


def _fold(name: str, words: tuple[str, ...]) -> str:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _encode(name: str, text: str) -> str:
    encoded = Header(text, "utf-8", maxlinelen=_LINE, header_name=name).encode(linesep="\r\n")
    if _decode(encoded) != text:
        raise MessageError(f"{name}: {text!r} would be read differently by mail programs; word it differently")
    return encoded


def _decode(encoded: str) -> str | None:
    try:
        return str(make_header(decode_header(encoded.replace("\r\n", ""))))
    except (HeaderParseError, UnicodeError, LookupError):
        return None
