"""The parts of a draft compared with each other -> findings: what contradicts, what stands twice, what is not attached.

Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from scheduler.intake.dates import name_weekday
from scheduler.intake.forms import list_annexes
from scheduler.intake.outline import Outline, Part, read_annex_number
from scheduler.intake.timing import Period
from scheduler.intake.wording import Placed
from scheduler.model import Finding, Report, Severity, Unit, Visit
from scheduler.workdays import WorkingDays

_COMMUNES_NAMED: Final = re.compile(
    r"(?<![\d/])(?P<count>\d{1,3})\s+(?:xã\s*(?:,\s*(?:phường|thị trấn|TT)|và phường|và thị trấn)|đơn vị cấp xã)",
    re.IGNORECASE,
)
_UNITS_NAMED: Final = re.compile(
    r"(?<![\d/])(?P<count>\d{1,2})\s+(?:(?:huyện|quận)\s*,\s*(?:thị xã|thành phố|quận)|đơn vị cấp huyện)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PlacedVisit:
    """A visit with the display name of its unit and the place of its days."""

    visit: Visit
    name: str
    place: str


def check_visits(
    visits: tuple[PlacedVisit, ...], period: Placed[Period] | None, working_days: WorkingDays
) -> tuple[Finding, ...]:
    """Compare visits with the calendar, the period the text names, and each other."""
    return (
        *_check_days_off(visits, working_days),
        *_check_period(visits, period),
        *_check_repetitions(visits),
        *_check_clashes(visits),
    )


def check_counts(outline: Outline, units: tuple[Unit, ...]) -> tuple[Finding, ...]:
    """Compare the numbers of units and communes that the prose names with the schedule's."""
    communes = sum(len(unit.communes) for unit in units)
    return (
        *_check_count(outline, _COMMUNES_NAMED, communes, "communes"),
        *_check_count(outline, _UNITS_NAMED, len(units), "units"),
    )


def check_deadlines(
    reports: tuple[Report, ...], visits: tuple[PlacedVisit, ...], places: tuple[str, ...]
) -> tuple[Finding, ...]:
    """Tell of each report that is due after the first visit of a unit that owes it; ``places`` are the reports'."""
    findings: list[Finding] = []
    for report, place in zip(reports, places, strict=True):
        owers = {ower.partition("/")[0] for ower in report.owed_by}
        days = [placed.visit.dates[0] for placed in visits if placed.visit.dates and placed.visit.unit in owers]
        if days and report.due.last_day > min(days):
            text = (
                f"'{report.title}' is due on {_show(report.due.last_day)}, after the first visit of a unit that owes "
                f"it ({_show(min(days))}); check both dates"
            )
            findings.append(_warn("deadline-after-visit", text, place))
    return tuple(findings)


def check_annexes(outline: Outline) -> tuple[Finding, ...]:
    """Tell of each annex that the text names and the document does not hold."""
    findings: dict[str, Finding] = {}
    for clause in outline.clauses:
        # An annex handed in alone names itself in its heading.
        if clause.part not in (Part.FRONT, Part.BODY) or read_annex_number(clause.text) is not None:
            continue
        for number, name in list_annexes(clause.text):
            if number not in outline.annexes and number not in findings:
                text = f"'{name}' is named and not attached; hand it to those who need it with the plan"
                findings[number] = _warn("annex-missing", text, clause.place)
    return tuple(findings.values())


def _check_days_off(visits: tuple[PlacedVisit, ...], working_days: WorkingDays) -> Iterator[Finding]:
    for placed in visits:
        for day in placed.visit.dates:
            kind = working_days.explain(day)
            if not kind.working:
                said = f"{name_weekday(day.weekday())}, a day off" + (f" ({kind.reason})" if kind.reason else "")
                text = f"the visit of {placed.name} on {_show(day)} falls on {said}; check the date"
                yield _warn("visit-on-day-off", text, placed.place)


def _check_period(visits: tuple[PlacedVisit, ...], period: Placed[Period] | None) -> Iterator[Finding]:
    if period is None:
        return
    first, last = period.value.first, period.value.last
    for placed in visits:
        for day in placed.visit.dates:
            if not first <= day <= last:
                text = (
                    f"the visit of {placed.name} on {_show(day)} lies outside the period {_show(first)} to "
                    f"{_show(last)} that the text names ({period.place}); check the date"
                )
                yield _warn("visit-outside-period", text, placed.place)


def _check_repetitions(visits: tuple[PlacedVisit, ...]) -> Iterator[Finding]:
    seen: dict[tuple[str, date], str] = {}
    for placed in visits:
        for day in placed.visit.dates:
            key = (placed.visit.unit, day)
            if key in seen:
                text = (
                    f"{placed.name} is visited twice on {_show(day)} (see {seen[key]}); remove the row that is too many"
                )
                yield _warn("visit-repeated", text, placed.place)
            seen.setdefault(key, placed.place)


def _check_clashes(visits: tuple[PlacedVisit, ...]) -> Iterator[Finding]:
    """Tell of units that one team visits on one day in the same part of it."""
    busy: dict[tuple[str, date, str], PlacedVisit] = {}
    told: Counter[tuple[str, str]] = Counter()
    for placed in visits:
        for day in placed.visit.dates:
            for session in placed.visit.sessions:
                other = busy.setdefault((placed.visit.team or "", day, session.id), placed)
                pair = (other.visit.id, placed.visit.id)
                if other.visit.unit != placed.visit.unit and not told[pair]:
                    told[pair] += 1
                    text = (
                        f"{other.name} and {placed.name} are both visited on {_show(day)} by one team; check the dates"
                    )
                    yield _warn("visits-clash", text, placed.place)


def _check_count(outline: Outline, pattern: re.Pattern[str], counted: int, what: str) -> Iterable[Finding]:
    for clause in outline.body:
        for match in pattern.finditer(clause.text):
            if counted and int(match["count"]) != counted:
                text = f"the text names '{match.group()}', the schedule lists {counted} {what}; check which is right"
                code = "commune-count-differs" if what == "communes" else "unit-count-differs"
                yield _warn(code, text, clause.place)


@lru_cache(maxsize=1024)
def _show(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _warn(code: str, message: str, where: str) -> Finding:
    return Finding(Severity.WARNING, code, message, where)
