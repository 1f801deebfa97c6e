"""`scheduler token` and `scheduler publish` beside a running service."""

import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from icalendar import Calendar

from tests.acceptance.clients.service import run_service
from tests.acceptance.commandline import SHIPPED_CONFIG, run_command

PROMISED_SECONDS = 2


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def wait_until(condition: Callable[[], bool]) -> float:
    """Return after how many seconds ``condition`` held; fails after ten."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < 10
    return time.monotonic() - started


def test_a_running_service_sees_a_token_given_out_and_revoked_within_two_seconds(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config")
    ledger = tmp_path / "ledger.sqlite3"
    with run_service(tmp_path / "config", ledger) as address:
        settings = {"SCHEDULER_LEDGER__URL": f"sqlite:///{ledger}", "SCHEDULER_PUBLIC_URL": address}
        given = run_command("token", "add", "unit-son-dong", "--holder", "Phòng A", "--device", "máy bàn", "--json",
                            folder=tmp_path, **settings)  # fmt: skip
        assert given.status == 0, given.err
        url = str(given.json["url"])
        assert wait_until(lambda: get(url)[0] == 200) < PROMISED_SECONDS
        content = get(url)[1]
        assert {str(event["UID"]).split("@")[0] for event in Calendar.from_ical(content).events} == {
            "kiem-tra-2024.bao-cao.deadline",
            "kiem-tra-2024.son-dong.1.morning",
            "kiem-tra-2024.son-dong.1.afternoon",
        }
        assert b"truong-doan@so-ldtbxh.example" in content
        assert get(url.replace("unit-son-dong", "plan"))[0] == 404

        revoked = run_command("token", "revoke", "1", folder=tmp_path, **settings)
        assert (revoked.status, revoked.out) == (0, "token 1: revoked\n")
        assert wait_until(lambda: get(url)[0] == 404) < PROMISED_SECONDS

    (listed,) = run_command("token", "list", "--json", folder=tmp_path, **settings).records("tokens")
    assert (listed["holder"], listed["device"], listed["state"]) == ("Phòng A", "máy bàn", "revoked")
    assert listed["last_used_at"] is not None
    assert url.split("/")[5] not in ledger.read_bytes().decode("latin-1")


def test_a_token_for_a_feed_that_is_not_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config")
    refused = run_command("token", "add", "unit-nowhere", "--holder", "A", "--device", "B", folder=tmp_path)
    assert refused.status == 2
    assert "there is no feed 'unit-nowhere' in plan kiem-tra-2024; feeds: plan, deadlines, unit-son-dong" in refused.err
    unnamed = run_command("token", "add", "plan", "--holder", "", "--device", "B", folder=tmp_path)
    assert unnamed.status == 2
    assert run_command("token", "list", "--json", folder=tmp_path).json == {"tokens": []}
    assert run_command("token", "revoke", "1", folder=tmp_path).status == 1


def test_published_files_are_the_feeds_that_the_service_serves(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config")
    ledger = tmp_path / "ledger.sqlite3"
    public_url = "https://lich.so-ldtbxh.example"
    (tmp_path / "config" / "settings.yaml").write_text(
        (SHIPPED_CONFIG / "settings.yaml").read_text("utf-8").replace("public_url:", f"public_url: {public_url}", 1),
        "utf-8",
    )
    with run_service(tmp_path / "config", ledger) as address:
        ran = run_command("publish", "site", folder=tmp_path, SCHEDULER_LEDGER__URL=f"sqlite:///{ledger}")
        assert (ran.status, ran.err) == (0, "")
        files = sorted((tmp_path / "site").rglob("*.ics"))
        assert len(files) == 33
        assert len(Calendar.from_ical((tmp_path / "site/feeds/kiem-tra-2024.ics").read_bytes()).events) == 21
        for file in files:
            assert get(f"{address}/{file.relative_to(tmp_path / 'site').as_posix()}") == (200, file.read_bytes())
    again = run_command("publish", "site", folder=tmp_path, SCHEDULER_LEDGER__URL=f"sqlite:///{ledger}")
    assert again.out == "site: 0 written, 33 unchanged, 0 removed\n"
