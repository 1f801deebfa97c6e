from dataclasses import replace
from datetime import date

import pytest

from scheduler.letters import HostFacts, Letter, LetterError, ReportFacts, VisitFacts, describe_letter
from scheduler.model import Contact, DayOverride, PlanStatus, VisitSession
from scheduler.plan_index import PlanIndex, UnknownIdError
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_visit
from tests.unit.letter_samples import Case, make_case, make_commune_level_plan, make_full_plan


def describe(case: Case, workdays: WorkingDays | None = None) -> Letter:
    return describe_letter(
        PlanIndex(case.plan),
        case.reminder,
        case.contact,
        contacts=make_contacts(),
        workdays=workdays or WorkingDays(),
        written_at=case.written_at,
        wrong_address_contact="van-thu@so-ldtbxh.example",
        link="https://lich.so-ldtbxh.example",
    )


def describe_report(
    written_at: str, contact: str = "ubnd-son-dong", workdays: WorkingDays | None = None
) -> ReportFacts:
    report = describe(make_case("report-due", contact, written_at, about="report"), workdays).report
    assert report is not None
    return report


def describe_visit(case: Case) -> VisitFacts:
    visit = describe(case).visit
    assert visit is not None
    return visit


def test_a_report_letter_says_what_is_owed_to_whom_in_which_form() -> None:
    report = describe_report("2024-05-03T08:00")
    assert (report.title, report.unit, report.form) == ("Báo cáo công tác trẻ em", "Sơn Động", "Phụ lục số 03")
    assert report.deliver_to == "Sở Lao động - Thương binh và Xã hội"
    assert report.submit_to == ("bao-cao@so-ldtbxh.example",)
    assert report.deadline == "trước ngày 10/5/2024 (hạn cuối: thứ Năm, ngày 09/5/2024)"


def test_each_unit_gets_its_own_form() -> None:
    assert describe_report("2024-05-03T08:00", "ubnd-luc-nam").form == "Phụ lục số 02"


@pytest.mark.parametrize(
    ("written_at", "countdown"),
    [
        # 4 May 2024 was worked in place of 29 April.
        ("2024-04-25T08:00", "còn 8 ngày làm việc"),
        ("2024-05-03T08:00", "còn 5 ngày làm việc"),
        ("2024-05-08T23:59", "còn 1 ngày làm việc"),
        ("2024-05-09T00:00", "hôm nay là ngày cuối"),
        ("2024-05-12T08:00", "đã quá hạn 3 ngày"),
    ],
)
def test_working_days_left_are_counted_from_the_local_day_of_writing(written_at: str, countdown: str) -> None:
    assert describe_report(written_at).countdown == countdown


def test_a_last_day_after_nothing_but_days_off_is_counted_in_days() -> None:
    off = WorkingDays(tuple(DayOverride(date(2024, 5, day), working=False, reason="bão") for day in (8, 9)))
    assert describe_report("2024-05-07T08:00", workdays=off).countdown == "còn 2 ngày (đều là ngày nghỉ)"


def test_days_that_are_not_what_their_weekday_says_are_named() -> None:
    assert describe_report("2024-04-29T08:00").unusual_days == (
        "thứ Ba, ngày 30/4/2024 được nghỉ",
        "thứ Tư, ngày 01/5/2024 được nghỉ",
        "thứ Bảy, ngày 04/5/2024 làm việc bù",
    )


def test_written_at_counts_in_the_plans_zone() -> None:
    case = make_case("report-due", "ubnd-son-dong", "2024-05-09T01:00", about="report")
    utc = replace(case, written_at=case.written_at.astimezone(tz=None))
    assert describe(utc) == describe(case)


def test_each_reader_is_told_as_what_they_are() -> None:
    contacts = ("ubnd-son-dong", "ubnd-an-ba", "truong-doan")
    letters = [describe(make_case("visit-coming", contact, "2024-05-13T08:00")) for contact in contacts]
    assert [(letter.audience, letter.for_information) for letter in letters] == [
        ("unit", False),
        ("commune", False),
        ("team", False),
    ]
    assert [letter.visit and letter.visit.commune for letter in letters] == [None, "An Bá", None]


def test_a_unit_whose_communes_alone_are_inspected_is_told_for_information() -> None:
    plan = make_commune_level_plan()
    informed = {
        contact: describe(make_case("visit-coming", contact, "2024-05-13T08:00", plan=plan)).for_information
        for contact in ("ubnd-son-dong", "ubnd-an-ba", "truong-doan")
    }
    assert informed == {"ubnd-son-dong": True, "ubnd-an-ba": False, "truong-doan": False}


