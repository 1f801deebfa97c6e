"""Calendar clients subscribed to a running service: each shows the plan as its file says, before and after each edit.

Set CLIENTS=all to make a client that is not installed a failure instead of a skipped test.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from tests.acceptance.clients.planned import (
    Edit,
    Entry,
    cancel,
    confirm_plan,
    edit_plan,
    read_entries,
    sort_entries,
)
from tests.acceptance.clients.service import REPOSITORY, run_service
from tests.acceptance.clients.subscribers import CLIENTS, LIBICAL, Client, Subscription, check_with_libical
from tests.acceptance.missing import skip_where

PLAN = "kiem-tra-2024"
EDIT = Edit(
    moved="son-dong",
    day=date(2024, 5, 24),
    removed="tp-bac-giang",
    renamed="luc-ngan",
    commune_name="Phượng Sơn",
)
EDITED = (EDIT.moved, EDIT.removed, EDIT.renamed)
CHANGE_SECONDS = 30  # two are promised; a busy machine may take longer, and that is measured elsewhere

Entries = tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What the plan said at one time, by visit and report, and what each client showed then."""

    planned: dict[str, Entries]
    shown: dict[str, Future[Entries]]


@dataclass(frozen=True, slots=True)
class Season:
    """Three looks at one running service: as it started, after an edit, after the plan was confirmed."""

    first: Look
    edited: Look
    confirmed: Look

    def expect(self, look: Look) -> Entries:
        """Return what must be shown: the plan as it stood, and the removed visit still there, as cancelled."""
        gone = [item for item in self.first.planned if item not in look.planned]
        cancelled = [cancel(entry) for item in gone for entry in self.first.planned[item]]
        return sort_entries([*cancelled, *(entry for entries in look.planned.values() for entry in entries)])


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    """Run the service and let each client subscribe; edit the plan's file twice, and let each client look again."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copytree(REPOSITORY / "config", folder / "config")
    plan_file = folder / "config" / "plans" / f"{PLAN}.yaml"
    with run_service(folder / "config", folder / "ledger.sqlite3") as address:
        looks = [_look(plan_file, address, folder)]
        for edit in (lambda: edit_plan(plan_file, EDIT), lambda: confirm_plan(plan_file)):
            before = httpx.get(_feed_url(address)).headers["etag"]
            edit()
            _await_change(_feed_url(address), before)
            looks.append(_look(plan_file, address, folder))
    return Season(*looks)


def _look(plan_file: Path, address: str, folder: Path) -> Look:
    return Look(read_entries(plan_file), _read_with_all(address, folder))


def _await_change(url: str, etag: str) -> None:
    """Ask as a client does, with the tag it has, until there is something new."""
    deadline = time.monotonic() + CHANGE_SECONDS
    while httpx.get(url, headers={"if-none-match": etag}).status_code == 304:
        assert time.monotonic() < deadline, f"the edit was not served within {CHANGE_SECONDS} seconds"


def _feed_url(address: str) -> str:
    return f"{address}/feeds/{PLAN}.ics"


def _read_with_all(address: str, folder: Path) -> dict[str, Future[Entries]]:
    """Let all clients that are there read the feed at once, and wait for the last of them."""
    with ThreadPoolExecutor() as pool:
        return {
            client.name: pool.submit(client.read, _subscribe(client, address, folder))
            for client in CLIENTS
            if client.find_missing() is None
        }


def _subscribe(client: Client, address: str, folder: Path) -> Subscription:
    home = folder / client.name
    home.mkdir(exist_ok=True)
    return Subscription(_feed_url(address), home, date(2024, 1, 1), date(2024, 12, 31))


def need(client: Client) -> None:
    skip_where(client.find_missing())


every_client = pytest.mark.parametrize("client", CLIENTS, ids=str)
every_client_that_shows_revisions = pytest.mark.parametrize(
    "client", [client for client in CLIENTS if client.shows_revision], ids=str
)


def leave_out_unshown(entries: Entries, client: Client) -> Entries:
    """Return ``entries`` without identifiers and revisions, which no plan file says, and without what is not shown."""
    return tuple(
        replace(entry, uid=None, sequence=None, status=entry.status if client.shows_status else None)
        for entry in entries
    )


def test_the_sample_plan_has_two_sessions_for_each_of_ten_visits_and_a_deadline(season: Season) -> None:
    expected = season.expect(season.first)
    hours = [(entry.start.partition(" ")[2], entry.end.partition(" ")[2]) for entry in expected]
    assert (hours.count(("07:00", "11:30")), hours.count(("13:30", "17:00")), hours.count(("", ""))) == (10, 10, 1)
    assert {entry.status for entry in expected} == {"TENTATIVE"}


@every_client
def test_a_client_lists_every_event_at_its_local_hours(client: Client, season: Season) -> None:
    need(client)
    assert _show(season.first, client) == leave_out_unshown(season.expect(season.first), client)


@every_client
def test_after_an_edit_a_client_shows_the_new_truth_and_nothing_else(client: Client, season: Season) -> None:
    need(client)
    assert _show(season.edited, client) == leave_out_unshown(season.expect(season.edited), client)


@every_client
def test_a_client_shows_a_confirmed_plan_as_confirmed_and_the_cancelled_visit_still_as_cancelled(
    client: Client, season: Season
) -> None:
    need(client)
    expected = season.expect(season.confirmed)
    assert Counter(entry.status for entry in expected) == {"CONFIRMED": 19, "CANCELLED": 2}
    assert _show(season.confirmed, client) == leave_out_unshown(expected, client)


@every_client_that_shows_revisions
def test_each_edited_event_keeps_its_uid_and_has_a_higher_sequence(client: Client, season: Season) -> None:
    need(client)
    before, after = (look.shown[client.name].result() for look in (season.first, season.edited))
    for visit in EDITED:
        was = season.first.planned[visit]
        now = season.edited.planned.get(visit) or tuple(cancel(entry) for entry in was)
        for old, new in zip(was, now, strict=True):
            [seen], [seen_anew] = _find(before, old), _find(after, new)
            assert seen_anew.uid == seen.uid
            assert (seen.sequence, seen_anew.sequence) == (0, 1)


@every_client_that_shows_revisions
def test_an_event_that_was_not_edited_keeps_its_uid_and_sequence(client: Client, season: Season) -> None:
    need(client)
    before, after = (look.shown[client.name].result() for look in (season.first, season.edited))
    untouched = [entry for item, entries in season.first.planned.items() if item not in EDITED for entry in entries]
    assert len(untouched) == len(season.expect(season.first)) - 6
    for entry in untouched:
        assert _find(after, entry) == _find(before, entry)
        assert len(_find(after, entry)) == 1


@every_client_that_shows_revisions
def test_each_confirmed_event_keeps_its_uid_and_has_a_higher_sequence(client: Client, season: Season) -> None:
    need(client)
    before, after = (look.shown[client.name].result() for look in (season.edited, season.confirmed))
    sequences = {entry.uid: entry.sequence for entry in before}
    assert [entry.uid for entry in after] == [entry.uid for entry in before]
    for entry in after:
        assert entry.sequence == (sequences[entry.uid] or 0) + (entry.status == "CONFIRMED")


def _show(look: Look, client: Client) -> Entries:
    return leave_out_unshown(look.shown[client.name].result(), client)


def _find(shown: Entries, planned: Entry) -> list[Entry]:
    return [entry for entry in shown if replace(entry, uid=None, sequence=None) == planned]


def _drop_stamp(feed: bytes) -> bytes:
    return b"".join(line for line in feed.splitlines(keepends=True) if not line.startswith(b"DTSTAMP"))


def _double_status(feed: bytes) -> bytes:
    return feed.replace(b"STATUS:TENTATIVE\r\n", b"STATUS:TENTATIVE\r\nSTATUS:TENTATIVE\r\n")


def _untype_refresh(feed: bytes) -> bytes:
    return feed.replace(b"PT1H", b"hourly")


@pytest.mark.parametrize("harm", [_drop_stamp, _double_status, _untype_refresh])
def test_the_strict_check_refuses_a_feed_that_breaks_a_rule(harm: Callable[[bytes], bytes], tmp_path: Path) -> None:
    need(LIBICAL)
    sound = (REPOSITORY / "tests" / "golden" / "calendar-feed.ics").read_bytes()
    assert check_with_libical(sound, tmp_path) != ""
    assert harm(sound) != sound
    with pytest.raises(RuntimeError, match="icalrestriction_check"):
        check_with_libical(harm(sound), tmp_path)
