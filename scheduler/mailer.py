"""Hands composed mails to the relay over several kept connections at once, from one thread.

IO. ``connect`` and ``deliver`` wait for one mail; ``prepare``, ``begin`` and ``wait`` lead as many as there are
connections, each with at most one mail under way.
"""

from __future__ import annotations

import select
import time
from dataclasses import dataclass

from scheduler.connection import Connection
from scheduler.delivery import Accepted, Outcome, Permanent, Temporary, Unconfirmed, Withheld
from scheduler.errors import RelayError
from scheduler.relay import RelaySettings, SignInRefusedError
from scheduler.wire import Need, Steps, count_milliseconds, run_steps

__all__ = [
    "Accepted",
    "Finished",
    "Mailer",
    "Outcome",
    "Permanent",
    "RelaySettings",
    "SignInRefusedError",
    "Temporary",
    "Unconfirmed",
    "Waited",
    "Withheld",
]

LINGER_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of the mail that was begun as ``ref``."""

    ref: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Waited:
    """What happened while waiting: mails that ended, and why connections could not be made."""

    finished: tuple[Finished, ...]
    refusals: tuple[RelayError, ...]


class _Slot:
    """A connection and the dialogue on it: ``opening`` or ``sending``, or none."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.opening: Steps[None] | None = None
        self.sending: Steps[Outcome] | None = None
        self.ref = 0
        self.need: Need | None = None
        self.ready = False


class Mailer:
    """Kept sessions with the relay, ``connections`` at most.

    ``local_hostname`` is the name for EHLO (nothing is looked up). A session unused for ``idle_seconds`` must
    answer NOOP before it is used again.
    """

    def __init__(
        self, relay: RelaySettings, *, local_hostname: str, idle_seconds: float = 15.0, connections: int = 1
    ) -> None:
        self._slots = tuple(_Slot(Connection(relay, local_hostname, idle_seconds)) for _ in range(connections))
        self._finished: list[Finished] = []
        self._refusals: list[RelayError] = []

    # --- one mail at a time -------------------------------------------------------------------------

    def connect(self) -> None:
        """Make the first connection stand, as Connection.connect does; raises RelayError."""
        run_steps(self._slots[0].connection.connect())

    def deliver(self, *, sender: str, to: str, content: bytes) -> Outcome:
        """Send one mail over the connection that ``connect`` made, as Connection.deliver does."""
        return run_steps(self._slots[0].connection.deliver(sender, to, content))

    def close(self) -> None:
        """Say QUIT on every connection and hang up; a mail under way is abandoned."""
        self.abandon()
        for slot in self._slots:
            run_steps(slot.connection.quit())

    # --- several at once ----------------------------------------------------------------------------

    @property
    def connections(self) -> int:
        return len(self._slots)

    @property
    def ready(self) -> int:
        """How many connections stand and wait for a mail."""
        return sum(slot.ready for slot in self._slots)

    @property
    def is_busy(self) -> bool:
        """Whether any connection is being made or has a mail under way."""
        return any(slot.opening is not None or slot.sending is not None for slot in self._slots)

    def prepare(self, wanted: int) -> None:
        """See to it that ``wanted`` connections that have no mail are ready, or begin to make them so."""
        for slot in self._slots:
            if slot.sending is not None:
                continue
            if wanted <= 0:
                return
            wanted -= 1
            if slot.opening is None and not (slot.ready and slot.connection.is_fresh):
                slot.ready = slot.connection.is_fresh
                if not slot.ready:
                    slot.opening = slot.connection.connect()
                    self._advance(slot)

    def begin(self, ref: int, *, sender: str, to: str, content: bytes) -> None:
        """Begin a mail on a ready connection; its claim must stand in the ledger by now (invariant 3)."""
        slot = next(slot for slot in self._slots if slot.ready)
        slot.ready, slot.ref = False, ref
        slot.sending = slot.connection.deliver(sender, to, content)
        self._advance(slot)

    def wait(self, seconds: float) -> Waited:
        """Lead every dialogue on until one has ended, and for a moment more; at most ``seconds``.

        The moment lets mails that end nearly together be recorded together.
        """
        self._lead(0.0 if self._finished or self._refusals else seconds)
        if self._finished and self.is_busy:
            until = time.monotonic() + LINGER_SECONDS
            while (left := until - time.monotonic()) > 0 and self.is_busy:
                self._lead(left)
        waited = Waited(tuple(self._finished), tuple(self._refusals))
        self._finished.clear()
        self._refusals.clear()
        return waited

    def _lead(self, seconds: float) -> None:
        """Wait at most ``seconds`` for the first dialogue that can go on, and lead on all that can."""
        waiting = [(slot, slot.need) for slot in self._slots if slot.need is not None]
        now = time.monotonic()
        until = min((need.deadline for _, need in waiting), default=now)
        seconds = min(seconds, until - now)
        poll = select.poll()
        for _, need in waiting:
            poll.register(need.socket, need.events)
        able = {descriptor for descriptor, _ in poll.poll(count_milliseconds(seconds) if seconds > 0 else 0)}
        now = time.monotonic()
        for slot, need in waiting:
            if need.socket.fileno() in able or now >= need.deadline:
                self._advance(slot)

    def abandon(self) -> None:
        """Hang up on every dialogue under way, as our own death would."""
        for slot in self._slots:
            for steps in (slot.opening, slot.sending):
                if steps is not None:
                    steps.close()
                    slot.connection.drop()
            slot.opening = slot.sending = slot.need = None
            slot.ready = False
        self._finished.clear()
        self._refusals.clear()

    def _advance(self, slot: _Slot) -> None:
        try:
            if slot.opening is not None:
                slot.need = next(slot.opening)
            elif slot.sending is not None:
                slot.need = next(slot.sending)
        except StopIteration as end:
            slot.need = None
            if slot.sending is not None:
                outcome: Outcome = end.value
                self._finished.append(Finished(slot.ref, outcome))
            slot.opening, slot.sending = None, None
            slot.ready = slot.connection.is_fresh
        except RelayError as refusal:
            slot.opening = slot.need = None
            self._refusals.append(refusal)
