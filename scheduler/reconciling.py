"""Snapshot against ledger: what an edit would change, whether a person should look first, and applying it.

Shell: it reads the ledger, lets ``changes``, ``notices`` and ``guard`` decide, and writes what they decided.
``scheduler diff`` shows the very proposal that the service would apply.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.arrivals import drop_settled, list_arrivals
from scheduler.changes import EventChanges, RecordedReminder, ReminderChanges, compare_events, compare_reminders
from scheduler.delivery import DeliveryState
from scheduler.differences import Differences, EventDifference, MailDifference, describe_events, describe_mails
from scheduler.guard import Limits, find_reasons
from scheduler.ledger import Ledger
from scheduler.model import RecordedEvent, Reminder
from scheduler.notices import Settling, drop_superseded, mark_confirmed, plan_notices
from scheduler.receipts import is_receipt, plan_receipts
from scheduler.snapshot import Snapshot, Wanted


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """What an edit would change in one plan; ``recorded`` are its events before, ``after`` as they would stand.

    ``edited`` is what it would do to the reminders if nobody had said anything of any report: what a person approves
    does not become another edit while reports come in.
    """

    plan: str
    recorded: tuple[RecordedEvent, ...]
    after: tuple[RecordedEvent, ...]
    events: EventChanges
    reminders: ReminderChanges
    edited: ReminderChanges

    @property
    def is_empty(self) -> bool:
        return not self.events.record and self.reminders.is_empty


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a snapshot would change; ``reasons`` say why it waits for approval, () when it may go ahead.

    ``fingerprint`` names the proposal: an approval holds for these changes and no others.
    """

    plans: tuple[PlanProposal, ...]
    reasons: tuple[str, ...]
    fingerprint: str

    @property
    def is_empty(self) -> bool:
        return all(plan.is_empty for plan in self.plans)


@dataclass(frozen=True, slots=True)
class Caution:
    """How careful the service is with edits."""

    settling: Settling = field(default_factory=Settling)
    limits: Limits = field(default_factory=Limits)


def propose_changes(snapshot: Snapshot, ledger: Ledger, caution: Caution, now: datetime) -> Proposal:
    """Work out what ``snapshot`` would change in the ledger; changes nothing."""
    gone = {*ledger.planning.list_plans(), *ledger.events.list_plans()}
    proposals = []
    for wanted in snapshot.wanted:
        gone.discard(wanted.plan.id)
        proposals.append(_propose_plan(wanted, snapshot, ledger, caution, now))
    proposals += [_propose_removal(plan_id, ledger, now) for plan_id in sorted(gone)]
    reasons = _find_all_reasons(proposals, caution.limits, now)
    return Proposal(tuple(proposals), reasons, _fingerprint(proposals))


def apply_proposal(proposal: Proposal, ledger: Ledger, now: datetime) -> None:
    """Write a proposal; one transaction for the events and one for the reminders of each plan."""
    for plan in proposal.plans:
        ledger.events.record_changes(plan.events)
        ledger.planning.apply_changes(plan.reminders, now)


def reconcile_marks(snapshot: Snapshot, ledger: Ledger, caution: Caution, now: datetime) -> bool:
    """Make the reminders of ``snapshot``, which is in force, what they are after what people said of its reports.

    This is no edit: nothing waits, and nothing else changes. False where nothing had to be written.
    """
    changed = ledger.arrivals.hold_back(now) > 0
    for wanted in snapshot.wanted:
        if ledger.arrivals.list_marks(wanted.plan.id):
            changes = _propose_plan(wanted, snapshot, ledger, caution, now).reminders
            ledger.planning.apply_changes(changes, now)
            changed = changed or not changes.is_empty
    return changed


def describe_proposal(proposal: Proposal, ledger: Ledger, now: datetime) -> Differences:
    """Say what a proposal changes, event by event and mail by mail."""
    events: list[EventDifference] = []
    mails: list[MailDifference] = []
    for plan in proposal.plans:
        events += describe_events(plan.recorded, plan.events)
        planned = {delivery.id: delivery.reminder for delivery in ledger.history.list_open(plan.plan)}
        taken_back = [planned[cancel.id] for cancel in plan.reminders.cancel if cancel.id in planned]
        mails += describe_mails(planned.values(), plan.reminders, taken_back, now)
    mails.sort(key=lambda difference: (difference.reminder.due_at, difference.reminder.key))
    return Differences(tuple(events), tuple(mails), proposal.reasons)


