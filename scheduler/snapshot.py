"""One valid configuration -> everything it asks for: the events and reminders of each visit and report.

Pure. A snapshot is replaced as a whole, never changed; service, preview and rehearsal work from the same. One made with
the snapshot before it keeps the parts that an edit did not touch, as the very same values: that is how an edit is
found among thousands of visits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import chain
from operator import attrgetter
from zoneinfo import ZoneInfo

from scheduler.digests import FollowUp, find_season, plan_digests
from scheduler.events import find_start, plan_events
from scheduler.model import OFFICE_ZONE, About, Contact, DayOverride, Event, Plan, Reminder, Report, Rule, Untold, Visit
from scheduler.overdue import plan_overdue
from scheduler.people import People
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
    """What one plan of the configuration asks for, item by item.

    ``people`` are whom it may tell, ``season`` its first and last day. ``digests`` tell the plan's teams how things
    stand; () where the snapshot has no ``follow_up``.
    """

    plan: Plan
    people: People
    frame: Frame
    season: tuple[date, date] | None
    parts: Mapping[Item, Part]
    digests: tuple[Reminder, ...] = ()

    @property
    def contacts(self) -> tuple[Contact, ...]:
        return self.people.contacts

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
        return tuple(chain.from_iterable(self.parts[item].untold for item in _list_items(self.plan)))


@dataclass(frozen=True, slots=True)
class WithdrawnPlan:
    """The last copy of a plan that is configured no longer: cancelled, with those whom it told and its UIDs' domain."""

    plan: Plan
    contacts: tuple[Contact, ...]
    domain: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One valid configuration and all that follows from it.

    ``follow_up`` None follows up nothing: no overdue reminder, digest or receipt, as in a rehearsal of what is certain.
    ``withdrawn`` are the plans of ``wanted`` that the configuration has no longer.
    """

    wanted: tuple[Wanted, ...]
    contacts: tuple[Contact, ...]
    workdays: WorkingDays
    follow_up: FollowUp | None = None
    withdrawn: tuple[WithdrawnPlan, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of what concerns no one plan: the first plan's."""
        return self.wanted[0].plan.zone if self.wanted else OFFICE_ZONE

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
        known = None if before is None else before.find(plan.id)
        people = _find_people(plan, contacts, before, known)
        members = sorted({member for team in plan.teams for member in team.members} & people.by_id.keys())
        frame = Frame(
            # Of what changes here, only the units and visits are looked at one by one.
            replace(plan, visits=(), units=(), updated=_ANY_TIME, sources=()),
            tuple(rule for rule in rules if not rule.plans or plan.id in rule.plans),
            workdays.overrides,
            tuple((member, people.by_id[member].title) for member in members),
            domain,
            follow_up is not None,
        )
        empty = Wanted(plan, people, frame, find_season(plan), {})
        digests = _plan_digests(empty, workdays, follow_up, before, known)
        wanted.append(_want(replace(empty, digests=digests), known, workdays))
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


def _find_people(plan: Plan, contacts: tuple[Contact, ...], before: Snapshot | None, known: Wanted | None) -> People:
    """Return whom ``plan`` may tell; the very same people as before where no contact has changed."""
    if before is not None and known is not None and before.contacts == contacts:
        return known.people
    return People(tuple(contact for contact in contacts if not contact.plans or plan.id in contact.plans))


def _plan_digests(
    now: Wanted, workdays: WorkingDays, follow_up: FollowUp | None, before: Snapshot | None, known: Wanted | None
) -> tuple[Reminder, ...]:
    """Return the plan's digests; the very same as before where all that they depend on is as it was."""
    if follow_up is None:
        return ()
    readers = now.people.list_at(team.id for team in now.plan.teams)
    if before is not None and known is not None and before.follow_up == follow_up and known.frame == now.frame:
        were = known.people.list_at(team.id for team in known.plan.teams)
        if readers == were and known.season == now.season:
            return known.digests
    return plan_digests(now.plan, readers, workdays, follow_up)


def _want(empty: Wanted, before: Wanted | None, workdays: WorkingDays) -> Wanted:
    """Return ``empty`` with its parts; those of ``before`` where they still hold."""
    plan = empty.plan
    if before is None or before.frame != empty.frame:
        return replace(empty, parts=_plan_parts(empty, plan.visits, plan.reports, workdays))
    edited = _find_edited(before, empty)
    parts = dict(before.parts)
    for item in edited.gone:
        del parts[item]
    if edited.visits or edited.reports:
        parts.update(_plan_parts(empty, edited.visits, edited.reports, workdays))
    return replace(empty, parts=parts)


