"""A service whose clock the test sets and whose configuration the test edits while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar

from scheduler.catcher import Catcher
from scheduler.changes import EventChanges, ReminderChanges
from scheduler.cli.wiring import recall_in_force
from scheduler.clock import JumpingClock
from scheduler.delivery import DeliveryState
from scheduler.differences import Differences
from scheduler.digests import FollowUp
from scheduler.feeds import build_feed
from scheduler.following import Decision, Setup
from scheduler.last_good import keep_last_good
from scheduler.ledger import Ledger
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import Contact, Plan, RecordedEvent, Rule
from scheduler.planfile.folder import read_files
from scheduler.reconciling import Caution, PlanProposal, Proposal, describe_proposal, propose_changes
from scheduler.service import Service
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.withdrawn import carry_withdrawn
from scheduler.workdays import WorkingDays
from tests.acceptance.foretold import (
    DRAFT,
    LIVE,
    Seen,
    Told,
    ask,
    compare,
    read_events,
    write_folder,
)
from tests.samples import make_contacts, make_plan, make_rules

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CAUTION = Caution()

Mail = tuple[str, str, str]
"""When it went (local), its template, its recipient's contact id."""


def at(day: int, hour: int, minute: int = 0, *, month: int = 5) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=HANOI)


class Season:
    """One office's service, from ``start`` on."""

    def __init__(self, folder: Path, port: int, start: datetime, caught: list[str], *, asks: bool) -> None:
        self.clock = JumpingClock(start)
        self.folder = folder
        self.caught = caught
        self._asks = asks
        self._ledger_url = f"sqlite:///{folder}/ledger.sqlite3"
        self.ledger = Ledger.open(self._ledger_url)
        self.mailer = Mailer(RelaySettings("127.0.0.1", port, "none", None, None, 5.0), local_hostname="so.example")
        self.foretold: list[Told] = []
        self.published: list[tuple[Snapshot, tuple[RecordedEvent, ...]]] = []
        self.decisions: list[Decision] = []
        self.service: Service | None = None
        self.snapshot: Snapshot | None = None
        self.follow_up: FollowUp | None = None

    def edit(
        self,
        *plans: Plan,
        contacts: tuple[Contact, ...] | None = None,
        rules: tuple[Rule, ...] | None = None,
    ) -> Differences:
        """Save a configuration now; return what ``scheduler diff --draft`` would have said of it."""
        asked = (plans or (make_plan(),), contacts or make_contacts(), rules or make_rules())
        now = self.clock.now()
        in_force = None if self.service is None else self.service.in_force
        snapshot = make_snapshot_of(*asked, follow_up=self.follow_up)
        if in_force is not None:
            snapshot = carry_withdrawn(snapshot, in_force.setup.snapshot, now)
        proposal = propose_changes(snapshot, self.ledger, CAUTION, now)
        foretold = describe_proposal(proposal, self.ledger, now)
        setup = self._make_setup(make_snapshot_of(*asked, before=self.snapshot, follow_up=self.follow_up))
        self.snapshot = setup.snapshot
        decided = len(self.decisions)
        if self._asks:
            write_folder(self.folder / DRAFT, asked, self._ledger_url)
        if self.service is None:
            self.service = self._start(setup)
        else:
            self._follow(setup)
        for decision in self.decisions[decided:]:
            # The service compares with what it holds in memory, the command with the whole ledger.
            assert sort_changes(decision.proposal) == sort_changes(proposal)
        if self._asks:
            write_folder(self.folder / LIVE, asked, self._ledger_url)
        return foretold

    def _follow(self, setup: Setup) -> None:
        """Let the service follow an edit; what the command foretold of it must be what comes about."""
        assert self.service is not None
        foretold, waits = ask(self.folder, self.clock.now(), draft=True) if self._asks else (None, False)
        before = self.look()
        self.service.offer(setup)
        self.service.tick()
        if foretold is not None:
            came = compare(before, self.look(), self.clock.now())
            assert came == (Told(frozenset(), frozenset()) if waits else foretold)
            self.foretold.append(foretold)

    def look(self) -> Seen:
        """Return the ledger's rows and the feeds' events as they are now."""
        assert self.snapshot is not None
        rows = {row.id: row for row in self.ledger.history.list_deliveries()}
        return Seen(rows, read_events(self.build_feeds()))

    def restart(self) -> None:
        """Let another service go on with the same ledger and configuration, as after a stop."""
        assert self.snapshot is not None
        before = recall_in_force(self.folder)
        fallback = None if before is None else self._make_setup(before.snapshot)
        self.service = self._start(self._make_setup(self.snapshot), fallback)

    def save_while_stopped(self, *plans: Plan) -> None:
        """Save a configuration while no service runs, and start one."""
        asked = (plans, make_contacts(), make_rules())
        for name in (LIVE, DRAFT) if self._asks else ():
            write_folder(self.folder / name, asked, self._ledger_url)
        self.snapshot = make_snapshot_of(*asked, follow_up=self.follow_up)
        self.restart()

    def approve(self) -> bool:
        """Approve the edit that waits, if one does, and let the service see it."""
        assert self.service is not None
        waiting = self.ledger.edits.find_waiting()
        if waiting is None:
            return False
        foretold = ask(self.folder, self.clock.now(), draft=False)[0] if self._asks else None
        before = self.look()
        assert self.ledger.edits.approve(waiting.fingerprint, self.clock.now())
        self.service.tick()
        if foretold is not None:
            assert compare(before, self.look(), self.clock.now()) == foretold
            self.foretold.append(foretold)
        return True

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
        own = tuple(row for row in self.published[-1][1] if row.event.plan == plan.id)
        return build_feed(plan, own, "plan", self.clock.now().astimezone(HANOI).date()).content.decode()

    def build_feeds(self) -> list[bytes]:
        """Return the feed of each plan, as published last."""
        (snapshot, recorded), today = self.published[-1], self.clock.now().astimezone(HANOI).date()
        return [
            build_feed(plan, [row for row in recorded if row.event.plan == plan.id], "plan", today).content
            for plan in (wanted.plan for wanted in snapshot.wanted)
        ]

    def list_events(self) -> dict[str, str]:
        """Return what the feeds say of each event, by plan, item, date and session: start, STATUS, SEQUENCE."""
        found = {}
        for feed in self.build_feeds():
            for event in Calendar.from_ical(feed).events:
                start = f"{event.decoded('DTSTART'):%d/%m %H:%M}"
                found[str(event["UID"]).split("@")[0]] = f"{start} {event['STATUS']} {event['SEQUENCE']}"
        return found

    def check_what_went(self) -> None:
        """Check that the mails foretold of the last edit went when it was said, as far as that time has come."""
        now = self.clock.now()
        sent = [row for row in self.ledger.history.list_deliveries() if row.state is DeliveryState.SENT]
        went = {(row.address, row.rule, row.item, row.due_at) for row in sent}
        last = [mail for mail in self.foretold[-1].mails if mail.change != "withdrawn" and mail.due_at <= now]
        assert {(mail.to, mail.rule, mail.item, mail.due_at) for mail in last} <= went
        assert sorted(self.caught) == sorted(row.address for row in sent)

    def close(self) -> None:
        self.mailer.close()
        self.ledger.close()

    def _make_setup(self, snapshot: Snapshot) -> Setup:
        templates = load_templates((find_shipped("templates") / "email",))
        letterhead = Letterhead("so@so.example", "so@so.example", "so.example")
        return Setup(snapshot, MessageWriter(templates, letterhead), CAUTION)

    def _start(self, setup: Setup, fallback: Setup | None = None) -> Service:
        service = Service(
            setup=setup,
            ledger=self.ledger,
            mailer=self.mailer,
            clock=self.clock,
            publish=self._note_feeds,
            fallback=fallback,
            on_decision=self._note_decision,
        )
        service.start()
        return service

    def _note_decision(self, decision: Decision) -> None:
        self.decisions.append(decision)
        if decision.applied and self._asks:
            keep_last_good(self.folder, read_files(self.folder / DRAFT), decision.setup.snapshot.withdrawn)

    def _note_feeds(self, snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> None:
        self.published.append((snapshot, recorded))


def make_snapshot_of(
    plans: tuple[Plan, ...],
    contacts: tuple[Contact, ...],
    rules: tuple[Rule, ...],
    *,
    before: Snapshot | None = None,
    follow_up: FollowUp | None = None,
) -> Snapshot:
    return make_snapshot(plans, contacts, rules, WorkingDays(), "so.example", follow_up, before=before)


def sort_changes(proposal: Proposal) -> list[PlanProposal]:
    """Return what a proposal changes in each plan that it changes, in an order of its own."""
    return [
        PlanProposal(
            plan.plan,
            {},
            EventChanges(tuple(sorted(plan.events.record, key=lambda row: row.event.uid))),
            _sort(plan.reminders),
            _sort(plan.edited),
        )
        for plan in proposal.plans
        if not plan.is_empty
    ]


def _sort(changes: ReminderChanges) -> ReminderChanges:
    return ReminderChanges(
        tuple(sorted(changes.add, key=attrgetter("key"))),
        tuple(sorted(changes.revise, key=attrgetter("id"))),
        tuple(sorted(changes.cancel, key=attrgetter("id"))),
    )


@contextmanager
def open_season(folder: Path, *, start: datetime, asks: bool = False) -> Iterator[Season]:
    """Open a season; with ``asks``, every edit is foretold by the command and held against what comes about."""
    caught: list[str] = []
    with Catcher(None, on_message=lambda to, content: caught.append(to)) as catcher:
        season = Season(folder, catcher.port, start, caught, asks=asks)
        try:
            yield season
        finally:
            season.close()
