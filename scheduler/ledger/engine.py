"""Opens the database of a ledger: pragmas, transactions, migrations, and the lock of the one instance.

IO. SQLite runs with a rollback journal and synchronous=FULL: a commit that returned survives
a power cut, and the WAL-reset race of SQLite up to 3.51.2 cannot occur (docs/adr/0003).
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteError
from threading import Event, Lock

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from scheduler.errors import LedgerBusyError, LedgerError

BUSY_TIMEOUT_SECONDS = 30
# Of a file that is made now; one that is there keeps its own. Half as many pages to write as with SQLite's 4096.
NEW_PAGE_OCTETS = 8192
# Of each connection: the indexes of some ten thousand mails.
PAGES_KEPT_KILOBYTES = 8192
READ_ONLY = "ledger_read_only"
_BEGIN_WRITING = "BEGIN IMMEDIATE"
NEWEST_REVISION = "0008"


def find_sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite URL; None for another database; LedgerError where it is no URL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LedgerError(
            f"ledger.url '{url}' is no database URL; write for example sqlite:///var/ledger.sqlite3"
        ) from error
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise LedgerError(f"ledger.url '{url}' names no file; a ledger must outlive the process")
    return Path(parsed.database)


def open_engine(url: str) -> Engine:
    """Open the database of ``url``, make it if missing, and bring its tables up to date.

    Raises LedgerError naming the file and the remedy when it cannot be opened, is no database, or was
    written by a newer program.
    """
    path = find_sqlite_file(url)
    if path is None:
        raise LedgerError(f"ledger.url '{url}': only SQLite is supported; write sqlite:///var/ledger.sqlite3")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connect_args = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
        # As many at once as there are threads: else pages that wait for a lock would keep mail and feeds from the file.
        engine = create_engine(url, connect_args=connect_args, max_overflow=-1)
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
        with engine.begin() as connection:
            _migrate(connection, path)
    except (OSError, DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        raise LedgerError(f"{path}: the ledger cannot be opened: {cause}; check the file and its folder") from error
    return engine


def _set_pragmas(connection: SQLiteConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver's own would come too late for a lock
    connection.execute(f"PRAGMA page_size={NEW_PAGE_OCTETS}")
    connection.execute("PRAGMA journal_mode=TRUNCATE")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA cache_size=-{PAGES_KEPT_KILOBYTES}")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Connection) -> None:
    # Taking the write lock at once makes a reader-turned-writer wait its turn instead of failing.
    reading = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reading else _BEGIN_WRITING)


def _migrate(connection: Connection, path: Path) -> None:
    if inspect(connection).has_table("alembic_version"):
        revision = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        if revision == NEWEST_REVISION:
            return
    # Only here: loading it takes longer than all else that a command does.
    from scheduler.ledger.migrating import migrate

    migrate(connection, path)


@contextmanager
def hold_instance_lock(url: str, now: datetime) -> Iterator[None]:
    """Be the only service on a ledger until the block ends; LedgerBusyError says who holds it.

    The lock is the kernel's (flock): it ends with the process, however that dies.
    """
    path = find_sqlite_file(url)
    if path is None:
        raise LedgerError(f"ledger.url '{url}': only SQLite is supported")
    lock_path = path.with_name(path.name + ".lock")
    try:
        lock_path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o640)
    except OSError as error:
        raise LedgerError(f"{lock_path}: the lock file cannot be opened: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LedgerBusyError(str(path), _describe_holder(descriptor)) from error
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "since": now.isoformat(timespec="seconds")}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _describe_holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']},"
    except (ValueError, KeyError, TypeError):
        return "another process"


@contextmanager
def begin_reading(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that sees one state of the ledger and takes no write lock; LedgerError when it cannot."""
    try:
        with engine.connect().execution_options(**{READ_ONLY: True}) as connection:
            yield connection
    except OperationalError as error:
        raise _explain_silence(engine, error.orig) from error


class VersionWatch:
    """Says whether anything was written into the ledger, by whomever; any thread may ask.

    It keeps a connection that writes nothing: of such a one SQLite says whether others committed.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._kept: PoolProxiedConnection | None = None

    def read_version(self) -> int:
        """Return a number that is another one after each commit; LedgerError where the ledger cannot be read."""
        with self._lock:
            try:
                if self._kept is None:
                    self._kept = self._engine.raw_connection()
                cursor = self._kept.cursor()
                cursor.execute("PRAGMA data_version")
                return int(cursor.fetchall()[0][0])
            except SQLiteError as error:
                raise _explain_silence(self._engine, error) from error

    def close(self) -> None:
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None


class Driver:
    """Writes on the driver's own cursor, for what is done for every mail; one thread at a time.

    SQLAlchemy's work on each statement would take longer than the database's. It keeps a connection of its own: what
    another one commits makes a connection read its pages anew.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._kept: PoolProxiedConnection | None = None
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")

    @contextmanager
    def begin_writing(self, meanwhile: Callable[[], None] | None = None) -> Iterator[DBAPICursor]:
        """Begin a transaction as ``begin_writing`` does; ``meanwhile`` is done while the disk works on its commit.

        What it raises would hide that the transaction was committed.
        """
        try:
            # Taken out of what is kept until it has committed: after a fault nobody goes on with it.
            held, self._kept = self._kept or self._connect(), None
            try:
                cursor = held.cursor()
                cursor.execute(_BEGIN_WRITING)
                yield cursor
                self._commit(held, meanwhile)
            except BaseException:
                # Ends a transaction that was not committed.
                held.close()
                raise
            self._kept = held
        except SQLiteError as error:
            raise _explain_refusal(self._engine, error) from error

    def close(self) -> None:
        self._disk.shutdown()
        if self._kept is not None:
            self._kept.close()

    def _connect(self) -> PoolProxiedConnection:
        held = self._engine.raw_connection()
        try:
            # Small transactions take half the time where the journal stays, large ones some more (docs/adr/0003).
            held.cursor().execute("PRAGMA journal_mode=PERSIST")
        except BaseException:
            held.close()
            raise
        return held

    def _commit(self, held: PoolProxiedConnection, meanwhile: Callable[[], None] | None) -> None:
        if meanwhile is None:
            held.commit()
            return
        begun = Event()
        committing = self._disk.submit(_commit, held, begun)
        # Else the other thread would wait for this one's turn of Python to end, and the commit with it.
        begun.wait()
        try:
            meanwhile()
        finally:
            committing.result()


def _commit(held: PoolProxiedConnection, begun: Event) -> None:
    begun.set()
    held.commit()


@contextmanager
def begin_writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction with the write lock, and commit it; LedgerError when nothing of it could be written."""
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        raise _explain_refusal(engine, error.orig) from error


def _explain_silence(engine: Engine, cause: BaseException | None) -> LedgerError:
    return LedgerError(
        f"{engine.url.database}: the ledger cannot be read: {cause};"
        " nothing is sent until it can; look for a program that keeps the file locked, or a failing disk"
    )


def _explain_refusal(engine: Engine, cause: BaseException | None) -> LedgerError:
    return LedgerError(
        f"{engine.url.database}: the ledger cannot be written: {cause};"
        " nothing is sent until it can; look for a full disk, or a program that keeps the file locked"
    )