@dataclass(frozen=True, slots=True)
class _Edited:
    """The items of a plan that must be planned anew, and those that it has no longer."""

    visits: tuple[Visit, ...]
    reports: tuple[Report, ...]
    gone: tuple[Item, ...]


def _find_edited(before: Wanted, now: Wanted) -> _Edited:
    """Return the items that are not as they were, nor are their units and contacts; both have one frame."""
    # Nearly all visits are the very same objects: to see that costs next to nothing, to compare them would.
    others = _list_others(before.plan.visits, now.plan.visits)
    were = {visit.id: visit for visit in _list_others(now.plan.visits, before.plan.visits)}
    visits = tuple(visit for visit in others if were.get(visit.id) != visit)
    changed = _find_changed_places(before, now)
    if changed:
        edited = {visit.id for visit in visits}
        visits = tuple(v for v in now.plan.visits if v.id in edited or not changed.isdisjoint(_list_places(v)))
    reports = tuple(report for report in now.plan.reports if not changed.isdisjoint(_list_owers(report)))
    gone = were.keys() - {visit.id for visit in others}
    return _Edited(visits, reports, tuple(("visit", visit) for visit in gone))


def _list_others(known: tuple[Visit, ...], visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """Return those of ``visits`` that are not the very objects of ``known``."""
    same = set(map(id, known))
    return tuple(visit for visit in visits if id(visit) not in same)


def _list_items(plan: Plan) -> Iterator[Item]:
    """Yield the visits and reports of a plan, in its order."""
    yield from (("visit", visit.id) for visit in plan.visits)
    yield from (("report", report.id) for report in plan.reports)


def _list_places(visit: Visit) -> tuple[str, ...]:
    return (visit.unit, *(f"{visit.unit}/{commune}" for commune in visit.communes), visit.team or "")


def _list_owers(report: Report) -> tuple[str, ...]:
    """Return the units and communes that owe a report, and the units of these communes."""
    return (*report.owed_by, *(ower.partition("/")[0] for ower in report.owed_by))


def _find_changed_places(before: Wanted, now: Wanted) -> set[str]:
    """Return the units that are named otherwise, and all places with other contacts."""
    changed: set[str] = set()
    if before.plan.units != now.plan.units:
        known = {unit.id: unit for unit in before.plan.units}
        changed.update(unit.id for unit in now.plan.units if known.get(unit.id) != unit)
    if before.contacts != now.contacts:
        were, are = before.people.by_place, now.people.by_place
        changed.update(place for place in {*were, *are} if were.get(place) != are.get(place))
    return changed


def _plan_parts(
    wanted: Wanted, visits: tuple[Visit, ...], reports: tuple[Report, ...], workdays: WorkingDays
) -> dict[Item, Part]:
    """Plan these items alone."""
    frame, people = wanted.frame, wanted.people
    some = replace(wanted.plan, visits=visits, reports=reports)
    places = chain(chain.from_iterable(map(_list_places, visits)), chain.from_iterable(map(_list_owers, reports)))
    contacts = people.list_at(places)
    planned = plan_reminders(some, contacts, frame.rules, workdays)
    overdue = Planned((), ())
    if frame.is_followed_up and reports:
        overdue = plan_overdue(some, contacts, frame.rules, workdays)
    members = tuple(people.by_id[member] for member, _ in frame.titles)
    events: defaultdict[Item, list[Event]] = defaultdict(list)
    for event in plan_events(wanted.plan, visits, reports, contacts=members, domain=frame.domain):
        events[event.about, event.item].append(event)
    reminders, conditional = _group(planned.reminders), _group(overdue.reminders)
    untold: defaultdict[Item, dict[Untold, None]] = defaultdict(dict)
    for one in (*planned.untold, *overdue.untold):
        untold[one.about, one.item][one] = None
    return {
        item: Part(
            tuple(events.get(item, ())),
            tuple(reminders.get(item, ())),
            tuple(untold.get(item, ())),
            tuple(conditional.get(item, ())),
        )
        for item in _list_items(some)
    }


def _group(reminders: Iterable[Reminder]) -> dict[Item, list[Reminder]]:
    found: defaultdict[Item, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        found[reminder.about, reminder.item].append(reminder)
    return found
