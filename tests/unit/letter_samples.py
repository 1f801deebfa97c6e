"""One letter per kind and audience: plan, reminder, contact and the instant it is written."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from scheduler.arrivals import Mark, ReportMark
from scheduler.attendance import Reply, VisitAnswer
from scheduler.events import plan_events
from scheduler.heard import NOTHING_SAID, Heard, Said
from scheduler.letters import EarlierMail
from scheduler.letters.digest import describe_digest_facts
from scheduler.messages import ComposedMessage, Letterhead, LetterSetter, MessageWriter
from scheduler.model import (
    About,
    Contact,
    Due,
    Organiser,
    Plan,
    PlanStatus,
    RecordedEvent,
    Reminder,
    Revision,
)
from scheduler.notices import CANCELLED, CONFIRMED, CORRECTION, MOVED
from scheduler.plan_index import PlanIndex
from scheduler.truths import tell_report, tell_visit
from scheduler.workdays import WorkingDays
from tests.samples import UPDATED, make_contacts, make_plan, make_reminder

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
OFFICE = "Sở Lao động - Thương binh và Xã hội"
LETTERHEAD = Letterhead(
    address="kiem-tra@so-ldtbxh.example",
    contact="van-thu@so-ldtbxh.example",
    domain="so-ldtbxh.example",
    reply_to="phong-te@so-ldtbxh.example",
    public_url="https://lich.so-ldtbxh.example",
)


@dataclass(frozen=True, slots=True)
class Case:
    """What one letter is made of."""

    plan: Plan
    reminder: Reminder
    contact: Contact
    written_at: datetime
    said: Said = NOTHING_SAID


@dataclass(frozen=True, slots=True)
class NoticeCase:
    """What one notice is made of; ``events`` are those the ledger would hand over."""

    plan: Plan
    notice: Reminder
    contact: Contact
    earlier: EarlierMail | None
    events: tuple[RecordedEvent, ...]
    written_at: datetime


def make_full_plan() -> Plan:
    """The sample plan with everything said that a letter can say."""
    plan = make_plan()
    report = replace(plan.reports[0], title="Báo cáo công tác trẻ em", deliver_to=OFFICE)
    return replace(
        plan,
        title="Kế hoạch kiểm tra công tác trẻ em năm 2024",
        scope="Công tác trẻ em và bình đẳng giới",
        organiser=Organiser(OFFICE),
        reports=(report,),
    )


def make_case(
    template: str, contact_id: str, written_at: str, *, about: About = "visit", plan: Plan | None = None
) -> Case:
    """Return the case of ``template`` for a contact of the sample; ``written_at`` is local, "2024-05-13T08:00"."""
    contact = next(contact for contact in make_contacts() if contact.id == contact_id)
    reminder = make_reminder()._replace(
        key=f"plan|{about}|{template}|{contact_id}",
        about=about,
        item="bao-cao" if about == "report" else "son-dong",
        unit=contact.of if about == "report" else "son-dong",
        template=template,
        contact=contact.id,
        address=contact.email or "",
    )
    at = datetime.fromisoformat(written_at).replace(tzinfo=HANOI)
    return Case(plan or make_full_plan(), reminder, contact, at)


def make_commune_level_plan() -> Plan:
    plan = make_full_plan()
    return replace(plan, visits=(replace(plan.visits[0], levels=("commune",)),))


def make_repeated_case() -> Case:
    case = make_case("report-overdue", "ubnd-son-dong", "2024-05-16T08:00", about="report")
    return replace(case, reminder=case.reminder._replace(occurrence="2024-05-10T00:00/3"))


def make_receipt_case(came_on: date) -> Case:
    case = make_case("report-received", "ubnd-son-dong", f"{came_on}T10:00", about="report")
    mark = ReportMark("plan", "bao-cao", "son-dong", Mark.RECEIVED, came_on, "văn thư", case.written_at)
    return replace(case, reminder=case.reminder._replace(rule="receipt", occurrence="m1"), said=Said(mark=mark))


def make_visit_answers() -> tuple[VisitAnswer, ...]:
    """Return one answer of each kind about the visit of the sample."""
    starts, made_at = "2024-05-20T07:00", datetime(2024, 5, 14, 9, 0, tzinfo=HANOI)
    return (
        VisitAnswer("plan", "son-dong", "ubnd-son-dong", starts, Reply.ATTENDS, "", made_at),
        VisitAnswer("plan", "son-dong", "ubnd-phuc-son", starts, Reply.SUBSTITUTE, "ông Lê Văn An", made_at),
        VisitAnswer("plan", "son-dong", "truong-doan", starts, Reply.CANNOT, "đi công tác", made_at),
    )


def make_cases() -> dict[str, Case]:
    """Return every shipped kind, for every audience that reads it differently."""
    return {
        "report-due": make_case("report-due", "ubnd-son-dong", "2024-05-03T08:00", about="report"),
        "report-overdue": make_case("report-overdue", "ubnd-son-dong", "2024-05-13T08:00", about="report"),
        "report-overdue-head": make_case("report-overdue-head", "ubnd-son-dong", "2024-05-20T08:00", about="report"),
        "report-last-day": make_case("report-last-day", "ubnd-luc-nam", "2024-05-09T08:00", about="report"),
        "report-overdue-again": make_repeated_case(),
        "report-received": make_receipt_case(date(2024, 5, 9)),
        "report-received-late": make_receipt_case(date(2024, 5, 13)),
        "visit-coming-unit": make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00"),
        "visit-coming-commune": make_case("visit-coming", "ubnd-an-ba", "2024-05-16T08:00"),
        "visit-coming-team": make_case("visit-coming", "truong-doan", "2024-05-13T08:00"),
        "visit-coming-for-information": make_case(
            "visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=make_commune_level_plan()
        ),
        "visit-eve": make_case("visit-eve", "truong-doan", "2024-05-17T15:00"),
        "visit-eve-answered": replace(
            make_case("visit-eve", "truong-doan", "2024-05-17T15:00"), said=Said(answers=make_visit_answers())
        ),
    }


def record_events(case: Case) -> tuple[RecordedEvent, ...]:
    """Return the events of the case's item, as a ledger would hold them after one change."""
    events = plan_events(
        case.plan, case.plan.visits, case.plan.reports, contacts=make_contacts(), domain=LETTERHEAD.domain
    )
    return tuple(
        RecordedEvent(event, Revision(1, UPDATED, UPDATED)) for event in events if event.item == case.reminder.item
    )


