"""A service whose clock the test sets and whose configuration the test edits while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.catcher import Catcher
from scheduler.clock import JumpingClock
from scheduler.delivery import DeliveryState
from scheduler.feeds import build_feed
from scheduler.following import Decision, Setup
from scheduler.ledger import Ledger
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import Contact, Plan, RecordedEvent, Rule
from scheduler.reconciling import Caution, Differences, describe_proposal, propose_changes
from scheduler.service import Service
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_rules

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CAUTION = Caution()

Mail = tuple[str, str, str]
"""When it went (local), its template, its recipient's contact id."""


def at(day: int, hour: int, minute: int = 0, *, month: int = 5) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=HANOI)


class Season:
    """One office's service, from ``start`` on."""

    def __init__(self, folder: Path, port: int, start: datetime) -> None:
        self.clock = JumpingClock(start)
        self.ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite3")
        self.mailer = Mailer(RelaySettings("127.0.0.1", port, "none", None, None, 5.0), local_hostname="so.example")
        self.feeds: list[tuple[RecordedEvent, ...]] = []
        self.decisions: list[Decision] = []
        self.service: Service | None = None
        self.snapshot: Snapshot | None = None

    def edit(
        self,
        *plans: Plan,
        contacts: tuple[Contact, ...] | None = None,
        rules: tuple[Rule, ...] | None = None,
    ) -> Differences:
        """Save a configuration now; return what ``scheduler diff --draft`` would have said of it."""
        setup = self._make_setup(plans or (make_plan(),), contacts or make_contacts(), rules or make_rules())
        now = self.clock.now()
        proposal = propose_changes(setup.snapshot, self.ledger, CAUTION, now)
        foretold = describe_proposal(proposal, self.ledger, now)
        self.snapshot = setup.snapshot
        if self.service is None:
            self.service = self._start(setup)
        else:
            self.service.offer(setup)
            self.service.tick()
        return foretold

    def run_until(self, end: datetime) -> None:
        """Let time jump from instant to instant up to ``end``."""
        assert self.service is not None
        next_at = self.service.tick()
        while next_at is not None and next_at <= end:
            self.clock.reach(next_at)
            next_at = self.service.tick()
        self.clock.reach(end)
        self.service.tick()

    def list_mails(self, *, since: datetime | None = None) -> list[Mail]:
        """Return what was sent, in order of time, template and contact."""
        sent = [row for row in self.ledger.history.list_deliveries() if row.state is DeliveryState.SENT]
        return sorted(
            (f"{row.updated_at.astimezone(HANOI):%d/%m %H:%M}", row.template, row.contact)
            for row in sent
            if since is None or row.updated_at >= since
        )

    def read_feed(self) -> str:
        assert self.snapshot is not None
        plan = self.snapshot.wanted[0].plan
        own = tuple(row for row in self.feeds[-1] if row.event.plan == plan.id)
        return build_feed(plan, own, "plan", self.clock.now().astimezone(HANOI).date()).content.decode()

    def list_sequences(self) -> dict[str, int]:
        """Return SEQUENCE of each event, by item and session."""
        return {".".join(row.event.uid.split("@")[0].split(".")[1:]): row.revision.sequence for row in self.feeds[-1]}

    def close(self) -> None:
        self.mailer.close()
        self.ledger.close()

    def _make_setup(self, plans: tuple[Plan, ...], contacts: tuple[Contact, ...], rules: tuple[Rule, ...]) -> Setup:
        snapshot = make_snapshot(plans, contacts, rules, WorkingDays(), "so.example")
        templates = load_templates((find_shipped("templates") / "email",))
        return Setup(
            snapshot, MessageWriter(templates, Letterhead("so@so.example", "so@so.example", "so.example")), CAUTION
        )

    def _start(self, setup: Setup) -> Service:
        service = Service(
            snapshot=setup.snapshot,
            ledger=self.ledger,
            mailer=self.mailer,
            writer=setup.writer,
            clock=self.clock,
            publish=self._note_feeds,
            caution=setup.caution,
            on_decision=self.decisions.append,
        )
        service.start()
        return service

    def _note_feeds(self, snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> None:
        self.feeds.append(recorded)


@contextmanager
def open_season(folder: Path, *, start: datetime) -> Iterator[Season]:
    with Catcher(None) as catcher:
        season = Season(folder, catcher.port, start)
        try:
            yield season
        finally:
            season.close()
