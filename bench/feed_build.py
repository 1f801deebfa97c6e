"""A feed of 10,000 events: built for the first time, and after one edit, against icalendar (peer).

CPU only; writes nothing. icalendar builds the same properties on the same head, and its bytes must equal ours. An edit
is one new revision: the other rows are the same objects, or, harder, all read anew from a ledger.
"""

from __future__ import annotations

import argparse
import hashlib
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from icalendar import Calendar
from large_plan import NOW, make_large_plan
from measure import Stopwatch, Target, Variant, compute_ratio, format_table, judge_targets, time_in_turn

from scheduler.blocks import WHOLE_PLAN, EventBlocks
from scheduler.events import plan_events
from scheduler.feeds import BuiltFeed, Publication, assemble_feed, group_blocks, number_without_ledger
from scheduler.ics import Presentation, render_calendar
from scheduler.model import Plan, RecordedEvent
from scheduler.web.feeds import Feed, FeedShelf
from tests.reference_calendar import build_calendar

AT_LEAST_TO_BUILD = 3
AT_MOST_TO_SERIALISE = 0.01
TODAY = NOW.date()

Rows = tuple[RecordedEvent, ...]


class Bench:
    """One plan with its events, rendered by us and by icalendar."""

    def __init__(self, events: int) -> None:
        self._plan = make_plan(events)
        made = plan_events(self._plan, self._plan.visits, self._plan.reports, contacts=(), domain="so-ldtbxh.example")
        self._rows = number_without_ledger(self._plan, made)
        self._kept = EventBlocks()
        self.feed = self._assemble(self._kept, self._rows)
        self._days = [row.event.start for row in self._rows]
        reference = self._build_with_icalendar()
        if reference.to_ical() != self.feed.content:
            raise SystemExit("icalendar writes the same properties in other bytes; mend scheduler/vevent.py")
        self._reference = reference
        self._edits = 0

    def build(self) -> float:
        """Time rows -> bytes with nothing kept."""
        return time_one(lambda: self._assemble(EventBlocks(), self._rows).content)

    def build_with_icalendar(self) -> float:
        return time_one(lambda: self._build_with_icalendar().to_ical())

    def serialise_with_icalendar(self) -> float:
        """Time the bytes of a calendar whose components stand ready."""
        return time_one(self._reference.to_ical)

    def edit(self) -> float:
        """Time the feed's bytes anew after one event got a new title."""
        rows = self._edit()
        return time_one(lambda: self._assemble(self._kept, rows).content)

    def edit_and_read_anew(self) -> float:
        """Time the same where no row is the object that it was."""
        rows: Rows = pickle.loads(pickle.dumps(self._edit()))
        return time_one(lambda: self._assemble(self._kept, rows).content)

    def edit_and_serve(self) -> float:
        """Time an edit up to the answers being ready: hashed and compressed, with alarms and without."""
        shelf = FeedShelf()
        shelf.publish((self._wrap(self._assemble(self._kept, self._rows)),))
        rows = self._edit()
        return time_one(lambda: shelf.publish((self._wrap(self._assemble(self._kept, rows)),)))

    def _wrap(self, feed: BuiltFeed) -> Feed:
        return Feed("/feeds/plan.ics", feed.content, feed.modified_at, True, feed.alarmed)

    def _edit(self) -> Rows:
        self._edits += 1
        place = len(self._rows) // 2
        row = self._rows[place]
        edited = replace(
            row,
            event=replace(row.event, summary=f"{row.event.summary} (lần {self._edits})"),
            revision=replace(row.revision, sequence=self._edits),
        )
        return (*self._rows[:place], edited, *self._rows[place + 1 :])

    def _assemble(self, blocks: EventBlocks, rows: Rows) -> BuiltFeed:
        parts = group_blocks(self._plan, blocks.recall(self._plan, rows), [WHOLE_PLAN], TODAY, 14)
        return assemble_feed(self._plan.title, (parts[WHOLE_PLAN],), Publication())

    def _build_with_icalendar(self) -> Calendar:
        head = render_calendar(
            name=self._plan.title,
            description=f"{self._plan.title} – {self._plan.organiser.name}",
            zone=self._plan.zone,
            days=self._days,
            blocks=(),
        )
        contact = f"{self._plan.organiser.name}, {self._plan.organiser.email}"
        shown = [
            replace(row, event=replace(row.event, description=f"{row.event.description}\nLiên hệ: {contact}"))
            for row in self._rows
        ]
        return build_calendar(head, shown, zone=self._plan.zone, presentation=Presentation(contact=contact))


def make_plan(events: int) -> Plan:
    """Return the large plan with its visits repeated, on other days, until it has ``events`` sessions."""
    plan = make_large_plan().plan
    rounds = -(-events // (2 * len(plan.visits)))
    visits = [
        replace(visit, id=f"{visit.id}-{again}", dates=tuple(day + timedelta(days=again) for day in visit.dates))
        for again in range(rounds)
        for visit in plan.visits
    ]
    return replace(plan, visits=tuple(visits[: events // 2]), reports=())


def time_one(work: Callable[[], object]) -> float:
    watch = Stopwatch()
    with watch.running():
        work()
    return watch.seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--events", type=int, default=10_000)
    arguments = parser.parse_args()
    bench = Bench(arguments.events)
    content = bench.feed.content
    digest = hashlib.sha256(content).hexdigest()[:16]
    print(f"{content.count(b'BEGIN:VEVENT')} events, {len(content)} bytes, SHA-256 {digest}, the same from icalendar")
    ours, edit, anew, serve, peer_build, peer_serialise = time_in_turn(
        (
            Variant("ours: first build", bench.build),
            Variant("ours: one event edited", bench.edit),
            Variant("ours: one edited, all rows read anew", bench.edit_and_read_anew),
            Variant("ours: one edited, ready to serve", bench.edit_and_serve),
            Variant("icalendar: build + to_ical", bench.build_with_icalendar, every=3),
            Variant("icalendar: to_ical alone", bench.serialise_with_icalendar, every=3),
        ),
        arguments.rounds,
    )
    print(format_table((ours, edit, anew, serve, peer_build, peer_serialise), ours))
    return judge_targets(
        (
            Target("icalendar build to ours", compute_ratio(peer_build, ours), AT_LEAST_TO_BUILD, at_least=True),
            Target("edit to icalendar to_ical", compute_ratio(edit, peer_serialise), AT_MOST_TO_SERIALISE),
        )
    )


if __name__ == "__main__":
    raise SystemExit(main())
