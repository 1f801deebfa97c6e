"""``scheduler rehearse`` and ``scheduler demo``: the real service on a clock of its own, mail caught locally.

Shell over ``scheduler.rehearsal`` and ``scheduler.demo``.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from scheduler.arrivals import ReportMark
from scheduler.catcher import Catcher
from scheduler.cli.importing import print_import
from scheduler.cli.logs import configure_logs
from scheduler.cli.wiring import INSTANT, Wiring, config_option, load_everything, make_console
from scheduler.delivery import DeliveryState
from scheduler.demo import run_demo
from scheduler.errors import SchedulerError, UsageError
from scheduler.mailer import RelaySettings
from scheduler.model import Reminder
from scheduler.planfile.story import read_story
from scheduler.rehearsal import Rehearsal, Rehearsed, run_rehearsal
from scheduler.service import Attempt
from scheduler.settings import is_loopback
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import leave_out_follow_up

_TIMEOUT_SECONDS = 30.0
_FASTEST = 1_000_000.0
_WENT_WRONG = (DeliveryState.FAILED, DeliveryState.UNCONFIRMED)


class LoopbackType(click.ParamType[tuple[str, int]]):
    """HOST:PORT on this machine: a rehearsal's mail never leaves it."""

    name = "HOST:PORT"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        host, _, port = str(value).rpartition(":")
        if not port.isdigit() or not 0 < int(port) < 65536:
            self.fail(f"'{value}' is not HOST:PORT; write for example 127.0.0.1:2525", param, ctx)
        if not is_loopback(host.strip("[]")):
            self.fail(f"'{host}' is not this machine; a rehearsal sends mail only to 127.0.0.1 or [::1]", param, ctx)
        return host.strip("[]"), int(port)


@click.command()
@click.option(
    "--from", "start", type=INSTANT, help="Where the clock starts. Default: the day before the first reminder."
)
@click.option("--to", "end", type=INSTANT, help="Where it ends. Default: when the last item is over.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0, max=_FASTEST),
    default=0.0,
    show_default=True,
    help="How many times as fast as life; 0: as fast as it can.",
)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Keep the mails as .eml in this folder.")
@click.option("--smtp", type=LoopbackType(), help="Send to this server on this machine, not to the built-in catcher.")
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the ledger in this folder; a killed rehearsal goes on from there.",
)
@click.option(
    "--reports",
    "story",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A story of reports (YAML): with it all that follows up is rehearsed too.",
)
@config_option
def rehearse(
    start: datetime | None,
    end: datetime | None,
    speed: float,
    out: Path | None,
    smtp: tuple[str, int] | None,
    state: Path | None,
    story: Path | None,
    config_dir: Path,
) -> None:
    """Run the real service on a clock that starts at --from and runs --speed times as fast as life.

    Mail goes to a catcher on this machine, never to the relay of the settings. The ledger is thrown away
    unless --state names a folder for it.

    Without --reports it rehearses what is certain: no report comes, and neither overdue reminders, receipts nor digests
    go. The file of --reports is a list of what is said of them when, on which all these follow:

    \b
      - {at: 2024-05-06T10:00+07:00, unit: son-dong, mark: received, on: 2024-05-06}
      - {at: 2024-05-08T09:00+07:00, unit: Lục Ngạn, mark: said}
      - {at: 2024-05-10T09:00+07:00, unit: Lục Ngạn, mark: taken-back}      # and excused
    """
    configure_logs("warning")
    wiring = load_everything(config_dir)
    marks: tuple[ReportMark, ...] = ()
    if story is None:
        wiring = replace(wiring, snapshot=leave_out_follow_up(wiring.snapshot))
    else:
        marks = read_story(story, tuple(wanted.plan for wanted in wiring.snapshot.wanted))
    if not math.isfinite(speed):
        raise UsageError(f"--speed {speed}: write 0, or how many times as fast as life")
    start, end = _choose_span(wiring, start, end)
    with ExitStack() as stack:
        if smtp is None:
            catcher = stack.enter_context(Catcher(out))
            smtp = (catcher.host, catcher.port)
        elif out is not None:
            raise UsageError("--out keeps the mails of the built-in catcher; with --smtp that server has them")
        folder = state or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rehearsal-")))
        rehearsed, sent = _rehearse(wiring, start, end, speed, smtp, folder, marks)
    click.echo(f"rehearsed {start:%d/%m/%Y %H:%M} to {end:%d/%m/%Y %H:%M}: {sent} mails went out in this run")
    for count in rehearsed.counts:
        click.echo(f"{count.count:6} {count.state}")
    if out is not None:
        click.echo(f"mails: {out}/")
    wrong = sum(count.count for count in rehearsed.counts if count.state in _WENT_WRONG)
    if wrong:
        raise SchedulerError(f"{wrong} mails did not go out well; see: scheduler history --state FOLDER")


def _choose_span(wiring: Wiring, start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    reminders = list(_list_mails(wiring))
    if not reminders and (start is None or end is None):
        raise UsageError("the configuration asks for no reminder; say --from and --to, or see: scheduler check")
    if start is None:
        start = min(reminder.due_at for reminder in reminders) - timedelta(days=1)
    if end is None:
        end = max(reminder.useful_until for reminder in reminders)
    if start >= end:
        raise UsageError(f"--from {start.isoformat()} is not before --to {end.isoformat()}")
    return start, end


def _list_mails(wiring: Wiring) -> Iterator[Reminder]:
    for wanted in wiring.snapshot.wanted:
        yield from (*wanted.reminders, *wanted.conditional, *wanted.digests)


def _rehearse(
    wiring: Wiring,
    start: datetime,
    end: datetime,
    speed: float,
    smtp: tuple[str, int],
    folder: Path,
    marks: tuple[ReportMark, ...],
) -> tuple[Rehearsed, int]:
    to_come = sum(start <= reminder.due_at <= end for reminder in _list_mails(wiring))
    rehearsal = Rehearsal(
        snapshot=wiring.snapshot,
        writer=wiring.writer,
        relay=RelaySettings(smtp[0], smtp[1], "none", None, None, _TIMEOUT_SECONDS),
        hostname=wiring.settings.mail.domain,
        ledger_url=f"sqlite:///{folder / 'ledger.sqlite3'}",
        start=start,
        end=end,
        speed=speed,
        marks=marks,
    )
    sent = 0
    with make_progress() as progress:
        bar = progress.add_task("", total=to_come)

        def show(attempt: Attempt) -> None:
            nonlocal sent
            sent += 1
            progress.update(bar, advance=1, description=f"{attempt.at:%d/%m} {attempt.delivery.address}")

        rehearsed = run_rehearsal(rehearsal, show)
    return rehearsed, sent


def make_progress() -> Progress:
    """Return a progress bar that shows nothing where no person watches."""
    console = make_console()
    return Progress(
        BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"),
        console=console, transient=True, disable=not console.is_terminal,
    )  # fmt: skip


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/demo"),
    show_default=True,
    help="Folder for feed, mails and report; emptied first.",
)
def demo(out: Path) -> None:
    """Tell the story of the shipped sample plan: document, calendar, every mail of the season.

    No report comes in it, and what would follow up is left out: see rehearse --reports. Everything stays on this
    machine. Leaves feed.ics, mails/ and report.html in the folder.
    """
    configure_logs("warning")
    document = next(iter(sorted(find_shipped("examples").glob("*.txt"))), None)
    if document is None:
        raise SchedulerError(f"{find_shipped('examples')} holds no sample document; install the program anew")
    run_demo(document, find_shipped("config"), out, make_console(), make_progress, load_everything, print_import)
