"""Blocks of events -> an iCalendar object, for feeds and for mail.

Pure. RFC 5545, RFC 7986 (NAME, COLOR, SOURCE, REFRESH-INTERVAL) and, in mail, RFC 5546 PUBLISH. icalendar writes the
head and the time zones, ``vevent`` the events; an event's lines are made once and joined, so an edit costs one event.
The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone
from icalendar.prop import vText, vUri

from scheduler.vevent import (
    CANCELLED_MARK,
    LONGEST_DESCRIPTION,
    LONGEST_LINE,
    EventError,
    Presentation,
    check_text,
    render_event,
)

__all__ = ["CANCELLED_MARK", "EventError", "Presentation", "fill_calendar", "render_calendar", "render_event"]

PRODUCT = "-//Inspection Scheduler//Inspection Plan//VI"
REFRESH_EVERY = timedelta(hours=1)
COLOUR = "steelblue"

_END = b"END:VCALENDAR\r\n"


class _Text(vText):
    """TEXT of RFC 5545 section 3.3.11; vText itself takes a backslash before an N for a line break."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def render_calendar(
    *,
    name: str | None,
    description: str | None,
    zone: ZoneInfo,
    blocks: Iterable[bytes],
    days: Iterable[date],
    method: Literal["PUBLISH"] | None = None,
    source: str | None = None,
    page: str | None = None,
    other_zones: tuple[tuple[ZoneInfo, Iterable[date]], ...] = (),
) -> bytes:
    """Return a VCALENDAR around ``blocks``, in their order, as ``render_event`` made them.

    ``days`` are the local days of the events in ``zone``: its one VTIMEZONE covers their years, as those of
    ``other_zones`` cover theirs. With a ``method`` it is an object for mail, and what only a subscription needs
    (refresh times, where it is fetched from) is left out. ``source`` is the feed's own address, ``page`` that of its
    agenda; what is None is left out. EventError when a text holds a control character.
    """
    head = _render_head(name, description, zone.key, method, source, page)
    zones = [_render_zone(used, used_on) for used, used_on in ((zone, days), *other_zones)]
    return fill_calendar(b"".join((head, *zones, _END)), blocks)


def fill_calendar(frame: bytes, blocks: Iterable[bytes]) -> bytes:
    """Return ``frame``, a calendar without events, with ``blocks`` in it."""
    return b"".join((frame[: -len(_END)], *blocks, _END))


@lru_cache(maxsize=4096)
def _render_head(
    name: str | None,
    description: str | None,
    zone: str,
    method: Literal["PUBLISH"] | None,
    source: str | None,
    page: str | None,
) -> bytes:
    for field, text in (("name", name), ("source", source), ("page", page)):
        check_text("the calendar", field, text or "", LONGEST_LINE)
    check_text("the calendar", "description", description or "", LONGEST_DESCRIPTION, allowed="\n")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method is not None:
        calendar.add("method", method)
    for property_name, text in (("name", name), ("x-wr-calname", name), ("description", description)):
        if text is not None:
            calendar.add(property_name, _Text(text))
    if method is None:
        calendar.add("x-wr-timezone", zone)
        calendar.add("color", COLOUR)
        # RFC 7986 section 5.7 requires the VALUE parameter; X-PUBLISHED-TTL is the older name of the same.
        calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
        if source is not None:
            calendar.add("source", vUri(source), parameters={"VALUE": "URI"})
        if page is not None:
            calendar.add("url", vUri(page))
    lines: bytes = calendar.to_ical()
    return lines.removesuffix(_END)


def _render_zone(zone: ZoneInfo, days: Iterable[date]) -> bytes:
    years = {day.year for day in days} or {2000}
    return _render_timezone(zone, min(years), max(years))


@lru_cache(maxsize=64)
def _render_timezone(zone: ZoneInfo, first_year: int, last_year: int) -> bytes:
    """Return one VTIMEZONE that covers whole years, so that an event moved within them changes no byte."""
    block = Timezone.from_tzinfo(zone, zone.key, date(first_year, 1, 1), date(last_year + 1, 1, 1))
    # It says only for which years the block was made.
    block.pop("COMMENT", None)
    lines: bytes = block.to_ical()
    return lines
