"""Plans and tokens in, answers over a real socket out: who reads what, and that nothing else is to be had."""

import itertools
import re
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar

from scheduler.changes import ReminderChanges, compare_events
from scheduler.clock import WallClock
from scheduler.feeds import list_scopes, number_without_ledger
from scheduler.ledger import Ledger
from scheduler.model import Contact, Plan, RecordedEvent
from scheduler.publishing import FeedPublisher, FeedSite, TokenWatch
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.web.feeds import FeedApp, FeedShelf
from scheduler.web.grants import hash_token, make_token, token_path
from scheduler.workdays import WorkingDays
from tests.integration.test_web_server import run_server
from tests.samples import make_contacts, make_plan
from tests.unit.test_feeds import make_two_units

NOW = datetime(2024, 5, 1, 1, 0, tzinfo=UTC)
TODAY = date(2024, 5, 1)
URL = "https://lich.so-ldtbxh.example"
PERSON = Contact("truong-doan", "Bà Trưởng Đoàn", "doan", "ba-truong-doan@so.example", "Trưởng đoàn")


class Nowhere:
    """Stands behind the feeds: whatever is no feed's path ends here."""

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        raise AssertionError("a feed's path was handed to the pages")


@dataclass
class Site:
    """A published site: its plans, its ledger of tokens, and a client of its server."""

    plans: tuple[Plan, ...]
    ledger: Ledger
    publisher: FeedPublisher
    watch: TokenWatch
    client: httpx.Client

    def publish(self, plans: tuple[Plan, ...], *, now: datetime = NOW) -> None:
        """Publish ``plans`` as the service does: with the events as the ledger has them."""
        self.plans = plans
        snapshot = snap(plans)
        recorded: list[RecordedEvent] = []
        for wanted in snapshot.wanted:
            before = self.ledger.events.list_recorded(wanted.plan.id)
            changes = compare_events(wanted.events, before, now)
            self.ledger.apply(((changes, ReminderChanges((), (), ())),), now)
            recorded.extend(self.ledger.events.list_recorded(wanted.plan.id))
        self.publisher.publish(snapshot, tuple(recorded), TODAY)

    def give_token(self, plan: str | None, feed: str) -> str:
        """Give out a token as the command does, let the watch look, and return the token's path."""
        token = make_token()
        self.ledger.tokens.add(digest=hash_token(token), plan=plan, feed=feed, holder="A", device="B", now=NOW)
        self.watch.look()
        return token_path(token, f"{feed}.ics")


def snap(plans: tuple[Plan, ...]) -> Snapshot:
    contacts = (*(contact for contact in make_contacts() if contact.id != PERSON.id), PERSON)
    return make_snapshot(plans, contacts, (), WorkingDays(()), "so.example")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """One public plan and one that is not, of the same shape; their texts hold PUBLICPLAN and SECRETPLAN."""
    shelf = FeedShelf()
    publisher = FeedPublisher(shelf, FeedSite(URL))
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    shape = make_two_units()
    plans = (
        replace(shape, id="open", title="PUBLICPLAN"),
        replace(shape, id="closed", title="SECRETPLAN", public=False),
    )
    watch = TokenWatch(ledger.tokens, publisher, shelf, WallClock())
    with (
        run_server(FeedApp(shelf, Nowhere()), shelf=shelf) as address,
        httpx.Client(base_url=str(address), headers={"accept-encoding": "identity"}) as client,
    ):
        site = Site(plans, ledger, publisher, watch, client)
        site.publish(plans)
        yield site
    ledger.close()


