"""A deadline that hangs on the visit ("trước ngày kiểm tra 05 ngày làm việc") -> a day for each unit that owes it.

Pure. N days before a visit is the N-th day back from its first day, and that day is still in time; working days are
counted as the office works them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from scheduler.intake.visits import FoundVisit
from scheduler.model import Due
from scheduler.workdays import WorkingDays

_COUNT: Final = r"(?:ít nhất\s+|tối thiểu\s+|là\s+)?(?P<{name}>\d{{1,2}})\s+ngày(?P<{name}_working>\s+làm việc)?"
_VISIT: Final = (
    r"(?:khi|ngày|thời điểm|buổi)\s+(?:đoàn\b[^.;,\d]{0,40}|(?:tiến hành\s+|được\s+)?"
    r"(?:kiểm tra|thanh tra|giám sát|làm việc|khảo sát)[^.;,\d]{0,30})"
)
_BEFORE_VISIT: Final = re.compile(
    rf"\b(?:trước|chậm nhất|muộn nhất)\s+(?:trước\s+)?{_COUNT.format(name='lead')}"
    rf"\s+(?:trước|so với|tính đến)\s+{_VISIT}"
    rf"|\btrước\s+{_VISIT}\s*{_COUNT.format(name='tail')}"
    rf"|\btrước\s+{_VISIT}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Relative:
    """``days`` before the visit's first day, that day included; 0 is any time before the visit. ``said`` as written."""

    days: int
    working: bool
    said: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The office's working days, and the first day of each unit that is visited."""

    working_days: WorkingDays
    first_days: tuple[tuple[str, date], ...]

    def find_due(self, relative: Relative, unit: str) -> Due | None:
        """Return when ``unit`` owes the report; None where its visit has no day."""
        first = next((day for named, day in self.first_days if named == unit), None)
        if first is None:
            return None
        if relative.days == 0:
            return Due("before", first)
        if relative.working:
            return Due("by", self.working_days.step_back(first, relative.days))
        return Due("by", first - timedelta(days=relative.days))


def find_first_days(visits: tuple[FoundVisit, ...]) -> tuple[tuple[str, date], ...]:
    """Return the first day on which each unit is visited; units without a day are left out."""
    days: dict[str, date] = {}
    for visit in visits:
        if visit.days:
            days[visit.unit.id] = min(days.get(visit.unit.id, visit.days[0]), visit.days[0])
    return tuple(days.items())


def read_relative(sentence: str) -> Relative | None:
    """Read a deadline that is told by the visit; None where ``sentence`` has none."""
    match = _BEFORE_VISIT.search(sentence)
    if not match:
        return None
    count = match["lead"] or match["tail"] or "0"
    working = bool(match["lead_working"] or match["tail_working"])
    return Relative(int(count), working, match.group().strip())
