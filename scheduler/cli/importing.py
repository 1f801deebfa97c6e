"""``scheduler import``: a document becomes a plan file, and a table says what was found where.

Shell over ``scheduler.importing``.
"""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from scheduler.cli.wiring import config_option, json_option, make_console, print_json
from scheduler.clock import read_wall_clock
from scheduler.errors import UsageError
from scheduler.importing import Imported, extract_document, import_document
from scheduler.intake.draft import Draft
from scheduler.model import Finding, Plan, Severity
from scheduler.naming import make_slug
from scheduler.planfile import Json, plan_to_json

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ASSUMED: "cyan"}


@click.command("import")
@click.argument("document", type=click.Path(path_type=Path))
@click.option("--id", "plan_id", help="Id of the plan: a-z, 0-9 and hyphens. Default: from the title and the year.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the plan here instead.")
@click.option("--force", is_flag=True, help="Replace an existing plan; the old file is kept as .bak.")
@json_option
@config_option
def import_(
    document: Path, plan_id: str | None, out: Path | None, force: bool, as_json: bool, config_dir: Path
) -> None:
    """Read a plan DOCUMENT and write it as config/plans/<id>.yaml.

    Prints what was found and where, and what a person should look at. New people and offices join
    contacts.yaml without an address; entries there are never changed. With --json nothing is written.

    Exit status: 0 also with warnings; 1 when a finding is an error (the plan is written as
    <id>.draft.yaml, which the service does not load); 3 when the document cannot be read or
    holds no schedule (nothing is written).
    """
    if plan_id is not None and plan_id != make_slug(plan_id):
        raise UsageError(f"--id '{plan_id}' is no id; write a-z, 0-9 and single hyphens, such as kiem-tra-2024")
    now = read_wall_clock()
    if as_json:
        draft = extract_document(document, plan_id=plan_id, now=now)
        print_json(draft_to_json(draft))
    else:
        imported = import_document(document, config_dir, plan_id=plan_id, out=out, force=force, now=now)
        draft = imported.draft
        print_import(make_console(), imported)
    if draft.has_errors:
        raise click.exceptions.Exit(1)


def draft_to_json(draft: Draft) -> Json:
    """Return plan and findings as the command contract shapes them, and the contact stubs."""
    contacts: list[Json] = [
        {"id": contact.id, "name": contact.name, "title": contact.title, "email": contact.email, "of": contact.of}
        for contact in draft.contacts
    ]
    findings: list[Json] = [
        {"severity": str(f.severity), "code": f.code, "message": f.message, "where": f.where} for f in draft.findings
    ]
    return {**plan_to_json(draft.plan), "contacts": contacts, "findings": findings}


def print_import(console: Console, imported: Imported) -> None:
    """Print the review: what was found and where, the findings, the files written, what to do next."""
    draft = imported.draft
    console.print(_make_facts_table(draft.plan))
    # Who lacks an address is told below, by what contacts.yaml now holds.
    print_findings(console, tuple(finding for finding in draft.findings if finding.code != "address-needed"))
    console.print()
    for path in imported.written:
        console.print(f"written: {path}")
    if imported.added_contacts:
        count, file = imported.added_contacts, imported.contacts_file
        console.print(f"{count} new contacts need an address: fill in [bold]email:[/] in {file}")
    if draft.has_errors:
        console.print("[red]The plan holds errors and is not loaded:[/] mend the document, and import it again.")
    else:
        console.print("next: read the plan file, fill in addresses, then: scheduler check; scheduler preview")


def print_findings(console: Console, findings: tuple[Finding, ...]) -> None:
    """Print what a person should look at, errors first."""
    if not findings:
        console.print("nothing doubtful")
        return
    table = Table("to look at", "where", "what", box=None, header_style="bold", padding=(0, 1), show_edge=False)
    order = list(Severity)
    for finding in sorted(findings, key=lambda f: order.index(f.severity)):
        severity = f"[{_COLOURS[finding.severity]}]{finding.severity}[/]"
        table.add_row(severity, finding.where, f"{finding.message} [dim]({finding.code})[/]")
    console.print()
    console.print(table)


def _make_facts_table(plan: Plan) -> Table:
    places = {source.pointer: source.place for source in plan.sources}
    table = Table("found", "value", "where", box=None, header_style="bold", padding=(0, 1), show_edge=False)
    table.add_row("plan", f"{plan.title}", places.get("/plan/title", ""))
    table.add_row("id", plan.id, "")
    table.add_row(
        "number, issued", f"{plan.number or 'blank'}, {plan.issued or 'blank'}", places.get("/plan/issued", "")
    )
    table.add_row("status", str(plan.status), places.get("/plan/status", ""))
    table.add_row("organiser", plan.organiser.name, places.get("/organiser/name", ""))
    for index, session in enumerate(plan.sessions):
        hours = f"{session.start:%H:%M}–{session.end:%H:%M}"
        table.add_row("session", f"{session.name} {hours}", places.get(f"/sessions/{index}/start", ""))
    names = {unit.id: unit for unit in plan.units}
    for index, visit in enumerate(plan.visits):
        unit = names[visit.unit]
        communes = {commune.id: commune.name for commune in unit.communes}
        days = ", ".join(f"{day:%d/%m/%Y}" for day in visit.dates) or "no date"
        value = f"{days}  {unit.name}: {', '.join(communes[commune] for commune in visit.communes)}"
        if visit.levels == ("commune",):
            value += "  (communes only)"
        place = places.get(f"/visits/{index}/date") or places.get(f"/visits/{index}/dates/0", "")
        table.add_row("visit", value, place)
    for index, report in enumerate(plan.reports):
        at = "" if report.due.at is None else f" {report.due.at:%H:%M}"
        value = f"{report.due.kind} {report.due.day:%d/%m/%Y}{at}, owed by {len(report.owed_by)} units: {report.title}"
        table.add_row("report", value, places.get(f"/reports/{index}/due", ""))
        forms = ", ".join(
            f"{names[unit].name if unit in names else unit}: {form}" for unit, form in report.forms.by_unit
        )
        if report.forms.default:
            forms = f"{forms}; others: {report.forms.default}" if forms else report.forms.default
        table.add_row("  forms", forms or "none named", places.get(f"/reports/{index}/forms/default", ""))
        table.add_row(
            "  send to", ", ".join(report.submit_to) or "no address", places.get(f"/reports/{index}/submit_to/0", "")
        )
    for team in plan.teams:
        table.add_row("team", f"{team.name}: {len(team.members)} members", places.get("/teams/0/members/0", ""))
    return table
