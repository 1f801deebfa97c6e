"""The service: keeps ledger, mail and feeds in step with the configuration in force.

Shell. Each tick looks at what ``following`` has on offer, sends what is due, and publishes the feeds when they changed.
The time comes from the clock that was given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta

import structlog

from scheduler.clock import Clock
from scheduler.errors import LedgerError
from scheduler.following import Decision, Following, InForce, Setup
from scheduler.ledger import Ledger
from scheduler.mailer import Mailer
from scheduler.metrics import Metrics
from scheduler.model import OFFICE_ZONE, RecordedEvent
from scheduler.pacing import Limits, Pause, find_earliest
from scheduler.recording import Attempt, Recorder
from scheduler.sending import Sender
from scheduler.snapshot import Snapshot

__all__ = ["Attempt", "Service"]

RELAY_PAUSE = timedelta(seconds=60)

_NO_LIMITS = Limits()

_log = structlog.get_logger(__name__)


class Service:
    """Keeps ledger, mail and feeds in step with one setup at a time.

    ``fallback`` is the configuration that ran before: it runs while the first setup waits for approval, and tells which
    plans are gone.
    """

    def __init__(
        self,
        *,
        setup: Setup,
        ledger: Ledger,
        mailer: Mailer,
        clock: Clock,
        publish: Callable[[Snapshot, tuple[RecordedEvent, ...], date], None],
        on_attempt: Callable[[Attempt], None] = lambda attempt: None,
        limits: Limits = _NO_LIMITS,
        fallback: Setup | None = None,
        on_decision: Callable[[Decision], None] = lambda decision: None,
    ) -> None:
        self._first = setup
        self._fallback = fallback
        self._following = Following(ledger, on_decision, None if fallback is None else fallback.snapshot)
        self._ledger = ledger
        self._clock = clock
        self._publish = publish
        self._on_attempt = on_attempt
        self._published: tuple[InForce | None, date | None] = (None, None)
        self._states_changed = True
        self.stopping = threading.Event()
        self.on_progress: Callable[[], None] = lambda: None
        self.metrics = Metrics()
        self._recorder = Recorder(ledger, clock, self._tell)
        self._sender = Sender(
            ledger=ledger,
            mailer=mailer,
            clock=clock,
            recorder=self._recorder,
            limits=limits,
            should_stop=self.stopping.is_set,
            on_progress=lambda: self.on_progress(),
        )

    @property
    def relay_problem(self) -> str | None:
        """Why the mail relay cannot be used, None while it can."""
        return self._sender.relay_problem

    @property
    def pause(self) -> Pause | None:
        """The pause that stands, as last seen; None when mail may go."""
        pause = self._sender.pause
        return pause if pause is not None and pause.holds(self._clock.now()) else None

    @property
    def in_force(self) -> InForce | None:
        """The configuration that runs; None before the first does."""
        return self._following.in_force

    @property
    def waiting(self) -> Setup | None:
        """The edit that waits for approval; None where none does."""
        return self._following.waiting

    def start(self) -> None:
        """Make the ledger hold what is wanted and publish the feeds; the first tick recovers what was under way.

        A ledger that was restored or copied starts paused; a pause that the relay caused is lifted, since the
        settings may have been mended.
        """
        self._ledger.control.lift_relay_pause()
        self._sender.pause = self._ledger.control.recognise(self._clock.now())
        if self.pause is not None:
            _log.error("all mail is paused", by=self.pause.by, reason=self.pause.reason)
        self._following.offer(self._first)
        self._settle()
        self._heed_marks()
        if self._following.in_force is None and self._fallback is not None:
            self._following.put_in_force(self._fallback)
            self.publish()

    def offer(self, setup: Setup) -> None:
        """Offer another configuration, from any thread; the next tick looks at it."""
        self._following.offer(setup)

    def tick(self) -> datetime | None:
        """Do what is due now; return the instant of the next work, None when no row waits for time."""
        began_at = self._clock.now()
        unsettled = self._try_to_settle()
        self._heed_marks()
        in_force = self._following.in_force
        if in_force is None:
            # The very first configuration waits for approval: nothing is known that may be sent.
            return None
        try:
            look_again = self._sender.send_due(in_force.composer)
        finally:
            self._note_tick()
        if not self._is_published():
            self.publish()
        if unsettled is not None:
            raise unsettled
        next_at = self._ledger.sending.find_next_at()
        if next_at is None or next_at > began_at:
            return next_at
        # Looked at and still due: it may not go yet, or we are stopping.
        return find_earliest((look_again or began_at + RELAY_PAUSE, self._ledger.sending.find_next_at(began_at)))

    def _note_tick(self) -> None:
        if self._states_changed:
            try:
                self.metrics.note_states(self._ledger.history.count_states())
                self._ledger.control.note_changes()
                self._states_changed = False
            except LedgerError as error:
                # What it cannot count now it counts after the next tick; this one's own error is the one to tell.
                _log.warning("the states are not counted", problem=str(error))
        self.metrics.note_tick(
            self._clock.now(),
            relay_up=self.relay_problem is None,
            paused=self.pause is not None,
            kept=self._recorder.kept,
        )

    def _try_to_settle(self) -> Exception | None:
        """Put in force what may be; return why that failed where what is in force holds all the same."""
        try:
            self._settle()
        except Exception as error:
            if self._following.in_force is None or not self._following.is_in_step:
                raise
            return error
        return None

    def _settle(self) -> None:
        """Put in force what may be, and publish it."""
        if self._following.settle(self._clock.now()):
            self._states_changed = True
            self.publish()

    def _heed_marks(self) -> None:
        if self._following.heed_marks(self._clock.now()):
            self._states_changed = True

    def publish(self) -> None:
        """Hand the recorded events to the web; done again when the date changes, since feeds depend on it."""
        in_force = self._following.in_force
        if in_force is not None:
            today = self._today()
            self._publish(in_force.setup.snapshot, in_force.recorded, today)
            self._published = in_force, today

    def _is_published(self) -> bool:
        """Say whether what is in force was published as it reads today."""
        in_force, day = self._published
        return in_force is self._following.in_force and day == self._today()

    def _today(self) -> date:
        in_force = self._following.in_force
        return self._clock.now().astimezone(OFFICE_ZONE if in_force is None else in_force.setup.snapshot.zone).date()

    def _tell(self, attempt: Attempt) -> None:
        self._states_changed = True
        self.metrics.count_attempt(attempt)
        self._on_attempt(attempt)
