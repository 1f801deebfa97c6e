"""Bytes to be served -> a representation whose every answer is prepared: 200, 304 and HEAD, plain and gzip.

Pure. Preparing costs a hash and a compression, answering a few comparisons (RFC 9110, sections 8.8 and 15.4.5).
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from starlette.types import Message, Send

from scheduler.web.conditional import format_http_date, is_unchanged, prefers_gzip

Headers = tuple[tuple[bytes, bytes], ...]

# From here on the last percent of compression would hold up the publishing of an edit.
_LARGE = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, ready both as the two messages of ASGI and as bytes; shared between requests and never changed.

    What a server adds to a head, such as the date, goes between ``status_line`` and ``fields`` or behind them.
    """

    start: Message
    body: Message
    status_line: bytes
    fields: bytes
    content: bytes

    async def send(self, send: Send) -> None:
        await send(self.start)
        await send(self.body)

    def drop_content(self) -> Answer:
        """Return the answer to HEAD where this one is GET's."""
        return replace(self, body=_make_body(b""), content=b"")


@dataclass(frozen=True, slots=True)
class _Variant:
    """One content coding of a representation, with a strong ETag of its own."""

    etag: bytes
    full: Answer
    head: Answer
    not_modified: Answer


@dataclass(frozen=True, slots=True)
class Representation:
    """What stands behind one path. ``gzipped`` is None where compression gains nothing.

    ``modified_at`` is aware and in whole seconds, None where only the ETag tells a change.
    """

    body: bytes
    modified_at: datetime | None
    plain: _Variant
    gzipped: _Variant | None

    def choose_answer(self, method: str, headers: Iterable[tuple[bytes, bytes]]) -> Answer:
        """Return the answer to a GET or HEAD request, as its conditional headers and Accept-Encoding ask.

        Names in ``headers`` are in lower case, as ASGI has them.
        """
        if_none_match = if_modified_since = accept_encoding = None
        for name, value in headers:
            if name == b"if-none-match":  # a list may come in several lines
                if_none_match = value if if_none_match is None else if_none_match + b"," + value
            elif name == b"if-modified-since":
                if_modified_since = value
            elif name == b"accept-encoding":
                accept_encoding = value if accept_encoding is None else accept_encoding + b"," + value
        variant = self.gzipped if self.gzipped and prefers_gzip(accept_encoding) else self.plain
        if is_unchanged(variant.etag, self.modified_at, if_none_match, if_modified_since):
            return variant.not_modified
        return variant.head if method == "HEAD" else variant.full


def prepare_representation(
    body: bytes, *, headers: Headers, cache_control: str, modified_at: datetime | None = None
) -> Representation:
    """Prepare every answer for ``body``; ``headers`` hold Content-Type and what else the full answers carry.

    ``modified_at`` is aware, None for no Last-Modified; the same arguments give the same bytes and ETags.
    """
    moment = None if modified_at is None else modified_at.replace(microsecond=0)
    digest = hashlib.sha256(body).hexdigest()[:32]
    dated: Headers = () if moment is None else ((b"last-modified", format_http_date(moment).encode()),)
    validity = (
        *dated,
        (b"cache-control", cache_control.encode()),
        # On every answer, 304 too: a cache must keep both codings apart.
        (b"vary", b"Accept-Encoding"),
    )
    compressed = gzip.compress(body, compresslevel=9 if len(body) < _LARGE else 6, mtime=0)
    plain = _prepare_variant(body, f'"{digest}"', headers, validity)
    gzipped = None
    if len(compressed) < len(body):
        coded = ((b"content-encoding", b"gzip"), *headers)
        gzipped = _prepare_variant(compressed, f'"{digest}-gzip"', coded, validity)
    return Representation(body=body, modified_at=moment, plain=plain, gzipped=gzipped)


def prepare_answer(status: int, body: bytes, headers: Headers) -> Answer:
    """Prepare an answer that depends on nothing in the request."""
    return _make_answer(status, (*headers, (b"content-length", str(len(body)).encode())), body)


def _prepare_variant(body: bytes, etag: str, headers: Headers, validity: Headers) -> _Variant:
    tagged = ((b"etag", etag.encode()), *validity)
    full = prepare_answer(200, body, (*headers, *tagged))
    return _Variant(
        etag=etag.encode(),
        full=full,
        head=full.drop_content(),
        not_modified=_make_answer(304, tagged, b""),
    )


def _make_answer(status: int, headers: Headers, content: bytes) -> Answer:
    return Answer(
        start={"type": "http.response.start", "status": status, "headers": list(headers)},
        body=_make_body(content),
        status_line=f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode(),
        fields=b"".join(b"%s: %s\r\n" % header for header in headers),
        content=content,
    )


def _make_body(content: bytes) -> Message:
    return {"type": "http.response.body", "body": content}
