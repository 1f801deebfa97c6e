"""``scheduler diff`` and ``scheduler approve``: what an edit would change, before it happens; and yes to a large one.

Shell over ``reconciling``: the service applies the very proposal that is shown here.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from scheduler.cli.wiring import (
    Wiring,
    carry_from_kept,
    config_option,
    find_ledger_url,
    json_option,
    load_everything,
    make_caution,
    make_console,
    open_existing_ledger,
    print_json,
    state_option,
)
from scheduler.clock import read_wall_clock
from scheduler.differences import Differences, MailDifference
from scheduler.errors import UsageError
from scheduler.ledger import Ledger, WaitingEdit
from scheduler.notices import RULE
from scheduler.planfile import Json
from scheduler.reconciling import describe_proposal, propose_changes

_COLOURS = {
    "added": "green",
    "new": "green",
    "cancelled": "red",
    "withdrawn": "red",
    "moved": "yellow",
    "changed": "cyan",
}


@click.command()
@click.option(
    "--draft",
    type=click.Path(path_type=Path, file_okay=False),
    help="An edited copy of the configuration folder. Without it: what has been saved, and waits.",
)
@json_option
@state_option
@config_option
def diff(draft: Path | None, as_json: bool, state: Path | None, config_dir: Path) -> None:
    """Say what an edit changes, event by event and mail by mail, before it happens. Changes nothing.

    With --draft: copy the folder, edit the copy, and look here what putting it in place would do. Without:
    what has been saved and is not yet in force, and the notices that wait for the settling time.
    """
    live = load_everything(config_dir)
    edited = live if draft is None else load_everything(draft)
    now, url = read_wall_clock(), find_ledger_url(live, state)
    edited = carry_from_kept(edited, url, now)
    with ExitStack() as stack:
        ledger = _open_ledger(url, stack)
        proposal = propose_changes(edited.snapshot, ledger, make_caution(live.settings), now)
        found = describe_proposal(proposal, ledger, now)
        if draft is None:
            settling = tuple(d.reminder for d in ledger.history.list_in_rule(RULE) if d.next_at is not None)
            waiting = tuple(MailDifference("new", reminder, reminder.why) for reminder in settling)
            found = Differences(found.events, (*waiting, *found.mails), found.reasons)
    if as_json:
        print_json(_to_json(found, edited))
    else:
        _print(make_console(), found, edited)


@click.command()
@click.argument("edit", required=False)
@state_option
@config_option
def approve(edit: str | None, state: Path | None, config_dir: Path) -> None:
    """Approve the edit that waits: the service puts it in force within a minute.

    Without EDIT the one that waits is shown, and asked for; its name is in the log, the mail to the admin, and
    `scheduler status`.
    """
    wiring = load_everything(config_dir)
    ledger = open_existing_ledger(find_ledger_url(wiring, state))
    waiting = None if ledger is None else ledger.edits.find_waiting()
    if ledger is None or waiting is None:
        raise UsageError("no edit waits for approval")
    try:
        if edit is None:
            _show_waiting(waiting)
            click.confirm("Approve it?", abort=True)
        elif edit != waiting.fingerprint:
            raise UsageError(f"no edit '{edit}' waits; the one that waits is {waiting.fingerprint}")
        if not ledger.edits.approve(waiting.fingerprint, read_wall_clock()):
            raise UsageError(f"edit {waiting.fingerprint} is approved already")
    finally:
        ledger.close()
    click.echo(f"edit {waiting.fingerprint} approved")


def _open_ledger(url: str, stack: ExitStack) -> Ledger:
    """Open the ledger to look at it; an empty one in a scratch place where there is none yet."""
    ledger = open_existing_ledger(url)
    if ledger is None:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="no-ledger-"))
        ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite3")
    stack.callback(ledger.close)
    return ledger


def _show_waiting(waiting: WaitingEdit) -> None:
    click.echo(f"edit {waiting.fingerprint} waits since {waiting.made_at.astimezone():%d/%m/%Y %H:%M}:")
    for reason in waiting.reasons:
        click.echo(f"  {reason}")


def _to_json(found: Differences, wiring: Wiring) -> Json:
    zone = wiring.snapshot.zone
    events: list[Json] = [
        {
            "change": d.change,
            "uid": d.uid,
            "summary": d.summary,
            "before": d.before,
            "after": d.after,
            "aspects": list(d.aspects),
        }
        for d in found.events
    ]
    mails: list[Json] = [
        {
            "change": d.change,
            "to": d.reminder.address,
            "subject": _name_mail(d),
            "due_at": d.reminder.due_at.astimezone(zone).isoformat(),
            "moved_from": None if d.moved_from is None else d.moved_from.astimezone(zone).isoformat(),
            "rule": d.reminder.rule,
            "item": d.reminder.item,
            "why": d.why,
        }
        for d in found.mails
    ]
    return {"events": events, "mails": mails, "needs_approval": bool(found.reasons), "reasons": list(found.reasons)}


def _print(console: Console, found: Differences, wiring: Wiring) -> None:
    zone = wiring.snapshot.zone
    if not found.events and not found.mails:
        console.print("nothing changes")
        return
    events = Table("event", "before", "after", box=None, header_style="bold", padding=(0, 1))
    for event in found.events:
        told = f" ({', '.join(event.aspects)})" if event.aspects else ""
        events.add_row(_paint(event.change), event.before or "", f"{event.after or ''}{told}")
    mails = Table("mail", "when", "to", "what", "why", box=None, header_style="bold", padding=(0, 1))
    for mail in found.mails:
        when = _say_instant(mail.reminder.due_at, zone)
        if mail.moved_from is not None:
            when = f"{_say_instant(mail.moved_from, zone)} → {when}"
        mails.add_row(_paint(mail.change), when, mail.reminder.address, _name_mail(mail), mail.why)
    for table in (events, mails):
        if table.rows:
            console.print(table)
    console.print(f"{len(found.events)} events, {len(found.mails)} mails")
    for reason in found.reasons:
        console.print(f"[yellow]waits for approval:[/] {reason}")


def _paint(change: str) -> str:
    return f"[{_COLOURS[change]}]{change}[/]"


def _say_instant(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%d/%m/%Y %H:%M}"


def _name_mail(difference: MailDifference) -> str:
    reminder = difference.reminder
    kind = reminder.template if reminder.rule == RULE else reminder.rule
    return f"{kind}: {reminder.item}" if reminder.item == reminder.unit else f"{kind}: {reminder.item}, {reminder.unit}"
