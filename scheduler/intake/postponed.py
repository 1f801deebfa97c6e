"""What a note or a sentence says of a visit that is put off -> the row without its old day, or on its new one.

Pure. A visit never keeps a day that the document takes back; what became of it is a finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Final

from scheduler.intake.dates import read_dates
from scheduler.intake.hours import HoursReading, read_hours
from scheduler.intake.offices import UnitRoll
from scheduler.intake.outline import Outline, Part
from scheduler.intake.rows import ScheduleRow
from scheduler.intake.units import Units, make_place_key
from scheduler.intake.wording import Placed, split_sentences
from scheduler.model import Finding, Severity

_PUTS_OFF: Final = re.compile(
    r"(?<!trì )\bhoãn\b|\btạm\s+(?:dừng|ngừng)\b|\bdời\b|\blùi\b|\bchuyển\s+(?:lịch\s+)?sang\s+(?:ngày|tháng|quý)\b"
    r"|\b(?:hủy|huỷ)\s+(?:lịch|buổi|kiểm tra)",
    re.IGNORECASE,
)
# "trường hợp hoãn …" says what to do, not that it is so.
_SUPPOSES: Final = re.compile(r"\b(?:nếu|trường hợp|trong trường hợp|khi|không (?:được|tự ý))\b", re.IGNORECASE)
_STARTS_APART: Final = re.compile(r"\briêng\b[^.;]*\bbắt đầu\b", re.IGNORECASE)
_MOVES_TO: Final = re.compile(r"\b(?:sang|đến|tới|thành|vào)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Postponement:
    """``days`` are the new ones, () where none is named; ``said`` as written."""

    said: str
    days: tuple[date, ...]


@lru_cache(maxsize=4096)
def read_postponement(text: str, *, year: int | None) -> Postponement | None:
    """Read that ``text`` puts a visit off; None where it does not."""
    for sentence in split_sentences(text.replace("\n", " ")):
        match = _PUTS_OFF.search(sentence)
        if match and not _SUPPOSES.search(sentence[: match.start()]):
            target = _MOVES_TO.search(sentence, match.start())
            days = read_dates(sentence[target.end() :], year=year).days if target else ()
            return Postponement(sentence, days)
    return None


def move_starts(
    rows: tuple[ScheduleRow, ...], outline: Outline, units: Units, roll: UnitRoll
) -> tuple[ScheduleRow, ...]:
    """Give the rows of a unit the start that the prose names for it apart ("Riêng huyện A bắt đầu 09 giờ")."""
    ids = {make_place_key(unit.name): unit.id for unit in units.units}
    starts: dict[str, Placed[HoursReading]] = {}
    for clause in outline.body:
        for sentence in split_sentences(clause.text):
            hours = read_hours(sentence)
            if _STARTS_APART.search(sentence) and len(hours.parts) == 1 and hours.parts[0].start:
                starts |= {unit: Placed(hours, clause.place) for unit in roll.find_in(sentence)}
    return tuple(
        replace(row, hours=starts[unit], adjusts=starts[unit].value.parts[0].part == "morning")
        if (unit := ids[make_place_key(row.unit.value)]) in starts and not row.hours.value.parts
        else row
        for row in rows
    )


def put_off_visits(
    rows: tuple[ScheduleRow, ...], outline: Outline, units: Units, roll: UnitRoll, *, year: int | None
) -> tuple[tuple[ScheduleRow, ...], tuple[Finding, ...]]:
    """Apply what rows' notes and the prose put off; prose names the unit, and the day where it has several visits."""
    ids = {make_place_key(unit.name): unit.id for unit in units.units}
    findings: list[Finding] = []
    changed: list[ScheduleRow] = []
    for row in rows:
        told = read_postponement(row.note.value, year=year) if row.note else None
        if told and row.note:
            findings.append(_tell(row.unit.value, told, row.note.place))
        changed.append(replace(row, days=told.days) if told else row)
    for clause in outline.clauses:
        if clause.part in (Part.RECIPIENTS, Part.SIGNATURE):
            continue
        for sentence in split_sentences(clause.text):
            told = read_postponement(sentence, year=year)
            for unit in roll.find_in(sentence) if told else ():
                meant = [at for at, row in enumerate(changed) if ids[make_place_key(row.unit.value)] == unit]
                named = set(read_dates(sentence, year=year).days)
                meant = [at for at in meant if named & set(changed[at].days)] or meant
                if told is None or not meant:
                    continue
                findings.append(_tell(changed[meant[0]].unit.value, told, clause.place))
                # Which of several visits is meant is not said: none keeps its day.
                alone = len({changed[at].days for at in meant}) == 1
                for at in meant:
                    changed[at] = replace(changed[at], days=told.days if alone else ())
    return tuple(changed), tuple(findings)


def _tell(unit: str, told: Postponement, place: str) -> Finding:
    days = ", ".join(f"{day:%d/%m/%Y}" for day in told.days)
    became = f"it is on {days} now" if days else "it has no date until one is entered"
    text = f"the visit of {unit} is put off ('{told.said}'); its date in the schedule is not taken, {became}; check it"
    return Finding(Severity.WARNING, "postponed", text, place)
