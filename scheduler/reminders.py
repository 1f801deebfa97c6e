"""Plan + contacts + rules -> reminders: who is told of what, when, and why at that instant.

Pure. One reminder per rule, item and address; the same input gives the same tuple, ordered by
(due_at, key). Invariants 2 and 6 of ARCHITECTURE.md: the delivery key, ``useful_until``, newest only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import NamedTuple

from scheduler.model import About, Audience, Contact, Plan, Reminder, Report, Rule, Untold, Visit, When
from scheduler.truths import format_wall_time, tell_report, tell_visit
from scheduler.workdays import WorkingDays, format_day

NO_CONTACT = "has no contact in contacts.yaml"
NO_ADDRESS = "has no address in contacts.yaml"
NO_HEAD = "has no contact with 'head: true' in contacts.yaml"

# Behind a place's id, which cannot hold it: the contacts of the place that lead it.
_HEADS = "#heads"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant that a rule yields, and the words that say how it came about."""

    due_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Planned:
    """All reminders of one plan, and everyone who should be told and cannot be."""

    reminders: tuple[Reminder, ...]
    untold: tuple[Untold, ...]


class _Item(NamedTuple):
    """A visit or a report as the rules see it: for a report one item per owing unit."""

    about: About
    id: str
    unit: str
    anchor: date
    anchor_words: str
    occurrence: str
    useful_until: datetime
    communes: tuple[str, ...]
    team: str | None
    members: frozenset[str]
    truth: str


class _Recipient(NamedTuple):
    """A contact that is told of one item; ``mailbox`` is its address in lower case, ``series`` what it is told."""

    contact: str
    address: str
    mailbox: str
    series: str


def plan_reminders(
    plan: Plan, contacts: tuple[Contact, ...], rules: tuple[Rule, ...], workdays: WorkingDays
) -> Planned:
    """Apply every rule to every visit and report of ``plan``.

    A cancelled plan or visit, and a visit without a date, has none; nor has a rule whose instant comes when
    its item has begun or is late already. Rules that fire after the last day are ``overdue``'s. An address that
    stands in two audiences of one rule is told once. ``untold`` names contacts without address and audiences without
    any contact, each once per item, in plan order.
    """
    if plan.status == "cancelled":
        return Planned((), ())
    by_place: dict[str, list[Contact]] = {}
    for contact in contacts:
        by_place.setdefault(contact.of, []).append(contact)
        if contact.head:
            by_place.setdefault(f"{contact.of}{_HEADS}", []).append(contact)
    rules = tuple(rule for rule in rules if not rule.when.after)
    reminders: dict[str, Reminder] = {}
    untold: dict[Untold, None] = {}
    moments: dict[tuple[int, date], Moment] = {}
    for item in _list_items(plan):
        told = f"{plan.id}|{item.id}|{item.unit}|{item.occurrence}"
        audiences: dict[tuple[Audience, ...], tuple[_Recipient, ...]] = {}
        for position, rule in enumerate(rules):
            if rule.about != item.about:
                continue
            moment = moments.get((position, item.anchor))
            if moment is None:
                moment = compute_moment(rule.when, item.anchor, item.anchor_words, workdays, plan)
                moments[position, item.anchor] = moment
            if moment.due_at >= item.useful_until:
                continue
            if rule.to not in audiences:
                audiences[rule.to] = tuple(_list_recipients(rule, item, told, by_place, untold))
            _add_reminders(reminders, plan.id, told, item, rule, moment, audiences[rule.to])
    return Planned(tuple(_order(reminders.values())), tuple(untold))


def compute_moment(when: When, anchor: date, anchor_words: str, workdays: WorkingDays, plan: Plan) -> Moment:
    """Return the instant ``when`` names before ``anchor``, moved back to a working day, with its reason."""
    counted = workdays.step_back(anchor, when.lead_days) if when.working else anchor - timedelta(days=when.lead_days)
    due_day = workdays.back_to_working(counted)
    words = [f"{when.sentence}: {_say_count(when, anchor_words, anchor, counted)}"]
    if due_day != counted:
        words.append(f"that is a day off ({workdays.explain(counted).reason}), so {format_day(due_day)}")
    if when.working:
        words.extend(f"{format_day(kind.day)}: {kind.reason}" for kind in workdays.list_peculiar(counted, anchor))
    return Moment(datetime.combine(due_day, when.at, plan.zone), "; ".join(words))


def select_upcoming(reminders: Iterable[Reminder], as_of: datetime) -> tuple[Reminder, ...]:
    """Return what is still to come at ``as_of``, by invariant 6, in the given order.

    Those due later, and of each series' instants already past only the newest that is still useful.
    """
    every = tuple(reminders)
    newest: dict[str, Reminder] = {}
    for reminder in every:
        if reminder.due_at <= as_of < reminder.useful_until:
            known = newest.get(reminder.series)
            if known is None or (known.due_at, known.key) < (reminder.due_at, reminder.key):
                newest[reminder.series] = reminder
    due_now = {reminder.key for reminder in newest.values()}
    return tuple(reminder for reminder in every if reminder.due_at > as_of or reminder.key in due_now)


