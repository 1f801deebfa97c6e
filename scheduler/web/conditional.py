"""Request headers -> what the client already holds and may be sent: RFC 9110, sections 12.5.3 and 13.1.

Pure. Header values are bytes as they came; None means that the client did not send the header.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_LIST_MEMBER = re.compile(rb'[ \t,]*(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*(?=,|$)')
_HTTP_DATE = re.compile(
    r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT"  # the one form in use
    r"|[A-Z][a-z]{5,8}, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT"  # RFC 850
    r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}"  # asctime
)
_WEIGHT = re.compile(rb"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)


def format_http_date(moment: datetime) -> str:
    """Return an aware ``moment`` as an IMF-fixdate; parts of a second are cut off."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def parse_http_date(value: bytes) -> datetime | None:
    """Return the aware instant of an HTTP-date in any of its three forms; None where it is none."""
    text = value.decode("latin-1").strip()
    if not _HTTP_DATE.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def matches_etag(if_none_match: bytes, etag: bytes) -> bool:
    """Tell whether an If-None-Match names ``etag`` (quoted, strong), compared weakly.

    Reading ends at the first malformed member; what stands before it counts.
    """
    if if_none_match == etag or if_none_match.strip() == b"*":
        return True
    position = 0
    while member := _LIST_MEMBER.match(if_none_match, position):
        if member[1] == etag:
            return True
        position = member.end()
    return False


def is_unchanged(
    etag: bytes, modified_at: datetime | None, if_none_match: bytes | None, if_modified_since: bytes | None
) -> bool:
    """Tell whether the client already holds this representation, so that 304 is the answer.

    ``modified_at`` is aware and in whole seconds, None where unknown. If-None-Match decides alone wherever it was sent.
    """
    if if_none_match is not None:
        return matches_etag(if_none_match, etag)
    if modified_at is None or if_modified_since is None:
        return False
    since = parse_http_date(if_modified_since)
    return since is not None and modified_at <= since


def prefers_gzip(accept_encoding: bytes | None) -> bool:
    """Tell whether gzip may be sent and is wanted at least as much as the plain bytes."""
    if accept_encoding is None:
        return False
    weights: dict[bytes, float] = {}
    for member in accept_encoding.lower().split(b","):
        coding, _, parameter = member.partition(b";")
        weight = _WEIGHT.fullmatch(parameter.strip()) if parameter else None
        if parameter and weight is None:
            continue
        weights[coding.strip()] = float(weight[1]) if weight else 1.0
    rest = weights.get(b"*", 0.0)
    gzip = weights.get(b"gzip", weights.get(b"x-gzip", rest))
    return gzip > 0 and gzip >= weights.get(b"identity", 0.0)
