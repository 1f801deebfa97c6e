"""A process of its own for one document: forked off this one where that is safe, else started anew.

IO. A fork costs a few milliseconds, a new interpreter a hundred and more. What the process may do is the same in both:
it gives up the rest before it looks at the document (worker). A process with threads is never forked: a lock that one
of them holds would stay shut in the child.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from scheduler.documents.limits import CHILD_MEMORY

_PACKAGE_PARENT: Final = Path(__file__).resolve().parents[2]
_THREADS: Final = Path("/proc/self/task")
_SIZES: Final = Path("/proc/self/statm")
# What a child inherits counts against its own limit: enough must be left to read any plan.
_LARGEST_FORKED: Final = CHILD_MEMORY // 2


class Child(Protocol):
    """A process that reads one document; ``answers`` is the pipe it writes to."""

    answers: int

    def wait(self, seconds: float) -> int | None:
        """Return the exit code, negative for a signal; None where it still runs after ``seconds``."""

    def kill(self) -> int:
        """End it at once, and return its exit code."""


def start_child(content: bytes, form: str, name: str) -> Child:
    """Start a process that reads ``content``, whose signature says ``form``, in the way that suits this process."""
    return ForkedChild(content, form, name) if may_fork() else SpawnedChild(content, form, name)


def may_fork() -> bool:
    """Tell whether this process has one thread and is small; False where the system does not say, or cannot watch."""
    try:
        os.close(os.pidfd_open(os.getpid()))
        pages = int(_SIZES.read_text(encoding="ascii").split()[0])
        alone = len(list(_THREADS.iterdir())) == 1
    except (AttributeError, OSError, ValueError):
        return False
    return alone and pages * os.sysconf("SC_PAGE_SIZE") <= _LARGEST_FORKED


class ForkedChild:
    """A copy of this process that keeps nothing of it open."""

    def __init__(self, content: bytes, form: str, name: str) -> None:
        # Loaded before the fork: once, for all children.
        from scheduler.documents.worker import serve_forked

        self.answers, theirs = os.pipe()
        self._code: int | None = None
        self._pid = os.fork()
        if self._pid == 0:
            # Whatever happens, the copy must not go on as this process would.
            try:
                serve_forked(content, form, name, theirs)
            finally:
                os._exit(1)
        os.close(theirs)

    def wait(self, seconds: float) -> int | None:
        if self._code is None:
            with _watch_process(self._pid) as ended:
                if not select.select([ended], [], [], seconds)[0]:
                    return None
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code

    def kill(self) -> int:
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)
            self._code = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        return self._code


class SpawnedChild:
    """A new interpreter, in an empty folder and without this process's environment."""

    def __init__(self, content: bytes, form: str, name: str) -> None:
        # They take as long to load as a short plan to read, and few processes start another one.
        import subprocess
        import tempfile

        self._folder = tempfile.TemporaryDirectory(prefix="scheduler-read-")
        with tempfile.TemporaryFile() as source:
            source.write(content)
            source.seek(0)
            self.answers, theirs = os.pipe()
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "scheduler.documents.worker", form, name],
                    stdin=source,
                    stdout=theirs,
                    stderr=subprocess.DEVNULL,
                    cwd=self._folder.name,
                    env={"PYTHONPATH": str(_PACKAGE_PARENT), "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
                    start_new_session=True,
                )
            finally:
                os.close(theirs)

    def wait(self, seconds: float) -> int | None:
        from subprocess import TimeoutExpired

        try:
            code = self._process.wait(seconds)
        except TimeoutExpired:
            return None
        self._folder.cleanup()
        return code

    def kill(self) -> int:
        self._process.kill()
        code = self._process.wait()
        self._folder.cleanup()
        return code


@contextmanager
def _watch_process(pid: int) -> Iterator[int]:
    """Yield a descriptor that can be read from once the process has ended."""
    descriptor = os.pidfd_open(pid)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
