"""The one place that reads the clock, and the clocks that stand in for it in a rehearsal.

IO. Everything else takes the time as an argument. A clock also says at which wall time an instant of
its own comes, because APScheduler reads the wall clock itself.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Protocol


def read_wall_clock() -> datetime:
    """Return the wall time, in UTC."""
    return datetime.now(UTC)


class Clock(Protocol):
    """What the service knows of time."""

    @property
    def speed(self) -> float:
        """How many seconds pass here in one second of wall time; 0 where time jumps."""

    def now(self) -> datetime: ...

    def find_wall_time(self, instant: datetime) -> datetime:
        """Return the wall time at which ``instant`` comes."""

    def reach(self, instant: datetime) -> None:
        """Be told that a timer set for ``instant`` fired; only a clock that jumps moves."""


class WallClock:
    """Real time."""

    speed = 1.0

    def now(self) -> datetime:
        return read_wall_clock()

    def find_wall_time(self, instant: datetime) -> datetime:
        return instant

    def reach(self, instant: datetime) -> None:
        """Stay: real time needs no telling."""


class FastClock:
    """Time that starts at ``start`` and runs ``speed`` times as fast as the wall clock."""

    def __init__(self, start: datetime, speed: float) -> None:
        self.speed = speed
        self._start = start
        self._began = read_wall_clock()

    def now(self) -> datetime:
        return self._start + (read_wall_clock() - self._began) * self.speed

    def find_wall_time(self, instant: datetime) -> datetime:
        return self._began + (instant - self._start) / self.speed

    def reach(self, instant: datetime) -> None:
        """Stay: this time runs by itself."""


class JumpingClock:
    """Time that stands still until a timer fires, and then is the instant that timer was set for."""

    speed = 0.0

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def find_wall_time(self, instant: datetime) -> datetime:
        return read_wall_clock()

    def reach(self, instant: datetime) -> None:
        with self._lock:
            self._now = max(self._now, instant)


def make_rehearsal_clock(start: datetime, speed: float) -> Clock:
    """Return a clock that starts at ``start``; speed 0 jumps from instant to instant."""
    return JumpingClock(start) if speed == 0 else FastClock(start, speed)
