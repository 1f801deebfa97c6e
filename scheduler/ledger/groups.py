"""Claims and outcomes of several connections, written in one transaction.

IO. Each change of state is a conditional UPDATE on a row that was read under the same write lock (invariant 3). As
text, and with values as the driver takes them (see Driver).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.engine.interfaces import DBAPICursor

from scheduler.delivery import Delivery, DeliveryState, Verdict
from scheduler.ledger.schema import count_microseconds
from scheduler.pacing import Pause

# Longer than any dialogue of RFC 5321 takes: whoever claimed a row on another host has its answer by then.
LEASE = timedelta(minutes=30)

T = TypeVar("T")
Bound = tuple[str | int | bytes | None, ...]


@dataclass(frozen=True, slots=True)
class FrozenMessage:
    """The bytes of a delivery's message, written once at the first claim (invariant 4)."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    content: bytes
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """The wish to send ``delivery``, a row as it was read, as ``message``."""

    delivery: Delivery
    message: FrozenMessage


@dataclass(frozen=True, slots=True)
class Result:
    """What an attempt came to; ``delivery`` is the row before its claim."""

    delivery: Delivery
    verdict: Verdict
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Committed:
    """What a group commit did: the ids that were claimed, those whose row is no longer ours, and the pause it saw."""

    claimed: frozenset[int]
    lost: frozenset[int]
    pause: Pause | None


class RowChangedError(Exception):
    """One row of a group is not as it was read; the group is to be written row by row."""


def record_results(cursor: DBAPICursor, results: Sequence[Result], claimant: str, *, in_bulk: bool) -> Sequence[Result]:
    """Write the outcomes of those attempts that are still those of ``claimant``; return these."""
    rows = [_make_verdict_row(result, claimant) for result in results]
    own = _update_guarded(cursor, _LEAVE_SENDING, results, rows, in_bulk=in_bulk)
    if own:
        cursor.executemany(_END_ATTEMPT, [_make_ended_row(result) for result in own])
    return own


def claim_rows(
    cursor: DBAPICursor, claims: Sequence[Claim], claimant: str, now: datetime, *, in_bulk: bool
) -> Sequence[Claim]:
    """Claim the rows that stand as they were read, and freeze their messages; return these."""
    instant, lease_end = count_microseconds(now), count_microseconds(now + LEASE)
    rows = [_make_claim_row(claim, claimant, lease_end, instant) for claim in claims]
    won = _update_guarded(cursor, _ENTER_SENDING, claims, rows, in_bulk=in_bulk)
    new = [_make_message_row(claim) for claim in won if claim.delivery.message_id is None]
    if new:
        cursor.executemany(_KEEP_MESSAGE, new)
    if won:
        cursor.executemany(_BEGIN_ATTEMPT, [(claim.delivery.id, claim.delivery.claims + 1, instant) for claim in won])
    return won


def _update_guarded(
    cursor: DBAPICursor, statement: str, items: Sequence[T], rows: Sequence[Bound], *, in_bulk: bool
) -> Sequence[T]:
    """Run a conditional UPDATE of one row for each of ``items``; return those whose row was changed by it."""
    if not rows:
        return ()
    if not in_bulk:
        return [item for item, row in zip(items, rows, strict=True) if cursor.execute(statement, row).rowcount == 1]
    if cursor.executemany(statement, rows).rowcount != len(rows):
        raise RowChangedError
    return items


_ENTER_SENDING = """
UPDATE deliveries
SET state = 'sending', next_at = NULL, attempts = ?, claims = ?, in_doubt = ?, message_id = ?,
    claimed_by = ?, leased_until = ?, updated_at = ?
WHERE id = ? AND state = ? AND claims = ? AND updated_at = ? AND state IN ('planned', 'retrying', 'unconfirmed')
AND NOT (about = 'report' AND rule <> 'receipt' AND 'taken-back' <> COALESCE((
    SELECT mark FROM report_marks AS marks
    WHERE marks.plan = deliveries.plan AND marks.report = deliveries.item AND marks.unit = deliveries.unit
    ORDER BY marks.id DESC LIMIT 1), 'taken-back'))
"""
_LEAVE_SENDING = """
UPDATE deliveries
SET state = ?, next_at = ?, attempts = ?, silences = ?, in_doubt = ?, detail = ?, updated_at = ?
WHERE id = ? AND state = 'sending' AND claims = ? AND claimed_by = ?
"""
_BEGIN_ATTEMPT = "INSERT INTO attempts (delivery_id, number, started_at) VALUES (?, ?, ?)"
_END_ATTEMPT = "UPDATE attempts SET ended_at = ?, outcome = ?, response = ? WHERE delivery_id = ? AND number = ?"
_KEEP_MESSAGE = """
INSERT INTO messages (delivery_id, message_id, sender, recipient, subject, content, written_at)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""


def _make_claim_row(claim: Claim, claimant: str, lease_end: int, instant: int) -> Bound:
    delivery = claim.delivery
    return (
        delivery.attempts + 1,
        delivery.claims + 1,
        delivery.in_doubt or delivery.state is DeliveryState.UNCONFIRMED,
        claim.message.message_id,
        claimant,
        lease_end,
        instant,
        delivery.id,
        delivery.state,
        delivery.claims,
        count_microseconds(delivery.updated_at),
    )


def _make_verdict_row(result: Result, claimant: str) -> Bound:
    delivery, verdict = result.delivery, result.verdict
    # Sent again after a silence it may arrive twice; but not when the relay did not even hear of it.
    sent_again = delivery.state is DeliveryState.UNCONFIRMED and verdict.counted
    return (
        verdict.state,
        None if verdict.next_at is None else count_microseconds(verdict.next_at),
        delivery.attempts + verdict.counted,
        delivery.silences + verdict.silent,
        delivery.in_doubt or sent_again,
        verdict.detail,
        count_microseconds(result.ended_at),
        delivery.id,
        delivery.claims + 1,
        claimant,
    )


def _make_ended_row(result: Result) -> Bound:
    outcome = str(result.verdict.state) if result.verdict.counted else "withheld"
    ended_at = count_microseconds(result.ended_at)
    return ended_at, outcome, result.verdict.detail, result.delivery.id, result.delivery.claims + 1


def _make_message_row(claim: Claim) -> Bound:
    message = claim.message
    return (
        claim.delivery.id,
        message.message_id,
        message.sender,
        message.recipient,
        message.subject,
        message.content,
        count_microseconds(message.written_at),
    )
