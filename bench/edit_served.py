"""How long after an edit is saved a running service serves it: the shipped plan, saved in place and by replacing it.

IO: starts ``scheduler run`` on a copy of the shipped configuration; each edit moves a visit by a day. The clock runs
from the end of the save until a client that asks with the tag it has gets the new day. Edits fall at any time between
two looks of the service.
"""

from __future__ import annotations

import argparse
import random
import shutil
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import httpx
from measure import Target, judge_targets

from tests.acceptance.clients.service import run_service
from tests.acceptance.commandline import SHIPPED_CONFIG

PLAN = "kiem-tra-2024"
PROMISED_SECONDS = 2
PATIENCE_SECONDS = 30
ASK_EVERY_SECONDS = 0.005


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=8, help="of each way to save")
    arguments = parser.parse_args()
    with TemporaryDirectory() as name:
        config = Path(name) / "config"
        shutil.copytree(SHIPPED_CONFIG, config)
        with (
            run_service(config, Path(name) / "ledger.sqlite3") as address,
            httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
        ):
            times = measure(client, config / "plans" / f"{PLAN}.yaml", arguments.edits)
    for way, taken in times.items():
        print(f"{way:20} {median(taken):.2f} s ({min(taken):.2f}-{max(taken):.2f}), {len(taken)} edits")
    return judge_targets(
        tuple(
            Target(f"{way}, seconds of the slowest edit", max(taken), PROMISED_SECONDS) for way, taken in times.items()
        )
    )


def measure(client: httpx.Client, plan_file: Path, edits: int) -> dict[str, list[float]]:
    """Return the seconds of each edit, by the way it was saved."""
    ways: dict[str, Callable[[Path, str], None]] = {"saved in place": save_in_place, "saved by replacing": replace}
    text = plan_file.read_text("utf-8")
    if text.count("date: 2024-05-20") != 1:
        raise SystemExit(f"{plan_file} has not the one visit on 2024-05-20 that is moved")
    days = cycle(("2024-05-21", "2024-05-20"))
    times: dict[str, list[float]] = {}
    for _ in range(edits):
        for way, save in ways.items():
            day = next(days)
            etag = client.get(f"/feeds/{PLAN}.ics").headers["etag"]
            time.sleep(random.uniform(0, 1))
            save(plan_file, text.replace("date: 2024-05-20", f"date: {day}"))
            times.setdefault(way, []).append(await_day(client, etag, day))
    return times


def await_day(client: httpx.Client, etag: str, day: str) -> float:
    """Return the seconds until something new is served, which must have the visit on ``day``."""
    started = time.perf_counter()
    while (answer := client.get(f"/feeds/{PLAN}.ics", headers={"if-none-match": etag})).status_code == 304:
        if time.perf_counter() - started > PATIENCE_SECONDS:
            raise SystemExit(f"an edit was not served within {PATIENCE_SECONDS} seconds")
        time.sleep(ASK_EVERY_SECONDS)
    taken = time.perf_counter() - started
    if f"DTSTART;TZID=Asia/Ho_Chi_Minh:{day.replace('-', '')}T070000" not in answer.text:
        raise SystemExit(f"what is served after the edit has no visit on {day}")
    return taken


def save_in_place(plan_file: Path, text: str) -> None:
    plan_file.write_text(text, "utf-8")


def replace(plan_file: Path, text: str) -> None:
    """Save as most editors do."""
    new = plan_file.with_name(f".{plan_file.name}.new")
    new.write_text(text, "utf-8")
    new.replace(plan_file)


if __name__ == "__main__":
    raise SystemExit(main())
