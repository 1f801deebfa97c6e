"""Follows the configuration folder while the service runs: each edit that is done comes out once, as a whole.

IO: a thread that waits for changes (inotify and its like, and a look at the files every second, which also sees what
these miss: links swapped by a cluster, network folders, a folder that was away). An edit counts as done when the
files have rested for a moment, and rested longer where something looks unfinished: a file missing, empty, without a
line end, or still open for writing.
"""

from __future__ import annotations

import errno
import fcntl
import math
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

import structlog
from watchfiles import watch

from scheduler.errors import Problem
from scheduler.last_good import Started
from scheduler.planfile.folder import (
    FolderFiles,
    Reading,
    Refused,
    Stamp,
    read_as_one,
    read_files,
    stamp_file,
    stamp_files,
)

LOOK_EVERY_SECONDS = 1.0
REST_SECONDS = 0.25
LONG_REST_SECONDS = 1.0
AWAY_SECONDS = 3.0
PATIENCE_SECONDS = 10.0
"""An edit that does not end is read as it stands after so long."""
RETRY_SECONDS = 5.0
TRY_REFUSED_EVERY_SECONDS = 30.0
"""What makes a configuration wrong may lie outside it: a password file that was not there yet."""

_STEP_SECONDS = 0.05

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class ConfigurationWatcher(Generic[T]):
    """Tells of every finished edit of ``config_dir``, from a thread of its own, until it is stopped.

    ``load`` reads the folder or raises ConfigError. ``on_good`` gets what is right, ``on_bad`` the problems of what
    is wrong; each content of the folder is told once, until another was told. Should ``on_good`` fail, it is called
    again until it does not. ``known`` is what the service started from; None: the folder's first content is told too.
    """

    def __init__(
        self,
        config_dir: Path,
        load: Callable[[Path], T],
        on_good: Callable[[Reading[T]], None],
        on_bad: Callable[[tuple[Problem, ...]], None],
        *,
        known: Started[T] | None,
    ) -> None:
        self._config_dir = config_dir
        self._load = load
        self._on_good = on_good
        self._on_bad = on_bad
        self._told = known.seen if known is not None else None
        self._problems = known.problems if known is not None else ()
        self._looked_at: tuple[tuple[str, Stamp], ...] | None = None
        self._try_again_at = self._find_next_try()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="configuration-watcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the edit that is being applied; idempotent."""
        self._stopping.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._follow()
            except Exception:
                # Whatever it was, edits must go on being seen: look again, with a new watch.
                _log.exception("following the configuration failed; trying again", folder=str(self._config_dir))
                self._looked_at = None
                self._stopping.wait(RETRY_SECONDS)

    def _follow(self) -> None:
        """Look at the folder now, and after every sign of a change, until the folder is another one."""
        watched = stamp_file(self._config_dir)[-2:]
        self._look()
        for _ in self._wait_for_signs():
            self._look()
            if self._stopping.is_set() or stamp_file(self._config_dir)[-2:] != watched:
                return

    def _wait_for_signs(self) -> Iterator[None]:
        """Yield whenever something changed below the folder, and every second besides."""
        if not self._config_dir.is_dir():
            self._stopping.wait(LOOK_EVERY_SECONDS)
            return
        try:
            yield from (
                None
                for _ in watch(
                    self._config_dir,
                    watch_filter=None,
                    debounce=50,
                    step=10,
                    stop_event=self._stopping,
                    rust_timeout=int(LOOK_EVERY_SECONDS * 1000),
                    yield_on_timeout=True,
                    raise_interrupt=False,
                    ignore_permission_denied=True,
                )
            )
        except OSError as error:
            # No more watches, or the folder went away just now: looking every second is enough.
            _log.warning("the folder cannot be watched; looking every second", problem=str(error))
            self._stopping.wait(LOOK_EVERY_SECONDS)

    def _look(self) -> None:
        """Tell of the folder's content where it has changed, once it rests."""
        again = time.monotonic() >= self._try_again_at
        if (stamp_files(self._config_dir) == self._looked_at and not again) or not self._wait_for_rest():
            return
        stamps = stamp_files(self._config_dir)
        if again or not self._is_told(read_files(self._config_dir)):
            self._tell(read_as_one(self._config_dir, self._load))
        # Only now: should telling fail, the next look tries again.
        self._looked_at = stamps

    def _tell(self, outcome: Reading[T] | Refused) -> None:
        is_told = self._is_told(outcome.files)
        if isinstance(outcome, Reading) and (not is_told or self._problems):
            self._on_good(outcome)
            self._problems = ()
        if isinstance(outcome, Refused) and not (is_told and outcome.problems == self._problems):
            self._on_bad(outcome.problems)
            self._problems = outcome.problems
        self._told = outcome.files
        self._try_again_at = self._find_next_try()

    def _find_next_try(self) -> float:
        return time.monotonic() + TRY_REFUSED_EVERY_SECONDS if self._problems else math.inf

    def _is_told(self, files: FolderFiles) -> bool:
        return self._told is not None and self._told.digest == files.digest

    def _wait_for_rest(self) -> bool:
        """Wait until nothing has changed for a moment; False when asked to stop."""
        seen, since = stamp_files(self._config_dir), time.monotonic()
        began = since
        while not self._stopping.wait(_STEP_SECONDS):
            now, stamps = time.monotonic(), stamp_files(self._config_dir)
            if stamps != seen:
                seen, since = stamps, now
            elif now - since >= REST_SECONDS:
                files = read_files(self._config_dir)
                if now - since >= self._choose_rest(files) and not self._is_being_written(files):
                    return True
            if now - began >= PATIENCE_SECONDS:
                return True
        return False

    def _choose_rest(self, files: FolderFiles) -> float:
        if not files.files:
            return AWAY_SECONDS
        return LONG_REST_SECONDS if self._looks_unfinished(files) else REST_SECONDS

    def _looks_unfinished(self, files: FolderFiles) -> bool:
        names = {file.name for file in files.files}
        known = {file.name for file in self._told.files} if self._told is not None else set()
        # Spreadsheets are packed files, which end in any byte.
        texts = (file.content for file in files.files if not file.name.endswith(".xlsx"))
        return not known <= names or any(not text.endswith(b"\n") for text in texts)

    def _is_being_written(self, files: FolderFiles) -> bool:
        return any(_is_open_for_writing(self._config_dir / file.name) for file in files.files)


def _is_open_for_writing(path: Path) -> bool:
    """Say whether some process has ``path`` open for writing; False where the system does not tell.

    A read lease is granted only while nobody writes (fcntl(2), "Leases"). Who opens the file to write while it is
    held makes the kernel send a signal: not SIGIO, which would end the process, but one that is ignored.
    """
    if sys.platform != "linux":
        return False
    try:
        with path.open("rb") as file:
            try:
                fcntl.fcntl(file, fcntl.F_SETSIG, signal.SIGURG)
                fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            except OSError as error:
                return error.errno == errno.EAGAIN
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError:
        return False
    return False
