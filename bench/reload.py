"""Reloading a configuration in which one visit was edited, against planning all of it anew, at three sizes of plan.

IO: writes a configuration and a ledger for each size into a folder of its own below --folder, and removes it.
``bench/README.md`` says what exactly is timed.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import structlog
from measure import Target, judge_targets
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor

from scheduler.digests import FollowUp
from scheduler.following import Following, Setup
from scheduler.ledger import Ledger
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import (
    Audience,
    Commune,
    Contact,
    Organiser,
    Plan,
    PlanStatus,
    Session,
    Team,
    Unit,
    Visit,
    VisitSession,
)
from scheduler.planfile import Configuration, Recollection, load_configuration, plan_to_yaml
from scheduler.publishing import FeedPublisher
from scheduler.publishing.building import FeedSite
from scheduler.reconciling import Caution
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.web.feeds import FeedShelf
from scheduler.workdays import WorkingDays

PROJECT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 3_000, 10_000)
REMINDERS_A_VISIT = 30
NOW = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)
FIRST_DAY = date(2027, 9, 1)
DOMAIN = "so-ldtbxh.example"
AT_LEAST_TO_FULL = 20
AT_MOST_GROWTH = 3

_COMMUNES = 8  # and a unit and a team, each told by three rules: thirty reminders a visit
_TEAMS = 20
_EVERYONE: tuple[Audience, ...] = ("units", "communes", "team")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Seconds of one reload, step by step, and the rows that it wrote."""

    reading: float
    planning: float
    settling: float
    writing: float
    publishing: float
    rows: int

    @property
    def past_reading(self) -> float:
        return self.planning + self.settling


class Bench:
    """One plan of ``visits`` visits, followed by one service."""

    def __init__(self, visits: int, folder: Path) -> None:
        self.visits = visits
        self._folder = folder / str(visits)
        self._plan = make_plan(visits)
        write_folder(self._folder, self._plan, list_contacts(self._plan))
        self._recollection = Recollection()
        self._ledger = Ledger.open(f"sqlite:///{self._folder}/ledger.sqlite3")
        self._following = Following(self._ledger)
        self._publisher = FeedPublisher(FeedShelf(), FeedSite(f"https://lich.{DOMAIN}"))
        templates = load_templates((find_shipped("templates") / "email",))
        self._kinds = templates.kinds()
        self._writer = MessageWriter(templates, Letterhead(f"so@{DOMAIN}", f"so@{DOMAIN}", DOMAIN))
        self._snapshot: Snapshot | None = None
        self._now = NOW
        self._rows = 0
        event.listen(self._ledger.engine, "after_cursor_execute", self._count)
        self.first = self._reload()
        digests = 0 if self._snapshot is None else len(self._snapshot.wanted[0].digests)
        if self.first.rows != visits * (REMINDERS_A_VISIT + 2) + digests:
            raise SystemExit(f"{self.first.rows} rows were written at first; mend bench/reload.py")

    def edit_one(self, number: int) -> Reloaded:
        """Move visit ``number`` by a day, save it, and follow the edit."""
        visits = list(self._plan.visits)
        visits[number] = replace(visits[number], dates=(visits[number].dates[0] + timedelta(days=1),))
        self._plan = replace(self._plan, visits=tuple(visits))
        write_plan(self._folder, self._plan)
        return self._reload()

    def plan_all(self) -> float:
        """Return the seconds of planning the whole configuration anew and comparing it with the whole ledger."""
        configuration = self._read()
        gc.collect()
        began = perf_counter()
        snapshot = make_snapshot(
            configuration.plans, configuration.contacts, configuration.rules, WorkingDays(), DOMAIN, FollowUp()
        )
        following = Following(self._ledger)
        following.offer(Setup(snapshot, self._writer, Caution()))
        following.settle(self._now)
        return perf_counter() - began

    def close(self) -> None:
        self._ledger.close()

    def _read(self) -> Configuration:
        return load_configuration(
            self._folder, template_kinds=self._kinds, today=NOW.date(), recollection=self._recollection
        )

    def _reload(self) -> Reloaded:
        gc.collect()
        self._now += timedelta(minutes=1)
        self._rows = 0
        began = perf_counter()
        configuration = self._read()
        read = perf_counter()
        snapshot = self._snapshot = make_snapshot(
            configuration.plans,
            configuration.contacts,
            configuration.rules,
            WorkingDays(configuration.overrides),
            DOMAIN,
            FollowUp(),
            before=self._snapshot,
        )
        planned = perf_counter()
        self._following.offer(Setup(snapshot, self._writer, Caution()))
        if not self._following.settle(self._now) or self._following.in_force is None:
            raise SystemExit("the edit was not put in force")
        settled, rows = perf_counter(), self._rows
        coming = self._ledger.history.find_next()
        if coming is None or coming.about != "visit" or self._following.in_force.composer.compose(coming, NOW) is None:
            raise SystemExit("the next mail could not be written")
        written = perf_counter()
        self._publisher.publish(snapshot, self._following.in_force.recorded, self._now.date())
        published = perf_counter()
        return Reloaded(read - began, planned - read, settled - planned, written - settled, published - written, rows)

    def _count(
        self,
        _connection: Connection,
        cursor: DBAPICursor,
        statement: str,
        _parameters: object,
        _context: object,
        _many: bool,
    ) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            self._rows += max(0, cursor.rowcount)


