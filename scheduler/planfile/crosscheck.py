"""What one value of a plan says about another: references, doubles, orders.

Pure. It walks the tree of the file, not the model, so it finds what it can while other values are still wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import time

from scheduler.errors import Problem
from scheduler.planfile import values
from scheduler.planfile.schemas import DEFAULT_FORM
from scheduler.planfile.tree import Mapping, Node, Scalar
from scheduler.planfile.wording import quote, suggest


@dataclass(frozen=True, slots=True)
class FileTree:
    """One file as parsed; ``stem`` is its name without ending; ``root`` is None where it did not parse.

    ``sheet`` is None for YAML. For a spreadsheet it is the sheet's name ("" where there are none), and lines and
    columns are those of cells.
    """

    file: str
    stem: str
    root: Mapping | None
    sheet: str | None = None


def check_plan(tree: FileTree) -> tuple[Problem, ...]:
    """Return what is wrong within one plan file."""
    root = tree.root
    if root is None:
        return ()
    return tuple(place(tree.file, (*_check_ids(tree, root), *_check_visits(root), *_check_reports(root))))


@dataclass(frozen=True, slots=True)
class Complaint:
    """A problem whose file is still to be named."""

    node: Node
    path: str
    message: str
    severity: str = "error"


def place(file: str, complaints: Iterable[Complaint]) -> Iterator[Problem]:
    return (make_problem(file, c.node, c.path, c.message, c.severity) for c in complaints)


def make_problem(file: str, node: Node, path: str, message: str, severity: str = "error") -> Problem:
    return Problem(file, node.line, node.column, f"{path}: {message}", severity)


# --- ids ------------------------------------------------------------------------------------------


def _check_ids(tree: FileTree, root: Mapping) -> Iterator[Complaint]:
    head = root.value("plan")
    plan_id = head.text("id") if isinstance(head, Mapping) else None
    if plan_id is not None and plan_id.text != tree.stem:
        said = f"{quote(plan_id.text)} is not the file's name; rename the file to '{plan_id.text}.yaml', or mend the id"
        yield Complaint(plan_id, "plan.id", said)
    for section in ("sessions", "units", "teams", "visits", "reports"):
        yield from find_doubles(root, section)
    for index, unit in root.mappings("units"):
        yield from find_doubles(unit, "communes", f"units[{index}].")
    units = {unit_id.text for _, unit_id in iterate_ids(root, "units")}
    for index, team_id in iterate_ids(root, "teams"):
        if team_id.text in units:
            yield Complaint(
                team_id, f"teams[{index}].id", f"{quote(team_id.text)} is a unit already; choose another id"
            )
    for index, unit_id in iterate_ids(root, "units"):
        if unit_id.text == DEFAULT_FORM:
            yield Complaint(
                unit_id, f"units[{index}].id", f"'{DEFAULT_FORM}' has a meaning in 'forms'; choose another id"
            )


def iterate_ids(root: Mapping, section: str) -> Iterator[tuple[int, Scalar]]:
    for index, item in root.mappings(section):
        item_id = item.text("id")
        if item_id is not None:
            yield index, item_id


def list_ids(root: Mapping, section: str) -> frozenset[str]:
    return frozenset(item_id.text for _, item_id in iterate_ids(root, section))


def list_communes(root: Mapping) -> dict[str, frozenset[str]]:
    named = ((unit.text("id"), unit) for _, unit in root.mappings("units"))
    return {unit_id.text: list_ids(unit, "communes") for unit_id, unit in named if unit_id is not None}


def find_doubles(root: Mapping, section: str, within: str = "") -> Iterator[Complaint]:
    first: dict[str, Scalar] = {}
    for index, item_id in iterate_ids(root, section):
        before = first.setdefault(item_id.text, item_id)
        if before is not item_id:
            said = f"{quote(item_id.text)} stands twice (first on line {before.line}); give each its own id"
            yield Complaint(item_id, f"{within}{section}[{index}].id", said)


def say_unknown(node: Scalar, path: str, what: str, known: Iterable[str]) -> Complaint:
    remedy = suggest(node.text, sorted(known), none=f"there is no {what} yet, add it first")
    return Complaint(node, path, f"{quote(node.text)} is no {what}; {remedy}")


# --- visits ---------------------------------------------------------------------------------------


def _check_visits(root: Mapping) -> Iterator[Complaint]:
    hours = _session_hours(root)
    for index, session in root.mappings("sessions"):
        yield from _check_order(session, f"sessions[{index}]", (None, None))
    teams, communes = list_ids(root, "teams"), list_communes(root)
    for index, visit in root.mappings("visits"):
        path = f"visits[{index}]"
        unit, team = visit.text("unit"), visit.text("team")
        if unit is not None and unit.text not in communes:
            yield say_unknown(unit, f"{path}.unit", "unit of this plan", communes)
        if team is not None and team.text.strip() and team.text not in teams:
            yield say_unknown(team, f"{path}.team", "team of this plan", teams)
        if unit is not None and unit.text in communes:
            yield from _check_communes(visit, path, unit.text, communes[unit.text])
        yield from _check_visit_sessions(visit, path, hours)
        yield from _check_dates(visit, path)


def _check_communes(visit: Mapping, path: str, unit: str, known: frozenset[str]) -> Iterator[Complaint]:
    what = f"commune of {quote(unit)}"
    seen: set[str] = set()
    for index, commune in visit.texts("communes"):
        if commune.text not in known:
            yield say_unknown(commune, f"{path}.communes[{index}]", what, known)
        elif commune.text in seen:
            yield Complaint(commune, f"{path}.communes[{index}]", f"{quote(commune.text)} stands twice; delete one")
        seen.add(commune.text)
    for index, session in visit.mappings("sessions"):
        place = session.text("commune")
        if place is not None and place.text.strip() and place.text not in known:
            yield say_unknown(place, f"{path}.sessions[{index}].commune", what, known)


def _session_hours(root: Mapping) -> dict[str, tuple[time | None, time | None]]:
    named = ((session.text("id"), session) for _, session in root.mappings("sessions"))
    return {name.text: (_hour(session, "start"), _hour(session, "end")) for name, session in named if name is not None}


def _check_visit_sessions(
    visit: Mapping, path: str, hours: dict[str, tuple[time | None, time | None]]
) -> Iterator[Complaint]:
    for index, session in visit.texts("sessions"):
        if session.text not in hours:
            yield say_unknown(session, f"{path}.sessions[{index}]", "session of this plan", hours)
    for index, own in visit.mappings("sessions"):
        name = own.text("id")
        if name is not None and name.text not in hours:
            yield say_unknown(name, f"{path}.sessions[{index}].id", "session of this plan", hours)
        elif name is not None:
            yield from _check_order(own, f"{path}.sessions[{index}]", hours[name.text])


def _check_order(session: Mapping, path: str, general: tuple[time | None, time | None]) -> Iterator[Complaint]:
    start, end = _hour(session, "start") or general[0], _hour(session, "end") or general[1]
    wrong = session.text("end") or session.text("start")
    if start is not None and end is not None and end <= start and wrong is not None:
        key = "end" if session.text("end") is wrong else "start"
        said = f"{quote(wrong.text)}: the session would go from {start:%H:%M} to {end:%H:%M}; end it later"
        yield Complaint(wrong, f"{path}.{key}", said)


def _hour(session: Mapping, key: str) -> time | None:
    said = session.text(key)
    try:
        return values.read_hour(said.text) if said else None
    except ValueError:
        return None


def _check_dates(visit: Mapping, path: str) -> Iterator[Complaint]:
    both = visit.entry("dates")
    if both is not None and visit.text("date") is not None and visit.items("dates"):
        yield Complaint(both.key, f"{path}.dates", "stands beside 'date'; keep one of the two")
    yield from find_days_twice((f"{path}.dates[{i}]", day) for i, day in visit.texts("dates"))


def find_days_twice(days: Iterable[tuple[str, Scalar | None]]) -> Iterator[Complaint]:
    first: dict[str, Scalar] = {}
    for path, said in days:
        if said is None:
            continue
        try:
            day = values.read_date(said.text).isoformat()
        except ValueError:
            continue
        before = first.setdefault(day, said)
        if before is not said:
            yield Complaint(said, path, f"{quote(said.text)} stands twice (first on line {before.line}); delete one")


# --- reports --------------------------------------------------------------------------------------


def _check_reports(root: Mapping) -> Iterator[Complaint]:
    communes = list_communes(root)
    owers = {*communes, *(f"{unit}/{commune}" for unit, known in communes.items() for commune in known)}
    for index, report in root.mappings("reports"):
        path = f"reports[{index}]"
        due, forms = report.value("due"), report.value("forms")
        if isinstance(due, Mapping):
            yield from _check_due(due, path)
        seen: set[str] = set()
        for i, ower in report.texts("owed_by"):
            if ower.text not in owers:
                yield say_unknown(ower, f"{path}.owed_by[{i}]", "unit or unit/commune of this plan", owers)
            elif ower.text in seen:
                yield Complaint(ower, f"{path}.owed_by[{i}]", f"{quote(ower.text)} stands twice; delete one")
            seen.add(ower.text)
        for entry in forms.entries if isinstance(forms, Mapping) else ():
            if entry.key.text != DEFAULT_FORM and entry.key.text not in owers:
                yield say_unknown(entry.key, f"{path}.forms", "unit of this plan, nor 'default'", owers)


def _check_due(due: Mapping, path: str) -> Iterator[Complaint]:
    said = [key for key in ("before", "by") if (value := due.value(key)) and not _is_blank(value)]
    if len(said) == 2:
        yield Complaint(
            due, f"{path}.due", "has 'before' (the day is too late) and 'by' (the day is in time); keep one"
        )
    if not said:
        yield Complaint(
            due, f"{path}.due", "names no day; add 'before: …' (the day is too late) or 'by: …' (the day is in time)"
        )


def _is_blank(node: Node) -> bool:
    return isinstance(node, Scalar) and not node.text.strip()
