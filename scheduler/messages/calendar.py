"""Events of one item -> the calendar that its mails carry, rendered once and dated for each second.

Pure; keeps what it made. DTSTAMP, the only property that differs from mail to mail, has whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from scheduler.ics import render_calendar, render_event
from scheduler.model import EventStatus, Organiser, Plan, RecordedEvent

_KEPT = 256
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A folded line begins with a blank, so no text of an event can look like this property.
_UNDATED = b"\r\nDTSTAMP:19700101T000000Z\r\n"


@dataclass(frozen=True, slots=True)
class _Source:
    """All that the calendar of an item is made of."""

    events: tuple[RecordedEvent, ...]
    organiser: Organiser
    withdrawn: bool

    def is_made_of(self, events: tuple[RecordedEvent, ...], organiser: Organiser, address: str) -> bool:
        return self.events == events and self.organiser.name == organiser.name and self.organiser.email == address


@dataclass(frozen=True, slots=True)
class _Dated:
    """The calendar of ``source``, undated, and as it is for one instant."""

    source: _Source
    undated: bytes
    written_at: datetime | None
    content: bytes


class CalendarWriter:
    """Renders the calendar of each visit's mails; safe to share between threads, since what it keeps is whole."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str, bool], _Dated] = {}

    def write(
        self,
        plan: Plan,
        item: str,
        events: tuple[RecordedEvent, ...],
        *,
        organiser_address: str,
        written_at: datetime,
        withdrawn: bool = False,
    ) -> bytes:
        """Return the events of ``item`` as one PUBLISH object, DTSTAMP being ``written_at`` (aware) in whole seconds.

        ``withdrawn`` makes every event CANCELLED: for a reader whom the item no longer concerns.
        EventError when an event cannot be written.
        """
        place = (plan.id, item, withdrawn)
        kept = self._kept.get(place)
        if kept is None or not kept.source.is_made_of(events, plan.organiser, organiser_address):
            # Whoever answers an invitation writes to ORGANIZER, so it is a mailbox that somebody reads.
            source = _Source(events, Organiser(plan.organiser.name, organiser_address), withdrawn)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = self._kept[place] = _Dated(source, _render(plan, source), None, b"")
        if kept.written_at != written_at:
            stamp = f"\r\nDTSTAMP:{written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n".encode("ascii")
            content = kept.undated.replace(_UNDATED, stamp)
            kept = self._kept[place] = replace(kept, written_at=written_at, content=content)
        return kept.content


def _render(plan: Plan, source: _Source) -> bytes:
    events = [(replace(row.event, organiser=source.organiser), row.revision) for row in source.events]
    if source.withdrawn:
        events = [(replace(event, status=EventStatus.CANCELLED), revision) for event, revision in events]
    return render_calendar(
        name=None,
        description=None,
        zone=plan.zone,
        blocks=tuple(render_event(event, revision, _EPOCH, zone=plan.zone) for event, revision in events),
        days=tuple(event.start for event, _ in events),
        method="PUBLISH",
    )