def make_plan(visits: int) -> Plan:
    """Make a plan of which each unit is visited ten times, by one of twenty teams."""
    communes = range(_COMMUNES)
    units = tuple(
        Unit(f"don-vi-{n}", f"Đơn vị số {n}", tuple(Commune(f"xa-{n}-{c}", f"Xã số {n} {c}") for c in communes))
        for n in range(visits // 10)
    )
    return Plan(
        id="kiem-tra",
        title="Kế hoạch kiểm tra trên toàn quốc",
        organiser=Organiser("Sở Lao động - Thương binh và Xã hội", f"so@{DOMAIN}"),
        updated=NOW,
        status=PlanStatus.CONFIRMED,
        public=True,
        sessions=(
            Session("morning", "Buổi sáng", time(7, 0), time(11, 30)),
            Session("afternoon", "Buổi chiều", time(13, 30), time(17, 0)),
        ),
        units=units,
        teams=tuple(Team(f"doan-{n}", f"Đoàn số {n}", (f"truong-doan-{n}",)) for n in range(_TEAMS)),
        visits=tuple(_make_visit(number, units[number % len(units)]) for number in range(visits)),
    )


def _make_visit(number: int, unit: Unit) -> Visit:
    return Visit(
        id=f"v{number}",
        unit=unit.id,
        communes=tuple(commune.id for commune in unit.communes),
        dates=(FIRST_DAY + timedelta(days=number % 1000),),
        sessions=(VisitSession("morning"), VisitSession("afternoon")),
        team=f"doan-{number % _TEAMS}",
    )


def list_contacts(plan: Plan) -> tuple[Contact, ...]:
    """Return one contact of each unit, commune and team."""
    places = [(unit.id, unit.id) for unit in plan.units]
    places += [(commune.id, f"{unit.id}/{commune.id}") for unit in plan.units for commune in unit.communes]
    places += [(f"truong-{team.id}", team.id) for team in plan.teams]
    return tuple(Contact(name, f"Cơ quan {name}", place, f"{name}@{DOMAIN}") for name, place in places)


def write_folder(folder: Path, plan: Plan, contacts: tuple[Contact, ...]) -> None:
    """Write the plan, its contacts, and three rules that tell everybody of each visit."""
    (folder / "plans").mkdir(parents=True)
    write_plan(folder, plan)
    lines = [f"  - {{id: {c.id}, name: {c.name}, of: {c.of}, email: {c.email}}}\n" for c in contacts]
    (folder / "contacts.yaml").write_text("contacts:\n" + "".join(lines), encoding="utf-8")
    sentences = ("14 days before at 08:00", "5 working days before at 08:00", "the day before at 15:00")
    lines = [
        f"  - {{id: r{n}, about: visit, to: [units, communes, team], when: {when}, template: visit-coming}}\n"
        for n, when in enumerate(sentences)
    ]
    (folder / "reminders.yaml").write_text("rules:\n" + "".join(lines), encoding="utf-8")
    (folder / "holidays.yaml").write_text("days: []\n", encoding="utf-8")


def write_plan(folder: Path, plan: Plan) -> None:
    (folder / "plans" / f"{plan.id}.yaml").write_text(plan_to_yaml(plan), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Sized:
    """The reloads of one plan, and the seconds of planning all of it anew."""

    visits: int
    reloads: tuple[Reloaded, ...]
    full: float

    def take(self, seconds: Callable[[Reloaded], float]) -> float:
        return median(seconds(reload) for reload in self.reloads)

    @property
    def line(self) -> str:
        steps = (
            self.take(lambda r: r.reading),
            self.take(lambda r: r.planning),
            self.take(lambda r: r.settling),
            self.take(lambda r: r.past_reading),
            self.full,
            self.take(lambda r: r.writing),
            self.take(lambda r: r.publishing),
        )
        rows = max(reload.rows for reload in self.reloads)
        return f"{self.visits:>7,}" + "".join(f"{seconds:>12.4f}" for seconds in steps) + f"{rows:>7}"


def main() -> int:
    """Print the table and the targets; return 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Time a reload in which one visit was edited.")
    parser.add_argument("--rounds", type=int, default=7, help="edits followed at each size (default 7)")
    parser.add_argument("--folder", type=Path, default=PROJECT / "var", help="on the disk to measure (default var/)")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    logging.disable(logging.INFO)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sized = []
    heads = ("reading", "planning", "settling", "past it", "full", "first mail", "feeds")
    print(f"{'visits':>7}" + "".join(f"{head:>12}" for head in heads) + f"{'rows':>7}")
    for visits in SIZES:
        with TemporaryDirectory(prefix="bench-", dir=options.folder) as folder:
            bench = Bench(visits, Path(folder))
            reloads = tuple(bench.edit_one(number * 7 % visits) for number in range(options.rounds))
            sized.append(Sized(visits, reloads, bench.plan_all()))
            bench.close()
        print(sized[-1].line, flush=True)
    small, large = sized[0], sized[-1]
    growth = large.take(lambda r: r.past_reading) / small.take(lambda r: r.past_reading)
    return judge_targets(
        (
            Target("full to ours", large.full / large.take(lambda r: r.past_reading), AT_LEAST_TO_FULL, at_least=True),
            Target(f"ours at {large.visits:,} to ours at {small.visits:,} visits", growth, AT_MOST_GROWTH),
        )
    )


if __name__ == "__main__":
    sys.exit(main())
