"""The places of the new document -> the same at the merged plan's pointers.

Pure. A pointer (RFC 6901) counts items; the merged plan may hold them in another order, and others between them.
"""

from __future__ import annotations

from scheduler.merging.threeway import HasId
from scheduler.model import Plan, Source


def move_sources(theirs: Plan, merged: Plan) -> tuple[Source, ...]:
    """Return the places of the new document at the pointers that the merged plan has for the same values."""
    moved = []
    for source in theirs.sources:
        pointer = _move_pointer(source.pointer.split("/")[1:], theirs, merged)
        if pointer is not None:
            moved.append(Source("/" + "/".join(pointer), source.place))
    return tuple(moved)


def _move_pointer(keys: list[str], theirs: Plan, merged: Plan) -> list[str] | None:
    """Return the pointer's keys in ``merged``; None where it does not hold the value."""
    section, *rest = keys
    if section in ("plan", "organiser"):
        return keys
    old, new = _list_keys(section, theirs), _list_keys(section, merged)
    name = old[int(rest[0])]
    if name not in new:
        return None
    index = new.index(name)
    if len(rest) < 2 or rest[1] not in ("communes", "submit_to", "members", "dates", "date"):
        return [section, str(index), *rest[1:]]
    inner_old = _list_inner(section, rest[1], theirs, int(rest[0]))
    inner_new = _list_inner(section, rest[1], merged, index)
    if rest[1] in ("date", "dates"):
        # A day that the admin corrected is still the one the document has a place for.
        return [section, str(index), *rest[1:]] if len(inner_old) == len(inner_new) else None
    inner = inner_old[int(rest[2])]
    return [section, str(index), rest[1], str(inner_new.index(inner)), *rest[3:]] if inner in inner_new else None


def _list_keys(section: str, plan: Plan) -> tuple[str, ...]:
    items: dict[str, tuple[HasId, ...]] = {
        "sessions": plan.sessions,
        "units": plan.units,
        "teams": plan.teams,
        "visits": plan.visits,
        "reports": plan.reports,
    }
    names = {"bases": plan.bases, "distribution": plan.distribution}
    return names[section] if section in names else tuple(item.id for item in items[section])


def _list_inner(section: str, key: str, plan: Plan, index: int) -> tuple[str, ...]:
    match section, key:
        case "units", _:
            return tuple(commune.id for commune in plan.units[index].communes)
        case "visits", "communes":
            return plan.visits[index].communes
        case "visits", _:
            return tuple(day.isoformat() for day in plan.visits[index].dates)
        case "teams", _:
            return plan.teams[index].members
        case _:
            return plan.reports[index].submit_to
