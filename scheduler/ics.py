"""Events and their revisions -> iCalendar bytes, for feeds and for mail.

Pure. RFC 5545, RFC 7986 (NAME, REFRESH-INTERVAL) and, in mail, RFC 5546 PUBLISH. icalendar encodes and
folds each property; an event's lines are made once and joined, so an edit costs one event. The same
input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Timezone
from icalendar import Event as Vevent
from icalendar.prop import vCalAddress, vCategory, vText

from scheduler.errors import SchedulerError
from scheduler.model import Event, EventStatus, Organiser, Revision
from scheduler.safetext import find_refused_character

PRODUCT = "-//Inspection Scheduler//Inspection Plan//VI"
REFRESH_EVERY = timedelta(hours=1)
CANCELLED_MARK = "ĐÃ HỦY: "

_LONGEST_LINE = 1_000
_LONGEST_DESCRIPTION = 20_000


class EventError(SchedulerError):
    """One event cannot be written; the caller leaves it out and tells the admin."""


class _Text(vText):
    """TEXT of RFC 5545 section 3.3.11; vText itself takes a backslash before an N for a line break."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def render_event(event: Event, revision: Revision | None, stamp: datetime, *, zone: ZoneInfo) -> bytes:
    """Return the lines of one VEVENT, CRLF at each end, folded at 75 octets.

    ``stamp`` (aware) is DTSTAMP. Without a revision SEQUENCE is 0, and CREATED and LAST-MODIFIED are left
    out. Hours are written as local to ``zone``: an event read back from a ledger knows its offset alone.
    EventError names the event when a text holds a control character or is too long, or the times are wrong.
    """
    check_event(event)
    cancelled = event.status is EventStatus.CANCELLED
    block = Vevent()
    block.add("uid", _Text(event.uid))
    block.add("dtstamp", stamp.astimezone(UTC))
    block.add("sequence", revision.sequence if revision else 0)
    if revision is not None:
        block.add("created", revision.created_at.astimezone(UTC))
        block.add("last-modified", revision.modified_at.astimezone(UTC))
    block.add("summary", _Text(_mark_cancelled(event.summary) if cancelled else event.summary))
    block.add("description", _Text(event.description))
    if event.location:
        block.add("location", _Text(event.location))
    block.add("dtstart", _localise(event.start, zone))
    block.add("dtend", _localise(event.end, zone))
    block.add("status", event.status.value)
    if event.categories:
        block.add("categories", vCategory([_Text(category) for category in event.categories]))
    if event.organiser is not None and event.organiser.email:
        block.add("organizer", _address(event.organiser))
    # A deadline must not make its day look taken; nor must a visit that does not take place.
    free = cancelled or event.about == "report"
    block.add("transp", "TRANSPARENT" if free else "OPAQUE")
    block.add("x-microsoft-cdo-busystatus", "FREE" if free else _name_busy_status(event.status))
    lines: bytes = block.to_ical()
    return lines


def render_calendar(
    *,
    name: str | None,
    description: str | None,
    zone: ZoneInfo,
    blocks: Iterable[bytes],
    days: tuple[date, ...],
    method: Literal["PUBLISH"] | None = None,
) -> bytes:
    """Return a VCALENDAR around ``blocks``, in their order, as ``render_event`` made them.

    ``days`` are the local days of the events: the one VTIMEZONE covers their years. With a ``method`` it
    is an object for mail, and what only a subscription needs (refresh times) is left out. A ``name`` or
    ``description`` of None is left out. EventError when one of them holds a control character.
    """
    _check_text("the calendar", "name", name or "", _LONGEST_LINE)
    _check_text("the calendar", "description", description or "", _LONGEST_DESCRIPTION, allowed="\n")
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
        calendar.add("x-wr-timezone", zone.key)
        # RFC 7986 section 5.7 requires the VALUE parameter; X-PUBLISHED-TTL is the older name of the same.
        calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    head = calendar.to_ical().removesuffix(b"END:VCALENDAR\r\n")
    years = sorted(day.year for day in days) or [2000]
    return b"".join((head, _render_timezone(zone, years[0], years[-1]), *blocks, b"END:VCALENDAR\r\n"))


def check_event(event: Event) -> None:
    """Raise EventError, naming the event, unless its texts and times can stand in a calendar."""
    place = f"event {event.uid!r}"
    lines = {
        "uid": event.uid,
        "summary": event.summary,
        "location": event.location or "",
        "categories": "".join(event.categories),
        "organiser": f"{event.organiser.name}{event.organiser.email or ''}" if event.organiser else "",
    }
    for field, text in lines.items():
        _check_text(place, field, text, _LONGEST_LINE)
    _check_text(place, "description", event.description, _LONGEST_DESCRIPTION, allowed="\n")
    if isinstance(event.start, datetime) != isinstance(event.end, datetime) or event.end <= event.start:
        raise EventError(f"{place}: ends at {event.end}, not after its start {event.start}; correct its hours")


def _check_text(place: str, field: str, text: str, longest: int, *, allowed: str = "") -> None:
    refused = find_refused_character(text, allowed=allowed)
    if refused is not None:
        raise EventError(f"{place}: its {field} holds the control character {refused}; delete it")
    if len(text) > longest:
        raise EventError(f"{place}: its {field} has {len(text)} characters, at most {longest} can be shown; shorten it")


def _mark_cancelled(summary: str) -> str:
    return summary if summary.startswith(CANCELLED_MARK) else CANCELLED_MARK + summary


def _localise(moment: datetime | date, zone: ZoneInfo) -> datetime | date:
    return moment.astimezone(zone) if isinstance(moment, datetime) else moment


def _name_busy_status(status: EventStatus) -> str:
    return "TENTATIVE" if status is EventStatus.TENTATIVE else "BUSY"


def _address(organiser: Organiser) -> vCalAddress:
    address = vCalAddress(f"mailto:{organiser.email}")
    address.params["CN"] = organiser.name
    return address


@lru_cache(maxsize=64)
def _render_timezone(zone: ZoneInfo, first_year: int, last_year: int) -> bytes:
    """Return one VTIMEZONE that covers whole years, so that an event moved within them changes no byte."""
    block = Timezone.from_tzinfo(zone, zone.key, date(first_year, 1, 1), date(last_year + 1, 1, 1))
    # It says only for which years the block was made.
    block.pop("COMMENT", None)
    lines: bytes = block.to_ical()
    return lines
