"""The service with 100,000 deliveries: how late the first mail of an instant is, and how much memory sending takes.

IO: ledgers in a folder of their own below --folder, smtp-sink on a free port of loopback; both are gone afterwards.
Memory is read from /proc (Linux), each size in a process of its own. ``bench/README.md`` says what is measured.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from mailing import BEFORE, DUE, make_job, open_service, run_sink
from measure import Target, judge_targets

from scheduler.cli.logs import configure_logs
from scheduler.clock import JumpingClock, WallClock, read_wall_clock
from scheduler.ledger import Ledger
from scheduler.ledger.schema import count_microseconds
from scheduler.recording import Attempt
from scheduler.timer import Timer

PENDING = 100_000
FEW = 10_000
INSTANTS = 200
EVERY = timedelta(milliseconds=250)
MAILS_AN_INSTANT = 3
LATENESS_AT_MOST_SECONDS = 0.1
GROWTH_AT_MOST_MB = 32


def measure_lateness(port: int, folder: Path, pending: int, instants: int) -> list[float]:
    """Return the seconds from each instant to the server's yes to its first mail, while ``pending`` others wait."""
    job = make_job(pending, visited_on=(read_wall_clock() + timedelta(days=60)).date())
    told: dict[datetime, datetime] = {}
    done = threading.Event()

    def note(attempt: Attempt) -> None:
        told.setdefault(attempt.delivery.due_at, attempt.at)
        if len(told) == instants:
            done.set()

    clock = WallClock()
    with open_service(job.snapshot, clock, port, folder / "late.sqlite3", note) as (service, ledger):
        due = [clock.now() + timedelta(seconds=5) + EVERY * number for number in range(instants)]
        bring_forward(ledger, due)
        timer = Timer(clock, service.tick)
        timer.start()
        try:
            if not done.wait((due[-1] - clock.now()).total_seconds() + 60):
                raise SystemExit(f"{len(told)} of {instants} instants were met; {timer.failure}")
        finally:
            timer.stop()
    return [(told[instant] - instant).total_seconds() for instant in due]


def bring_forward(ledger: Ledger, due: list[datetime]) -> None:
    """Make the first deliveries due at these instants, ``MAILS_AN_INSTANT`` at each; the others stay far ahead."""
    microseconds = [count_microseconds(instant) for instant in due for _ in range(MAILS_AN_INSTANT)]
    with closing(ledger.engine.raw_connection()) as connection:
        connection.cursor().executemany(
            "UPDATE deliveries SET due_at = ?, next_at = ? WHERE id = ?",
            [(instant, instant, number) for number, instant in enumerate(microseconds, 1)],
        )
        connection.commit()


def measure_memory(port: int, folder: Path, mails: int) -> tuple[int, int]:
    """Send ``mails`` that are due at once; return the memory before that and its peak while it lasts, in MB."""
    clock = JumpingClock(BEFORE)
    with open_service(make_job(mails).snapshot, clock, port, folder / "memory.sqlite3") as (service, ledger):
        clock.reach(DUE)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak begins anew
        before = read_memory("VmRSS")
        service.tick()
        peak = read_memory("VmHWM")
        states = {row.state: row.count for row in ledger.history.count_states()}
        if list(states) != ["sent"]:
            raise SystemExit(f"not all mails were sent: {states}")
    return before, peak


def read_memory(name: str) -> int:
    """Return a line of this process's status, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(name + ":"))


def measure_memory_apart(mails: int, folder: Path) -> int:
    """Measure in a process of its own; return by how many MB sending made it grow."""
    command = (sys.executable, __file__, "--folder", str(folder), "--memory-of", str(mails))
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    before, peak = (int(number) for number in said.split())
    print(f"{mails:,} due at once: {before} MB before, peak {peak} MB while they are sent")
    return peak - before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(), help="on the disk whose fsync counts")
    parser.add_argument("--pending", type=int, default=PENDING)
    parser.add_argument("--instants", type=int, default=INSTANTS)
    parser.add_argument("--memory-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    configure_logs("error")
    with TemporaryDirectory(prefix="send-on-time-", dir=options.folder) as name, run_sink() as port:
        folder = Path(name)
        if options.memory_of:
            print(*measure_memory(port, folder, options.memory_of))
            return 0
        late = sorted(measure_lateness(port, folder, options.pending, options.instants))
        worst = late[-1 - len(late) // 100]
        print(f"{options.pending:,} pending, first mail of {len(late)} instants: median {median(late) * 1000:.0f} ms,"
              f" 99 % {worst * 1000:.0f} ms, latest {late[-1] * 1000:.0f} ms late")  # fmt: skip
        few, many = (measure_memory_apart(mails, folder) for mails in (FEW, options.pending))
    return judge_targets(
        (
            Target("seconds late, 99 %", worst, LATENESS_AT_MOST_SECONDS),
            Target(f"MB that {FEW:,} mails take", few, GROWTH_AT_MOST_MB),
            Target(f"MB that {options.pending:,} mails take", many, GROWTH_AT_MOST_MB),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
