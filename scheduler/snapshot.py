"""One valid configuration -> everything it asks for: the events and reminders of each visit and report.

Pure. A snapshot is replaced as a whole, never changed; service, preview and rehearsal work from the same. One made with
the snapshot before it keeps the parts that an edit did not touch, as the very same values: that is how an edit is
found among thousands of visits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain
from operator import attrgetter

from scheduler.digests import FollowUp, plan_digests
from scheduler.events import find_start, plan_events
from scheduler.model import About, Contact, DayOverride, Event, Plan, Reminder, Report, Rule, Untold, Visit
from scheduler.overdue import plan_overdue
from scheduler.plan_index import index_contacts
from scheduler.reminders import Planned, plan_reminders
from scheduler.workdays import WorkingDays

_ANY_TIME = datetime.min.replace(tzinfo=UTC)

Item = tuple[About, str]
"""A visit or report of a plan, by its id."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one visit or report asks for; events by start and UID, reminders by (due_at, key).

    ``conditional`` are the reminders that go only where a report is late.
    """

    events: tuple[Event, ...]
    reminders: tuple[Reminder, ...]
    untold: tuple[Untold, ...]
    conditional: tuple[Reminder, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """All that every part of a plan depends on, beside its item, its units and its contacts."""

    plan: Plan
    rules: tuple[Rule, ...]
    overrides: tuple[DayOverride, ...]
    titles: tuple[tuple[str, str | None], ...]
    domain: str
    is_followed_up: bool


@dataclass(frozen=True)
class Wanted:
    """What one plan of the configuration asks for, item by item in the plan's order.

    ``digests`` tell the plan's teams how things stand; () where the snapshot has no ``follow_up``.
    """

    plan: Plan
    contacts: tuple[Contact, ...]
    frame: Frame
    parts: Mapping[Item, Part]
    digests: tuple[Reminder, ...] = ()

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All events, by start, then UID."""
        every = chain.from_iterable(part.events for part in self.parts.values())
        return tuple(sorted(every, key=lambda event: (find_start(event, self.plan), event.uid)))

    @cached_property
    def reminders(self) -> tuple[Reminder, ...]:
        """All reminders that are certain, by (due_at, key)."""
        return order_reminders(chain.from_iterable(part.reminders for part in self.parts.values()))

    @cached_property
    def conditional(self) -> tuple[Reminder, ...]:
        """The reminders that go only where a report is late, by (due_at, key); () without ``follow_up``."""
        return order_reminders(chain.from_iterable(part.conditional for part in self.parts.values()))

    @property
    def head_rules(self) -> frozenset[str]:
        """The ids of the rules that write to heads; none without ``follow_up``."""
        return frozenset(rule.id for rule in self.frame.rules if self.frame.is_followed_up and "heads" in rule.to)

    @cached_property
    def untold(self) -> tuple[Untold, ...]:
        """Everyone who should be told and cannot be, in plan order."""
        return tuple(chain.from_iterable(part.untold for part in self.parts.values()))

    @cached_property
    def places(self) -> dict[str, tuple[Contact, ...]]:
        """The contacts of each unit, commune and team."""
        return index_contacts(self.contacts)


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
    *,
    before: Snapshot | None = None,
) -> Snapshot:
    """Compute all events and reminders that a configuration asks for; without ``follow_up`` those that are certain.

    Equal to what it would be without ``before``, whose parts are taken over where they still hold.
    """
    wanted = []
    for plan in plans:
        own_contacts = tuple(contact for contact in contacts if not contact.plans or plan.id in contact.plans)
        own_rules = tuple(rule for rule in rules if not rule.plans or plan.id in rule.plans)
        members = {member for team in plan.teams for member in team.members}
        frame = Frame(
            # Of what changes here, only the units and visits are looked at one by one.
            replace(plan, visits=(), units=(), updated=_ANY_TIME, sources=()),
            own_rules,
            workdays.overrides,
            tuple((contact.id, contact.title) for contact in own_contacts if contact.id in members),
            domain,
            follow_up is not None,
        )
        known = None if before is None else before.find(plan.id)
        digests = () if follow_up is None else plan_digests(plan, own_contacts, workdays, follow_up)
        wanted.append(_want(Wanted(plan, own_contacts, frame, {}, digests), known, workdays))
    return Snapshot(tuple(wanted), contacts, workdays, follow_up)


