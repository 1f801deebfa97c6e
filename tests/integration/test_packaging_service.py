"""The systemd unit: as locked down as it claims, and accepted by systemd."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"
UNIT = PACKAGING / "scheduler.service"

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")


def run_analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60, check=False)


@needs_systemd
def test_the_unit_is_exposed_to_two_at_most() -> None:
    report = run_analyze("security", "--offline=true", "--no-pager", str(UNIT))
    found = re.search(r"Overall exposure level for scheduler\.service: (\d+\.\d)", report.stdout)
    assert found is not None, report.stderr
    assert float(found[1]) <= 2.0


@needs_systemd
def test_systemd_understands_every_line_of_the_unit_and_its_addition(tmp_path: Path) -> None:
    program = shutil.which("true")
    assert program is not None
    # The program is not installed here; all else is taken as it stands.
    text = UNIT.read_text("utf-8").replace("/opt/scheduler/bin/scheduler run", program)
    unit = tmp_path / "scheduler.service"
    unit.write_text(text, "utf-8")
    addition = tmp_path / "scheduler.service.d"
    addition.mkdir()
    shutil.copy(PACKAGING / "smtp-password.conf", addition)

    checked = run_analyze("verify", "--man=no", str(unit))

    assert [line for line in checked.stderr.splitlines() if "scheduler" in line] == []


def test_the_unit_runs_the_service_with_the_paths_that_the_readme_installs() -> None:
    lines = UNIT.read_text("utf-8").splitlines()
    wanted = {
        "ExecStart=/opt/scheduler/bin/scheduler run",
        "Environment=SCHEDULER_CONFIG=/etc/scheduler",
        "Environment=SCHEDULER_LEDGER__URL=sqlite:////var/lib/scheduler/ledger.sqlite3",
        "StateDirectory=scheduler",
        "User=scheduler",
        "Restart=on-failure",
        "TimeoutStopSec=90",
    }
    assert wanted - set(lines) == set()