def _propose_plan(wanted: Wanted, snapshot: Snapshot, ledger: Ledger, caution: Caution, now: datetime) -> PlanProposal:
    plan = wanted.plan
    recorded = ledger.events.list_recorded(plan.id)
    event_changes = compare_events(wanted.events, recorded, now)
    after = _merge(recorded, event_changes)
    told = mark_confirmed(ledger.history.list_told(plan.id))
    notices = plan_notices(
        plan, wanted.reminders, wanted.contacts, told, after, caution.settling, now, wanted.conditional
    )
    reminders = drop_superseded((*wanted.reminders, *wanted.conditional), notices)
    mails = (*reminders, *notices, *wanted.digests)
    rows = ledger.planning.list_recorded(plan.id)
    changes, edited = _heed_marks(mails, rows, wanted, snapshot, ledger, now)
    return PlanProposal(plan.id, recorded, after, event_changes, changes, edited)


def _heed_marks(
    mails: tuple[Reminder, ...],
    rows: tuple[RecordedReminder, ...],
    wanted: Wanted,
    snapshot: Snapshot,
    ledger: Ledger,
    now: datetime,
) -> tuple[ReminderChanges, ReminderChanges]:
    """Return the changes with what was said of the plan's reports, and those as if nothing had been."""
    marks = ledger.arrivals.list_marks(wanted.plan.id)
    if not marks:
        changes = compare_reminders(mails, rows, now)
        return changes, changes
    receipts: tuple[Reminder, ...] = ()
    if snapshot.follow_up is not None and snapshot.follow_up.receipts:
        receipts = plan_receipts(wanted.plan, wanted.contacts, marks)
    heard = (*drop_settled(mails, list_arrivals(wanted.plan, marks)), *receipts)
    unheard = [
        row._replace(state=DeliveryState.PLANNED, held_back=False) if row.held_back else row
        for row in rows
        if not is_receipt(row.key)
    ]
    return compare_reminders(heard, rows, now), compare_reminders(mails, unheard, now)


def _propose_removal(plan_id: str, ledger: Ledger, now: datetime) -> PlanProposal:
    """A plan that is no longer configured: its events and mails are taken back; people are not written to."""
    recorded = ledger.events.list_recorded(plan_id)
    event_changes = compare_events((), recorded, now)
    changes = compare_reminders((), ledger.planning.list_recorded(plan_id), now)
    return PlanProposal(plan_id, recorded, _merge(recorded, event_changes), event_changes, changes, changes)


def _merge(recorded: tuple[RecordedEvent, ...], changes: EventChanges) -> tuple[RecordedEvent, ...]:
    changed = {row.event.uid: row for row in changes.record}
    kept = {row.event.uid: row for row in recorded}
    return tuple({**kept, **changed}.values())


def _find_all_reasons(proposals: list[PlanProposal], limits: Limits, now: datetime) -> tuple[str, ...]:
    events = EventChanges(tuple(row for plan in proposals for row in plan.events.record))
    reminders = ReminderChanges(
        tuple(reminder for plan in proposals for reminder in plan.edited.add),
        tuple(revision for plan in proposals for revision in plan.edited.revise),
        (),
    )
    recorded = tuple(row for plan in proposals for row in plan.recorded)
    return find_reasons(recorded, events, reminders, limits, now)


def _fingerprint(proposals: list[PlanProposal]) -> str:
    """Name the changes themselves, without their instants: the same edit looked at later is the same edit."""
    digest = hashlib.sha256()
    for plan in proposals:
        for row in plan.events.record:
            digest.update(f"{row.event.uid}|{row.revision.sequence}|{row.event!r}|{row.removed_at is None}\n".encode())
        for reminder in plan.edited.add:
            digest.update(f"+{reminder.key}\n".encode())
        for revision in plan.edited.revise:
            digest.update(f"~{revision.reminder.key}|{revision.reminder.due_at.isoformat()}\n".encode())
        for cancel in plan.edited.cancel:
            digest.update(f"-{cancel.id}\n".encode())
    return digest.hexdigest()[:12]
