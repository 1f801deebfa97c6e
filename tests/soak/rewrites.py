"""A running service under rewrites of its files, valid and broken mixed, half of them half-written for a moment.

Run as ``python -m tests.soak.rewrites [--rewrites N] [--visits N] [--seed N]``. All the while its feed is fetched and
its ledger read: each must be that of one valid configuration, and never of an earlier one than before. Exit status 1
when one was not, or when a valid edit was served later than 2 s after it was saved.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from http import HTTPStatus
from pathlib import Path
from statistics import median

from pydantic import TypeAdapter

from scheduler.clock import read_wall_clock
from scheduler.feeds import build_feed, number_without_ledger
from scheduler.ledger.schema import count_microseconds
from scheduler.model import Commune, Contact, Event, Unit, Visit, VisitSession
from tests.acceptance.commandline import make_environment, run_command
from tests.acceptance.foretold import Configured, write_folder
from tests.acceptance.season import make_snapshot_of
from tests.samples import make_plan, make_rules

AT_MOST_SECONDS = 2.0
PATIENCE_SECONDS = 60.0

_EVENT = TypeAdapter(Event)
_BY_LEDGER = ("SEQUENCE:", "DTSTAMP:", "LAST-MODIFIED:", "CREATED:")
_SPOILERS = (
    (re.compile(r"date: \d"), "date: 31/6/2"),
    (re.compile(r"^visits:", re.MULTILINE), "\tvisits:"),
    (re.compile(r"unit: don-vi-1\b"), "unit: don-vo-1"),
    (re.compile(r"^organiser:", re.MULTILINE), "organizer:"),
    (re.compile(r"sessions: \[morning, afternoon\]"), "sessions: [morning, afternoon"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A valid configuration as saved, with what its feed says and what its ledger holds to come."""

    configured: Configured
    feed: str
    ledger: str


@dataclass(slots=True)
class Findings:
    """What was seen: seconds from saving to serving, how often was looked, and what was wrong."""

    served_after: list[float] = field(default_factory=list)
    feeds_read: int = 0
    ledgers_read: int = 0
    broken: int = 0
    halved: int = 0
    wrong: list[str] = field(default_factory=list)


