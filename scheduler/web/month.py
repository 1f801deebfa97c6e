"""The days of an agenda -> tables of months, Monday first, as a calendar on the wall shows them.

Pure.
"""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.web.agenda import AgendaDay

_MOST_IN_A_DAY = 4
_WEEKS = Calendar(firstweekday=0)


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One day of a month table; ``held`` None where nothing is on. ``more`` are the units that do not fit."""

    day: date
    in_month: bool
    held: AgendaDay | None
    units: tuple[tuple[str, bool], ...]
    more: int


@dataclass(frozen=True, slots=True)
class MonthTable:
    """One month, in weeks of seven days."""

    title: str
    weeks: tuple[tuple[MonthCell, ...], ...]


def lay_out_months(days: Iterable[AgendaDay]) -> tuple[MonthTable, ...]:
    """Return a table for each month that has a day with something on; ``days`` ascend."""
    held = {day.day: day for day in days}
    months = dict.fromkeys((day.year, day.month) for day in held)
    return tuple(
        MonthTable(
            f"Tháng {month}/{year}",
            tuple(
                tuple(_make_cell(day, month, held) for day in week) for week in _WEEKS.monthdatescalendar(year, month)
            ),
        )
        for year, month in months
    )


def _make_cell(day: date, month: int, held: dict[date, AgendaDay]) -> MonthCell:
    found = held.get(day) if day.month == month else None
    units = () if found is None else tuple((visit.unit, visit.cancelled) for visit in found.visits)
    # The last that fits is shown rather than counted.
    shown = units if len(units) <= _MOST_IN_A_DAY else units[: _MOST_IN_A_DAY - 1]
    return MonthCell(day, day.month == month, found, shown, len(units) - len(shown))
