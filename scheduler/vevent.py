"""One event and its revision -> the lines of its VEVENT.

Pure. RFC 5545 section 3.6.1, COLOR of RFC 7986 section 5.9. The lines are what icalendar writes for the same
properties, byte for byte (its order, its folding; tests compare them), at a small part of its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Event as Vevent
from icalendar.prop import vCalAddress

from scheduler.errors import SchedulerError
from scheduler.model import Event, EventStatus, Revision
from scheduler.safetext import find_refused_character

CANCELLED_MARK = "ĐÃ HỦY: "
LONGEST_LINE = 1_000
LONGEST_DESCRIPTION = 20_000

_END = b"END:VEVENT\r\n"
# Octets of text on one line: with the blank before a continued line and without CRLF they are at most 75.
_LINE_OCTETS = 74
# Names of CSS 3, the only ones that RFC 7986 knows.
_COLOURS = {"visit": "steelblue", "report": "firebrick"}
_CANCELLED_COLOUR = "gray"
# A visit is recalled a day ahead; a deadline, which begins at midnight, on the day before at 08:00.
_ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:{text}\r\nTRIGGER:{trigger}\r\nEND:VALARM\r\n"
_ALARMS = {
    "visit": _ALARM.format(text="Nhắc lịch kiểm tra", trigger="-P1D").encode(),
    "report": _ALARM.format(text="Nhắc hạn nộp báo cáo", trigger="-PT16H").encode(),
}


class EventError(SchedulerError):
    """One event cannot be written; the caller leaves it out and tells the admin."""


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a feed shows of an event beside what the event says itself.

    ``description`` takes the place of the event's own; ``contact`` is whom to call; ``page`` an absolute URL. None
    leaves each as it is, or out.
    """

    description: str | None = None
    contact: str | None = None
    page: str | None = None


def render_event(
    event: Event,
    revision: Revision | None,
    stamp: datetime,
    *,
    zone: ZoneInfo,
    presentation: Presentation | None = None,
) -> bytes:
    """Return the lines of one VEVENT, CRLF at each end, folded at 75 octets.

    ``stamp`` (aware) is DTSTAMP. Without a revision SEQUENCE is 0, and CREATED and LAST-MODIFIED are left
    out. Hours are written as local to ``zone``: an event read back from a ledger knows its offset alone. Without a
    ``presentation`` it is an event for mail, and what only a feed shows (COLOR, CONTACT, URL) is left out.
    EventError names the event when a text holds a control character or is too long, or the times are wrong.
    """
    shown = presentation or Presentation()
    description = event.description if shown.description is None else shown.description
    check_event(event, description, shown)
    cancelled = event.status is EventStatus.CANCELLED
    # A deadline must not make its day look taken; nor must a visit that does not take place.
    free = cancelled or event.about == "report"
    lines = [
        b"BEGIN:VEVENT",
        write_text("SUMMARY", _mark_cancelled(event.summary) if cancelled else event.summary),
        _write_moment("DTSTART", event.start, zone),
        _write_moment("DTEND", event.end, zone),
        _write_instant("DTSTAMP", stamp),
        write_text("UID", event.uid),
        b"SEQUENCE:%d" % (revision.sequence if revision else 0),
    ]
    if event.categories:
        lines.append(fold(b"CATEGORIES:" + b",".join(map(_escape, event.categories))))
    if presentation is not None:
        lines.append(b"COLOR:" + (_CANCELLED_COLOUR if cancelled else _COLOURS[event.about]).encode())
    if shown.contact is not None:
        lines.append(write_text("CONTACT", shown.contact))
    if revision is not None:
        lines.append(_write_instant("CREATED", revision.created_at))
    lines.append(write_text("DESCRIPTION", description))
    if revision is not None:
        lines.append(_write_instant("LAST-MODIFIED", revision.modified_at))
    if event.location:
        lines.append(write_text("LOCATION", event.location))
    if event.organiser is not None and event.organiser.email:
        lines.append(_write_organiser(event.organiser.name, event.organiser.email))
    lines.append(b"STATUS:" + event.status.value.encode())
    lines.append(b"TRANSP:TRANSPARENT" if free else b"TRANSP:OPAQUE")
    if shown.page is not None:
        lines.append(fold(b"URL:" + shown.page.encode()))
    lines.append(b"X-MICROSOFT-CDO-BUSYSTATUS:" + (b"FREE" if free else _name_busy_status(event.status)))
    lines.append(_END)
    return b"\r\n".join(lines)


