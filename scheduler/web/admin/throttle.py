"""How long somebody who typed a wrong password waits, and when the admin is told of many failures.

Pure: the time comes with each question. Every attempt counts as failed until it succeeded, so that many at once gain
nothing. A name is slowed after few failures, an address after more: an office has one address for many people.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_BY_NAME = 5
FREE_BY_ADDRESS = 20
LONGEST_WAIT = timedelta(minutes=5)
FORGET_AFTER = timedelta(minutes=30)
TELL_AGAIN_AFTER = timedelta(hours=1)
_MOST_KEYS = 20_000
_MOST_FAILURES = 100_000


@dataclass(frozen=True, slots=True)
class Failures:
    """Failures in a row of one name or one address; ``last_at`` is aware."""

    count: int
    last_at: datetime


def find_wait(failures: Failures | None, free: int, now: datetime) -> timedelta:
    """Return how long to wait: 0 for the first ``free`` attempts, then 1, 2, 4 … seconds up to 5 minutes."""
    if failures is None or failures.count < free or is_over(failures, now):
        return timedelta(0)
    pause = min(timedelta(seconds=2 ** min(failures.count - free, 20)), LONGEST_WAIT)
    # A clock that was set back must not prolong the wait.
    return min(max(failures.last_at + pause - now, timedelta(0)), pause)


def add_failure(failures: Failures | None, now: datetime) -> Failures:
    return Failures(1 if failures is None or is_over(failures, now) else failures.count + 1, now)


def is_over(failures: Failures, now: datetime) -> bool:
    """Say whether so much time has passed that the failures count no more."""
    return now - failures.last_at > FORGET_AFTER


@dataclass(frozen=True, slots=True)
class Alarm:
    """Tell of ``tell_after`` failures within ``within``."""

    tell_after: int
    within: timedelta


class Throttle:
    """The failures of all names and addresses, bounded in number; not for several threads at once."""

    def __init__(self, alarm: Alarm) -> None:
        self._alarm = alarm
        self._by_name: OrderedDict[str, Failures] = OrderedDict()
        self._by_address: OrderedDict[str, Failures] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._failed_at: deque[datetime] = deque(maxlen=_MOST_FAILURES)
        self._told_at: datetime | None = None

    def find_wait(self, name: str, address: str, now: datetime) -> timedelta:
        """Return how long this name from this address waits before it may try; 0 when it may now.

        Who signed in from this address before is not kept out by what others try with the name from elsewhere.
        """
        by_name = None if (name, address) in self._known else self._by_name.get(name)
        waits = find_wait(by_name, FREE_BY_NAME, now), find_wait(self._by_address.get(address), FREE_BY_ADDRESS, now)
        return max(waits)

    def count_attempt(self, name: str, address: str, now: datetime) -> None:
        """Count an attempt that is let through, as a failure for the time being."""
        _remember(self._by_name, name, add_failure(self._by_name.get(name), now))
        _remember(self._by_address, address, add_failure(self._by_address.get(address), now))

    def forgive(self, name: str, address: str) -> None:
        """Take back the failures of a name that signed in, and one of its address."""
        self._by_name.pop(name, None)
        failures = self._by_address.pop(address, None)
        if failures is not None and failures.count > 1:
            self._by_address[address] = Failures(failures.count - 1, failures.last_at)
        self._known[name, address] = None
        while len(self._known) > _MOST_KEYS:
            self._known.popitem(last=False)

    def note_failure(self, now: datetime) -> int | None:
        """Count a refused attempt; return how many there were lately when the admin is to be told now, else None."""
        self._failed_at.append(now)
        while self._failed_at and not now - self._alarm.within < self._failed_at[0] <= now:
            self._failed_at.popleft()
        told_lately = self._told_at is not None and timedelta(0) <= now - self._told_at < TELL_AGAIN_AFTER
        if len(self._failed_at) < self._alarm.tell_after or told_lately:
            return None
        self._told_at = now
        return len(self._failed_at)


def _remember(kept: OrderedDict[str, Failures], key: str, failures: Failures) -> None:
    kept[key] = failures
    kept.move_to_end(key)
    while len(kept) > _MOST_KEYS:
        kept.popitem(last=False)
