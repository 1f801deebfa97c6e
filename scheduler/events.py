"""Plan -> events: one per visit date and session, one all-day event per report on its last day.

Pure. Events go into public feeds: they name offices, places and titles, never a person or a person's
address. Each says to whom it belongs, and what its communes and offices read in their own feeds where that differs.
RFC 5545; a UID comes from plan and item ids, never from a date (invariant 8).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from scheduler.model import Contact, Event, EventStatus, Organiser, Plan, PlanStatus, Report, Visit, Wording
from scheduler.phrases import lower_first, phrase_deadline, phrase_due, phrase_hour, phrase_list
from scheduler.plan_index import PlanIndex, VisitNames, VisitPart, label_place

_STATUS = {
    PlanStatus.TENTATIVE: EventStatus.TENTATIVE,
    PlanStatus.CONFIRMED: EventStatus.CONFIRMED,
    PlanStatus.CANCELLED: EventStatus.CANCELLED,
}


def plan_events(
    plan: Plan, visits: tuple[Visit, ...], reports: tuple[Report, ...], *, contacts: tuple[Contact, ...], domain: str
) -> tuple[Event, ...]:
    """Return the events of ``visits`` and ``reports``, all or some of those of ``plan``, ordered by start, then UID.

    A visit without sessions is one all-day event per date; a visit without a date has none. ``domain`` is
    the right side of the UIDs. Of ``contacts`` only the titles of a team's members are used.
    UnknownIdError when the plan uses an id that it does not define.
    """
    index = PlanIndex(plan)
    titles = {contact.id: contact.title for contact in contacts}
    events = [event for visit in visits for event in _plan_visit(index, visit, titles, domain)]
    events.extend(_plan_deadline(index, report, domain) for report in reports)
    return tuple(sorted(events, key=lambda event: (find_start(event, plan), event.uid)))


def find_start(event: Event, plan: Plan) -> datetime:
    """Return when an event begins; a whole day, at its 00:00 in the plan's zone."""
    return event.start if isinstance(event.start, datetime) else datetime.combine(event.start, time(0, 0), plan.zone)


def _plan_visit(index: PlanIndex, visit: Visit, titles: dict[str, str | None], domain: str) -> Iterator[Event]:
    plan, names = index.plan, index.resolve_visit(visit)
    for number, day in enumerate(visit.dates, start=1):
        for part in names.parts or (None,):
            start: datetime | date = day
            end: datetime | date = day + timedelta(days=1)
            if part is not None:
                start = datetime.combine(day, part.start, plan.zone)
                end = datetime.combine(day, part.end, plan.zone)
            description = _describe_visit(index, names, part, titles)
            duties = tuple(_describe_duties(plan, visit.unit))
            communes = _list_communes(visit, part)
            yield Event(
                uid=f"{plan.id}.{visit.id}.{number}.{part.id if part else 'day'}@{domain}",
                plan=plan.id,
                about="visit",
                item=visit.id,
                unit=visit.unit,
                summary=_summarise_visit(names, part),
                description="\n".join((*description, *duties)),
                location=_locate(names, part),
                start=start,
                end=end,
                status=EventStatus.CANCELLED if visit.cancelled else _STATUS[plan.status],
                categories=("Kiểm tra",),
                organiser=_find_organiser(plan),
                places=(visit.unit, *communes),
                members=index.find_team(visit.team).members if visit.team else (),
                wordings=_word_for_communes(plan, communes, description, duties),
            )


def _plan_deadline(index: PlanIndex, report: Report, domain: str) -> Event:
    plan, last_day = index.plan, report.due.last_day
    return Event(
        uid=f"{plan.id}.{report.id}.deadline@{domain}",
        plan=plan.id,
        about="report",
        item=report.id,
        unit=None,
        summary=f"Hạn nộp {lower_first(report.title)}: {phrase_due(report.due)}",
        description=_describe_deadline(index, report),
        location=None,
        start=last_day,
        end=last_day + timedelta(days=1),
        status=_STATUS[plan.status],
        categories=("Hạn nộp báo cáo",),
        organiser=_find_organiser(plan),
        places=report.owed_by,
        wordings=_word_for_owers(index, report),
    )


def _find_organiser(plan: Plan) -> Organiser | None:
    # ORGANIZER must be an address (RFC 5545 section 3.8.4.3): without one the property is left out.
    return plan.organiser if plan.organiser.email else None


def _summarise_visit(names: VisitNames, part: VisitPart | None) -> str:
    if part is None:
        return f"Kiểm tra: {names.label}"
    return f"Kiểm tra: {label_place(names.unit, part.communes or names.communes)} – {lower_first(part.name)}"


