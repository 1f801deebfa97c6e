"""kill -9 of a running rehearsal at random moments, restarted each time, against a relay that outlives it.

Run as ``python -m tests.soak.kills [--kills N] [--seed N] [--config DIR]``. Exit status 1 when a mail was lost, a
duplicate has another Message-ID or other bytes, or does not stand ``in_doubt`` in the ledger.
"""

from __future__ import annotations

import argparse
import json
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

from tests.soak.receipt_server import read_receipts

REPOSITORY = Path(__file__).parents[2]
MOST_MAILS_BETWEEN_KILLS = 14
POLL_SECONDS = 0.002
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class KillReport:
    """What was seen after the last run ended by itself."""

    kills: int
    expected: int
    arrived: int
    lost: tuple[str, ...]
    duplicates: tuple[str, ...]
    unnamed_duplicates: tuple[str, ...]
    changed_bytes: tuple[str, ...]
    in_doubt: int
    unsent: int

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.unnamed_duplicates or self.changed_bytes or self.unsent)


def run_kills(config_dir: Path, folder: Path, *, kills: int, seed: int) -> KillReport:
    """Rehearse the whole season of ``config_dir`` with ``kills`` deaths in it; ``folder`` keeps ledger and receipts."""
    chance = random.Random(seed)
    pause = threading.Event()
    with relay(folder / "receipts") as port:
        for _ in range(kills):
            rehearsal = start_rehearsal(config_dir, folder, port)
            if not kill_at_random(rehearsal, folder / "receipts", chance, pause):
                words = (folder / "rehearsal.log").read_text(encoding="utf-8")
                raise SystemExit(f"the rehearsal ended before {kills} kills; take fewer\n{words}")
        last = start_rehearsal(config_dir, folder, port)
        if last.wait(PATIENCE_SECONDS) != 0:
            raise SystemExit(f"the last rehearsal ended with exit status {last.returncode}")
    return examine(config_dir, folder, kills)


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


def start_rehearsal(config_dir: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from scheduler.cli import main; main()", "rehearse"]
    options = ["--config", str(config_dir), "--state", str(folder / "state"), "--smtp", f"127.0.0.1:{port}"]
    with (folder / "rehearsal.log").open("wb") as log:
        return subprocess.Popen([*command, *options], stdout=log, stderr=log, cwd=REPOSITORY)


def kill_at_random(
    rehearsal: subprocess.Popen[bytes], receipts: Path, chance: random.Random, pause: threading.Event
) -> bool:
    """Kill after a random number of mails and a random moment more; False when it ended before."""
    target = len(read_receipts(receipts)) + chance.randint(0, MOST_MAILS_BETWEEN_KILLS)
    while rehearsal.poll() is None and len(read_receipts(receipts)) < target:
        pause.wait(POLL_SECONDS)
    pause.wait(chance.uniform(0, 0.02))
    if rehearsal.poll() is not None:
        return False
    rehearsal.kill()
    rehearsal.wait()
    return True


def examine(config_dir: Path, folder: Path, kills: int) -> KillReport:
    """Hold the receipts against the ledger's own account."""
    command = [sys.executable, "-c", "from scheduler.cli import main; main()", "history", "--json"]
    options = ["--config", str(config_dir), "--state", str(folder / "state")]
    output = subprocess.run([*command, *options], check=True, capture_output=True, cwd=REPOSITORY).stdout
    deliveries = json.loads(output)["deliveries"]
    receipts = read_receipts(folder / "receipts")
    arrivals = Counter(receipt.message_id for receipt in receipts)
    versions = {(receipt.message_id, receipt.sha256) for receipt in receipts}
    duplicates = tuple(sorted(message_id for message_id, count in arrivals.items() if count > 1))
    in_doubt = {row["message_id"] for row in deliveries if row["in_doubt"]}
    return KillReport(
        kills=kills,
        expected=len(deliveries),
        arrived=len(receipts),
        lost=tuple(row["key"] for row in deliveries if arrivals[row["message_id"]] == 0),
        duplicates=duplicates,
        unnamed_duplicates=tuple(message_id for message_id in duplicates if message_id not in in_doubt),
        changed_bytes=tuple(m for m, n in Counter(m for m, _ in versions).items() if n > 1),
        in_doubt=len(in_doubt),
        unsent=sum(row["state"] != "sent" for row in deliveries),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", type=Path, default=REPOSITORY / "config")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        report = run_kills(options.config.resolve(), Path(folder), kills=options.kills, seed=options.seed)
    print(f"{report.kills} kills: {report.arrived} receipts of {report.expected} mails")
    print(f"lost {len(report.lost)}, not sent {report.unsent}, duplicates {len(report.duplicates)}", end=", ")
    print(f"of them not in doubt {len(report.unnamed_duplicates)}, with other bytes {len(report.changed_bytes)}")
    print(f"rows in doubt {report.in_doubt}")
    sys.exit(0 if report.is_right else 1)


if __name__ == "__main__":
    main()
