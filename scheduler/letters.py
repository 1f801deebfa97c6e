"""Plan, reminder and contact -> the facts of one letter, in Vietnamese words ready to be set in a template.

Pure. The fields of ``Letter`` are the names a template may use; ``visit`` or ``report`` is None where the
letter is about the other. Days and hours are local to the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from scheduler.errors import SchedulerError
from scheduler.model import Contact, Plan, PlanStatus, Reminder, Report
from scheduler.phrases import (
    phrase_date,
    phrase_day,
    phrase_days_briefly,
    phrase_deadline,
    phrase_due,
    phrase_hour,
    phrase_list,
)
from scheduler.plan_index import PlanIndex, VisitNames, VisitPart, label_place
from scheduler.workdays import WorkingDays

Audience = Literal["unit", "commune", "team"]


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """``reference`` names the plan with its number where it has one."""

    id: str
    title: str
    reference: str
    organiser: str
    tentative: bool
    public: bool


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """``hours`` is "từ 07 giờ 00, dự kiến đến 11 giờ 30"; ``where`` the place, or the communes and the unit."""

    name: str
    start: str
    end: str
    hours: str
    where: str


@dataclass(frozen=True, slots=True)
class DayFacts:
    """One day of a visit; ``sessions`` in order, for the team those of all its visits that day.

    ``places_differ`` is true where a session is not simply at the visit's label, so that each must name its place.
    """

    date: str
    brief: str
    sessions: tuple[SessionFacts, ...]
    places_differ: bool


@dataclass(frozen=True, slots=True)
class HostFacts:
    """Whom the team meets: a contact of the unit or of one of its communes; ``email`` is None where unknown."""

    name: str
    title: str | None
    place: str
    email: str | None


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """A visit as one recipient should read of it.

    ``commune_list`` names the communes, ``commune`` the recipient's own (None for others). ``when`` is a short
    date for the subject. ``shared_sessions`` is true where the plan does not say which commune has which
    session. ``hosts`` is filled for the team alone.
    """

    unit: str
    communes: tuple[str, ...]
    commune_list: str
    commune: str | None
    label: str
    when: str
    dates: str
    days: tuple[DayFacts, ...]
    days_left: int
    countdown: str
    scope: str | None
    team: str | None
    commune_level_only: bool
    shared_sessions: bool
    hosts: tuple[HostFacts, ...]


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A report that the recipient's unit owes.

    ``due`` is "trước ngày 10/5/2024", ``deadline`` the same with the last day spelled out. Days are left
    after the day of writing, up to and including the last day. ``unusual_days`` are those among them that
    are not what their weekday says.
    """

    title: str
    unit: str
    due: str
    deadline: str
    last_day: str
    form: str | None
    deliver_to: str | None
    submit_to: tuple[str, ...]
    days_left: int
    working_days_left: int
    countdown: str
    unusual_days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a template may say. ``reason`` tells why this recipient gets the letter."""

    audience: Audience
    for_information: bool
    recipient: str
    recipient_title: str | None
    address: str
    plan: PlanFacts
    visit: VisitFacts | None
    report: ReportFacts | None
    reason: str
    wrong_address_contact: str
    link: str | None


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter set in its templates: ``subject`` is one line; ``text`` and ``html`` are complete, each by itself."""

    subject: str
    text: str
    html: str


class LetterError(SchedulerError):
    """The reminder's item is not such that a letter can be written about it: the admin looks at the plan."""


def describe_letter(
    index: PlanIndex,
    reminder: Reminder,
    contact: Contact,
    *,
    contacts: tuple[Contact, ...],
    workdays: WorkingDays,
    written_at: datetime,
    wrong_address_contact: str,
    link: str | None,
) -> Letter:
    """Return the facts of the letter that ``reminder`` sends to ``contact``.

    ``written_at`` (aware) is the instant of writing: what is left is counted from its local day. ``contacts``
    are all that are known: the team's letter names those of the places it visits. UnknownIdError when the
    reminder names an item that the plan does not have, LetterError when the visit has no date.
    """
    audience = _tell_audience(index, contact)
    today = written_at.astimezone(index.plan.zone).date()
    visit: VisitFacts | None = None
    report: ReportFacts | None = None
    informed = False
    if reminder.about == "visit":
        names = index.resolve_visit(index.find_visit(reminder.item))
        informed = audience == "unit" and names.visit.levels == ("commune",)
        visit = _describe_visit(index, names, contact, audience, contacts, today)
    else:
        report = _describe_report(index, index.find_report(reminder.item), reminder.unit, workdays, today)
    return Letter(
        audience=audience,
        for_information=informed,
        recipient=contact.name,
        recipient_title=contact.title,
        address=reminder.address,
        plan=_describe_plan(index.plan),
        visit=visit,
        report=report,
        reason=_give_reason(index, reminder, contact, audience, informed),
        wrong_address_contact=wrong_address_contact,
        link=link if index.plan.public else None,
    )


def _tell_audience(index: PlanIndex, contact: Contact) -> Audience:
    if index.is_team(contact.of):
        return "team"
    return "commune" if "/" in contact.of else "unit"


def _describe_plan(plan: Plan) -> PlanFacts:
    return PlanFacts(
        id=plan.id,
        title=plan.title,
        reference=f"{plan.title} (số {plan.number})" if plan.number else plan.title,
        organiser=plan.organiser.name,
        tentative=plan.status is PlanStatus.TENTATIVE,
        public=plan.public,
    )


