"""Serves what bench/admin_pages.py asks: `bare` a Starlette page, `ours FOLDER VISITS MAILS` every page there is.

IO. The real app on the real server, over a configuration and a ledger that are written here: a province's plan in the
shape of the sample, every mail in it as the service would have planned it, most of them sent.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from large_plan import make_large_plan
from reload import write_folder
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from scheduler.arrivals import Mark
from scheduler.attendance import Reply
from scheduler.clock import WallClock, read_wall_clock
from scheduler.delivery import Delivery
from scheduler.differences import Differences
from scheduler.drafts import Draft, DraftFile, Drafts
from scheduler.errors import Problem
from scheduler.feeds import number_without_ledger
from scheduler.lasting import set_apart_what_lasts
from scheduler.ledger import Ledger
from scheduler.ledger.schema import count_microseconds
from scheduler.model import Admin, Commune, Contact, Plan, Unit, Visit, VisitSession
from scheduler.planfile import plan_to_yaml
from scheduler.planfile.admins import save_admin
from scheduler.publishing import FeedPublisher, FeedSite
from scheduler.settings_sections import SignInSettings
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.web.admin.app import AdminSite, build_admin
from scheduler.web.admin.desk import Trial
from scheduler.web.agenda import compose_agenda
from scheduler.web.app import build_app
from scheduler.web.feeds import FeedShelf
from scheduler.web.health import Health
from scheduler.web.pages import AgendaBoard
from scheduler.web.server import serve
from scheduler.workdays import WorkingDays

UNITS = 1_000
PUBLIC_URL = "http://127.0.0.1"
PLAN = "kiem-tra-2025"
PAGE = "<!doctype html><html lang=vi><title>Trang</title><p>Xin chào</p>"
PASSWORD = "con mèo đen ngủ trên mái"
_DAYS = 300


class Run:
    """Stands where the service stands."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def find_snapshot(self) -> Snapshot:
        return self._snapshot

    def list_problems(self) -> tuple[Problem, ...]:
        return ()

    def health(self) -> Health:
        return Health(ready=True)

    def describe_waiting(self, now: datetime) -> Differences | None:
        return None

    def try_draft(self, draft: Draft, now: datetime) -> Trial:
        return Trial()

    def compose(self, delivery: Delivery, now: datetime) -> bytes | None:
        return None

    def look(self) -> None: ...


class Nobody:
    def tell(self, subject: str, lines: Sequence[str], now: datetime) -> None: ...


def main() -> None:
    if sys.argv[1] == "bare":
        answer(Starlette(routes=[Route("/", show)]))
        return
    folder, visits, mails = Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    today = read_wall_clock().date()
    snapshot = make_snapshot_of(visits, today)
    began = time.perf_counter()
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite3")
    fill(folder / "ledger.sqlite3", snapshot, mails)
    say_of_reports_and_visits(ledger, snapshot)
    print(f"ledger of {mails:,} mails filled in {time.perf_counter() - began:.0f} s", flush=True)
    config = folder / "config"
    write_folder(config, snapshot.wanted[0].plan, snapshot.contacts)
    shelf, board = FeedShelf(), AgendaBoard(find_shipped("templates") / "web")
    publish(snapshot, shelf, board, today)
    run = Run(snapshot)
    site = AdminSite(
        config_dir=config,
        state_dir=folder,
        templates=find_shipped("templates") / "web",
        static=board.static,
        ledger=ledger,
        running=run,
        teller=Nobody(),
        clock=WallClock(),
        public_url=PUBLIC_URL,
        sign_in=SignInSettings(),
    )
    save_admin(config, Admin("lan", "Lan", "admin", PasswordHasher(1, 8, 1).hash(PASSWORD)))
    set_apart_what_lasts()
    keep_draft(folder, config, snapshot.wanted[0].plan)
    threading.Thread(target=send_on, args=(folder / "ledger.sqlite3",), daemon=True).start()
    answer(build_app(shelf, board, run, public_url=PUBLIC_URL, admin=build_admin(site)), shelf)


def publish(snapshot: Snapshot, shelf: FeedShelf, board: AgendaBoard, today: date) -> None:
    """Put the feeds and the public page up, as the service does."""
    recorded = tuple(row for each in snapshot.wanted for row in number_without_ledger(each.plan, each.events))
    FeedPublisher(shelf, FeedSite(PUBLIC_URL)).publish(snapshot, recorded, today)
    plans = tuple(wanted.plan for wanted in snapshot.wanted)
    board.publish(compose_agenda(plans, today=today, public_url=PUBLIC_URL))


