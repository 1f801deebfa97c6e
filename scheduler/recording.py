"""Keeps every known outcome until the ledger has it, and tells of it then.

Shell over the ledger. An outcome that cannot be committed (database locked, disk full) stays in memory; whoever
sends commits it before anything else, so that nothing is sent twice while this process lives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from scheduler.changes import NO_LONGER_WANTED
from scheduler.clock import Clock
from scheduler.delivery import Delivery, DeliveryState, Verdict, judge_interrupted
from scheduler.digests import NOTHING_TO_SAY
from scheduler.ledger import Claim, Committed, Ledger, Result

_NOTHING = Committed(frozenset(), frozenset(), None)
_LONGEST_DETAIL = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery after its attempt, for those who watch: the row as it was, the state it is in now."""

    delivery: Delivery
    subject: str
    state: DeliveryState
    detail: str
    at: datetime


class Recorder:
    """Commits claims and outcomes in groups; ``tell`` hears of each attempt that was committed."""

    def __init__(self, ledger: Ledger, clock: Clock, tell: Callable[[Attempt], None]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._tell = tell
        self._kept: list[tuple[Result, str]] = []
        # Bound once: the lazy one is bound anew for every mail, even where nothing is logged.
        self._log = _log.bind()

    @property
    def kept(self) -> int:
        """How many outcomes are known that the ledger does not have yet."""
        return len(self._kept)

    def keep(self, result: Result, subject: str) -> None:
        """Keep an outcome until the next commit."""
        self._kept.append((result, subject))

    def commit(self, claims: Sequence[Claim] = (), meanwhile: Callable[[], None] | None = None) -> Committed:
        """Commit what is kept, and ``claims``; LedgerError when it cannot be: then all of it stays kept, unclaimed.

        ``meanwhile``, which must not raise, is done while the disk works, if there is anything to commit.
        """
        if not self._kept and not claims:
            return _NOTHING
        kept = tuple(self._kept)
        committed = self._ledger.sending.commit([result for result, _ in kept], claims, self._clock.now(), meanwhile)
        del self._kept[: len(kept)]
        for result, subject in kept:
            if result.delivery.id in committed.lost:
                _log.error("delivery changed under our hands; is a second service on this ledger?",
                           id=result.delivery.id)  # fmt: skip
            elif result.verdict.counted:
                self._announce(result.delivery, subject, result.verdict, result.ended_at)
            else:
                _log.warning("delivery withheld", id=result.delivery.id, problem=result.verdict.detail)
        return committed

    def recover(self) -> None:
        """Bring back the rows that our own death left ``sending`` (invariant 5)."""
        now = self._clock.now()
        for delivery in self._ledger.sending.list_interrupted(now):
            verdict = judge_interrupted(delivery, now)
            self._ledger.sending.record_interrupted(delivery, verdict, now)
            _log.warning("interrupted delivery", delivery=delivery.id, to=delivery.address, state=verdict.state)

    def fail_unwritten(self, delivery: Delivery, reason: str) -> None:
        """Fail a delivery whose message cannot be written; the others go on (invariant 9)."""
        now = self._clock.now()
        verdict = Verdict(DeliveryState.FAILED, None, reason[:_LONGEST_DETAIL])
        self._ledger.sending.move_unsent(delivery, verdict, now)
        self._announce(delivery, "", verdict, now)

    def skip_silent(self, delivery: Delivery) -> None:
        """Skip a digest that has nothing to say."""
        self._ledger.sending.move_unsent(
            delivery, Verdict(DeliveryState.SKIPPED, None, NOTHING_TO_SAY), self._clock.now()
        )

    def cancel_unwanted(self, delivery: Delivery) -> None:
        """Take back a delivery that nobody wants any more; one that may have arrived stays ``unconfirmed``."""
        unsure = delivery.state is DeliveryState.UNCONFIRMED
        state = delivery.state if unsure else DeliveryState.CANCELLED
        self._ledger.sending.move_unsent(delivery, Verdict(state, None, NO_LONGER_WANTED), self._clock.now())

    def _announce(self, delivery: Delivery, subject: str, verdict: Verdict, at: datetime) -> None:
        log = self._log.info if verdict.state is DeliveryState.SENT else self._log.warning
        log("delivery", id=delivery.id, rule=delivery.rule, to=delivery.address, state=verdict.state,
            detail=verdict.detail)  # fmt: skip
        self._tell(Attempt(delivery, subject, verdict.state, verdict.detail, at))
