"""Calendar clients subscribed to a running service: each shows the plan as its file says, before and after an edit.

Set CLIENTS=all to make a client that is not installed a failure instead of a skipped test.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.clients.planned import Edit, Entry, cancel, edit_plan, read_entries, sort_entries
from tests.acceptance.clients.service import REPOSITORY, find_port, run_service
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

Entries = tuple[Entry, ...]
Reading = dict[str, Future[Entries]]


@dataclass(frozen=True, slots=True)
class Season:
    """What the plan said before and after the edit, by visit and report, and what each client showed then."""

    planned: dict[str, Entries]
    replanned: dict[str, Entries]
    shown: Reading
    shown_anew: Reading

    @property
    def expected(self) -> Entries:
        return sort_entries(entry for entries in self.planned.values() for entry in entries)

    @property
    def expected_anew(self) -> Entries:
        """The edited plan, with the removed visit still there, as cancelled."""
        removed = [cancel(entry) for entry in self.planned[EDIT.removed]]
        return sort_entries([*removed, *(entry for entries in self.replanned.values() for entry in entries)])


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    """Run the service, let each client subscribe, edit the plan, start the service anew, let each client look again."""
    folder = tmp_path_factory.mktemp("clients")
    shutil.copytree(REPOSITORY / "config", folder / "config")
    plan_file = folder / "config" / "plans" / f"{PLAN}.yaml"
    planned = read_entries(plan_file)
    with run_service(folder / "config", folder / "ledger.sqlite3") as address:
        port = find_port(address)
        shown = _read_with_all(address, folder)
    edit_plan(plan_file, EDIT)
    with run_service(folder / "config", folder / "ledger.sqlite3", port=port) as address:
        shown_anew = _read_with_all(address, folder)
    return Season(planned, read_entries(plan_file), shown, shown_anew)


def _read_with_all(address: str, folder: Path) -> Reading:
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
    return Subscription(f"{address}/feeds/{PLAN}.ics", home, date(2024, 1, 1), date(2024, 12, 31))


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
    hours = [(entry.start.partition(" ")[2], entry.end.partition(" ")[2]) for entry in season.expected]
    assert (hours.count(("07:00", "11:30")), hours.count(("13:30", "17:00")), hours.count(("", ""))) == (10, 10, 1)
    assert {entry.status for entry in season.expected} == {"TENTATIVE"}


@every_client
def test_a_client_lists_every_event_at_its_local_hours(client: Client, season: Season) -> None:
    need(client)
    shown = season.shown[client.name].result()
    assert leave_out_unshown(shown, client) == leave_out_unshown(season.expected, client)


@every_client
def test_after_an_edit_a_client_shows_the_new_truth_and_nothing_else(client: Client, season: Season) -> None:
    need(client)
    shown = season.shown_anew[client.name].result()
    assert leave_out_unshown(shown, client) == leave_out_unshown(season.expected_anew, client)


@every_client_that_shows_revisions
def test_each_edited_event_keeps_its_uid_and_has_a_higher_sequence(client: Client, season: Season) -> None:
    need(client)
    before, after = season.shown[client.name].result(), season.shown_anew[client.name].result()
    for visit in EDITED:
        was = season.planned[visit]
        now = season.replanned.get(visit) or tuple(cancel(entry) for entry in was)
        for old, new in zip(was, now, strict=True):
            [seen], [seen_anew] = _find(before, old), _find(after, new)
            assert seen_anew.uid == seen.uid
            assert (seen.sequence, seen_anew.sequence) == (0, 1)


@every_client_that_shows_revisions
def test_an_event_that_was_not_edited_keeps_its_uid_and_sequence(client: Client, season: Season) -> None:
    need(client)
    before, after = season.shown[client.name].result(), season.shown_anew[client.name].result()
    untouched = [entry for item, entries in season.planned.items() if item not in EDITED for entry in entries]
    assert len(untouched) == len(season.expected) - 6
    for entry in untouched:
        assert _find(after, entry) == _find(before, entry)
        assert len(_find(after, entry)) == 1


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
