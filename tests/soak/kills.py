"""kill -9 of a sending service at random moments, restarted each time, against a relay that outlives it.

Run as ``python -m tests.soak.kills [--kills N] [--deliveries N] [--connections N] [--seed N]``. Exit status 1 when a
mail was lost, a duplicate has another Message-ID or other bytes or does not stand ``in_doubt`` in the ledger, or a
kill left more mails in doubt than there are connections.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scheduler.delivery import DeliveryState
from scheduler.ledger import Ledger
from tests.integration.post_office import DUE
from tests.soak.receipt_server import read_receipts

REPOSITORY = Path(__file__).parents[2]
LONGEST_PAUSE_SECONDS = 0.02
POLL_SECONDS = 0.001
PATIENCE_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to send, and how often to kill."""

    kills: int
    deliveries: int
    connections: int
    seed: int

    @property
    def most_between_kills(self) -> int:
        """So many mails at most before a kill that enough are left for the last ones."""
        return max(0, int(self.deliveries / self.kills) - 2)


@dataclass(frozen=True, slots=True)
class KillReport:
    """What was seen after the last run ended by itself."""

    plan: Plan
    arrived: int
    lost: tuple[str, ...]
    duplicates: tuple[str, ...]
    unnamed_duplicates: tuple[str, ...]
    changed_bytes: tuple[str, ...]
    in_doubt: int
    most_interrupted: int
    set_aside: int
    set_aside_unseen: int
    unsent: int

    @property
    def is_right(self) -> bool:
        return (
            not (self.lost or self.unnamed_duplicates or self.changed_bytes or self.unsent)
            and self.most_interrupted <= self.plan.connections
        )

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.plan.kills} kills, {self.plan.connections} connections:"
                f" {self.arrived} receipts of {self.plan.deliveries} mails",
                f"lost {len(self.lost)}, neither sent nor set aside {self.unsent}",
                f"duplicates {len(self.duplicates)}, of them not in doubt {len(self.unnamed_duplicates)},"
                f" with other bytes {len(self.changed_bytes)}",
                f"rows in doubt {self.in_doubt}, set aside for a person {self.set_aside}"
                f" ({self.set_aside_unseen} of them never arrived),"
                f" most interrupted by one kill {self.most_interrupted}",
            )
        )


def run_kills(plan: Plan, folder: Path) -> KillReport:
    """Send all of ``plan`` with its deaths in it; ``folder`` keeps ledger and receipts."""
    chance = random.Random(plan.seed)
    pause = threading.Event()
    receipts = folder / "receipts"
    with relay(receipts) as port:
        for number in range(plan.kills):
            sender = start_sender(plan, folder, port)
            if not kill_at_random(sender, plan, receipts, chance, pause):
                words = (folder / "sender.log").read_text(encoding="utf-8")
                raise SystemExit(f"the service ended by itself after {number} kills; take fewer\n{words}")
        last = start_sender(plan, folder, port)
        if last.wait(PATIENCE_SECONDS) != 0:
            words = (folder / "sender.log").read_text(encoding="utf-8")
            raise SystemExit(f"the last service ended with exit status {last.returncode}\n{words}")
    return examine(plan, folder)


@contextmanager
def relay(folder: Path) -> Iterator[int]:
    """Run the relay in a process of its own; yield its port."""
    command = [sys.executable, "-m", "tests.soak.receipt_server", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.send_signal(signal.SIGTERM)


def start_sender(plan: Plan, folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.soak.sender"]
    arguments = [str(folder), str(port), str(plan.deliveries), str(plan.connections)]
    with (folder / "sender.log").open("wb") as log:
        return subprocess.Popen([*command, *arguments], stdout=log, stderr=log, cwd=REPOSITORY)


def kill_at_random(
    sender: subprocess.Popen[bytes], plan: Plan, receipts: Path, chance: random.Random, pause: threading.Event
) -> bool:
    """Kill after a random number of mails and a random moment more; False when it ended before."""
    target = count_receipts(receipts) + chance.randint(0, plan.most_between_kills)
    while sender.poll() is None and count_receipts(receipts) < target:
        pause.wait(POLL_SECONDS)
    pause.wait(chance.uniform(0, LONGEST_PAUSE_SECONDS))
    if sender.poll() is not None:
        return False
    sender.kill()
    sender.wait()
    return True


def count_receipts(receipts: Path) -> int:
    path = receipts / "receipts.jsonl"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def examine(plan: Plan, folder: Path) -> KillReport:
    """Hold the receipts against the ledger's own account."""
    ledger = Ledger.open(f"sqlite:///{folder / 'ledger.sqlite3'}")
    rows = [row for row in ledger.history.list_deliveries() if row.due_at == DUE]
    ledger.close()
    receipts = read_receipts(folder / "receipts")
    arrivals = Counter(receipt.message_id for receipt in receipts)
    versions = {(receipt.message_id, receipt.sha256) for receipt in receipts}
    duplicates = tuple(sorted(message_id for message_id, count in arrivals.items() if count > 1))
    in_doubt = {row.message_id for row in rows if row.in_doubt}
    interrupted = [int(line) for line in (folder / "interrupted").read_text().splitlines()]
    set_aside = [row for row in rows if row.state is DeliveryState.UNCONFIRMED]
    settled = (DeliveryState.SENT, DeliveryState.UNCONFIRMED)
    return KillReport(
        plan=plan,
        arrived=len(receipts),
        lost=tuple(row.key for row in rows if row.state is DeliveryState.SENT and not arrivals[row.message_id or ""]),
        duplicates=duplicates,
        unnamed_duplicates=tuple(message_id for message_id in duplicates if message_id not in in_doubt),
        changed_bytes=tuple(m for m, n in Counter(m for m, _ in versions).items() if n > 1),
        in_doubt=len(in_doubt),
        most_interrupted=max(interrupted),
        set_aside=len(set_aside),
        set_aside_unseen=sum(not arrivals[row.message_id or ""] for row in set_aside),
        unsent=sum(row.state not in settled for row in rows) + plan.deliveries - len(rows),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--deliveries", type=int, default=3000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    plan = Plan(options.kills, options.deliveries, options.connections, options.seed)
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        report = run_kills(plan, Path(folder))
    print(report)
    sys.exit(0 if report.is_right else 1)


if __name__ == "__main__":
    main()
