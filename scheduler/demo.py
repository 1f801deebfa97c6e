"""The story of the shipped sample plan: document -> plan -> calendar -> every mail of its season.

IO shell over importing, feeds and rehearsal; it writes into one folder and sends nothing off this machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import Progress

from scheduler.catcher import Catcher
from scheduler.clock import read_wall_clock
from scheduler.delivery import DeliveryState
from scheduler.errors import SchedulerError
from scheduler.feeds import build_feed
from scheduler.importing import Imported, import_document
from scheduler.mailer import RelaySettings
from scheduler.messages import MessageWriter
from scheduler.model import Event, RecordedEvent
from scheduler.rehearsal import Rehearsal, run_rehearsal
from scheduler.report_page import SentMail, render_report
from scheduler.service import Attempt
from scheduler.snapshot import Snapshot, Wanted, leave_out_follow_up

PLAN_ID = "kiem-tra-2024"
RELAY_TIMEOUT_SECONDS = 30.0


class Ready(Protocol):
    """What the demo needs of a loaded configuration."""

    @property
    def snapshot(self) -> Snapshot: ...

    @property
    def writer(self) -> MessageWriter: ...


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """Where a demo leaves its things."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def feed(self) -> Path:
        return self.folder / "feed.ics"

    @property
    def mails(self) -> Path:
        return self.folder / "mails"

    @property
    def report(self) -> Path:
        return self.folder / "report.html"


def run_demo(
    document: Path,
    shipped_config: Path,
    folder: Path,
    console: Console,
    make_progress: Callable[[], Progress],
    load: Callable[[Path], Ready],
    show_import: Callable[[Console, Imported], None],
) -> None:
    """Tell the story on ``console`` and leave feed.ics, mails/ and report.html in ``folder``, emptied first.

    Raises SchedulerError when a mail of the season did not arrive exactly once.
    """
    files = DemoFiles(folder)
    _empty(folder)
    shutil.copytree(shipped_config, files.config, ignore=shutil.ignore_patterns("plans"))
    now = read_wall_clock()

    console.rule("1. The document")
    console.print(f"{document}\n")
    imported = import_document(document, files.config, plan_id=PLAN_ID, out=None, force=False, now=now)
    show_import(console, imported)

    wiring = load(files.config)
    wanted = wiring.snapshot.wanted[0]
    console.rule("2. The calendar")
    _print_events(console, wanted)

    console.rule("3. The season, rehearsed on a clock of its own")
    story = _rehearse(wiring, wanted, files, console, make_progress)

    feed = build_feed(wanted.plan, story.recorded, "plan", wanted.plan.updated.date())
    files.feed.write_bytes(feed.content)
    files.report.write_text(render_report(wanted, tuple(story.mails), imported.draft.findings), encoding="utf-8")
    console.rule("4. What is left for you to look at")
    console.print(f"calendar  {files.feed}  ({len(wanted.events)} events)")
    console.print(f"mails     {files.mails}/  ({story.caught} .eml files)")
    console.print(f"report    {files.report}")
    if not story.caught == len(story.mails) == len(wanted.reminders):
        raise SchedulerError(f"of {len(wanted.reminders)} mails {story.caught} arrived; see {files.mails}")


def _empty(folder: Path) -> None:
    """Empty a folder of an earlier demo; refuse one that holds something else."""
    if folder.exists():
        foreign = [
            path.name
            for path in folder.iterdir()
            if path.name not in {"config", "feed.ics", "mails", "report.html", "state"}
        ]
        if foreign:
            raise SchedulerError(f"{folder} holds {foreign[0]}, which is not of a demo; give another folder with --out")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)


def _print_events(console: Console, wanted: Wanted) -> None:
    for event in wanted.events:
        console.print(f"{_say_when(event)}  {event.summary}")
    console.print(f"{len(wanted.events)} events, status {wanted.plan.status}")


def _say_when(event: Event) -> str:
    if isinstance(event.start, datetime) and isinstance(event.end, datetime):
        return f"{event.start:%a %d/%m/%Y %H:%M}–{event.end:%H:%M}"
    return f"{event.start:%a %d/%m/%Y} all day    "


@dataclass(frozen=True, slots=True)
class _Story:
    mails: tuple[SentMail, ...]
    caught: int
    recorded: tuple[RecordedEvent, ...]


def _rehearse(
    wiring: Ready, wanted: Wanted, files: DemoFiles, console: Console, make_progress: Callable[[], Progress]
) -> _Story:
    mails: list[SentMail] = []
    zone = wanted.plan.zone
    with Catcher(files.mails) as catcher, make_progress() as progress:
        bar = progress.add_task("", total=len(wanted.reminders))

        def show(attempt: Attempt) -> None:
            if attempt.state is not DeliveryState.SENT:
                console.print(f"[red]{attempt.delivery.address}: {attempt.detail}[/]")
                return
            mail = SentMail(
                attempt.at.astimezone(zone), attempt.delivery.rule, attempt.delivery.address, attempt.subject, ""
            )
            if mails and (mails[-1].at, mails[-1].rule) != (mail.at, mail.rule):
                _print_batch(progress.console, mails)
            mails.append(mail)
            progress.update(bar, advance=1, description=attempt.delivery.address)

        rehearsal = Rehearsal(
            snapshot=leave_out_follow_up(wiring.snapshot),
            writer=wiring.writer,
            relay=RelaySettings(catcher.host, catcher.port, "none", None, None, RELAY_TIMEOUT_SECONDS),
            hostname="localhost",
            ledger_url=f"sqlite:///{files.folder / 'state' / 'ledger.sqlite3'}",
            start=wanted.reminders[0].due_at - timedelta(days=1),
            end=max(reminder.useful_until for reminder in wanted.reminders),
            speed=0,
        )
        rehearsed = run_rehearsal(rehearsal, show)
    if mails:
        _print_batch(console, mails)
    names = sorted(path.name for path in files.mails.iterdir())
    console.print(f"{len(mails)} mails sent, {len(names)} arrived")
    filed = tuple(replace(mail, file=name) for mail, name in zip(mails, names, strict=False))
    return _Story(filed, len(names), rehearsed.events)


def _print_batch(console: Console, mails: list[SentMail]) -> None:
    """Print one line for the last rule and instant: how many mails, and one of their subjects."""
    last = mails[-1]
    count = sum((mail.at, mail.rule) == (last.at, last.rule) for mail in mails)
    console.print(f"{last.at:%a %d/%m %H:%M}  {count:3} mails  {last.rule:16} {last.subject}")
