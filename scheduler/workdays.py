"""Which days an office works, and why: the holidays library for Vietnam, and an override file that wins.

Pure (the library computes; it reads nothing). Weekends are Saturday and Sunday; a weekend day that the
government exchanged for a bridge day ("hoán đổi ngày làm việc") is a working day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING

from scheduler.model import DayOverride

if TYPE_CHECKING:
    from holidays import HolidayBase

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SUBSTITUTED = re.compile(r"\(substituted from (\d{2})/(\d{2})/(\d{4})\)")
_ONE_DAY = timedelta(days=1)


def format_day(day: date) -> str:
    """Return "Saturday 4/5/2024", as logs, previews and errors name a day."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day}/{day.month}/{day.year}"


@dataclass(frozen=True, slots=True)
class DayKind:
    """Whether a day is worked; ``reason`` is "" for an ordinary weekday."""

    day: date
    working: bool
    reason: str


class WorkingDays:
    """The working-day calendar; answers are kept, so asking again costs nothing."""

    def __init__(self, overrides: tuple[DayOverride, ...] = ()) -> None:
        self.overrides = overrides
        self._overrides = {override.day: override for override in overrides}
        self._kinds: dict[date, DayKind] = {}

    def explain(self, day: date) -> DayKind:
        """Say whether ``day`` is worked, and why where that is not plain from its weekday."""
        kind = self._kinds.get(day)
        if kind is None:
            kind = self._kinds[day] = self._decide(day)
        return kind

    def is_working(self, day: date) -> bool:
        return self.explain(day).working

    def back_to_working(self, day: date) -> date:
        """Return ``day`` itself when it is worked, else the last working day before it."""
        while not self.is_working(day):
            day -= _ONE_DAY
        return day

    def step_back(self, day: date, count: int) -> date:
        """Return the ``count``-th working day before ``day``; ``day`` itself does not count."""
        while count > 0:
            day -= _ONE_DAY
            count -= self.is_working(day)
        return day

    def forward_to_working(self, day: date) -> date:
        """Return ``day`` itself when it is worked, else the next working day after it."""
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def step_forward(self, day: date, count: int) -> date:
        """Return the ``count``-th working day after ``day``; ``day`` itself does not count."""
        while count > 0:
            day += _ONE_DAY
            count -= self.is_working(day)
        return day

    def count_until(self, start: date, end: date) -> int:
        """Return how many working days lie after ``start`` up to and including ``end``; 0 if ``end`` is not later."""
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def list_peculiar(self, start: date, end: date) -> tuple[DayKind, ...]:
        """Return the days from ``start`` to ``end``, both included, that do not follow from their weekday."""
        kinds = (self.explain(start + timedelta(days=n)) for n in range((end - start).days + 1))
        return tuple(kind for kind in kinds if kind.reason and kind.working == (kind.day.weekday() > 4))

    @cached_property
    def _vietnam(self) -> HolidayBase:
        return load_vietnam()

    def _decide(self, day: date) -> DayKind:
        override = self._overrides.get(day)
        if override is not None:
            return DayKind(day, override.working, override.reason)
        name = self._vietnam.get(day)
        if name is not None and day not in self._vietnam.weekend_workdays:
            return DayKind(day, False, _reword_substitute(name))
        if day.weekday() < 5:
            return DayKind(day, True, "")
        if self._vietnam.is_working_day(day):
            return DayKind(day, True, self._explain_make_up(day))
        return DayKind(day, False, "weekend")

    def _explain_make_up(self, day: date) -> str:
        for holiday, name in self._vietnam.items():
            match = _SUBSTITUTED.search(name)
            if match is not None and date(int(match[3]), int(match[1]), int(match[2])) == day:
                return f"worked in place of {format_day(holiday)}"
        return "a make-up working day"


def load_vietnam() -> HolidayBase:
    """Return what the holidays library knows of Vietnam, named in English; the first call loads it."""
    import holidays

    country = _find_country()
    return country(language="en_US") if country else holidays.country_holidays("VN", language="en_US")


@cache
def _find_country() -> type[HolidayBase] | None:
    """Return the library's class of Vietnam, without loading the 200 other countries; None where it lies elsewhere.

    The library's package of countries imports every one of them before any; the module itself needs none.
    """
    import holidays

    spec = PathFinder.find_spec("vietnam", [f"{folder}/countries" for folder in holidays.__path__])
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    country: object = getattr(module, "Vietnam", None)
    return country if isinstance(country, type) and issubclass(country, holidays.HolidayBase) else None


def _reword_substitute(name: str) -> str:
    match = _SUBSTITUTED.search(name)
    if match is None:
        return name
    return f"day off, made up on {format_day(date(int(match[3]), int(match[1]), int(match[2])))}"
