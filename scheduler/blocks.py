"""Recorded events -> their VEVENT blocks, each rendered once and kept for as long as the event stays as it is.

Pure but for what it remembers. One edit costs one event: a feed of thousands is joined from kept bytes.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.model import Event, Plan, RecordedEvent
from scheduler.vevent import EventError, Presentation, add_alarm, render_event

Kind = Literal["plan", "deadlines", "place", "member"]
# Whose feed: of a place (unit or unit/commune id) or a member (contact id); "" for the feeds of everybody.
Belonging = tuple[Kind, str]

WHOLE_PLAN: Belonging = ("plan", "")
DEADLINES: Belonging = ("deadlines", "")


@dataclass(frozen=True, slots=True)
class Form:
    """The lines of one VEVENT, without and with an alarm."""

    plain: bytes
    alarmed: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Audience:
    """Whose feeds show an event. Events of the same feeds share one: it is looked up by what it is, not by content."""

    belongings: tuple[Belonging, ...]


class Block:
    """One recorded event, where it stands among the others, and its rendered forms."""

    __slots__ = ("_forms", "_zone", "audience", "day", "modified", "order", "row")

    def __init__(self, row: RecordedEvent, audience: Audience, zone: ZoneInfo) -> None:
        self.row = row
        self.audience = audience
        self.order = (_find_start(row.event, zone), row.event.uid)
        self.day = _find_day(row.event, zone)
        self.modified = row.revision.modified_at.timestamp()
        self._zone = zone
        self._forms: dict[tuple[str, str | None, str | None], Form | EventError] = {}

    def render(self, description: str, contact: str | None, page: str | None) -> Form | EventError:
        """Return the VEVENT with these three, or why it cannot be written."""
        key = (description, contact, page)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = self._render(*key)
        return form

    def _render(self, description: str, contact: str | None, page: str | None) -> Form | EventError:
        event, revision = self.row.event, self.row.revision
        # Few clients show CONTACT: where there is an address to write to, the text says it too.
        told = f"{description}\nLiên hệ: {contact}" if contact is not None and "@" in contact else description
        shown = Presentation(told, contact, page)
        try:
            plain = render_event(event, revision, revision.modified_at, zone=self._zone, presentation=shown)
        except EventError as error:
            # The frames it came through would keep a whole build in memory.
            return error.with_traceback(None)
        return Form(plain, add_alarm(plain, event))


class EventBlocks:
    """The blocks of all plans, from one build to the next."""

    def __init__(self) -> None:
        self._plans: dict[str, _Kept] = {}
        self._audiences: dict[tuple[Belonging, ...], Audience] = {}

    def recall(self, plan: Plan, recorded: Iterable[RecordedEvent]) -> Iterable[Block]:
        """Return a block for each recorded event of ``plan``, by start, then UID; what did not change is kept."""
        kept = self._plans.get(plan.id)
        if kept is None or kept.zone is not plan.zone:
            kept = _Kept(plan.zone, {})
        rows = {row.event.uid: row for row in recorded}
        blocks = []
        # In their order of before: sorting what is nearly sorted costs next to nothing.
        for uid, block in kept.blocks.items():
            row = rows.pop(uid, None)
            if row is not None:
                blocks.append(block if block.row is row or block.row == row else self._make(row, kept.zone))
        blocks.extend(self._make(row, kept.zone) for row in rows.values())
        blocks.sort(key=attrgetter("order"))
        self._plans[plan.id] = _Kept(kept.zone, {block.order[1]: block for block in blocks})
        return blocks

    def forget_others(self, plans: Container[str]) -> None:
        """Drop the blocks of all plans but ``plans``."""
        for plan in [plan for plan in self._plans if plan not in plans]:
            del self._plans[plan]

    def _make(self, row: RecordedEvent, zone: ZoneInfo) -> Block:
        belongings = tuple(_list_belongings(row.event))
        return Block(row, self._audiences.setdefault(belongings, Audience(belongings)), zone)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The blocks of one plan by UID, in order; they are written in ``zone``."""

    zone: ZoneInfo
    blocks: dict[str, Block]


def _list_belongings(event: Event) -> Iterator[Belonging]:
    yield WHOLE_PLAN
    if event.about == "report":
        yield DEADLINES
    for place in event.places:
        yield "place", place
    for member in event.members:
        yield "member", member


def _find_start(event: Event, zone: ZoneInfo) -> float:
    start = event.start if isinstance(event.start, datetime) else datetime.combine(event.start, time(0, 0), zone)
    return start.timestamp()


def _find_day(event: Event, zone: ZoneInfo) -> date:
    return event.start.astimezone(zone).date() if isinstance(event.start, datetime) else event.start
