"""One valid configuration -> everything it asks for: the events and reminders of each plan.

Pure. A snapshot is replaced as a whole, never changed; service, preview and rehearsal work from the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.digests import FollowUp, plan_digests
from scheduler.events import plan_events
from scheduler.model import Contact, Event, Plan, Reminder, Rule, Untold
from scheduler.overdue import plan_overdue
from scheduler.reminders import plan_reminders
from scheduler.workdays import WorkingDays


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one plan of the configuration asks for: ``reminders`` for certain, ``conditional`` where a report is late.

    ``head_rules`` are the ids of the rules that write to heads. ``digests`` tell the plan's teams how things stand. Of
    the last three there is nothing where the snapshot has no ``follow_up``.
    """

    plan: Plan
    contacts: tuple[Contact, ...]
    events: tuple[Event, ...]
    reminders: tuple[Reminder, ...]
    untold: tuple[Untold, ...]
    conditional: tuple[Reminder, ...] = ()
    head_rules: frozenset[str] = frozenset()
    digests: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One valid configuration and all that follows from it.

    ``follow_up`` None follows up nothing: no overdue reminder, digest or receipt, as in a rehearsal of what is certain.
    """

    wanted: tuple[Wanted, ...]
    contacts: tuple[Contact, ...]
    workdays: WorkingDays
    follow_up: FollowUp | None = None

    def find(self, plan_id: str) -> Wanted | None:
        return next((wanted for wanted in self.wanted if wanted.plan.id == plan_id), None)


def make_snapshot(
    plans: tuple[Plan, ...],
    contacts: tuple[Contact, ...],
    rules: tuple[Rule, ...],
    workdays: WorkingDays,
    domain: str,
    follow_up: FollowUp | None = None,
) -> Snapshot:
    """Compute all events and reminders that a configuration asks for; without ``follow_up`` those that are certain."""
    wanted = []
    for plan in plans:
        own_contacts = tuple(contact for contact in contacts if not contact.plans or plan.id in contact.plans)
        own_rules = tuple(rule for rule in rules if not rule.plans or plan.id in rule.plans)
        planned = plan_reminders(plan, own_contacts, own_rules, workdays)
        events = plan_events(plan, contacts=own_contacts, domain=domain)
        certain = Wanted(plan, own_contacts, events, planned.reminders, planned.untold)
        wanted.append(certain if follow_up is None else _follow_up(certain, own_rules, workdays, follow_up))
    return Snapshot(tuple(wanted), contacts, workdays, follow_up)


def _follow_up(certain: Wanted, rules: tuple[Rule, ...], workdays: WorkingDays, follow_up: FollowUp) -> Wanted:
    """Add to what a plan asks for what follows where reports are late, and the digests."""
    overdue = plan_overdue(certain.plan, certain.contacts, rules, workdays)
    return replace(
        certain,
        untold=tuple(dict.fromkeys((*certain.untold, *overdue.untold))),
        conditional=overdue.reminders,
        head_rules=frozenset(rule.id for rule in rules if "heads" in rule.to),
        digests=plan_digests(certain.plan, certain.contacts, workdays, follow_up),
    )


def leave_out_follow_up(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with what goes out for certain alone: no overdue reminder, digest or receipt."""
    certain = tuple(replace(wanted, conditional=(), head_rules=frozenset(), digests=()) for wanted in snapshot.wanted)
    return replace(snapshot, wanted=certain, follow_up=None)
