"""A running service under every wrong edit of test_wrong_edits.py, one after the other, with what it says of each.

Run as ``python -m tests.soak.wrong_edits [--every N]``. Beside the shipped plan there is one of next year, whose
reminders are still to come. Exit status 1 when a message is not the expected one, a row of the ledger changed, or a
mail went.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from scheduler.catcher import Catcher
from scheduler.planfile import plan_to_yaml
from tests.acceptance.commandline import SHIPPED_CONFIG
from tests.acceptance.test_wrong_edits import WRONG, Slip, make_edits
from tests.soak.rewrites import PATIENCE_SECONDS, make_first, pause, running

_TO_COME = 120  # twenty visits, six reminders each


@dataclass(slots=True)
class Findings:
    """What the service said of each edit, what was still to come, and what was wrong."""

    said: list[str] = field(default_factory=list)
    to_come: int = 0
    mails: int = 0
    wrong: list[str] = field(default_factory=list)


def follow(folder: Path, slips: tuple[Slip, ...]) -> Findings:
    """Run the service and make each edit on the configuration as it was shipped; ``folder`` is empty."""
    findings = Findings()
    shutil.copytree(SHIPPED_CONFIG, folder / "config")
    (plan,), contacts, _ = make_first(20)
    text = plan_to_yaml(replace(plan, id="nam-sau", teams=(replace(plan.teams[0], members=()),)))
    (folder / "config/plans/nam-sau.yaml").write_text(text, encoding="utf-8")
    rows = [f"{c.id}-sau,{c.name},{c.email},{c.of},nam-sau" for c in contacts if c.id != "truong-doan"]
    (folder / "config/contacts.csv").write_text("\n".join(("id,name,email,of,plans", *rows, "")), encoding="utf-8")
    shutil.copytree(folder / "config", folder / "kept")
    with Catcher(None) as catcher, running(folder, SCHEDULER_SMTP__PORT=str(catcher.port)):
        before = read_rows(folder)
        while (later := read_rows(folder)) != before or sum("planned" in row for row in later) != _TO_COME:
            # The first tick still expires what is past of the shipped plan.
            pause(0.2)
            before = later
        findings.to_come = sum("planned" in row for row in before)
        for edits, said in slips:
            if said.startswith("http.port"):
                # The port of this service is given in its environment, which wins over the file.
                continue
            shutil.copytree(folder / "kept", folder / "edited", dirs_exist_ok=True)
            place = make_edits(folder / "edited", edits)
            # The last edit is taken back with the same save.
            for path in (folder / "edited").rglob("*.yaml"):
                saved = folder / "config" / path.relative_to(folder / "edited")
                if saved.read_bytes() != path.read_bytes():
                    shutil.copyfile(path, saved)
            expected = f"{place} {said}"
            findings.said.append(expected)
            if not wait_for(folder / "log", expected):
                findings.wrong.append(f"not said: {expected}")
        if read_rows(folder) != before:
            findings.wrong.append("the ledger's rows changed")
        findings.mails = catcher.messages
    return findings


def wait_for(log: Path, said: str) -> bool:
    """Wait until the service has told of a problem in its log; it may know more templates than the test does."""
    said = said.partition("; known: ")[0]
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        for line in reversed(log.read_text(encoding="utf-8").splitlines()):
            if str(json.loads(line).get("problem", "")).startswith(said):
                return True
        pause(0.05)
    return False


def read_rows(folder: Path) -> list[tuple[object, ...]]:
    """Return every row of the deliveries and events."""
    path = folder / "var/ledger.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as ledger:
        return [row for table in ("deliveries", "events") for row in ledger.execute(f"SELECT * FROM {table}")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="make only every Nth edit (default 1: all)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wrong-edits-") as folder:
        found = follow(Path(folder), WRONG[:: options.every])
    print("\n".join(found.said))
    print(f"{len(found.said)} wrong edits; {found.to_come} reminders to come, all as before; {found.mails} mails")
    print("\n".join(found.wrong) or "each told as expected")
    sys.exit(1 if found.wrong or found.mails else 0)


if __name__ == "__main__":
    main()
