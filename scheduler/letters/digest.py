"""A plan and what the ledger knows of it -> what the digest of this instant tells, or that there is nothing to tell.

Pure. Days are local to the plan. What a reader cannot change any more (reports all in, mails that failed long ago) is
told for a week and then left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from scheduler.arrivals import Arrival, Standing, list_arrivals
from scheduler.attendance import Reply, VisitAnswer, list_current, make_occurrence_finder
from scheduler.delivery import Delivery, DeliveryState
from scheduler.heard import Heard
from scheduler.letters.answers import describe_attendance
from scheduler.letters.facts import DigestFacts, DigestReportFacts, DigestVisitFacts
from scheduler.letters.reports import count_down
from scheduler.model import Contact, Reminder, Report
from scheduler.phrases import phrase_date, phrase_day, phrase_days_briefly, phrase_deadline
from scheduler.plan_index import PlanIndex, UnknownIdError
from scheduler.vietnamese import word_detail
from scheduler.workdays import WorkingDays

AHEAD = timedelta(days=14)
NEWS_FOR = timedelta(days=7)
_LONGEST_DETAIL = 160


def describe_digest_facts(
    index: PlanIndex,
    contacts: tuple[Contact, ...],
    conditional: tuple[Reminder, ...],
    head_rules: frozenset[str],
    heard: Heard,
    workdays: WorkingDays,
    now: datetime,
    *,
    for_head: bool,
) -> DigestFacts | None:
    """Return what a digest written at ``now`` tells; None where that is nothing.

    ``conditional`` are the plan's overdue reminders, ``head_rules`` the ids of the rules that write to heads.
    ``for_head`` adds whom the reminders did not move: a line for the head of the team.
    """
    plan = index.plan
    today = now.astimezone(plan.zone).date()
    arrivals = list_arrivals(plan, heard.marks)
    answers = list_current(heard.answers, make_occurrence_finder((plan,)))
    owing = {(one.report, one.unit) for one in arrivals if one.standing is Standing.OWED}
    late = tuple(reminder for reminder in conditional if (reminder.item, reminder.unit) in owing)
    escalated = _name_units(index, (r for r in late if r.rule in head_rules and r.key in heard.sent_keys))
    spent = {(r.item, r.unit) for r in late} - {(r.item, r.unit) for r in late if r.due_at > now}
    spent_on = _name_units(index, (r for r in late if (r.item, r.unit) in spent))
    exhausted = tuple(name for name in spent_on if name not in escalated)
    facts = DigestFacts(
        today=phrase_date(today),
        reports=tuple(_list_reports(index, arrivals, workdays, today, now)),
        visits=tuple(_list_visits(index, contacts, answers, today)),
        undelivered=tuple(_list_undelivered(index, heard.troubled, now)),
        decisions=tuple(_list_decisions(index, contacts, arrivals, answers, heard, today)),
        escalated=escalated if for_head else (),
        exhausted=exhausted if for_head else (),
    )
    says_something = (facts.reports, facts.visits, facts.undelivered, facts.decisions, facts.escalated, facts.exhausted)
    return facts if any(says_something) else None


def _list_reports(
    index: PlanIndex, arrivals: tuple[Arrival, ...], workdays: WorkingDays, today: date, now: datetime
) -> Iterator[DigestReportFacts]:
    for report in index.plan.reports:
        own = tuple(arrival for arrival in arrivals if arrival.report == report.id)
        is_open = any(arrival.standing in (Standing.OWED, Standing.SAID) for arrival in own)
        is_news = any(arrival.mark is not None and arrival.mark.made_at > now - NEWS_FOR for arrival in own)
        if own and report.due.last_day <= today + AHEAD and (is_open or is_news):
            yield _describe_report(index, report, own, workdays, today)


def _describe_report(
    index: PlanIndex, report: Report, own: tuple[Arrival, ...], workdays: WorkingDays, today: date
) -> DigestReportFacts:
    def names(standing: Standing) -> tuple[str, ...]:
        return tuple(_name_arrival(index, arrival) for arrival in own if arrival.standing is standing)

    received, late = names(Standing.RECEIVED), names(Standing.LATE)
    days_left = (report.due.last_day - today).days
    return DigestReportFacts(
        title=report.title,
        deadline=phrase_deadline(report.due),
        countdown=count_down(days_left, workdays.count_until(today, report.due.last_day)),
        total=len(own),
        count=len(received) + len(late),
        received=received,
        late=late,
        said=names(Standing.SAID),
        excused=names(Standing.EXCUSED),
        owed=names(Standing.OWED),
    )


def _name_arrival(index: PlanIndex, arrival: Arrival) -> str:
    name, mark = index.name_place(arrival.unit), arrival.mark
    return name if mark is None or mark.on is None else f"{name} ({phrase_day(mark.on)})"


def _list_visits(
    index: PlanIndex, contacts: tuple[Contact, ...], answers: tuple[VisitAnswer, ...], today: date
) -> Iterator[DigestVisitFacts]:
    sunday = today + timedelta(days=6 - today.weekday())
    visits = [visit for visit in index.plan.visits if not visit.cancelled]
    for visit in sorted(visits, key=lambda visit: (visit.dates, visit.id)):
        if any(today <= day <= sunday for day in visit.dates):
            attendance = describe_attendance(index.plan, visit, contacts, answers)
            yield DigestVisitFacts(phrase_days_briefly(visit.dates), index.resolve_visit(visit).label, attendance)


def _list_undelivered(index: PlanIndex, troubled: tuple[Delivery, ...], now: datetime) -> Iterator[str]:
    for delivery in troubled:
        if delivery.state is DeliveryState.FAILED and (
            now < delivery.useful_until or delivery.updated_at > now - NEWS_FOR
        ):
            detail = " ".join(word_detail(delivery.detail).text.split())[:_LONGEST_DETAIL]
            yield f"{_name_mail(index, delivery)} gửi {delivery.address} không đến được ({detail})."


def _list_decisions(
    index: PlanIndex,
    contacts: tuple[Contact, ...],
    arrivals: tuple[Arrival, ...],
    answers: tuple[VisitAnswer, ...],
    heard: Heard,
    today: date,
) -> Iterator[str]:
    zone = index.plan.zone
    for arrival in arrivals:
        if arrival.standing is Standing.SAID and arrival.mark is not None:
            said_on = phrase_day(arrival.mark.made_at.astimezone(zone).date())
            title = index.find_report(arrival.report).title
            yield (
                f"{index.name_place(arrival.unit)} báo ngày {said_on} là đã gửi {_quote(title)}:"
                " cần xác nhận đã nhận được hay chưa."
            )
    names = {contact.id: contact.name for contact in contacts}
    for answer in answers:
        visit = index.find_visit(answer.visit)
        if answer.reply is Reply.CANNOT and answer.contact in names and visit.dates[-1] >= today:
            label, when = index.resolve_visit(visit).label, phrase_days_briefly(visit.dates)
            yield f"{names[answer.contact]} không dự được kiểm tra tại {label} ({when}): {answer.words}."
    for delivery in heard.troubled:
        if delivery.state is DeliveryState.UNCONFIRMED and delivery.next_at is None:
            mail = f"{_name_mail(index, delivery)} gửi {delivery.address}"
            yield f"{mail} không rõ đã đến hay chưa: cần quyết định gửi lại."
    if heard.waiting_edit is not None:
        yield f"Một thay đổi lớn của cấu hình (mã {heard.waiting_edit}) đang chờ duyệt."


def _name_mail(index: PlanIndex, delivery: Delivery) -> str:
    due_on = phrase_day(delivery.due_at.astimezone(index.plan.zone).date())
    try:
        if delivery.about == "visit":
            what = f"về kiểm tra tại {index.resolve_visit(index.find_visit(delivery.item)).label}"
        elif delivery.about == "report":
            what = f"về {_quote(index.find_report(delivery.item).title)} của {index.name_place(delivery.unit)}"
        else:
            what = "về kế hoạch"
    except UnknownIdError:
        what = "về một mục không còn trong kế hoạch"
    return f"Thư ngày {due_on} {what}"


def _quote(title: str) -> str:
    return f"“{title}”"


def _name_units(index: PlanIndex, reminders: Iterator[Reminder]) -> tuple[str, ...]:
    """Return the names of the units of ``reminders``, each once, in the plan's order."""
    units = {reminder.unit for reminder in reminders}
    ordered = (unit for report in index.plan.reports for unit in report.owed_by if unit in units)
    return tuple(index.name_place(unit) for unit in dict.fromkeys(ordered))