def write_case(templates: LetterSetter, case: Case, letterhead: Letterhead = LETTERHEAD) -> ComposedMessage:
    return MessageWriter(templates, letterhead).write(
        case.plan,
        case.reminder,
        case.contact,
        contacts=make_contacts(),
        events=record_events(case),
        workdays=WorkingDays(),
        written_at=case.written_at,
        said=case.said,
    )


def write_digest(templates: LetterSetter) -> ComposedMessage:
    """Return the digest to the head of the team on the Monday of the visit, with one report in and one said to be."""
    plan, contacts, now = make_full_plan(), make_contacts(), datetime(2024, 5, 20, 7, 30, tzinfo=HANOI)
    made_at = datetime(2024, 5, 14, 9, 0, tzinfo=HANOI)
    heard = Heard(
        (
            ReportMark(plan.id, "bao-cao", "son-dong", Mark.RECEIVED, date(2024, 5, 13), "văn thư", made_at),
            ReportMark(plan.id, "bao-cao", "luc-nam", Mark.SAID, None, "ubnd-luc-nam", made_at),
        ),
        (VisitAnswer(plan.id, "son-dong", "ubnd-an-ba", "2024-05-20T07:00", Reply.CANNOT, "trùng lịch họp", made_at),),
    )
    facts = describe_digest_facts(PlanIndex(plan), contacts, (), frozenset(), heard, WorkingDays(), now, for_head=True)
    assert facts is not None
    case = make_case("visit-eve", "truong-doan", "2024-05-20T07:30", plan=plan)
    reminder = case.reminder._replace(key="plan|digest", about="plan", item=plan.id, unit="doan", template="digest")
    return MessageWriter(templates, LETTERHEAD).write_digest(plan, reminder, case.contact, facts, written_at=now)


