"""Plan + recorded events -> the bytes of one feed: whole plan, deadlines, one unit, commune or member, or all plans.

Pure. Feed names: ``plan``, ``deadlines``, ``unit-<unit>``, ``commune-<unit>-<commune>``, ``member-<contact>``; ``all``
is everything of several plans. A feed is a function of plan, recorded revisions, the date and where it is published
(invariant 8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import accumulate
from operator import itemgetter
from zoneinfo import ZoneInfo

from scheduler.blocks import Audience, Belonging, Block, EventBlocks, Form, Kind
from scheduler.errors import UsageError
from scheduler.ics import fill_calendar, render_calendar
from scheduler.model import Contact, Event, Plan, RecordedEvent, Revision
from scheduler.vevent import LONGEST_DESCRIPTION

ALL = "all"
KEEP_REMOVED_DAYS = 14

_ROOM_FOR_COUNT = 40


@dataclass(frozen=True, slots=True)
class FeedScope:
    """What one feed of a plan shows, and how it is called.

    ``of`` is the unit, ``unit/commune`` or contact id whose feed it is, "" for a feed of everybody.
    """

    name: str
    title: str
    kind: Kind
    of: str = ""

    @property
    def names_a_person(self) -> bool:
        """Whether the name alone says who somebody is: such a feed is never public."""
        return self.kind == "member"

    @property
    def belonging(self) -> Belonging:
        return self.kind, self.of


def list_scopes(plan: Plan, recorded: Iterable[RecordedEvent] = ()) -> tuple[FeedScope, ...]:
    """Return all feeds of ``plan``: plan, deadlines, then units, communes and members.

    A unit, commune or member that only ``recorded`` events know, because the plan has it no longer, keeps its feed:
    that is where the visit called off is seen.
    """
    plan_title = plan.title
    units = {unit.id: f"{plan_title} – {unit.name}" for unit in plan.units}
    communes = {
        f"{unit.id}/{commune.id}": f"{plan_title} – {commune.name}, {unit.name}"
        for unit in plan.units
        for commune in unit.communes
    }
    members = {member: f"{plan_title} – {team.name}" for team in plan.teams for member in team.members}
    for row in recorded:
        if row.removed_at is not None:
            for place in row.event.places:
                (communes if "/" in place else units).setdefault(place, plan_title)
            for member in row.event.members:
                members.setdefault(member, plan_title)
    names = _name_communes(communes)
    return (
        FeedScope("plan", plan_title, "plan"),
        FeedScope("deadlines", f"{plan_title} – hạn báo cáo", "deadlines"),
        *(FeedScope(f"unit-{unit}", title, "place", unit) for unit, title in units.items()),
        *(FeedScope(names[commune], title, "place", commune) for commune, title in communes.items()),
        *(FeedScope(f"member-{member}", title, "member", member) for member, title in members.items()),
    )


def _name_communes(communes: Iterable[str]) -> dict[str, str]:
    """Return the feed name of each ``unit/commune``.

    "a-b/c" and "a/b-c" would share one and see each other's events: two hyphens, which no id holds, tell them apart.
    """
    plain = {commune: f"commune-{commune.replace('/', '-')}" for commune in communes}
    times = Counter(plain.values())
    return {
        commune: name if times[name] == 1 else f"commune-{commune.replace('/', '--')}"
        for commune, name in plain.items()
    }


def describe_feed(plan: Plan, name: str, recorded: Iterable[RecordedEvent] = ()) -> FeedScope:
    """Return what feed ``name`` of ``plan`` shows; UsageError lists the names there are."""
    scopes = list_scopes(plan, recorded)
    for scope in scopes:
        if scope.name == name:
            return scope
    known = ", ".join(scope.name for scope in scopes)
    raise UsageError(f"there is no feed '{name}' in plan {plan.id}; feeds: {known}")


def number_without_ledger(plan: Plan, events: Iterable[Event]) -> tuple[RecordedEvent, ...]:
    """Return ``events`` as they stand before any ledger knows them: SEQUENCE 0, stamped ``plan.updated``."""
    first = Revision(0, plan.updated, plan.updated)
    return tuple(RecordedEvent(event, first) for event in events)


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a feed is published, and for whom.

    ``public_url`` is where the agenda of public plans is; ``source`` the feed's own address, where that is no secret.
    ``contacts`` are those who may be named as the ones to call: none in a public feed.
    """

    public_url: str | None = None
    source: str | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class BuiltFeed:
    """A feed, joined when its bytes are asked for: ``frame`` is the calendar without events.

    ``modified_at`` is the instant of its last change; ``left_out`` has a sentence for each event that cannot be
    written.
    """

    frame: bytes
    forms: tuple[Form, ...]
    modified_at: datetime
    left_out: tuple[str, ...]

    @cached_property
    def content(self) -> bytes:
        """The feed's iCalendar bytes."""
        return fill_calendar(self.frame, (form.plain for form in self.forms))

    @cached_property
    def alarmed(self) -> bytes:
        """The same with an alarm in each event that stands."""
        return fill_calendar(self.frame, (form.alarmed for form in self.forms))


@dataclass(frozen=True, slots=True)
class PlanPart:
    """What one plan brings into a feed: ``blocks`` in order; ``modified_at`` counts the events that went."""

    plan: Plan
    blocks: Sequence[Block]
    modified_at: datetime


