"""The prose about time -> whether the dates are tentative, the period they fall in, the hours for all visits.

Pure.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from scheduler.intake.dates import DateReading, read_dates
from scheduler.intake.hours import HoursReading, read_hours
from scheduler.intake.outline import Clause, Outline, Part
from scheduler.intake.wording import Placed, split_sentences

_TENTATIVE: Final = re.compile(r"\bdự kiến\b|\btạm thời\b", re.IGNORECASE)
_ABOUT_TIME: Final = re.compile(
    r"\bthời gian\b|\blịch (?:kiểm tra|làm việc|thanh tra|giám sát)\b|\btiến độ\b", re.IGNORECASE
)
_ABOUT_VISITS: Final = re.compile(r"kiểm tra|thanh tra|giám sát|làm việc|khảo sát", re.IGNORECASE)
_ABOUT_HOURS: Final = re.compile(r"\bbuổi\b|\bsáng\b|\bchiều\b|\bbắt đầu\b|\bgiờ làm việc\b", re.IGNORECASE)
_NOT_FOR_ALL: Final = re.compile(r"\bbáo cáo\b|\btrước\b|\bchậm nhất\b|\briêng\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``first`` to ``last``, both within it."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Timing:
    """``tentative`` is the place that says so, None where nothing does."""

    tentative: str | None
    period: Placed[Period] | None
    hours: Placed[HoursReading] | None


def read_timing(outline: Outline, *, year: int | None) -> Timing:
    """Read what the prose says about time; ``year`` serves dates written without one."""
    about_time = tuple(clause for clause in outline.body if _is_about_time(clause))
    return Timing(
        _find_tentative(outline, about_time),
        _find_period(about_time, year),
        _find_hours((*about_time, *outline.body, *outline.of_part(Part.ANNEX))),
    )


def _is_about_time(clause: Clause) -> bool:
    headings = (*clause.within, clause)
    # A deadline for a report is no time of visits.
    return any(_ABOUT_TIME.search(each.text[:80]) for each in headings) and "báo cáo" not in clause.text.casefold()


def _find_tentative(outline: Outline, about_time: tuple[Clause, ...]) -> str | None:
    """Return where the schedule is called tentative: above its table, or in the section on time."""
    above = [each for clause in outline.introductions for each in (*clause.within, clause)]
    for clause in (*above, *about_time):
        if _TENTATIVE.search(clause.text):
            return clause.place
    return None


def _find_period(clauses: tuple[Clause, ...], year: int | None) -> Placed[Period] | None:
    for clause in clauses:
        if not _ABOUT_VISITS.search(clause.context):
            continue
        period = _make_period(read_dates(clause.text, year=year), year)
        if period:
            return Placed(period, clause.place)
    return None


def _make_period(reading: DateReading, year: int | None) -> Period | None:
    if len(reading.days) > 1:
        return Period(reading.days[0], reading.days[-1])
    # "tháng 5 và tháng 6/2024": the year stands behind the last month and holds for those before it.
    stated = next((month.year for month in reversed(reading.months) if month.year), year)
    if not reading.months or stated is None:
        return None
    months = sorted((month.year or stated, month.month) for month in reading.months)
    first, last = months[0], months[-1]
    return Period(date(*first, 1), date(*last, calendar.monthrange(*last)[1]))


def _find_hours(clauses: tuple[Clause, ...]) -> Placed[HoursReading] | None:
    for clause in clauses:
        for sentence in split_sentences(clause.text):
            hours = read_hours(sentence)
            stated = any(part.start for part in hours.parts)
            if stated and _ABOUT_HOURS.search(sentence) and not _NOT_FOR_ALL.search(sentence):
                return Placed(hours, clause.place)
    return None
