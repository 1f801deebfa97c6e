"""What the ledger knows of a plan, read as a mail about it is written.

Shell over the ledger, reading only.
"""

from __future__ import annotations

from scheduler.delivery import DeliveryState
from scheduler.heard import Heard
from scheduler.ledger import Ledger


class LedgerHearing:
    """Hears what people said, and how mails fared, at each call anew."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def __call__(self, plan: str) -> Heard:
        """Return what is known of ``plan`` now."""
        ledger = self._ledger
        waiting = ledger.edits.find_waiting()
        troubled = ledger.history.list_in_states((DeliveryState.FAILED, DeliveryState.UNCONFIRMED))
        return Heard(
            marks=ledger.arrivals.list_marks(plan),
            answers=ledger.attendance.list_answers(plan),
            troubled=tuple(delivery for delivery in troubled if delivery.plan == plan),
            sent_keys=ledger.history.list_sent_keys(plan, "report"),
            waiting_edit=None if waiting is None or waiting.approved_at is not None else waiting.fingerprint,
        )
