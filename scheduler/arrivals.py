"""Marks that people made about a report -> where each report owed stands.

Pure. A mark is never changed: the newest of (plan, report, unit) counts, and the rest is the trail. ``unit`` is
whoever owes the report: a unit id or ``unit/commune``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from scheduler.model import Plan, Reminder, Report

# Why a reminder stays away: exactly this text in a delivery's ``detail``, so that taking the mark back finds it again.
NOT_OWED_NOW = "the report is in, said to be sent, or excused"
# How it is told by whom a mark was made: a contact by a link, whose id follows; a user of this machine, if known.
BY_LINK, BY_COMMAND = "link of ", "command line"


class Mark(StrEnum):
    """What somebody said of a report that a unit owes."""

    SAID = "said"  # the unit: it was sent
    RECEIVED = "received"  # the office: it is here
    EXCUSED = "excused"  # the office: it need not come
    TAKEN_BACK = "taken-back"  # the office: none of the above holds after all


class Standing(StrEnum):
    """Where a report owed stands; ``LATE`` is received after its last day."""

    OWED = "owed"
    SAID = "said"
    RECEIVED = "received"
    LATE = "late"
    EXCUSED = "excused"


@dataclass(frozen=True, slots=True)
class ReportMark:
    """One mark. ``on`` is the local day on which the report came, for ``RECEIVED`` alone; ``by`` names who said so."""

    plan: str
    report: str
    unit: str
    mark: Mark
    on: date | None
    by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where the report of one unit stands, and the mark that says so; None where nobody has said anything."""

    plan: str
    report: str
    unit: str
    standing: Standing
    mark: ReportMark | None

    @property
    def stops_reminders(self) -> bool:
        return self.standing is not Standing.OWED


def list_arrivals(plan: Plan, marks: Iterable[ReportMark]) -> tuple[Arrival, ...]:
    """Return every report that ``plan`` says is owed, in the plan's order; ``marks`` in order of their making."""
    newest = {(mark.report, mark.unit): mark for mark in marks if mark.plan == plan.id}
    return tuple(
        Arrival(
            plan.id, report.id, unit, judge_mark(report, newest.get((report.id, unit))), newest.get((report.id, unit))
        )
        for report in plan.reports
        for unit in report.owed_by
    )


def judge_mark(report: Report, mark: ReportMark | None) -> Standing:
    """Return where a report stands by its newest mark; one that came on its last day is in time, whatever the hour."""
    if mark is None or mark.mark is Mark.TAKEN_BACK:
        return Standing.OWED
    if mark.mark is Mark.RECEIVED:
        return Standing.LATE if mark.on is not None and mark.on > report.due.last_day else Standing.RECEIVED
    return Standing.SAID if mark.mark is Mark.SAID else Standing.EXCUSED


def drop_settled(reminders: Iterable[Reminder], arrivals: Iterable[Arrival]) -> tuple[Reminder, ...]:
    """Return the reminders, in the given order, without those of reports that a unit need not be reminded of."""
    settled = {(arrival.report, arrival.unit) for arrival in arrivals if arrival.stops_reminders}
    return tuple(r for r in reminders if r.about != "report" or (r.item, r.unit) not in settled)
