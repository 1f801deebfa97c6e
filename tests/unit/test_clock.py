"""Clocks of a rehearsal."""

from datetime import UTC, datetime, timedelta

from scheduler.clock import FastClock, JumpingClock, make_rehearsal_clock, read_wall_clock

START = datetime(2024, 4, 24, tzinfo=UTC)


def test_a_jumping_clock_stands_until_a_timer_fires_and_never_goes_back() -> None:
    clock = JumpingClock(START)
    assert clock.now() == START
    clock.reach(START + timedelta(days=3))
    clock.reach(START + timedelta(days=1))
    assert clock.now() == START + timedelta(days=3)


def test_a_fast_clock_maps_its_instants_to_wall_time() -> None:
    clock = FastClock(START, 3600.0)
    before = read_wall_clock()
    wall = clock.find_wall_time(clock.now() + timedelta(hours=10))
    assert timedelta(seconds=9) < wall - before < timedelta(seconds=11)


def test_speed_0_jumps_and_any_other_runs() -> None:
    assert isinstance(make_rehearsal_clock(START, 0), JumpingClock)
    assert isinstance(make_rehearsal_clock(START, 60), FastClock)