def add_alarm(block: bytes, event: Event) -> bytes:
    """Return the VEVENT ``block`` of ``event`` with an alarm (RFC 5545 section 3.6.6); a cancelled one gets none."""
    if event.status is EventStatus.CANCELLED:
        return block
    return block[: -len(_END)] + _ALARMS[event.about] + _END


def check_event(event: Event, description: str, shown: Presentation) -> None:
    """Raise EventError, naming the event, unless its texts and times can stand in a calendar."""
    place = f"event {event.uid!r}"
    organiser = event.organiser
    for field, text in (
        ("uid", event.uid),
        ("summary", event.summary),
        ("location", event.location or ""),
        ("categories", "".join(event.categories)),
        ("organiser", f"{organiser.name}{organiser.email or ''}" if organiser else ""),
        ("contact", shown.contact or ""),
        ("page", shown.page or ""),
    ):
        check_text(place, field, text, LONGEST_LINE)
    check_text(place, "description", description, LONGEST_DESCRIPTION, allowed="\n")
    start, end = event.start, event.end
    timed = isinstance(start, datetime)
    if timed != isinstance(end, datetime) or end <= start:
        raise EventError(f"{place}: ends at {end}, not after its start {start}; correct its hours")
    if isinstance(start, datetime) and isinstance(end, datetime) and None in (start.tzinfo, end.tzinfo):
        raise EventError(f"{place}: its start {start} or end {end} has no time zone; correct the plan's timezone")


def check_text(place: str, field: str, text: str, longest: int, *, allowed: str = "") -> None:
    """Raise EventError unless ``text`` holds no control character but the ``allowed``, and at most ``longest``."""
    refused = find_refused_character(text, allowed=allowed)
    if refused is not None:
        raise EventError(f"{place}: its {field} holds the control character {refused}; delete it")
    if len(text) > longest:
        raise EventError(f"{place}: its {field} has {len(text)} characters, at most {longest} can be shown; shorten it")


def write_text(name: str, text: str) -> bytes:
    """Return a property of type TEXT (RFC 5545 section 3.3.11), folded, without CRLF at its end."""
    return fold(name.encode() + b":" + _escape(text))


def fold(line: bytes) -> bytes:
    """Return one line of UTF-8 cut into lines of 75 octets at most (RFC 5545 section 3.1), no character cut in two.

    A backslash or caret moves to the next line rather than end one, for clients that read escapes before they unfold.
    """
    if len(line) <= _LINE_OCTETS:
        return line
    parts, start, last = [], 0, len(line) - _LINE_OCTETS
    while start < last:
        cut = start + _LINE_OCTETS
        while line[cut] & 0xC0 == 0x80:  # inside a character
            cut -= 1
        if line[cut - 1] in b"\\^":
            cut -= 1
        parts.append(line[start:cut])
        start = cut
    parts.append(line[start:])
    return b"\r\n ".join(parts)


def _escape(text: str) -> bytes:
    # The backslash first, so that those of the other three stay single.
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").encode()


def _mark_cancelled(summary: str) -> str:
    return summary if summary.startswith(CANCELLED_MARK) else CANCELLED_MARK + summary


def _write_moment(name: str, moment: datetime | date, zone: ZoneInfo) -> bytes:
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment.year:04}{moment.month:02}{moment.day:02}".encode()
    if zone.key == "UTC":
        return _write_instant(name, moment)
    return f"{name};TZID={zone.key}:{_format_moment(moment.astimezone(zone))}".encode()


def _write_instant(name: str, moment: datetime) -> bytes:
    return f"{name}:{_format_moment(moment.astimezone(UTC))}Z".encode()


def _format_moment(moment: datetime) -> str:
    day = f"{moment.year:04}{moment.month:02}{moment.day:02}"
    return f"{day}T{moment.hour:02}{moment.minute:02}{moment.second:02}"


def _name_busy_status(status: EventStatus) -> bytes:
    return b"TENTATIVE" if status is EventStatus.TENTATIVE else b"BUSY"


@lru_cache(maxsize=256)
def _write_organiser(name: str, email: str) -> bytes:
    # Quoting a parameter has rules of its own (RFC 6868), and one office organises thousands of events.
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = name
    block = Vevent()
    block.add("organizer", address)
    lines: bytes = block.to_ical()
    return lines.removeprefix(b"BEGIN:VEVENT\r\n").removesuffix(b"\r\n" + _END)
