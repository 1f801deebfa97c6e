"""A plan's ids -> what they name: units, communes, sessions, teams, visits and reports.

Pure. Events and letters look names up here; an id that names nothing is an error, never shown as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from functools import cached_property
from typing import Protocol, TypeVar

from scheduler.errors import SchedulerError
from scheduler.model import Contact, Plan, Report, Session, Team, Unit, Visit, VisitSession


class UnknownIdError(SchedulerError):
    """The plan names something it does not define: the admin corrects the plan file."""


@dataclass(frozen=True, slots=True)
class VisitPart:
    """One session of a visit with its names and hours; ``communes`` are the names of those it is known for.

    ``id`` is unique within the visit: the second part of one session is ``morning-2``.
    """

    id: str
    name: str
    start: time
    end: time
    commune_ids: tuple[str, ...]
    communes: tuple[str, ...]
    place: str | None


@dataclass(frozen=True, slots=True)
class VisitNames:
    """A visit with its ids resolved; ``parts`` are in order of their start, empty where no session is named."""

    visit: Visit
    unit: str
    communes: tuple[str, ...]
    team: str | None
    scope: str | None
    parts: tuple[VisitPart, ...]

    @property
    def label(self) -> str:
        """The unit with its communes: "Sơn Động (Phúc Sơn, An Bá)"."""
        return label_place(self.unit, self.communes)


def label_place(unit: str, communes: tuple[str, ...]) -> str:
    """Return "Sơn Động (Phúc Sơn, An Bá)"; the unit alone where no commune is named."""
    return f"{unit} ({', '.join(communes)})" if communes else unit


def index_contacts(contacts: Iterable[Contact]) -> dict[str, tuple[Contact, ...]]:
    """Return the contacts of each unit, commune and team, in their order."""
    found: defaultdict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        found[contact.of].append(contact)
    return {place: tuple(own) for place, own in found.items()}


def is_member(plan: Plan, contact: Contact) -> bool:
    """Tell whether the plan counts ``contact`` in the team that they belong to: all of it where it lists no members.

    Teams of several plans may share their id.
    """
    members = next((team.members for team in plan.teams if team.id == contact.of), ())
    return not members or contact.id in members


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_Named)


class PlanIndex:
    """Looks up what the ids of one plan name; built once for many look-ups, each part when it is first asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._resolved: dict[str, VisitNames] = {}
        self._grouped: tuple[tuple[Contact, ...], dict[str, tuple[Contact, ...]]] = ((), {})

    @cached_property
    def _units(self) -> dict[str, Unit]:
        return _by_id(self.plan.units)

    @cached_property
    def _sessions(self) -> dict[str, Session]:
        return _by_id(self.plan.sessions)

    @cached_property
    def _teams(self) -> dict[str, Team]:
        return _by_id(self.plan.teams)

    @cached_property
    def _visits(self) -> dict[str, Visit]:
        return _by_id(self.plan.visits)

    @cached_property
    def _reports(self) -> dict[str, Report]:
        return _by_id(self.plan.reports)

    @cached_property
    def _team_days(self) -> dict[tuple[str | None, date], list[Visit]]:
        found: defaultdict[tuple[str | None, date], list[Visit]] = defaultdict(list)
        for visit in self.plan.visits:
            for day in dict.fromkeys(visit.dates):
                found[visit.team, day].append(visit)
        return found

    def find_visit(self, visit: str) -> Visit:
        return self._find("visit", self._visits, visit)

    def find_report(self, report: str) -> Report:
        return self._find("report", self._reports, report)

    def find_team(self, team: str) -> Team:
        return self._find("team", self._teams, team)

    def list_team_visits(self, team: str | None, day: date) -> tuple[Visit, ...]:
        """Return the visits of ``team`` on ``day``, cancelled ones too, in the plan's order."""
        return tuple(self._team_days.get((team, day), ()))

    def list_contacts(self, contacts: tuple[Contact, ...], place: str) -> tuple[Contact, ...]:
        """Return those of ``contacts`` who belong to ``place``, in their order; the same tuple is grouped once."""
        known, by_place = self._grouped
        if known is not contacts:
            by_place = index_contacts(contacts)
            self._grouped = (contacts, by_place)
        return by_place.get(place, ())

    def is_team(self, place: str) -> bool:
        return place in self._teams

    def name_place(self, place: str) -> str:
        """Return the name of a unit id ("Sơn Động") or of a ``unit/commune`` id ("Phúc Sơn, Sơn Động")."""
        unit, _, commune = place.partition("/")
        unit_name = self._find("unit", self._units, unit).name
        return f"{self.name_commune(unit, commune)}, {unit_name}" if commune else unit_name

    def name_commune(self, unit: str, commune: str) -> str:
        known = self._units.get(unit)
        found = None if known is None else next((one for one in known.communes if one.id == commune), None)
        return self._check("commune", f"{unit}/{commune}", found).name

    def resolve_visit(self, visit: Visit) -> VisitNames:
        """Return ``visit`` with names instead of ids; UnknownIdError names the id that means nothing."""
        known = self._resolved.get(visit.id)
        if known is None or known.visit is not visit:
            known = self._resolved[visit.id] = self._resolve_visit(visit)
        return known

    def _resolve_visit(self, visit: Visit) -> VisitNames:
        parts = self._resolve_parts(visit)
        return VisitNames(
            visit=visit,
            unit=self._find("unit", self._units, visit.unit).name,
            communes=tuple(self.name_commune(visit.unit, commune) for commune in visit.communes),
            team=self.find_team(visit.team).name if visit.team else None,
            scope=visit.scope or self.plan.scope,
            parts=tuple(sorted(parts, key=lambda part: (part.start, part.end, part.id))),
        )

    def _resolve_parts(self, visit: Visit) -> list[VisitPart]:
        parts: list[VisitPart] = []
        seen: dict[str, int] = {}
        for said in visit.sessions:
            seen[said.id] = seen.get(said.id, 0) + 1
            part_id = said.id if seen[said.id] == 1 else f"{said.id}-{seen[said.id]}"
            parts.append(self._resolve_part(visit, said, part_id))
        return parts

    def _resolve_part(self, visit: Visit, said: VisitSession, part_id: str) -> VisitPart:
        session = self._find("session", self._sessions, said.id)
        communes = (said.commune.rpartition("/")[2],) if said.commune else ()
        return VisitPart(
            id=part_id,
            name=session.name,
            start=said.start or session.start,
            end=said.end or session.end,
            commune_ids=communes,
            communes=tuple(self.name_commune(visit.unit, commune) for commune in communes),
            place=said.place,
        )

    def _find(self, kind: str, known: dict[str, _T], wanted: str) -> _T:
        return self._check(kind, wanted, known.get(wanted))

    def _check(self, kind: str, wanted: str, found: _T | None) -> _T:
        if found is None:
            raise UnknownIdError(
                f"plan {self.plan.id}: there is no {kind} '{wanted}'; add it, or correct the id where it is used"
            )
        return found


def _by_id(named: Iterable[_T]) -> dict[str, _T]:
    return {one.id: one for one in named}
