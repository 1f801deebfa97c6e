"""A visit and who reads of it -> the facts a letter says of it.

Pure. A reader is named by the place it belongs to: a unit id, a ``unit/commune`` id or a team id.
"""

from __future__ import annotations

from datetime import date

from scheduler.letters.facts import Audience, DayFacts, HostFacts, LetterError, SessionFacts, VisitFacts
from scheduler.model import Contact
from scheduler.phrases import (
    capitalise,
    phrase_date,
    phrase_day,
    phrase_days_briefly,
    phrase_hour,
    phrase_hours,
    phrase_list,
)
from scheduler.plan_index import PlanIndex, VisitNames, VisitPart, label_place


def tell_audience(index: PlanIndex, place: str) -> Audience:
    """Return as what somebody of ``place`` is addressed; a unit that the plan no longer has is still a unit."""
    if index.is_team(place):
        return "team"
    return "commune" if "/" in place else "unit"


def describe_visit(
    index: PlanIndex, names: VisitNames, place: str, contacts: tuple[Contact, ...], today: date
) -> VisitFacts:
    """Return the facts of a visit for a reader of ``place``, as they stand on the local day ``today``.

    ``contacts`` are all that are known: the team's letter names those of the places it visits. LetterError
    when the visit has no date.
    """
    visit, audience = names.visit, tell_audience(index, place)
    if not visit.dates:
        raise LetterError(f"plan {index.plan.id}: visit '{visit.id}' has no date, so nobody can be told of it; add one")
    own = place.partition("/")[2] if audience == "commune" else None
    days_left = (visit.dates[0] - today).days
    return VisitFacts(
        unit=names.unit,
        communes=names.communes,
        commune_list=phrase_list(names.communes),
        commune=index.name_commune(visit.unit, own) if own else None,
        label=names.label,
        when=phrase_days_briefly(visit.dates),
        dates=phrase_list(tuple(phrase_date(day) for day in visit.dates)),
        days=tuple(_describe_day(index, names, day, audience, own) for day in visit.dates),
        days_left=days_left,
        countdown=_count_down(days_left),
        scope=names.scope,
        team=names.team,
        commune_level_only=visit.levels == ("commune",),
        shared_sessions=len(names.communes) > 1 and not any(part.communes for part in names.parts),
        hosts=_list_hosts(index, names, contacts) if audience == "team" else (),
    )


def list_own_parts(names: VisitNames, commune: str | None) -> tuple[VisitPart, ...]:
    """Return the sessions that may be those of ``commune`` (its id within the unit), in order; all for None."""
    return tuple(part for part in names.parts if commune is None or not part.commune_ids or commune in part.commune_ids)


def locate_part(part: VisitPart, names: VisitNames) -> str:
    """Return where a session takes place: "Hội trường, Sơn Động (An Bá)"."""
    where = label_place(names.unit, part.communes or names.communes)
    return f"{part.place}, {where}" if part.place else where


def _count_down(days_left: int) -> str:
    if days_left <= 0:
        return "hôm nay"
    return "ngày mai" if days_left == 1 else f"còn {days_left} ngày"


def _describe_day(
    index: PlanIndex, names: VisitNames, day: date, audience: Audience, own_commune: str | None
) -> DayFacts:
    """Return one day's order: for the team all it does that day, for a commune the sessions that may be its own."""
    visits: tuple[VisitNames, ...] = (names,)
    if audience == "team":
        visits = tuple(
            index.resolve_visit(other) for other in index.list_team_visits(names.visit.team, day) if not other.cancelled
        )
    order = sorted(
        ((part, visited) for visited in visits for part in list_own_parts(visited, own_commune)),
        key=lambda pair: (pair[0].start, pair[0].end, pair[1].visit.id),
    )
    sessions = tuple(_describe_session(part, visited) for part, visited in order)
    return DayFacts(
        date=phrase_date(day),
        heading=capitalise(phrase_date(day)),
        brief=phrase_day(day),
        sessions=sessions,
        places_differ=any(session.where != names.label for session in sessions),
    )


def _describe_session(part: VisitPart, names: VisitNames) -> SessionFacts:
    return SessionFacts(
        name=part.name,
        start=phrase_hour(part.start),
        end=phrase_hour(part.end),
        hours=phrase_hours(part.start, part.end),
        where=locate_part(part, names),
    )


def _list_hosts(index: PlanIndex, names: VisitNames, contacts: tuple[Contact, ...]) -> tuple[HostFacts, ...]:
    """List the unit's contacts, then its visited communes' in the plan's order."""
    unit = names.visit.unit
    places = (unit, *(f"{unit}/{commune}" for commune in names.visit.communes))
    return tuple(
        HostFacts(contact.name, contact.title, index.name_place(place), contact.email)
        for place in places
        for contact in index.list_contacts(contacts, place)
    )
