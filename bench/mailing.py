"""10,000 reminders due at one instant, the service that sends them, and the server that takes them.

IO: smtp-sink on a free port of loopback. ``SMTP_SINK`` names the program where it is not on the path.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from scheduler.clock import Clock
from scheduler.following import Setup
from scheduler.ledger import Ledger
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import (
    Commune,
    Contact,
    Organiser,
    Plan,
    PlanStatus,
    Reminder,
    Rule,
    Session,
    Team,
    Unit,
    Visit,
    VisitSession,
)
from scheduler.rules import parse_when
from scheduler.service import Attempt, Service
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.workdays import WorkingDays

CONNECTIONS = 8
DUE = datetime(2025, 3, 10, 1, 0, tzinfo=UTC)
BEFORE = DUE - timedelta(days=3)
DOMAIN = "so-ldtbxh.example"


@dataclass(frozen=True, slots=True)
class Job:
    """10,000 reminders due at one instant, each to an address of its own, and what they are made of."""

    snapshot: Snapshot
    reminders: tuple[Reminder, ...]


def make_job(mails: int, visited_on: date = date(2025, 3, 17)) -> Job:
    """Make a plan whose reminders go to ``mails`` addresses: units of 2 offices, 2 communes, 10 members.

    All are due at 08:00 seven days before ``visited_on``, which by default is ``DUE``.
    """
    per_visit = 14
    numbers = range(-(-mails // per_visit))
    units = tuple(
        Unit(f"u{n}", f"Huyện số {n}", (Commune(f"a{n}", f"Xã An {n}"), Commune(f"b{n}", f"Xã Bình {n}")))
        for n in numbers
    )
    contacts = [
        Contact(f"{kind}-{n}", f"Cơ quan {kind} số {n}", of, f"{kind}@u{n}.example")
        for n in numbers
        for kind, of in (("ubnd", f"u{n}"), ("phong", f"u{n}"), ("xa-an", f"u{n}/a{n}"), ("xa-binh", f"u{n}/b{n}"))
    ]
    contacts += [
        Contact(f"m{k}-{n}", f"Thành viên số {k} của đoàn {n}", f"t{n}", f"m{k}.{n}@{DOMAIN}")
        for n in numbers
        for k in range(10)
    ]
    plan = Plan(
        id="kiem-tra-2025",
        title="Kế hoạch kiểm tra liên ngành trên toàn tỉnh năm 2025",
        organiser=Organiser("Sở Lao động - Thương binh và Xã hội", f"so@{DOMAIN}"),
        updated=BEFORE,
        status=PlanStatus.CONFIRMED,
        sessions=(
            Session("morning", "Buổi sáng", time(7, 0), time(11, 30)),
            Session("afternoon", "Buổi chiều", time(13, 30), time(17, 0)),
        ),
        units=units,
        teams=tuple(Team(f"t{n}", f"Đoàn số {n}", tuple(f"m{k}-{n}" for k in range(10))) for n in numbers),
        visits=tuple(
            Visit(
                f"v{n}", f"u{n}", (f"a{n}", f"b{n}"), (visited_on,),
                (VisitSession("morning"), VisitSession("afternoon")), team=f"t{n}",
            )
            for n in numbers
        ),
    )  # fmt: skip
    kept = tuple(contacts)
    rule = Rule("visit-1-week", "visit", ("units", "communes", "team"), parse_when("7 days before at 08:00"),
                "visit-coming")  # fmt: skip
    snapshot = make_snapshot((plan,), kept, (rule,), WorkingDays(), DOMAIN)
    reminders = snapshot.wanted[0].reminders
    assert len(reminders) >= mails
    assert len({reminder.address for reminder in reminders}) == len(reminders)
    return Job(snapshot, reminders)


@contextmanager
def open_service(
    snapshot: Snapshot,
    clock: Clock,
    port: int,
    path: Path,
    on_attempt: Callable[[Attempt], None] = lambda attempt: None,
) -> Iterator[tuple[Service, Ledger]]:
    """Start the service with a ledger at ``path`` and ``CONNECTIONS`` connections to ``port``; all is planned then."""
    ledger = Ledger.open(f"sqlite:///{path}")
    mailer = Mailer(
        RelaySettings("127.0.0.1", port, "none", None, None, 30.0),
        local_hostname="bench.example",
        connections=CONNECTIONS,
    )
    writer = MessageWriter(
        load_templates((find_shipped("templates") / "email",)), Letterhead(f"so@{DOMAIN}", f"so@{DOMAIN}", DOMAIN)
    )
    service = Service(
        setup=Setup(snapshot, writer),
        ledger=ledger,
        mailer=mailer,
        clock=clock,
        publish=lambda snapshot, recorded, today: None,
        on_attempt=on_attempt,
    )
    service.start()
    try:
        yield service, ledger
    finally:
        mailer.close()
        ledger.close()


@contextmanager
def run_sink() -> Iterator[int]:
    """Run smtp-sink on a free port of loopback; yield the port."""
    program = os.environ.get("SMTP_SINK") or shutil.which("smtp-sink", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None:
        raise SystemExit("smtp-sink is not there: install Debian's package postfix, or name the program in SMTP_SINK")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    with subprocess.Popen([program, *user, f"127.0.0.1:{port}", "1000"]) as sink:
        try:
            wait_for_port(port)
            yield port
        finally:
            sink.terminate()


def wait_for_port(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise SystemExit("smtp-sink does not listen")
