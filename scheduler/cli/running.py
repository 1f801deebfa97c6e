"""``scheduler run``: the service, in the foreground; ``scheduler doctor``: can it run here?

Shell: wires ledger, mailer, timer and web, and stops them in order.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import structlog

from scheduler.cli.logs import configure_logs
from scheduler.cli.wiring import Wiring, config_option, load_everything, open_existing_ledger
from scheduler.clock import WallClock, read_wall_clock
from scheduler.errors import SchedulerError
from scheduler.feeds import build_feed
from scheduler.ledger import Ledger, find_sqlite_file, hold_instance_lock
from scheduler.mailer import Mailer, RelaySettings
from scheduler.model import RecordedEvent
from scheduler.service import Service
from scheduler.settings import Settings
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot
from scheduler.timer import Timer
from scheduler.web.agenda import compose_agenda
from scheduler.web.app import build_app
from scheduler.web.feeds import Feed, FeedShelf, feed_path
from scheduler.web.health import Health
from scheduler.web.pages import AgendaBoard
from scheduler.web.server import Address, open_listener, serve

_log = structlog.get_logger(__name__)


class _ServiceHealth:
    """Whether the service does its work: asked by /readyz, answered from memory."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer

    def health(self) -> Health:
        if self._timer.failure is not None:
            return Health(False, (f"the last tick failed: {self._timer.failure}",))
        if not self._timer.is_alive:
            seconds = round(self._timer.silent_for.total_seconds())
            return Health(False, (f"the timer has been silent for {seconds} seconds",))
        return Health(True)


@click.command()
@config_option
def run(config_dir: Path) -> None:
    """Run the service in the foreground: feeds and pages over HTTP, timers, mail.

    SIGTERM or Ctrl-C stops it after the mail that is being handed over. One instance per ledger. After
    an edit of the configuration start it anew: what was planned, sent and published stands in the ledger.
    """
    wiring = load_everything(config_dir)
    settings = wiring.settings
    configure_logs(settings.log.level)
    for warning in wiring.configuration.warnings:
        _log.warning("configuration", problem=str(warning))
    with hold_instance_lock(settings.ledger.url, read_wall_clock()):
        ledger = Ledger.open(settings.ledger.url)
        try:
            _serve(wiring, ledger)
        finally:
            ledger.close()
    _log.info("stopped")


def make_relay_settings(settings: Settings) -> RelaySettings:
    """Return how to reach the mail relay."""
    smtp = settings.smtp
    password = None if smtp.password is None else smtp.password.get_secret_value()
    return RelaySettings(smtp.host, smtp.port, smtp.security, smtp.username, password, float(smtp.timeout_seconds))


def _serve(wiring: Wiring, ledger: Ledger) -> None:
    settings = wiring.settings
    shelf, board = FeedShelf(), AgendaBoard(find_shipped("templates") / "web")
    mailer = Mailer(make_relay_settings(settings), local_hostname=settings.mail.domain)

    def publish(snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> None:
        shelf.publish(_make_feeds(snapshot, recorded, today))
        plans = tuple(wanted.plan for wanted in snapshot.wanted)
        board.publish(compose_agenda(plans, today=today, public_url=settings.public_url))

    service = Service(
        snapshot=wiring.snapshot,
        ledger=ledger,
        mailer=mailer,
        writer=wiring.writer,
        clock=WallClock(),
        publish=publish,
    )
    timer = Timer(WallClock(), service.tick)
    service.on_progress = timer.beat
    service.start()
    app = build_app(shelf, board, _ServiceHealth(timer), public_url=settings.public_url)

    def begin(address: Address) -> None:
        public = [feed_path(wanted.plan.id) for wanted in wiring.snapshot.wanted if wanted.plan.public]
        _log.info("listening", url=str(address), feeds=public)
        timer.start()

    try:
        serve(
            app,
            settings.http.host,
            settings.http.port,
            on_started=begin,
            should_stop=lambda: False,
        )
    finally:
        service.stopping.set()
        timer.stop()
        mailer.close()


def _make_feeds(snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> tuple[Feed, ...]:
    """Build the feed of every public plan."""
    feeds = []
    for wanted in snapshot.wanted:
        if not wanted.plan.public:
            continue
        own = tuple(row for row in recorded if row.event.plan == wanted.plan.id)
        modified_at = max((row.revision.modified_at for row in own), default=wanted.plan.updated)
        built = build_feed(wanted.plan, own, "plan", today)
        for sentence in built.left_out:
            _log.error("event left out of the feed", plan=wanted.plan.id, problem=sentence)
        feeds.append(Feed(feed_path(wanted.plan.id), built.content, modified_at, public=True))
    return tuple(feeds)


@click.command()
@config_option
def doctor(config_dir: Path) -> None:
    """Look whether the service can run here: one line for each thing it needs, with the remedy.

    Exit status: 0 when it can, else 1. Sends nothing and changes nothing.
    """
    failed = False

    def look(what: str, examine: Callable[[], str]) -> None:
        nonlocal failed
        try:
            click.echo(f"ok    {what}: {examine()}")
        except SchedulerError as error:
            failed = True
            click.echo(f"FAIL  {what}: {error}")

    look("python", lambda: f"{sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}")
    wiring: Wiring | None = None

    def load() -> str:
        nonlocal wiring
        wiring = load_everything(config_dir)
        reminders = sum(len(wanted.reminders) for wanted in wiring.snapshot.wanted)
        return (
            f"{len(wiring.snapshot.wanted)} plans, {reminders} reminders, {len(wiring.configuration.warnings)} warnings"
        )

    look(f"configuration {config_dir}", load)
    if wiring is not None:
        ready = wiring
        look("time zones", lambda: ", ".join(sorted({_find_zone(w.plan.timezone) for w in ready.snapshot.wanted})))
        look("ledger", lambda: _examine_ledger(ready.settings.ledger.url))
        look("HTTP", lambda: _examine_port(ready.settings))
        look("mail relay", lambda: _examine_relay(ready.settings))
        look("addresses", lambda: _examine_addresses(ready))
    if failed:
        raise click.exceptions.Exit(1)


def _find_zone(name: str) -> str:
    return ZoneInfo(name).key


def _examine_ledger(url: str) -> str:
    path = find_sqlite_file(url)
    ledger = open_existing_ledger(url)
    if ledger is None or path is None:
        return f"{url}: none yet, the first run makes it"
    try:
        counts = ", ".join(f"{count.count} {count.state}" for count in ledger.history.count_states())
    finally:
        ledger.close()
    with hold_instance_lock(url, read_wall_clock()):
        return f"{path}: {counts or 'empty'}, no service runs on it"


def _examine_port(settings: Settings) -> str:
    open_listener(settings.http.host, settings.http.port).close()
    return f"{settings.http.host} port {settings.http.port} is free"


def _examine_relay(settings: Settings) -> str:
    mailer = Mailer(make_relay_settings(settings), local_hostname=settings.mail.domain)
    try:
        mailer.connect()
    finally:
        mailer.close()
    return f"{settings.smtp.host} port {settings.smtp.port} takes mail ({settings.smtp.security})"


def _examine_addresses(wiring: Wiring) -> str:
    untold = {entry.who for wanted in wiring.snapshot.wanted for entry in wanted.untold}
    if untold:
        raise SchedulerError(f"{len(untold)} cannot be told: {', '.join(sorted(untold))}; fill in contacts.yaml")
    return "everyone who is to be told has one"
