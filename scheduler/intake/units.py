"""Schedule rows -> the units and their communes, each once, with ids, and the roll that finds them in prose.

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from scheduler.intake.offices import KnownUnit, PlaceName, UnitRoll, read_place_name
from scheduler.intake.rows import ScheduleRow
from scheduler.intake.wording import Placed, make_phrase_key
from scheduler.model import Commune, Source, Unit
from scheduler.naming import make_unique_slug

_COMMITTEE: Final = re.compile(r"(?:UBND|(?:Ủy|Uỷ) ban nhân dân)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Units:
    """The schedule's units in order of first appearance, as the plan holds them and as prose is searched for them."""

    units: tuple[Unit, ...]
    roll: UnitRoll
    sources: tuple[Source, ...]


def collect_units(rows: tuple[ScheduleRow, ...]) -> Units:
    """Return each unit once, with the communes of all its rows; two kinds of place with one name are two units."""
    taken: set[str] = set()
    places: dict[tuple[str, ...], PlaceName] = {}
    ids: dict[tuple[str, ...], str] = {}
    communes: dict[str, dict[tuple[str, ...], Placed[str]]] = {}
    firsts: dict[str, str] = {}
    for row in rows:
        place = read_place_name(row.unit.value)
        key = make_place_key(row.unit.value)
        if key not in ids:
            places[key], ids[key] = place, make_unique_slug(row.unit.value, taken)
            firsts[ids[key]] = row.unit.place
        listed = communes.setdefault(ids[key], {})
        for commune in row.communes:
            listed.setdefault(make_place_key(commune.value), commune)
    units, sources = [], []
    for index, (key, unit_id) in enumerate(ids.items()):
        slugs: set[str] = set()
        named = communes[unit_id].values()
        units.append(
            Unit(
                unit_id,
                places[key].written,
                tuple([Commune(make_unique_slug(each.value, slugs), each.value) for each in named]),
            )
        )
        sources.append(Source(f"/units/{index}/name", firsts[unit_id]))
        sources += [Source(f"/units/{index}/communes/{at}/name", each.place) for at, each in enumerate(named)]
    known = tuple(KnownUnit(ids[key], _read_seat(places[key])) for key in ids)
    roll = UnitRoll(known, of_communes=not any(row.communes for row in rows))
    return Units(tuple(units), roll, tuple(sources))


def _read_seat(place: PlaceName) -> PlaceName:
    """Return the place of which "UBND huyện …" is the committee, so that prose which names the place finds it."""
    match = _COMMITTEE.match(place.written)
    if not match:
        return place
    seat = read_place_name(place.written[match.end() :])
    return replace(seat, written=place.written) if seat.kind else place


@lru_cache(maxsize=8192)
def make_place_key(name: str) -> tuple[str, ...]:
    """Return what makes two names one place: the kind they carry, and the words of the bare name."""
    place = read_place_name(name)
    return (place.kind or "", *make_phrase_key(place.bare))
