"""A copy of a ledger that is in use: whole, of one instant, readable by its owner only.

IO, by SQLite's online backup. The copy carries a mark, so that a service started on it begins paused.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from scheduler.errors import LedgerError
from scheduler.ledger.engine import BUSY_TIMEOUT_SECONDS


def back_up(ledger: Path, target: Path, now: datetime) -> int:
    """Copy ``ledger`` to ``target`` and return its size in octets; what stood there is replaced in one step, or stays.

    Writers wait while the pages are copied, a second for some hundred megabytes. Raises LedgerError.
    """
    if not ledger.exists():
        raise LedgerError(f"{ledger}: there is no ledger to back up; the service makes it when it first runs")
    if target.is_dir() or (target.exists() and target.samefile(ledger)):
        raise LedgerError(f"{target}: name a file other than the ledger for the backup")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Made with mode 0600, and under a name of its own until it is whole.
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise LedgerError(f"{target}: the backup cannot be written: {error.strerror}") from error
    unfinished = Path(name)
    try:
        os.close(descriptor)
        _copy(ledger, unfinished, now)
        _sync(unfinished)
        size = unfinished.stat().st_size
        unfinished.replace(target)
        _sync(target.parent)
        return size
    except (OSError, sqlite3.Error) as error:
        raise LedgerError(f"{target}: the backup cannot be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _copy(ledger: Path, unfinished: Path, now: datetime) -> None:
    with (
        closing(sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", BUSY_TIMEOUT_SECONDS, uri=True)) as source,
        closing(sqlite3.connect(unfinished)) as copy,
    ):
        # In one step: page by page it would begin anew with every commit of the service.
        source.backup(copy, pages=-1)
        with copy:
            copy.execute("UPDATE service SET identity = ?", (f"backup of {now.isoformat(timespec='seconds')}",))
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise LedgerError(f"{ledger}: the ledger is damaged: {found}; restore an earlier backup")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
