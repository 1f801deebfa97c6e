"""Kind of letter -> sample letters of that kind: to try templates with, and to show what they look like.

Pure. Between them they say as much and as little as a plan can: with and without form, scope, team, communes,
sessions and number; on one day and on several; to unit, commune and team; before, on and after the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from scheduler.digests import TEMPLATE as DIGEST_KIND
from scheduler.heard import NOTHING_SAID, Said
from scheduler.letters.describe import describe_letter, describe_notice
from scheduler.letters.facts import Letter
from scheduler.letters.follow_up_samples import list_digests, list_receipts
from scheduler.letters.notices import NOTICE_KINDS, EarlierMail
from scheduler.letters.sample_plans import (
    ANSWER_LINK,
    COMMUNE,
    CONTACTS,
    LAST_DAY,
    LINK,
    MEMBER,
    UNIT,
    VISIT_DAY,
    WRONG_ADDRESS,
    make_answers,
    make_bare_plan,
    make_full_plan,
)
from scheduler.model import (
    About,
    Contact,
    Due,
    Forms,
    Level,
    Plan,
    PlanStatus,
    Reminder,
    Report,
    VisitSession,
)
from scheduler.notices import CANCELLED, CONFIRMED, CORRECTION, MOVED
from scheduler.plan_index import PlanIndex
from scheduler.receipts import TEMPLATE as RECEIPT_KIND
from scheduler.truths import Truth, tell_report, tell_visit
from scheduler.workdays import WorkingDays

_VISIT_SUBJECT = "Lịch kiểm tra thứ Hai, 20/5/2024"
_REPORT_SUBJECT = "Nhắc nộp báo cáo trước ngày 10/5/2024"


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter, and in a few English words what is particular about it."""

    name: str
    letter: Letter


def tell_about(kind: str) -> About | None:
    """Return what a kind of reminder is about, by the beginning of its name; None for notices and others."""
    if kind in NOTICE_KINDS:
        return None
    if kind == DIGEST_KIND:
        return "plan"
    if kind.startswith("visit-"):
        return "visit"
    return "report" if kind.startswith("report-") else None


def list_samples(kind: str) -> tuple[Sample, ...]:
    """Return the sample letters of ``kind``, the fullest first; none for a kind about neither visit nor report."""
    if kind in NOTICE_KINDS:
        return tuple(_NOTICES[kind]())
    if kind == RECEIPT_KIND:
        return tuple(Sample(*sample) for sample in list_receipts())
    if kind == DIGEST_KIND:
        return tuple(Sample(*sample) for sample in list_digests())
    about = tell_about(kind)
    if about is None:
        return ()
    return tuple(_list_visits(kind) if about == "visit" else _list_reports(kind))


def _list_visits(kind: str) -> Iterator[Sample]:
    days_before = 1 if kind == "visit-eve" else 7
    for plan_name, plan in (("all said", make_full_plan()), ("little said", make_bare_plan())):
        for contact in (MEMBER,) if kind == "visit-eve" else (UNIT, COMMUNE, MEMBER):
            yield _remind(f"{contact.id}, {plan_name}", plan, kind, contact, VISIT_DAY - timedelta(days=days_before))
    full = make_full_plan()
    eve = VISIT_DAY - timedelta(days=1)
    yield _remind("some have answered", full, kind, MEMBER, eve, said=Said(answers=make_answers()))
    yield _remind("nobody has answered", full, kind, MEMBER, eve, said=Said(answers=()))
    commune_level = _change_visit(full, levels=("commune",))
    days = tuple(VISIT_DAY + timedelta(days=number) for number in range(3))
    several = _change_visit(full, dates=days, sessions=(VisitSession("morning", "an-ba", "Hội trường UBND xã"),))
    for contact in (UNIT, COMMUNE, MEMBER):
        yield _remind(f"{contact.id}, communes alone", commune_level, kind, contact, VISIT_DAY - timedelta(days=2))
        yield _remind(f"{contact.id}, on several days", several, kind, contact, VISIT_DAY - timedelta(days=1))
        yield _remind(f"{contact.id}, on the day itself", full, kind, contact, VISIT_DAY)


