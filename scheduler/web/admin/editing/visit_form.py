"""One visit as a form: days, sessions, communes, levels, team, scope, and whether it is called off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import Level, Plan, Unit, Visit, VisitSession
from scheduler.naming import make_unique_slug
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame
from scheduler.web.admin.editing.plan_page import open_plan, require_plan, save_plan
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice

_MOST_DAYS = 60
_MOST_SESSIONS = 40
_LEVELS: tuple[tuple[Level, str], ...] = (("unit", "Cấp đơn vị"), ("commune", "Cấp xã"))


@dataclass(frozen=True, slots=True)
class SessionValues:
    """What stands in the fields of one session of a visit; ``number`` counts them from 0."""

    number: int
    id: str = ""
    commune: str = ""
    place: str = ""
    start: str = ""
    end: str = ""

    @property
    def has_own(self) -> bool:
        return bool(self.commune or self.place or self.start or self.end)


@dataclass(frozen=True, slots=True)
class VisitValues:
    """What stands in the fields of a visit."""

    unit: str
    days: tuple[str, ...]
    sessions: tuple[SessionValues, ...]
    communes: tuple[str, ...]
    levels: tuple[str, ...]
    team: str
    scope: str
    cancelled: bool


@dataclass(frozen=True, slots=True)
class VisitPage:
    """``unit`` None for a new visit whose unit is still to be chosen; ``visit`` "" for a new one."""

    frame: Frame
    plan: Plan
    visit: str
    unit: Unit | None
    values: VisitValues
    levels: tuple[Choice, ...]


def show_visit_form(desk: Desk, asked: Asked) -> Response:
    """Show one visit to be edited."""
    footing = open_plan(desk, asked)
    visit = _require_visit(require_plan(desk, footing), asked.word("visit"))
    return _show(desk, asked, footing, (), _fill(visit), visit.id)


def show_new_visit(desk: Desk, asked: Asked) -> Response:
    """Show the form of a new visit; the unit is chosen first, since the communes are its own."""
    footing = open_plan(desk, asked)
    plan = require_plan(desk, footing)
    unit = next((unit for unit in plan.units if unit.id == asked.asked_for("don-vi")), None)
    sessions = tuple(SessionValues(number, session.id) for number, session in enumerate(plan.sessions))
    team = plan.teams[0].id if len(plan.teams) == 1 else ""
    levels = tuple(level for level, _ in _LEVELS)
    values = VisitValues("" if unit is None else unit.id, (), sessions, (), levels, team, "", cancelled=False)
    return _show(desk, asked, footing, (), values, "")


def save_visit(desk: Desk, asked: Asked) -> Response:
    """Keep a change of a visit as a draft."""
    visit_id = asked.word("visit")

    def change(plan: Plan) -> Plan:
        old = _require_visit(plan, visit_id)
        new = _read_visit(asked, plan, old)
        return replace(plan, visits=tuple(new if visit is old else visit for visit in plan.visits))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked, asked.field("don-vi")), visit_id)

    return save_plan(desk, asked, change, show_again, f"Sửa buổi kiểm tra {_name_visit(desk, asked, visit_id)}")


def save_new_visit(desk: Desk, asked: Asked) -> Response:
    """Keep a new visit as a draft."""
    unit_id = asked.field("don-vi")

    def change(plan: Plan) -> Plan:
        unit = next((unit for unit in plan.units if unit.id == unit_id), None)
        if unit is None:
            raise FormError((Fault("don-vi", "Đơn vị: hãy chọn một."),))
        visit_id = make_unique_slug(unit.id, {visit.id for visit in plan.visits})
        new = _read_visit(asked, plan, Visit(visit_id, unit.id, (), (), ()))
        return replace(plan, visits=(*plan.visits, new))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked, unit_id), "")

    name = desk.names().place(asked.word("plan"), unit_id)
    return save_plan(desk, asked, change, show_again, f"Thêm buổi kiểm tra {name}")


def _name_visit(desk: Desk, asked: Asked, visit_id: str) -> str:
    """Return the name of the unit that is visited; the visit's id where the plan in force does not have it yet."""
    names, plan_id = desk.names(), asked.word("plan")
    visit = names.visits.get((plan_id, visit_id))
    return visit_id if visit is None else names.place(plan_id, visit.unit)


