"""kill -9 of a running rehearsal of the shipped plan at random moments, continued each time from its ``--state``.

Run as ``python -m tests.soak.rehearsal_kills [--kills N] [--seed N]``. Exit status 1 when a mail was lost, a duplicate
has another Message-ID or other bytes, or does not stand ``in_doubt`` in ``scheduler history``.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from tests.soak.kills import REPOSITORY, count_receipts, relay
from tests.soak.receipt_server import read_receipts

MOST_MAILS_BETWEEN_KILLS = 14
PATIENCE_SECONDS = 120.0

_SCHEDULER = (sys.executable, "-c", "from scheduler.cli import main; main()")


def start_rehearsal(folder: Path, port: int) -> subprocess.Popen[bytes]:
    options = ["--config", str(REPOSITORY / "config"), "--state", str(folder / "state"), "--smtp", f"127.0.0.1:{port}"]
    with (folder / "rehearsal.log").open("wb") as log:
        return subprocess.Popen([*_SCHEDULER, "rehearse", *options], stdout=log, stderr=log, cwd=REPOSITORY)


def kill_at_random(rehearsal: subprocess.Popen[bytes], receipts: Path, chance: random.Random) -> bool:
    """Kill after a random number of mails and a random moment more; False when it ended before."""
    pause = threading.Event()
    target = count_receipts(receipts) + chance.randint(0, MOST_MAILS_BETWEEN_KILLS)
    while rehearsal.poll() is None and count_receipts(receipts) < target:
        pause.wait(0.002)
    pause.wait(chance.uniform(0, 0.02))
    if rehearsal.poll() is not None:
        return False
    rehearsal.kill()
    rehearsal.wait()
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        folder = Path(name)
        receipts = folder / "receipts"
        with relay(receipts) as port:
            for number in range(options.kills):
                if not kill_at_random(start_rehearsal(folder, port), receipts, chance):
                    sys.exit(f"ended after {number} kills\n{(folder / 'rehearsal.log').read_text(encoding='utf-8')}")
            if start_rehearsal(folder, port).wait(PATIENCE_SECONDS) != 0:
                sys.exit(f"the last one failed\n{(folder / 'rehearsal.log').read_text(encoding='utf-8')}")
        history = [
            *_SCHEDULER,
            "history",
            "--json",
            "--config",
            str(REPOSITORY / "config"),
            "--state",
            f"{folder}/state",
        ]
        rows = json.loads(subprocess.run(history, check=True, capture_output=True, cwd=REPOSITORY).stdout)["deliveries"]
        arrived = read_receipts(receipts)
    arrivals = Counter(receipt.message_id for receipt in arrived)
    contents = Counter(message_id for message_id, _ in {(r.message_id, r.sha256) for r in arrived})
    in_doubt = {row["message_id"] for row in rows if row["in_doubt"]}
    lost = [row["key"] for row in rows if not arrivals[row["message_id"]]]
    twice = [message_id for message_id, count in arrivals.items() if count > 1]
    unnamed = [message_id for message_id in twice if message_id not in in_doubt]
    changed = [message_id for message_id, count in contents.items() if count > 1]
    unsent = sum(row["state"] != "sent" for row in rows)
    print(f"{options.kills} kills: {len(arrived)} receipts of {len(rows)} mails; lost {len(lost)}, not sent {unsent}")
    print(f"duplicates {len(twice)}, not in doubt {len(unnamed)}, with other bytes {len(changed)}", end="; ")
    print(f"rows in doubt {len(in_doubt)}")
    for row in rows:
        if row["state"] != "sent":
            print(f"not sent: {row['key']} {row['state']}")
    sys.exit(1 if lost or unnamed or changed or unsent else 0)


if __name__ == "__main__":
    main()
