"""Runs the real command in a process of its own, as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SHIPPED_CONFIG = REPOSITORY / "config"
SAMPLE = REPOSITORY / "examples" / "ke-hoach-kiem-tra-2024.txt"

Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Record:
        value: Record = json.loads(self.out)
        return value

    def records(self, name: str) -> list[dict[str, str]]:
        """Return the list called ``name`` in the JSON that was printed."""
        rows = self.json[name]
        assert isinstance(rows, list)
        return rows


def make_environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of the scheduler, and with those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCHEDULER_")}
    return {**kept, **settings}


def run_command(*arguments: str | Path, folder: Path, **settings: str) -> Ran:
    """Run ``scheduler ARGUMENTS`` in ``folder`` to its end."""
    command = [sys.executable, "-c", "from scheduler.cli import main; main()", *map(str, arguments)]
    ended = subprocess.run(
        command, cwd=folder, env=make_environment(**settings), capture_output=True, text=True, timeout=120, check=False
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)
