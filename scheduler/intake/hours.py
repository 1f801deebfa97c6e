"""Hours and parts of the day as offices write them: "7h30", "07giờ 30'", "14 giờ", "13h30-16h30", "cả ngày".

Pure. Hours are local wall time. Nothing is added that the text does not say: an hour without its part of the day
belongs to the morning before noon and to the afternoon from noon on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import time
from functools import lru_cache
from typing import Final, Literal

PartOfDay = Literal["morning", "afternoon", "evening", "day"]

CLOCK: Final = (
    r"(?<![\d/.])\d{1,2}\s*(?:giờ|[hHgG])(?![^\W\d_])(?:\s*\d{1,2}(?!\d|\s*[/.]\s*\d|\s*tháng))?(?:\s*(?:phút|['’′]))?"
    r"|(?<![\d/.:])\d{1,2}:\d{2}(?![\d:])"
)
_TOKEN: Final = re.compile(
    rf"(?P<clock>{CLOCK})"
    r"|(?P<part>\b(?:cả\s+(?:ngày|hai\s+buổi|2\s+buổi)|hai\s+buổi|(?:buổi\s+)?(?:sáng|chiều|tối))\b)"
    r"|(?P<until>[-–—]|\bđến\b|\btới\b|\bkết\s+thúc\b)",
    re.IGNORECASE,
)
_CLOCK: Final = re.compile(CLOCK, re.IGNORECASE)
_NUMBERS: Final = re.compile(r"\d+")
_NOON: Final = time(12, 0)


@dataclass(frozen=True, slots=True)
class PartHours:
    """One part of the day with its hours as far as they are said; ``part`` "day" spans noon."""

    part: PartOfDay
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class HoursReading:
    """The parts of the day a text names, in its order, and the hours in it that no clock shows."""

    parts: tuple[PartHours, ...] = ()
    impossible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Clock:
    hour: int
    minute: int

    def within(self, part: PartOfDay | None) -> time:
        # "1h30 chiều" and "2 giờ" in the afternoon are 13:30 and 14:00; no office works at 2 in the night.
        late = part in ("afternoon", "evening") and self.hour < 12
        return time(self.hour + 12 if late else self.hour, self.minute)


@lru_cache(maxsize=4096)
def read_hours(text: str) -> HoursReading:
    """Read the parts of the day and hours in ``text``; an empty reading where it names none."""
    parts: list[PartHours] = []
    impossible: list[str] = []
    named: PartOfDay | None = None
    until = False
    last_end = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match["until"]:
            until = True
            continue
        if match["part"]:
            part = _name_part(token)
            trails = named is None and not text[last_end : match.start()].strip(" (")
            if trails and part != "day" and parts and parts[-1].start is not None:
                parts[-1] = _move_to_part(parts[-1], part)
            else:
                parts.extend(PartHours(each) for each in _expand_part(part))
                named = part
        else:
            clock = _read_clock(token)
            if clock is None:
                impossible.append(token.strip())
            else:
                _add_clock(parts, clock, named, until=until)
        until, last_end = False, match.end()
    return HoursReading(tuple(parts), tuple(impossible))


def read_clock(text: str) -> time | None:
    """Read the first hour in ``text`` ("17 giờ 00"); None where it holds none, or an impossible one."""
    match = _CLOCK.search(text)
    clock = _read_clock(match.group()) if match else None
    return clock.within(None) if clock else None


def blank_hours(text: str) -> str:
    """Return ``text`` with every hour blanked, places kept, so that its numbers are not read as dates."""
    return _CLOCK.sub(lambda match: " " * len(match.group()), text)


def _read_clock(token: str) -> _Clock | None:
    numbers = [int(number) for number in _NUMBERS.findall(token)]
    hour, minute = numbers[0], numbers[1] if len(numbers) > 1 else 0
    return _Clock(hour, minute) if hour < 24 and minute < 60 else None


def _name_part(token: str) -> PartOfDay:
    words = token.casefold()
    if "sáng" in words:
        return "morning"
    if "chiều" in words:
        return "afternoon"
    return "evening" if "tối" in words else "day"


def _expand_part(part: PartOfDay) -> tuple[PartOfDay, ...]:
    return ("morning", "afternoon") if part == "day" else (part,)


def _move_to_part(hours: PartHours, part: PartOfDay) -> PartHours:
    """Return ``hours`` in ``part``, for "1h30 chiều": the hour stood before its part of the day."""

    def move(hour: time | None) -> time | None:
        return None if hour is None else _Clock(hour.hour, hour.minute).within(part)

    return PartHours(part, move(hours.start), move(hours.end))


def _add_clock(parts: list[PartHours], clock: _Clock, named: PartOfDay | None, *, until: bool) -> None:
    """Add ``clock`` to the part it belongs to: as an end after "đến", as the start where none stands yet."""
    last = parts[-1] if parts else None
    if last and until and last.start is not None and last.end is None:
        end = clock.within(last.part)
        spans_noon = named is None and last.start < _NOON < end
        parts[-1] = PartHours("day" if spans_noon else last.part, last.start, end)
    elif last and last.part == named and last.start is None:
        parts[-1] = replace(last, start=clock.within(named))
    elif named == "day" and len(parts) > 1 and parts[-2].start is None:
        parts[-2] = replace(parts[-2], start=clock.within("morning"))
    else:
        start = clock.within(None)
        part: PartOfDay = "morning" if start < _NOON else "afternoon"
        parts.append(PartHours(part, start))
