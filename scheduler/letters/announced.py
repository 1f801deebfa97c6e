"""What a reader was told of a visit or report, and what is true of it now, as values with the same words.

Pure. ``announce_item`` reads the plan, ``recall_visit`` and ``recall_report`` what an earlier mail told
(``truths``), in which ids that the plan no longer has are left unnamed; ``list_changes`` says where they differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain

from scheduler.letters.facts import ChangeFacts
from scheduler.letters.visits import list_own_parts, locate_part, tell_audience
from scheduler.model import Due, PlanStatus, Report, Visit
from scheduler.phrases import (
    capitalise,
    phrase_date,
    phrase_days_briefly,
    phrase_deadline,
    phrase_due,
    phrase_hour,
    phrase_list,
)
from scheduler.plan_index import PlanIndex, UnknownIdError, label_place
from scheduler.truths import Truth

_UNSAID = "không ghi"


@dataclass(frozen=True, slots=True)
class AnnouncedSession:
    """A session of each of the visit's days, local to the plan; ``name`` is "" where the plan has forgotten it."""

    name: str
    start: time
    end: time | None
    where: str


@dataclass(frozen=True, slots=True)
class AnnouncedVisit:
    """What is said of a visit; ``dates`` ascend, ``sessions`` are the reader's own, in order of their start."""

    label: str
    dates: tuple[date, ...]
    sessions: tuple[AnnouncedSession, ...]


@dataclass(frozen=True, slots=True)
class AnnouncedReport:
    """What is said of a report: by when, in which form, and where it goes."""

    title: str
    due: Due
    form: str | None
    deliver_to: str | None
    submit_to: tuple[str, ...]


Announced = AnnouncedVisit | AnnouncedReport


def find_standing_visit(index: PlanIndex, visit_id: str) -> Visit | None:
    """Return the visit where it takes place: it is in the plan, not cancelled, and has a date."""
    try:
        visit = index.find_visit(visit_id)
    except UnknownIdError:
        return None
    return None if visit.cancelled or not visit.dates or index.plan.status is PlanStatus.CANCELLED else visit


def find_standing_report(index: PlanIndex, report_id: str) -> Report | None:
    """Return the report where somebody may still owe it."""
    try:
        report = index.find_report(report_id)
    except UnknownIdError:
        return None
    return None if index.plan.status is PlanStatus.CANCELLED else report


def concerns(index: PlanIndex, visit: Visit, place: str) -> bool:
    """Tell whether ``visit`` is one of ``place``: of its unit, of a commune that it visits, or of its team."""
    audience = tell_audience(index, place)
    if audience == "team":
        return visit.team == place
    unit, _, commune = place.partition("/")
    return visit.unit == unit and (audience == "unit" or commune in visit.communes)


def announce_visit(index: PlanIndex, visit: Visit, place: str) -> AnnouncedVisit:
    """Return what a reader of ``place`` is told of ``visit`` as the plan has it now."""
    names = index.resolve_visit(visit)
    return AnnouncedVisit(
        label=names.label,
        dates=visit.dates,
        sessions=tuple(
            AnnouncedSession(part.name, part.start, part.end, locate_part(part, names))
            for part in list_own_parts(names, _find_own_commune(index, place))
        ),
    )


def announce_report(report: Report, unit: str) -> AnnouncedReport:
    """Return what ``unit`` is told of ``report`` as the plan has it now."""
    return AnnouncedReport(report.title, report.due, report.forms.for_unit(unit), report.deliver_to, report.submit_to)


def recall_visit(index: PlanIndex, unit: str, truth: Truth, place: str, *, location: str) -> AnnouncedVisit:
    """Return what a reader of ``place`` was told of a visit to ``unit``.

    ``location`` names the place where the plan no longer knows the unit or one of the communes.
    """
    unit_name, communes = _name_unit(index, unit), _name_communes(index, unit, truth.where)
    label = location or unit_name or unit
    if unit_name is not None and communes is not None:
        label = label_place(unit_name, communes)
    dates = tuple(sorted({date.fromisoformat(start[:10]) for start in truth.when}))
    starts = sorted(time.fromisoformat(start[11:]) for start in truth.when if start.startswith(f"{dates[0]}T"))
    # Each day repeats the same sessions. They do not overlap, so they end in the order in which they start.
    described = sorted((_Told.read(how, unit) for how in truth.how[: len(starts)]), key=lambda told: told.end)
    session_names = {session.id: session.name for session in index.plan.sessions}
    own = _find_own_commune(index, place)
    sessions = []
    for start, told in zip(starts, described, strict=True):
        if own is None or told.commune in ("", own):
            where = label
            names = _name_communes(index, unit, (told.commune,)) if told.commune else None
            if names is not None and unit_name is not None:
                where = label_place(unit_name, names)
            end = time.fromisoformat(told.end) if told.end else None
            name = session_names.get(told.session, "")
            sessions.append(AnnouncedSession(name, start, end, f"{told.place}, {where}" if told.place else where))
    return AnnouncedVisit(label, dates, tuple(sessions))