def _say_count(when: When, anchor_words: str, anchor: date, counted: date) -> str:
    if when.lead_days == 0:
        return f"{anchor_words} {format_day(anchor)}"
    days = "day" if when.lead_days == 1 else "days"
    lead = f"{when.lead_days} {'working ' if when.working else ''}{days}"
    return f"{lead} before {anchor_words} {format_day(anchor)}, is {format_day(counted)}"


def _list_items(plan: Plan) -> Iterator[_Item]:
    for visit in plan.visits:
        if visit.dates and not visit.cancelled:
            yield _make_visit_item(plan, visit)
    for report in plan.reports:
        for unit in report.owed_by:
            yield _make_report_item(plan, report, unit)


def find_first_start(plan: Plan, visit: Visit) -> datetime:
    """Return when ``visit`` begins on its first date; 00:00 where no session is named."""
    hours = {session.id: session.start for session in plan.sessions}
    starts = [session.start or hours[session.id] for session in visit.sessions if session.start or session.id in hours]
    return datetime.combine(visit.dates[0], min(starts, default=time(0, 0)), plan.zone)


def _make_visit_item(plan: Plan, visit: Visit) -> _Item:
    first_start = find_first_start(plan, visit)
    return _Item(
        about="visit",
        id=visit.id,
        unit=visit.unit,
        anchor=visit.dates[0],
        anchor_words="the visit on",
        occurrence=format_wall_time(first_start),
        useful_until=first_start,
        communes=tuple(f"{visit.unit}/{commune}" for commune in visit.communes),
        team=visit.team,
        members=frozenset(member for team in plan.teams if team.id == visit.team for member in team.members),
        truth=str(tell_visit(plan, visit)),
    )


def _make_report_item(plan: Plan, report: Report, unit: str) -> _Item:
    last_day, ends_at = report.due.last_day, report.due.ends_at(plan.zone)
    return _Item(
        about="report",
        id=report.id,
        unit=unit,
        anchor=last_day,
        anchor_words="the last day,",
        occurrence=format_wall_time(ends_at),
        useful_until=ends_at,
        communes=(unit,) if "/" in unit else (),
        team=None,
        members=frozenset(),
        truth=str(tell_report(plan, report, unit)),
    )


def _list_recipients(
    rule: Rule, item: _Item, told: str, by_place: dict[str, list[Contact]], untold: dict[Untold, None]
) -> Iterator[_Recipient]:
    """Yield the contacts that have an address; note the others in ``untold``."""
    for place in _list_places(rule, item):
        contacts = by_place.get(place, [])
        if place == item.team and item.members:
            # The plan's own list: teams of several plans may share their id.
            contacts = [contact for contact in contacts if contact.id in item.members]
        if not contacts:
            who, heads = place.removesuffix(_HEADS), place.endswith(_HEADS)
            untold[Untold(item.about, item.id, item.unit, who, NO_HEAD if heads else NO_CONTACT)] = None
        for contact in contacts:
            if contact.email:
                mailbox = contact.email.lower()
                yield _Recipient(contact.id, contact.email, mailbox, f"{told}|{mailbox}")
            else:
                untold[Untold(item.about, item.id, item.unit, contact.id, NO_ADDRESS)] = None


def _list_places(rule: Rule, item: _Item) -> Iterator[str]:
    for audience in rule.to:
        if audience == "units":
            yield item.unit
        elif audience == "heads":
            yield f"{item.unit}{_HEADS}"
        elif audience == "communes":
            yield from (commune for commune in item.communes if commune != item.unit)
        elif item.team is not None:
            yield item.team


def _add_reminders(
    reminders: dict[str, Reminder],
    plan: str,
    told: str,
    item: _Item,
    rule: Rule,
    moment: Moment,
    recipients: tuple[_Recipient, ...],
) -> None:
    """Add what ``rule`` makes of ``item``; a key that is there already stays as it is."""
    # Names and positions of a function's own, since thousands are made: other ways to say it take twice as long.
    about, item_id, unit, occurrence, truth = item.about, item.id, item.unit, item.occurrence, item.truth
    rule_id, template = rule.id, rule.template
    due_at, useful_until, why = moment.due_at, item.useful_until, moment.why
    for contact, address, mailbox, series in recipients:
        key = f"{told}|{rule_id}|{mailbox}"
        if key not in reminders:
            reminders[key] = Reminder(
                key, series, plan, about, item_id, unit, occurrence, rule_id, template, contact, address,
                due_at, useful_until, why, truth,
            )  # fmt: skip


def _order(reminders: Iterable[Reminder]) -> Iterator[Reminder]:
    """Yield ``reminders`` by (due_at, key); one instant's at a time, which is quicker than comparing pairs."""
    by_instant: dict[datetime, list[Reminder]] = {}
    for reminder in reminders:
        by_instant.setdefault(reminder.due_at, []).append(reminder)
    for due_at in sorted(by_instant):
        yield from sorted(by_instant[due_at], key=attrgetter("key"))
