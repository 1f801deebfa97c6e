"""What commands share: options, the loaded configuration with all that follows from it, and the console.

IO: reads the configuration folder and the environment.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console

from scheduler.clock import read_wall_clock
from scheduler.digests import FollowUp
from scheduler.errors import ConfigError, Problem, UsageError
from scheduler.guard import Limits
from scheduler.last_good import find_last_good, list_plans_kept, read_withdrawn
from scheduler.ledger import Ledger, find_sqlite_file
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import OFFICE_ZONE, Admin
from scheduler.notices import Settling
from scheduler.planfile import Configuration, Json, Recollection, load_configuration
from scheduler.planfile.admins import find_readable_by_others, load_admins
from scheduler.reconciling import Caution
from scheduler.settings import Settings, load_settings
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import LetterTemplates, load_templates, prove_templates
from scheduler.withdrawn import add_withdrawn, carry_withdrawn
from scheduler.workdays import WorkingDays

T = TypeVar("T")

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

config_option = click.option(
    "--config",
    "config_dir",
    type=click.Path(path_type=Path),
    envvar="SCHEDULER_CONFIG",
    default=Path("config"),
    show_default=True,
    show_envvar=True,
    help="Folder of the configuration.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
state_option = click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a rehearsal's ledger, instead of the ledger in the settings.",
)


class InstantType(click.ParamType[datetime]):
    """An instant with its offset: 2024-05-08T09:00+07:00."""

    name = "T"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is no instant; write it like 2024-05-08T09:00+07:00", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"'{value}' has no offset from UTC; write it like 2024-05-08T09:00+07:00", param, ctx)
        return instant


INSTANT = InstantType()


@dataclass(frozen=True, slots=True)
class Wiring:
    """A valid configuration, ready to work from."""

    config_dir: Path
    settings: Settings
    configuration: Configuration
    templates: LetterTemplates
    snapshot: Snapshot
    writer: MessageWriter
    admins: tuple[Admin, ...]


def find_templates(config_dir: Path) -> LetterTemplates:
    """Load the mail templates: the admin's own in ``config/templates/email`` win over the shipped ones."""
    own = config_dir / "templates" / "email"
    templates = load_templates((own, find_shipped("templates") / "email"))
    # The shipped ones are proven by the tests; a letter that an admin edited must work for everybody it may go to.
    problems = prove_templates(templates) if own.is_dir() else ()
    if problems:
        raise ConfigError(problems)
    return templates


def load_everything(config_dir: Path) -> Wiring:
    """Read settings, plans, contacts, rules and templates; raises ConfigError with every problem of them all."""
    return Loader().load(config_dir)


def recall_in_force(state_dir: Path) -> Wiring | None:
    """Load the configuration that was put in force last, with the plans it has no longer; None where none is kept."""
    kept = find_last_good(state_dir)
    if kept is None:
        return None
    wiring = load_everything(kept)
    return replace(wiring, snapshot=add_withdrawn(wiring.snapshot, read_withdrawn(kept)))


def carry_from_kept(wiring: Wiring, ledger_url: str, now: datetime) -> Wiring:
    """Return ``wiring`` with the plans that it has no longer, and that the service on this ledger had in force."""
    path = find_sqlite_file(ledger_url)
    kept = None if path is None else find_last_good(path.parent)
    if path is None or kept is None or list_plans_kept(kept) <= {wanted.plan.id for wanted in wiring.snapshot.wanted}:
        return wiring
    before = recall_in_force(path.parent)
    return replace(wiring, snapshot=carry_withdrawn(wiring.snapshot, None if before is None else before.snapshot, now))


class Loader:
    """Loads a configuration again and again, for one thread at a time; what did not change is not worked out anew."""

    def __init__(self) -> None:
        self._recollection = Recollection()
        self._last: Snapshot | None = None

    def load(self, config_dir: Path) -> Wiring:
        """Read settings, plans, contacts, rules and templates; raises ConfigError with every problem of them all."""
        problems: list[Problem] = []
        templates = _collect(problems, lambda: find_templates(config_dir))
        settings = _collect(problems, lambda: load_settings(config_dir, os.environ))
        configuration = _collect(problems, lambda: self._read(config_dir, templates))
        admins = _collect(problems, lambda: load_admins(config_dir))
        if templates is None or settings is None or configuration is None or admins is None:
            raise ConfigError(tuple(sorted(problems)))
        snapshot = self._last = make_snapshot(
            configuration.plans,
            configuration.contacts,
            configuration.rules,
            WorkingDays(configuration.overrides),
            settings.mail.domain,
            make_follow_up(settings),
            before=self._last,
        )
        mail = settings.mail
        letterhead = Letterhead(
            address=mail.sender,
            contact=mail.contact,
            domain=mail.domain,
            name=mail.name,
            reply_to=mail.reply_to,
            public_url=settings.public_url,
        )
        writer = MessageWriter(templates, letterhead)
        configuration = replace(configuration, warnings=(*configuration.warnings, *find_readable_by_others(config_dir)))
        return Wiring(config_dir, settings, configuration, templates, snapshot, writer, admins)

    def _read(self, config_dir: Path, templates: LetterTemplates | None) -> Configuration:
        kinds = frozenset[str]() if templates is None else templates.kinds()
        today = read_wall_clock().astimezone(OFFICE_ZONE).date()
        return load_configuration(config_dir, template_kinds=kinds, today=today, recollection=self._recollection)


def _collect(problems: list[Problem], load: Callable[[], T]) -> T | None:
    """Return what ``load`` gives; None, and its problems added, where it is wrong."""
    try:
        return load()
    except ConfigError as error:
        problems.extend(error.problems)
        return None


def make_follow_up(settings: Settings) -> FollowUp:
    """Return what goes out beside the rules."""
    said = settings.follow_up
    weekday = _WEEKDAYS.index(said.digest_weekday)
    return FollowUp(said.receipts, said.digest, said.digest_at, weekday, said.season_days)


def make_caution(settings: Settings) -> Caution:
    """Return how careful the service is with edits."""
    edits = settings.edits
    settling = Settling(timedelta(minutes=edits.settle_minutes), timedelta(hours=edits.urgent_hours))
    return Caution(settling, Limits(edits.largest_share, edits.at_least, edits.mails_at_once))


def find_ledger_url(wiring: Wiring, state: Path | None) -> str:
    """Return the URL of the ledger of the settings, or of the rehearsal kept in ``state``."""
    if state is None:
        return wiring.settings.ledger.url
    if not state.is_dir():
        raise UsageError(f"--state {state}: there is no such folder")
    return f"sqlite:///{state / 'ledger.sqlite3'}"


def open_existing_ledger(url: str) -> Ledger | None:
    """Open a ledger to look at it; None when there is none yet (looking must not make one)."""
    path = find_sqlite_file(url)
    if path is not None and not path.exists():
        return None
    return Ledger.open(url)


def make_console() -> Console:
    """Return a console that does not wrap long lines where a program or a file reads them."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    return console


def print_json(value: Json) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
