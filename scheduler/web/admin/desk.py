"""What the pages work with: the running service, its ledger, the screens.

Pure values and one protocol; the command line makes it.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse

from scheduler.delivery import Delivery
from scheduler.differences import Differences
from scheduler.drafts import Draft, Drafts
from scheduler.errors import Problem
from scheduler.ledger import Action, DayCount, DeliveryFilter, Did, Ledger, Reader
from scheduler.snapshot import Snapshot
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.books import Books
from scheduler.web.admin.editing.item_texts import Items, read_items
from scheduler.web.admin.editing.openings import Openings
from scheduler.web.admin.editing.plans import ReadPlan, read_plan
from scheduler.web.admin.editing.readings import Readings
from scheduler.web.admin.names import Names, make_names
from scheduler.web.admin.recent import Recent
from scheduler.web.admin.roster import Roster
from scheduler.web.admin.screens import Screens, Setting
from scheduler.web.admin.sessions import Notice, Sessions
from scheduler.web.health import Health


@dataclass(frozen=True, slots=True)
class Trial:
    """What is wrong with a draft; or, where nothing is, what it would change, and what it newly warns of."""

    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    differences: Differences = field(default_factory=lambda: Differences((), (), ()))
    snapshot: Snapshot | None = None


class Running(Protocol):
    """The running service, asked from any thread."""

    def find_snapshot(self) -> Snapshot | None:
        """Return the configuration in force; None before the first is."""

    def list_problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the configuration as it stands in the files, and what it warns of."""

    def health(self) -> Health: ...

    def describe_waiting(self, now: datetime) -> Differences | None:
        """Return what the edit that waits for approval would change; None where none waits."""

    def compose(self, delivery: Delivery, now: datetime) -> bytes | None:
        """Return the mail that is still to be written as it would be now; None where its plan or reader is gone."""

    def try_draft(self, draft: Draft, now: datetime) -> Trial:
        """Try a draft on a copy of the configuration; SchedulerError where too many are tried at once."""

    def look(self) -> None:
        """Look at the ledger at once: a person changed something in it."""


class AdminTeller(Protocol):
    """Tells the admin by mail."""

    def tell(self, subject: str, lines: Sequence[str], now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Whole days, for counting what waits in each; ``offset`` is the local time's from UTC."""

    since: datetime
    until: datetime
    offset: timedelta


@dataclass(slots=True)
class Desk:
    """What every page gets."""

    running: Running
    ledger: Ledger
    screens: Screens
    sessions: Sessions
    public_url: str
    books: Books
    counts: Recent[DeliveryFilter, int]
    counts_by_day: Recent[DaySpan, tuple[DayCount, ...]]
    readers: Recent[None, tuple[Reader, ...]]
    roster: Roster
    config_dir: Path
    drafts: Drafts
    openings: Openings = field(default_factory=Openings)
    plan_readings: Readings[ReadPlan | None] = field(default_factory=lambda: Readings(read_plan))
    item_readings: Readings[Items | None] = field(default_factory=lambda: Readings(read_items))
    _names: Names = field(default_factory=lambda: make_names(None))
    _naming: threading.Lock = field(default_factory=threading.Lock)

    def names(self) -> Names:
        """Return the names in the configuration in force; made once for each configuration."""
        snapshot = self.running.find_snapshot()
        with self._naming:
            if self._names.snapshot is not snapshot:
                self._names = make_names(snapshot)
            return self._names

    @property
    def zone(self) -> ZoneInfo:
        return self.names().zone

    def show(self, name: str, asked: Asked, page: object, status: int = 200) -> HTMLResponse:
        """Render the template called ``name`` with what it shows, and with what is to be told."""
        notice = self.sessions.take_notice(asked.session)
        setting = Setting(asked.visitor, asked.session.csrf, notice, self.zone, asked.now)
        return self.screens.render(name, setting, page, status)

    def take_secret(self, asked: Asked) -> str:
        """Return the address that was given out by the last click, "" where none was; its notice is told as well."""
        notice = self.sessions.take_notice(asked.session)
        if notice is not None:
            self.sessions.leave_notice(asked.session, replace(notice, secret=None))
        return "" if notice is None or notice.secret is None else notice.secret

    def note(self, asked: Asked, did: Did, about: str) -> None:
        """Write down who did what, let the service look at it, and count anew."""
        self.ledger.actions.add(Action(asked.now, asked.by, did, about))
        self.look_anew()

    def look_anew(self) -> None:
        """Let the service look at what a click changed, and the next page too."""
        self.counts.forget()
        self.counts_by_day.forget()
        self.running.look()

    def tell(self, asked: Asked, text: str, *, is_good: bool = True, detail: str = "") -> None:
        """Let the next page tell what came of the click."""
        self.sessions.leave_notice(asked.session, Notice(text, is_good, detail=detail))
