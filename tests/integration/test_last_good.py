"""The last good configuration beside the ledger: kept whole, started from when the configuration itself is wrong."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scheduler.errors import ConfigError, Problem, SchedulerError
from scheduler.last_good import (
    find_last_good,
    guess_ledger_url,
    keep_last_good,
    list_plans_kept,
    load_or_last_good,
    read_withdrawn,
)
from scheduler.model import PlanStatus
from scheduler.planfile.folder import read_files
from scheduler.snapshot import WithdrawnPlan
from tests.samples import make_contacts, make_plan


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "config"
    (config / "plans").mkdir(parents=True)
    (config / "templates" / "email").mkdir(parents=True)
    (config / "settings.yaml").write_bytes(b"right\r\n")
    (config / "plans" / "a.yaml").write_text("kế hoạch\n", encoding="utf-8")
    (config / "templates" / "email" / "visit-eve.txt").write_text("xin chào\n", encoding="utf-8")
    return config


def load(folder: Path) -> str:
    text = (folder / "settings.yaml").read_text(encoding="utf-8").strip()
    if text != "right":
        raise ConfigError((Problem(f"{folder.name}/settings.yaml", 1, 1, f"'{text}' is wrong"),))
    return text


def list_contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.content for file in read_files(folder).files}


def test_a_right_configuration_is_started_from_and_nothing_is_amiss(config: Path, tmp_path: Path) -> None:
    started = load_or_last_good(config, tmp_path / "var", load)
    assert (started.reading.value, started.problems) == ("right", ())
    assert started.seen == started.reading.files


def test_a_wrong_one_leaves_the_last_good_running_across_a_restart_and_says_what_is_wrong(
    config: Path, tmp_path: Path
) -> None:
    state = tmp_path / "var"
    before = list_contents(config)
    keep_last_good(state, read_files(config))
    (config / "settings.yaml").write_text("wrong\n", encoding="utf-8")
    (config / "plans" / "a.yaml").unlink()
    started = load_or_last_good(config, state, load)
    assert started.reading.value == "right"
    assert {file.name: file.content for file in started.reading.files.files} == before
    assert started.problems == (Problem("config/settings.yaml", 1, 1, "'wrong' is wrong"),)
    assert started.seen == read_files(config)


def test_a_folder_that_is_missing_altogether_leaves_the_last_good_running(config: Path, tmp_path: Path) -> None:
    keep_last_good(tmp_path / "var", read_files(config))
    config.rename(tmp_path / "away")

    def load_or_say_missing(folder: Path) -> str:
        if not folder.is_dir():
            raise ConfigError((Problem(folder.name, 0, 0, "no such folder"),))
        return load(folder)

    started = load_or_last_good(config, tmp_path / "var", load_or_say_missing)
    assert (started.reading.value, [str(p) for p in started.problems]) == ("right", ["config no such folder"])


def test_a_wrong_one_without_a_last_good_is_an_error(config: Path, tmp_path: Path) -> None:
    (config / "settings.yaml").write_text("wrong\n", encoding="utf-8")
    with pytest.raises(ConfigError) as told:
        load_or_last_good(config, tmp_path / "var", load)
    assert str(told.value) == "config/settings.yaml:1:1 'wrong' is wrong"


def test_a_last_good_that_is_refused_by_now_is_told_with_the_rest(config: Path, tmp_path: Path) -> None:
    (config / "settings.yaml").write_text("wrong\n", encoding="utf-8")
    keep_last_good(tmp_path / "var", read_files(config))
    with pytest.raises(ConfigError) as told:
        load_or_last_good(config, tmp_path / "var", load)
    assert [problem.message for problem in told.value.problems] == [
        "'wrong' is wrong",
        "the last good configuration cannot be used either; mend the configuration itself",
    ]


def test_keeping_anew_replaces_the_old_one_and_leaves_no_litter(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "var"
    keep_last_good(state, read_files(config))
    first = find_last_good(state)
    (config / "plans" / "b.yaml").write_text("mới\n", encoding="utf-8")
    keep_last_good(state, read_files(config))
    second = find_last_good(state)
    assert second is not None
    assert second != first
    assert list_contents(second) == list_contents(config)
    assert sorted(path.name for path in (state / "last-good").iterdir()) == ["current", second.name]


def test_keeping_the_same_writes_nothing(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "var"
    keep_last_good(state, read_files(config))
    first = find_last_good(state)
    keep_last_good(state, read_files(config))
    assert find_last_good(state) == first


def test_a_crash_while_keeping_leaves_the_one_before(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "var"
    keep_last_good(state, read_files(config))
    before = list_contents(config)
    # What a process that died half-way leaves: a version that nothing points to, and a link not yet moved.
    (state / "last-good" / "version-half").mkdir()
    (state / "last-good" / ".current").symlink_to("version-half")
    kept = find_last_good(state)
    assert kept is not None
    assert list_contents(kept) == before
    (config / "plans" / "b.yaml").write_text("mới\n", encoding="utf-8")
    keep_last_good(state, read_files(config))
    kept = find_last_good(state)
    assert kept is not None
    assert list_contents(kept) == list_contents(config)
    assert sorted(path.name for path in (state / "last-good").iterdir()) == ["current", kept.name]


def test_what_is_kept_is_for_the_services_user_alone(config: Path, tmp_path: Path) -> None:
    keep_last_good(tmp_path / "var", read_files(config))
    kept = find_last_good(tmp_path / "var")
    assert kept is not None
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (kept, *kept.rglob("*"))}
    assert modes == {0o700, 0o600}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_state_folder_that_may_not_be_written_is_told(config: Path, tmp_path: Path) -> None:
    tmp_path.joinpath("var").mkdir(mode=0o500)
    with pytest.raises(SchedulerError, match="last-good: the last good configuration cannot be kept: Permission"):
        keep_last_good(tmp_path / "var", read_files(config))


def test_a_file_in_the_place_of_the_state_folder_is_told(config: Path, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("", encoding="utf-8")
    with pytest.raises(SchedulerError, match="the last good configuration cannot be kept: Not a directory"):
        keep_last_good(tmp_path / "var", read_files(config))


@pytest.mark.parametrize(
    ("text", "environ", "url"),
    [
        ("ledger: {url: sqlite:///a/l.sqlite3}\nhtp: 1\n", {}, "sqlite:///a/l.sqlite3"),
        ("ledger:\n  url: sqlite:///a/l.sqlite3\n  url: x\n", {}, "sqlite:///a/l.sqlite3"),
        ("ledger: {url: a}\n", {"SCHEDULER_LEDGER__URL": "sqlite:///b"}, "sqlite:///b"),
        ("ledger: {url: }\n", {"SCHEDULER_LEDGER__URL": " "}, "sqlite:///var/ledger.sqlite3"),
        ("ledger: 'not closed\n", {}, "sqlite:///var/ledger.sqlite3"),
        ("ledger: []\n", {}, "sqlite:///var/ledger.sqlite3"),
    ],
)
def test_the_ledger_is_found_while_settings_are_wrong_elsewhere(
    config: Path, text: str, environ: dict[str, str], url: str
) -> None:
    (config / "settings.yaml").write_text(text, encoding="utf-8")
    assert guess_ledger_url(config, environ) == url
    (config / "settings.yaml").unlink()
    assert guess_ledger_url(config, {"SCHEDULER_LEDGER__URL": "sqlite:///b"}) == "sqlite:///b"


WITHDRAWN = (WithdrawnPlan(make_plan(status=PlanStatus.CANCELLED), make_contacts(), "so.example"),)


def test_plans_taken_away_are_kept_with_the_configuration_as_they_were(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "var"
    keep_last_good(state, read_files(config), WITHDRAWN)
    kept = find_last_good(state)
    assert kept is not None
    assert read_withdrawn(kept) == WITHDRAWN
    assert list_plans_kept(kept) == {"a", "plan"}
    assert stat.S_IMODE((kept / "withdrawn.json").stat().st_mode) == 0o600
    keep_last_good(state, read_files(config), WITHDRAWN)
    assert find_last_good(state) == kept
    keep_last_good(state, read_files(config))
    last = find_last_good(state)
    assert last is not None
    assert (read_withdrawn(last), last == kept) == ((), False)


def test_a_damaged_copy_of_plans_taken_away_is_told_and_replaced(config: Path, tmp_path: Path) -> None:
    state = tmp_path / "var"
    keep_last_good(state, read_files(config), WITHDRAWN)
    kept = find_last_good(state)
    assert kept is not None
    (kept / "withdrawn.json").write_text("{", encoding="utf-8")
    with pytest.raises(SchedulerError, match=r"withdrawn\.json cannot be read: .* delete it once they know"):
        read_withdrawn(kept)
    keep_last_good(state, read_files(config), WITHDRAWN)
    last = find_last_good(state)
    assert last is not None
    assert read_withdrawn(last) == WITHDRAWN
