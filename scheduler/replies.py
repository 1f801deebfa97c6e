"""A signed link and what is known now -> what its page asks, or that there is nothing (more) to ask; a form -> a reply.

Pure. A link is for one thing of one reader, as long as it may still be done: a visit until it is over, a report while
the unit owes it and for the rest of the season. What a page tells to whoever holds the link stands in the mail too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from scheduler.arrivals import ReportMark, Standing, list_arrivals
from scheduler.attendance import Reply, VisitAnswer, list_asked, list_current, make_occurrence_finder
from scheduler.links import Link
from scheduler.model import Contact, Plan, PlanStatus, Visit
from scheduler.naming import normalise_text
from scheduler.phrases import phrase_date, phrase_day, phrase_deadline, phrase_hours, phrase_list
from scheduler.plan_index import PlanIndex
from scheduler.safetext import find_refused_character

LONGEST_WORDS = 200


class Closed(StrEnum):
    """Why a link opens nothing: it is none of ours, or what it was for is over or gone."""

    UNKNOWN = "unknown"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class VisitQuestion:
    """Whether ``reader`` attends a visit; ``occurrence`` is what an answer is about, ``answer`` the current one."""

    organiser: str
    plan_title: str
    reader: str
    label: str
    dates: str
    hours: tuple[str, ...]
    occurrence: str
    answer: VisitAnswer | None


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """Whether ``unit`` has sent a report; ``said_on`` is the local day on which that was said, where it was."""

    organiser: str
    plan_title: str
    reader: str
    unit: str
    title: str
    deadline: str
    standing: Standing
    said_on: str | None


Question = VisitQuestion | ReportQuestion


@dataclass(frozen=True, slots=True)
class ReadReply:
    """What a form says about a visit; ``problem`` is a sentence for its reader, None where all is well."""

    reply: Reply | None
    words: str
    problem: str | None


def find_question(
    link: Link,
    plan: Plan,
    contacts: tuple[Contact, ...],
    marks: tuple[ReportMark, ...],
    answers: tuple[VisitAnswer, ...],
    season_days: int,
    now: datetime,
) -> Question | Closed:
    """Return what the holder of ``link`` is asked at ``now``, by the plan in force and all that was said of it."""
    if plan.status is PlanStatus.CANCELLED:
        return Closed.OVER
    reader = next((contact for contact in contacts if contact.id == link.contact and contact.email), None)
    if reader is None:
        return Closed.OVER
    if link.purpose == "visit":
        return _ask_about_visit(link, plan, reader, contacts, answers, now)
    return _ask_about_report(link, plan, reader, marks, season_days, now)


def read_reply(form: Mapping[str, str]) -> ReadReply:
    """Read a filled-in form about a visit: a reply, with a name or a reason where it needs one."""
    try:
        reply = Reply(form.get("reply", ""))
    except ValueError:
        return ReadReply(None, "", "Xin chọn một trong ba câu trả lời.")
    if reply is Reply.ATTENDS:
        return ReadReply(reply, "", None)
    field, missing = {
        Reply.SUBSTITUTE: ("name", "Xin ghi tên người dự thay."),
        Reply.CANNOT: ("reason", "Xin ghi lý do không dự được."),
    }[reply]
    words = " ".join(normalise_text(form.get(field, "")).split())
    if find_refused_character(words) is not None:
        return ReadReply(reply, "", "Nội dung có ký tự không dùng được; xin gõ lại.")
    if not words:
        return ReadReply(reply, "", missing)
    if len(words) > LONGEST_WORDS:
        return ReadReply(reply, words[:LONGEST_WORDS], f"Nội dung dài quá {LONGEST_WORDS} ký tự; xin viết ngắn hơn.")
    return ReadReply(reply, words, None)


def _ask_about_visit(
    link: Link,
    plan: Plan,
    reader: Contact,
    contacts: tuple[Contact, ...],
    answers: tuple[VisitAnswer, ...],
    now: datetime,
) -> Question | Closed:
    visit = next((one for one in plan.visits if one.id == link.item and one.unit == link.unit), None)
    if visit is None or visit.cancelled or not visit.dates or find_end(plan, visit) <= now:
        return Closed.OVER
    if reader not in list_asked(plan, visit, contacts):
        return Closed.OVER
    find_occurrence = make_occurrence_finder((plan,))
    own = [a for a in list_current(answers, find_occurrence) if (a.visit, a.contact) == (visit.id, reader.id)]
    names = PlanIndex(plan).resolve_visit(visit)
    return VisitQuestion(
        organiser=plan.organiser.name,
        plan_title=plan.title,
        reader=reader.name,
        label=names.label,
        dates=phrase_list(tuple(phrase_date(day) for day in visit.dates)),
        hours=tuple(f"{part.name}: {phrase_hours(part.start, part.end)}" for part in names.parts),
        occurrence=find_occurrence(plan.id, visit.id) or "",
        answer=own[-1] if own else None,
    )


def find_end(plan: Plan, visit: Visit) -> datetime:
    """Return when ``visit`` is over: as the last session of its last day ends, or that day where none is named."""
    usual = {session.id: session.end for session in plan.sessions}
    ends = [session.end or usual[session.id] for session in visit.sessions if session.end or session.id in usual]
    if ends:
        return datetime.combine(visit.dates[-1], max(ends), plan.zone)
    return _end_day(plan, visit.dates[-1])


def _ask_about_report(
    link: Link, plan: Plan, reader: Contact, marks: tuple[ReportMark, ...], season_days: int, now: datetime
) -> Question | Closed:
    report = next((one for one in plan.reports if one.id == link.item and link.unit in one.owed_by), None)
    if report is None or reader.of != link.unit:
        return Closed.OVER
    if _end_day(plan, report.due.last_day + timedelta(days=season_days)) <= now:
        return Closed.OVER
    arrival = next(a for a in list_arrivals(plan, marks) if (a.report, a.unit) == (report.id, link.unit))
    made_at = None if arrival.mark is None else arrival.mark.made_at
    return ReportQuestion(
        organiser=plan.organiser.name,
        plan_title=plan.title,
        reader=reader.name,
        unit=PlanIndex(plan).name_place(link.unit),
        title=report.title,
        deadline=phrase_deadline(report.due),
        standing=arrival.standing,
        said_on=None if made_at is None else phrase_day(made_at.astimezone(plan.zone).date()),
    )


def _end_day(plan: Plan, day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(0, 0), plan.zone)
