"""The timer with the real APScheduler: it wakes, sweeps, survives failing work and its own death."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from scheduler.clock import Clock, JumpingClock, WallClock
from scheduler.timer import Timer

START = datetime(2024, 4, 24, tzinfo=UTC)
PATIENCE_SECONDS = 20


class Work:
    """Notes at which instants it was called, and answers with the next of ``instants``."""

    def __init__(self, clock: Clock, instants: list[datetime], *, failing: int = 0) -> None:
        self.clock = clock
        self.instants = instants
        self.failing = failing
        self.called_at: list[datetime] = []
        self.done = threading.Event()

    def __call__(self) -> datetime | None:
        self.called_at.append(self.clock.now())
        if self.failing:
            self.failing -= 1
            raise RuntimeError("out of order")
        if not self.instants:
            self.done.set()
            return None
        return self.instants.pop(0)


@contextmanager
def running(timer: Timer) -> Iterator[None]:
    timer.start()
    try:
        yield
    finally:
        timer.stop()


def test_the_timer_calls_at_once_and_then_at_each_instant_the_work_names() -> None:
    clock = JumpingClock(START)
    instants = [START + timedelta(days=day) for day in range(1, 40)]
    work = Work(clock, list(instants))
    with running(Timer(clock, work)):
        assert work.done.wait(PATIENCE_SECONDS)
    assert [at for at in work.called_at if at in instants] == instants


def test_a_failing_tick_is_tried_again_by_the_sweep() -> None:
    clock = JumpingClock(START)
    work = Work(clock, [], failing=1)
    timer = Timer(clock, work)
    with running(timer):
        assert work.done.wait(PATIENCE_SECONDS)
    assert work.called_at == [START, START]
    assert timer.failure is None


def test_a_lost_wake_up_is_found_by_the_sweep() -> None:
    clock = JumpingClock(START)
    work = Work(clock, [])
    timer = Timer(clock, work)
    with running(timer):
        assert work.done.wait(PATIENCE_SECONDS)
        work.done.clear()
        # Nothing is armed now: only the sweep can come.
        assert work.done.wait(PATIENCE_SECONDS)


def test_a_call_made_while_a_tick_ends_is_not_lost_to_what_that_tick_arms() -> None:
    clock = WallClock()
    calls, done = 200, threading.Event()
    called = 0

    def work() -> datetime | None:
        nonlocal called
        called += 1
        if called == calls:
            done.set()
            return None
        # The next instant is armed at once after this, often before the scheduler has looked at the call.
        timer.call()
        return clock.now() + timedelta(hours=1)

    timer = Timer(clock, work)
    with running(timer):
        # The sweep comes once a minute.
        assert done.wait(PATIENCE_SECONDS)


def test_a_dead_scheduler_is_started_anew_by_the_watchdog() -> None:
    clock = JumpingClock(START)
    work = Work(clock, [])
    timer = Timer(clock, work)
    with running(timer):
        assert work.done.wait(PATIENCE_SECONDS)
        timer.halt()
        work.done.clear()
        assert work.done.wait(PATIENCE_SECONDS)
    assert not timer.is_running


class WallTime(datetime):
    """The wall time of this machine, which somebody may set back."""

    set_back = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) - cls.set_back


def test_a_clock_set_back_by_hours_ends_the_sweeps_for_no_longer_than_a_dead_scheduler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for place in ("scheduler.clock", "apscheduler.schedulers.base", "apscheduler.triggers.interval"):
        monkeypatch.setattr(f"{place}.datetime", WallTime)
    clock = JumpingClock(START)
    work = Work(clock, [])
    with running(Timer(clock, work)):
        assert work.done.wait(PATIENCE_SECONDS)
        monkeypatch.setattr(WallTime, "set_back", timedelta(hours=3))
        for _ in range(3):
            work.done.clear()
            assert work.done.wait(PATIENCE_SECONDS)


def test_a_tick_taken_for_dead_is_neither_met_by_another_nor_does_time_move_under_it() -> None:
    clock = JumpingClock(START)
    seen: list[tuple[str, datetime]] = []
    may_end, swept_anew, ended = threading.Event(), threading.Event(), threading.Event()

    class WatchedTimer(Timer):
        """Tells when a scheduler that the watchdog started has swept."""

        def _sweep(self) -> None:
            super()._sweep()
            swept_anew.set()

    def work() -> None:
        seen.append(("begins", clock.now()))
        may_end.wait(PATIENCE_SECONDS)
        seen.append(("ends", clock.now()))
        ended.set()

    timer = WatchedTimer(clock, work)
    with running(timer):
        assert swept_anew.wait(PATIENCE_SECONDS)
        may_end.set()
        assert ended.wait(PATIENCE_SECONDS)
    assert seen[:2] == [("begins", START), ("ends", START)]


def test_a_stopped_timer_calls_no_more() -> None:
    clock = JumpingClock(START)
    work = Work(clock, [])
    timer = Timer(clock, work)
    with running(timer):
        assert work.done.wait(PATIENCE_SECONDS)
    calls = len(work.called_at)
    timer.stop()
    assert len(work.called_at) == calls
    assert not timer.is_running
