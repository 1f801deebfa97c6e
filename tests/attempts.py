"""One attempt at one delivery, claimed and concluded as the sender does it with many at once."""

from datetime import datetime

from scheduler.delivery import Delivery, Verdict
from scheduler.ledger import Claim, FrozenMessage, Result
from scheduler.ledger.sending import Sending


def claim(sending: Sending, row: Delivery, message: FrozenMessage, now: datetime) -> bool:
    """Commit that ``message`` is under way; False where another had the row first, or all mail is paused."""
    return row.id in sending.commit((), (Claim(row, message),), now).claimed


def conclude(sending: Sending, row: Delivery, verdict: Verdict, now: datetime) -> bool:
    """Commit the outcome of the attempt; ``row`` is as it was before the claim. False where it is ours no longer."""
    return row.id not in sending.commit((Result(row, verdict, now),), (), now).lost
