"""Hours as the document states them -> the sessions of the plan's days.

Pure. Hours that nothing states are assumed, and each assumption is a finding.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from scheduler.intake.hours import HoursReading, PartHours, PartOfDay
from scheduler.intake.rows import ScheduleRow
from scheduler.intake.wording import Placed
from scheduler.model import Finding, Session, Severity, Source

_NAMES: Final[dict[PartOfDay, str]] = {
    "morning": "Buổi sáng",
    "afternoon": "Buổi chiều",
    "evening": "Buổi tối",
    "day": "Cả ngày",
}
_USUAL: Final[dict[PartOfDay, tuple[time, time]]] = {
    "morning": (time(7, 30), time(11, 30)),
    "afternoon": (time(13, 30), time(17, 0)),
    "evening": (time(18, 0), time(21, 0)),
    "day": (time(7, 30), time(17, 0)),
}
PART_ORDER: Final[tuple[PartOfDay, ...]] = ("day", "morning", "afternoon", "evening")
SHORTEST_SESSION: Final = timedelta(hours=2)  # assumed where a session starts after the usual end


@dataclass(frozen=True, slots=True)
class Sessions:
    """``usual`` are the parts of the day of a row that names none."""

    sessions: tuple[Session, ...]
    usual: tuple[PartOfDay, ...]
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...]

    def of_part(self, part: PartOfDay) -> Session:
        return next(session for session in self.sessions if session.id == part)


def decide_sessions(rows: tuple[ScheduleRow, ...], stated: tuple[Placed[HoursReading], ...]) -> Sessions:
    """Return the plan's sessions from the hours ``stated`` for all rows (best first) and those of single rows.

    Hours that nothing states are assumed, one finding each.
    """
    place = stated[0].place if stated else (rows[0].place if rows else "")
    usual = _list_parts(stated[0].value) if stated else ()
    findings: list[Finding] = []
    bare_rows = [row for row in rows if row.adjusts or (not row.hours.value.parts and not row.parts)]
    if not usual:
        usual = ("morning", "afternoon")
        if bare_rows:
            text = "the parts of the day are not said; every visit is taken to have a morning and an afternoon"
            findings.append(Finding(Severity.ASSUMED, "sessions-assumed", text, place))
    used = {part for row in rows for part in _list_parts(row.hours.value)}
    used |= {part for row in rows for _, part in row.parts}
    used.update(usual if bare_rows or not rows else ())
    sessions: list[Session] = []
    sources: list[Source] = []
    for part in (each for each in PART_ORDER if each in used):
        session, found_sources, found = _decide_session(part, stated, rows, place, f"/sessions/{len(sessions)}")
        sessions.append(session)
        sources += found_sources
        findings += found
    return Sessions(tuple(sessions), usual, tuple(sources), tuple(findings))


def _decide_session(
    part: PartOfDay, stated: tuple[Placed[HoursReading], ...], rows: tuple[ScheduleRow, ...], place: str, pointer: str
) -> tuple[Session, list[Source], list[Finding]]:
    sources: list[Source] = []
    findings: list[Finding] = []
    hours = _find_stated(part, stated) or _find_commonest(part, rows)
    name = _NAMES[part]
    usual_start, usual_end = _USUAL[part]
    if hours and hours.value.start:
        start = hours.value.start
        sources.append(Source(f"{pointer}/start", hours.place))
    else:
        start = usual_start
        text = f"the start of '{name}' is not said; {start:%H:%M} is assumed, correct it where needed"
        findings.append(Finding(Severity.ASSUMED, "session-start-assumed", text, place))
    if hours and hours.value.end and hours.value.end > start:
        end = hours.value.end
        sources.append(Source(f"{pointer}/end", hours.place))
    else:
        end = usual_end if usual_end > start else add_duration(start, SHORTEST_SESSION)
        text = f"the end of '{name}' is not said; {end:%H:%M} is assumed, correct it where needed"
        findings.append(Finding(Severity.ASSUMED, "session-end-assumed", text, hours.place if hours else place))
    return Session(part, name, start, end), sources, findings


def _find_stated(part: PartOfDay, stated: tuple[Placed[HoursReading], ...]) -> Placed[PartHours] | None:
    for each in stated:
        for hours in each.value.parts:
            if hours.part == part and hours.start:
                return Placed(hours, each.place)
    return None


def _find_commonest(part: PartOfDay, rows: tuple[ScheduleRow, ...]) -> Placed[PartHours] | None:
    """Return the hours of ``part`` that most rows state; of equals those stated first."""
    listed = [
        Placed(hours, row.hours.place)
        for row in rows
        for hours in row.hours.value.parts
        if hours.part == part and hours.start and not row.adjusts
    ]
    counts = Counter(each.value for each in listed)
    return max(listed, key=lambda each: counts[each.value], default=None)


def _list_parts(hours: HoursReading) -> tuple[PartOfDay, ...]:
    named = {part.part for part in hours.parts}
    return tuple(part for part in PART_ORDER if part in named)


def add_duration(start: time, duration: timedelta) -> time:
    """Return ``start`` plus ``duration``, at most 23:59."""
    moved = datetime.combine(date.min, start) + duration
    return moved.time() if moved.date() == date.min else time(23, 59)
