"""Small plans, reminders and deliveries for tests; each builder takes what the test is about."""

from datetime import UTC, date, datetime, time

from scheduler.delivery import Delivery, DeliveryState
from scheduler.model import (
    Commune,
    Contact,
    Due,
    Forms,
    Organiser,
    Plan,
    PlanStatus,
    Reminder,
    Report,
    Rule,
    Session,
    Team,
    Unit,
    Visit,
    VisitSession,
)
from scheduler.rules import parse_when

UPDATED = datetime(2024, 4, 15, 2, 0, tzinfo=UTC)
DUE_AT = datetime(2024, 5, 13, 1, 0, tzinfo=UTC)
USEFUL_UNTIL = datetime(2024, 5, 20, 0, 0, tzinfo=UTC)

MORNING = Session("morning", "Buổi sáng", time(7, 0), time(11, 30))
AFTERNOON = Session("afternoon", "Buổi chiều", time(13, 30), time(17, 0))


def make_plan(
    *,
    visits: tuple[Visit, ...] | None = None,
    reports: tuple[Report, ...] | None = None,
    status: PlanStatus = PlanStatus.TENTATIVE,
) -> Plan:
    """Two units, two communes in the first; a visit of the first on Monday 20/5/2024; a report of both."""
    return Plan(
        id="plan",
        title="Kiểm tra công tác năm 2024",
        organiser=Organiser("Sở Lao động", "so@so-ldtbxh.example"),
        updated=UPDATED,
        status=status,
        public=True,
        sessions=(MORNING, AFTERNOON),
        units=(
            Unit("son-dong", "Sơn Động", (Commune("phuc-son", "Phúc Sơn"), Commune("an-ba", "An Bá"))),
            Unit("luc-nam", "Lục Nam", (Commune("kham-lang", "Khám Lạng"),)),
        ),
        teams=(Team("doan", "Đoàn kiểm tra", ("truong-doan",)),),
        visits=(make_visit(),) if visits is None else visits,
        reports=(make_report(),) if reports is None else reports,
    )


def make_visit(
    *, visit_id: str = "son-dong", dates: tuple[date, ...] = (date(2024, 5, 20),), cancelled: bool = False
) -> Visit:
    return Visit(
        id=visit_id,
        unit="son-dong",
        communes=("phuc-son", "an-ba"),
        dates=dates,
        sessions=(VisitSession("morning"), VisitSession("afternoon")),
        team="doan",
        cancelled=cancelled,
    )


def make_report() -> Report:
    return Report(
        id="bao-cao",
        title="Báo cáo",
        due=Due("before", date(2024, 5, 10)),
        submit_to=("bao-cao@so-ldtbxh.example",),
        owed_by=("son-dong", "luc-nam"),
        forms=Forms("Phụ lục số 03", (("luc-nam", "Phụ lục số 02"),)),
    )


def make_contacts() -> tuple[Contact, ...]:
    return (
        Contact("ubnd-son-dong", "UBND huyện Sơn Động", "son-dong", "ubnd@son-dong.example"),
        Contact("ubnd-luc-nam", "UBND huyện Lục Nam", "luc-nam", "ubnd@luc-nam.example"),
        Contact("ubnd-phuc-son", "UBND xã Phúc Sơn", "son-dong/phuc-son", "ubnd@phuc-son.example"),
        Contact("ubnd-an-ba", "UBND xã An Bá", "son-dong/an-ba", "ubnd@an-ba.example"),
        Contact("truong-doan", "Trưởng đoàn", "doan", "truong-doan@so-ldtbxh.example"),
    )


def make_rules() -> tuple[Rule, ...]:
    return (
        Rule("report-5-days", "report", ("units",), parse_when("5 working days before at 08:00"), "report-due"),
        Rule("report-last-day", "report", ("units",), parse_when("on the last day at 08:00"), "report-last-day"),
        Rule(
            "visit-1-week",
            "visit",
            ("units", "communes", "team"),
            parse_when("7 days before at 08:00"),
            "visit-coming",
        ),
        Rule("visit-eve", "visit", ("team",), parse_when("the day before at 15:00"), "visit-eve"),
    )


def make_reminder(
    *, number: int = 1, due_at: datetime = DUE_AT, useful_until: datetime = USEFUL_UNTIL, plan: str = "plan"
) -> Reminder:
    """A reminder whose key differs by ``number``."""
    series = f"{plan}|son-dong|son-dong|2024-05-20T07:00|a{number}@example.example"
    return Reminder(
        key=f"{series}|visit-1-week",
        series=series,
        plan=plan,
        about="visit",
        item="son-dong",
        unit="son-dong",
        occurrence="2024-05-20T07:00",
        rule="visit-1-week",
        template="visit-coming",
        contact="ubnd-son-dong",
        address=f"a{number}@example.example",
        due_at=due_at,
        useful_until=useful_until,
        why="7 days before",
    )


def make_delivery(*, useful_until: datetime = USEFUL_UNTIL) -> Delivery:
    """A delivery as planned, before any attempt."""
    reminder = make_reminder(useful_until=useful_until)
    return Delivery(
        id=1,
        key=reminder.key,
        series=reminder.series,
        plan=reminder.plan,
        about=reminder.about,
        item=reminder.item,
        unit=reminder.unit,
        occurrence=reminder.occurrence,
        rule=reminder.rule,
        template=reminder.template,
        contact=reminder.contact,
        address=reminder.address,
        due_at=reminder.due_at,
        useful_until=reminder.useful_until,
        why=reminder.why,
        state=DeliveryState.PLANNED,
        next_at=reminder.due_at,
        attempts=0,
        doubts=0,
        silences=0,
        in_doubt=False,
        message_id=None,
        detail="",
        updated_at=UPDATED,
    )
