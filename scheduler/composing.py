"""A due delivery -> its message, written now, as one configuration has it.

Pure but for the writer's templates, which were read at the start, and what a reader was told last, which it asks
for. Replaced as a whole when the configuration is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property

from scheduler.attendance import list_current, make_occurrence_finder
from scheduler.delivery import Delivery
from scheduler.digests import RULE as DIGEST
from scheduler.digests import leads_team
from scheduler.heard import NOTHING_HEARD, NOTHING_SAID, Hear, Said
from scheduler.holding import Rows
from scheduler.letters import EarlierMail
from scheduler.letters.digest import describe_digest_facts
from scheduler.messages import ComposedMessage, MessageWriter
from scheduler.model import Contact, Plan, RecordedEvent, Reminder
from scheduler.notices import RULE, Told
from scheduler.plan_index import PlanIndex
from scheduler.receipts import RULE as RECEIPT
from scheduler.snapshot import Item, Snapshot, Wanted
from scheduler.truths import read_truth

EVE = "visit-eve"


class Composer:
    """Writes the messages of one snapshot; ``rows`` are each plan's events with their revisions, removed ones too.

    An event that has no revision yet, because its edit waits, is left out of the mails. ``find_told`` answers what
    the reader of a notice was last told of its item, ``hear`` what is known of a plan as a mail about it is written.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        writer: MessageWriter,
        rows: Mapping[str, Rows],
        find_told: Callable[[Delivery], Told | None] = lambda delivery: None,
        hear: Hear = lambda plan: NOTHING_HEARD,
    ) -> None:
        self._snapshot = snapshot
        self._writer = writer
        self._find_told = find_told
        self._hear = hear
        self._wanted = {wanted.plan.id: wanted for wanted in snapshot.wanted}
        self._rows = rows
        self._standing: dict[tuple[str, Item], tuple[RecordedEvent, ...]] = {}

    @cached_property
    def _indexes(self) -> dict[str, PlanIndex]:
        return {plan: PlanIndex(wanted.plan) for plan, wanted in self._wanted.items()}

    def _list_events(self, plan: str, item: Item) -> tuple[RecordedEvent, ...]:
        """Return the events of an item as they stand in the plan, where they have a revision."""
        standing = self._standing.get((plan, item))
        if standing is None:
            part = self._wanted[plan].parts.get(item)
            events = () if part is None else part.events
            revisions = {row.event.uid: row.revision for row in self._list_rows(plan, item)}
            standing = tuple(RecordedEvent(event, revisions[event.uid]) for event in events if event.uid in revisions)
            # The same ones for all readers of an item, whose mails share what is made of them.
            self._standing[plan, item] = standing
        return standing

    def _list_gone(self, plan: str, item: Item) -> tuple[RecordedEvent, ...]:
        """Return the events of an item that the plan has no longer."""
        part = self._wanted[plan].parts.get(item)
        standing = set() if part is None else {event.uid for event in part.events}
        return tuple(row for row in self._list_rows(plan, item) if row.event.uid not in standing)

    def _list_rows(self, plan: str, item: Item) -> tuple[RecordedEvent, ...]:
        return self._rows.get(plan, {}).get(item, ())

    def wants(self, delivery: Delivery) -> bool:
        """Tell whether the configuration still knows the plan and the recipient (invariant 7)."""
        wanted = self._wanted.get(delivery.plan)
        return wanted is not None and delivery.contact in wanted.people.by_id

    def compose(self, delivery: Delivery, now: datetime) -> ComposedMessage | None:
        """Write the message of a delivery that is wanted; SchedulerError when it cannot be written.

        None for a digest that has nothing to say.
        Its Date is ``now`` to the second, so that what is written within one second can share its parts.
        """
        wanted: Wanted = self._wanted[delivery.plan]
        contact = wanted.people.by_id[delivery.contact]
        written_at = now.replace(microsecond=0)
        if delivery.rule == RULE:
            return self._compose_notice(wanted, delivery, contact, written_at)
        if delivery.rule == DIGEST:
            return self._compose_digest(wanted, delivery, contact, written_at)
        return self._writer.write(
            wanted.plan,
            _name_writing(delivery),
            contact,
            contacts=wanted.contacts,
            events=self._list_events(delivery.plan, (delivery.about, delivery.item)),
            workdays=self._snapshot.workdays,
            written_at=written_at,
            said=self._hear_of(wanted.plan, delivery),
        )

    def _hear_of(self, plan: Plan, delivery: Delivery) -> Said:
        """Return what was said of the item of a letter that tells of it: of a receipt, or of an eve mail."""
        if delivery.rule == RECEIPT:
            marks = [m for m in self._hear(plan.id).marks if (m.report, m.unit) == (delivery.item, delivery.unit)]
            return Said(mark=marks[-1] if marks else None)
        if delivery.template == EVE:
            answers = list_current(self._hear(plan.id).answers, make_occurrence_finder((plan,)))
            return Said(answers=tuple(answer for answer in answers if answer.visit == delivery.item))
        return NOTHING_SAID

    def _compose_digest(
        self, wanted: Wanted, delivery: Delivery, contact: Contact, written_at: datetime
    ) -> ComposedMessage | None:
        facts = describe_digest_facts(
            self._indexes[wanted.plan.id],
            wanted.contacts,
            wanted.conditional,
            wanted.head_rules,
            self._hear(wanted.plan.id),
            self._snapshot.workdays,
            written_at,
            for_head=leads_team(wanted.plan, delivery.unit, contact),
        )
        if facts is None:
            return None
        return self._writer.write_digest(wanted.plan, _name_writing(delivery), contact, facts, written_at=written_at)

    def _compose_notice(
        self, wanted: Wanted, delivery: Delivery, contact: Contact, written_at: datetime
    ) -> ComposedMessage:
        told = None if delivery.about == "plan" else self._find_told(delivery)
        truth = None if told is None else read_truth(told.truth)
        return self._writer.write_notice(
            wanted.plan,
            _name_writing(delivery),
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
            item = (delivery.about, delivery.item)
            return (*self._list_events(delivery.plan, item), *self._list_gone(delivery.plan, item))
        own = {(r.about, r.item) for r in wanted.reminders if r.contact == contact.id and r.about == "visit"}
        return tuple(row for item in sorted(own) for row in self._list_events(delivery.plan, item))


def _name_writing(delivery: Delivery) -> Reminder:
    """Return the reminder, with a key of its own where its mail was begun before and is written anew.

    What it tells has changed since then: under the Message-ID of a mail that may have arrived it would pass for a
    second copy of that, and be dropped.
    """
    reminder = delivery.reminder
    return reminder._replace(key=f"{delivery.key}|{delivery.claims}") if delivery.claims else reminder
