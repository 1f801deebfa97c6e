"""Events -> iCalendar as icalendar writes them: what our own writer must equal byte for byte."""

from collections.abc import Iterable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar
from icalendar import Event as Vevent
from icalendar.prop import vCalAddress, vCategory, vText, vUri

from scheduler.model import Event, EventStatus, RecordedEvent, Revision
from scheduler.vevent import Presentation


class Text(vText):
    """TEXT as RFC 5545 has it; vText itself takes a backslash before an N for a line break."""

    def to_ical(self) -> bytes:
        escaped = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
        return escaped.encode()


def build_event(
    event: Event,
    revision: Revision,
    *,
    zone: ZoneInfo,
    presentation: Presentation | None = None,
    alarms: bool = False,
) -> Vevent:
    """Build one VEVENT property by property."""
    shown = presentation or Presentation()
    cancelled = event.status is EventStatus.CANCELLED
    free = cancelled or event.about == "report"
    busy = "TENTATIVE" if event.status is EventStatus.TENTATIVE else "BUSY"
    block = Vevent()
    block.add("uid", Text(event.uid))
    block.add("dtstamp", revision.modified_at.astimezone(UTC))
    block.add("sequence", revision.sequence)
    block.add("created", revision.created_at.astimezone(UTC))
    block.add("last-modified", revision.modified_at.astimezone(UTC))
    block.add("summary", Text(f"ĐÃ HỦY: {event.summary}" if cancelled else event.summary))
    block.add("description", Text(shown.description or event.description))
    if event.location:
        block.add("location", Text(event.location))
    for name, moment in (("dtstart", event.start), ("dtend", event.end)):
        block.add(name, moment.astimezone(zone) if hasattr(moment, "hour") else moment)
    block.add("status", event.status.value)
    if event.categories:
        block.add("categories", vCategory([Text(category) for category in event.categories]))
    if event.organiser is not None and event.organiser.email:
        address = vCalAddress(f"mailto:{event.organiser.email}")
        address.params["CN"] = event.organiser.name
        block.add("organizer", address)
    if presentation is not None:
        block.add("color", "gray" if cancelled else "steelblue" if event.about == "visit" else "firebrick")
    if shown.contact:
        block.add("contact", Text(shown.contact))
    if shown.page:
        block.add("url", vUri(shown.page))
    block.add("transp", "TRANSPARENT" if free else "OPAQUE")
    block.add("x-microsoft-cdo-busystatus", "FREE" if free else busy)
    if alarms and not cancelled:
        block.add_component(_build_alarm(event))
    return block


def build_calendar(
    head: bytes, rows: Iterable[RecordedEvent], *, zone: ZoneInfo, presentation: Presentation | None
) -> Calendar:
    """Build a calendar of ``rows`` on ``head``, a calendar's bytes without events."""
    calendar = Calendar.from_ical(head)
    assert isinstance(calendar, Calendar)
    for row in rows:
        calendar.add_component(build_event(row.event, row.revision, zone=zone, presentation=presentation))
    return calendar


def _build_alarm(event: Event) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    visit = event.about == "visit"
    alarm.add("description", Text("Nhắc lịch kiểm tra" if visit else "Nhắc hạn nộp báo cáo"))
    alarm.add("trigger", -timedelta(days=1) if visit else -timedelta(hours=16))
    return alarm
