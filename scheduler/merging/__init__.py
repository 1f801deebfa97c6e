"""Three plans -> one: what the document said before, what the admin made of it, and what the document says now.

Pure. Value by value: what only the document changed is applied, and told as a change; what only the admin changed
stays; what both changed differently stays as the admin has it, and is a finding. Items are the same where their ids
are (``intake.realign`` sees to that). A list of names is merged as a set: both sides' additions and removals hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from scheduler.merging.items import merge_report, merge_session, merge_team, merge_unit, merge_visit
from scheduler.merging.naming import Names
from scheduler.merging.places import move_sources
from scheduler.merging.threeway import CONFLICT, Change, ThreeWay
from scheduler.model import Commune, Finding, Organiser, Plan, Report, Severity, Unit, Visit

__all__ = ["CONFLICT", "FAR_FEWER", "Change", "Merge", "merge_plans"]

FAR_FEWER: Final = "visits-far-fewer"
_MANY_GONE: Final = 3  # visits; fewer than these are an ordinary revision of any plan

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Merge:
    """``plan`` keeps the admin's order; its ``updated`` is the new one only where more than a place changed."""

    plan: Plan
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]


def merge_plans(base: Plan, ours: Plan, theirs: Plan, *, bodies: frozenset[str]) -> Merge:
    """Merge the kept extraction ``base``, the admin's plan ``ours`` and the new extraction ``theirs``.

    ``bodies`` are the ids of units, communes (``unit/commune``) and teams that contacts belong to: these stay, also
    where the document no longer names them.
    """
    work = ThreeWay(Names(theirs, ours, base), {source.pointer: source.place for source in theirs.sources})
    head = _merge_head(work, base, ours, theirs)
    visits = work.merge_items("visits", (base.visits, ours.visits, theirs.visits), partial(merge_visit, work))
    reports = work.merge_items("reports", (base.reports, ours.reports, theirs.reports), partial(merge_report, work))
    needed = bodies | _list_references(visits, reports)
    teams = work.merge_items("teams", (base.teams, ours.teams, theirs.teams), partial(merge_team, work), needed)
    sessions = work.merge_items(
        "sessions", (base.sessions, ours.sessions, theirs.sessions), partial(merge_session, work), needed
    )
    units = work.merge_items("units", (base.units, ours.units, theirs.units), partial(merge_unit, work, needed), needed)
    merged = replace(
        head,
        units=_restore_places(units, theirs, needed),
        visits=visits,
        reports=reports,
        teams=teams,
        sessions=sessions,
    )
    merged = replace(merged, sources=move_sources(theirs, merged))
    same = replace(merged, updated=ours.updated, sources=ours.sources) == ours
    plan = replace(merged, updated=ours.updated if same else theirs.updated)
    return Merge(plan, tuple(work.changes), (*_tell_far_fewer(base, theirs), *work.findings))


def _merge_head(work: ThreeWay, base: Plan, ours: Plan, theirs: Plan) -> Plan:
    def pick(key: str, read: Callable[[Plan], T]) -> T:
        return work.pick(f"plan, {key}", f"/plan/{key}", read(base), read(ours), read(theirs))

    def join(key: str, read: Callable[[Plan], tuple[str, ...]]) -> tuple[str, ...]:
        return work.join(key, f"/{key}", read(base), read(ours), read(theirs))

    organiser = Organiser(
        work.pick("organiser", "/organiser/name", base.organiser.name, ours.organiser.name, theirs.organiser.name),
        work.pick(
            "organiser, email", "/organiser/email", base.organiser.email, ours.organiser.email, theirs.organiser.email
        ),
    )
    return replace(
        ours,
        title=pick("title", lambda plan: plan.title),
        number=pick("number", lambda plan: plan.number),
        issued=pick("issued", lambda plan: plan.issued),
        status=pick("status", lambda plan: plan.status),
        scope=pick("scope", lambda plan: plan.scope),
        organiser=organiser,
        bases=join("bases", lambda plan: plan.bases),
        distribution=join("distribution", lambda plan: plan.distribution),
    )


def _list_references(visits: tuple[Visit, ...], reports: tuple[Report, ...]) -> frozenset[str]:
    """Return the ids of units, communes, teams and sessions that visits and reports name."""
    found: set[str] = set()
    for visit in visits:
        found |= {visit.unit, *([visit.team] if visit.team else []), *(session.id for session in visit.sessions)}
        inner = (*visit.communes, *(session.commune for session in visit.sessions if session.commune))
        found |= {f"{visit.unit}/{commune}" for commune in inner}
    for report in reports:
        found |= {*report.owed_by, *(ower.partition("/")[0] for ower in report.owed_by)}
        found |= {unit for unit, _ in report.forms.by_unit}
    return frozenset(found)


def _restore_places(units: tuple[Unit, ...], theirs: Plan, needed: frozenset[str]) -> tuple[Unit, ...]:
    """Return ``units`` with the communes that are named and that only the document still lists."""
    listed = {unit.id: unit.communes for unit in theirs.units}
    return tuple(
        replace(unit, communes=(*unit.communes, *_find_missing(unit, listed.get(unit.id, ()), needed)))
        for unit in units
    )


def _find_missing(unit: Unit, listed: tuple[Commune, ...], needed: frozenset[str]) -> tuple[Commune, ...]:
    known = {commune.id for commune in unit.communes}
    return tuple(each for each in listed if each.id not in known and f"{unit.id}/{each.id}" in needed)


def _tell_far_fewer(base: Plan, theirs: Plan) -> tuple[Finding, ...]:
    before, now = len(base.visits), len(theirs.visits)
    if before - now < _MANY_GONE or (before - now) * 3 <= before:
        return ()
    place = theirs.sources[0].place if theirs.sources else ""
    text = (
        f"the document now has {now} visits where it had {before}: is it whole, and the right one? The visits it no "
        "longer has leave the plan; the plan as it was is kept beside it as .bak"
    )
    return (Finding(Severity.WARNING, FAR_FEWER, text, place),)
