"""The review of an import as one table: each fact, its place in the document, and the doubts about it.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape
from rich.table import Table

from scheduler.import_review import Fact, place_facts
from scheduler.model import Finding, Plan, Report, Visit


def make_review(plan: Plan, findings: tuple[Finding, ...]) -> Table:
    """Return the table; a doubt is named by its code beside the fact whose place or row it has, once."""
    table = Table("found", "value", "where", "doubts", box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for placed in place_facts(plan, _list_facts(plan), findings):
        doubts = ", ".join(dict.fromkeys(finding.code for finding in placed.doubts))
        shown = f"[yellow]{doubts}[/]" if doubts else ""
        table.add_row(placed.fact.kind, escape(placed.fact.value), escape(placed.where), shown)
    return table


def _list_facts(plan: Plan) -> Iterator[Fact]:
    yield Fact("plan", plan.title, "/plan/title")
    yield Fact("id", plan.id, "-")
    yield Fact("number", plan.number or "blank", "/plan/number")
    yield Fact("issued", plan.issued or "blank", "/plan/issued")
    yield Fact("status", str(plan.status), "/plan/status")
    yield Fact("organiser", plan.organiser.name or "not named", "/organiser/name")
    for index, session in enumerate(plan.sessions):
        yield Fact("session", f"{session.name} {session.start:%H:%M}–{session.end:%H:%M}", f"/sessions/{index}")
    names = _name_places(plan)
    for index, visit in enumerate(plan.visits):
        pointer = f"/visits/{index}"
        days = f"{pointer}/dates" if len(visit.dates) > 1 else f"{pointer}/date"
        yield Fact("visit", _word_visit(visit, names), days, f"{pointer}/unit")
    for index, report in enumerate(plan.reports):
        pointer = f"/reports/{index}"
        yield Fact("report", _word_report(report), f"{pointer}/due")
        yield Fact("  forms", _word_forms(report, names) or "none named", f"{pointer}/forms")
        yield Fact("  send to", ", ".join(report.submit_to) or "no address", f"{pointer}/submit_to")
    for index, team in enumerate(plan.teams):
        yield Fact(
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
