"""Schedule rows, units and sessions -> visits.

Pure. Rows of one unit on the same days are one visit; on other days they are its second visit. Which commune is visited
in which session is said by a row of its own for one commune, and never assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from scheduler.intake.hours import PartHours, PartOfDay
from scheduler.intake.rows import ScheduleRow
from scheduler.intake.sessions import PART_ORDER, SHORTEST_SESSION, Sessions, add_duration
from scheduler.intake.teams import read_team_cell
from scheduler.intake.units import Units, make_place_key
from scheduler.intake.wording import Placed
from scheduler.model import Session, Unit, VisitSession
from scheduler.naming import make_unique_slug


@dataclass(frozen=True, slots=True)
class FoundVisit:
    """A visit before its plan-wide facts; ``communes`` pairs each commune's id with its place."""

    id: str
    unit: Unit
    unit_place: str
    communes: tuple[Placed[str], ...]
    days: tuple[date, ...]
    days_place: str
    sessions: tuple[VisitSession, ...]
    sessions_place: str | None
    scope: Placed[str] | None
    team: Placed[str] | None


def build_visits(rows: tuple[ScheduleRow, ...], units: Units, sessions: Sessions) -> tuple[FoundVisit, ...]:
    """Return the visits in row order; a unit's second visit has the id ``unit-2``."""
    by_key = {make_place_key(unit.name): unit for unit in units.units}
    groups: list[list[ScheduleRow]] = []
    for row in rows:
        if groups and _is_same_visit(groups[-1][-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    taken: set[str] = set()
    return tuple(_build_visit(group, by_key[make_place_key(group[0].unit.value)], sessions, taken) for group in groups)


def _is_same_visit(row: ScheduleRow, following: ScheduleRow) -> bool:
    """Tell whether ``following`` goes on with the visit of ``row``; a row that repeats it whole is a slip."""
    same = row.days == following.days and make_place_key(row.unit.value) == make_place_key(following.unit.value)
    if not same or not row.days:
        return False
    repeated = [each.value for each in row.communes] == [each.value for each in following.communes]
    teams = {read_team_cell(each.team.value) if each.team else "" for each in (row, following)}
    return not repeated and len(teams) == 1


def _build_visit(rows: list[ScheduleRow], unit: Unit, sessions: Sessions, taken: set[str]) -> FoundVisit:
    slugs = {make_place_key(commune.name): commune.id for commune in unit.communes}
    communes: dict[str, Placed[str]] = {}
    held: dict[PartOfDay, VisitSession] = {}
    venue: str | None = None
    for row in rows:
        ids = [slugs[make_place_key(each.value)] for each in row.communes]
        for commune_id, each in zip(ids, row.communes, strict=True):
            communes.setdefault(commune_id, Placed(commune_id, each.place))
        stated_parts = _list_stated(row, sessions)
        for hours in stated_parts:
            commune = _find_commune(row, hours.part, slugs, alone=len(rows) > 1)
            session = _make_session(hours, sessions.of_part(hours.part), commune, row.venue)
            earlier = held.setdefault(hours.part, session)
            if earlier.commune != session.commune:
                held[hours.part] = replace(earlier, commune=None)
        venue = venue or row.venue
    first = rows[0]
    stated = next((row.hours.place for row in rows if row.hours.value.parts), None)
    own = tuple(held[part] for part in PART_ORDER if part in held) if held else ()
    return FoundVisit(
        id=make_unique_slug(unit.id, taken),
        unit=unit,
        unit_place=first.unit.place,
        communes=tuple(communes.values()),
        days=first.days,
        days_place=first.days_place,
        sessions=own or _make_usual(sessions.usual, venue),
        sessions_place=stated,
        scope=next((row.scope for row in rows if row.scope), None),
        team=first.team,
    )


@lru_cache(maxsize=256)
def _make_usual(parts: tuple[PartOfDay, ...], venue: str | None) -> tuple[VisitSession, ...]:
    return tuple(VisitSession(part, place=venue) for part in parts)


def _list_stated(row: ScheduleRow, sessions: Sessions) -> tuple[PartHours, ...]:
    stated = row.hours.value.parts
    if row.adjusts:
        moved = {hours.part: hours for hours in stated}
        return tuple(moved.get(part, PartHours(part)) for part in dict.fromkeys((*sessions.usual, *moved)))
    return stated or tuple(PartHours(part) for part in _list_parts(row))


def _list_parts(row: ScheduleRow) -> tuple[PartOfDay, ...]:
    """Return the parts of the day that the row names beside its communes."""
    if not row.parts:
        return ()
    named = {part for _, part in row.parts}
    return tuple(part for part in PART_ORDER if part in named)


def _find_commune(row: ScheduleRow, part: PartOfDay, slugs: dict[tuple[str, ...], str], *, alone: bool) -> str | None:
    """Return the one commune that the row visits in ``part``: it says so, or it is a row of its own for one commune.

    Where several are visited in one part, none is named.
    """
    told = [slugs[make_place_key(name)] for name, each in row.parts if each == part]
    if told:
        return told[0] if len(told) == 1 else None
    return slugs[make_place_key(row.communes[0].value)] if alone and len(row.communes) == 1 and not row.parts else None


def _make_session(hours: PartHours, session: Session, commune: str | None, venue: str | None) -> VisitSession:
    """Return the visit's session: its own hours only where they differ from the plan's."""
    start = hours.start if hours.start != session.start else None
    end = hours.end if hours.end != session.end else None
    if start and end is None and start >= session.end:
        end = add_duration(start, SHORTEST_SESSION)
    return VisitSession(hours.part, commune=commune, place=venue, start=start, end=end)