def leave_out_follow_up(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with what goes out for certain alone: no overdue reminder, digest or receipt."""
    certain = tuple(
        replace(
            wanted,
            frame=replace(wanted.frame, is_followed_up=False),
            parts={item: replace(part, conditional=()) for item, part in wanted.parts.items()},
            digests=(),
        )
        for wanted in snapshot.wanted
    )
    return replace(snapshot, wanted=certain, follow_up=None)


def order_reminders(reminders: Iterable[Reminder]) -> tuple[Reminder, ...]:
    """Return ``reminders`` by (due_at, key)."""
    # Twice, the second time keeping the order of the first: quicker than comparing pairs.
    ordered = sorted(reminders, key=attrgetter("key"))
    ordered.sort(key=attrgetter("due_at"))
    return tuple(ordered)


def _want(empty: Wanted, before: Wanted | None, workdays: WorkingDays) -> Wanted:
    """Return ``empty`` with its parts; those of ``before`` where they still hold."""
    plan = empty.plan
    kept = {} if before is None or before.frame != empty.frame else _keep_parts(before, empty)
    visits = tuple(visit for visit in plan.visits if ("visit", visit.id) not in kept)
    reports = tuple(report for report in plan.reports if ("report", report.id) not in kept)
    parts = {**kept, **_plan_parts(empty, visits, reports, workdays)} if visits or reports else kept
    order: list[Item] = [("visit", visit.id) for visit in plan.visits]
    order += [("report", report.id) for report in plan.reports]
    return replace(empty, parts={item: parts[item] for item in order})


def _keep_parts(before: Wanted, now: Wanted) -> dict[Item, Part]:
    """Return the parts whose item, units and contacts are as they were; both have one frame."""
    changed = _find_changed_places(before, now)
    known = {visit.id: visit for visit in before.plan.visits}
    kept: dict[Item, Part] = {}
    for visit in now.plan.visits:
        old = known.get(visit.id)
        if (old is visit or old == visit) and not (changed and changed & _list_places(visit)):
            kept["visit", visit.id] = before.parts["visit", visit.id]
    for report in now.plan.reports:
        owers = {*report.owed_by, *(ower.partition("/")[0] for ower in report.owed_by)} if changed else set()
        if not changed & owers:
            kept["report", report.id] = before.parts["report", report.id]
    return kept


def _list_places(visit: Visit) -> set[str]:
    return {visit.unit, *(f"{visit.unit}/{commune}" for commune in visit.communes), visit.team or ""}


def _find_changed_places(before: Wanted, now: Wanted) -> set[str]:
    """Return the units that are named otherwise, and all places with other contacts."""
    changed: set[str] = set()
    if before.plan.units != now.plan.units:
        known = {unit.id: unit for unit in before.plan.units}
        changed.update(unit.id for unit in now.plan.units if known.get(unit.id) != unit)
    if before.contacts != now.contacts:
        places = {*before.places, *now.places}
        changed.update(place for place in places if before.places.get(place) != now.places.get(place))
    return changed


def _plan_parts(
    wanted: Wanted, visits: tuple[Visit, ...], reports: tuple[Report, ...], workdays: WorkingDays
) -> dict[Item, Part]:
    """Plan these items alone. Visits tell of the reports that are owed, so events need all of them."""
    frame = wanted.frame
    some = replace(wanted.plan, visits=visits, reports=reports)
    planned = plan_reminders(some, wanted.contacts, frame.rules, workdays)
    overdue = Planned((), ())
    if frame.is_followed_up and reports:
        overdue = plan_overdue(some, wanted.contacts, frame.rules, workdays)
    events: defaultdict[Item, list[Event]] = defaultdict(list)
    for event in plan_events(replace(wanted.plan, visits=visits), contacts=wanted.contacts, domain=frame.domain):
        events[event.about, event.item].append(event)
    reminders, conditional = _group(planned.reminders), _group(overdue.reminders)
    untold: defaultdict[Item, dict[Untold, None]] = defaultdict(dict)
    for one in (*planned.untold, *overdue.untold):
        untold[one.about, one.item][one] = None
    items: list[Item] = [("visit", visit.id) for visit in visits]
    items += [("report", report.id) for report in reports]
    return {
        item: Part(
            tuple(events.get(item, ())),
            tuple(reminders.get(item, ())),
            tuple(untold.get(item, ())),
            tuple(conditional.get(item, ())),
        )
        for item in items
    }


def _group(reminders: Iterable[Reminder]) -> dict[Item, list[Reminder]]:
    found: defaultdict[Item, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        found[reminder.about, reminder.item].append(reminder)
    return found