def make_notice_case(
    kind: str,
    contact_id: str,
    now: Plan,
    *,
    about: About = "visit",
    told: Plan | None = None,
    subject: str | None = None,
) -> NoticeCase:
    """Return the case of somebody who was told of ``told``, the sample plan, and now is told of ``now``."""
    before = told or make_full_plan()
    case = make_case(kind, contact_id, "2024-05-07T09:30", about=about, plan=now)
    truth = tell_visit(before, before.visits[0])
    if about == "report":
        truth = tell_report(before, before.reports[0], case.contact.of)
    earlier = EarlierMail(truth, datetime(2024, 5, 6, 8, 0, tzinfo=HANOI), subject, "Sơn Động")
    return NoticeCase(
        now, case.reminder, case.contact, earlier, _record_change(now, case.reminder.item), case.written_at
    )


def make_confirmation(contact_id: str, plan: Plan) -> NoticeCase:
    case = make_case(CONFIRMED, contact_id, "2024-05-07T09:30", plan=plan)
    notice = case.reminder._replace(about="plan", item=plan.id, unit=plan.id, key=f"plan|{CONFIRMED}|{contact_id}")
    return NoticeCase(plan, notice, case.contact, None, _record_change(plan, "son-dong"), case.written_at)


def change_visit(plan: Plan, *, dates: tuple[date, ...] = (date(2024, 5, 27),)) -> Plan:
    return replace(plan, visits=(replace(plan.visits[0], dates=dates),))


def cancel_visit(plan: Plan) -> Plan:
    return replace(plan, visits=(replace(plan.visits[0], cancelled=True),))


def leave_out_commune(plan: Plan) -> Plan:
    """Return the plan whose visit goes to Phúc Sơn alone, and no longer to An Bá."""
    return replace(plan, visits=(replace(plan.visits[0], communes=("phuc-son",)),))


def put_off_report(plan: Plan) -> Plan:
    return replace(plan, reports=(replace(plan.reports[0], due=Due("by", date(2024, 5, 17))),))


def make_notice_cases() -> dict[str, NoticeCase]:
    """Return every kind of notice, for readers who are told different things."""
    plan = make_full_plan()
    moved, cancelled = change_visit(plan), cancel_visit(plan)
    without, later = leave_out_commune(plan), put_off_report(plan)
    return {
        "visit-moved-unit": make_notice_case(MOVED, "ubnd-son-dong", moved, subject="Lịch kiểm tra"),
        "visit-moved-team": make_notice_case(MOVED, "truong-doan", moved),
        "visit-cancelled": make_notice_case(CANCELLED, "ubnd-an-ba", cancelled),
        "visit-cancelled-left-out": make_notice_case(CANCELLED, "ubnd-an-ba", without, subject="Lịch kiểm tra"),
        "plan-confirmed-unit": make_confirmation("ubnd-son-dong", replace(plan, status=PlanStatus.CONFIRMED)),
        "plan-confirmed-team": make_confirmation("truong-doan", replace(plan, status=PlanStatus.CONFIRMED)),
        "correction-visit": make_notice_case(CORRECTION, "ubnd-son-dong", without, subject="Lịch kiểm tra"),
        "correction-report": make_notice_case(CORRECTION, "ubnd-luc-nam", later, about="report"),
    }


def write_notice(templates: LetterSetter, case: NoticeCase) -> ComposedMessage:
    return MessageWriter(templates, LETTERHEAD).write_notice(
        case.plan,
        case.notice,
        case.contact,
        earlier=case.earlier,
        contacts=make_contacts(),
        events=case.events,
        workdays=WorkingDays(),
        written_at=case.written_at,
    )


def _record_change(plan: Plan, item: str) -> tuple[RecordedEvent, ...]:
    """Return the events of ``item`` as a ledger holds them after a second change."""
    events = plan_events(plan, plan.visits, plan.reports, contacts=make_contacts(), domain=LETTERHEAD.domain)
    return tuple(RecordedEvent(event, Revision(2, UPDATED, UPDATED)) for event in events if event.item == item)
