"""Feeds answered in the protocol, over real sockets: the same bytes as through the app behind it, whatever is asked."""

import asyncio
import hashlib
import re
import select
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config

from scheduler.web import protocol, server
from scheduler.web.feeds import Feed, FeedApp, FeedShelf
from scheduler.web.grants import Grant, hash_token
from scheduler.web.server import Address
from tests.integration.test_web_server import run_server

AT = datetime(2024, 4, 15, 2, 0, tzinfo=UTC)
SMALL, ALARMED = b"SUMMARY:Ki\xe1\xbb\x83m tra\r\n" * 50, b"BEGIN:VALARM\r\n" * 50
LARGE = bytes(range(256)) * 16_000
TOKEN = "a-token"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def fill_shelf() -> FeedShelf:
    shelf = FeedShelf()
    shelf.publish(
        (
            Feed("/feeds/small.ics", SMALL, AT, True, ALARMED),
            Feed("/feeds/large.ics", LARGE, AT, True),
            Feed("/feeds/plan/unit.ics", SMALL, AT, False),
        ),
        {hash_token(TOKEN): Grant(7, "/feeds/plan/unit.ics")},
    )
    return shelf


class Counting:
    """Passes every request on and counts them; one for /slow waits until ``gate`` opens."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.asked = 0
        self.gate = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        if scope["path"] == "/slow":
            await asyncio.get_running_loop().run_in_executor(None, self.gate.wait, 10)
        await self._app(scope, receive, send)


@dataclass(frozen=True, slots=True)
class Served:
    """A server of ``fill_shelf()``; ``app`` counts what the protocol did not answer itself."""

    address: Address
    app: Counting
    shelf: FeedShelf

    def connect(self) -> socket.socket:
        connection = socket.create_connection((self.address.host, self.address.port), timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def exchange(self, *pieces: bytes, in_turn: bool = False) -> bytes:
        """Send ``pieces``, each after an answer to the one before where they go ``in_turn``.

        Return all that comes back until the server closes, with dates made alike.
        """
        with self.connect() as connection:
            try:
                for piece in pieces:
                    connection.sendall(piece)
                    if in_turn:
                        select.select([connection], [], [], 10)
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has closed already
            return re.sub(rb"(?m)^date: .*?\r$", b"date: now\r", read_all(connection))


def read_all(connection: socket.socket) -> bytes:
    read = bytearray()
    try:
        while piece := connection.recv(1 << 20):
            read += piece
    except ConnectionResetError:
        pass
    return bytes(read)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Served, Served]]:
    """Two servers of the same feeds: one answers them in the protocol, one through the app alone."""
    with ExitStack() as stack:
        served = []
        for in_protocol in (True, False):
            shelf = fill_shelf()
            app = Counting(FeedApp(shelf, PlainTextResponse("a page")))
            address = stack.enter_context(run_server(app, shelf=shelf if in_protocol else None))
            served.append(Served(address, app, shelf))
        yield served[0], served[1]


@pytest.fixture
def served(both: tuple[Served, Served]) -> Served:
    both[0].app.asked = 0
    return both[0]


def end(request_bytes: bytes) -> tuple[bytes, ...]:
    """Return the request with LAST after it, unless it is the last of its connection by itself."""
    is_last = b" HTTP/1.0\r\n" in request_bytes or b"lose\r\n" in request_bytes
    return (request_bytes,) if is_last else (request_bytes, LAST)


def ask(path: str = "/feeds/small.ics", *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join((f"{method} {path} HTTP/{version}", "Host: x", *lines, "", "")).encode("latin-1")


ETAG = f'"{hashlib.sha256(SMALL).hexdigest()[:32]}"'
READY = {
    "plain": ask(),
    "head": ask(method="HEAD"),
    "alarms": ask("/feeds/small.ics?alarms=1"),
    "empty query": ask("/feeds/small.ics?"),
    "by token": ask(f"/feeds/t/{TOKEN}/unit.ics"),
    "gzip": ask("/feeds/small.ics", "Accept-Encoding: gzip, br"),
    "gzip, in two lines": ask("/feeds/small.ics", "ACCEPT-ENCODING: br", "accept-encoding:gzip"),
    "304 by tag": ask("/feeds/small.ics", f"If-None-Match: {ETAG}"),
    "304 by the second line": ask("/feeds/small.ics", 'If-None-Match: "x"', f"If-None-Match: W/{ETAG}"),
    "304 by date": ask("/feeds/small.ics", "If-Modified-Since: Mon, 15 Apr 2024 02:00:00 GMT"),
    "head, 304": ask("/feeds/small.ics", "If-None-Match: *", method="HEAD"),
    "the tag wins": ask("/feeds/small.ics", 'If-None-Match: "x"', "If-Modified-Since: Mon, 15 Apr 2024 02:00:00 GMT"),
    "large": ask("/feeds/large.ics"),
    "with a body": ask("/feeds/small.ics", "Content-Length: 5") + b"hello",
    "with a body in chunks": ask("/feeds/small.ics", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
    "with a body that waits": ask("/feeds/small.ics", "Content-Length: 5", "Expect: 100-continue") + b"hello",
    "keep-alive said": ask("/feeds/small.ics", "Connection: keep-alive"),
    "no host": b"GET /feeds/small.ics HTTP/1.1\r\n\r\n",
    "empty lines before": b"\r\n\r\n" + ask(),
    "long cookie": ask("/feeds/small.ics", f"Cookie: {'x' * 100_000}"),
    "last of its connection": ask("/feeds/small.ics", "Connection: close"),
    "large, last of its connection": ask("/feeds/large.ics", "connection: x, Close"),
    "HTTP/1.0": ask(version="1.0"),
    "HTTP/1.0 kept alive": ask("/feeds/small.ics", "Connection: keep-alive", version="1.0"),
    "HTTP/1.0 head": ask(method="HEAD", version="1.0"),
    "wrong token": ask("/feeds/t/b-token/unit.ics"),
    "wrong token, head": ask("/feeds/t/b-token/unit.ics", method="HEAD"),
    "wrong token, last of its connection": ask("/feeds/t/b-token/unit.ics?alarms=1", "Connection: close"),
    "escaped token": ask("/feeds/t/%61-token/unit.ics"),
    "malformed token": ask("/feeds/t/../%ff%zz%00!~"),
    "right token, wrong feed": ask(f"/feeds/t/{TOKEN}/small.ics"),
    "odd field values": ask("/feeds/small.ics", "If-None-Match: \xff, ,", "Accept-Encoding: \xe1;q=1", "X:"),
}
PASSED_ON = {
    "other query": ask("/feeds/small.ics?v=2&alarms=1"),
    "token and fragment": ask(f"/feeds/t/{TOKEN}/unit.ics#x"),
    "token and other query": ask(f"/feeds/t/{TOKEN}/unit.ics?x"),
    "escaped prefix": ask(f"/feeds/%74/{TOKEN}/unit.ics"),
    "wrong token and post": ask("/feeds/t/b-token/unit.ics", "Content-Length: 0", method="POST"),
    "fragment": ask("/feeds/small.ics?alarms=1#x"),
    "escaped": ask("/feeds/sm%61ll.ics"),
    "escaped badly": ask("/feeds/%ff%zz%00.ics"),
    "with its host": ask("http://x/feeds/small.ics"),
    "not there": ask("/feeds/absent.ics"),
    "a private feed's path": ask("/feeds/plan/unit.ics"),
    "folder": ask("/feeds/"),
    "a page": ask("/"),
    "dots": ask("/feeds/../feeds/small.ics"),
    "post": ask("/feeds/small.ics", "Content-Length: 5", method="POST") + b"hello",
    "delete": ask(method="DELETE"),
    "options": ask("*", method="OPTIONS"),
    "upgrade to WebSocket": ask("/feeds/small.ics", "Connection: Upgrade", "Upgrade: websocket"),
    "upgrade to HTTP/2": ask("/feeds/small.ics", "Connection: Upgrade", "Upgrade: h2c"),
}
WRONG = {
    "no request": b"hello\r\n\r\n",
    "HTTP/2 from the start": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no version": b"GET /feeds/small.ics\r\n\r\n",
    "two spaces": b"GET  /feeds/small.ics HTTP/1.1\r\n\r\n",
    "space in the path": ask("/feeds/sm all.ics"),
    "bytes in the path": ask("/feeds/sm\xe1ll.ics"),
    "lower case": ask(method="get"),
    "two lengths": ask("/feeds/small.ics", "Content-Length: 5", "Content-Length: 6"),
    "length and chunks": ask("/feeds/small.ics", "Content-Length: 5", "Transfer-Encoding: chunked"),
    "negative length": ask("/feeds/small.ics", "Content-Length: -1"),
    "NUL in a field": ask("/feeds/small.ics", "X: a\x00b"),
    "no name": ask("/feeds/small.ics", ": x"),
    "space before the colon": ask("/feeds/small.ics", "X : a"),
    "folded field": ask("/feeds/small.ics", "X: a", " b"),
    "bare line feeds": b"GET /feeds/small.ics HTTP/1.1\nHost: x\n\n",
    "no path": b"GET  HTTP/1.1\r\n\r\n",
    "path without a slash": ask("feeds/small.ics"),
}


@pytest.mark.parametrize("request_bytes", (READY | PASSED_ON | WRONG).values(), ids=(READY | PASSED_ON | WRONG))
def test_the_protocol_answers_as_the_app_byte_for_byte(both: tuple[Served, Served], request_bytes: bytes) -> None:
    shortcut, through_app = (served.exchange(*end(request_bytes), in_turn=True) for served in both)
    assert shortcut == through_app
    assert shortcut.startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize("request_bytes", READY.values(), ids=READY)
def test_a_plain_request_for_a_ready_feed_never_reaches_the_app(served: Served, request_bytes: bytes) -> None:
    answers = served.exchange(*end(request_bytes), in_turn=True)
    assert answers.startswith((b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 304 Not Modified\r\n", b"HTTP/1.1 404 Not Found\r\n"))
    assert served.app.asked == answers.count(b"a page")


@pytest.mark.parametrize("request_bytes", PASSED_ON.values(), ids=PASSED_ON)
def test_what_is_out_of_the_ordinary_is_passed_on(served: Served, request_bytes: bytes) -> None:
    served.exchange(*end(request_bytes), in_turn=True)
    assert served.app.asked == 2


def test_nothing_is_answered_behind_the_last_request_of_a_connection(both: tuple[Served, Served]) -> None:
    for served in both:
        served.shelf.take_used()
        answers = served.exchange(ask("/feeds/large.ics", "Connection: close") + READY["by token"] + LAST)
        assert (answers.count(b"HTTP/1.1 "), answers.endswith(LARGE)) == (1, True)
        assert served.shelf.take_used() == frozenset()


kept = [sent for name, sent in READY.items() if "last" not in name and "HTTP/1.0" not in name]
valid = st.sampled_from([*kept, *(PASSED_ON[name] for name in ("escaped", "not there", "a page", "delete"))])


@settings(max_examples=60)
@given(st.lists(valid, min_size=1, max_size=6), st.lists(st.integers(0, 2000), max_size=8))
def test_requests_in_a_row_cut_anywhere_get_the_same_answers_in_order(
    both: tuple[Served, Served], requests: list[bytes], cuts: list[int]
) -> None:
    sent = b"".join(requests) + LAST
    ends = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    pieces = [sent[start:end] for start, end in pairwise(ends)]
    shortcut, through_app = (served.exchange(*pieces) for served in both)
    assert shortcut == through_app
    assert shortcut.endswith(b"a page")


odd = st.one_of(
    st.binary(max_size=60), st.tuples(valid.map(lambda request: request[:25]), st.binary(max_size=4)).map(b"".join)
)


@settings(max_examples=100)
@given(odd)
def test_no_bytes_however_odd_are_answered_otherwise_than_by_the_app(both: tuple[Served, Served], sent: bytes) -> None:
    shortcut, through_app = (served.exchange(sent, b"\r\n\r\n", LAST) for served in both)
    assert shortcut == through_app


def test_a_request_that_comes_byte_by_byte_is_answered(served: Served) -> None:
    request_bytes = ask("/feeds/small.ics?alarms=1")
    answers = served.exchange(*(request_bytes[at : at + 1] for at in range(len(request_bytes))), LAST)
    assert ALARMED in answers
    assert served.app.asked == 1


def test_a_feed_asked_for_behind_a_slow_page_comes_after_it(served: Served) -> None:
    with served.connect() as connection:
        served.app.gate.clear()
        connection.sendall(ask("/slow") + ask())
        # The answers to others show that the server has read on meanwhile.
        assert served.exchange(ask(), LAST).count(SMALL) == 1
        served.app.gate.set()
        connection.sendall(LAST)
        answers = read_all(connection)
    assert answers.count(SMALL) == 1
    assert answers.index(b"a page") < answers.index(SMALL)


def test_a_client_that_asks_much_and_reads_nothing_is_not_written_to_ahead(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(ask("/feeds/large.ics") * 30)
        assert connection.recv(12) == b"HTTP/1.1 200"
        assert served.exchange(ask(), LAST).count(SMALL) == 1
        # The first filled the sockets: the app has the second, which waits, and the other client's last.
        assert served.app.asked == 2
        connection.sendall(LAST)
        answers = read_all(connection)
    assert answers.count(LARGE) == 30
    assert answers.endswith(b"a page")


def test_an_answer_from_the_protocol_notes_the_use_of_its_token_once_used(served: Served) -> None:
    served.shelf.take_used()
    served.exchange(ask(f"/feeds/t/{TOKEN}/small.ics"), LAST)
    assert served.shelf.take_used() == frozenset()
    served.exchange(READY["by token"], LAST)
    assert served.shelf.take_used() == frozenset({7})


def test_a_request_before_a_broken_one_in_the_same_piece_has_its_answer(both: tuple[Served, Served]) -> None:
    """Here alone the two differ: the app is never asked, since its turn would come after the whole piece was read."""
    shortcut, through_app = (served.exchange(ask() + WRONG["no request"]) for served in both)
    assert shortcut == served_alone(both[1], ask()) + through_app
    assert through_app.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def served_alone(served: Served, request_bytes: bytes) -> bytes:
    """Return the answer to one request, without the one to LAST."""
    answers = served.exchange(request_bytes, LAST)
    return answers[: answers.rindex(b"HTTP/1.1 ")]


def test_a_head_without_end_is_refused(served: Served) -> None:
    line = b"X: " + b"y" * 65_000 + b"\r\n"
    with served.connect() as connection:
        connection.sendall(b"GET /feeds/small.ics HTTP/1.1\r\n")
        for _ in range(2 * protocol.HEAD_BYTES // len(line)):
            connection.sendall(line)
            if select.select([connection], [], [], 0.2)[0]:
                break
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b"\r\n\r\nThe request's head is too long.")


def test_a_long_body_is_no_long_head(served: Served) -> None:
    body = b"z" * 3_000_000
    answers = served.exchange(ask("/feeds/small.ics", f"Content-Length: {len(body)}"), body, LAST)
    assert (answers.count(SMALL), answers.endswith(b"a page")) == (1, True)


def test_who_does_not_come_to_the_end_of_a_head_is_cut_and_who_waits_for_an_answer_is_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    served.app.gate.clear()
    with served.connect() as waiting, served.connect() as silent, served.connect() as dribbling:
        waiting.sendall(ask("/slow"))
        dribbling.sendall(b"GET /feeds/small.ics HTTP/1.1\r\n")
        wait_until_cut(dribbling, b"X: y\r\n")
        assert silent.recv(1) == b""
        served.app.gate.set()
        waiting.sendall(LAST)
        assert read_all(waiting).count(b"a page") == 2


def wait_until_cut(connection: socket.socket, crumb: bytes) -> None:
    """Send ``crumb`` twenty times a second until the server closes, which it must within ten seconds."""
    connection.settimeout(0.05)
    for _ in range(200):
        try:
            connection.sendall(crumb)
            assert connection.recv(1) == b""
        except TimeoutError:
            continue
        except (BrokenPipeError, ConnectionResetError):
            pass
        return
    raise AssertionError("the server went on listening")


def test_a_kept_connection_is_closed_when_it_idles_for_as_long_as_the_server_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "Config", partial(Config, timeout_keep_alive=1))
    shelf = fill_shelf()
    with (
        run_server(FeedApp(shelf, PlainTextResponse("a page")), shelf=shelf) as address,
        socket.create_connection((address.host, address.port), timeout=10) as connection,
    ):
        connection.sendall(ask() + ask())
        answers = read_all(connection)
    assert answers.count(SMALL) == 2


def test_a_reader_gets_the_rest_of_a_feed_though_the_server_stops() -> None:
    shelf = fill_shelf()
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        with run_server(FeedApp(shelf, PlainTextResponse("a page")), shelf=shelf) as address:
            connection = stack.enter_context(socket.create_connection((address.host, address.port), timeout=10))
            connection.sendall(ask("/feeds/large.ics"))
            assert connection.recv(12) == b"HTTP/1.1 200"

            def read_when_stopping() -> bytes:
                while connects(address):
                    pass
                return read_all(connection)

            read = pool.submit(read_when_stopping)
        assert read.result().count(LARGE) == 1


def connects(address: Address) -> bool:
    try:
        socket.create_connection((address.host, address.port), timeout=10).close()
    except OSError:
        return False
    return True
