"""Schedule rows, units and sessions -> visits.

Pure. Rows of one unit on the same days are one visit; on other days they are its second visit. Which commune is visited
in which session is said by a row of its own for one commune, and never assumed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from scheduler.intake.hours import PartHours, PartOfDay
from scheduler.intake.schedule import ScheduleRow
from scheduler.intake.sessions import PART_ORDER, SHORTEST_SESSION, Sessions, add_duration
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
    same = make_place_key(row.unit.value) == make_place_key(following.unit.value) and row.days == following.days
    repeated = [each.value for each in row.communes] == [each.value for each in following.communes]
    return same and bool(row.days) and not repeated


def _build_visit(rows: list[ScheduleRow], unit: Unit, sessions: Sessions, taken: set[str]) -> FoundVisit:
    slugs = {make_place_key(commune.name): commune.id for commune in unit.communes}
    communes: dict[str, Placed[str]] = {}
    held: dict[PartOfDay, VisitSession] = {}
    for row in rows:
        ids = [slugs[make_place_key(each.value)] for each in row.communes]
        for commune_id, each in zip(ids, row.communes, strict=True):
            communes.setdefault(commune_id, Placed(commune_id, each.place))
        # A row of its own for one commune says in which session that commune is visited.
        commune = ids[0] if len(rows) > 1 and len(ids) == 1 else None
        for hours in row.hours.value.parts:
            session = _make_session(hours, sessions.of_part(hours.part), commune)
            earlier = held.setdefault(hours.part, session)
            if earlier.commune != session.commune:
                held[hours.part] = replace(earlier, commune=None)
    first = rows[0]
    stated = next((row.hours.place for row in rows if row.hours.value.parts), None)
    own = tuple(held[part] for part in PART_ORDER if part in held)
    return FoundVisit(
        id=make_unique_slug(unit.id, taken),
        unit=unit,
        unit_place=first.unit.place,
        communes=tuple(communes.values()),
        days=first.days,
        days_place=first.days_place,
        sessions=own or tuple(VisitSession(part) for part in sessions.usual),
        sessions_place=stated,
        scope=next((row.scope for row in rows if row.scope), None),
    )


def _make_session(hours: PartHours, session: Session, commune: str | None) -> VisitSession:
    """Return the visit's session: its own hours only where they differ from the plan's."""
    start = hours.start if hours.start != session.start else None
    end = hours.end if hours.end != session.end else None
    if start and end is None and start >= session.end:
        end = add_duration(start, SHORTEST_SESSION)
    return VisitSession(hours.part, commune=commune, start=start, end=end)