def test_a_visit_letter_has_weekday_hours_and_places() -> None:
    visit = describe_visit(make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00"))
    assert (visit.dates, visit.when, visit.label) == (
        "thứ Hai, ngày 20/5/2024",
        "thứ Hai, 20/5/2024",
        "Sơn Động (Phúc Sơn, An Bá)",
    )
    assert [(session.name, session.hours) for session in visit.days[0].sessions] == [
        ("Buổi sáng", "từ 07 giờ 00, dự kiến đến 11 giờ 30"),
        ("Buổi chiều", "từ 13 giờ 30, dự kiến đến 17 giờ 00"),
    ]
    assert (visit.days_left, visit.countdown) == (7, "còn 7 ngày")


@pytest.mark.parametrize(
    ("written_at", "countdown"),
    [("2024-05-18T08:00", "còn 2 ngày"), ("2024-05-19T15:00", "ngày mai"), ("2024-05-20T06:00", "hôm nay")],
)
def test_the_days_to_a_visit_are_said_in_words(written_at: str, countdown: str) -> None:
    assert describe_visit(make_case("visit-eve", "truong-doan", written_at)).countdown == countdown


def test_which_commune_has_which_session_is_never_invented() -> None:
    assert describe_visit(make_case("visit-coming", "ubnd-an-ba", "2024-05-13T08:00")).shared_sessions


def test_a_commune_reads_of_its_own_session_where_that_is_known() -> None:
    sessions = (VisitSession("morning", commune="phuc-son"), VisitSession("afternoon", commune="an-ba"))
    plan = replace(make_full_plan(), visits=(replace(make_visit(), sessions=sessions),))
    visit = describe_visit(make_case("visit-coming", "ubnd-an-ba", "2024-05-13T08:00", plan=plan))
    assert [(session.name, session.where) for session in visit.days[0].sessions] == [("Buổi chiều", "Sơn Động (An Bá)")]
    assert not visit.shared_sessions
    assert visit.days[0].places_differ


def test_the_team_reads_the_whole_order_of_its_day_and_others_their_own() -> None:
    other = replace(
        make_visit(), id="luc-nam", unit="luc-nam", communes=("kham-lang",), sessions=(VisitSession("afternoon"),)
    )
    mornings = replace(make_visit(), sessions=(VisitSession("morning"),))
    gone = replace(other, id="gone", cancelled=True)
    plan = replace(make_full_plan(), visits=(other, mornings, gone))
    places = {
        contact: [
            session.where
            for session in describe_visit(make_case("visit-eve", contact, "2024-05-19T15:00", plan=plan))
            .days[0]
            .sessions
        ]
        for contact in ("truong-doan", "ubnd-son-dong")
    }
    assert places == {
        "truong-doan": ["Sơn Động (Phúc Sơn, An Bá)", "Lục Nam (Khám Lạng)"],
        "ubnd-son-dong": ["Sơn Động (Phúc Sơn, An Bá)"],
    }


def test_the_team_alone_reads_whom_it_meets() -> None:
    hosts = describe_visit(make_case("visit-eve", "truong-doan", "2024-05-19T15:00")).hosts
    assert hosts == (
        HostFacts("UBND huyện Sơn Động", None, "Sơn Động", "ubnd@son-dong.example"),
        HostFacts("UBND xã Phúc Sơn", None, "Phúc Sơn, Sơn Động", "ubnd@phuc-son.example"),
        HostFacts("UBND xã An Bá", None, "An Bá, Sơn Động", "ubnd@an-ba.example"),
    )
    assert describe_visit(make_case("visit-coming", "ubnd-son-dong", "2024-05-19T15:00")).hosts == ()


def test_a_visits_own_scope_wins_over_the_plans() -> None:
    plan = make_full_plan()
    narrow = replace(plan, visits=(replace(plan.visits[0], scope="Bảo vệ trẻ em"),))
    scopes = [
        describe_visit(make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=one)).scope
        for one in (plan, narrow)
    ]
    assert scopes == ["Công tác trẻ em và bình đẳng giới", "Bảo vệ trẻ em"]


def test_the_plan_is_named_with_its_number_and_whether_it_is_tentative() -> None:
    plan = replace(make_full_plan(), number="12/KH-SLĐTBXH", status=PlanStatus.CONFIRMED)
    facts = describe(make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=plan)).plan
    assert (facts.reference, facts.tentative) == (
        "Kế hoạch kiểm tra công tác trẻ em năm 2024 (số 12/KH-SLĐTBXH)",
        False,
    )


@pytest.mark.parametrize(
    ("template", "contact", "reason"),
    [
        ("visit-coming", "ubnd-son-dong", "là đầu mối của Sơn Động, nơi được kiểm tra theo kế hoạch"),
        ("visit-coming", "ubnd-an-ba", "là đầu mối của An Bá, Sơn Động, nơi được kiểm tra theo kế hoạch"),
        ("visit-coming", "truong-doan", "có tên trong thành phần Đoàn kiểm tra"),
        ("report-due", "ubnd-luc-nam", "là đầu mối của Lục Nam, nơi phải gửi báo cáo theo kế hoạch"),
    ],
)
def test_a_letter_says_why_its_reader_gets_it(template: str, contact: str, reason: str) -> None:
    about = "report" if template == "report-due" else "visit"
    assert describe(make_case(template, contact, "2024-05-03T08:00", about=about)).reason == reason


def test_a_private_plan_is_not_linked_to_the_public_page() -> None:
    plan = make_full_plan()
    links = [
        describe(make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=one)).link
        for one in (plan, replace(plan, public=False))
    ]
    assert links == ["https://lich.so-ldtbxh.example", None]


def test_a_visit_without_a_date_cannot_be_told() -> None:
    plan = replace(make_full_plan(), visits=(make_visit(dates=()),))
    with pytest.raises(LetterError, match="visit 'son-dong' has no date"):
        describe(make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=plan))


def test_an_item_that_the_plan_does_not_have_is_named() -> None:
    with pytest.raises(UnknownIdError, match="there is no visit 'son-dong'"):
        describe(
            make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00", plan=replace(make_full_plan(), visits=()))
        )


def test_a_contact_of_an_unknown_commune_is_named() -> None:
    case = make_case("visit-coming", "ubnd-son-dong", "2024-05-13T08:00")
    stranger = Contact("x", "UBND xã X", "son-dong/x", "x@x.example")
    with pytest.raises(UnknownIdError, match="there is no commune 'son-dong/x'"):
        describe(replace(case, contact=stranger))