def list_uids(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 200
    return {str(event["UID"]).removesuffix("@so.example") for event in Calendar.from_ical(answer.content).events}


def expect_uids(plan: str, feed: str) -> set[str]:
    """Return what ``feed`` of ``plan`` must show, by the plan as it stands in make_two_units."""
    son_dong = {f"{plan}.son-dong.1.morning", f"{plan}.son-dong.1.afternoon"}
    luc_nam = {f"{plan}.luc-nam.1.morning", f"{plan}.luc-nam.1.afternoon"}
    deadline = {f"{plan}.bao-cao.deadline"}
    return {
        "plan": son_dong | luc_nam | deadline,
        "deadlines": deadline,
        "unit-son-dong": son_dong | deadline,
        "unit-luc-nam": luc_nam | deadline,
        "commune-son-dong-phuc-son": son_dong,
        "commune-son-dong-an-ba": son_dong | deadline,
        "commune-luc-nam-kham-lang": luc_nam,
        "member-truong-doan": son_dong,
        "member-b": son_dong,
        "member-c": luc_nam,
    }[feed]


def list_all_feeds(site: Site) -> list[tuple[str | None, str]]:
    return [(None, "all"), *((plan.id, scope.name) for plan in site.plans for scope in list_scopes(plan))]


def test_without_a_token_only_what_is_public_can_be_read(site: Site) -> None:
    site.give_token("closed", "plan")
    names = [scope.name for scope in list_scopes(site.plans[0])]
    opened = {
        path
        for path in (
            *(f"/feeds/{plan}.ics" for plan in ("open", "closed", "all", "plan")),
            *(f"/feeds/{plan}/{name}.ics" for plan in ("open", "closed", "t") for name in names),
            *(f"/feeds/{name}.ics" for name in names),
        )
        if site.client.get(path).status_code == 200
    }
    shown = [name for name in names if name != "plan" and not name.startswith("member-")]
    assert opened == {"/feeds/open.ics", "/feeds/all.ics", *(f"/feeds/open/{name}.ics" for name in shown)}
    for path in opened:
        content = site.client.get(path).content
        assert [word for word in (b"SECRETPLAN", b"ba-truong-doan", PERSON.name.encode()) if word in content] == []


def test_every_token_opens_its_own_feed_and_no_other(site: Site) -> None:
    feeds = list_all_feeds(site)
    paths = {feed: site.give_token(*feed) for feed in feeds}
    leaks = 0
    for (holder, path), other in itertools.product(paths.items(), feeds):
        token = path.split("/")[3]
        answer = site.client.get(f"/feeds/t/{token}/{other[1]}.ics")
        plan, name = holder
        expected = (
            expect_uids("open", "plan") | expect_uids("closed", "plan") if plan is None else expect_uids(plan, name)
        )
        if other[1] == name:  # the address names no plan: the token alone says of which it is
            assert list_uids(answer) == expected
        else:
            leaks += answer.status_code != 404
    assert (len(paths), leaks) == (21, 0)


def test_10000_guessed_tokens_open_nothing(site: Site) -> None:
    site.give_token("closed", "plan")
    address = (site.client.base_url.host, site.client.base_url.port or 80)
    answers: list[bytes] = []
    with socket.create_connection(address, timeout=30) as connection, connection.makefile("rb") as stream:
        for _ in range(100):
            paths = [token_path(secrets.token_urlsafe(32), "plan.ics") for _ in range(100)]
            connection.sendall(b"".join(b"HEAD %s HTTP/1.1\r\nHost: x\r\n\r\n" % path.encode() for path in paths))
            for _ in paths:
                head = list(iter(stream.readline, b"\r\n"))
                answers.append(head[0])
    assert (len(answers), set(answers)) == (10_000, {b"HTTP/1.1 404 Not Found\r\n"})


def test_a_wrong_a_revoked_and_a_malformed_token_get_the_very_same_answer(site: Site) -> None:
    revoked = site.give_token("closed", "plan")
    assert site.client.get(revoked).status_code == 200
    site.ledger.tokens.revoke(1, NOW)
    site.watch.look()
    answers = []
    for path in (revoked, token_path(make_token(), "plan.ics"), "/feeds/t/x/plan.ics", "/feeds/t/%00%ff/plan.ics",
                 "/feeds/t/", "/feeds/closed/plan.ics", "/feeds/nothing.ics"):  # fmt: skip
        for method in ("GET", "POST"):
            answer = site.client.request(method, path, headers={"if-none-match": "*"})
            headers = {name: value for name, value in answer.headers.items() if name != "date"}
            answers.append((answer.status_code, answer.content, tuple(headers.items())))
    assert len(set(answers)) == 1
    assert answers[0][0] == 404


def test_a_private_feed_names_whom_to_call_and_holds_no_token(site: Site) -> None:
    path = site.give_token("open", "unit-son-dong")
    private, public = site.client.get(path), site.client.get("/feeds/open/unit-son-dong.ics")
    assert b"ba-truong-doan@so.example" in private.content
    assert b"ba-truong-doan@so.example" not in public.content
    assert path.split("/")[3].encode() not in private.content
    assert private.headers["cache-control"] == "private, no-cache"
    assert private.headers["referrer-policy"] == "no-referrer"


def test_the_use_of_a_token_is_noted_at_the_next_note_and_not_before(site: Site) -> None:
    used, unused = site.give_token("closed", "plan"), site.give_token("closed", "deadlines")
    for _ in range(3):
        site.client.get(used)
    site.client.get(unused.replace("deadlines", "plan"))
    assert [token.last_used_at for token in site.ledger.tokens.list_all()] == [None, None]
    site.watch.note_used()
    assert [token.last_used_at is not None for token in site.ledger.tokens.list_all()] == [True, False]


def test_a_request_asks_the_database_nothing(site: Site) -> None:
    path = site.give_token("closed", "plan")
    site.ledger.close()
    for name in Path(site.ledger.engine.url.database or "").parent.iterdir():
        name.unlink()
    assert [site.client.get(where).status_code for where in (path, "/feeds/open.ics", "/feeds/t/x/plan.ics")] == [
        200, 200, 404,
    ]  # fmt: skip


def test_100_rebuilds_without_a_change_have_one_etag(site: Site) -> None:
    path = site.give_token("closed", "member-b")
    etags = set()
    for _ in range(100):
        site.publish(site.plans)
        etags.add(tuple(site.client.get(where).headers["etag"] for where in ("/feeds/open.ics", path)))
    assert len(etags) == 1
    stamps = re.findall(rb"DTSTAMP:(\S+)", site.client.get("/feeds/open.ics").content)
    assert set(stamps) == {b"20240501T010000Z"}


def test_an_edit_changes_the_feeds_it_touches_and_no_other(site: Site) -> None:
    private = {feed: site.give_token("closed", feed) for feed in ("unit-son-dong", "unit-luc-nam", "member-c")}
    paths = ("/feeds/open.ics", "/feeds/all.ics", "/feeds/open/unit-son-dong.ics", *private.values())
    before = {path: site.client.get(path).headers["etag"] for path in paths}
    closed = site.plans[1]
    moved = replace(closed, visits=(closed.visits[0], replace(closed.visits[1], dates=(date(2024, 6, 3),))))
    site.publish((site.plans[0], moved), now=datetime(2024, 5, 1, 2, 0, tzinfo=UTC))
    changed = {path for path in paths if site.client.get(path).headers["etag"] != before[path]}
    assert changed == {private["unit-luc-nam"], private["member-c"]}


def test_alarms_come_when_asked_for_under_a_tag_of_their_own(site: Site) -> None:
    for path in ("/feeds/open.ics", site.give_token("closed", "plan")):
        plain, alarmed = site.client.get(path), site.client.get(f"{path}?alarms=1")
        assert (plain.content.count(b"BEGIN:VALARM"), alarmed.content.count(b"BEGIN:VALARM")) == (0, 5)
        again = site.client.get(f"{path}?alarms=1", headers={"if-none-match": alarmed.headers["etag"]})
        crossed = site.client.get(path, headers={"if-none-match": alarmed.headers["etag"]})
        assert (again.status_code, crossed.status_code) == (304, 200)
        assert site.client.get(f"{path}?alarms=0&x").content == plain.content


def test_a_plan_that_cannot_be_shown_leaves_the_others_and_is_reported(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    good, lost = snap(site.plans).wanted
    recorded = (*number_without_ledger(good.plan, good.events), *number_without_ledger(good.plan, lost.events))
    lost = replace(lost, plan=replace(lost.plan, timezone="Asia/Nowhere"))
    snapshot = Snapshot((good, lost), (), WorkingDays(()))
    for _ in range(2):
        site.publisher.publish(snapshot, recorded, TODAY)
    assert list_uids(site.client.get("/feeds/open.ics")) == expect_uids("open", "plan")
    assert list_uids(site.client.get("/feeds/all.ics")) == expect_uids("open", "plan")
    assert capsys.readouterr().out.count("plan closed: none of its feeds can be built") == 1


def test_with_more_plans_than_one_description_can_name_every_feed_is_published_all_the_same(site: Site) -> None:
    title = f"{site.plans[0].title} {'x' * 150}"
    more = tuple(replace(site.plans[0], id=f"open-{n}", title=title, visits=(), reports=()) for n in range(120))
    site.publish((*site.plans, *more))
    assert site.client.get("/feeds/open-119.ics").status_code == 200
    assert list_uids(site.client.get("/feeds/all.ics")) == expect_uids("open", "plan")


def test_the_feed_of_all_plans_stands_in_every_zone_that_it_needs(site: Site) -> None:
    abroad = replace(make_plan(reports=()), id="abroad", timezone="Asia/Tokyo")
    site.publish((*site.plans, abroad))
    calendar = Calendar.from_ical(site.client.get("/feeds/all.ics").content)
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh", "Asia/Tokyo"]
    starts = [event.decoded("DTSTART") for event in calendar.events]
    timed = [start for start in starts if isinstance(start, datetime)]
    assert timed == sorted(timed)
    assert {str(start.tzinfo) for start in timed} == {"Asia/Ho_Chi_Minh", "Asia/Tokyo"}
