"""`scheduler run` as a process: what it serves, that it sends what is due, how it stops, that it is alone."""

import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from scheduler.catcher import Catcher
from scheduler.clock import read_wall_clock
from tests.acceptance.commandline import SHIPPED_CONFIG, make_environment, run_command
from tests.acceptance.office import shift_plan


@contextmanager
def running_service(config: Path, *, smtp_port: int, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the service, with ``settings`` in its environment; yield its process and address once it listens."""
    settings |= {"SCHEDULER_HTTP__PORT": "0", "SCHEDULER_SMTP__PORT": str(smtp_port)}
    process = subprocess.Popen(
        [sys.executable, "-c", "from scheduler.cli import main; main()", "run"],
        cwd=config.parent,
        env=make_environment(**settings),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        for line in process.stderr:
            entry = json.loads(line)
            if entry["event"] == "listening":
                yield process, entry["url"].rstrip("/")
                break
        else:
            raise AssertionError("the service ended before it listened")
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def move_to_now(config: Path) -> None:
    """Let one visit be in 30 hours: its newest reminder of those past goes at once."""
    plan = config / "plans" / "kiem-tra-2024.yaml"
    soon = (read_wall_clock() + timedelta(hours=30)).date()
    text, count = re.subn(r"date: 2024-05-20", f"date: {soon}", plan.read_text(encoding="utf-8"))
    assert count == 1
    plan.write_text(text, encoding="utf-8")


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        content: bytes = answer.read()
    return content.decode()


def test_the_service_serves_its_feed_sends_what_is_due_and_stops_on_sigterm(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(SHIPPED_CONFIG, config)
    move_to_now(config)
    arrived: list[str] = []
    first = threading.Event()

    def note(to: str, content: bytes) -> None:
        arrived.append(to)
        first.set()

    with Catcher(None, on_message=note) as catcher, running_service(config, smtp_port=catcher.port) as (process, url):
        assert read(f"{url}/feeds/kiem-tra-2024.ics").count("BEGIN:VEVENT") == 21
        assert json.loads(read(f"{url}/healthz")) == {"alive": True}
        assert "# TYPE " in read(f"{url}/metrics")
        other = run_command("run", folder=tmp_path, SCHEDULER_HTTP__PORT="0")
        assert other.status == 1
        assert f"process {process.pid} on " in other.err
        assert first.wait(30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    every = run_command("history", "--json", folder=tmp_path).records("deliveries")
    # What follows up reports goes by the day on which this runs.
    rows = [row for row in every if row["rule"] != "digest" and not str(row["rule"]).startswith("report-overdue")]
    assert {row["state"] for row in rows if row["item"] != "son-dong"} == {"expired"}
    assert "sending" not in {row["state"] for row in every}
    assert sorted(arrived) == sorted(row["to"] for row in every if row["state"] == "sent")


def test_a_first_configuration_that_waits_for_approval_is_not_said_to_be_opening(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(SHIPPED_CONFIG, config)
    move_to_now(config)
    with running_service(config, smtp_port=1, SCHEDULER_EDITS__MAILS_AT_ONCE="1") as (_, url):
        assert "Hiện chưa có kế hoạch nào được công bố." in read(f"{url}/")
        assert read_status(f"{url}/feeds/kiem-tra-2024.ics") == 404
        waiting = re.search(r"edit (\w+) waits", run_command("status", folder=tmp_path).out)
        assert waiting is not None
        assert run_command("approve", waiting[1], folder=tmp_path).status == 0
        with (config / "holidays.yaml").open("a", encoding="utf-8") as days:
            days.write("# Saved, so that the service looks at once.\n")
        wait_until(lambda: "Sơn Động" in read(f"{url}/"))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask every twentieth of a second, for as long as a very slow machine may need."""
    pause = threading.Event()
    for _ in range(30 * 20):
        if is_so():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come true")


def read_status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            status: int = answer.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def test_an_edit_is_followed_and_a_wrong_one_leaves_the_last_good_running_across_a_restart(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(SHIPPED_CONFIG, config)
    plan = config / "plans" / "kiem-tra-2024.yaml"
    first = plan.read_text(encoding="utf-8")
    second = first.replace("date: 2024-05-20", "date: 2024-05-21")
    with running_service(config, smtp_port=1) as (_, url):
        feed = f"{url}/feeds/kiem-tra-2024.ics"
        assert "DTSTART;TZID=Asia/Ho_Chi_Minh:20240520T070000" in read(feed)
        plan.write_text(second, encoding="utf-8")
        wait_until(lambda: "DTSTART;TZID=Asia/Ho_Chi_Minh:20240521T070000" in read(feed))
        plan.write_text(second.replace("date: 2024-05-21", "date: 31/6/2024"), encoding="utf-8")
        wait_until(lambda: read_status(f"{url}/readyz") == 503)
        assert "DTSTART;TZID=Asia/Ho_Chi_Minh:20240521T070000" in read(feed)
    with running_service(config, smtp_port=1) as (_, url):
        feed = f"{url}/feeds/kiem-tra-2024.ics"
        assert "DTSTART;TZID=Asia/Ho_Chi_Minh:20240521T070000" in read(feed)
        plan.write_text(first, encoding="utf-8")
        wait_until(lambda: "DTSTART;TZID=Asia/Ho_Chi_Minh:20240520T070000" in read(feed))
        wait_until(lambda: read_status(f"{url}/readyz") == 200)
    trail = run_command("history", "--edits", "--json", folder=tmp_path).records("edits")
    changed = [row for row in trail if row["file"] == "plans/kiem-tra-2024.yaml" and row["before"]]
    assert [row["followed"].split(",")[0] for row in changed] == ["kiem-tra-2024: 2 events moved"] * 2
    assert [row["after"] for row in changed] == [second, first]


def test_a_plan_file_taken_away_is_served_as_cancelled_once_approved_and_across_a_restart(tmp_path: Path) -> None:
    config = tmp_path / "config"
    shutil.copytree(SHIPPED_CONFIG, config)
    plan, other = config / "plans" / "kiem-tra-2024.yaml", config / "plans" / "khac.yaml"
    shift_plan(plan, read_wall_clock().date() + timedelta(days=90) - date(2024, 5, 8))
    other.write_text(plan.read_text(encoding="utf-8").replace("id: kiem-tra-2024", "id: khac"), encoding="utf-8")
    with running_service(config, smtp_port=1) as (_, url):
        other.unlink()
        wait_until(lambda: "khac would be empty" in run_command("status", folder=tmp_path).out)
        assert "STATUS:CANCELLED" not in read(f"{url}/feeds/khac.ics")
        foretold = json.loads(run_command("diff", "--json", folder=tmp_path).out)
        changes = {(event["change"], event["uid"].split(".")[0]) for event in foretold["events"]}
        assert (changes, foretold["needs_approval"]) == ({("cancelled", "khac")}, True)
        waiting = re.search(r"edit ([0-9a-f]{12}) waits", run_command("status", folder=tmp_path).out)
        assert waiting is not None
        assert run_command("approve", waiting[1], folder=tmp_path).status == 0
        with (config / "holidays.yaml").open("a", encoding="utf-8") as days:
            days.write("# Saved, so that the service looks at once.\n")
        wait_until(lambda: read(f"{url}/feeds/khac.ics").count("STATUS:CANCELLED") == 21)
    with running_service(config, smtp_port=1) as (_, url):
        feed = read(f"{url}/feeds/khac.ics")
        assert (feed.count("STATUS:CANCELLED"), feed.count("SEQUENCE:1")) == (21, 21)
        assert "STATUS:CANCELLED" not in read(f"{url}/feeds/kiem-tra-2024.ics")
        assert run_command("diff", folder=tmp_path).out == "nothing changes\n"
        assert run_command("publish", "out", folder=tmp_path).status == 0
        assert (tmp_path / "out" / "feeds" / "khac.ics").read_bytes().count(b"STATUS:CANCELLED") == 21