def _list_reports(kind: str) -> Iterator[Sample]:
    usual = 0 if kind == "report-last-day" else -4 if kind.startswith("report-overdue") else 10
    for days_left in dict.fromkeys((usual, 10, 1, 0, -4)):
        written_on = LAST_DAY - timedelta(days=days_left)
        for plan_name, plan in (("all said", make_full_plan()), ("little said", make_bare_plan())):
            yield _remind(f"{plan_name}, {days_left} days left", plan, kind, UNIT, written_on, "report")
    full = make_full_plan()
    for step in (2, 3):
        written_on = LAST_DAY + timedelta(days=step * 2)
        yield _remind(f"time {step} of its rule", full, kind, UNIT, written_on, "report", step=step)
    owed = full.reports[0]
    by_hour = _change_report(full, replace(owed, due=Due("by", LAST_DAY, time(17, 0)), owed_by=("son-dong/an-ba",)))
    yield _remind("a commune, by an hour", by_hour, kind, COMMUNE, LAST_DAY, "report")


def _list_moves() -> Iterator[Sample]:
    full, kind = make_full_plan(), MOVED
    week_on = _change_visit(full, dates=(VISIT_DAY + timedelta(days=7),))
    later = replace(full, sessions=(replace(full.sessions[0], start=time(8, 0)), full.sessions[1]))
    places = _change_visit(week_on, communes=("an-ba",), sessions=(VisitSession("morning", place="Nhà văn hóa"),))
    for contact in (UNIT, COMMUNE, MEMBER):
        yield _notify(f"{contact.id}, a week on", full, week_on, kind, contact, subject=_VISIT_SUBJECT)
        yield _notify(f"{contact.id}, other hours", full, later, kind, contact, subject=_VISIT_SUBJECT)
        yield _notify(f"{contact.id}, other day, hours and place", full, places, kind, contact)
    bare = make_bare_plan()
    yield _notify("little said", bare, _change_visit(bare, dates=(VISIT_DAY + timedelta(days=1),)), kind, UNIT)
    for_information = _change_visit(week_on, levels=("commune",))
    yield _notify("for information", _change_visit(full, levels=("commune",)), for_information, kind, UNIT)


def _list_cancellations() -> Iterator[Sample]:
    full, kind = make_full_plan(), CANCELLED
    for contact in (UNIT, COMMUNE, MEMBER):
        yield _notify(contact.id, full, _change_visit(full, cancelled=True), kind, contact, subject=_VISIT_SUBJECT)
    yield _notify("the visit is gone from the plan", full, replace(full, visits=()), kind, UNIT)
    left_out = _change_visit(full, communes=("phuc-son",))
    yield _notify("the visit goes on without this commune", full, left_out, kind, COMMUNE, subject=_VISIT_SUBJECT)
    nothing = replace(full, visits=(), units=(), reports=())
    yield _notify("the plan knows nothing of it any more", full, nothing, kind, UNIT)
    yield _notify("the whole plan is cancelled", full, replace(full, status=PlanStatus.CANCELLED), kind, UNIT)


def _list_confirmations() -> Iterator[Sample]:
    full = replace(make_full_plan(), status=PlanStatus.CONFIRMED)
    bare = replace(make_bare_plan(), status=PlanStatus.CONFIRMED)
    second = replace(full.visits[0], id="again", dates=(VISIT_DAY + timedelta(days=21),), scope="Bảo vệ trẻ em")
    for name, plan in (("all said", replace(full, visits=(*full.visits, second))), ("little said", bare)):
        for contact in (UNIT, COMMUNE, MEMBER):
            yield _notify(f"{contact.id}, {name}", plan, plan, CONFIRMED, contact, about="plan")


