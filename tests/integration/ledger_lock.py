"""Another process that locks a ledger, as a backup program or a curious person with sqlite3 would."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
connection.execute(f"BEGIN {sys.argv[2]}")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(ledger: Path, how: str = "EXCLUSIVE") -> Iterator[None]:
    """Hold a lock on an SQLite file until the block ends: IMMEDIATE keeps writers out, EXCLUSIVE readers too."""
    command = [sys.executable, "-c", _LOCKER, str(ledger), how]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as locker:
        assert locker.stdout is not None
        assert locker.stdout.readline() == "locked\n"
        yield
        locker.communicate("")
    assert locker.returncode == 0
