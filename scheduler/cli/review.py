"""The review of an import as one table: each fact, its place in the document, and the doubts about it.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.markup import escape
from rich.table import Table

from scheduler.model import Finding, Plan, Report, Visit


@dataclass(frozen=True, slots=True)
class _Fact:
    """``pointer`` is of the value, or of the first part of it that the document has a place for; ``row`` is of
    another value whose row in the document is this fact's too."""

    kind: str
    value: str
    pointer: str
    row: str = ""


def make_review(plan: Plan, findings: tuple[Finding, ...]) -> Table:
    """Return the table; a doubt is named by its code beside the fact whose place or row it has, once."""
    places = {source.pointer: source.place for source in plan.sources}
    waiting = list(findings)
    table = Table("found", "value", "where", "doubts", box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for fact in _list_facts(plan):
        found = [place for pointer, place in places.items() if f"{pointer}/".startswith(f"{fact.pointer}/")]
        where = places.get(fact.pointer) or (found[0] if found else "")
        rows = {_name_row(place) for place in (where, *found, places.get(fact.row, "")) if place}
        own = [finding for finding in waiting if _name_row(finding.where) in rows]
        waiting = [finding for finding in waiting if finding not in own]
        doubts = ", ".join(dict.fromkeys(finding.code for finding in own))
        table.add_row(fact.kind, escape(fact.value), escape(where), f"[yellow]{doubts}[/]" if doubts else "")
    return table


def _name_row(place: str) -> str:
    """Return the place without its column."""
    return place.partition(", column '")[0]


def _list_facts(plan: Plan) -> Iterator[_Fact]:
    yield _Fact("plan", plan.title, "/plan/title")
    yield _Fact("id", plan.id, "-")
    yield _Fact("number", plan.number or "blank", "/plan/number")
    yield _Fact("issued", plan.issued or "blank", "/plan/issued")
    yield _Fact("status", str(plan.status), "/plan/status")
    yield _Fact("organiser", plan.organiser.name or "not named", "/organiser/name")
    for index, session in enumerate(plan.sessions):
        yield _Fact("session", f"{session.name} {session.start:%H:%M}–{session.end:%H:%M}", f"/sessions/{index}")
    names = _name_places(plan)
    for index, visit in enumerate(plan.visits):
        pointer = f"/visits/{index}"
        days = f"{pointer}/dates" if len(visit.dates) > 1 else f"{pointer}/date"
        yield _Fact("visit", _word_visit(visit, names), days, f"{pointer}/unit")
    for index, report in enumerate(plan.reports):
        pointer = f"/reports/{index}"
        yield _Fact("report", _word_report(report), f"{pointer}/due")
        yield _Fact("  forms", _word_forms(report, names) or "none named", f"{pointer}/forms")
        yield _Fact("  send to", ", ".join(report.submit_to) or "no address", f"{pointer}/submit_to")
    for index, team in enumerate(plan.teams):
        yield _Fact(
            "team", f"{team.name}: {len(team.members)} member{'s' if len(team.members) != 1 else ''}", f"/teams/{index}"
        )


def _name_places(plan: Plan) -> dict[str, str]:
    names = {unit.id: unit.name for unit in plan.units}
    return names | {f"{unit.id}/{each.id}": each.name for unit in plan.units for each in unit.communes}


def _word_visit(visit: Visit, names: dict[str, str]) -> str:
    days = ", ".join(f"{day:%d/%m/%Y}" for day in visit.dates) or "no date"
    communes = ", ".join(names[f"{visit.unit}/{commune}"] for commune in visit.communes)
    said = f"{days}  {names[visit.unit]}" + (f": {communes}" if communes else "")
    return f"{said}  (communes only)" if visit.levels == ("commune",) else said


def _word_report(report: Report) -> str:
    at = "" if report.due.at is None else f" {report.due.at:%H:%M}"
    owers = f"{len(report.owed_by)} units" if len(report.owed_by) != 1 else report.owed_by[0]
    return f"{report.due.kind} {report.due.day:%d/%m/%Y}{at}, owed by {owers}: {report.title}"


def _word_forms(report: Report, names: dict[str, str]) -> str:
    named = [f"{names.get(unit, unit)}: {form}" for unit, form in report.forms.by_unit]
    if report.forms.default:
        named.append(f"others: {report.forms.default}" if named else report.forms.default)
    return "; ".join(named)