def _list_corrections() -> Iterator[Sample]:
    full, kind = make_full_plan(), CORRECTION
    owed = full.reports[0]
    elsewhere = _change_visit(full, communes=("an-ba",))
    for contact in (UNIT, COMMUNE, MEMBER):
        yield _notify(f"{contact.id}, other communes", full, elsewhere, kind, contact, subject=_VISIT_SUBJECT)
    yield _notify("a cancelled visit takes place after all", full, full, kind, UNIT, taken_back=True)
    yield _notify("a report is owed after all", full, full, kind, UNIT, about="report", taken_back=True)
    other_day = _change_report(full, replace(owed, due=Due("by", LAST_DAY + timedelta(days=7))))
    yield _notify("another deadline", full, other_day, kind, UNIT, about="report", subject=_REPORT_SUBJECT)
    other_form = _change_report(full, replace(owed, forms=Forms(), deliver_to=None, submit_to=()))
    yield _notify("no form any more", full, other_form, kind, UNIT, about="report")
    exempt = _change_report(full, replace(owed, owed_by=()))
    yield _notify("a report that is no longer owed", full, exempt, kind, UNIT, about="report", subject=_REPORT_SUBJECT)


_NOTICES = {
    MOVED: _list_moves,
    CANCELLED: _list_cancellations,
    CONFIRMED: _list_confirmations,
    CORRECTION: _list_corrections,
}


def _remind(
    name: str,
    plan: Plan,
    template: str,
    contact: Contact,
    written_on: date,
    about: About = "visit",
    *,
    step: int = 1,
    said: Said = NOTHING_SAID,
) -> Sample:
    written_at = datetime.combine(written_on, time(8, 0), plan.zone)
    letter = describe_letter(
        PlanIndex(plan),
        _make_reminder(name, plan, template, contact, about)._replace(occurrence=f"/{step}"),
        contact,
        contacts=CONTACTS,
        workdays=WorkingDays(),
        written_at=written_at,
        wrong_address_contact=WRONG_ADDRESS,
        link=LINK,
        said=said,
    )
    return Sample(name, replace(letter, answer_link=ANSWER_LINK if letter.asks else ""))


def _notify(
    name: str,
    before: Plan,
    now: Plan,
    kind: str,
    contact: Contact,
    *,
    about: About = "visit",
    subject: str | None = None,
    taken_back: bool = False,
) -> Sample:
    truth = tell_visit(before, before.visits[0])
    if about == "report":
        truth = tell_report(before, before.reports[0], contact.of)
    if taken_back:
        truth = Truth((), (), (), truth.status)
    sent_at = datetime(2024, 5, 6, 8, 0, tzinfo=now.zone)
    letter = describe_notice(
        PlanIndex(now),
        _make_reminder(name, now, kind, contact, about),
        contact,
        earlier=None if about == "plan" else EarlierMail(truth, sent_at, subject, "Sơn Động"),
        contacts=CONTACTS,
        workdays=WorkingDays(),
        written_at=datetime(2024, 5, 8, 9, 30, tzinfo=now.zone),
        wrong_address_contact=WRONG_ADDRESS,
        link=LINK,
    )
    return Sample(name, replace(letter, answer_link=ANSWER_LINK if letter.asks else ""))


def _make_reminder(name: str, plan: Plan, template: str, contact: Contact, about: About) -> Reminder:
    items = {"visit": ("son-dong", "son-dong"), "report": ("bao-cao", contact.of), "plan": (plan.id, plan.id)}
    item, unit = items[about]
    return Reminder(
        key=f"sample|{template}|{name}",
        series="sample",
        plan=plan.id,
        about=about,
        item=item,
        unit=unit,
        occurrence="",
        rule="sample",
        template=template,
        contact=contact.id,
        address=contact.email or "",
        due_at=plan.updated,
        useful_until=plan.updated,
        why="",
    )


def _change_visit(
    plan: Plan,
    *,
    dates: tuple[date, ...] | None = None,
    communes: tuple[str, ...] | None = None,
    sessions: tuple[VisitSession, ...] | None = None,
    levels: tuple[Level, ...] | None = None,
    cancelled: bool = False,
) -> Plan:
    visit = plan.visits[0]
    changed = replace(
        visit,
        dates=visit.dates if dates is None else dates,
        communes=visit.communes if communes is None else communes,
        sessions=visit.sessions if sessions is None else sessions,
        levels=visit.levels if levels is None else levels,
        cancelled=cancelled,
    )
    return replace(plan, visits=(changed, *plan.visits[1:]))


def _change_report(plan: Plan, changed: Report) -> Plan:
    return replace(plan, reports=(changed,))
