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


@dataclass(frozen=True, slots=True)
class _Dated:
    """The calendar of ``source``, undated, and as it is for one second."""

    source: _Source
    undated: bytes
    stamp: bytes
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
        # Whoever answers an invitation writes to ORGANIZER, so it is a mailbox that somebody reads.
        source = _Source(events, Organiser(plan.organiser.name, organiser_address), withdrawn)
        stamp = f"\r\nDTSTAMP:{written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}\r\n".encode("ascii")
        place = (plan.id, item, withdrawn)
        kept = self._kept.get(place)
        if kept is None or kept.source != source:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = _Dated(source, _render(plan, source), b"", b"")
        if kept.stamp != stamp:
            kept = replace(kept, stamp=stamp, content=kept.undated.replace(_UNDATED, stamp))
        self._kept[place] = kept
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
