"""The configuration folder under a running watcher: each finished edit comes out once, whole, within two seconds."""

from __future__ import annotations

import os
import queue
import random
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scheduler.errors import ConfigError, Problem
from scheduler.last_good import load_or_last_good
from scheduler.planfile.folder import Reading, Refused, read_as_one
from scheduler.watching import ConfigurationWatcher

LIVE_WITHIN_SECONDS = 2.0
LONG_ENOUGH_SECONDS = 10.0

Pair = tuple[str, str]


def write(folder: Path, rules: str, contacts: str | None = None) -> None:
    (folder / "plans").mkdir(parents=True, exist_ok=True)
    (folder / "reminders.yaml").write_text(f"{rules}\n", encoding="utf-8")
    (folder / "contacts.yaml").write_text(f"{contacts or rules}\n", encoding="utf-8")


def load(folder: Path) -> Pair:
    """Load two files that must hold the same word: a mixed state is one where they differ."""
    try:
        first, second = ((folder / name).read_text(encoding="utf-8") for name in ("reminders.yaml", "contacts.yaml"))
    except OSError as error:
        raise ConfigError((Problem(str(folder), 0, 0, "missing"),)) from error
    if "wrong" in first:
        raise ConfigError((Problem("reminders.yaml", 1, 1, f"wrong: {first.strip()}"),))
    return first.strip(), second.strip()


class Heard:
    """What a watcher told, in order: a pair for a good configuration, the message for a bad one."""

    def __init__(self) -> None:
        self.told: queue.Queue[Pair | str] = queue.Queue()

    def on_good(self, reading: Reading[Pair]) -> None:
        self.told.put(reading.value)

    def on_bad(self, problems: tuple[Problem, ...]) -> None:
        self.told.put(problems[0].message)

    def next(self, within: float = LONG_ENOUGH_SECONDS) -> Pair | str:
        return self.told.get(timeout=within)


@contextmanager
def watching(folder: Path) -> Iterator[Heard]:
    """Run a watcher that knows the folder's present state; nothing may be left untold of at the end."""
    heard = Heard()
    known = load_or_last_good(folder, folder.parent / "state", load)
    watcher = ConfigurationWatcher(folder, load, heard.on_good, heard.on_bad, known=known)
    watcher.start()
    try:
        yield heard
        assert watcher.is_alive
    finally:
        watcher.stop()
    assert not watcher.is_alive
    assert heard.told.empty()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "config", "one")
    return tmp_path / "config"


def test_an_edit_is_live_within_two_seconds(folder: Path) -> None:
    with watching(folder) as heard:
        write(folder, "two")
        assert heard.next(within=LIVE_WITHIN_SECONDS) == ("two", "two")


def test_what_the_service_runs_already_and_what_is_saved_without_a_change_is_not_told(folder: Path) -> None:
    with watching(folder) as heard:
        write(folder, "one")
        (folder / "reminders.yaml").touch()
        write(folder, "two")
        assert heard.next() == ("two", "two")


def test_the_first_content_is_told_to_who_knows_nothing_yet(folder: Path) -> None:
    heard = Heard()
    watcher = ConfigurationWatcher(folder, load, heard.on_good, heard.on_bad, known=None)
    watcher.start()
    assert heard.next() == ("one", "one")
    watcher.stop()


def test_a_broken_edit_is_told_once_and_taking_it_back_is_told_as_good(folder: Path) -> None:
    with watching(folder) as heard:
        write(folder, "wrong")
        assert heard.next(within=LIVE_WITHIN_SECONDS) == "wrong: wrong"
        (folder / "reminders.yaml").touch()
        write(folder, "one")
        assert heard.next() == ("one", "one")


def test_two_files_saved_one_after_the_other_come_out_as_one(folder: Path) -> None:
    with watching(folder) as heard:
        (folder / "reminders.yaml").write_text("two\n", encoding="utf-8")
        (folder / "contacts.yaml").write_text("two\n", encoding="utf-8")
        assert heard.next() == ("two", "two")


def test_a_file_without_a_line_end_is_waited_for(folder: Path) -> None:
    write(folder, "one", "one")
    with watching(folder) as heard, (folder / "reminders.yaml").open("w", encoding="utf-8") as file:
        file.write("tw")
        file.flush()
        # As long as an edit rests before it counts as done; the second half comes later than that.
        pause(0.4)
        file.write("o\n")
        file.close()
        (folder / "contacts.yaml").write_text("two\n", encoding="utf-8")
        assert heard.next() == ("two", "two")


@pytest.mark.skipif(os.geteuid() != 0, reason="asks who has a file open, which a file's owner and root may")
def test_a_file_still_open_for_writing_is_waited_for_though_its_lines_end(folder: Path) -> None:
    with watching(folder) as heard:
        with (folder / "reminders.yaml").open("w", encoding="utf-8") as file:
            file.write("two\n")
            file.flush()
            pause(1.3)
            assert heard.told.empty()
            (folder / "contacts.yaml").write_text("two\n", encoding="utf-8")
        assert heard.next() == ("two", "two")


def test_what_editors_leave_beside_the_files_is_no_edit(folder: Path) -> None:
    with watching(folder) as heard:
        for name in (".reminders.yaml.swp", "reminders.yaml~", "4913", "#reminders.yaml#", "plans/.x.yaml"):
            (folder / name).write_text("wrong", encoding="utf-8")
        (folder / "plans/.#x.yaml").symlink_to("user@host.1234")
        write(folder, "two")
        assert heard.next() == ("two", "two")


