"""Says *now*: calls the service at the next due instant, sweeps in case a wake-up was lost, watches itself.

IO; the only module that imports APScheduler. It holds no truth (invariant 1): its memory store has at
most three jobs, for the next instant that the ledger names, for a call out of turn and for the sweep, and what
is in it is made anew at start. What is late still runs (no grace time), and never twice at once (one worker thread).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from scheduler.clock import Clock

SWEEP_EVERY = timedelta(seconds=60)
SWEEP_AT_LEAST_EVERY = timedelta(seconds=1)
MISSED_SWEEPS_UNTIL_DEAD = 3

_log = structlog.get_logger(__name__)


class Timer:
    """Calls ``work`` when it is time; ``work`` returns the next instant, or None when nothing waits.

    ``work`` runs in one thread of the timer's own. An exception in it is logged, stands in ``failure`` until
    a tick ends well, and the sweep tries again.
    """

    def __init__(self, clock: Clock, work: Callable[[], datetime | None]) -> None:
        self._clock = clock
        self._work = work
        self._sweep_every = _find_sweep_interval(clock)
        self._last_beat = time.monotonic()
        self.failure: str | None = None
        self._stopping = threading.Event()
        self._ticking = threading.Lock()
        self._scheduler = self._make_scheduler()
        self._watchdog = threading.Thread(target=self._watch, name="timer-watchdog", daemon=True)

    def start(self) -> None:
        """Start with a tick at once."""
        self._begin()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop after the tick under way; idempotent."""
        self._stopping.set()
        self.halt()

    def halt(self) -> None:
        """Halt the scheduler after the tick under way, as its death would; the watchdog starts another."""
        if self._scheduler.running:
            # Its shutdown, met while a job is being handed out, kills its thread with a traceback: pausing lets
            # no more be handed out, and listing the jobs waits for the one under way.
            self._scheduler.pause()
            self._scheduler.get_jobs()
            self._scheduler.shutdown(wait=True)

    @property
    def is_running(self) -> bool:
        return bool(self._scheduler.running)

    def call(self) -> None:
        """Call ``work`` as soon as may be, from any thread: something happened that no instant announced.

        A tick under way may have looked too early to see it, so another one follows; what that one is about to arm
        does not take this call's place.
        """
        self._arm(self._clock.now(), "call")

    def _arm(self, instant: datetime, job: str) -> None:
        """Call ``work`` at ``instant`` of the clock, instead of at the instant armed for the same job before."""
        self._scheduler.add_job(
            self._tick,
            DateTrigger(self._clock.find_wall_time(instant)),
            args=(instant,),
            id=job,
            replace_existing=True,
        )

    def beat(self) -> None:
        """Say that the work under way makes progress, so that a long tick is not taken for a dead one."""
        self._last_beat = time.monotonic()

    @property
    def silent_for(self) -> timedelta:
        """How long ago the last sign of life was.

        By no clock that can be set: one set back would keep the scheduler from sweeping and look like no time at all.
        """
        return timedelta(seconds=time.monotonic() - self._last_beat)

    @property
    def is_alive(self) -> bool:
        return self.silent_for < MISSED_SWEEPS_UNTIL_DEAD * self._sweep_every

    def _make_scheduler(self) -> BackgroundScheduler:
        return BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(1)},
            # Its defaults drop a job that is a second late, run a backlog once for each lost call, and drop the
            # next wake-up while the tick that armed it is still ending. The one thread keeps ticks apart.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 10},
            timezone="UTC",
        )

    def _begin(self) -> None:
        self._scheduler.add_job(self._sweep, IntervalTrigger(seconds=self._sweep_every.total_seconds()), id="sweep")
        self._scheduler.start()
        self._arm(self._clock.now(), "wake")

    def _sweep(self) -> None:
        self._tick(self._clock.now())

    def _tick(self, instant: datetime) -> None:
        if not self._ticking.acquire(blocking=False):
            # The watchdog took a long tick for a dead one. Two must not meet, nor may time move under the first; it
            # arms what comes next when it ends, and until then the sweep looks in.
            return
        try:
            next_at = self._run_work(instant)
        finally:
            self._ticking.release()
        if next_at is not None and not self._stopping.is_set():
            self._arm(next_at, "wake")

    def _run_work(self, instant: datetime) -> datetime | None:
        next_at: datetime | None = None
        self.beat()
        try:
            self._clock.reach(instant)
            next_at = self._work()
            self.failure = None
        except Exception as error:
            self.failure = f"{type(error).__name__}: {error}"
            _log.exception("tick failed; the sweep tries again")
        self.beat()
        return next_at

    def _watch(self) -> None:
        while not self._stopping.wait(self._sweep_every.total_seconds()):
            if self.is_alive:
                continue
            _log.error("timer is silent; starting it anew", silent_seconds=round(self.silent_for.total_seconds()))
            dead, self._scheduler = self._scheduler, self._make_scheduler()
            if dead.running:
                dead.shutdown(wait=False)
            self.beat()
            self._begin()


def _find_sweep_interval(clock: Clock) -> timedelta:
    """Return the sweep's interval in wall time: a minute of the clock, not under a second."""
    if clock.speed == 0:
        return SWEEP_AT_LEAST_EVERY
    return max(SWEEP_EVERY / clock.speed, SWEEP_AT_LEAST_EVERY)
