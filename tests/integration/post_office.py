"""A service over many deliveries that fall due together, and a server that the test chooses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from scheduler.catcher import Catcher
from scheduler.delivery import Delivery, DeliveryState
from scheduler.following import Setup
from scheduler.ledger import Ledger
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import Contact, Plan, Rule
from scheduler.pacing import Limits
from scheduler.rules import parse_when
from scheduler.service import Attempt, Service
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.workdays import WorkingDays
from tests.samples import make_plan, make_visit

BEFORE = datetime(2024, 5, 1, tzinfo=UTC)
DUE = datetime(2024, 5, 13, 1, 0, tzinfo=UTC)
USEFUL_UNTIL = datetime(2024, 5, 20, 0, 0, tzinfo=UTC)


class SetClock:
    """A clock that shows what the test sets, forwards or backwards."""

    speed = 0.0

    def __init__(self, now: datetime) -> None:
        self.shown = now

    def now(self) -> datetime:
        return self.shown

    def find_wall_time(self, instant: datetime) -> datetime:
        return instant

    def reach(self, instant: datetime) -> None:
        self.shown = max(self.shown, instant)


def make_visit_snapshot(
    recipients: int, *, name: str = "Cơ quan", visit_on: date = date(2024, 5, 20), plan: Plan | None = None
) -> Snapshot:
    """One visit; each recipient is told 7 days before, and again 2 days before, at 08:00 local time."""
    contacts = tuple(
        Contact(f"c{n}", f"{name} {n}" if n == recipients - 1 else f"Cơ quan {n}", "son-dong", f"c{n}@d{n % 2}.example")
        for n in range(recipients)
    )
    rules = tuple(
        Rule(f"visit-{days}", "visit", ("units",), parse_when(f"{days} days before at 08:00"), "visit-coming")
        for days in (7, 2)
    )
    plan = plan or make_plan(visits=(make_visit(dates=(visit_on,)),), reports=())
    return make_snapshot((plan,), contacts, rules, WorkingDays(), "so.example")


class PostOffice:
    """A ledger, a clock that the test sets, and services on them one after the other, as processes would be."""

    def __init__(self, folder: Path, recipients: int) -> None:
        self.path = folder / "ledger.sqlite3"
        self.clock = SetClock(BEFORE)
        self.snapshot = make_visit_snapshot(recipients)
        self.ledger = Ledger.open(f"sqlite:///{self.path}")
        self.attempts: list[Attempt] = []
        self._mailers: list[Mailer] = []

    def open(
        self,
        port: int,
        *,
        connections: int = 1,
        timeout_seconds: float = 5.0,
        limits: Limits | None = None,
        password: str | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
    ) -> Service:
        """Start a service that sends to ``port``."""
        relay = RelaySettings("127.0.0.1", port, "none", password and "so", password, timeout_seconds)
        mailer = Mailer(relay, local_hostname="so.example", connections=connections)
        self._mailers.append(mailer)
        templates = load_templates((find_shipped("templates") / "email",))
        writer = MessageWriter(templates, Letterhead("so@so.example", "so@so.example", "so.example"))
        service = Service(
            setup=Setup(self.snapshot, writer),
            ledger=self.ledger,
            mailer=mailer,
            clock=self.clock,
            publish=lambda snapshot, recorded, today: None,
            on_attempt=on_attempt or self.attempts.append,
            limits=limits or Limits(),
        )
        service.start()
        return service

    def run(self, service: Service, until: datetime) -> list[datetime]:
        """Tick at each instant the service asks for, up to ``until``; return those instants, without repeats."""
        instants: list[datetime] = []
        while True:
            if not instants or instants[-1] != self.clock.shown:
                instants.append(self.clock.shown)
            next_at = service.tick()
            if next_at is None or next_at > until:
                return instants
            self.clock.shown = next_at

    @property
    def rows(self) -> tuple[Delivery, ...]:
        """The deliveries of the first reminder."""
        return tuple(row for row in self.ledger.history.list_deliveries() if row.due_at == DUE)

    def count_states(self) -> dict[DeliveryState, int]:
        return dict(Counter(row.state for row in self.rows))

    def close(self) -> None:
        for mailer in self._mailers:
            mailer.close()
        self.ledger.close()


@contextmanager
def open_post_office(folder: Path, recipients: int = 1) -> Iterator[PostOffice]:
    office = PostOffice(folder, recipients)
    try:
        yield office
    finally:
        office.close()


def read_id(content: bytes) -> str:
    return str(message_from_bytes(content)["Message-ID"])


@contextmanager
def catch(on_message: Callable[[str, bytes], None]) -> Iterator[int]:
    """Run a server that takes every mail; yield its port."""
    with Catcher(None, on_message=on_message) as catcher:
        yield catcher.port


def minutes_after(number: float) -> datetime:
    return DUE + timedelta(minutes=number)
