"""A new extraction of a plan -> the same with the ids of the earlier one, so that the two can be compared.

Pure. Units, communes and teams are found again by their names; visits by unit, then day, then order; reports by name
and deadline, then order. Where a row stands plays no part. What is new gets an id that nothing had before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from scheduler.intake.draft import Draft
from scheduler.intake.offices import read_place_name
from scheduler.intake.units import make_place_key
from scheduler.intake.wording import make_phrase_key
from scheduler.model import Commune, Contact, Forms, Plan, Report, Source, Team, Unit, Visit
from scheduler.naming import make_unique_slug


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=_HasId)
Key = Callable[[Item], Hashable]


@dataclass(frozen=True, slots=True)
class _Places:
    """New ids by old ones: of units, and of communes by their full ids."""

    units: dict[str, str]
    communes: dict[str, str]

    def rename(self, reference: str) -> str:
        """Return the new id of a unit id or a ``unit/commune`` id."""
        return self.communes.get(reference, self.units.get(reference, reference))

    def rename_commune(self, unit: str, commune: str) -> str:
        return self.rename(f"{unit}/{commune}").rpartition("/")[2]


def keep_ids(draft: Draft, earlier: Plan, edited: Plan) -> Draft:
    """Return ``draft`` with the ids that ``earlier`` (the extraction before) and ``edited`` (its plan today) use."""
    plan = draft.plan
    units, places = _rename_units(plan.units, earlier, edited)
    teams = _pair(plan.teams, earlier.teams, edited.teams, (_get_id, lambda team: len(plan.teams) == 1))
    visits = tuple(_rename_visit(visit, places, teams) for visit in plan.visits)
    visit_ids = _pair_visits(visits, earlier.visits, edited.visits)
    reports = tuple(_rename_report(report, places) for report in plan.reports)
    report_keys: tuple[Key[Report], ...] = (
        lambda report: (report.title, report.due),
        lambda report: (report.title, report.owed_by),
        lambda report: report.due,
        lambda report: report.title,
        lambda report: None,
    )
    report_ids = _pair(reports, earlier.reports, edited.reports, report_keys)
    renamed = replace(
        plan,
        id=edited.id,
        units=units,
        teams=tuple(Team(teams[team.id], team.name, team.members) for team in plan.teams),
        visits=tuple(replace(visit, id=visit_ids[visit.id]) for visit in visits),
        reports=tuple(replace(report, id=report_ids[report.id]) for report in reports),
        sources=tuple(_rename_source(source, places) for source in plan.sources),
    )
    contacts = tuple(_rename_contact(contact, places, teams) for contact in draft.contacts)
    return replace(draft, plan=renamed, contacts=contacts)


def _get_id(item: _HasId) -> Hashable:
    return item.id


def _pair(
    new: tuple[Item, ...], earlier: tuple[Item, ...], edited: tuple[Item, ...], keys: tuple[Key[Item], ...]
) -> dict[str, str]:
    """Return the id of each of ``new``: that of the one before with the same key, best key first, else a new one."""
    known = {item.id for item in earlier}
    before = (*earlier, *(item for item in edited if item.id not in known))
    return _give_new_ids(new, before, _match(new, before, keys, {}))


def _match(
    new: tuple[Item, ...], before: tuple[Item, ...], keys: tuple[Key[Item], ...], pairs: dict[str, str]
) -> dict[str, str]:
    """Return ``pairs`` (ids of ``new`` to ids of ``before``) and those found by ``keys``; of several the first ones."""
    found = dict(pairs)
    for key in keys:
        waiting: defaultdict[Hashable, list[str]] = defaultdict(list)
        for item in before:
            if item.id not in found.values():
                waiting[key(item)].append(item.id)
        for item in new:
            # An item that was edited waits under two keys, and is given once.
            free = [each for each in waiting[key(item)] if each not in found.values()]
            if item.id not in found and free:
                found[item.id] = free[0]
    return found


def _give_new_ids(new: Iterable[_HasId], before: Iterable[_HasId], pairs: dict[str, str]) -> dict[str, str]:
    taken = {item.id for item in before}
    return {item.id: pairs.get(item.id) or make_unique_slug(item.id, taken) for item in new}


def _pair_visits(new: tuple[Visit, ...], earlier: tuple[Visit, ...], edited: tuple[Visit, ...]) -> dict[str, str]:
    before = (*earlier, *edited)
    found = _match(new, before, (lambda visit: (visit.unit, visit.dates),), {})
    # A visit that only the admin added is the document's where the day is the same, not where the unit alone is.
    found = _match(new, earlier, (lambda visit: visit.unit,), found)
    return _give_new_ids(new, before, found)


def _rename_units(units: tuple[Unit, ...], earlier: Plan, edited: Plan) -> tuple[tuple[Unit, ...], _Places]:
    name_keys: tuple[Key[Unit | Commune], ...] = (
        lambda place: make_place_key(place.name),
        lambda place: make_phrase_key(read_place_name(place.name).bare),
    )
    ids = _pair(units, earlier.units, edited.units, name_keys)
    communes: dict[str, str] = {}
    renamed: list[Unit] = []
    for unit in units:
        before, today = (_list_communes(plan, ids[unit.id]) for plan in (earlier, edited))
        inner = _pair(unit.communes, before, today, name_keys)
        communes |= {f"{unit.id}/{old}": f"{ids[unit.id]}/{new}" for old, new in inner.items()}
        listed = tuple(Commune(inner[commune.id], commune.name) for commune in unit.communes)
        renamed.append(Unit(ids[unit.id], unit.name, listed))
    return tuple(renamed), _Places(ids, communes)


def _list_communes(plan: Plan, unit: str) -> tuple[Commune, ...]:
    return next((each.communes for each in plan.units if each.id == unit), ())


def _rename_visit(visit: Visit, places: _Places, teams: dict[str, str]) -> Visit:
    return replace(
        visit,
        unit=places.rename(visit.unit),
        communes=tuple(places.rename_commune(visit.unit, commune) for commune in visit.communes),
        sessions=tuple(
            replace(session, commune=places.rename_commune(visit.unit, session.commune)) if session.commune else session
            for session in visit.sessions
        ),
        team=teams[visit.team] if visit.team else None,
    )


def _rename_report(report: Report, places: _Places) -> Report:
    forms = tuple((places.rename(unit), form) for unit, form in report.forms.by_unit)
    owers = tuple(places.rename(ower) for ower in report.owed_by)
    return replace(report, owed_by=owers, forms=Forms(report.forms.default, forms))


def _rename_source(source: Source, places: _Places) -> Source:
    head, separator, unit = source.pointer.partition("/forms/")
    # The place of a form is found by its unit's id: the only id in a pointer.
    return Source(f"{head}/forms/{places.rename(unit)}", source.place) if separator else source


def _rename_contact(contact: Contact, places: _Places, teams: dict[str, str]) -> Contact:
    """Return the stub with its body's new id, and with its own made from that one as it was from the old."""
    of = teams.get(contact.of, places.rename(contact.of))
    old, new = contact.of.rpartition("/")[2], of.rpartition("/")[2]
    own = f"{contact.id.removesuffix(old)}{new}" if old != new and contact.id.endswith(old) else contact.id
    return replace(contact, id=own, of=of)
