"""Units, communes and the team -> contact stubs without an address, and the finding that names them.

Pure. Names say only what the document says: an office of "Sơn Động" is no office of a "huyện" until the text says so.
"""

from __future__ import annotations

from typing import Final

from scheduler.intake.offices import UnitRoll, name_office_of, names_body, names_office, read_place_name
from scheduler.intake.people import People
from scheduler.model import Commune, Contact, Finding, Severity, Unit

_COMMITTEE: Final = "Ủy ban nhân dân"


def list_contacts(units: tuple[Unit, ...], roll: UnitRoll, people: People) -> tuple[Contact, ...]:
    """Return the stubs: the teams' members, then per unit its offices and its communes' committees.

    ``roll`` knows the units' kinds as far as the text states them. A unit that is an office itself is its own contact.
    """
    contacts = [
        Contact(member.id, member.name, team.id, title=member.title) for team in people.teams for member in team.members
    ]
    taken = {contact.id for contact in contacts}
    known = {unit.id: unit for unit in roll.units}
    for unit in units:
        if known[unit.id].is_office:
            contacts.append(Contact(_choose_id(unit.id, unit.id, taken), unit.name, unit.id))
            continue
        place = known[unit.id].place
        offices = [("ubnd", _COMMITTEE), *((office.prefix, office.name) for office in people.unit_offices)]
        contacts += [
            Contact(_choose_id(f"{prefix}-{unit.id}", unit.id, taken), name_office_of(name, place), unit.id)
            for prefix, name in offices
        ]
    for unit in units:
        contacts += [_make_commune_contact(commune, unit.id, taken) for commune in unit.communes]
    return tuple(contacts)


def _make_commune_contact(commune: Commune, unit: str, taken: set[str]) -> Contact:
    of = f"{unit}/{commune.id}"
    if names_office(commune.name) or names_body(commune.name):
        return Contact(_choose_id(commune.id, unit, taken), commune.name, of)
    name = name_office_of(_COMMITTEE, read_place_name(commune.name))
    return Contact(_choose_id(f"ubnd-{commune.id}", unit, taken), name, of)


def tell_addresses_needed(contacts: tuple[Contact, ...], place: str) -> tuple[Finding, ...]:
    """Return one finding that counts and names the contacts without an address; none where all have one."""
    unknown = [contact.name for contact in contacts if contact.email is None]
    if not unknown:
        return ()
    text = f"address needed for {len(unknown)} contacts, until then they cannot be told: {'; '.join(unknown)}"
    return (Finding(Severity.WARNING, "address-needed", text, place),)


def _choose_id(wanted: str, unit: str, taken: set[str]) -> str:
    """Return ``wanted``, with the unit behind it where two units have a commune of one name; it joins ``taken``."""
    chosen, number = wanted, 1
    if chosen in taken:
        wanted = chosen = f"{wanted}-{unit}"
    while chosen in taken:
        number += 1
        chosen = f"{wanted}-{number}"
    taken.add(chosen)
    return chosen
