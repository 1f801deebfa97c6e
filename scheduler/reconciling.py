"""Snapshot against ledger: what an edit would change, whether a person should look first, and applying it.

Shell: it reads the ledger, lets ``changes``, ``notices`` and ``guard`` decide, and writes what they decided.
``scheduler diff`` shows the very proposal that the service would apply.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from scheduler.arrivals import ReportMark, drop_settled, list_arrivals
from scheduler.changes import (
    OPEN_STATES,
    EventChanges,
    RecordedReminder,
    ReminderChanges,
    compare_events,
    compare_reminders,
)
from scheduler.delivery import DeliveryState
from scheduler.differences import Differences, EventDifference, MailDifference, describe_events, describe_mails
from scheduler.digests import RULE as DIGEST
from scheduler.guard import Limits, find_reasons
from scheduler.holding import Held, Rows, find_changed_people, find_touched, group_rows, list_rows, list_rows_changed
from scheduler.ledger import Ledger
from scheduler.model import About, Event, Plan, PlanStatus, RecordedEvent, Reminder
from scheduler.notices import (
    CONFIRMED,
    Settling,
    Told,
    drop_superseded,
    drop_told,
    mark_confirmed,
    plan_notices,
)
from scheduler.receipts import is_receipt, plan_receipts
from scheduler.snapshot import Snapshot, Wanted, order_reminders
from scheduler.truths import read_truth

_NOTHING = ReminderChanges((), (), ())
_FEW_TOUCHED, _MOST_TOUCHED = 50, 1000
_MOST_OF_THE_PLAN = 1 / 3
"""From here on it is as quick to look at everything: items asked for one by one take three times as long."""


@dataclass(frozen=True, slots=True)
class PlanProposal:
    """What an edit would change in one plan; ``rows`` are its events before.

    ``edited`` is what it would do to the reminders if nobody had said anything of any report: what a person approves
    does not become another edit while reports come in.
    """

    plan: str
    rows: Rows
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


def propose_changes(
    snapshot: Snapshot, ledger: Ledger, caution: Caution, now: datetime, held: Held | None = None
) -> Proposal:
    """Work out what ``snapshot`` would change in the ledger; changes nothing.

    ``held`` is what the ledger is known to hold, put there with the same caution: then only what differs from it is
    read and compared. None looks at everything.
    """
    if held is not None and held.snapshot.follow_up != snapshot.follow_up:
        held = None
    known = {} if held is None else {wanted.plan.id: wanted for wanted in held.snapshot.wanted}
    gone = {*ledger.planning.list_plans(), *ledger.events.list_plans()} if held is None else {*known}
    proposals = []
    for wanted in snapshot.wanted:
        before, proposal = known.get(wanted.plan.id), None
        gone.discard(wanted.plan.id)
        if held is not None and before is not None:
            proposal = _propose_touched(before, wanted, held.rows[wanted.plan.id], snapshot, ledger, caution, now)
        proposals.append(proposal or _propose_plan(wanted, snapshot, ledger, caution, now))
    proposals += [_propose_removal(plan_id, ledger, now) for plan_id in sorted(gone)]
    reasons = _find_all_reasons(proposals, caution.limits, now)
    return Proposal(tuple(proposals), reasons, _fingerprint(proposals))


def apply_proposal(proposal: Proposal, ledger: Ledger, now: datetime) -> None:
    """Write a proposal, whole or not at all."""
    ledger.apply(((plan.events, plan.reminders) for plan in proposal.plans), now)


def reconcile_marks(snapshot: Snapshot, ledger: Ledger, caution: Caution, now: datetime) -> None:
    """Make the reminders of ``snapshot``, which is in force, what they are after what people said of its reports.

    This is no edit: nothing waits, and nothing else changes.
    """
    ledger.arrivals.hold_back(now)
    for wanted in snapshot.wanted:
        if ledger.arrivals.list_marks(wanted.plan.id):
            changes = _propose_plan(wanted, snapshot, ledger, caution, now).reminders
            ledger.planning.apply_changes(changes, now)


def describe_proposal(proposal: Proposal, ledger: Ledger, now: datetime) -> Differences:
    """Say what a proposal changes, event by event and mail by mail."""
    events: list[EventDifference] = []
    mails: list[MailDifference] = []
    for plan in proposal.plans:
        described = describe_plan(plan, ledger, now)
        events += described.events
        mails += described.mails
    mails.sort(key=lambda difference: (difference.reminder.due_at, difference.reminder.key))
    return Differences(tuple(events), tuple(mails), proposal.reasons)


def describe_plan(plan: PlanProposal, ledger: Ledger, now: datetime) -> Differences:
    """Say what a proposal that is not applied yet changes in one plan; only the mails that it touches are read."""
    events = describe_events(list_rows_changed(plan.rows, plan.events), plan.events)
    cancelled = {cancel.id for cancel in plan.reminders.cancel}
    rows = ledger.history.list_open_among({*cancelled, *(revision.id for revision in plan.reminders.revise)})
    taken_back = [row.reminder for row in rows if row.id in cancelled]
    mails = describe_mails((row.reminder for row in rows), plan.reminders, taken_back, now)
    return Differences(events, mails, ())


def _propose_plan(wanted: Wanted, snapshot: Snapshot, ledger: Ledger, caution: Caution, now: datetime) -> PlanProposal:
    """Look at everything that the ledger holds of a plan."""
    plan = wanted.plan.id
    rows = group_rows(ledger.events.list_recorded(plan))
    told = mark_confirmed(ledger.history.list_told(plan))
    asked = _Asked(
        wanted.events,
        wanted.reminders,
        wanted.conditional,
        list_rows(rows),
        ledger.planning.list_recorded(plan),
        told,
        ledger.arrivals.list_marks(plan),
        wanted.digests,
    )
    return _compare(wanted, rows, asked, snapshot, caution, now)


def _propose_touched(
    before: Wanted,
    after: Wanted,
    rows: Rows,
    snapshot: Snapshot,
    ledger: Ledger,
    caution: Caution,
    now: datetime,
) -> PlanProposal | None:
    """Look at the items that an edit touches, and no others; None where what it does reaches beyond them."""
    plan = after.plan
    ids = {item for _, item in find_touched(before, after)}
    addresses = find_changed_people(before, after)
    most = min(_MOST_TOUCHED, max(_FEW_TOUCHED, len(after.parts) * _MOST_OF_THE_PLAN))
    if len(ids) > most or len(addresses) > _MOST_TOUCHED:
        return None
    if addresses:
        # Who is known again is owed what changed meanwhile, of items that are as they were.
        ids |= ledger.history.list_items_told(plan.id, addresses)
    are_digests_same = before.digests == after.digests
    if not ids and are_digests_same:
        return PlanProposal(plan.id, rows, EventChanges(()), _NOTHING, _NOTHING)
    # What is told of the plan as a whole, its digests among it, is kept under its own id.
    ids.add(plan.id)
    unread = DIGEST if are_digests_same else None
    recorded = tuple(sorted(ledger.planning.list_recorded(plan.id, ids, but_rule=unread), key=attrgetter("id")))
    told = mark_confirmed(ledger.history.list_told(plan.id, ids))
    if _awaits_confirmation(plan, told, recorded):
        return None
    abouts: tuple[About, ...] = ("visit", "report")
    items = [(about, item) for about in abouts for item in sorted(ids)]
    parts = [after.parts[item] for item in items if item in after.parts]
    asked = _Asked(
        tuple(event for part in parts for event in part.events),
        order_reminders(reminder for part in parts for reminder in part.reminders),
        order_reminders(reminder for part in parts for reminder in part.conditional),
        tuple(row for item in items for row in rows.get(item, ())),
        recorded,
        told,
        tuple(mark for mark in ledger.arrivals.list_marks(plan.id) if mark.report in ids),
        () if are_digests_same else after.digests,
    )
    return _compare(after, rows, asked, snapshot, caution, now)


def _awaits_confirmation(plan: Plan, told: Iterable[Told], recorded: Iterable[RecordedReminder]) -> bool:
    """Say whether a confirmation of the plan is under way: it depends on all that each of its readers was told."""
    if any(row.template == CONFIRMED and row.state in OPEN_STATES for row in recorded):
        return True
    truths = (read_truth(last.truth) for last in told)
    return plan.status is PlanStatus.CONFIRMED and any(
        truth is not None and truth.status == PlanStatus.TENTATIVE for truth in truths
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What some items of a plan ask for, what the ledger holds of them, and what was told and said of them.

    ``digests`` are those that ``recorded`` has the rows of.
    """

    events: tuple[Event, ...]
    reminders: tuple[Reminder, ...]
    conditional: tuple[Reminder, ...]
    published: tuple[RecordedEvent, ...]
    recorded: tuple[RecordedReminder, ...]
    told: tuple[Told, ...]
    marks: tuple[ReportMark, ...]
    digests: tuple[Reminder, ...]


