"""Feeds as files: what is written, what is left alone, and that a reader never sees half of one."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.errors import SchedulerError
from scheduler.publishing import write_feeds
from scheduler.web.feeds import Feed

AT = datetime(2024, 5, 1, 1, 0, tzinfo=UTC)


def make_feed(path: str = "/feeds/a.ics", body: bytes = b"one", *, public: bool = True) -> Feed:
    return Feed(path, body, AT, public)


def list_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_public_and_private_feeds_stand_apart_each_as_old_as_its_last_change(tmp_path: Path) -> None:
    written = write_feeds(tmp_path, [make_feed(), make_feed("/feeds/p/unit-x.ics", b"two", public=False)])
    assert written.written == ("feeds/a.ics", "private/p/unit-x.ics")
    assert list_files(tmp_path) == {"feeds/a.ics", "private/p/unit-x.ics", ".published-feeds"}
    public, private = tmp_path / "feeds" / "a.ics", tmp_path / "private" / "p" / "unit-x.ics"
    assert (public.read_bytes(), private.read_bytes()) == (b"one", b"two")
    assert [path.stat().st_mtime for path in (public, private)] == [AT.timestamp()] * 2
    assert [path.stat().st_mode & 0o777 for path in (public, private)] == [0o644, 0o640]


def test_what_did_not_change_is_not_touched_and_what_did_is_newer(tmp_path: Path) -> None:
    write_feeds(tmp_path, [make_feed(), make_feed("/feeds/b.ics")])
    before = {name: (tmp_path / "feeds" / name).stat() for name in ("a.ics", "b.ics")}
    written = write_feeds(tmp_path, [make_feed(), make_feed("/feeds/b.ics", b"two")])
    after = {name: (tmp_path / "feeds" / name).stat() for name in ("a.ics", "b.ics")}
    assert (written.written, written.unchanged) == (("feeds/b.ics",), ("feeds/a.ics",))
    assert (after["a.ics"].st_ino, after["a.ics"].st_mtime) == (before["a.ics"].st_ino, before["a.ics"].st_mtime)
    assert after["b.ics"].st_mtime == before["b.ics"].st_mtime + 1


def test_a_feed_that_is_public_no_longer_is_removed_and_a_file_of_others_stays(tmp_path: Path) -> None:
    write_feeds(tmp_path, [make_feed(), make_feed("/feeds/b.ics"), make_feed("/feeds/c.ics", public=False)])
    (tmp_path / "feeds" / "other.ics").write_bytes(b"not ours")
    written = write_feeds(tmp_path, [make_feed()])
    assert written.removed == ("feeds/b.ics", "private/c.ics")
    assert list_files(tmp_path) == {"feeds/a.ics", "feeds/other.ics", ".published-feeds"}


def test_a_listing_that_leads_elsewhere_removes_nothing(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    outside = tmp_path / "outside.ics"
    outside.write_bytes(b"x")
    (tmp_path / "site" / ".published-feeds").write_text(f"../outside.ics\n{outside}\nindex.html\n", "utf-8")
    (tmp_path / "site" / "index.html").write_text("x", "utf-8")
    assert write_feeds(tmp_path / "site", [make_feed()]).removed == ()
    assert list_files(tmp_path) == {"outside.ics", "site/index.html", "site/feeds/a.ics", "site/.published-feeds"}


def test_a_run_that_was_cut_short_is_tidied_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "feeds" / "b.ics").mkdir(parents=True)  # cannot be replaced by a file
    with pytest.raises(SchedulerError, match="cannot be written"):
        write_feeds(tmp_path, [make_feed(), make_feed("/feeds/b.ics")])
    assert (tmp_path / "feeds" / "a.ics").read_bytes() == b"one"
    (tmp_path / "feeds" / "b.ics").rmdir()
    assert write_feeds(tmp_path, []).removed == ("feeds/a.ics",)
    assert list_files(tmp_path) == {".published-feeds"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SchedulerError, match=r"cannot be written \(Permission denied\)"):
        write_feeds(tmp_path, [make_feed()])
    tmp_path.chmod(0o700)


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    bodies = [bytes([65 + number]) * 300_000 for number in range(2)]
    write_feeds(tmp_path, [make_feed(body=bodies[0])])
    seen: list[bytes] = []
    enough = threading.Event()

    def read() -> None:
        while not enough.is_set():
            seen.append((tmp_path / "feeds" / "a.ics").read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(60):
        feed = Feed("/feeds/a.ics", bodies[number % 2], AT + timedelta(seconds=number), True)
        write_feeds(tmp_path, [feed])
    enough.set()
    reader.join()
    assert set(seen) == set(bodies)