def recall_report(index: PlanIndex, report_id: str, truth: Truth) -> AnnouncedReport:
    """Return what was told of a report; its wording is the plan's where that still means the same instant."""
    report = find_standing_report(index, report_id)
    late_at = datetime.fromisoformat(truth.when[0])
    due = Due("before", late_at.date(), None if late_at.time() == time(0, 0) else late_at.time())
    if report is not None and report.due.ends_at(index.plan.zone) == due.ends_at(index.plan.zone):
        due = report.due
    form, deliver_to, *submit_to = truth.how
    title = "Báo cáo" if report is None else report.title
    return AnnouncedReport(title, due, form or None, deliver_to or None, tuple(submit_to))


def list_changes(before: Announced, now: Announced | None) -> tuple[ChangeFacts, ...]:
    """Return what of ``before`` no longer holds, each in words; ``now`` None means that nothing of it does."""
    if isinstance(before, AnnouncedVisit):
        return tuple(_compare_lines(_word_visit(before), _word_visit(now) if isinstance(now, AnnouncedVisit) else None))
    return tuple(_compare_lines(_word_report(before), _word_report(now) if isinstance(now, AnnouncedReport) else None))


def phrase_announced(announced: Announced) -> tuple[str, str, str]:
    """Return what it is, when, and when in brief: "Sơn Động", "thứ Hai, ngày 20/5/2024", "thứ Hai, 20/5/2024"."""
    if isinstance(announced, AnnouncedVisit):
        return announced.label, _phrase_dates(announced.dates), phrase_days_briefly(announced.dates)
    return announced.title, phrase_deadline(announced.due), phrase_due(announced.due)


@dataclass(frozen=True, slots=True)
class _Told:
    """A session as a truth tells it; what was not said is ""."""

    session: str
    commune: str
    place: str
    end: str

    @classmethod
    def read(cls, how: str, unit: str) -> _Told:
        session, _, rest = how.partition("/")
        where, _, end = rest.rpartition("/")
        commune, _, place = where.removeprefix(f"{unit}/").partition("/")
        return cls(session, commune, place, end)


def _find_own_commune(index: PlanIndex, place: str) -> str | None:
    return place.partition("/")[2] if tell_audience(index, place) == "commune" else None


def _name_unit(index: PlanIndex, unit: str) -> str | None:
    try:
        return index.name_place(unit)
    except UnknownIdError:
        return None


def _name_communes(index: PlanIndex, unit: str, communes: tuple[str, ...]) -> tuple[str, ...] | None:
    try:
        return tuple(index.name_commune(unit, commune) for commune in communes)
    except UnknownIdError:
        return None


def _compare_lines(before: dict[str, str], now: dict[str, str] | None) -> Iterator[ChangeFacts]:
    for what in dict.fromkeys(chain(before, now or ())):
        old = before.get(what, "")
        if now is None:
            if old:
                yield ChangeFacts(what, old, None, capitalise(old))
        elif old != now.get(what, ""):
            yield ChangeFacts(what, old or _UNSAID, now.get(what) or _UNSAID, capitalise(old or _UNSAID))


def _word_visit(visit: AnnouncedVisit) -> dict[str, str]:
    hours = (f"{session.name} {_phrase_hours(session)}".strip() for session in visit.sessions)
    elsewhere = (f"{s.name}: {s.where}" if s.name else s.where for s in visit.sessions if s.where != visit.label)
    return {
        "Ngày": _phrase_dates(visit.dates),
        "Giờ": "; ".join(hours),
        "Địa điểm": visit.label,
        "Nơi làm việc": "; ".join(elsewhere),
    }


def _phrase_dates(dates: tuple[date, ...]) -> str:
    return phrase_list(tuple(phrase_date(day) for day in dates))


def _phrase_hours(session: AnnouncedSession) -> str:
    if session.end is None:
        return phrase_hour(session.start)
    return f"{phrase_hour(session.start)} – {phrase_hour(session.end)}"


def _word_report(report: AnnouncedReport) -> dict[str, str]:
    return {
        "Báo cáo": report.title,
        "Thời hạn": phrase_deadline(report.due),
        "Mẫu": report.form or "",
        "Nơi nhận": report.deliver_to or "",
        "Bản mềm gửi": ", ".join(report.submit_to),
    }
