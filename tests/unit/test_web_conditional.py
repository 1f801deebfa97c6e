"""Conditional requests and content coding: what the headers mean, by table and by law."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.web.conditional import format_http_date, is_unchanged, matches_etag, parse_http_date, prefers_gzip
from scheduler.web.representation import Answer, Representation, prepare_representation

ETAG = b'"abc"'
MODIFIED = datetime(2024, 5, 20, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("if_none_match", "matches"),
    [
        (b'"abc"', True),
        (b'W/"abc"', True),
        (b"*", True),
        (b" * ", True),
        (b'"x", "abc"', True),
        (b'"x","y",W/"abc"', True),
        (b', ,"abc"', True),
        (b'"a,b", "abc"', True),
        (b'"abcd"', False),
        (b'"ABC"', False),
        (b"abc", False),
        (b'"x, "abc', False),
        (b'"x"abc"', False),
        (b'w/"abc"', False),
        (b'garbage "abc"', False),
        (b"", False),
    ],
)
def test_if_none_match_is_read_as_a_list_of_entity_tags(if_none_match: bytes, matches: bool) -> None:
    assert matches_etag(if_none_match, ETAG) is matches


@pytest.mark.parametrize(
    "value",
    [
        b"Mon, 20 May 2024 01:00:00 GMT",
        b"Monday, 20-May-24 01:00:00 GMT",
        b"Mon May 20 01:00:00 2024",
        b" Mon, 20 May 2024 01:00:00 GMT ",
    ],
)
def test_all_three_http_dates_are_read(value: bytes) -> None:
    assert parse_http_date(value) == MODIFIED


@pytest.mark.parametrize(
    "value", [b"", b"2024-05-20T01:00:00Z", b"Mon, 32 May 2024 01:00:00 GMT", b"Mon, 20 May 2024", b"\xff", b"0"]
)
def test_what_is_no_http_date_is_none(value: bytes) -> None:
    assert parse_http_date(value) is None


SAME = format_http_date(MODIFIED).encode()
EARLIER = format_http_date(MODIFIED - timedelta(seconds=1)).encode()
LATER = format_http_date(MODIFIED + timedelta(days=1)).encode()


@pytest.mark.parametrize(
    ("if_none_match", "if_modified_since", "unchanged"),
    [
        (None, None, False),
        (None, SAME, True),
        (None, LATER, True),
        (None, EARLIER, False),
        (None, b"yesterday", False),
        (b'"abc"', None, True),
        (b'"abc"', EARLIER, True),
        (b'"old"', SAME, False),
        (b"malformed", SAME, False),
    ],
)
def test_if_none_match_wins_over_if_modified_since(
    if_none_match: bytes | None, if_modified_since: bytes | None, unchanged: bool
) -> None:
    assert is_unchanged(ETAG, MODIFIED, if_none_match, if_modified_since) is unchanged


def test_without_a_date_if_modified_since_says_nothing() -> None:
    assert is_unchanged(ETAG, None, None, LATER) is False


@pytest.mark.parametrize(
    ("accept_encoding", "preferred"),
    [
        (None, False),
        (b"", False),
        (b"identity", False),
        (b"br", False),
        (b"gzip", True),
        (b"GZIP", True),
        (b"x-gzip", True),
        (b"gzip, deflate, br, zstd", True),
        (b"deflate , gzip ; q=0.5", True),
        (b"*", True),
        (b"*;q=0", False),
        (b"gzip;q=0", False),
        (b"gzip;q=0.000, *", False),
        (b"identity;q=1, gzip;q=0.5", False),
        (b"identity;q=0.5, gzip;q=0.5", True),
        (b"identity;q=0, *", True),
        (b"gzip;q=2", False),
        (b"gzip;level=9", False),
        (b"gzipped", False),
    ],
)
def test_gzip_is_sent_where_it_is_wanted(accept_encoding: bytes | None, preferred: bool) -> None:
    assert prefers_gzip(accept_encoding) is preferred


moments = st.integers(0, 3_000_000_000_000_000).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
tags = st.text("!#abcXYZ019,;/é", max_size=6).map(lambda text: f'"{text}"'.encode("latin-1"))


@given(moments)
def test_a_date_reads_back_as_it_was_written(moment: datetime) -> None:
    assert parse_http_date(format_http_date(moment).encode()) == moment.replace(microsecond=0)


@given(st.lists(tags, min_size=1), tags, st.booleans())
def test_a_list_matches_exactly_when_the_tag_is_in_it(listed: list[bytes], tag: bytes, weak: bool) -> None:
    prefix = b"W/" if weak else b""
    assert matches_etag(b", ".join(prefix + member for member in listed), tag) is (tag in listed)


@given(st.binary(), st.binary(), st.binary())
def test_no_header_however_odd_breaks_the_answer(first: bytes, second: bytes, third: bytes) -> None:
    assert prefers_gzip(first) in (True, False)
    assert is_unchanged(ETAG, MODIFIED, None, second) in (True, False)
    assert is_unchanged(ETAG, MODIFIED, third, second) in (True, False)


def ask(kept: Representation, method: str = "GET", **headers: bytes) -> Answer:
    return kept.choose_answer(method, [(name.replace("_", "-").encode(), value) for name, value in headers.items()])


def read_headers(answer: Answer) -> dict[bytes, bytes]:
    headers: list[tuple[bytes, bytes]] = answer.start["headers"]
    return dict(headers)


@given(st.binary(max_size=4000))
def test_each_coding_has_a_tag_of_its_own_that_brings_304(body: bytes) -> None:
    kept = prepare_representation(body, headers=(), cache_control="no-cache", modified_at=MODIFIED)

    answers = {accept: ask(kept, accept_encoding=accept) for accept in (b"identity", b"gzip")}

    coded = read_headers(answers[b"gzip"])
    sent = answers[b"gzip"].body["body"]
    assert answers[b"identity"].body["body"] == body
    assert (gzip.decompress(sent) if b"content-encoding" in coded else sent) == body
    assert len(sent) <= len(body)
    for accept, answer in answers.items():
        etag = read_headers(answer)[b"etag"]
        again = ask(kept, accept_encoding=accept, if_none_match=etag)
        assert (again.start["status"], again.body["body"]) == (304, b"")
        assert read_headers(again)[b"vary"] == b"Accept-Encoding"
    if b"content-encoding" in coded:
        other = ask(kept, accept_encoding=b"identity", if_none_match=coded[b"etag"])
        assert other.start["status"] == 200


def test_if_none_match_in_several_lines_is_one_list() -> None:
    kept = prepare_representation(b"x", headers=(), cache_control="no-cache")
    etag = read_headers(ask(kept))[b"etag"]
    lines = [(b"if-none-match", b'"other"'), (b"if-none-match", etag)]

    assert kept.choose_answer("GET", lines).start["status"] == 304


def test_head_has_the_headers_of_get_and_no_body() -> None:
    kept = prepare_representation(b"x" * 100, headers=(), cache_control="no-cache")

    head, full = ask(kept, "HEAD"), ask(kept)

    assert (head.start, head.body["body"]) == (full.start, b"")
    assert read_headers(head)[b"content-length"] == b"100"
