"""Clients that take their time: they must not keep others waiting."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import httpx
import pytest

from scheduler.web.feeds import Feed, FeedApp, FeedShelf
from scheduler.web.server import Address
from tests.integration.test_publishing import Nowhere
from tests.integration.test_web_server import run_server

SLOW = 200
SMALL, LARGE = b"x" * 20_000, b"y" * 4_000_000  # the large one does not fit between the sockets


@pytest.fixture
def address() -> Iterator[Address]:
    shelf = FeedShelf()
    now = datetime(2024, 5, 1, tzinfo=UTC)
    shelf.publish((Feed("/feeds/small.ics", SMALL, now, True), Feed("/feeds/large.ics", LARGE, now, True)))
    with run_server(FeedApp(shelf, Nowhere()), shelf=shelf) as address:
        yield address


def connect(address: Address, stack: ExitStack, sends: bytes) -> socket.socket:
    connection = stack.enter_context(socket.create_connection((address.host, address.port), timeout=10))
    connection.sendall(sends)
    return connection


@pytest.mark.parametrize(
    "sends",
    [b"", b"GET /feeds/small.ics HTT", b"GET /feeds/large.ics HTTP/1.1\r\nHost: x\r\n\r\n"],
    ids=["say nothing", "stop in the middle of asking", "do not read what they asked for"],
)
def test_200_slow_clients_and_the_201st_is_answered_within_a_second(address: Address, sends: bytes) -> None:
    with ExitStack() as stack:
        slow = [connect(address, stack, sends) for _ in range(SLOW)]
        if sends.endswith(b"\r\n\r\n"):
            assert all(connection.recv(12) == b"HTTP/1.1 200" for connection in slow)
        started = time.monotonic()
        answer = httpx.get(f"{address}feeds/small.ics", timeout=10)
        assert time.monotonic() - started < 1
        assert answer.content == SMALL
