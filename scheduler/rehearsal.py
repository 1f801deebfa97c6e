"""The real service on a clock that starts where one likes and runs as fast as one likes.

IO shell. Nothing here decides: the same service, ledger, timer and mailer as in ``scheduler run``.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler.arrivals import ReportMark
from scheduler.clock import make_rehearsal_clock, read_wall_clock
from scheduler.errors import RelayError
from scheduler.following import Setup
from scheduler.ledger import Ledger, StateCount, hold_instance_lock
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import MessageWriter
from scheduler.model import RecordedEvent
from scheduler.pacing import find_earliest
from scheduler.service import Attempt, Service
from scheduler.snapshot import Snapshot
from scheduler.timer import Timer

RELAY_FAILURES_UNTIL_GIVING_UP = 10


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What to rehearse: the time from ``start`` to ``end``, ``speed`` times as fast (0: as fast as it can).

    ``marks`` are made at their instants, in whose order they stand.
    """

    snapshot: Snapshot
    writer: MessageWriter
    relay: RelaySettings
    hostname: str
    ledger_url: str
    start: datetime
    end: datetime
    speed: float
    marks: tuple[ReportMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How a rehearsal ended."""

    counts: tuple[StateCount, ...]
    events: tuple[RecordedEvent, ...]


def run_rehearsal(rehearsal: Rehearsal, on_attempt: Callable[[Attempt], None]) -> Rehearsed:
    """Run the service until nothing waits before ``end``; a ledger that was killed goes on where it stood.

    Raises RelayError when the relay cannot be used, LedgerBusyError when another works on the ledger.
    """
    with hold_instance_lock(rehearsal.ledger_url, read_wall_clock()):
        ledger = Ledger.open(rehearsal.ledger_url)
        try:
            return _run(rehearsal, ledger, on_attempt)
        finally:
            ledger.close()


def _run(rehearsal: Rehearsal, ledger: Ledger, on_attempt: Callable[[Attempt], None]) -> Rehearsed:
    stood_at = ledger.sending.find_last_instant()
    clock = make_rehearsal_clock(max(rehearsal.start, stood_at or rehearsal.start), rehearsal.speed)
    mailer = Mailer(rehearsal.relay, local_hostname=rehearsal.hostname)
    # A relay that cannot be used would let time jump by without a mail: better to know before.
    mailer.connect()
    published: list[tuple[RecordedEvent, ...]] = []
    service = Service(
        setup=Setup(rehearsal.snapshot, rehearsal.writer.signing(ledger.control.find_link_secret())),
        ledger=ledger,
        mailer=mailer,
        clock=clock,
        publish=lambda _snapshot, recorded, _today: published.append(recorded),
        on_attempt=on_attempt,
    )
    finished = threading.Event()
    failures = 0
    coming = _list_coming(rehearsal, ledger)

    def work() -> datetime | None:
        nonlocal failures
        while coming and coming[0].made_at <= clock.now():
            ledger.arrivals.add(coming.popleft())
        next_at = find_earliest((service.tick(), coming[0].made_at if coming else None))
        failures = failures + 1 if service.relay_problem else 0
        if next_at is None or next_at > rehearsal.end or failures >= RELAY_FAILURES_UNTIL_GIVING_UP:
            finished.set()
            return None
        return next_at

    service.start()
    timer = Timer(clock, work)
    timer.start()
    try:
        finished.wait()
    finally:
        service.stopping.set()
        timer.stop()
        mailer.close()
    if service.relay_problem:
        raise RelayError(service.relay_problem)
    return Rehearsed(ledger.history.count_states(), published[-1])


def _list_coming(rehearsal: Rehearsal, ledger: Ledger) -> deque[ReportMark]:
    """Return the marks that are still to be made, where a killed rehearsal goes on too."""
    made = ledger.arrivals.list_marks()
    # The last one again: others may be of the same instant, and to make one twice changes nothing.
    return deque(mark for mark in rehearsal.marks if not made or mark.made_at >= made[-1].made_at)
