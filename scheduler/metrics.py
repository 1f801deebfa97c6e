"""What the service counts, in the text format of Prometheus.

In memory: a request for it touches neither ledger nor relay.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from scheduler.delivery import DeliveryState
from scheduler.ledger import StateCount
from scheduler.recording import Attempt

_LATENESS_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 6 * 3600, 24 * 3600)


class Metrics:
    """Counts since the start of this process, and the state at the last tick."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._deliveries = Gauge(
            "scheduler_deliveries", "Deliveries in the ledger, by state.", ("state",), registry=self._registry
        )
        self._attempts = Counter(
            "scheduler_attempts", "Attempts of this process, by the state they led to.", ("state",),
            registry=self._registry,
        )  # fmt: skip
        self._lateness = Histogram(
            "scheduler_lateness_seconds",
            "From the instant a mail was due to the server's yes, for mails sent at the first attempt.",
            buckets=_LATENESS_SECONDS,
            registry=self._registry,
        )
        self._relay = Gauge(
            "scheduler_relay_up", "1 while the mail relay can be used, as far as known.", registry=self._registry
        )
        self._paused = Gauge("scheduler_paused", "1 while all mail is paused.", registry=self._registry)
        self._kept = Gauge(
            "scheduler_outcomes_unrecorded", "Outcomes known that the ledger could not be told.",
            registry=self._registry,
        )  # fmt: skip
        self._last_tick = Gauge(
            "scheduler_last_tick_timestamp_seconds", "When the timer's last tick ended.", registry=self._registry
        )
        for state in DeliveryState:
            self._deliveries.labels(state)
        self._attempts_by_state = {state: self._attempts.labels(state) for state in DeliveryState}
        self._relay.set(1)

    def count_attempt(self, attempt: Attempt) -> None:
        self._attempts_by_state[attempt.state].inc()
        if attempt.state is DeliveryState.SENT and attempt.delivery.attempts == 0:
            self._lateness.observe(max(0.0, (attempt.at - attempt.delivery.due_at).total_seconds()))

    def note_states(self, counts: Iterable[StateCount]) -> None:
        """Show how many deliveries stand in which state; states not in ``counts`` have none."""
        found = {count.state: count.count for count in counts}
        for state in DeliveryState:
            self._deliveries.labels(state).set(found.get(state, 0))

    def note_tick(self, now: datetime, *, relay_up: bool, paused: bool, kept: int) -> None:
        self._relay.set(relay_up)
        self._paused.set(paused)
        self._kept.set(kept)
        self._last_tick.set(now.timestamp())

    def render(self) -> bytes:
        """Return everything as Prometheus reads it, in its text format 0.0.4."""
        return generate_latest(self._registry)