def keep_draft(folder: Path, config: Path, plan: Plan) -> None:
    """Keep a draft that moves one visit; its page is shown without a trial, which reads all the configuration anew."""
    moved = plan.visits[len(plan.visits) // 2]
    visits = tuple(replace(visit, dates=(date(2030, 1, 7),)) if visit is moved else visit for visit in plan.visits)
    after = plan_to_yaml(replace(plan, visits=visits)).encode()
    name = f"plans/{plan.id}.yaml"
    file = DraftFile(name, (config / name).read_bytes(), after)
    Drafts(folder).keep("lan", "Dời một buổi", (file,), read_wall_clock())


def send_on(ledger: Path) -> None:
    """Let a mail that waits be sent twice a second, so that nothing the pages keep of the ledger holds for long."""
    with closing(sqlite3.connect(ledger, timeout=30)) as connection:
        while True:
            with connection:
                connection.execute(
                    "UPDATE deliveries SET state = 'sent', next_at = NULL, attempts = 1 WHERE id ="
                    " (SELECT id FROM deliveries WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1)"
                )
            time.sleep(0.5)


def answer(app: ASGIApp, shelf: FeedShelf | None = None) -> None:
    """Serve until killed; say where."""
    serve(
        app,
        "127.0.0.1",
        0,
        on_started=lambda at: print(f"ready {at}", flush=True),
        should_stop=lambda: False,
        shelf=shelf,
    )


async def show(request: Request) -> HTMLResponse:
    return HTMLResponse(PAGE)


def make_snapshot_of(visits: int, today: date) -> Snapshot:
    """Return a plan of so many visits around today, of a thousand units with two communes each, and one report."""
    small = make_large_plan()
    units = tuple(
        Unit(
            f"don-vi-{n}",
            f"Đơn vị số {n}",
            (Commune(f"xa-{n}-a", f"Xã số {n} A"), Commune(f"xa-{n}-b", f"Xã số {n} B")),
        )
        for n in range(UNITS)
    )
    planned = tuple(
        Visit(
            id=f"kiem-tra-{n}",
            unit=units[n % UNITS].id,
            communes=tuple(commune.id for commune in units[n % UNITS].communes),
            dates=(today + timedelta(days=n % _DAYS - _DAYS // 2),),
            sessions=(VisitSession("morning"), VisitSession("afternoon")),
            team=small.plan.teams[0].id,
        )
        for n in range(visits)
    )
    report = replace(small.plan.reports[0], owed_by=tuple(unit.id for unit in units))
    plan = replace(small.plan, id=PLAN, units=units, visits=planned, reports=(report,))
    return make_snapshot((plan,), tuple(list_contacts(plan)), (), WorkingDays(()), "so.example")


def list_contacts(plan: Plan) -> Iterator[Contact]:
    for member in plan.teams[0].members:
        yield Contact(member, f"Thành viên {member}", plan.teams[0].id, f"{member}@so.example")
    for unit in plan.units:
        yield Contact(f"ubnd-{unit.id}", f"UBND {unit.name}", unit.id, f"ubnd@{unit.id}.example")
        for commune in unit.communes:
            place = f"{unit.id}/{commune.id}"
            yield Contact(f"ubnd-{commune.id}", f"UBND {commune.name}", place, f"{commune.id}@{unit.id}.example")


def fill(ledger: Path, snapshot: Snapshot, mails: int) -> None:
    """Write so many deliveries: of each visit one to each reader and rule, sent where their day is over."""
    plan = snapshot.wanted[0].plan
    readers = {contact.of: contact for contact in snapshot.contacts}
    now = read_wall_clock()
    rows = []
    for number in range(mails):
        visit = plan.visits[number % len(plan.visits)]
        turn = number // len(plan.visits)
        places = (visit.unit, *(f"{visit.unit}/{commune}" for commune in visit.communes), visit.team or "")
        reader = readers[places[turn % len(places)]]
        due_at = datetime.combine(visit.dates[0], datetime.min.time(), plan.zone) - timedelta(days=turn % 14, hours=-8)
        gone = due_at < now
        state = ("failed" if number % 5_000 == 7 else "sent") if gone else "planned"
        due = count_microseconds(due_at)
        rows.append(
            (
                f"{visit.id}|{turn}", f"{visit.id}|{reader.id}", plan.id, "visit", visit.id, visit.unit,
                f"{visit.dates[0]}T07:00", f"visit-{turn % 14}-days", "visit-coming", reader.id, reader.email, due,
                due + 10**12, f"{turn % 14} days before at 08:00: {turn % 14} days before the visit",
                state, None if gone else due, int(gone), f"<{number}@so.example>" if gone else None,
                "550 5.1.1 user unknown" if state == "failed" else "250 2.0.0 Ok" if gone else "", due,
            )
        )  # fmt: skip
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.executemany(
            "INSERT INTO deliveries (key, series, plan, about, item, unit, occurrence, rule, template, contact,"
            " address, due_at, useful_until, why, state, next_at, attempts, message_id, detail, updated_at)"
            f" VALUES ({', '.join('?' * 20)})",
            rows,
        )


def say_of_reports_and_visits(ledger: Ledger, snapshot: Snapshot) -> None:
    """Let half of the units have sent their report, and the readers of a fifth of the visits have answered."""
    plan, instant = snapshot.wanted[0].plan, count_microseconds(read_wall_clock())
    places = {contact.of: contact for contact in snapshot.contacts}
    with closing(sqlite3.connect(str(ledger.engine.url.database))) as connection, connection:
        connection.executemany(
            "INSERT INTO report_marks (plan, report, unit, mark, on_day, by, made_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    plan.id,
                    plan.reports[0].id,
                    unit.id,
                    Mark.RECEIVED,
                    "2025-05-01",
                    "admin lan",
                    instant,
                )
                for unit in plan.units[::2]
            ],
        )
        connection.executemany(
            "INSERT INTO visit_answers (plan, visit, contact, occurrence, reply, words, made_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    plan.id, visit.id, places[visit.unit].id, f"{visit.dates[0]}T07:00", Reply.ATTENDS, "",
                    instant,
                )
                for visit in plan.visits[::5]
            ],
        )  # fmt: skip


if __name__ == "__main__":
    main()
