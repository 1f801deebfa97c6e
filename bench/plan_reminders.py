"""Planning 10,000 reminders into a ledger on disk: ours against a bulk insert (limit) and APScheduler (peer).

IO: makes SQLite files in a folder of its own below --folder, and removes it. Every variant ends durable: its last
commit has returned with synchronous=FULL. ``bench/README.md`` says what exactly each of them does.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from large_plan import NOW, REMINDERS, LargePlan, make_large_plan
from measure import Stopwatch, Target, Timings, Variant, compute_ratio, format_table, judge_targets, time_in_turn

from scheduler.changes import compare_reminders
from scheduler.ledger import Ledger
from scheduler.model import Reminder
from scheduler.reminders import plan_reminders
from scheduler.workdays import WorkingDays

PROJECT = Path(__file__).resolve().parents[1]
PEER_EVERY = 3  # it takes some 20 s a round, the others a second together
QUICK_JOBS = 2_500
AT_MOST_TO_LIMIT = 3
AT_LEAST_TO_PEER = 100
CENTURY = timedelta(days=36_525)

# What planning binds; the other columns take their defaults, here as there.
PLANNED_COLUMNS = (
    "key, series, plan, about, item, unit, occurrence, rule, template, contact, address,"
    " due_at, useful_until, why, truth, next_at, updated_at"
)

PlannedRow = tuple[str | int, ...]


class Bench:
    """The variants on one plan; each run works on a file of its own.

    Planning once yields the rows that the limit inserts and that every run must end with; it is the first in the
    process, so ``first_seconds`` holds what loading holidays and compiling statements adds.
    """

    def __init__(self, large: LargePlan, folder: Path) -> None:
        self._large = large
        self._folder = folder
        self._numbers = count(1)
        with self._new_ledger() as (ledger, file):
            watch = Stopwatch()
            with watch.running():
                self._reminders = self._plan(ledger)
            self.first_seconds = watch.seconds
            self._rows = _read_rows(file)
        if len(self._rows) != REMINDERS:
            raise SystemExit(f"the plan made {len(self._rows)} rows instead of {REMINDERS}; mend bench/large_plan.py")

    def plan_anew(self) -> float:
        """Time plan and rules -> rows in an empty ledger, working days and all."""
        watch = Stopwatch()
        with self._new_ledger() as (ledger, file):
            with watch.running():
                self._plan(ledger)
            self._check_rows(file)
        return watch.seconds

    def plan_again(self) -> float:
        """Time the same on a ledger that holds every row already, and check that the file stays byte for byte."""
        watch = Stopwatch()
        with self._new_ledger() as (ledger, file):
            self._plan(ledger)
            before = file.read_bytes()
            with watch.running():
                self._plan(ledger)
            if file.read_bytes() != before:
                raise SystemExit("planning again changed the ledger's file")
        return watch.seconds

    def insert_ready_rows(self) -> float:
        """Time one executemany of the very same rows, ready as tuples, into the ledger's own table."""
        watch = Stopwatch()
        with self._new_ledger() as (_, file), closing(sqlite3.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=TRUNCATE")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            places = ", ".join("?" * len(self._rows[0]))
            with watch.running():
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(f"INSERT INTO deliveries ({PLANNED_COLUMNS}) VALUES ({places})", self._rows)
                connection.execute("COMMIT")
            self._check_rows(file)
        return watch.seconds

    def add_jobs(self, jobs: int) -> float:
        """Time ``jobs`` date jobs added one by one, their instants given; return it scaled to all reminders."""
        watch = Stopwatch()
        file = self._new_file()
        # Shutting down looks for due jobs once more: none may be due by the machine's clock.
        run_dates = [reminder.due_at + CENTURY for reminder in self._reminders[:jobs]]
        scheduler = BackgroundScheduler(timezone=self._large.plan.timezone)
        scheduler.add_jobstore(SQLAlchemyJobStore(url=f"sqlite:///{file}"))
        scheduler.start(paused=True)  # a stopped one would keep the jobs in memory, a running one would look at them
        try:
            with watch.running():
                for reminder, run_date in zip(self._reminders, run_dates, strict=False):
                    scheduler.add_job(take_reminder, "date", run_date=run_date, args=(reminder.key,), id=reminder.key)
        finally:
            scheduler.shutdown()
        with closing(sqlite3.connect(file)) as connection:
            (held,) = connection.execute("SELECT count(*) FROM apscheduler_jobs").fetchone()
        if held != jobs:
            raise SystemExit(f"APScheduler's store holds {held} jobs instead of {jobs}")
        file.unlink()
        return watch.seconds * len(self._reminders) / jobs

    def _plan(self, ledger: Ledger) -> tuple[Reminder, ...]:
        large = self._large
        wanted = plan_reminders(large.plan, large.contacts, large.rules, WorkingDays()).reminders
        changes = compare_reminders(wanted, ledger.planning.list_recorded(large.plan.id), NOW)
        ledger.planning.apply_changes(changes, NOW)
        return wanted

    def _check_rows(self, file: Path) -> None:
        if _read_rows(file) != self._rows:
            raise SystemExit(f"{file.name}: not the rows that planning wrote the first time")

    def _new_file(self) -> Path:
        return self._folder / f"{next(self._numbers)}.sqlite3"

    @contextmanager
    def _new_ledger(self) -> Iterator[tuple[Ledger, Path]]:
        file = self._new_file()
        ledger = Ledger.open(f"sqlite:///{file}")
        try:
            yield ledger, file
        finally:
            ledger.close()
        file.unlink()


def take_reminder(key: str) -> None:
    """Stand in for the sending of a reminder; the peer stores its name and never calls it."""


def _read_rows(file: Path) -> list[PlannedRow]:
    with closing(sqlite3.connect(file)) as connection:
        rows: list[PlannedRow] = connection.execute(f"SELECT {PLANNED_COLUMNS} FROM deliveries ORDER BY id").fetchall()
    return rows


def _measure(bench: Bench, rounds: int, jobs: int) -> tuple[Timings, ...]:
    scaled, every = ("", PEER_EVERY) if jobs == REMINDERS else (f", timed with {jobs:,}, scaled up", 1)
    variants = (
        Variant("ours: plan, compare, write", bench.plan_anew),
        Variant("limit: one bulk insert of the same rows", bench.insert_ready_rows),
        Variant("ours again: nothing changed", bench.plan_again),
        Variant(f"peer: APScheduler, SQLAlchemyJobStore{scaled}", lambda: bench.add_jobs(jobs), every),
    )
    return time_in_turn(variants, rounds)


def main() -> int:
    """Print the table and the targets; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Time the planning of 10,000 reminders.")
    parser.add_argument(
        "--rounds", type=int, default=9, help="runs of each; the peer takes part in every third (default 9)"
    )
    parser.add_argument("--quick", action="store_true", help=f"3 rounds, and {QUICK_JOBS:,} jobs for the peer")
    parser.add_argument("--folder", type=Path, default=PROJECT / "var", help="on the disk to measure (default var/)")
    options = parser.parse_args()
    rounds, jobs = (3, QUICK_JOBS) if options.quick else (options.rounds, REMINDERS)
    if rounds < 1:
        parser.error(f"--rounds {rounds}: at least one round is needed")

    options.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
        bench = Bench(make_large_plan(), Path(folder))
        timings = _measure(bench, rounds, jobs)
    ours, limit, again, peer = timings
    print(f"{REMINDERS:,} reminders, SQLite {sqlite3.sqlite_version}, in {options.folder}")
    print(format_table(timings, ours))
    print(f"the first planning of the process took {bench.first_seconds:.3f} s")
    print(f"planning again left the file byte for byte as it was, {len(again.taken)} times of {rounds}")
    return judge_targets(
        (
            Target("ours to limit", compute_ratio(ours, limit), AT_MOST_TO_LIMIT),
            Target("peer to ours", compute_ratio(peer, ours), AT_LEAST_TO_PEER, at_least=True),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