def _locate(names: VisitNames, part: VisitPart | None) -> str:
    communes = (part.communes if part else ()) or names.communes
    place = (part.place,) if part and part.place else ()
    return ", ".join((*place, *communes, names.unit))


def _list_communes(visit: Visit, part: VisitPart | None) -> tuple[str, ...]:
    """Return the communes, as ``unit/commune``, that a part of a visit concerns: all where it is not said which."""
    return tuple(f"{visit.unit}/{commune}" for commune in (part.commune_ids if part else ()) or visit.communes)


def _describe_visit(
    index: PlanIndex, names: VisitNames, part: VisitPart | None, titles: dict[str, str | None]
) -> tuple[str, ...]:
    """Return the lines that every reader of a visit is told."""
    plan, visit = index.plan, names.visit
    lines = [f"{plan.organiser.name}: {plan.title}."]
    if visit.cancelled or plan.status is PlanStatus.CANCELLED:
        lines.append("Lịch này đã hủy.")
    elif plan.status is PlanStatus.TENTATIVE:
        lines.append("Lịch dự kiến, có thể thay đổi.")
    if part is not None:
        lines.append(f"Bắt đầu: {phrase_hour(part.start)}; dự kiến kết thúc: {phrase_hour(part.end)}.")
    if visit.levels == ("commune",):
        lines.append(f"Chỉ kiểm tra ở cấp xã: {phrase_list(names.communes)}.")
    elif visit.levels == ("unit",):
        lines.append(f"Chỉ kiểm tra tại {names.unit}.")
    if part is not None and len(names.communes) > 1 and not part.communes:
        lines.append("Kế hoạch không ghi buổi nào làm việc tại xã, phường, thị trấn nào.")
    if visit.team is not None:
        lines.append(f"Thành phần: {_describe_team(index, visit.team, titles)}.")
    if names.scope:
        lines.append(f"Nội dung: {_end_sentence(names.scope)}")
    return tuple(lines)


def _describe_team(index: PlanIndex, team_id: str, titles: dict[str, str | None]) -> str:
    """Name a team by its members' titles: contacts' names are left out, they may be persons."""
    team = index.find_team(team_id)
    counted = Counter(title for member in team.members if (title := titles.get(member)))
    named = tuple(title if count == 1 else f"{count} {lower_first(title)}" for title, count in counted.items())
    others = len(team.members) - counted.total()
    if not named:
        return team.name
    return f"{team.name} gồm {phrase_list((*named, f'{others} thành viên khác') if others else named)}"


def _describe_duties(plan: Plan, place: str) -> Iterator[str]:
    for report in plan.reports:
        if place in report.owed_by:
            form = report.forms.for_unit(place)
            yield f"{report.title}{f' ({form})' if form else ''}: gửi {phrase_due(report.due)}."


def _word_for_communes(
    plan: Plan, communes: tuple[str, ...], description: tuple[str, ...], unit_duties: tuple[str, ...]
) -> tuple[Wording, ...]:
    """Word a visit for those communes that owe other reports than their unit: each is told of its own."""
    places: dict[tuple[str, ...], list[str]] = {}
    for commune in communes:
        places.setdefault(tuple(_describe_duties(plan, commune)), []).append(commune)
    return tuple(
        Wording(tuple(same), "\n".join((*description, *duties)))
        for duties, same in places.items()
        if duties != unit_duties
    )


def _describe_deadline(index: PlanIndex, report: Report) -> str:
    """Word a deadline for everybody: with the list of those who owe the report."""
    lines = _word_deadline(index.plan, report)
    for form, owers in _group_by_form(report).items():
        lines.append(f"{form or 'Đơn vị báo cáo'}: {'; '.join(index.name_place(ower) for ower in owers)}.")
    return "\n".join(lines)


def _word_for_owers(index: PlanIndex, report: Report) -> tuple[Wording, ...]:
    """Word a deadline for those who owe the report: with the form that each uses, and none of the others named."""
    lines = _word_deadline(index.plan, report)
    return tuple(
        Wording(tuple(owers), "\n".join((*lines, f"Biểu mẫu: {form}.") if form else lines))
        for form, owers in _group_by_form(report).items()
    )


def _word_deadline(plan: Plan, report: Report) -> list[str]:
    lines = [f"{plan.organiser.name}: {plan.title}.", f"{report.title}: gửi {phrase_deadline(report.due)}."]
    if report.deliver_to:
        lines.append(f"Nơi nhận: {_end_sentence(report.deliver_to)}")
    return lines


def _group_by_form(report: Report) -> dict[str | None, list[str]]:
    by_form: dict[str | None, list[str]] = {}
    for ower in report.owed_by:
        by_form.setdefault(report.forms.for_unit(ower), []).append(ower)
    return by_form


def _end_sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
