"""The feed shelf: replaced whole, prepared once, never hiding a change."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.web.feeds import Feed, FeedShelf, feed_path
from scheduler.web.grants import Grant, hash_token
from scheduler.web.representation import Representation

AT = datetime(2024, 4, 15, 2, 0, 0, 900_000, tzinfo=UTC)
A, B = "/feeds/a.ics", "/feeds/b.ics"


def make_feed(path: str = A, body: bytes = b"one", *, modified_at: datetime = AT, public: bool = True) -> Feed:
    return Feed(path, body, modified_at, public)


def find(shelf: FeedShelf, path: str = A) -> Representation:
    found = shelf.find_public(path)
    assert found is not None
    return found


def test_feed_path_is_a_path_that_the_shelf_takes() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(feed_path("kiem-tra-2024")),))
    assert find(shelf, "/feeds/kiem-tra-2024.ics").body == b"one"


def test_publish_replaces_all_feeds() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(A), make_feed(B)))
    shelf.publish((make_feed(B, b"two"),))
    assert (shelf.find_public(A), find(shelf, B).body) == (None, b"two")


def test_an_unchanged_feed_keeps_its_prepared_answers() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(),))
    before = find(shelf)
    shelf.publish((make_feed(modified_at=AT + timedelta(hours=1)),))
    assert find(shelf) is before


@pytest.mark.parametrize("step", [timedelta(0), timedelta(milliseconds=50), timedelta(days=-1)])
def test_a_changed_feed_is_always_modified_later(step: timedelta) -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(body=b"one"),))
    shelf.publish((make_feed(body=b"two", modified_at=AT + step),))
    assert find(shelf).modified_at == AT.replace(microsecond=0) + timedelta(seconds=1)


def grant(token: str, path: str = A, token_id: int = 1) -> dict[str, Grant]:
    return {hash_token(token): Grant(token_id, path)}


def test_a_feed_that_became_private_is_public_no_longer() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(),))
    shelf.publish((make_feed(public=False),), grant("secret"))
    private = shelf.find_granted("/feeds/t/secret/a.ics")
    assert shelf.find_public(A) is None
    assert private is not None
    assert (b"cache-control", b"private, no-cache") in private.plain.full.start["headers"]


def test_a_public_feed_and_a_private_one_of_the_same_name_are_two() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(body=b"for all"), make_feed(body=b"for one", public=False)), grant("secret"))
    private = shelf.find_granted("/feeds/t/secret/a.ics")
    assert (find(shelf).body, private and private.body) == (b"for all", b"for one")


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/t/",
        "/feeds/t/secret",
        "/feeds/t/secret/",
        "/feeds/t/secret/b.ics",
        "/feeds/t/secret/a.ics/",
        "/feeds/t/secret//a.ics",
        "/feeds/t/Secret/a.ics",
        "/feeds/t/secret /a.ics",
        "/feeds/t/secreT/a.ics",
        "/feeds/t//a.ics",
        f"/feeds/t/{hash_token('secret')}/a.ics",
        "/feeds/t/" + "x" * 100_000,
        "/feeds/t/\ud800/a.ics",
    ],
)
def test_only_the_very_token_and_file_open_a_private_feed(path: str) -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(public=False), make_feed(B, public=False)), grant("secret"))
    assert shelf.find_granted(path) is None
    assert shelf.find_granted("/feeds/t/secret/a.ics") is not None


def test_a_token_that_is_taken_back_opens_nothing() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(public=False),), grant("secret"))
    shelf.publish((make_feed(public=False),))
    assert shelf.find_granted("/feeds/t/secret/a.ics") is None


def test_uses_are_told_once_and_failed_tries_are_none() -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(public=False),), grant("one", token_id=1) | grant("two", token_id=2))
    shelf.find_granted("/feeds/t/one/a.ics")
    shelf.find_granted("/feeds/t/one/a.ics")
    shelf.find_granted("/feeds/t/two/b.ics")
    shelf.find_granted("/feeds/t/three/a.ics")
    assert (shelf.take_used(), shelf.take_used()) == (frozenset({1}), frozenset())


def test_alarms_are_another_representation_of_the_same_feed() -> None:
    shelf = FeedShelf()
    shelf.publish((Feed(A, b"plain", AT, True, b"alarmed"), Feed(B, b"plain", AT, True)))
    with_alarms = [shelf.find_public(path, alarms=True) for path in (A, B)]
    assert [feed and feed.body for feed in with_alarms] == [b"alarmed", b"plain"]
    assert find(shelf).body == b"plain"


@pytest.mark.parametrize(
    "feeds",
    [
        (make_feed(A), make_feed(A, b"two")),
        (make_feed(A, public=False), make_feed(A, b"two", public=False)),
        (make_feed("/a.ics"),),
        (make_feed("/feeds/../a.ics"),),
        (make_feed('/feeds/a".ics'),),
        (make_feed("/feeds/a.ics\r\nSet-Cookie: x"),),
    ],
)
def test_publish_refuses_paths_that_are_not_one_feed_each_and_changes_nothing(feeds: tuple[Feed, ...]) -> None:
    shelf = FeedShelf()
    shelf.publish((make_feed(B),))
    with pytest.raises(ValueError, match="not one feed each"):
        shelf.publish(feeds)
    assert (find(shelf, B).body, shelf.find_public(A)) == (b"one", None)
