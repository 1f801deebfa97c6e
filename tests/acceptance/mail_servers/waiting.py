"""Waits for what other processes do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


def wait_until(is_so: Callable[[], bool], describe: Callable[[], str]) -> None:
    """Ask every fiftieth of a second, for as long as a very slow machine may need; else fail with ``describe()``."""
    pause = threading.Event()
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > until:
            raise AssertionError(f"it did not come true in {PATIENCE_SECONDS:g} s:\n{describe()}")
        pause.wait(0.02)
