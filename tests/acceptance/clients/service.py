"""A real ``scheduler run`` on a configuration of its own: started, listened to, stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from urllib.parse import urlsplit

import pytest

START_SECONDS = 60
STOP_SECONDS = 30
REPOSITORY = Path(__file__).parents[3]


@contextmanager
def run_service(config: Path, ledger: Path) -> Iterator[str]:
    """Run the service on ``config`` until the block ends; yield its address, such as "http://127.0.0.1:40001".

    It takes a free port. Its mail relay refuses every connection. It must end cleanly.
    """
    with _hold_deaf_port() as deaf_port:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SCHEDULER_")}
        environment |= {
            "SCHEDULER_HTTP__HOST": "127.0.0.1",
            "SCHEDULER_HTTP__PORT": "0",
            "SCHEDULER_SMTP__HOST": "127.0.0.1",
            "SCHEDULER_SMTP__PORT": str(deaf_port),
            "SCHEDULER_LEDGER__URL": f"sqlite:///{ledger}",
        }
        command = [sys.executable, "-c", "from scheduler.cli import main; main()", "run", "--config", str(config)]
        with subprocess.Popen(
            command, env=environment, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            log: Queue[str | None] = Queue()
            reader = threading.Thread(target=_pass_on, args=(process.stderr, log))
            reader.start()
            try:
                yield _await_address(log)
                process.send_signal(signal.SIGTERM)
                status = process.wait(STOP_SECONDS)
            finally:
                process.kill()
                reader.join()
            assert status == 0, "".join(iter(log.get, None))


def find_port(address: str) -> int:
    """Return the port of an address that ``run_service`` yielded."""
    port = urlsplit(address).port
    assert port is not None
    return port


@contextmanager
def _hold_deaf_port() -> Iterator[int]:
    """Hold a port on which nobody listens: connections to it are refused."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


def _await_address(log: Queue[str | None]) -> str:
    said = []
    try:
        while (line := log.get(timeout=START_SECONDS)) is not None:
            said.append(line)
            if '"event": "listening"' in line:
                return str(json.loads(line)["url"]).rstrip("/")
    except Empty:
        said.append(f"(nothing more for {START_SECONDS} seconds)")
    pytest.fail("the service did not start:\n" + "".join(said))


def _pass_on(stream: Iterator[str], log: Queue[str | None]) -> None:
    """Read to the end, so that the service never waits for a reader of its log; None ends the log."""
    for line in stream:
        log.put(line)
    log.put(None)
