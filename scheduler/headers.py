"""Text and addresses -> header lines of a mail, each decoded again before it is believed.

Pure. RFC 5322, RFC 2047. The e-mail package's own policies lose blanks in long Vietnamese headers, and its Header
takes half a millisecond for a subject. What could end a line, or pass for an encoded word, is refused.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Iterator, Sequence
from itertools import groupby

from scheduler.errors import SchedulerError
from scheduler.safetext import find_refused_character

_LINE = 76
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_PLAIN_WORD = re.compile(_ATOM)
# With something in it: of an empty one Python's parser, at least, makes no word.
_ENCODED_WORD = re.compile(r"=\?utf-8\?b\?([A-Za-z0-9+/]+=*)\?=")


class MessageError(SchedulerError):
    """A mail cannot be written as it should read: the admin corrects the text that is named."""


def write_text_header(name: str, text: str) -> bytes:
    """Return ``name: text`` with CRLF, folded, in encoded words where ``text`` needs them; one line of text.

    MessageError when ``text`` holds a control character or ``=?``, or would not be read back the same.
    """
    _check_text(name, text)
    plain = text.isascii() and text == " ".join(text.split()) and len(name) + 2 + len(text) <= _LINE
    return _fold(name, (text,) if plain else _encode(name, text)).encode("ascii")


def write_address_header(name: str, display: str | None, address: str) -> bytes:
    """Return ``name: display <address>`` with CRLF, folded; the address alone without a display name."""
    check_address(name, address)
    if not display:
        return f"{name}: {address}\r\n".encode("ascii")
    _check_text(name, display)
    words = _encode_phrase(name, display) or _encode(name, display)
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


def _encode_phrase(name: str, display: str) -> tuple[str, ...] | None:
    """Return the words of ``display``: ASCII ones as they are, each run of others as encoded words.

    None where that would be read differently.
    """
    # So that the first one, too, stands in one line with the header's name.
    longest = _LINE - len(f"{name}: ")
    words: list[str] = []
    for plain, run in groupby(display.split(" "), key=lambda word: _PLAIN_WORD.fullmatch(word) is not None):
        if plain:
            words.extend(run)
            continue
        words.extend(_encode_run(" ".join(run), longest))
    return tuple(words) if _read_phrase(words) == display else None


def _encode_run(text: str, longest: int) -> Iterator[str]:
    """Encode ``text`` as encoded words of at most ``longest`` characters each (RFC 2047 section 2: 75).

    The blank between two encoded words is no part of what they say (section 6.2), so one in the text goes along.
    Python up to 3.11 shows that blank in a name: text is parted at blanks, where one more does little harm.
    """
    most_octets = (longest - len("=?utf-8?b??=")) // 4 * 3
    while text:
        part = text.encode()[:most_octets].decode(errors="ignore")
        if part != text:
            part = part[: part.rfind(" ") + 1] or part
        yield f"=?utf-8?b?{b2a_base64(part.encode(), newline=False).decode('ascii')}?="
        text = text[len(part) :]


def _read_phrase(words: Sequence[str]) -> str:
    """Return what a mail program reads of ``words``: no blank between two encoded ones (RFC 2047 section 6.2)."""
    read, was_encoded = "", True
    for word in words:
        encoded = _ENCODED_WORD.fullmatch(word)
        if not (was_encoded and encoded is not None) and read:
            read += " "
        read += word if encoded is None else a2b_base64(encoded[1]).decode()
        was_encoded = encoded is not None
    return read


def _fold(name: str, words: tuple[str, ...]) -> str:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _encode(name: str, text: str) -> tuple[str, ...]:
    """Return the encoded words of the whole of ``text``."""
    words = tuple(_encode_run(text, _LINE - len(f"{name}: ")))
    if _read_phrase(words) != text:
        raise MessageError(f"{name}: {text!r} would be read differently by mail programs; word it differently")
    return words
