"""A province-wide plan of 240 visits that makes 10,000 reminders, in the shape of the shipped sample.

Pure; the same values on every call. 200 units of two communes, 40 of them visited twice over a year, one report
that all units owe; two offices a unit, one a commune, a team of nine; the seven default rules.
One visit makes 2 x (2 + 2 + 9) + 9 = 35 reminders, one unit's report 4 x 2 = 8: 240 x 35 + 200 x 8 = 10,000.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from scheduler.model import (
    Audience,
    Commune,
    Contact,
    Due,
    Forms,
    Organiser,
    Plan,
    PlanStatus,
    Report,
    Rule,
    Session,
    Team,
    Unit,
    Visit,
    VisitSession,
)
from scheduler.rules import parse_when

REMINDERS = 10_000
NOW = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)

_UNITS = 200
_VISITS = 240
_FIRST_VISIT = date(2025, 2, 3)
_TEAM = "doan-kiem-tra"
_TEAM_SIZE = 9
_EVERYONE: tuple[Audience, ...] = ("units", "communes", "team")


@dataclass(frozen=True, slots=True)
class LargePlan:
    """What ``plan_reminders`` takes, but for the working days."""

    plan: Plan
    contacts: tuple[Contact, ...]
    rules: tuple[Rule, ...]


def make_large_plan() -> LargePlan:
    """Make the plan with its contacts and rules; it yields ``REMINDERS`` reminders, all after ``NOW``."""
    units = tuple(_make_unit(number) for number in range(1, _UNITS + 1))
    plan = Plan(
        id="kiem-tra-2025",
        title="Kế hoạch kiểm tra liên ngành trên toàn tỉnh năm 2025",
        organiser=Organiser("Sở Lao động - Thương binh và Xã hội", "so@so-ldtbxh.example"),
        updated=NOW,
        status=PlanStatus.CONFIRMED,
        public=True,
        sessions=(
            Session("morning", "Buổi sáng", time(7, 0), time(11, 30)),
            Session("afternoon", "Buổi chiều", time(13, 30), time(17, 0)),
        ),
        units=units,
        teams=(Team(_TEAM, "Đoàn kiểm tra", tuple(_name_member(number) for number in range(1, _TEAM_SIZE + 1))),),
        visits=tuple(_make_visit(number, units[number % _UNITS]) for number in range(_VISITS)),
        reports=(_make_report(units),),
    )
    return LargePlan(plan, tuple(_list_contacts(units)), _make_rules())


def _make_unit(number: int) -> Unit:
    communes = (Commune(f"xa-{number}-a", f"Xã số {number} A"), Commune(f"xa-{number}-b", f"Xã số {number} B"))
    return Unit(f"don-vi-{number}", f"Đơn vị số {number}", communes)


def _make_visit(number: int, unit: Unit) -> Visit:
    again = "" if number < _UNITS else "-2"
    week, weekday = divmod(number, 5)
    return Visit(
        id=f"{unit.id}{again}",
        unit=unit.id,
        communes=tuple(commune.id for commune in unit.communes),
        dates=(_FIRST_VISIT + timedelta(weeks=week, days=weekday),),
        sessions=(VisitSession("morning"), VisitSession("afternoon")),
        team=_TEAM,
    )


def _make_report(units: tuple[Unit, ...]) -> Report:
    return Report(
        id="bao-cao",
        title="Báo cáo kết quả thực hiện",
        due=Due("before", date(2025, 5, 10)),
        deliver_to="Sở Lao động - Thương binh và Xã hội",
        submit_to=("bao-cao@so-ldtbxh.example",),
        owed_by=tuple(unit.id for unit in units),
        forms=Forms(default="Phụ lục số 03"),
    )


def _list_contacts(units: tuple[Unit, ...]) -> list[Contact]:
    contacts = [
        Contact(_name_member(number), f"Thành viên số {number}", _TEAM, f"thanh-vien-{number}@so-ldtbxh.example")
        for number in range(1, _TEAM_SIZE + 1)
    ]
    for unit in units:
        for office in ("ubnd", "phong-ldtbxh"):
            contacts.append(
                Contact(f"{office}-{unit.id}", f"Cơ quan tại {unit.name}", unit.id, f"{office}@{unit.id}.example")
            )
        for commune in unit.communes:
            place = f"{unit.id}/{commune.id}"
            contacts.append(
                Contact(f"ubnd-{commune.id}", f"UBND {commune.name}", place, f"{commune.id}@{unit.id}.example")
            )
    return contacts


def _name_member(number: int) -> str:
    return f"thanh-vien-{number}"


def _make_rules() -> tuple[Rule, ...]:
    return (
        Rule("report-2-weeks", "report", ("units",), parse_when("14 days before at 08:00"), "report-due"),
        Rule("report-5-days", "report", ("units",), parse_when("5 working days before at 08:00"), "report-due"),
        Rule("report-1-day", "report", ("units",), parse_when("1 working day before at 08:00"), "report-due"),
        Rule("report-last-day", "report", ("units",), parse_when("on the last day at 08:00"), "report-last-day"),
        Rule("visit-1-week", "visit", _EVERYONE, parse_when("7 days before at 08:00"), "visit-coming"),
        Rule("visit-2-days", "visit", _EVERYONE, parse_when("2 working days before at 08:00"), "visit-coming"),
        Rule("visit-eve", "visit", ("team",), parse_when("the day before at 15:00"), "visit-eve"),
    )
