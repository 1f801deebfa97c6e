"""Reminder or notice, contact and plan -> the one letter that is written to them.

Pure. ``written_at`` is the instant of writing; what is left is counted from its local day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from scheduler.heard import NOTHING_SAID, Said
from scheduler.letters.answers import describe_attendance
from scheduler.letters.facts import (
    Audience,
    DigestFacts,
    Letter,
    LetterError,
    NoticeFacts,
    PlanFacts,
    ReportFacts,
    VisitFacts,
)
from scheduler.letters.notices import EarlierMail, describe_change, describe_confirmation
from scheduler.letters.reports import describe_report
from scheduler.letters.visits import describe_visit, tell_audience
from scheduler.model import Contact, Plan, PlanStatus, Reminder
from scheduler.notices import CONFIRMED
from scheduler.overdue import read_step
from scheduler.plan_index import PlanIndex, UnknownIdError
from scheduler.receipts import RULE as RECEIPT
from scheduler.workdays import WorkingDays

_YOU: dict[Audience, str] = {"unit": "Quý cơ quan", "commune": "Quý cơ quan", "team": "Quý vị"}


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
    said: Said = NOTHING_SAID,
) -> Letter:
    """Return the facts of the letter that ``reminder`` sends to ``contact``, its ``answer_link`` still to be put in.

    ``contacts`` are all that are known, ``said`` is what people said about the item.
    UnknownIdError when the reminder names an item that the plan does not
    have, LetterError when the visit has no date.
    """
    audience = tell_audience(index, contact.of)
    today = written_at.astimezone(index.plan.zone).date()
    visit: VisitFacts | None = None
    report: ReportFacts | None = None
    if reminder.about == "visit":
        planned = index.find_visit(reminder.item)
        visit = describe_visit(index, index.resolve_visit(planned), contact.of, contacts, today)
        if audience == "team" and said.answers is not None:
            visit = replace(visit, attendance=describe_attendance(index.plan, planned, contacts, said.answers))
    else:
        report = describe_report(
            index,
            index.find_report(reminder.item),
            reminder.unit,
            workdays,
            today,
            step=read_step(reminder.occurrence),
            came_on=None if said.mark is None else said.mark.on,
        )
    informed = _is_for_information(audience, visit)
    return Letter(
        audience=audience,
        you=_YOU[audience],
        for_information=informed,
        recipient=contact.name,
        recipient_title=contact.title,
        address=reminder.address,
        plan=_describe_plan(index.plan),
        visit=visit,
        report=report,
        notice=None,
        reason=_give_reason(index, contact, audience, report is not None, informed),
        wrong_address_contact=wrong_address_contact,
        link=link if index.plan.public else None,
        asks=None if reminder.rule == RECEIPT else _ask(visit, report, informed),
    )


def describe_digest(
    index: PlanIndex,
    reminder: Reminder,
    contact: Contact,
    digest: DigestFacts,
    *,
    wrong_address_contact: str,
    link: str | None,
) -> Letter:
    """Return the facts of a digest to ``contact``, a member of a team."""
    return Letter(
        audience="team",
        you=_YOU["team"],
        for_information=False,
        recipient=contact.name,
        recipient_title=contact.title,
        address=reminder.address,
        plan=_describe_plan(index.plan),
        visit=None,
        report=None,
        notice=None,
        reason=_give_reason(index, contact, "team", owes=False, informed=False),
        wrong_address_contact=wrong_address_contact,
        link=link if index.plan.public else None,
        digest=digest,
    )


def describe_notice(
    index: PlanIndex,
    notice: Reminder,
    contact: Contact,
    *,
    earlier: EarlierMail | None,
    contacts: tuple[Contact, ...],
    workdays: WorkingDays,
    written_at: datetime,
    wrong_address_contact: str,
    link: str | None,
) -> Letter:
    """Return the facts of ``notice`` to ``contact``; ``visit`` or ``report`` is the item as it is now.

    They are None where it is gone, or no longer concerns this reader. ``earlier`` is the last mail that this
    reader got about the item, None for plan-confirmed alone. LetterError when there is nothing to tell.
    """
    audience = tell_audience(index, contact.of)
    today = written_at.astimezone(index.plan.zone).date()
    visit: VisitFacts | None = None
    report: ReportFacts | None = None
    facts: NoticeFacts
    if notice.template == CONFIRMED:
        facts = describe_confirmation(index, notice, contact.of, contacts=contacts, workdays=workdays, today=today)
    elif earlier is None:
        raise LetterError(f"notice {notice.key}: it is not known what was told before; nothing can be put right")
    else:
        facts = describe_change(index, notice, contact.of, earlier)
        if facts.concerned and notice.about == "visit":
            names = index.resolve_visit(index.find_visit(notice.item))
            visit = describe_visit(index, names, contact.of, contacts, today)
        elif facts.concerned:
            report = describe_report(index, index.find_report(notice.item), notice.unit, workdays, today)
    informed = _is_for_information(audience, visit)
    return Letter(
        audience=audience,
        you=_YOU[audience],
        for_information=informed,
        recipient=contact.name,
        recipient_title=contact.title,
        address=notice.address,
        plan=_describe_plan(index.plan),
        visit=visit,
        report=report,
        notice=facts,
        reason=_give_notice_reason(index, notice, contact, audience),
        wrong_address_contact=wrong_address_contact,
        link=link if index.plan.public else None,
        asks=_ask(visit, report, informed),
    )


def _ask(visit: VisitFacts | None, report: ReportFacts | None, informed: bool) -> Literal["visit", "report"] | None:
    """Return what the reader may answer: who is not inspected is not asked whether they attend."""
    if visit is not None:
        return None if informed else "visit"
    return None if report is None else "report"


def _is_for_information(audience: Audience, visit: VisitFacts | None) -> bool:
    return audience == "unit" and visit is not None and visit.commune_level_only


def _describe_plan(plan: Plan) -> PlanFacts:
    return PlanFacts(
        id=plan.id,
        title=plan.title,
        reference=f"{plan.title} (số {plan.number})" if plan.number else plan.title,
        organiser=plan.organiser.name,
        tentative=plan.status is PlanStatus.TENTATIVE,
        public=plan.public,
    )


def _give_reason(index: PlanIndex, contact: Contact, audience: Audience, owes: bool, informed: bool) -> str:
    if audience == "team":
        return f"có tên trong thành phần {index.find_team(contact.of).name}"
    place = index.name_place(contact.of)
    if owes:
        return f"là đầu mối của {place}, nơi phải gửi báo cáo theo kế hoạch"
    if informed:
        return f"là đầu mối của {place}, nơi có xã được kiểm tra theo kế hoạch"
    return f"là đầu mối của {place}, nơi được kiểm tra theo kế hoạch"


def _give_notice_reason(index: PlanIndex, notice: Reminder, contact: Contact, audience: Audience) -> str:
    # The reader's own place may be gone from the plan: what they were told is the reason.
    if notice.about == "visit":
        return "đã được báo về lịch kiểm tra này trước đây"
    if notice.about == "report":
        return "đã được nhắc về báo cáo này trước đây"
    if audience == "team":
        return f"có tên trong thành phần {index.find_team(contact.of).name}"
    try:
        return f"là đầu mối của {index.name_place(contact.of)}, có tên trong kế hoạch"
    except UnknownIdError:
        return "có tên trong kế hoạch"