def _give_reason(index: PlanIndex, reminder: Reminder, contact: Contact, audience: Audience, informed: bool) -> str:
    if audience == "team":
        return f"có tên trong thành phần {index.find_team(contact.of).name}"
    place = index.name_place(contact.of)
    if reminder.about == "report":
        return f"là đầu mối của {place}, nơi phải gửi báo cáo theo kế hoạch"
    if informed:
        return f"là đầu mối của {place}, nơi có xã được kiểm tra theo kế hoạch"
    return f"là đầu mối của {place}, nơi được kiểm tra theo kế hoạch"


def _describe_report(index: PlanIndex, report: Report, unit: str, workdays: WorkingDays, today: date) -> ReportFacts:
    last_day = report.due.last_day
    days_left = (last_day - today).days
    working_days_left = workdays.count_until(today, last_day)
    return ReportFacts(
        title=report.title,
        unit=index.name_place(unit),
        due=phrase_due(report.due),
        deadline=phrase_deadline(report.due),
        last_day=phrase_date(last_day),
        form=report.forms.for_unit(unit),
        deliver_to=report.deliver_to,
        submit_to=report.submit_to,
        days_left=days_left,
        working_days_left=working_days_left,
        countdown=_count_down_to_deadline(days_left, working_days_left),
        unusual_days=_list_unusual_days(workdays, today, last_day),
    )


def _count_down_to_deadline(days_left: int, working_days_left: int) -> str:
    if days_left < 0:
        return f"đã quá hạn {-days_left} ngày"
    if days_left == 0:
        return "hôm nay là ngày cuối"
    return f"còn {working_days_left} ngày làm việc" if working_days_left else f"còn {days_left} ngày (đều là ngày nghỉ)"


def _list_unusual_days(workdays: WorkingDays, today: date, last_day: date) -> tuple[str, ...]:
    if last_day <= today:
        return ()
    kinds = workdays.list_peculiar(today + timedelta(days=1), last_day)
    return tuple(f"{phrase_date(kind.day)} {'làm việc bù' if kind.working else 'được nghỉ'}" for kind in kinds)


def _describe_visit(
    index: PlanIndex,
    names: VisitNames,
    contact: Contact,
    audience: Audience,
    contacts: tuple[Contact, ...],
    today: date,
) -> VisitFacts:
    visit = names.visit
    if not visit.dates:
        raise LetterError(f"plan {index.plan.id}: visit '{visit.id}' has no date, so nobody can be told of it; add one")
    own = contact.of.partition("/")[2] if audience == "commune" else None
    days_left = (visit.dates[0] - today).days
    return VisitFacts(
        unit=names.unit,
        communes=names.communes,
        commune_list=phrase_list(names.communes),
        commune=index.name_commune(visit.unit, own) if own else None,
        label=names.label,
        when=phrase_days_briefly(visit.dates),
        dates=phrase_list(tuple(phrase_date(day) for day in visit.dates)),
        days=tuple(_describe_day(index, names, day, audience, own) for day in visit.dates),
        days_left=days_left,
        countdown=_count_down_to_visit(days_left),
        scope=names.scope,
        team=names.team,
        commune_level_only=visit.levels == ("commune",),
        shared_sessions=len(names.communes) > 1 and not any(part.communes for part in names.parts),
        hosts=_list_hosts(index, names, contacts) if audience == "team" else (),
    )


def _count_down_to_visit(days_left: int) -> str:
    if days_left <= 0:
        return "hôm nay"
    return "ngày mai" if days_left == 1 else f"còn {days_left} ngày"


def _describe_day(
    index: PlanIndex, names: VisitNames, day: date, audience: Audience, own_commune: str | None
) -> DayFacts:
    """Return one day's order: for the team all it does that day, for a commune the sessions that may be its own."""
    visits: tuple[VisitNames, ...] = (names,)
    if audience == "team":
        visits = tuple(
            index.resolve_visit(other)
            for other in index.plan.visits
            if day in other.dates and other.team == names.visit.team and not other.cancelled
        )
    order = sorted(
        ((part, visited) for visited in visits for part in visited.parts),
        key=lambda pair: (pair[0].start, pair[0].end, pair[1].visit.id),
    )
    sessions = tuple(
        _describe_session(part, visited)
        for part, visited in order
        if own_commune is None or not part.commune_ids or own_commune in part.commune_ids
    )
    return DayFacts(
        date=phrase_date(day),
        brief=phrase_day(day),
        sessions=sessions,
        places_differ=any(session.where != names.label for session in sessions),
    )


def _describe_session(part: VisitPart, names: VisitNames) -> SessionFacts:
    where = label_place(names.unit, part.communes or names.communes)
    return SessionFacts(
        name=part.name,
        start=phrase_hour(part.start),
        end=phrase_hour(part.end),
        hours=f"từ {phrase_hour(part.start)}, dự kiến đến {phrase_hour(part.end)}",
        where=f"{part.place}, {where}" if part.place else where,
    )


def _list_hosts(index: PlanIndex, names: VisitNames, contacts: tuple[Contact, ...]) -> tuple[HostFacts, ...]:
    """List the unit's contacts, then its visited communes' in the plan's order."""
    unit = names.visit.unit
    places = (unit, *(f"{unit}/{commune}" for commune in names.visit.communes))
    return tuple(
        HostFacts(contact.name, contact.title, index.name_place(place), contact.email)
        for place in places
        for contact in contacts
        if contact.of == place
    )
