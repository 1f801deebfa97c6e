"""The service: reads configuration and ledger, lets the pure rooms decide, applies what they decided.

Shell. ``reconcile`` makes the ledger hold what is wanted, ``send_due`` sends what is due, ``publish``
hands the feeds to the web. All three take the time from the clock that was given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from scheduler.changes import NO_LONGER_WANTED, compare_events, compare_reminders
from scheduler.clock import Clock
from scheduler.delivery import Delivery, DeliveryState, choose_due, judge_interrupted, judge_outcome
from scheduler.errors import RelayError, SchedulerError
from scheduler.ledger import FrozenMessage, Ledger
from scheduler.mailer import Mailer
from scheduler.messages import MessageWriter
from scheduler.model import Event, RecordedEvent, Reminder
from scheduler.snapshot import Snapshot, Wanted

RELAY_PAUSE = timedelta(seconds=60)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery after its attempt, for those who watch: the row as it was, the state it is in now."""

    delivery: Delivery
    subject: str
    state: DeliveryState
    detail: str
    at: datetime


class Service:
    """Keeps ledger, mail and feeds in step with one snapshot."""

    def __init__(
        self,
        *,
        snapshot: Snapshot,
        ledger: Ledger,
        mailer: Mailer,
        writer: MessageWriter,
        clock: Clock,
        publish: Callable[[Snapshot, tuple[RecordedEvent, ...], date], None],
        on_attempt: Callable[[Attempt], None] = lambda attempt: None,
    ) -> None:
        self._snapshot = snapshot
        self._ledger = ledger
        self._mailer = mailer
        self._writer = writer
        self._clock = clock
        self._publish = publish
        self._on_attempt = on_attempt
        self._contacts = {contact.id: contact for contact in snapshot.contacts}
        self._recorded: dict[str, RecordedEvent] = {}
        self._published_on: date | None = None
        self._must_recover = True
        self.stopping = threading.Event()
        self.relay_problem: str | None = None
        self.on_progress: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Make the ledger hold what is wanted and publish the feeds; the first tick recovers what was under way."""
        self.reconcile()
        self.publish()

    def tick(self) -> datetime | None:
        """Do what is due now; return the instant of the next work, None when no row waits for time."""
        began_at = self._clock.now()
        if self._must_recover:
            self.recover()
        # Until this tick has ended well, a row may be left ``sending`` by it.
        self._must_recover = True
        self.send_due()
        if self._published_on != self._today():
            self.publish()
        self._must_recover = False
        next_at = self._ledger.sending.find_next_at()
        if next_at is not None and next_at <= began_at:
            # Looked at and still due: the relay is down, or we are stopping.
            return began_at + RELAY_PAUSE
        return next_at

    def recover(self) -> None:
        """Bring back the rows that our own death left ``sending`` (invariant 5)."""
        for delivery in self._ledger.sending.list_sending():
            now = self._clock.now()
            verdict = judge_interrupted(delivery, now)
            self._ledger.sending.record_interrupted(delivery, verdict, now)
            _log.warning("interrupted delivery", delivery=delivery.id, to=delivery.address, state=verdict.state)

    def reconcile(self) -> None:
        """Make the ledger hold the snapshot's events and reminders, and cancel those of plans that are gone."""
        now = self._clock.now()
        gone = {*self._ledger.planning.list_plans(), *self._ledger.events.list_plans()}
        for wanted in self._snapshot.wanted:
            gone.discard(wanted.plan.id)
            self._reconcile_plan(wanted.plan.id, wanted.events, wanted.reminders, now)
        for plan_id in sorted(gone):
            self._reconcile_plan(plan_id, (), (), now)
        self._recorded = {
            row.event.uid: row
            for wanted in self._snapshot.wanted
            for row in self._ledger.events.list_recorded(wanted.plan.id)
        }

    def send_due(self) -> None:
        """Send every due delivery that is still useful; expire the others.

        Stops between two mails when asked to. A relay that cannot be used at all leaves every row as it is.
        """
        now = self._clock.now()
        sending = self._ledger.sending
        choice = choose_due(sending.list_due(now), sending.list_sent_series(now), now)
        sending.expire(choice.expire, now)
        for delivery_id in choice.send:
            if self.stopping.is_set():
                return
            try:
                # Before the claim, so that a relay that is down costs no attempt.
                self._mailer.connect()
            except RelayError as error:
                self._note_relay(str(error))
                return
            self._note_relay(None)
            self._deliver(delivery_id)
            self.on_progress()

    def publish(self) -> None:
        """Hand the recorded events to the web; done again when the date changes, since feeds depend on it."""
        today = self._today()
        self._publish(self._snapshot, tuple(self._recorded.values()), today)
        self._published_on = today

    def _today(self) -> date:
        zones = [wanted.plan.zone for wanted in self._snapshot.wanted]
        return self._clock.now().astimezone(zones[0] if zones else None).date()

    def _reconcile_plan(
        self, plan_id: str, events: tuple[Event, ...], reminders: tuple[Reminder, ...], now: datetime
    ) -> None:
        event_changes = compare_events(events, self._ledger.events.list_recorded(plan_id), now)
        self._ledger.events.record_changes(event_changes)
        changes = compare_reminders(reminders, self._ledger.planning.list_recorded(plan_id), now)
        self._ledger.planning.apply_changes(changes, now)
        if not changes.is_empty or event_changes.record:
            _log.info(
                "plan reconciled",
                plan=plan_id,
                events_changed=len(event_changes.record),
                reminders_added=len(changes.add),
                reminders_revised=len(changes.revise),
                reminders_cancelled=len(changes.cancel),
            )

    def _deliver(self, delivery_id: int) -> None:
        sending = self._ledger.sending
        now = self._clock.now()
        delivery = sending.find(delivery_id)
        wanted = None if delivery is None else self._recheck(delivery, now)
        if delivery is None or wanted is None:
            return
        message = self._find_or_write_message(delivery, wanted, now)
        if message is None or not sending.claim(delivery, message, now):
            return
        # The claim is committed; only now may the message's DATA go out (invariant 3).
        outcome = self._mailer.deliver(sender=message.sender, to=message.recipient, content=message.content)
        ended_at = self._clock.now()
        verdict = judge_outcome(outcome, delivery, ended_at)
        sending.record_verdict(delivery, verdict, ended_at)
        self._tell(delivery, message.subject, verdict.state, verdict.detail, ended_at)

    def _recheck(self, delivery: Delivery, now: datetime) -> Wanted | None:
        """Look once more at send time: is it still wanted, and still useful (invariant 7)?"""
        if delivery.next_at is None or now >= delivery.useful_until:
            return None
        wanted = self._snapshot.find(delivery.plan)
        if wanted is None or delivery.contact not in self._contacts:
            self._ledger.sending.cancel_unsent(delivery, NO_LONGER_WANTED, now)
            return None
        return wanted

    def _find_or_write_message(self, delivery: Delivery, wanted: Wanted, now: datetime) -> FrozenMessage | None:
        """Return the message frozen at the first claim, or a new one; None when it cannot be written."""
        if delivery.message_id is not None:
            return self._ledger.sending.find_message(delivery.id)
        try:
            return self._write_message(delivery, wanted, now)
        except SchedulerError as error:
            self._ledger.sending.fail_unsent(delivery, str(error), now)
            self._tell(delivery, "", DeliveryState.FAILED, str(error), now)
            return None

    def _write_message(self, delivery: Delivery, wanted: Wanted, now: datetime) -> FrozenMessage:
        events = tuple(
            RecordedEvent(event, self._recorded[event.uid].revision)
            for event in wanted.events
            if event.about == delivery.about and event.item == delivery.item
        )
        composed = self._writer.write(
            wanted.plan,
            delivery.reminder,
            self._contacts[delivery.contact],
            contacts=self._snapshot.contacts,
            events=events,
            workdays=self._snapshot.workdays,
            written_at=now,
        )
        return FrozenMessage(composed.message_id, composed.sender, composed.to, composed.subject, composed.content, now)

    def _note_relay(self, problem: str | None) -> None:
        if problem is not None and problem != self.relay_problem:
            _log.error("mail relay cannot be used; nothing is lost, trying again", problem=problem)
        elif problem is None and self.relay_problem is not None:
            _log.info("mail relay works again")
        self.relay_problem = problem

    def _tell(self, delivery: Delivery, subject: str, state: DeliveryState, detail: str, at: datetime) -> None:
        log = _log.info if state is DeliveryState.SENT else _log.warning
        log("delivery", id=delivery.id, rule=delivery.rule, to=delivery.address, state=state, detail=detail)
        self._on_attempt(Attempt(delivery, subject, state, detail, at))
