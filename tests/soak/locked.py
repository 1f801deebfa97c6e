"""Another process locks the ledger of a sending service for half a minute and longer, in real time.

Run as ``python -m tests.soak.locked [--seconds N ...]``. The service waits 30 s for a lock by itself; after that it
keeps what it knows and asks again each minute. Exit status 1 when a mail was lost, arrived twice or stands in doubt.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from scheduler.catcher import Catcher
from tests.acceptance.crowd import READERS, Arrivals, Office, assert_each_arrived_once, stop
from tests.integration.ledger_lock import locked

PATIENCE_SECONDS = 180.0


def run_locked(seconds: float, folder: Path) -> str:
    """Lock the ledger in the middle of the mails; return a line that says what was seen."""
    office, arrivals = Office(folder), Arrivals()
    is_locked, lock = threading.Event(), ExitStack()

    def take_lock() -> None:
        lock.enter_context(locked(office.var / "ledger.sqlite3"))
        is_locked.set()

    arrivals.in_the_middle = take_lock
    with Catcher(None, on_message=arrivals.note) as catcher, office.run(catcher.port) as process, lock:
        if not is_locked.wait(PATIENCE_SECONDS):
            raise SystemExit(office.read_log())
        time.sleep(seconds)
        while_locked = len(arrivals.message_ids)
        lock.close()
        began = time.monotonic()
        while not arrivals.have_told_the_crowd and time.monotonic() - began < PATIENCE_SECONDS:
            time.sleep(0.1)
        took = time.monotonic() - began
        stop(process)
    assert arrivals.have_told_the_crowd, office.read_log()
    assert_each_arrived_once(arrivals, office.list_deliveries())
    said = office.read_log().count("is locked")
    return (
        f"locked for {seconds:g} s after {while_locked} mails: the rest of a crowd of {READERS} {took:.1f} s later,"
        f" each once, none in doubt; told {said} times in the log"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[30.0, 75.0])
    for seconds in parser.parse_args().seconds:
        with tempfile.TemporaryDirectory(prefix="locked-") as folder:
            try:
                print(run_locked(seconds, Path(folder)), flush=True)
            except AssertionError as error:
                sys.exit(f"locked for {seconds:g} s: {error}")


if __name__ == "__main__":
    main()
