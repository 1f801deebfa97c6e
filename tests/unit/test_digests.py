"""When a digest goes, to whom, and what it tells or leaves unsaid."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from scheduler.arrivals import Mark, ReportMark
from scheduler.attendance import Reply, VisitAnswer
from scheduler.delivery import DeliveryState
from scheduler.digests import FollowUp, leads_team, plan_digests
from scheduler.heard import NOTHING_HEARD, Heard
from scheduler.letters.digest import describe_digest_facts
from scheduler.letters.facts import DigestFacts
from scheduler.model import Contact, Due, Plan, PlanStatus, Reminder, Rule, Team
from scheduler.overdue import plan_overdue
from scheduler.plan_index import PlanIndex
from scheduler.receipts import plan_receipts
from scheduler.rules import parse_when
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_delivery, make_plan, make_visit

DAYS = WorkingDays()
PLAN = make_plan()
MEMBER = Contact("thanh-vien", "Thành viên", "doan", "thanh-vien@so-ldtbxh.example")
TEAM = Team("doan", "Đoàn kiểm tra", ("truong-doan", "thanh-vien"))
HEADS = Rule("head", "report", ("heads",), parse_when("7 working days after at 08:00"), "report-overdue-head")


def at(day: int, hour: int = 7, minute: int = 30, *, month: int = 5) -> datetime:
    return datetime(2024, month, day, hour, minute, tzinfo=PLAN.zone)


def list_days(plan: Plan = PLAN, follow_up: FollowUp | None = None) -> list[str]:
    planned = plan_digests(plan, make_contacts(), DAYS, follow_up or FollowUp())
    return [f"{one.due_at:%d/%m %H:%M}" for one in planned]


def test_a_digest_goes_each_monday_of_the_season_and_before_the_last_day() -> None:
    # The last day of the report is 9/5, the visit is on 20/5: from 25/4 to 19/6.
    assert list_days() == [
        "02/05 07:30",  # Monday 29/4 is made up on 4/5, and 30/4 and 1/5 are holidays
        "06/05 07:30",
        "08/05 07:30",  # 1 working day before the last day
        "13/05 07:30",
        "20/05 07:30",
        "27/05 07:30",
        "03/06 07:30",
        "10/06 07:30",
        "17/06 07:30",
    ]


def test_day_hour_and_season_are_settings() -> None:
    friday = FollowUp(digest_at=time(16), digest_weekday=4, season_days=0)
    assert list_days(follow_up=friday) == ["26/04 16:00", "03/05 16:00", "08/05 16:00", "10/05 16:00", "17/05 16:00"]
    assert list_days(follow_up=FollowUp(digest=False)) == []


def test_a_plan_that_is_cancelled_or_has_no_days_has_none() -> None:
    assert list_days(replace(PLAN, status=PlanStatus.CANCELLED)) == []
    assert list_days(make_plan(visits=(make_visit(cancelled=True),), reports=())) == []


def test_each_is_of_use_until_the_next_and_the_last_for_two_days() -> None:
    planned = plan_digests(PLAN, make_contacts(), DAYS, FollowUp())
    assert [one.useful_until for one in planned[:-1]] == [one.due_at for one in planned[1:]]
    assert planned[-1].useful_until == planned[-1].due_at + timedelta(days=2)
    assert len({one.series for one in planned}) == 1
    assert planned[0].key == "plan|plan|doan|2024-05-02|digest|truong-doan@so-ldtbxh.example"


def test_members_with_an_address_are_told_once_each() -> None:
    twin = replace(MEMBER, id="khac", of="doan-2", email=MEMBER.email)
    teams = (TEAM, Team("doan-2", "Đoàn 2", ("khac",)))
    mute = replace(MEMBER, id="cam", email=None)
    planned = plan_digests(replace(PLAN, teams=teams), (*make_contacts(), MEMBER, mute, twin), DAYS, FollowUp())
    assert [(one.contact, one.unit) for one in planned if one.occurrence == "2024-05-06"] == [
        ("thanh-vien", "doan"),
        ("truong-doan", "doan"),
    ]


def test_the_head_of_a_team_is_marked_or_named_first() -> None:
    plan = replace(PLAN, teams=(TEAM,))
    first, second = make_contacts()[-1], MEMBER
    assert [leads_team(plan, "doan", one) for one in (first, second, replace(second, head=True))] == [True, False, True]


def describe(
    heard: Heard,
    now: datetime,
    *,
    plan: Plan = PLAN,
    conditional: tuple[Reminder, ...] = (),
    for_head: bool = False,
) -> DigestFacts | None:
    return describe_digest_facts(
        PlanIndex(plan), make_contacts(), conditional, frozenset({"head"}), heard, DAYS, now, for_head=for_head
    )


def mark(unit: str, said: Mark, made_at: datetime, on: date | None = None) -> ReportMark:
    return ReportMark("plan", "bao-cao", unit, said, on, "văn thư", made_at)


ALL_IN = Heard(
    marks=(
        mark("son-dong", Mark.RECEIVED, at(6), date(2024, 5, 6)),
        mark("luc-nam", Mark.EXCUSED, at(7)),
    )
)


def test_nothing_is_said_where_all_is_in_and_nothing_is_to_come() -> None:
    assert describe(ALL_IN, at(10, month=6)) is None
    assert describe(NOTHING_HEARD, at(10, month=6)) is not None


def test_a_report_that_is_in_is_told_for_a_week() -> None:
    told = describe(ALL_IN, at(13))
    assert told is not None
    assert [(one.received, one.excused) for one in told.reports] == [(("Sơn Động (06/5/2024)",), ("Lục Nam",))]
    assert describe(ALL_IN, at(14, 8)) is None


def test_a_report_that_is_due_much_later_is_not_told_of_yet() -> None:
    later = replace(PLAN.reports[0], due=Due("by", date(2024, 9, 30)))
    assert describe(NOTHING_HEARD, at(6), plan=replace(PLAN, reports=(later,))) is None


def test_the_visits_are_those_until_sunday() -> None:
    visits = (make_visit(), make_visit(visit_id="next", dates=(date(2024, 5, 27),)))
    plan = replace(make_plan(visits=visits), reports=())
    told = describe(NOTHING_HEARD, at(20), plan=plan)
    assert told is not None
    assert [one.when for one in told.visits] == ["thứ Hai, 20/5/2024"]
    assert describe(NOTHING_HEARD, at(21), plan=plan) is None


def test_what_waits_for_a_decision_is_told() -> None:
    heard = Heard(
        marks=(mark("luc-nam", Mark.SAID, at(8)), mark("son-dong", Mark.EXCUSED, at(8))),
        answers=(
            VisitAnswer("plan", "son-dong", "ubnd-an-ba", "2024-05-20T07:00", Reply.CANNOT, "họp", at(8)),
            VisitAnswer("plan", "son-dong", "truong-doan", "2024-05-13T07:00", Reply.CANNOT, "nghỉ phép", at(8)),
        ),
        troubled=(replace(make_delivery(), state=DeliveryState.UNCONFIRMED, next_at=None),),
        waiting_edit="1a2b3c",
    )
    told = describe(heard, at(13))
    assert told is not None
    assert told.decisions == (
        "Lục Nam báo ngày 08/5/2024 là đã gửi “Báo cáo”: cần xác nhận đã nhận được hay chưa.",
        "UBND xã An Bá không dự được kiểm tra tại Sơn Động (Phúc Sơn, An Bá) (thứ Hai, 20/5/2024): họp.",
        "Thư ngày 13/5/2024 về kiểm tra tại Sơn Động (Phúc Sơn, An Bá) gửi a1@example.example không rõ đã đến hay"
        " chưa: cần quyết định gửi lại.",
        "Một thay đổi lớn của cấu hình (mã 1a2b3c) đang chờ duyệt.",
    )
    assert told.undelivered == ()


def test_a_mail_that_failed_is_told_while_it_is_of_use_or_new() -> None:
    failed = replace(make_delivery(), state=DeliveryState.FAILED, detail="550 no such user", updated_at=at(13))
    told = describe(Heard(ALL_IN.marks, troubled=(failed,)), at(19))
    assert told is not None
    assert told.undelivered == (
        "Thư ngày 13/5/2024 về kiểm tra tại Sơn Động (Phúc Sơn, An Bá) gửi a1@example.example không đến được"
        " (550 no such user).",
    )
    assert describe(Heard(ALL_IN.marks, troubled=(failed,)), at(27)) is None


@pytest.mark.parametrize("for_head", [True, False])
def test_units_whose_head_was_reminded_are_named_to_the_head_of_the_team_alone(for_head: bool) -> None:
    heads = (replace(make_contacts()[0], id="a", head=True), replace(make_contacts()[1], id="b", head=True))
    conditional = plan_overdue(PLAN, heads, (HEADS,), DAYS).reminders
    sent = frozenset(one.key for one in conditional if one.unit == "son-dong")
    told = describe(Heard(sent_keys=sent), at(27), conditional=conditional, for_head=for_head)
    assert told is not None
    named = (("Sơn Động",), ("Lục Nam",)) if for_head else ((), ())
    assert (told.escalated, told.exhausted) == named


def test_receipts_are_numbered_by_mark_and_only_the_newest_has_one() -> None:
    first, back = mark("son-dong", Mark.RECEIVED, at(6), date(2024, 5, 6)), mark("son-dong", Mark.TAKEN_BACK, at(7))
    again = mark("son-dong", Mark.RECEIVED, at(8), date(2024, 5, 8))
    assert [one.key for one in plan_receipts(PLAN, make_contacts(), (first,))] == [
        "plan|bao-cao|son-dong|m1|receipt|ubnd@son-dong.example"
    ]
    assert plan_receipts(PLAN, make_contacts(), (first, back)) == ()
    (third,) = plan_receipts(PLAN, make_contacts(), (first, back, again))
    assert (third.occurrence, third.due_at, third.useful_until) == ("m3", at(8), at(15))
    not_owed = replace(PLAN, reports=(replace(PLAN.reports[0], owed_by=("luc-nam",)),))
    assert plan_receipts(not_owed, make_contacts(), (first,)) == ()
    assert plan_receipts(replace(PLAN, status=PlanStatus.CANCELLED), make_contacts(), (first,)) == ()
