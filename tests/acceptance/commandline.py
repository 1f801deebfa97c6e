"""Runs the real command in a process of its own, as a user would."""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

REPOSITORY = Path(__file__).parents[2]
SHIPPED_CONFIG = REPOSITORY / "config"
SAMPLE = REPOSITORY / "examples" / "ke-hoach-kiem-tra-2024.txt"
LONGEST_SECONDS = 120

Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Record:
        value: Record = json.loads(self.out)
        return value

    def records(self, name: str) -> list[dict[str, str]]:
        """Return the list called ``name`` in the JSON that was printed."""
        rows = self.json[name]
        assert isinstance(rows, list)
        return rows


def make_environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of the scheduler, and with those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCHEDULER_")}
    return {**kept, **settings}


def run_command(*arguments: str | Path, folder: Path, given: str = "", **settings: str) -> Ran:
    """Run ``scheduler ARGUMENTS`` in ``folder`` to its end; it reads ``given``."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given.encode())
        stdin.seek(0)
        environment = make_environment(**settings)
        status = _run_forked(tuple(map(str, arguments)), folder, environment, (stdin, out, err))
        return Ran(status, _read(out), _read(err))


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


def _run_forked(
    arguments: tuple[str, ...], folder: Path, environment: dict[str, str], files: tuple[IO[bytes], ...]
) -> int:
    mask = os.umask(0)
    os.umask(mask)
    request = {"arguments": arguments, "folder": str(folder), "environment": environment, "umask": mask}
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(LONGEST_SECONDS)
        asked.connect(_start_server())
        socket.send_fds(asked, [json.dumps(request).encode()], [file.fileno() for file in files])
        with asked.makefile() as answers:
            pid = int(answers.readline())
            try:
                return int(answers.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise


@cache
def _start_server() -> str:
    """Start this process's server of commands; return the address at which it listens."""
    folder = tempfile.TemporaryDirectory(prefix="commands-")
    address = f"{folder.name}/socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        command = [sys.executable, "-m", "tests.acceptance.command_server", str(listener.fileno())]
        server = subprocess.Popen(
            command, cwd=REPOSITORY, env=make_environment(), stdin=subprocess.PIPE, pass_fds=[listener.fileno()]
        )

    def stop() -> None:
        assert server.stdin is not None
        server.stdin.close()
        server.wait(10)
        folder.cleanup()

    atexit.register(stop)
    return address
