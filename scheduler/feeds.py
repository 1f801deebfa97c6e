"""Plan + recorded events -> the bytes of one feed: whole plan, deadlines, one unit, commune or member.

Pure. Feed names: ``plan``, ``deadlines``, ``unit-<unit>``, ``commune-<unit>-<commune>``, ``member-<contact>``.
A feed is a function of plan, recorded revisions and the date (invariant 8).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.changes import select_published
from scheduler.errors import UsageError
from scheduler.ics import EventError, render_calendar, render_event
from scheduler.model import Event, Plan, RecordedEvent, Revision


@dataclass(frozen=True, slots=True)
class FeedScope:
    """Which items a feed shows, and how it is called; ``visits`` and ``reports`` are ids."""

    title: str
    visits: frozenset[str]
    reports: frozenset[str]


def describe_feed(plan: Plan, name: str) -> FeedScope:
    """Return what feed ``name`` of ``plan`` shows; UsageError lists the names there are."""
    for known, scope in _list_scopes(plan):
        if known == name:
            return scope
    raise UsageError(f"there is no feed '{name}' in plan {plan.id}; feeds: {', '.join(list_feed_names(plan))}")


def list_feed_names(plan: Plan) -> tuple[str, ...]:
    """Return the names of all feeds of ``plan``: plan, deadlines, then units, communes and members."""
    return tuple(name for name, _ in _list_scopes(plan))


def _list_scopes(plan: Plan) -> Iterable[tuple[str, FeedScope]]:
    all_visits = frozenset(visit.id for visit in plan.visits)
    all_reports = frozenset(report.id for report in plan.reports)
    yield "plan", FeedScope(plan.title, all_visits, all_reports)
    yield "deadlines", FeedScope(f"{plan.title} – hạn báo cáo", frozenset(), all_reports)
    for unit in plan.units:
        visits = frozenset(visit.id for visit in plan.visits if visit.unit == unit.id)
        owed = frozenset(report.id for report in plan.reports if unit.id in report.owed_by)
        yield f"unit-{unit.id}", FeedScope(f"{plan.title} – {unit.name}", visits, owed)
    for unit in plan.units:
        for commune in unit.communes:
            visits = frozenset(v.id for v in plan.visits if v.unit == unit.id and commune.id in v.communes)
            owed = frozenset(report.id for report in plan.reports if f"{unit.id}/{commune.id}" in report.owed_by)
            title = f"{plan.title} – {commune.name}, {unit.name}"
            yield f"commune-{unit.id}-{commune.id}", FeedScope(title, visits, owed)
    for team in plan.teams:
        visits = frozenset(visit.id for visit in plan.visits if visit.team == team.id)
        for member in team.members:
            yield f"member-{member}", FeedScope(f"{plan.title} – {team.name}", visits, frozenset())


def number_without_ledger(plan: Plan, events: Iterable[Event]) -> tuple[RecordedEvent, ...]:
    """Return ``events`` as they stand before any ledger knows them: SEQUENCE 0, stamped ``plan.updated``."""
    first = Revision(0, plan.updated, plan.updated)
    return tuple(RecordedEvent(event, first) for event in events)


@dataclass(frozen=True, slots=True)
class BuiltFeed:
    """A feed's iCalendar bytes, and a sentence for each event that had to be left out of it."""

    content: bytes
    left_out: tuple[str, ...]


def build_feed(plan: Plan, recorded: Iterable[RecordedEvent], name: str, today: date) -> BuiltFeed:
    """Return feed ``name`` of ``plan``; UsageError when the plan has no such feed.

    ``recorded`` are the plan's events with their revisions; the removed ones show as cancelled for a while.
    An event that cannot be written is left out, and the feed goes on.
    """
    scope = describe_feed(plan, name)
    shown = [row for row in select_published(recorded, today) if _is_in_scope(row.event, scope, name)]
    shown.sort(key=lambda row: (_order_key(row.event), row.event.uid))
    blocks, days, left_out = [], [], []
    for row in shown:
        try:
            blocks.append(render_event(row.event, row.revision, row.revision.modified_at, zone=plan.zone))
            days.append(_find_day(row.event))
        except EventError as error:
            left_out.append(str(error))
    content = render_calendar(
        name=scope.title,
        description=f"{plan.title} – {plan.organiser.name}",
        zone=plan.zone,
        blocks=blocks,
        days=tuple(days),
    )
    return BuiltFeed(content, tuple(left_out))


def _is_in_scope(event: Event, scope: FeedScope, name: str) -> bool:
    if name == "plan":
        return True
    return event.item in (scope.visits if event.about == "visit" else scope.reports)


def _find_day(event: Event) -> date:
    return event.start.date() if isinstance(event.start, datetime) else event.start


def _order_key(event: Event) -> str:
    return event.start.isoformat()