def _compare(
    wanted: Wanted, rows: Rows, asked: _Asked, snapshot: Snapshot, caution: Caution, now: datetime
) -> PlanProposal:
    events = compare_events(asked.events, asked.published, now)
    after = {**{row.event.uid: row for row in asked.published}, **{row.event.uid: row for row in events.record}}
    notices = plan_notices(
        wanted.plan,
        asked.reminders,
        wanted.contacts,
        asked.told,
        after.values(),
        caution.settling,
        now,
        asked.conditional,
    )
    reminders = drop_superseded((*asked.reminders, *asked.conditional), notices)
    changes, edited = _heed_marks((*reminders, *notices, *asked.digests), asked, wanted, snapshot, now)
    return PlanProposal(wanted.plan.id, rows, events, changes, edited)


def _heed_marks(
    mails: tuple[Reminder, ...], asked: _Asked, wanted: Wanted, snapshot: Snapshot, now: datetime
) -> tuple[ReminderChanges, ReminderChanges]:
    """Return the changes with what was said of the plan's reports, and those as if nothing had been."""
    if not asked.marks:
        changes = _change(mails, asked.recorded, asked, now)
        return changes, changes
    receipts: tuple[Reminder, ...] = ()
    if snapshot.follow_up is not None and snapshot.follow_up.receipts:
        receipts = plan_receipts(wanted.plan, wanted.contacts, asked.marks)
    heard = (*drop_settled(mails, list_arrivals(wanted.plan, asked.marks)), *receipts)
    unheard = [
        row._replace(state=DeliveryState.PLANNED, held_back=False) if row.held_back else row
        for row in asked.recorded
        if not is_receipt(row.key)
    ]
    return _change(heard, asked.recorded, asked, now), _change(mails, unheard, asked, now)


