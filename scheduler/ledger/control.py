"""Control in the ledger: whether all mail is paused, and whether this file is the one a service worked on before.

IO. A ledger that was restored or copied would send what its original has sent since: it starts paused. It is known
by its identity, which stands in the ledger and, with the file's inode and its count of changes, in a file beside it.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, select, update
from sqlalchemy.engine.interfaces import DBAPICursor

from scheduler.errors import LedgerError
from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.schema import read_microseconds, service
from scheduler.pacing import Pause, PausedBy
from scheduler.whole_files import replace_file

COPIED = "this ledger was restored or copied; when no other service works on its original: scheduler resume"

_READ_PAUSE = "SELECT paused_by, pause_reason, paused_since, paused_until FROM service"
_CHANGE_COUNTER = slice(24, 28)  # of the database header, see the SQLite file format
_MACHINE_ID = Path("/etc/machine-id")


def name_claimant() -> str:
    """Return who claims rows in this process: its host, and a name no other run has."""
    return f"{socket.gethostname()}:{uuid.uuid4().hex}"


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the file beside the ledger says of it."""

    identity: str
    machine: str
    inode: int
    changes: int


class _Header:
    """The head of an SQLite file, read past SQLite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._descriptor: int | None = None

    def count_changes(self) -> int:
        """Return how many transactions changed the file."""
        with self._lock:
            # Left open, also where another file stands in its place: to close any descriptor of it would end all locks
            # that SQLite holds on it for this process (sqlite.org/howtocorrupt.html, section 2.2).
            if self._descriptor is None or not os.path.samestat(os.fstat(self._descriptor), self._path.stat()):
                self._descriptor = os.open(self._path, os.O_RDONLY)
            return int.from_bytes(os.pread(self._descriptor, 100, 0)[_CHANGE_COUNTER], "big")

    def close(self) -> None:
        """Close the file, when no connection is left."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None


class Control:
    """The one row about the service itself; ``path`` is the ledger's file."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine = engine
        self._path = path
        self._header = _Header(path)
        self._mark_path = path.with_name(path.name + ".identity")

    def close(self) -> None:
        self._header.close()

    def find_pause(self) -> Pause | None:
        with begin_reading(self._engine) as connection:
            return read_pause(connection)

    def pause(self, pause: Pause) -> None:
        """Let no mail go from now on; a pause that already stands is kept where this one would end sooner."""
        with begin_writing(self._engine) as connection:
            standing = read_pause(connection)
            if standing is not None and standing.until is None and pause.until is not None:
                return
            _write_pause(connection, pause)

    def resume(self) -> Pause | None:
        """Let mail go again, and take this file for the ledger from now on; return the pause that stood."""
        with begin_writing(self._engine) as connection:
            standing = read_pause(connection)
            _write_pause(connection, None)
            self._adopt(connection)
        return standing

    def lift_relay_pause(self) -> None:
        """End a pause that the relay caused: whoever starts a service anew may have mended the settings."""
        with begin_writing(self._engine) as connection:
            standing = read_pause(connection)
            if standing is not None and standing.by is PausedBy.RELAY:
                _write_pause(connection, None)

    def recognise(self, now: datetime) -> Pause | None:
        """Look whether this is the file that a service worked on last; pause all mail when it is another.

        A ledger no service ever worked on is taken as it is. Returns the pause that stands after it.
        """
        with begin_reading(self._engine) as connection:
            identity = connection.scalar(select(service.c.identity))
        if identity is None:
            with begin_writing(self._engine) as connection:
                self._adopt(connection)
        elif not self._is_known(identity):
            self.pause(Pause(PausedBy.COPY, COPIED, now))
        else:
            self.note_changes()
        return self.find_pause()

    def note_changes(self) -> None:
        """Note beside the ledger how far it has come, so that an older copy in its place is recognised."""
        # The lock, since whoever resumes meanwhile gives the ledger another identity.
        with begin_writing(self._engine) as connection:
            mark = self._read_mark()
            if mark is not None and self._is_known(mark.identity):
                self._write_mark(mark.identity)
            # Of nothing: to commit that would wait until nobody reads.
            connection.rollback()

    def find_link_secret(self) -> str:
        """Return the secret that signs the links in mails, the same as long as this ledger lives."""
        with begin_writing(self._engine) as connection:
            fresh = secrets.token_urlsafe(32)
            connection.execute(update(service).where(service.c.link_secret.is_(None)).values(link_secret=fresh))
            return str(connection.scalar(select(service.c.link_secret)))

    def _is_known(self, identity: str) -> bool:
        mark = self._read_mark()
        return (
            mark is not None
            and mark.identity == identity
            and mark.machine == _read_machine()
            and mark.inode == self._path.stat().st_ino
            and mark.changes <= self._header.count_changes()
        )

    def _adopt(self, connection: Connection) -> None:
        # The file first: a death in between leaves a ledger that is unknown, and that is the safe side.
        identity = uuid.uuid4().hex
        self._write_mark(identity)
        connection.execute(update(service).values(identity=identity))

    def _read_mark(self) -> _Mark | None:
        try:
            return _Mark(**json.loads(self._mark_path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _write_mark(self, identity: str) -> None:
        mark = _Mark(identity, _read_machine(), self._path.stat().st_ino, self._header.count_changes())
        try:
            replace_file(self._mark_path, json.dumps(asdict(mark)).encode())
        except OSError as error:
            raise LedgerError(
                f"{self._mark_path}: cannot be written: {error.strerror}; free or mend its disk"
            ) from error


def read_pause(connection: Connection) -> Pause | None:
    """Return the pause that stands, whether or not its time is over."""
    columns = service.c
    query = select(columns.paused_by, columns.pause_reason, columns.paused_since, columns.paused_until)
    by, reason, since, until = connection.execute(query).one()
    return None if by is None else Pause(PausedBy(by), reason, since, until)


def read_pause_now(cursor: DBAPICursor) -> Pause | None:
    """Return the pause that stands, read with the driver's own cursor."""
    by, reason, since, until = cursor.execute(_READ_PAUSE).fetchone()
    if by is None:
        return None
    return Pause(PausedBy(by), reason, read_microseconds(since), None if until is None else read_microseconds(until))


def _write_pause(connection: Connection, pause: Pause | None) -> None:
    connection.execute(
        update(service).values(
            paused_by=None if pause is None else pause.by,
            pause_reason=None if pause is None else pause.reason,
            paused_since=None if pause is None else pause.since,
            paused_until=None if pause is None else pause.until,
        )
    )


def _read_machine() -> str:
    try:
        return _MACHINE_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""
