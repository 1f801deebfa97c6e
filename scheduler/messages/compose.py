"""Rendered letter, calendar and addresses -> the bytes of one e-mail.

Pure. RFC 5322, RFC 2045, RFC 6047. Message-ID and MIME boundaries come from the delivery key.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from struct import unpack_from

from scheduler.headers import MessageError, check_address, write_address_header, write_text_header
from scheduler.letters import RenderedLetter

CALENDAR_FILE = "lich-kiem-tra.ics"

_LONGEST_LINE = 998  # RFC 5322 section 2.1.1
_ENCODED_LINE = 76  # RFC 2045 section 6.8


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes: the same for all mails of a deployment.

    ``name`` None means the plan's organiser. Answers go to ``reply_to``, else to ``address``. ``contact`` is
    whom a recipient tells that the address is wrong. ``domain`` is the right side of Message-IDs.
    ``public_url`` is the page that shows public plans, None where there is none.
    """

    address: str
    contact: str
    domain: str
    name: str | None = None
    reply_to: str | None = None
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class ComposedMessage:
    """One mail to one recipient; ``sender`` and ``to`` are its envelope, ``content`` CRLF bytes, ASCII throughout."""

    message_id: str
    subject: str
    sender: str
    to: str
    content: bytes


def compose_message(
    *,
    key: str,
    thread: str,
    list_name: str,
    rendered: RenderedLetter,
    calendar: bytes | None,
    letterhead: Letterhead,
    to: str,
    to_name: str,
    written_at: datetime,
) -> ComposedMessage:
    """Return the mail as it goes over the wire.

    ``key`` makes Message-ID and boundaries; mails of one ``thread`` refer to one root. ``calendar`` None gives
    multipart/alternative {plain, html}, else mixed {alternative {plain, html, calendar}, .ics}.
    MessageError when a name, an address or the subject cannot stand in a header.
    """
    message_id = _make_id(key, letterhead.domain)
    shared = _write_shared_head(letterhead, rendered.subject, thread, list_name, written_at)
    to_line = write_address_header("To", to_name, to)
    if max(map(len, to_line.split(b"\r\n"))) > _LONGEST_LINE:
        raise MessageError(f"mail to {to}: the line To is longer than {_LONGEST_LINE} characters; shorten the name")
    id_line = f"Message-ID: {message_id}\r\n".encode("ascii")
    head = shared.before_to + to_line + shared.before_id + id_line + shared.rest
    body = _write_body(key, rendered, calendar)
    return ComposedMessage(message_id, rendered.subject, letterhead.address, to, head + body)


@dataclass(frozen=True, slots=True)
class _SharedHead:
    """The header lines that mails of one item and one second have in common, cut where their own lines stand."""

    before_to: bytes
    before_id: bytes
    rest: bytes


@lru_cache(maxsize=64)
def _write_shared_head(
    letterhead: Letterhead, subject: str, thread: str, list_name: str, written_at: datetime
) -> _SharedHead:
    root_id = _make_id(f"thread|{thread}", letterhead.domain)
    before_to = write_address_header("From", letterhead.name, letterhead.address)
    before_id = (
        write_address_header("Reply-To", None, letterhead.reply_to or letterhead.address)
        + write_text_header("Subject", subject)
        + f"Date: {format_datetime(written_at)}\r\n".encode("ascii")
    )
    # RFC 3834 asks machines not to answer; Exchange wants X-Auto-Response-Suppress for the same.
    rest = (
        f"In-Reply-To: {root_id}\r\n"
        f"References: {root_id}\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "X-Auto-Response-Suppress: All\r\n"
        f"List-Id: <{_name_list(list_name, letterhead.domain)}>\r\n"
        "Content-Language: vi\r\n"
        "MIME-Version: 1.0\r\n"
    ).encode("ascii")
    if any(len(line) > _LONGEST_LINE for part in (before_to, before_id, rest) for line in part.split(b"\r\n")):
        raise MessageError(
            f"mail about {subject!r}: a header line is longer than {_LONGEST_LINE} characters; shorten its text"
        )
    return _SharedHead(before_to, before_id, rest)


def _name_list(list_name: str, domain: str) -> str:
    # RFC 2919: a list's id looks like a host name, whose labels end at 63 characters.
    list_id = f"{list_name[:63].rstrip('-')}.{domain}"
    check_address("List-Id", f"list@{list_id}")
    return list_id


def _write_body(key: str, rendered: RenderedLetter, calendar: bytes | None) -> bytes:
    alternatives = (
        _write_part('text/plain; charset="utf-8"', _encode_text(rendered.text)),
        _write_part('text/html; charset="utf-8"', _encode_text(rendered.html)),
    )
    if calendar is None:
        return _write_multipart("alternative", key, alternatives)
    inline, attachment = _write_calendar_parts(calendar)
    return _write_multipart("mixed", key, (_write_multipart("alternative", key, (*alternatives, inline)), attachment))


@lru_cache(maxsize=64)
def _write_calendar_parts(calendar: bytes) -> tuple[bytes, bytes]:
    """Return the calendar as a part to be shown and as one to be saved; mails about one visit share both."""
    encoded = _encode_base64(calendar)
    inline = _write_part('text/calendar; method=PUBLISH; charset="utf-8"', encoded)
    # application/ics, so that a client that shows the inline part does not offer the same events twice.
    disposition = f'attachment; filename="{CALENDAR_FILE}"'
    return inline, _write_part(f'application/ics; name="{CALENDAR_FILE}"', encoded, disposition)


def _write_multipart(kind: str, key: str, parts: tuple[bytes, ...]) -> bytes:
    # "=_" cannot stand in base64, so no part can hold a boundary.
    boundary = f"=_{_digest(f'{kind}|{key}')}".encode("ascii")
    opening = b"--" + boundary + b"\r\n"
    head = b'Content-Type: multipart/%s;\r\n boundary="%s"\r\n\r\n' % (kind.encode("ascii"), boundary)
    return b"".join((head, *(opening + part + b"\r\n" for part in parts), b"--", boundary, b"--\r\n"))


def _write_part(content_type: str, encoded: bytes, disposition: str | None = None) -> bytes:
    head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
    if disposition is not None:
        head += f"Content-Disposition: {disposition}\r\n"
    return head.encode("ascii") + b"\r\n" + encoded


def _encode_text(text: str) -> bytes:
    # RFC 2045 section 6.8: the line breaks of text are CRLF before it is encoded.
    unix = text.replace("\r\n", "\n") if "\r" in text else text
    return _encode_base64(unix.encode().replace(b"\n", b"\r\n"))


def _encode_base64(content: bytes) -> bytes:
    encoded = b2a_base64(content, newline=False)
    # Five times as fast as slicing.
    whole = len(encoded) // _ENCODED_LINE
    lines = unpack_from(f"{_ENCODED_LINE}s" * whole, encoded)
    last = encoded[whole * _ENCODED_LINE :]
    return b"\r\n".join((*lines, last, b"") if last else (*lines, b""))


def _make_id(key: str, domain: str) -> str:
    return f"<{_digest(key)}@{domain}>"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]
