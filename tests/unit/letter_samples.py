"""One letter per kind and audience: plan, reminder, contact and the instant it is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from scheduler.events import plan_events
from scheduler.messages import ComposedMessage, Letterhead, LetterSetter, MessageWriter
from scheduler.model import About, Contact, Organiser, Plan, RecordedEvent, Reminder, Revision
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
    reminder = replace(
        make_reminder(),
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


def make_cases() -> dict[str, Case]:
    """Return every shipped kind, for every audience that reads it differently."""
    return {
        "report-due": make_case("report-due", "ubnd-son-dong", "2024-05-03T08:00", about="report"),
        "report-last-day": make_case("report-last-day", "ubnd-luc-nam", "2024-05-09T08:00", about="report"),
        "visit-coming-unit": make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00"),
        "visit-coming-commune": make_case("visit-coming", "ubnd-an-ba", "2024-05-16T08:00"),
        "visit-coming-team": make_case("visit-coming", "truong-doan", "2024-05-13T08:00"),
        "visit-coming-for-information": make_case(
            "visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=make_commune_level_plan()
        ),
        "visit-eve": make_case("visit-eve", "truong-doan", "2024-05-17T15:00"),
    }


def record_events(case: Case) -> tuple[RecordedEvent, ...]:
    """Return the events of the case's item, as a ledger would hold them after one change."""
    events = plan_events(case.plan, contacts=make_contacts(), domain=LETTERHEAD.domain)
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
    )
