"""retry, skip, pause, resume, backup: the commands an operator has beside a running service."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.commandline import SHIPPED_CONFIG, run_command

STATE = ["--config", str(SHIPPED_CONFIG), "--state", "state"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the ledger of a rehearsal that ended before most of its mails."""
    made = tmp_path_factory.mktemp("operating")
    span = ["--from", "2024-04-24T00:00+07:00", "--to", "2024-04-25T09:00+07:00"]
    assert run_command("rehearse", *STATE, *span, folder=made).status == 0
    return made


def find_row(folder: Path, delivery_id: str) -> dict[str, str]:
    rows = run_command("history", "--json", *STATE, folder=folder).records("deliveries")
    return next(row for row in rows if str(row["id"]) == delivery_id)


def find_id(folder: Path, state: str) -> str:
    rows = run_command("history", "--json", *STATE, folder=folder).records("deliveries")
    return str(next(row["id"] for row in rows if row["state"] == state))


def test_skip_says_no_for_good(folder: Path) -> None:
    id_ = find_id(folder, "planned")
    ran = run_command("skip", id_, "--reason", "told by telephone", *STATE, folder=folder)
    assert ran.status == 0, ran.err
    row = find_row(folder, id_)
    assert (row["state"], row["detail"]) == ("skipped", "told by telephone")
    again = run_command("skip", id_, *STATE, folder=folder)
    assert (again.status, "is skipped already; there is nothing to skip" in again.err) == (2, True)


def test_retry_refuses_what_was_sent_with_the_reason(folder: Path) -> None:
    ran = run_command("retry", find_id(folder, "sent"), *STATE, folder=folder)
    assert ran.status == 2
    assert "was sent; the server took it, and a second copy would be a duplicate" in ran.err


def test_retry_of_a_delivery_that_is_not_there_names_the_command_that_lists_them(folder: Path) -> None:
    ran = run_command("retry", "999999", *STATE, folder=folder)
    assert (ran.status, ran.err) == (2, "there is no delivery 999999; see: scheduler history\n")


def test_pause_and_resume_say_what_stands(folder: Path) -> None:
    assert run_command("pause", "Tết", *STATE, folder=folder).status == 0
    resumed = run_command("resume", *STATE, folder=folder)
    assert resumed.status == 0
    assert resumed.out.startswith("resumed; it was paused since ")
    assert resumed.out.endswith(": Tết\n")
    assert run_command("resume", *STATE, folder=folder).out == "nothing was paused\n"


def test_backup_is_a_ledger_of_its_own(folder: Path) -> None:
    ran = run_command("backup", "copies/ledger.sqlite3", *STATE, folder=folder)
    assert ran.status == 0, ran.err
    copy = folder / "copies" / "ledger.sqlite3"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        states = dict(connection.execute("SELECT state, count(*) FROM deliveries GROUP BY state"))
    assert states["sent"] == 18


def test_history_of_one_delivery_shows_every_attempt(folder: Path) -> None:
    id_ = find_id(folder, "sent")
    ran = run_command("history", id_, *STATE, folder=folder)
    assert ran.status == 0, ran.err
    assert "250 2.0.0 stored" in ran.out
    attempts = find_row(folder, id_)["tries"]
    assert [(attempt["number"], attempt["outcome"]) for attempt in attempts] == [(1, "sent")]


def test_a_command_without_a_ledger_says_that_the_service_makes_it(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    ran = run_command("pause", *STATE, folder=tmp_path)
    assert ran.status == 1
    assert "there is no ledger yet; the service makes it when it first runs" in ran.err
