"""When mail may go: quiet hours, bounds per minute, the breaker of a relay that is down, and pauses.

Pure: the time is an argument, and every rule answers with the instant at which to look again. A clock that was
stepped back must not prolong a wait, so each wait is bounded by its own length.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

PROBE_EVERY = timedelta(seconds=60)
ASK_AGAIN_AFTER = timedelta(hours=1)

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which no mail goes: from ``begin`` to ``end``, over midnight where ``end`` is the earlier."""

    begin: time
    end: time
    zone: ZoneInfo

    def find_end(self, now: datetime) -> datetime | None:
        """Return the instant at which the quiet hours that ``now`` lies in end; None outside of them."""
        local = now.astimezone(self.zone)
        clock = local.time().replace(fold=0)
        if self.begin < self.end:
            inside, days = self.begin <= clock < self.end, 0
        else:
            inside, days = clock >= self.begin or clock < self.end, int(clock >= self.begin)
        if not inside:
            return None
        return datetime.combine(local.date() + timedelta(days=days), self.end, self.zone)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a deployment allows; None means no bound.

    ``per_minute`` and ``per_domain_per_minute`` hold for every span of 60 seconds.
    """

    per_minute: int | None = None
    per_domain_per_minute: int | None = None
    quiet_hours: QuietHours | None = None
    most_attempts: int | None = None
    return_path: str | None = None


class Pacer:
    """Counts what went in the last minute, as a whole and by destination domain."""

    def __init__(self, limits: Limits) -> None:
        self._whole = _Window(limits.per_minute)
        self._bound = limits.per_domain_per_minute
        self._domains: defaultdict[str, _Window] = defaultdict(lambda: _Window(self._bound))

    def find_wait(self, now: datetime) -> datetime | None:
        """Return the instant from which any mail may go at all; None when one may now."""
        return self._whole.find_wait(now)

    def find_domain_wait(self, address: str, now: datetime) -> datetime | None:
        """Return the instant from which a mail to the domain of ``address`` may go; None when one may now."""
        return None if self._bound is None else self._domains[_take_domain(address)].find_wait(now)

    def count(self, address: str, at: datetime) -> None:
        """Count one mail that goes to ``address`` at ``at``."""
        self._whole.count(at)
        if self._bound is not None:
            self._domains[_take_domain(address)].count(at)


class _Window:
    """The instants of the last minute, at most ``bound`` of them."""

    def __init__(self, bound: int | None) -> None:
        self._bound = bound
        self._instants: deque[datetime] = deque()

    def find_wait(self, now: datetime) -> datetime | None:
        if self._bound is None:
            return None
        # Instants ahead of us stem from a clock that has been set back since.
        while self._instants and not now - _MINUTE < self._instants[0] <= now:
            self._instants.popleft()
        return None if len(self._instants) < self._bound else self._instants[0] + _MINUTE

    def count(self, at: datetime) -> None:
        if self._bound is not None:
            self._instants.append(at)


def _take_domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Breaker:
    """Whether the relay can be used: closed, open until ``probe_at``, or, from then on, tried with one mail."""

    problem: str | None = None
    probe_at: datetime | None = None

    def open(self, problem: str, now: datetime) -> Breaker:
        return Breaker(problem, now + PROBE_EVERY)

    def find_wait(self, now: datetime) -> datetime | None:
        """Return the instant of the next probe; None when mail may be tried now."""
        if self.probe_at is None or not now < self.probe_at <= now + PROBE_EVERY:
            return None
        return self.probe_at

    @property
    def is_open(self) -> bool:
        return self.problem is not None


class PausedBy(StrEnum):
    """Who stopped all mail, and thereby what lifts it."""

    PERSON = "person"
    RELAY = "relay"
    COPY = "copy"


@dataclass(frozen=True, slots=True)
class Pause:
    """All mail stands still since ``since``; ``until`` None means until a person resumes it."""

    by: PausedBy
    reason: str
    since: datetime
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until <= now + ASK_AGAIN_AFTER


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing may go now, and when to look again."""

    reason: str
    until: datetime = field(compare=False)


def find_hold(limits: Limits, breaker: Breaker, pause: Pause | None, now: datetime) -> Hold | None:
    """Return what keeps all mail back at ``now``; None when mail may go. A person's pause is looked at each minute."""
    if pause is not None and pause.holds(now):
        return Hold(f"paused: {pause.reason}", pause.until or now + _MINUTE)
    quiet_until = None if limits.quiet_hours is None else limits.quiet_hours.find_end(now)
    if quiet_until is not None:
        return Hold("quiet hours", quiet_until)
    probe_at = breaker.find_wait(now)
    if probe_at is not None:
        return Hold(f"the relay cannot be used: {breaker.problem}", probe_at)
    return None


def find_earliest(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the earliest of ``instants``, None when there is none."""
    return min((instant for instant in instants if instant is not None), default=None)
