"""``scheduler history``: who was told what, when, with which outcome; and of one delivery every attempt.

Shell over the ledger, read only.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.table import Table

from scheduler.cli.looking import delivery_to_json
from scheduler.cli.wiring import (
    config_option,
    find_ledger_url,
    json_option,
    load_everything,
    make_console,
    open_existing_ledger,
    print_json,
    state_option,
)
from scheduler.delivery import Delivery
from scheduler.errors import UsageError
from scheduler.exporting import export_deliveries
from scheduler.ledger import FileEdit, PastAttempt
from scheduler.planfile import Json


@click.command()
@click.argument("delivery_id", metavar="[ID]", type=int, required=False)
@click.option("--edits", is_flag=True, help="List the edits of the configuration instead: who, when, what followed.")
@click.option("--export", type=click.Path(path_type=Path, dir_okay=False), help="Write the table as .csv or .xlsx.")
@json_option
@state_option
@config_option
def history(
    delivery_id: int | None, edits: bool, export: Path | None, as_json: bool, state: Path | None, config_dir: Path
) -> None:
    """List who was told what, when, and with which outcome; with ID every attempt of that delivery."""
    wiring = load_everything(config_dir)
    zone = wiring.snapshot.zone
    ledger = open_existing_ledger(find_ledger_url(wiring, state))
    deliveries: tuple[Delivery, ...] = ()
    attempts: tuple[PastAttempt, ...] = ()
    trail: tuple[FileEdit, ...] = ()
    if ledger is not None:
        trail = ledger.edits.list_edits()
        deliveries = ledger.history.list_deliveries()
        attempts = ledger.history.list_attempts(delivery_id)
        ledger.close()
    if edits:
        _print_trail(trail, zone, as_json=as_json)
        return
    if export is not None:
        export_deliveries(export, deliveries, zone)
        click.echo(f"{len(deliveries)} deliveries written to {export}")
        return
    if delivery_id is not None:
        deliveries = tuple(delivery for delivery in deliveries if delivery.id == delivery_id)
        if not deliveries:
            raise UsageError(f"there is no delivery {delivery_id}; see: scheduler history")
    if as_json:
        _print_as_json(deliveries, attempts, zone)
        return
    make_console().print(_tabulate_deliveries(deliveries, zone))
    if delivery_id is not None:
        make_console().print(_tabulate_attempts(attempts, zone))


def _print_trail(trail: tuple[FileEdit, ...], zone: ZoneInfo, *, as_json: bool) -> None:
    if as_json:
        rows: list[Json] = [
            {
                "made_at": edit.made_at.astimezone(zone).isoformat(),
                "file": edit.file,
                "author": edit.author,
                "followed": edit.followed,
                "before": edit.before,
                "after": edit.after,
            }
            for edit in trail
        ]
        print_json({"edits": rows})
        return
    table = Table("when", "file", "who", "what followed", box=None, header_style="bold")
    for edit in trail:
        when = f"{edit.made_at.astimezone(zone):%d/%m/%Y %H:%M:%S}"
        table.add_row(when, edit.file, edit.author, edit.followed)
    make_console().print(table)


def _print_as_json(deliveries: tuple[Delivery, ...], attempts: tuple[PastAttempt, ...], zone: ZoneInfo) -> None:
    tries = {id_: [*group] for id_, group in groupby(attempts, attrgetter("delivery"))}
    rows: list[Json] = [
        {
            **delivery_to_json(delivery, zone),
            "tries": [_attempt_to_json(attempt, zone) for attempt in tries.get(delivery.id, ())],
        }
        for delivery in deliveries
    ]
    print_json({"deliveries": rows})


def _attempt_to_json(attempt: PastAttempt, zone: ZoneInfo) -> Json:
    return {
        "number": attempt.number,
        "started_at": attempt.started_at.astimezone(zone).isoformat(),
        "ended_at": None if attempt.ended_at is None else attempt.ended_at.astimezone(zone).isoformat(),
        "outcome": attempt.outcome,
        "response": attempt.response,
    }


def _tabulate_deliveries(deliveries: tuple[Delivery, ...], zone: ZoneInfo) -> Table:
    table = Table("id", "due", "state", "tries", "rule", "item", "to", "outcome", box=None, header_style="bold")
    for delivery in deliveries:
        table.add_row(
            str(delivery.id),
            f"{delivery.due_at.astimezone(zone):%d/%m/%Y %H:%M}",
            f"{delivery.state}{' (in doubt)' if delivery.in_doubt else ''}",
            str(delivery.attempts),
            delivery.rule,
            delivery.item,
            delivery.address,
            delivery.detail,
        )
    return table


def _tabulate_attempts(attempts: tuple[PastAttempt, ...], zone: ZoneInfo) -> Table:
    table = Table("try", "began", "ended", "outcome", "what the server said", box=None, header_style="bold")
    for attempt in attempts:
        ended = "" if attempt.ended_at is None else f"{attempt.ended_at.astimezone(zone):%d/%m/%Y %H:%M:%S}"
        table.add_row(
            str(attempt.number),
            f"{attempt.started_at.astimezone(zone):%d/%m/%Y %H:%M:%S}",
            ended,
            attempt.outcome or "under way",
            attempt.response,
        )
    return table
