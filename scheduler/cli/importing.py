"""``scheduler import``: a document becomes a plan file, and a table says what was found, where, and what is doubtful.

Shell over ``scheduler.importing``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from scheduler.cli.review import make_review
from scheduler.cli.wiring import config_option, json_option, make_console, print_json
from scheduler.clock import read_wall_clock
from scheduler.errors import UsageError
from scheduler.importing import READING, Imported, Report, extract_document, import_document
from scheduler.intake.draft import Draft
from scheduler.merging import FAR_FEWER, Change
from scheduler.model import Finding, Severity
from scheduler.naming import make_slug
from scheduler.planfile import Json, plan_to_json

_COLOURS: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.ASSUMED: "cyan"}
_LARGE: Final = 128 * 1024  # bytes; below it an import is over before a bar could be read


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

    Where the plan was imported before, what the document changed since is applied and listed; what
    you edited in the plan file stays.

    Exit status: 0 also with warnings; 1 when a finding is an error (the plan is written as
    <id>.draft.yaml, which the service does not load); 3 when the document cannot be read or
    holds no schedule (nothing is written).
    """
    if plan_id is not None and plan_id != make_slug(plan_id):
        raise UsageError(f"--id '{plan_id}' is no id; write a-z, 0-9 and single hyphens, such as kiem-tra-2024")
    now = read_wall_clock()
    with _show_progress(document) as report:
        if as_json:
            draft = extract_document(document, config_dir, plan_id=plan_id, now=now, report=report)
            imported = None
        else:
            imported = import_document(
                document, config_dir, plan_id=plan_id, out=out, force=force, now=now, report=report
            )
            draft = imported.draft
    if imported is None:
        print_json(draft_to_json(draft))
    else:
        print_import(make_console(), imported)
    if draft.has_errors:
        raise click.exceptions.Exit(1)


@contextmanager
def _show_progress(document: Path) -> Iterator[Report]:
    """Show a bar over the stages on a terminal's stderr, where the file is large; yield what is told each stage."""
    console = Console(stderr=True)
    large = document.is_file() and document.stat().st_size >= _LARGE
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not (large and console.is_terminal)) as progress:
        task = progress.add_task(READING, total=None)
        yield lambda stage, done, total: progress.update(task, description=stage, completed=done, total=total or None)


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
    """Print the review: what was found, where and how sure; what changed; the files written, what to do next."""
    draft = imported.draft
    # Who lacks an address is told below, by what contacts.yaml now holds.
    findings = tuple(finding for finding in draft.findings if finding.code != "address-needed")
    console.print(make_review(draft.plan, findings))
    print_findings(console, findings)
    if imported.changes is not None:
        print_changes(console, imported.changes)
    console.print()
    for path in imported.written:
        console.print(f"written: {path}")
    if imported.changes is not None and not imported.written:
        console.print("nothing changed, nothing written")
    if imported.added_contacts:
        count, file = imported.added_contacts, imported.contacts_file
        console.print(f"{count} new contacts need an address: fill in [bold]email:[/] in {file}")
    if any(finding.code == FAR_FEWER for finding in findings):
        console.print("[bold red]Far fewer visits than before:[/] see above, and check the document before going on.")
    if draft.has_errors:
        console.print("[red]The plan holds errors and is not loaded:[/] mend the document, and import it again.")
    elif imported.written:
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
        table.add_row(severity, escape(finding.where), f"{escape(finding.message)} [dim]({finding.code})[/]")
    console.print()
    console.print(table)


def print_changes(console: Console, changes: tuple[Change, ...]) -> None:
    """Print what the document changed since it was imported last."""
    console.print()
    if not changes:
        console.print("the document changed nothing that the plan holds")
        return
    table = Table("changed", "before", "now", "where", box=None, header_style="bold", padding=(0, 1), show_edge=False)
    for change in changes:
        table.add_row(
            escape(change.subject),
            "[green]new[/]" if change.before is None else escape(change.before),
            "[red]gone[/]" if change.after is None else escape(change.after),
            escape(change.where),
        )
    console.print(table)
