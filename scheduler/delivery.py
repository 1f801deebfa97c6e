"""Deliveries, and the protocol's decisions: which due rows go, and what an outcome makes of a row.

Pure. docs/states.md draws the states; the ledger applies each decision as a conditional UPDATE.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.model import About, Reminder

RETRY_MINUTES = (1, 5, 15, 30, 60)
UNCONFIRMED_PAUSE = timedelta(minutes=15)
DOUBTS_UNTIL_SET_ASIDE = 5

NEWER_DUE = "a newer reminder of the same item goes instead"
NEWER_SENT = "a newer reminder of the same item was sent"
TOO_LATE = "too late to be useful"


class DeliveryState(StrEnum):
    """The states of a delivery; docs/states.md draws them and names who moves a row from one to the next."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    RETRYING = "retrying"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the ledger: a reminder to one address, and what became of it.

    ``next_at`` is the instant at which the timer must look at the row; None when nobody but a person can
    move it on. ``doubts`` counts our own deaths while sending it, ``silences`` the server's after the
    final dot; ``in_doubt`` is true when the message may have arrived twice.
    """

    id: int
    key: str
    series: str
    plan: str
    about: About
    item: str
    unit: str
    occurrence: str
    rule: str
    template: str
    contact: str
    address: str
    due_at: datetime
    useful_until: datetime
    why: str
    state: DeliveryState
    next_at: datetime | None
    attempts: int
    doubts: int
    silences: int
    in_doubt: bool
    message_id: str | None
    detail: str
    updated_at: datetime

    @property
    def reminder(self) -> Reminder:
        """The reminder this row was made of."""
        return Reminder(
            key=self.key,
            series=self.series,
            plan=self.plan,
            about=self.about,
            item=self.item,
            unit=self.unit,
            occurrence=self.occurrence,
            rule=self.rule,
            template=self.template,
            contact=self.contact,
            address=self.address,
            due_at=self.due_at,
            useful_until=self.useful_until,
            why=self.why,
        )


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the message: 2xx after the final dot."""

    response: str


@dataclass(frozen=True, slots=True)
class Temporary:
    """This message may succeed later: 4xx, or the connection broke before the final dot."""

    response: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """This message will never succeed as it is: 5xx."""

    response: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The server fell silent after the final dot: it may or may not have taken the message."""

    response: str


Outcome = Accepted | Temporary | Permanent | Unconfirmed


@dataclass(frozen=True, slots=True)
class DueRow:
    """What choosing needs to know of a row whose ``next_at`` has come."""

    id: int
    series: str
    due_at: datetime
    useful_until: datetime


@dataclass(frozen=True, slots=True)
class SentSeries:
    """The newest instant of a series that was sent (or is being sent)."""

    series: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Expiry:
    id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What to do with the due rows: ``send`` in order of (due_at, id), the rest expires."""

    send: tuple[int, ...]
    expire: tuple[Expiry, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state an attempt leaves a row in; ``next_at`` None means that only a person moves it on."""

    state: DeliveryState
    next_at: datetime | None
    detail: str
    silent: bool = False


def choose_due(rows: Iterable[DueRow], sent: Iterable[SentSeries], now: datetime) -> Choice:
    """Apply invariant 6: of each series only the newest due row that is still useful goes."""
    newest_sent = {entry.series: entry.due_at for entry in sent}
    ordered = sorted(rows, key=lambda row: (row.due_at, row.id))
    newest_due = {row.series: row.id for row in ordered if now < row.useful_until}
    send: list[int] = []
    expire: list[Expiry] = []
    for row in ordered:
        if now >= row.useful_until:
            expire.append(Expiry(row.id, TOO_LATE))
        elif row.series in newest_sent and newest_sent[row.series] > row.due_at:
            expire.append(Expiry(row.id, NEWER_SENT))
        elif newest_due[row.series] != row.id:
            expire.append(Expiry(row.id, NEWER_DUE))
        else:
            send.append(row.id)
    return Choice(tuple(send), tuple(expire))


def judge_outcome(outcome: Outcome, delivery: Delivery, now: datetime) -> Verdict:
    """Turn the server's answer into the row's next state; ``delivery`` is the row before its claim."""
    if isinstance(outcome, Accepted):
        return Verdict(DeliveryState.SENT, None, outcome.response)
    if isinstance(outcome, Permanent):
        return Verdict(DeliveryState.FAILED, None, outcome.response)
    if isinstance(outcome, Temporary):
        next_at = now + compute_retry_pause(delivery.attempts + 1, delivery.key)
        return Verdict(DeliveryState.RETRYING, min(next_at, delivery.useful_until), outcome.response)
    if delivery.silences > 0:
        return Verdict(DeliveryState.UNCONFIRMED, None, f"silent twice: {outcome.response}", silent=True)
    return Verdict(DeliveryState.UNCONFIRMED, now + UNCONFIRMED_PAUSE, outcome.response, silent=True)


def judge_interrupted(delivery: Delivery, now: datetime) -> Verdict:
    """Say what becomes of a row that our own death left ``sending`` (invariant 5)."""
    if delivery.doubts + 1 >= DOUBTS_UNTIL_SET_ASIDE:
        words = f"interrupted {delivery.doubts + 1} times while sending; set aside for a person"
        return Verdict(DeliveryState.UNCONFIRMED, None, words)
    return Verdict(DeliveryState.RETRYING, now, "interrupted while sending; sent again with the same Message-ID")


def compute_retry_pause(attempts: int, key: str) -> timedelta:
    """Return the pause after attempt ``attempts`` (1 = the first): 1, 5, 15, 30, 60 minutes, then hourly.

    The hourly pauses carry up to 5 minutes of jitter, a function of key and attempt, so that a relay that
    comes back is not met by everyone at once.
    """
    if attempts <= len(RETRY_MINUTES):
        return timedelta(minutes=RETRY_MINUTES[attempts - 1])
    jitter = hashlib.sha256(f"{key}|{attempts}".encode()).digest()[0] / 255 * 300
    return timedelta(hours=1, seconds=round(jitter))