def _require_visit(plan: Plan, visit_id: str) -> Visit:
    visit = next((visit for visit in plan.visits if visit.id == visit_id), None)
    if visit is None:
        raise HTTPException(404)
    return visit


def _show(
    desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: VisitValues, visit: str
) -> Response:
    plan = require_plan(desk, footing)
    unit_id = _require_visit(plan, visit).unit if visit else values.unit
    return desk.show(
        "visit_form",
        asked,
        VisitPage(
            frame=make_frame(desk, asked, footing, faults),
            plan=plan,
            visit=visit,
            unit=next((unit for unit in plan.units if unit.id == unit_id), None),
            values=values,
            levels=tuple(Choice(level, words) for level, words in _LEVELS),
        ),
        WRONG if faults else 200,
    )


def _fill(visit: Visit) -> VisitValues:
    return VisitValues(
        unit=visit.unit,
        days=tuple(day.isoformat() for day in visit.dates),
        sessions=tuple(
            SessionValues(n, s.id, s.commune or "", s.place or "", _say(s.start), _say(s.end))
            for n, s in enumerate(visit.sessions)
        ),
        communes=visit.communes,
        levels=visit.levels,
        team=visit.team or "",
        scope=visit.scope or "",
        cancelled=visit.cancelled,
    )


def _take_values(asked: Asked, unit: str) -> VisitValues:
    """Return the fields as they were typed."""
    numbers = range(min(_MOST_SESSIONS, len([key for key in asked.form if key.startswith("buoi-")])))
    sessions = (
        SessionValues(
            n,
            asked.field(f"buoi-{n}"),
            asked.field(f"buoi-{n}-xa"),
            asked.field(f"buoi-{n}-noi"),
            asked.field(f"buoi-{n}-tu"),
            asked.field(f"buoi-{n}-den"),
        )
        for n in numbers
    )
    return VisitValues(
        unit=unit,
        days=tuple(day for day in asked.fields("ngay") if day)[:_MOST_DAYS],
        sessions=tuple(replace(s, number=n) for n, s in enumerate(s for s in sessions if s.id)),
        communes=asked.fields("xa"),
        levels=asked.fields("cap"),
        team=asked.field("doan"),
        scope=asked.whole("noi-dung").replace("\r\n", "\n"),
        cancelled=asked.field("huy") == "1",
    )


def _read_visit(asked: Asked, plan: Plan, old: Visit) -> Visit:
    """Return the visit that the form asks for; FormError with all that is wrong in it."""
    reader, typed = FormReader(asked), _take_values(asked, old.unit)
    unit = next(unit for unit in plan.units if unit.id == old.unit)
    days = [reader.day("ngay-0", text, "Ngày kiểm tra") for text in typed.days]
    sessions = tuple(_read_session(reader, plan, unit, session) for session in typed.sessions)
    levels = tuple(level for level, _ in _LEVELS if level in typed.levels)
    if not levels:
        reader.refuse("cap-unit", "Cấp được kiểm tra: chọn ít nhất một.")
    scope = reader.paragraphs("noi-dung")
    if reader.faults:
        raise FormError(tuple(reader.faults))
    known = tuple(commune.id for commune in unit.communes)
    # As they stood, then what was added in the order of the list.
    communes = (*(c for c in old.communes if c in typed.communes), *(c for c in known if c in typed.communes))
    return replace(
        old,
        dates=tuple(sorted({day for day in days if day is not None})),
        sessions=sessions,
        communes=tuple(dict.fromkeys(communes)),
        levels=old.levels if set(levels) == set(old.levels) else levels,
        scope=scope,
        team=typed.team if typed.team in {team.id for team in plan.teams} else None,
        cancelled=typed.cancelled,
    )


def _read_session(reader: FormReader, plan: Plan, unit: Unit, typed: SessionValues) -> VisitSession:
    name = f"buoi-{typed.number}"
    if typed.id not in {session.id for session in plan.sessions}:
        reader.refuse(name, "Buổi: hãy chọn trong danh sách.")
    start, end = (reader.hour(f"{name}-{part}", "Giờ của buổi") for part in ("tu", "den"))
    return VisitSession(
        id=typed.id,
        commune=typed.commune if typed.commune in {commune.id for commune in unit.communes} else None,
        place=reader.line(f"{name}-noi", "Nơi kiểm tra"),
        start=start,
        end=end,
    )


def _say(hour: time | None) -> str:
    return "" if hour is None else f"{hour:%H:%M}"
