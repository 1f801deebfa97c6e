"""``scheduler doctor``: can the service run here? One line for each thing it needs, with the remedy.

Shell, looking only.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from scheduler.cli.running import make_relay_settings
from scheduler.cli.wiring import Wiring, config_option, load_everything, open_existing_ledger
from scheduler.clock import read_wall_clock
from scheduler.errors import LedgerBusyError, SchedulerError
from scheduler.ledger import find_sqlite_file, hold_instance_lock
from scheduler.mailer import Mailer
from scheduler.settings import Settings
from scheduler.web.server import open_listener


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
        counts = (
            (len(wiring.snapshot.wanted), "plan"),
            (reminders, "reminder"),
            (len(wiring.configuration.warnings), "warning"),
        )
        return ", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts)

    look(f"configuration {config_dir}", load)
    if wiring is not None:
        ready = wiring
        look("time zones", lambda: ", ".join(sorted({_find_zone(w.plan.timezone) for w in ready.snapshot.wanted})))
        look("ledger", lambda: _examine_ledger(ready.settings.ledger.url))
        if not _is_running(ready.settings.ledger.url):
            look("HTTP", lambda: _examine_port(ready.settings))
        look("mail relay", lambda: _examine_relay(ready.settings))
        look("addresses", lambda: _examine_addresses(ready))
    if failed:
        raise click.exceptions.Exit(1)


def _find_zone(name: str) -> str:
    return ZoneInfo(name).key


def _examine_ledger(url: str) -> str:
    """Say how the ledger stands; a service that works on it is as it should be."""
    path = find_sqlite_file(url)
    ledger = open_existing_ledger(url)
    if ledger is None or path is None:
        folder = next(folder for folder in Path(path or "").absolute().parents if folder.exists())
        if not os.access(folder, os.W_OK):
            raise SchedulerError(f"{path}: cannot be made, {folder} may not be written to; mend its owner or mode")
        return f"{path}: none yet, the first run makes it"
    try:
        counts = ", ".join(f"{count.count} {count.state}" for count in ledger.history.count_states())
    finally:
        ledger.close()
    try:
        with hold_instance_lock(url, read_wall_clock()):
            return f"{path}: {counts or 'empty'}, no service runs on it"
    except LedgerBusyError as busy:
        return f"{path}: {counts or 'empty'}; {busy.holder} works on it"


def _is_running(url: str) -> bool:
    path = find_sqlite_file(url)
    if path is None or not path.exists():
        return False
    try:
        with hold_instance_lock(url, read_wall_clock()):
            return False
    except LedgerBusyError:
        return True


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
