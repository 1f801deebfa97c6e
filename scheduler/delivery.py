"""Deliveries, and the protocol's decisions: which due rows go, and what an outcome makes of a row.

Pure. docs/states.md draws the states; the ledger applies each decision as a conditional UPDATE.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from scheduler.arrivals import NOT_OWED_NOW
from scheduler.errors import UsageError
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
    move it on. ``claims`` counts how often it was begun, ``attempts`` how often that was held against it;
    ``doubts`` our own deaths while sending it, ``silences`` the server's after the final dot; ``in_doubt`` is
    true when the message may have arrived twice.
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
    claims: int = 0
    truth: str = ""

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
            truth=self.truth,
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


class Cause(StrEnum):
    """Whom a refusal concerns that is not about the mail at hand."""

    STALE_SESSION = "stale session"
    RELAY = "relay"
    SENDER = "sender"
    SIGN_IN = "sign-in"


@dataclass(frozen=True, slots=True)
class Withheld:
    """The relay refused us, not this mail: the row goes back as it was, and no attempt is counted."""

    response: str
    code: int | None
    cause: Cause


Outcome = Accepted | Temporary | Permanent | Unconfirmed | Withheld


@dataclass(frozen=True, slots=True)
class DueRow:
    """What choosing needs to know of a row whose ``next_at`` has come; with its id that is also its place in line."""

    id: int
    series: str
    due_at: datetime
    useful_until: datetime
    next_at: datetime | None = None


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
    """The state an attempt leaves a row in; ``next_at`` None means that only a person moves it on.

    ``counted`` is false when the attempt is not held against the mail.
    """

    state: DeliveryState
    next_at: datetime | None
    detail: str
    silent: bool = False
    counted: bool = True


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


def judge_outcome(outcome: Outcome, delivery: Delivery, now: datetime, *, most_attempts: int | None = None) -> Verdict:
    """Turn the server's answer into the row's next state; ``delivery`` is the row before its claim.

    ``most_attempts`` bounds how often a temporary refusal is tried again; None: as long as it is of use.
    """
    match outcome:
        case Accepted():
            return Verdict(DeliveryState.SENT, None, outcome.response)
        case Permanent():
            return Verdict(DeliveryState.FAILED, None, outcome.response)
        case Withheld():
            return Verdict(delivery.state, delivery.next_at, outcome.response, counted=False)
        case Temporary():
            attempts = delivery.attempts + 1
            if most_attempts is not None and attempts >= most_attempts:
                words = f"given up after {attempts} attempts: {outcome.response}"
                return Verdict(DeliveryState.FAILED, None, words)
            next_at = now + compute_retry_pause(attempts, delivery.key)
            return Verdict(DeliveryState.RETRYING, min(next_at, delivery.useful_until), outcome.response)
        case Unconfirmed() if delivery.silences > 0:
            return Verdict(DeliveryState.UNCONFIRMED, None, f"silent twice: {outcome.response}", silent=True)
        case Unconfirmed():
            return Verdict(DeliveryState.UNCONFIRMED, now + UNCONFIRMED_PAUSE, outcome.response, silent=True)


def plan_retry(delivery: Delivery, now: datetime, *, by: str = "a person") -> Verdict:
    """Say how the wish of ``by`` to send a delivery (again) is met; UsageError says why it cannot be."""
    state = delivery.state
    if state is DeliveryState.SENDING:
        raise _refuse(delivery, "is under way; look at it again when its outcome is known")
    if state is DeliveryState.SENT:
        raise _refuse(delivery, "was sent; the server took it, and a second copy would be a duplicate")
    if state is DeliveryState.PLANNED:
        raise _refuse(delivery, f"is planned and goes by itself, due {delivery.due_at.isoformat()}")
    if state in {DeliveryState.CANCELLED, DeliveryState.EXPIRED}:
        raise _refuse(delivery, f"is {state} ({delivery.detail}); it would tell what is no longer so")
    if state is DeliveryState.SKIPPED and delivery.detail == NOT_OWED_NOW:
        raise _refuse(delivery, f"is skipped: {NOT_OWED_NOW}; where that is not so: scheduler report take-back")
    if now >= delivery.useful_until:
        raise _refuse(delivery, f"was of use until {delivery.useful_until.isoformat()} only")
    # A row that may have arrived keeps its state, from which the claim knows that it is in doubt.
    again = state if state is DeliveryState.UNCONFIRMED else DeliveryState.RETRYING
    return Verdict(again, now, f"sent again by {by}; before: {delivery.detail}"[:500])


def plan_skip(delivery: Delivery, reason: str) -> Verdict:
    """Say how a person's wish that a delivery never goes is met; UsageError says why it cannot be."""
    if delivery.state is DeliveryState.SENDING:
        raise _refuse(delivery, "is under way; it cannot be called back")
    if delivery.state in {DeliveryState.SENT, DeliveryState.EXPIRED, DeliveryState.CANCELLED, DeliveryState.SKIPPED}:
        raise _refuse(delivery, f"is {delivery.state} already; there is nothing to skip")
    return Verdict(DeliveryState.SKIPPED, None, reason)


def _refuse(delivery: Delivery, what: str) -> UsageError:
    return UsageError(f"delivery {delivery.id} to {delivery.address} {what}")


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