def test_a_file_replaced_by_renaming_is_an_edit(folder: Path) -> None:
    with watching(folder) as heard:
        (folder / "reminders.yaml").rename(folder / "reminders.yaml~")
        (folder / "new").write_text("wrong as ever\n", encoding="utf-8")
        (folder / "new").rename(folder / "reminders.yaml")
        assert heard.next(within=LIVE_WITHIN_SECONDS) == "wrong: wrong as ever"


def test_a_link_swapped_by_a_cluster_is_an_edit(tmp_path: Path) -> None:
    mounted = tmp_path / "config"
    write(mounted / "..version-1", "one")
    (mounted / "..data").symlink_to("..version-1")
    for name in ("reminders.yaml", "contacts.yaml", "plans"):
        (mounted / name).symlink_to(f"..data/{name}")
    with watching(mounted) as heard:
        write(mounted / "..version-2", "two")
        (mounted / "..new").symlink_to("..version-2")
        (mounted / "..new").rename(mounted / "..data")
        shutil.rmtree(mounted / "..version-1")
        assert heard.next(within=LIVE_WITHIN_SECONDS) == ("two", "two")


def test_a_folder_that_is_itself_a_link_is_followed_to_another_and_watched_there(tmp_path: Path) -> None:
    write(tmp_path / "a", "one")
    write(tmp_path / "b", "two")
    config = tmp_path / "config"
    config.symlink_to("a")
    with watching(config) as heard:
        (tmp_path / "new").symlink_to("b")
        (tmp_path / "new").rename(config)
        assert heard.next(within=LIVE_WITHIN_SECONDS + 1) == ("two", "two")
        write(tmp_path / "b", "three")
        assert heard.next(within=LIVE_WITHIN_SECONDS) == ("three", "three")


def test_a_folder_that_is_away_for_a_moment_is_nothing_and_edits_in_it_are_seen_again(folder: Path) -> None:
    with watching(folder) as heard:
        folder.rename(folder.with_name("away"))
        pause(1.0)
        folder.with_name("away").rename(folder)
        pause(1.5)
        assert heard.told.empty()
        write(folder, "two")
        assert heard.next() == ("two", "two")


def test_a_folder_that_stays_away_is_told_and_another_in_its_place_too(folder: Path) -> None:
    with watching(folder) as heard:
        folder.rename(folder.with_name("away"))
        assert heard.next() == "missing"
        write(folder, "two")
        assert heard.next() == ("two", "two")


def test_a_failure_in_applying_does_not_end_the_watch_and_is_tried_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.watching.RETRY_SECONDS", 0.05)
    heard, failures = Heard(), [OSError("disk full"), OSError("disk full")]

    def apply(reading: Reading[Pair]) -> None:
        if failures:
            raise failures.pop()
        heard.on_good(reading)

    watcher = ConfigurationWatcher(folder, load, apply, heard.on_bad, known=None)
    watcher.start()
    assert heard.next() == ("one", "one")
    watcher.stop()
    assert failures == []


def test_what_was_wrong_outside_the_folder_is_tried_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.watching.TRY_REFUSED_EVERY_SECONDS", 0.1)
    password = folder.parent / "password"
    heard = Heard()

    def load_with_password(config_dir: Path) -> Pair:
        if not password.exists():
            raise ConfigError((Problem("settings.yaml", 1, 1, "no password"),))
        return load(config_dir)

    watcher = ConfigurationWatcher(folder, load_with_password, heard.on_good, heard.on_bad, known=None)
    watcher.start()
    assert heard.next() == "no password"
    password.touch()
    assert heard.next() == ("one", "one")
    watcher.stop()
    assert heard.told.empty()


def test_a_reading_is_never_mixed_while_files_change_under_it(folder: Path) -> None:
    stop = threading.Event()

    def rewrite() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            write(folder, f"state {number}", f"state {number}")
            stop.wait(0.02)

    writer = threading.Thread(target=rewrite)
    writer.start()
    try:
        readings = [read_as_one(folder, load) for _ in range(40)]
    finally:
        stop.set()
        writer.join()
    files = [{file.name: file.content for file in reading.files.files} for reading in readings]
    for reading, read in zip(readings, files, strict=True):
        assert isinstance(reading, Reading | Refused)
        if isinstance(reading, Reading):
            assert reading.value == tuple(read[n].decode().strip() for n in ("reminders.yaml", "contacts.yaml"))


def test_of_many_rewrites_half_of_them_in_two_parts_no_mixed_state_comes_out(folder: Path) -> None:
    choice = random.Random(1)
    heard = Heard()
    watcher = ConfigurationWatcher(folder, load, heard.on_good, heard.on_bad, known=None)
    watcher.start()
    for number in range(24):
        word = f"wrong {number}" if number % 3 == 1 else f"state {number}"
        for name in ("reminders.yaml", "contacts.yaml"):
            with (folder / name).open("w", encoding="utf-8") as file:
                if choice.random() < 0.5:
                    file.write(word[: len(word) // 2])
                    file.flush()
                    pause(choice.random() * 0.1)
                    file.seek(0)
                file.write(f"{word}\n")
        pause(choice.choice((0.0, 0.0, 0.1, 0.5)))
    write(folder, "last")
    told: list[Pair | str] = []
    while not told or told[-1] != ("last", "last"):
        told.append(heard.next())
    watcher.stop()
    assert [pair for pair in told if isinstance(pair, tuple) and pair[0] != pair[1]] == []
    assert len(told) == len(set(told))


def pause(seconds: float) -> None:
    """Let time pass for a writer that is slow: what is tested is that nothing is told meanwhile."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        threading.Event().wait(left)
