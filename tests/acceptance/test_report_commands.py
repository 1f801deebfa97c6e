"""scheduler report: what the office records of reports, beside a service or without one."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.commandline import SHIPPED_CONFIG, Ran, run_command

STATE = ["--config", str(SHIPPED_CONFIG), "--state", "state"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the ledger of a rehearsal that ended before the first reminder."""
    made = tmp_path_factory.mktemp("reports")
    span = ["--from", "2024-04-24T00:00+07:00", "--to", "2024-04-24T09:00+07:00"]
    assert run_command("rehearse", *STATE, *span, folder=made).status == 0
    return made


def report(folder: Path, *arguments: str) -> Ran:
    return run_command("report", *arguments, *STATE, folder=folder)


def list_states(folder: Path) -> dict[str, str]:
    return {row["unit"]: row["state"] for row in report(folder, "list", "--json").records("reports")}


def count_skipped(folder: Path, unit: str) -> int:
    rows = run_command("history", "--json", *STATE, folder=folder).records("deliveries")
    return Counter(row["state"] for row in rows if (row["item"], row["unit"]) == ("bao-cao", unit))["skipped"]


def test_a_report_is_received_taken_back_and_excused(folder: Path) -> None:
    ran = report(folder, "received", "huyện Sơn Động", "--on", "9/5/2024")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "Sơn Động: report bao-cao of plan kiem-tra-2024 is received on 09/05/2024\n"
    assert (list_states(folder)["son-dong"], count_skipped(folder, "son-dong")) == ("received", 8)
    again = report(folder, "received", "son-dong", "--on", "2024-05-09")
    assert again.out.endswith("(was recorded before; nothing changes)\n")
    assert report(folder, "received", "SON DONG", "--on", "2024-05-10").out.endswith(
        "is received late on 10/05/2024 (its last day was 09/05/2024)\n"
    )
    assert list_states(folder)["son-dong"] == "late"
    assert report(folder, "take-back", "son-dong").status == 0
    assert list_states(folder)["son-dong"] == "owed"
    assert report(folder, "excused", "Sơn Động", "--report", "bao-cao", "--plan", "kiem-tra-2024").status == 0
    assert list_states(folder)["son-dong"] == "excused"
    assert Counter(list_states(folder).values()) == {"owed": 8, "excused": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["received", "Sơn Độg"], "there is no unit 'Sơn Độg'; did you mean 'Sơn Động'"),
        (["received", "Hiệp Hòa"], "Hiệp Hòa (hiep-hoa) owes no report of plan kiem-tra-2024; it is owed by "),
        (["received", "son-dong", "--on", "2999-05-10"], "is not within the years 1900 to 2200"),
        (["received", "son-dong", "--on", "2199-05-10"], "--on 2199-05-10 is in the future"),
        (["received", "son-dong", "--on", "31/4/2024"], "'31/4/2024' is not a date; use YYYY-MM-DD"),
        (["excused", "son-dong", "--report", "bao-cap"], "there is no report 'bao-cap'; did you mean 'bao-cao'"),
        (["take-back", "son-dong", "--plan", "2024"], "there is no plan '2024'"),
        (["list", "--plan", "2024"], "--plan '2024': there is no such plan; plans: kiem-tra-2024"),
    ],
)
def test_a_wrong_report_command_says_what_is_wrong(folder: Path, arguments: list[str], words: str) -> None:
    ran = report(folder, *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


def test_retry_of_a_reminder_whose_report_is_in_names_the_way(folder: Path) -> None:
    assert report(folder, "received", "yen-the", "--on", "2024-05-01").status == 0
    rows = run_command("history", "--json", *STATE, folder=folder).records("deliveries")
    held = next(row for row in rows if (row["unit"], row["state"]) == ("yen-the", "skipped"))
    ran = run_command("retry", str(held["id"]), *STATE, folder=folder)
    assert (ran.status, "scheduler report take-back" in ran.err) == (2, True)


def test_the_list_as_text_names_each_unit_and_counts(folder: Path) -> None:
    ran = report(folder, "list")
    assert "Lục Nam (luc-nam)" in ran.out
    assert ran.out.rstrip().splitlines()[-1].startswith(("7 owed", "8 owed"))


def test_a_report_is_recorded_before_the_service_has_ever_run(tmp_path: Path) -> None:
    config = ["--config", str(SHIPPED_CONFIG)]
    assert run_command("report", "received", "son-dong", *config, folder=tmp_path).status == 0
    rows = run_command("report", "list", "--json", *config, folder=tmp_path).records("reports")
    assert rows[0]["unit"] == "son-dong"
    assert rows[0]["state"] == "late"
