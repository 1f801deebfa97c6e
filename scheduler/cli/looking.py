"""Commands that look and change nothing: check, calendar, preview, status.

Shell over the pure rooms and the ledger, read only.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.table import Table

from scheduler.cli.publishing import make_feed_site
from scheduler.cli.wiring import (
    INSTANT,
    Wiring,
    config_option,
    find_ledger_url,
    json_option,
    load_everything,
    make_console,
    open_existing_ledger,
    print_json,
    state_option,
)
from scheduler.clock import read_wall_clock
from scheduler.delivery import Delivery, DeliveryState
from scheduler.errors import ConfigError, Problem, SchedulerError, UsageError
from scheduler.feeds import number_without_ledger
from scheduler.ledger import StateCount, WaitingEdit
from scheduler.model import Untold
from scheduler.pacing import Pause
from scheduler.planfile import Json
from scheduler.planfile.untold import fold_unaddressed
from scheduler.preview import Preview, PreviewedMail, preview_mails
from scheduler.publishing import build_one_feed
from scheduler.snapshot import Wanted

_NEEDS_A_PERSON = (DeliveryState.FAILED, DeliveryState.UNCONFIRMED)
_CONDITIONAL = "only-if-not-in"
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@json_option
@config_option
def check(as_json: bool, config_dir: Path) -> None:
    """Validate the configuration; every problem as file:line:column message.

    Exit status: 0 when nothing is wrong (warnings may be printed), else 1.
    """
    problems: tuple[Problem, ...]
    try:
        wiring = load_everything(config_dir)
        problems = wiring.configuration.warnings
    except ConfigError as error:
        problems = error.problems
    if as_json:
        print_json(
            {
                "problems": [
                    {"file": p.file, "line": p.line, "column": p.column, "message": p.message, "severity": p.severity}
                    for p in problems
                ]
            }
        )
    else:
        for problem in fold_unaddressed(problems):
            click.echo(f"{problem}" if problem.severity == "error" else f"{problem} (warning)")
    wrong = sum(problem.severity == "error" for problem in problems)
    if wrong:
        raise click.exceptions.Exit(1)
    if not as_json:
        read = wiring.configuration
        counts = ((len(read.plans), "plan"), (len(read.contacts), "contact"), (len(read.rules), "rule"))
        said = ", ".join(f"{count} {word}" if count == 1 else f"{count} {word}s" for count, word in counts)
        click.echo(f"{config_dir}: right ({said})")


@click.command()
@click.option(
    "--feed", "feed_name", default="plan", show_default=True, help="plan, deadlines, unit-…, commune-…, member-…."
)
@click.option("--plan", "plan_id", help="Id of the plan, where there are several.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the feed here, not to the screen.")
@state_option
@config_option
def calendar(feed_name: str, plan_id: str | None, out: Path | None, state: Path | None, config_dir: Path) -> None:
    """Print a feed's iCalendar bytes: with the ledger's revisions where there is a ledger."""
    wiring = load_everything(config_dir)
    wanted = _choose_plan(wiring, plan_id)
    recorded = number_without_ledger(wanted.plan, wanted.events)
    ledger = open_existing_ledger(find_ledger_url(wiring, state))
    if ledger is not None:
        recorded = ledger.events.list_recorded(wanted.plan.id) or recorded
        ledger.close()
    today = read_wall_clock().astimezone(wanted.plan.zone).date()
    built = build_one_feed(wiring.snapshot, wanted.plan, recorded, feed_name, today, make_feed_site(wiring))
    for sentence in built.left_out:
        click.echo(f"left out: {sentence}", err=True)
    if out is None:
        sys.stdout.buffer.write(built.content)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(built.content)
    except OSError as error:
        raise SchedulerError(f"{out}: cannot be written: {error.strerror}") from error


@click.command()
@click.option("--from", "first", type=_DAY, help="First local day.")
@click.option("--to", "last", type=_DAY, help="Last local day.")
@click.option("--as-of", type=INSTANT, help="What is still to come at this instant, such as 2024-05-08T09:00+07:00.")
@json_option
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Write each mail as .eml into this folder."
)
@config_option
def preview(
    first: datetime | None,
    last: datetime | None,
    as_of: datetime | None,
    as_json: bool,
    out: Path | None,
    config_dir: Path,
) -> None:
    """List every mail that would go out, when, to whom and why; and who cannot be told. Changes nothing.

    Without --as-of the whole plan; with it what is still to come then: of several instants of one item
    already past, only the newest that is still useful. What goes only where a report is not in has a list of its own.
    """
    if first is not None and last is not None and first > last:
        raise UsageError(f"--from {first:%Y-%m-%d} is after --to {last:%Y-%m-%d}")
    wiring = load_everything(config_dir)
    found = preview_mails(
        wiring.snapshot,
        wiring.writer,
        first=None if first is None else first.date(),
        last=None if last is None else last.date(),
        as_of=as_of,
    )
    if out is not None:
        _write_mails(out, found)
    if as_json:
        print_json(_preview_to_json(found, wiring))
        return
    _print_preview(found, wiring)
    if out is not None:
        click.echo(f"{len(found.mails)} mails written to {out}/")


@click.command()
@json_option
@state_option
@config_option
def status(as_json: bool, state: Path | None, config_dir: Path) -> None:
    """Say what is next, what failed, what waits for a person, and who cannot be told."""
    wiring = load_everything(config_dir)
    upcoming: Delivery | None = None
    counts: tuple[StateCount, ...] = ()
    stuck: tuple[Delivery, ...] = ()
    waiting: WaitingEdit | None = None
    pause: Pause | None = None
    url = find_ledger_url(wiring, state)
    ledger = open_existing_ledger(url)
    if ledger is not None:
        upcoming, counts = ledger.history.find_next(), ledger.history.count_states()
        stuck = ledger.history.list_in_states(_NEEDS_A_PERSON)
        waiting, pause = ledger.edits.find_waiting(), ledger.control.find_pause()
        ledger.close()
    problems: list[Json] = [_describe_stuck(delivery) for delivery in stuck]
    if waiting is not None and waiting.approved_at is None:
        problems.append(f"edit {waiting.fingerprint} waits (scheduler approve): {'; '.join(waiting.reasons)}")
    if pause is not None:
        problems.append(f"all mail is paused: {pause.reason} (scheduler resume)")
    problems += [_describe_untold(untold) for wanted in wiring.snapshot.wanted for untold in wanted.untold]
    zone = wiring.snapshot.zone
    if as_json:
        print_json(
            {
                "next": None if upcoming is None else delivery_to_json(upcoming, zone),
                "counts": {str(count.state): count.count for count in counts},
                "problems": problems,
            }
        )
        return
    if ledger is None:
        click.echo(f"no ledger yet ({url}): the service has not run")
    elif upcoming is None:
        click.echo("next: nothing waits")
    else:
        at = upcoming.next_at or upcoming.due_at
        click.echo(f"next: {at.astimezone(zone):%d/%m/%Y %H:%M} {upcoming.rule} to {upcoming.address}")
    for count in counts:
        click.echo(f"{count.count:6} {count.state}")
    for problem in problems:
        click.echo(f"! {problem}")


def _choose_plan(wiring: Wiring, plan_id: str | None) -> Wanted:
    known = ", ".join(wanted.plan.id for wanted in wiring.snapshot.wanted)
    if plan_id is None and len(wiring.snapshot.wanted) == 1:
        return wiring.snapshot.wanted[0]
    if plan_id is None:
        raise UsageError(f"say which plan with --plan: {known}" if known else "there is no plan; import one first")
    wanted = wiring.snapshot.find(plan_id)
    if wanted is None:
        raise UsageError(f"--plan '{plan_id}': there is no such plan; plans: {known or 'none'}")
    return wanted


def _write_mails(out: Path, found: Preview) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number, mail in enumerate(found.mails, start=1):
            name = f"{number:04}-{mail.reminder.rule}-{mail.reminder.contact}.eml"
            (out / name).write_bytes(mail.message.content)
        for number, mail in enumerate(found.conditional, start=1):
            (out / _CONDITIONAL).mkdir(exist_ok=True)
            name = f"{number:04}-{mail.reminder.rule}-{mail.reminder.contact}.eml"
            (out / _CONDITIONAL / name).write_bytes(mail.message.content)
    except OSError as error:
        raise SchedulerError(f"{out}: cannot be written: {error.strerror}") from error


def _preview_to_json(found: Preview, wiring: Wiring) -> Json:
    zone = wiring.snapshot.zone

    def to_json(mail: PreviewedMail) -> Json:
        return {
            "due_at": mail.reminder.due_at.astimezone(zone).isoformat(),
            "rule": mail.reminder.rule,
            "about": mail.reminder.about,
            "plan": mail.reminder.plan,
            "item": mail.reminder.item,
            "unit": mail.reminder.unit,
            "to": mail.reminder.address,
            "subject": mail.message.subject,
            "why": mail.reminder.why,
        }

    untold: list[Json] = [
        {"about": u.about, "item": u.item, "unit": u.unit, "who": u.who, "reason": u.reason} for u in found.untold
    ]
    return {
        "mails": [to_json(mail) for mail in found.mails],
        "conditional": [to_json(mail) for mail in found.conditional],
        "cannot_be_told": untold,
    }


def _print_preview(found: Preview, wiring: Wiring) -> None:
    zone = wiring.snapshot.zone
    _print_mails(found.mails, zone)
    if found.conditional:
        click.echo("\nonly if the report is not in:")
        _print_mails(found.conditional, zone)
    if found.untold:
        click.echo("\ncannot be told:")
    for untold in found.untold:
        click.echo(f"  {_describe_untold(untold)}")
    more = f" ({len(found.conditional)} more where a report is not in)" if found.conditional else ""
    click.echo(f"\n{len(found.mails)} mails{more}, {len(found.untold)} who cannot be told")


def _print_mails(mails: tuple[PreviewedMail, ...], zone: ZoneInfo) -> None:
    if not mails:
        return
    table = Table("when", "to", "subject", "rule", box=None, header_style="bold", padding=(0, 1))
    reasons: dict[str, None] = {}
    for mail in mails:
        when = f"{mail.reminder.due_at.astimezone(zone):%a %d/%m/%Y %H:%M}"
        table.add_row(when, mail.reminder.address, mail.message.subject, mail.reminder.rule)
        reasons[f"{when}  {mail.reminder.rule}: {mail.reminder.why}"] = None
    make_console().print(table)
    click.echo("\nwhy then:")
    for reason in reasons:
        click.echo(f"  {reason}")


def _describe_untold(untold: Untold) -> str:
    return f"cannot be told of {untold.about} {untold.item} ({untold.unit}): {untold.who} {untold.reason}"


def _describe_stuck(delivery: Delivery) -> str:
    return f"delivery {delivery.id} to {delivery.address} ({delivery.rule}) is {delivery.state}: {delivery.detail}"


def delivery_to_json(delivery: Delivery, zone: ZoneInfo) -> dict[str, Json]:
    return {
        "id": delivery.id,
        "key": delivery.key,
        "plan": delivery.plan,
        "rule": delivery.rule,
        "item": delivery.item,
        "unit": delivery.unit,
        "to": delivery.address,
        "due_at": delivery.due_at.astimezone(zone).isoformat(),
        "state": str(delivery.state),
        "attempts": delivery.attempts,
        "message_id": delivery.message_id,
        "in_doubt": delivery.in_doubt,
        "detail": delivery.detail,
    }