def build_feed(
    plan: Plan,
    recorded: Iterable[RecordedEvent],
    name: str,
    today: date,
    publication: Publication | None = None,
    *,
    keep_removed_days: int = KEEP_REMOVED_DAYS,
) -> BuiltFeed:
    """Return feed ``name`` of ``plan``; UsageError when the plan has no such feed.

    ``recorded`` are the plan's events with their revisions; the removed ones show as cancelled for a while.
    An event that cannot be written is left out, and the feed goes on.
    """
    rows = tuple(recorded)
    scope = describe_feed(plan, name, rows)
    blocks = EventBlocks().recall(plan, rows)
    parts = group_blocks(plan, blocks, {scope.belonging}, today, keep_removed_days)
    return assemble_feed(scope.title, (parts[scope.belonging],), publication or Publication(), place=scope.of)


def group_blocks(
    plan: Plan, blocks: Iterable[Block], wanted: Iterable[Belonging], today: date, keep_removed_days: int
) -> dict[Belonging, PlanPart]:
    """Return for each of the ``wanted`` feeds what it shows on ``today``, in the order of ``blocks``.

    A removed event shows for ``keep_removed_days`` days after that of its removal, local to the plan.
    """
    shown: dict[Belonging, list[Block]] = {belonging: [] for belonging in wanted}
    modified = dict.fromkeys(shown, plan.updated.timestamp())
    groups: dict[Audience, list[list[Block]]] = {}
    for block in blocks:
        group = groups.get(block.audience)
        if group is None:
            group = [shown[one] for one in block.audience.belongings if one in shown]
            groups[block.audience] = group
        ends_at = None if block.row.removed_at is None else _find_end(block.row.removed_at, plan, keep_removed_days)
        if ends_at is None or ends_at.date() > today:
            for own in group:
                own.append(block)
        else:
            # That an event is shown no longer is a change of the feed too.
            for one in block.audience.belongings:
                if one in shown:
                    modified[one] = max(modified[one], ends_at.timestamp())
    return {one: PlanPart(plan, own, _find_last_change(modified[one], own)) for one, own in shown.items()}


def _find_last_change(at_least: float, blocks: Iterable[Block]) -> datetime:
    return datetime.fromtimestamp(max(at_least, max((block.modified for block in blocks), default=0.0)), UTC)


def assemble_feed(title: str, parts: Sequence[PlanPart], publication: Publication, *, place: str = "") -> BuiltFeed:
    """Return the feed of ``parts``, one for each plan, at least one; an event that cannot be written is left out.

    ``place`` is the unit or ``unit/commune`` whose wording it has. The calendar stands in the first plan's zone.
    """
    written: list[tuple[tuple[float, str], Form]] = []
    left_out: list[str] = []
    for part in parts:
        _render_part(part, publication, place, written, left_out)
    if len(parts) > 1:
        written.sort(key=itemgetter(0))
    return BuiltFeed(
        frame=_frame_calendar(title, parts, publication),
        forms=tuple([form for _, form in written]),
        modified_at=max(part.modified_at for part in parts),
        left_out=tuple(left_out),
    )


def _frame_calendar(title: str, parts: Sequence[PlanPart], publication: Publication) -> bytes:
    first = parts[0].plan
    return render_calendar(
        name=title,
        description=_name_plans(parts),
        zone=first.zone,
        days=_list_days(parts, first.timezone),
        blocks=(),
        source=publication.source,
        page=_find_page(first, publication) if len(parts) == 1 else publication.public_url,
        other_zones=tuple(
            (ZoneInfo(zone), _list_days(parts, zone))
            for zone in dict.fromkeys(part.plan.timezone for part in parts)
            if zone != first.timezone
        ),
    )


def _name_plans(parts: Sequence[PlanPart]) -> str:
    """Return a line for each plan; of very many those that there is room for, and how many more there are."""
    lines = [f"{part.plan.title} – {part.plan.organiser.name}" for part in parts]
    sizes = accumulate(len(line) + 1 for line in lines)
    named = sum(size <= LONGEST_DESCRIPTION - _ROOM_FOR_COUNT for size in sizes)
    others = [] if named == len(lines) else [f"… và {len(lines) - named} kế hoạch khác"]
    return "\n".join((*lines[:named], *others))


def _render_part(
    part: PlanPart,
    publication: Publication,
    place: str,
    written: list[tuple[tuple[float, str], Form]],
    left_out: list[str],
) -> None:
    """Add the part's events to ``written``, each with its order, and to ``left_out`` why one cannot be written."""
    page = _find_page(part.plan, publication)
    office = ", ".join(filter(None, (part.plan.organiser.name, part.plan.organiser.email)))
    people = {contact.id: _word_contact(contact) for contact in publication.contacts if contact.email}
    for block in part.blocks:
        event = block.row.event
        contact = people.get(event.members[0], office) if people and event.members else office
        description = _choose_description(event, place) if place and event.wordings else event.description
        form = block.render(description, contact, page)
        if isinstance(form, Form):
            written.append((block.order, form))
        else:
            left_out.append(str(form))


def _choose_description(event: Event, place: str) -> str:
    for wording in event.wordings:
        if place in wording.places:
            return wording.description
    return event.description


def _word_contact(contact: Contact) -> str:
    return f"{contact.name}{f' ({contact.title})' if contact.title else ''}, {contact.email}"


def _find_page(plan: Plan, publication: Publication) -> str | None:
    """Return the plan's place in the public agenda, which shows public plans alone."""
    return f"{publication.public_url}/#{plan.id}" if publication.public_url and plan.public else None


def _find_end(removed_at: datetime, plan: Plan, keep_days: int) -> datetime:
    """Return the local midnight from which a removed event is shown no longer."""
    first = removed_at.astimezone(plan.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return first + timedelta(days=keep_days + 1)


def _list_days(parts: Iterable[PlanPart], timezone: str) -> list[date]:
    return [block.day for part in parts if part.plan.timezone == timezone for block in part.blocks]
