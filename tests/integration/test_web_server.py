"""The server's beginning and end, over real sockets and in a real process."""

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from scheduler.errors import SchedulerError, UsageError
from scheduler.web.feeds import FeedShelf
from scheduler.web.server import Address, open_listener, serve

# Answers with more than the sockets between can hold, so that a client who does not read keeps it waiting.
PROGRAM = """
from starlette.responses import Response
from scheduler.web.server import serve
serve(
    Response(b"x" * 50_000_000),
    "127.0.0.1",
    0,
    on_started=lambda address: print(address.port, flush=True),
    should_stop=lambda: False,
    grace_seconds=1,
)
print("stopped", flush=True)
"""


@contextmanager
def run_server(app: ASGIApp, host: str = "127.0.0.1", shelf: FeedShelf | None = None) -> Iterator[Address]:
    """Serve ``app``, and what lies on ``shelf`` before it, in a thread on a free port until the block ends."""
    started: Queue[Address] = Queue()
    stop = threading.Event()
    thread = threading.Thread(
        target=serve,
        args=(app, host, 0),
        kwargs={"on_started": started.put, "should_stop": stop.is_set, "shelf": shelf},
    )
    thread.start()
    try:
        yield started.get(timeout=10)
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_a_started_server_tells_its_address_and_answers_there(host: str) -> None:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with run_server(PlainTextResponse("here"), host) as address:
        assert address.port > 0
        assert httpx.get(str(address)).text == "here"


def test_a_server_that_should_stop_returns_and_frees_its_port() -> None:
    with run_server(PlainTextResponse("here")) as address:
        httpx.get(str(address))
    open_listener("127.0.0.1", address.port).close()


def test_a_port_in_use_is_one_sentence_with_host_port_and_remedy() -> None:
    with open_listener("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SchedulerError) as caught:
            serve(PlainTextResponse(""), "127.0.0.1", port, on_started=lambda address: None, should_stop=lambda: True)
    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1 port {port} (Address already in use): "
        "another program uses it: stop that one, or set SCHEDULER_HTTP__PORT to a free port"
    )


def test_a_host_of_another_machine_is_told_with_its_remedy() -> None:
    with pytest.raises(SchedulerError) as caught:
        open_listener("192.0.2.1", 0)
    assert str(caught.value) == (
        "cannot listen on 192.0.2.1 port 0 (Cannot assign requested address): "
        "this machine has no such address: set SCHEDULER_HTTP__HOST to 127.0.0.1 or to one it has"
    )


@pytest.mark.parametrize("host", ["no such host", "a" * 70])
def test_a_host_that_is_none_is_a_usage_error(host: str) -> None:
    with pytest.raises(UsageError) as caught:
        open_listener(host, 0)
    assert str(caught.value) == (
        f"the HTTP host '{host}' is not known: set SCHEDULER_HTTP__HOST to an address of this machine"
    )


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly_though_clients_hang(ending: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = int(process.stdout.readline())
        with (
            socket.create_connection(("127.0.0.1", port)) as silent,
            socket.create_connection(("127.0.0.1", port)) as slow,
        ):
            silent.sendall(b"GET / HTT")
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert slow.recv(15) == b"HTTP/1.1 200 OK"
            process.send_signal(ending)
            assert process.wait(timeout=8) == 0
        assert process.stdout.read() == "stopped\n"
        # uvicorn says which tasks it cancelled, through logging's handler of last resort; nothing else is said.
        said = process.stderr.read().splitlines()
        assert [line for line in said if not line.startswith("Cancel ")] == []
