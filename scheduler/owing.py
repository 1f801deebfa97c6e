"""What a person calls a unit, and perhaps a report and a plan -> the one report owed that they mean.

Pure. A unit is named by its id, by ``unit/commune``, or by its name: with or without accents, capitals and the word
for what it is ("huyện", "UBND xã").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from scheduler.errors import UsageError
from scheduler.model import Plan, Report
from scheduler.naming import make_slug

_KINDS = (
    "uy-ban-nhan-dan",
    "ubnd",
    "thanh-pho",
    "thi-xa",
    "thi-tran",
    "huyen",
    "quan",
    "phuong",
    "xa",
    "tp",
    "tx",
    "tt",
)
_MOST_LISTED = 12


@dataclass(frozen=True, slots=True)
class Owed:
    """A report that ``unit`` (an id, or ``unit/commune``) owes; ``name`` is what people call it."""

    plan: Plan
    report: Report
    unit: str
    name: str


def find_owed(plans: tuple[Plan, ...], said: str, *, report: str | None = None, plan: str | None = None) -> Owed:
    """Return the report owed that is meant; UsageError names what is unknown, or the choices if there are several."""
    among = plans if plan is None else tuple(one for one in plans if one.id == plan)
    if not among:
        known = _suggest(plan or "", (one.id for one in plans), none="there is no plan yet; import one first")
        raise UsageError(known if plan is None else f"there is no plan '{plan}'; {known}")
    if report is not None and not any(one.id == report for each in among for one in each.reports):
        ids = (one.id for each in among for one in each.reports)
        raise UsageError(f"there is no report '{report}'; {_suggest(report, ids, none='no plan has a report')}")
    places = [(one, place) for one in among for place in _match(one, said)]
    if not places:
        names = (known.name for one in among for known in _list_places(one))
        raise UsageError(f"there is no unit '{said}'; {_suggest(said, names, none='no plan names any')}")
    owed = [
        Owed(one, due, place.id, place.name)
        for one, place in places
        for due in one.reports
        if place.id in due.owed_by and (report is None or due.id == report)
    ]
    if not owed:
        raise UsageError(_say_not_owed(places, report))
    if len(owed) > 1:
        raise UsageError(_list_choices(said, owed))
    return owed[0]


@dataclass(frozen=True, slots=True)
class _Place:
    id: str
    name: str
    words: frozenset[str]


def _match(plan: Plan, said: str) -> tuple[_Place, ...]:
    """Return the places of ``plan`` that ``said`` names: by id; else units by name; else communes by name."""
    places = tuple(_list_places(plan))
    by_id = tuple(place for place in places if place.id == said.strip())
    if by_id:
        return by_id
    wanted = {make_slug(said), _bare(said)} - {""}
    named = tuple(place for place in places if place.words & wanted)
    return tuple(place for place in named if "/" not in place.id) or named


def _list_places(plan: Plan) -> Iterator[_Place]:
    for unit in plan.units:
        yield _Place(unit.id, unit.name, _name(unit.name))
        for commune in unit.communes:
            alone = _name(commune.name)
            with_unit = (f"{one}-{of}" for one in alone for of in _name(unit.name))
            yield _Place(f"{unit.id}/{commune.id}", f"{commune.name}, {unit.name}", alone | frozenset(with_unit))


def _name(name: str) -> frozenset[str]:
    return frozenset((make_slug(name), _bare(name)))


def _bare(name: str) -> str:
    """Return the slug of a name without what it is: "Huyện Sơn Động" -> "son-dong"; of "Xã" alone, as it stands."""
    slug = make_slug(name)
    while True:
        kind = next((kind for kind in _KINDS if slug.startswith(f"{kind}-")), None)
        if kind is None:
            return slug
        slug = slug.removeprefix(f"{kind}-")


def _say_not_owed(places: list[tuple[Plan, _Place]], report: str | None) -> str:
    plan, place = places[0]
    what = f"the report '{report}'" if report is not None else "no report"
    verb = "does not owe" if report is not None else "owes"
    owers = {ower for each, _ in places for one in each.reports for ower in one.owed_by if report in (None, one.id)}
    who = f"it is owed by {', '.join(sorted(owers))}" if owers else "nobody owes one"
    return f"{place.name} ({place.id}) {verb} {what} of plan {plan.id}; {who}"


def _list_choices(said: str, owed: list[Owed]) -> str:
    several_plans = len({one.plan.id for one in owed}) > 1
    several_units = len({one.unit for one in owed}) > 1
    options = []
    for one in owed:
        words = [one.unit if several_units else f"'{said}'"]
        words += ["--plan", one.plan.id] if several_plans else []
        words += ["--report", one.report.id]
        options.append(" ".join(words))
    return f"'{said}' may mean several; say which: {'; '.join(options)}"


def _suggest(said: str, known: Iterable[str], *, none: str) -> str:
    """Return the known names nearest to what was said, accents and capitals apart; else the first of them."""
    names = {make_slug(name): name for name in known}
    if not names:
        return none
    near = get_close_matches(_bare(said), names, n=3, cutoff=0.6)
    if near:
        return "did you mean " + " or ".join(f"'{names[slug]}'" for slug in near) + "?"
    shown = list(names.values())[:_MOST_LISTED]
    return f"known: {', '.join(shown)}{', …' if len(names) > len(shown) else ''}"