def make_first(visits: int) -> Configured:
    """Make a plan of as many visits over the next year, each of a unit with two communes."""
    start = read_wall_clock().date() + timedelta(days=60)
    communes = (Commune("xa-a", "Xã A"), Commune("xa-b", "Xã B"))
    units = tuple(Unit(f"don-vi-{n}", f"Đơn vị {n}", communes) for n in range(1, max(2, visits // 10) + 1))
    made = tuple(_make_visit(n, units[n % len(units)], start + timedelta(days=n % 300)) for n in range(visits))
    people = tuple(Contact(f"ubnd-{unit.id}", f"UBND {unit.name}", unit.id) for unit in units)
    people += tuple(
        Contact(f"{commune.id}-{unit.id}", commune.name, f"{unit.id}/{commune.id}")
        for unit in units
        for commune in communes
    )
    team = Contact("truong-doan", "Trưởng đoàn", "doan")
    rules = tuple(rule for rule in make_rules() if rule.about == "visit")
    plan = replace(make_plan(reports=(), visits=made), units=units)
    return (plan,), _address((*people, team), 0), rules


def _make_visit(number: int, unit: Unit, day: date) -> Visit:
    sessions = (VisitSession("morning"), VisitSession("afternoon"))
    return Visit(f"v{number}", unit.id, ("xa-a", "xa-b"), (day,), sessions, team="doan")


def _address(contacts: tuple[Contact, ...], number: int) -> tuple[Contact, ...]:
    return tuple(replace(contact, email=f"{contact.id}-{number}@so.example") for contact in contacts)


def change(configured: Configured, number: int, chance: random.Random) -> Configured:
    """Move one visit; now and then rename the plan and give everybody another address, in two files at once."""
    (plan,), contacts, rules = configured
    at = chance.randrange(len(plan.visits))
    visit = plan.visits[at]
    moved = replace(visit, dates=(visit.dates[0] + timedelta(days=chance.choice((1, 2, 7))),))
    plan = replace(plan, visits=(*plan.visits[:at], moved, *plan.visits[at + 1 :]))
    if number % 7 == 3:
        return (replace(plan, title=f"Kiểm tra {number}"),), _address(contacts, number), rules
    return (plan,), contacts, rules


def expect(configured: Configured) -> Version:
    """Work out afresh what a configuration asks for."""
    (wanted,) = make_snapshot_of(*configured).wanted
    today = read_wall_clock().date()
    feed = build_feed(wanted.plan, number_without_ledger(wanted.plan, wanted.events), "plan", today).content
    deliveries = [(r.key, count_microseconds(r.due_at), r.truth) for r in wanted.reminders]
    events = [(event.uid, _EVENT.dump_json(event).decode()) for event in wanted.events]
    return Version(configured, name_feed(feed.decode()), name_rows(deliveries, events))


def name_feed(text: str) -> str:
    """Name what a feed says, apart from what the ledger numbers and stamps, and from where it is published."""
    lines = [line for line in text.replace("\r\n ", "").split("\r\n") if not line.startswith(_BY_LEDGER)]
    first = lines.index("BEGIN:VEVENT")
    title = next(line for line in lines if line.startswith("X-WR-CALNAME:"))
    events = "\n".join(line for line in lines[first:] if not line.startswith("URL")).split("END:VEVENT")
    return hashlib.sha256("\n".join((title, *sorted(events))).encode()).hexdigest()


def name_rows(deliveries: list[tuple[str, int, str]], events: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr((sorted(deliveries), sorted(events))).encode()).hexdigest()


def read_ledger(path: Path) -> str:
    """Name what the ledger holds at one moment: what is to come, and the events that stand."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30, isolation_level=None)) as ledger:
        ledger.execute("BEGIN")
        open_rows = "SELECT key, due_at, truth FROM deliveries WHERE state IN ('planned', 'retrying')"
        deliveries = ledger.execute(open_rows).fetchall()
        events = ledger.execute("SELECT uid, content FROM events WHERE removed_at IS NULL").fetchall()
    return name_rows(deliveries, events)


class Watch:
    """Fetches the feed and reads the ledger, again and again, in a thread of its own."""

    def __init__(self, url: str, ledger: Path, findings: Findings) -> None:
        self._url, self._ledger, self._findings = url, ledger, findings
        self._known: list[Version] = []
        self._turn = threading.Condition()
        self._served = self._held = -1
        self._served_at: dict[int, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @contextmanager
    def looking(self, first: Version) -> Iterator[Watch]:
        self.announce(first)
        self._thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            self._thread.join()

    def announce(self, version: Version) -> int:
        """Say that ``version`` may be seen from now on; return its number."""
        with self._turn:
            self._known.append(version)
            return len(self._known) - 1

    def wait_for(self, number: int) -> float:
        """Wait until feed and ledger are those of version ``number`` or a later one; return when it was served."""
        with self._turn:
            came = self._turn.wait_for(lambda: self._served >= number and self._held >= number, PATIENCE_SECONDS)
            if not came:
                self._findings.wrong.append(f"version {number} did not come: feed {self._served}, ledger {self._held}")
            return min((at for seen, at in self._served_at.items() if seen >= number), default=time.monotonic())

    def _run(self) -> None:
        tag, stamp = "", 0
        while not self._stopping.wait(0.03):
            answer = self._ask(tag)
            at = time.monotonic()
            self._findings.feeds_read += 1
            if answer is not None:
                body, tag = answer
                self._served = self._note("feed", name_feed(body.decode()), self._served, at)
            written = self._ledger.stat().st_mtime_ns
            if written != stamp:
                stamp = written
                self._findings.ledgers_read += 1
                self._held = self._note("ledger", read_ledger(self._ledger), self._held, at)

    def _ask(self, tag: str) -> tuple[bytes, str] | None:
        """Fetch the feed with its tag; None where it is as it was."""
        request = urllib.request.Request(self._url, headers={"If-None-Match": tag})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read(), str(answer.headers["ETag"])
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.NOT_MODIFIED:
                raise
            return None

    def _note(self, what: str, name: str, before: int, at: float) -> int:
        with self._turn:
            names = [version.feed if what == "feed" else version.ledger for version in self._known]
            number = names.index(name) if name in names else None
            if number is None:
                self._findings.wrong.append(f"a {what} of no valid configuration, after version {before}")
            elif number < before:
                self._findings.wrong.append(f"the {what} went back from version {before} to {number}")
            if what == "feed" and number is not None:
                self._served_at.setdefault(number, at)
            self._turn.notify_all()
            return before if number is None else number


def write_texts(texts: dict[Path, str], chance: random.Random, *, halved: bool) -> None:
    """Save files as editors do; ``halved``: the first stops half-way for a moment, open or closed."""
    ((first, text), *others) = texts.items()
    cut = chance.randrange(len(text) // 4, len(text))
    if halved and not others and chance.random() < 0.5 and text[cut - 1] != "\n":
        first.write_text(text[:cut], encoding="utf-8")
        pause(chance.uniform(0.05, 0.6))
        first.write_text(text, encoding="utf-8")
        return
    with first.open("w", encoding="utf-8") as file:
        if halved:
            file.write(text[:cut])
            file.flush()
            pause(chance.uniform(0.05, 0.8))
            file.write(text[cut:])
        else:
            file.write(text)
        # Two files are one edit while the first is open.
        for path, other in others:
            path.write_text(other, encoding="utf-8")


def spoil(text: str, chance: random.Random) -> str:
    pattern, slip = chance.choice(_SPOILERS)
    spoilt, count = pattern.subn(slip, text, count=1)
    assert count == 1, pattern.pattern
    return spoilt


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[str]:
    """Run the service in ``folder``, its log in a file; yield its address."""
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", "from scheduler.cli import main; main()", "run"],
            cwd=folder,
            env=make_environment(SCHEDULER_HTTP__PORT="0", **settings),
            stderr=out,
        )
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        while '"listening"' not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < until, "it did not listen"
            pause(0.05)
        lines = (json.loads(line) for line in log.read_text(encoding="utf-8").splitlines())
        yield next(line["url"] for line in lines if line["event"] == "listening").rstrip("/")
        assert process.poll() is None, "the service ended"
    finally:
        process.terminate()
        process.wait()


def rewrite(folder: Path, *, rewrites: int, visits: int, seed: int) -> Findings:
    """Run the service and rewrite its files; ``folder`` is empty and stays with what was left."""
    chance, findings = random.Random(seed), Findings()
    config, side = folder / "config", folder / "side"
    configured = make_first(visits)
    write_folder(config, configured, "sqlite:///var/ledger.sqlite3")
    with (
        running(folder) as url,
        Watch(f"{url}/feeds/plan.ics", folder / "var/ledger.sqlite3", findings).looking(expect(configured)) as watch,
    ):
        watch.wait_for(0)
        for number in range(1, rewrites + 1):
            halved = chance.random() < 0.5
            findings.halved += halved
            changed = change(configured, number, chance)
            write_folder(side, changed, "sqlite:///var/ledger.sqlite3")
            texts = {
                config / name: (side / name).read_text(encoding="utf-8")
                for name in ("plans/plan.yaml", "contacts.yaml")
            }
            # A broken edit of both may have left its contacts.
            texts = {path: text for path, text in texts.items() if path.read_text(encoding="utf-8") != text}
            if number % 3 == 2 and number < rewrites:
                findings.broken += 1
                texts = {
                    path: spoil(text, chance) if path.parent.name == "plans" else text for path, text in texts.items()
                }
                write_texts(texts, chance, halved=halved)
                pause(chance.choice((0.0, 0.3, 0.8)))
                continue
            version = watch.announce(expect(changed))
            configured = changed
            write_texts(texts, chance, halved=halved)
            saved = time.monotonic()
            if chance.random() < 0.7 or number == rewrites:
                findings.served_after.append(watch.wait_for(version) - saved)
        with urllib.request.urlopen(f"{url}/feeds/plan.ics", timeout=30) as answer:
            served = answer.read().decode()
    ran = run_command("calendar", folder=folder)
    if ran.status != 0 or name_feed(ran.out.replace("\r\n", "\n").replace("\n", "\r\n")) != name_feed(served):
        findings.wrong.append("the last feed is not what `scheduler calendar` says")
    return findings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rewrites", type=int, default=200)
    parser.add_argument("--visits", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rewrites-") as folder:
        found = rewrite(Path(folder), rewrites=options.rewrites, visits=options.visits, seed=options.seed)
    times = sorted(found.served_after)
    told = f"{found.broken} broken, {found.halved} half-written; {options.visits} visits, seed {options.seed}"
    print(f"{options.rewrites} rewrites, {told}")
    print(f"{found.feeds_read} feeds and {found.ledgers_read} ledgers read, {len(found.wrong)} wrong")
    spread = f"median {median(times):.2f} s, longest {times[-1]:.2f} s (at most {AT_MOST_SECONDS:g})"
    print(f"saved to served, {len(times)} edits: {spread}")
    for said in found.wrong:
        print(said)
    sys.exit(1 if found.wrong or times[-1] > AT_MOST_SECONDS else 0)


if __name__ == "__main__":
    main()
