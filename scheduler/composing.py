"""A due delivery -> its message, written now, as one configuration has it.

Pure but for the writer's templates, which were read at the start, and what a reader was told last, which it asks
for. Replaced as a whole when the configuration is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from scheduler.delivery import Delivery
from scheduler.letters import EarlierMail
from scheduler.messages import ComposedMessage, MessageWriter
from scheduler.model import About, Contact, RecordedEvent
from scheduler.notices import RULE, Told
from scheduler.snapshot import Snapshot, Wanted
from scheduler.truths import read_truth

_Item = tuple[str, About, str]


class Composer:
    """Writes the messages of one snapshot; ``recorded`` are its events with their revisions, removed ones too.

    An event that has no revision yet, because its edit waits, is left out of the mails. ``find_told`` answers what
    the reader of a notice was last told of its item.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        writer: MessageWriter,
        recorded: Iterable[RecordedEvent],
        find_told: Callable[[Delivery], Told | None] = lambda delivery: None,
    ) -> None:
        self._snapshot = snapshot
        self._writer = writer
        self._find_told = find_told
        self._wanted = {wanted.plan.id: wanted for wanted in snapshot.wanted}
        self._contacts = {contact.id: contact for contact in snapshot.contacts}
        known = {row.event.uid: row for row in recorded}
        self._events: defaultdict[_Item, list[RecordedEvent]] = defaultdict(list)
        for wanted in snapshot.wanted:
            for event in wanted.events:
                if event.uid in known:
                    row = RecordedEvent(event, known.pop(event.uid).revision)
                    self._events[wanted.plan.id, event.about, event.item].append(row)
        self._gone: defaultdict[_Item, list[RecordedEvent]] = defaultdict(list)
        for row in known.values():
            self._gone[row.event.plan, row.event.about, row.event.item].append(row)

    def wants(self, delivery: Delivery) -> bool:
        """Tell whether the configuration still knows the plan and the recipient (invariant 7)."""
        return delivery.plan in self._wanted and delivery.contact in self._contacts

    def compose(self, delivery: Delivery, now: datetime) -> ComposedMessage:
        """Write the message of a delivery that is wanted; SchedulerError when it cannot be written.

        Its Date is ``now`` to the second, so that what is written within one second can share its parts.
        """
        wanted: Wanted = self._wanted[delivery.plan]
        contact = self._contacts[delivery.contact]
        written_at = now.replace(microsecond=0)
        if delivery.rule == RULE:
            return self._compose_notice(wanted, delivery, contact, written_at)
        return self._writer.write(
            wanted.plan,
            delivery.reminder,
            contact,
            contacts=wanted.contacts,
            events=tuple(self._events.get((delivery.plan, delivery.about, delivery.item), ())),
            workdays=self._snapshot.workdays,
            written_at=written_at,
        )

    def _compose_notice(
        self, wanted: Wanted, delivery: Delivery, contact: Contact, written_at: datetime
    ) -> ComposedMessage:
        told = None if delivery.about == "plan" else self._find_told(delivery)
        truth = None if told is None else read_truth(told.truth)
        return self._writer.write_notice(
            wanted.plan,
            delivery.reminder,
            contact,
            earlier=None if told is None or truth is None else EarlierMail(truth, told.told_at, told.subject or None),
            contacts=wanted.contacts,
            events=self._list_concerned(wanted, delivery, contact),
            workdays=self._snapshot.workdays,
            written_at=written_at,
        )

    def _list_concerned(self, wanted: Wanted, delivery: Delivery, contact: Contact) -> tuple[RecordedEvent, ...]:
        """Return the events that a notice is about; a confirmation's are all that its reader is reminded of."""
        if delivery.about != "plan":
            item = (delivery.plan, delivery.about, delivery.item)
            return (*self._events.get(item, ()), *self._gone.get(item, ()))
        own = {(r.about, r.item) for r in wanted.reminders if r.contact == contact.id and r.about == "visit"}
        return tuple(row for about, item in sorted(own) for row in self._events.get((delivery.plan, about, item), ()))