def _change(
    mails: Iterable[Reminder], recorded: Iterable[RecordedReminder], asked: _Asked, now: datetime
) -> ReminderChanges:
    changes = compare_reminders(mails, recorded, now)
    return replace(changes, add=drop_told(changes.add, asked.told))


def _propose_removal(plan_id: str, ledger: Ledger, now: datetime) -> PlanProposal:
    """Take back the events and mails of a plan that is neither configured nor carried along; nobody is written to."""
    rows = group_rows(ledger.events.list_recorded(plan_id))
    events = compare_events((), list_rows(rows), now)
    changes = compare_reminders((), ledger.planning.list_recorded(plan_id), now)
    return PlanProposal(plan_id, rows, events, changes, changes)


def _find_all_reasons(proposals: list[PlanProposal], limits: Limits, now: datetime) -> tuple[str, ...]:
    events = EventChanges(tuple(row for plan in proposals for row in plan.events.record))
    reminders = ReminderChanges(
        tuple(reminder for plan in proposals for reminder in plan.edited.add),
        tuple(revision for plan in proposals for revision in plan.edited.revise),
        (),
    )
    return find_reasons({plan.plan: plan.rows for plan in proposals}, events, reminders, limits, now)


def _fingerprint(proposals: list[PlanProposal]) -> str:
    """Name the changes themselves, without their instants: the same edit looked at later is the same edit."""
    lines = []
    for plan in proposals:
        for row in plan.events.record:
            lines.append(f"{row.event.uid}|{row.revision.sequence}|{row.event!r}|{row.removed_at is None}")
        lines += [f"+{reminder.key}" for reminder in plan.edited.add]
        lines += [f"~{change.reminder.key}|{change.reminder.due_at.isoformat()}" for change in plan.edited.revise]
        lines += [f"-{cancel.id}" for cancel in plan.edited.cancel]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:12]
