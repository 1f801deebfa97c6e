"""When mail may go: quiet hours, bounds per minute, the breaker, pauses."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pacing import Breaker, Limits, Pacer, Pause, PausedBy, QuietHours, find_earliest, find_hold

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2024, 5, 13, 1, 0, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 13) -> datetime:
    return datetime(2024, 5, day, hour, minute, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (at(21, 59), None),
        (at(22, 0), at(6, 0, 14)),
        (at(23, 30), at(6, 0, 14)),
        (at(0, 0), at(6, 0)),
        (at(5, 59), at(6, 0)),
        (at(6, 0), None),
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning(now: datetime, end: datetime | None) -> None:
    assert QuietHours(time(22), time(6), HANOI).find_end(now) == end


@pytest.mark.parametrize(("now", "end"), [(at(11, 59), None), (at(12, 0), at(13, 30)), (at(13, 30), None)])
def test_quiet_hours_within_a_day_end_that_day(now: datetime, end: datetime | None) -> None:
    assert QuietHours(time(12), time(13, 30), HANOI).find_end(now.astimezone(UTC)) == end


def test_a_bound_lets_so_many_go_in_a_minute_and_the_next_when_the_first_is_a_minute_old() -> None:
    pacer = Pacer(Limits(per_minute=2))
    for seconds in (0, 20):
        assert pacer.find_wait(NOW + timedelta(seconds=seconds)) is None
        pacer.count("a@x.example", NOW + timedelta(seconds=seconds))
    assert pacer.find_wait(NOW + timedelta(seconds=30)) == NOW + timedelta(seconds=60)
    assert pacer.find_wait(NOW + timedelta(seconds=60)) is None


def test_a_domain_at_its_bound_holds_up_no_other() -> None:
    pacer = Pacer(Limits(per_domain_per_minute=1))
    pacer.count("a@X.example", NOW)
    assert pacer.find_domain_wait("b@x.example", NOW) == NOW + timedelta(minutes=1)
    assert pacer.find_domain_wait("b@y.example", NOW) is None


def test_a_clock_set_back_does_not_prolong_a_bound() -> None:
    pacer = Pacer(Limits(per_minute=1))
    pacer.count("a@x.example", NOW)
    assert pacer.find_wait(NOW - timedelta(hours=3)) is None


@given(st.integers(1, 5), st.lists(st.integers(0, 30), max_size=60))
def test_no_span_of_60_seconds_holds_more_than_the_bound(bound: int, gaps: list[int]) -> None:
    pacer, now, went = Pacer(Limits(per_minute=bound)), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        wait = pacer.find_wait(now)
        if wait is None:
            pacer.count("a@x.example", now)
            went.append(now)
        else:
            assert now < wait <= now + timedelta(minutes=1)
    for first in went:
        assert sum(first <= other < first + timedelta(minutes=1) for other in went) <= bound


def test_a_breaker_waits_a_minute_and_then_lets_one_try() -> None:
    breaker = Breaker().open("down", NOW)
    assert breaker.find_wait(NOW) == NOW + timedelta(minutes=1)
    assert breaker.find_wait(NOW + timedelta(minutes=1)) is None
    assert breaker.is_open
    assert breaker.find_wait(NOW - timedelta(hours=3)) is None


def test_a_persons_pause_holds_for_ever_and_the_relays_for_an_hour() -> None:
    assert Pause(PausedBy.PERSON, "holiday", NOW).holds(NOW + timedelta(days=99))
    relays = Pause(PausedBy.RELAY, "535", NOW, NOW + timedelta(hours=1))
    assert relays.holds(NOW)
    assert not relays.holds(NOW + timedelta(hours=1))
    assert not relays.holds(NOW - timedelta(hours=3))


def test_a_pause_comes_before_quiet_hours_and_those_before_the_breaker() -> None:
    quiet = Limits(quiet_hours=QuietHours(time(7), time(9), HANOI))
    breaker = Breaker().open("down", NOW)
    pause = Pause(PausedBy.PERSON, "holiday", NOW)
    holds = [find_hold(quiet, breaker, pause, NOW), find_hold(quiet, breaker, None, NOW)]
    holds += [find_hold(Limits(), breaker, None, NOW), find_hold(Limits(), Breaker(), None, NOW)]
    assert [hold and hold.reason for hold in holds] == [
        "paused: holiday", "quiet hours", "the relay cannot be used: down", None,
    ]  # fmt: skip
    assert [hold and hold.until for hold in holds[:2]] == [NOW + timedelta(minutes=1), at(9)]


def test_the_earliest_of_nothing_is_nothing() -> None:
    assert find_earliest((None, None)) is None
    assert find_earliest((None, NOW, NOW - timedelta(1))) == NOW - timedelta(1)
