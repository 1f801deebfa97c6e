"""Guessing passwords: who waits how long, and when the admin is told."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.web.admin.throttle import (
    FORGET_AFTER,
    FREE_BY_ADDRESS,
    FREE_BY_NAME,
    LONGEST_WAIT,
    Alarm,
    Failures,
    Throttle,
    add_failure,
    find_wait,
)

NOW = datetime(2024, 5, 8, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def make_throttle(tell_after: int = 20) -> Throttle:
    return Throttle(Alarm(tell_after, timedelta(minutes=10)))


@pytest.mark.parametrize(
    ("count", "seconds"), [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (10, 32), (13, 256), (14, 300), (2000, 300)]
)
def test_waits_double_from_the_fifth_failure_up_to_five_minutes(count: int, seconds: int) -> None:
    assert find_wait(Failures(count, NOW), FREE_BY_NAME, NOW) == seconds * SECOND


def test_half_an_hour_without_failure_is_forgotten() -> None:
    old = Failures(12, NOW)
    assert find_wait(old, FREE_BY_NAME, NOW + FORGET_AFTER + SECOND) == timedelta(0)
    assert add_failure(old, NOW + FORGET_AFTER + SECOND).count == 1


@given(st.integers(1, 10_000), st.integers(-10_000_000, 10_000_000))
def test_no_clock_makes_anybody_wait_longer_than_five_minutes(count: int, seconds: int) -> None:
    wait = find_wait(Failures(count, NOW), FREE_BY_NAME, NOW + timedelta(seconds=seconds))
    assert timedelta(0) <= wait <= LONGEST_WAIT


def test_two_hundred_guesses_at_one_name_take_hours_and_are_told_once() -> None:
    throttle, now, told = make_throttle(), NOW, []
    for number in range(200):
        # From ever another address: it is the name that is slowed.
        now += throttle.find_wait("lan", f"192.0.2.{number}", now)
        throttle.count_attempt("lan", f"192.0.2.{number}", now)
        if (count := throttle.note_failure(now)) is not None:
            told.append(count)
    assert now - NOW > timedelta(hours=15)
    assert told == []  # so slow that there are never twenty within ten minutes
    hasty = [count for _ in range(200) if (count := throttle.note_failure(now)) is not None]
    assert hasty == [20]


def test_guesses_at_many_names_from_one_address_are_slowed_after_twenty() -> None:
    throttle = make_throttle()
    for number in range(FREE_BY_ADDRESS):
        assert throttle.find_wait(f"name-{number}", "192.0.2.7", NOW) == timedelta(0)
        throttle.count_attempt(f"name-{number}", "192.0.2.7", NOW)
    assert throttle.find_wait("another", "192.0.2.7", NOW) == SECOND
    assert throttle.find_wait("another", "192.0.2.8", NOW) == timedelta(0)


def test_who_signed_in_from_an_address_is_not_kept_out_by_guesses_from_elsewhere() -> None:
    throttle = make_throttle()
    throttle.count_attempt("lan", "192.0.2.7", NOW)
    throttle.forgive("lan", "192.0.2.7")
    for _ in range(50):
        throttle.count_attempt("lan", "198.51.100.1", NOW)
    assert throttle.find_wait("lan", "192.0.2.7", NOW) == timedelta(0)
    assert throttle.find_wait("lan", "203.0.113.9", NOW) == LONGEST_WAIT


def test_the_admin_is_told_of_twenty_failures_in_ten_minutes_and_not_again_for_an_hour() -> None:
    throttle = make_throttle()
    answers = [throttle.note_failure(NOW + number * 20 * SECOND) for number in range(40)]
    assert answers == [None] * 19 + [20] + [None] * 20
    later = NOW + timedelta(hours=2)
    assert [throttle.note_failure(later) for _ in range(21)] == [None] * 19 + [20, None]


def test_failures_spread_over_more_than_ten_minutes_are_not_told() -> None:
    throttle = make_throttle()
    assert [throttle.note_failure(NOW + number * timedelta(minutes=1)) for number in range(60)] == [None] * 60
