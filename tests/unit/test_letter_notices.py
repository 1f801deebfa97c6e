from dataclasses import replace
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from scheduler.letters import ChangeFacts, Letter, LetterError, NoticeFacts, describe_notice
from scheduler.letters.announced import announce_report, announce_visit, recall_report, recall_visit
from scheduler.model import Due, Forms, Plan, PlanStatus, VisitSession
from scheduler.notices import CANCELLED, CORRECTION, MOVED
from scheduler.plan_index import PlanIndex
from scheduler.templates import LetterTemplates, load_templates
from scheduler.truths import Truth, tell_report, tell_visit
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts
from tests.unit.letter_samples import (
    NoticeCase,
    cancel_visit,
    make_case,
    make_confirmation,
    make_full_plan,
    make_notice_case,
    make_notice_cases,
    put_off_report,
    write_case,
    write_notice,
)
from tests.unit.test_messages import parse, read_part

PLAN = make_full_plan()
CASES = make_notice_cases()
PLACES = st.sampled_from(["son-dong", "son-dong/an-ba", "son-dong/phuc-son", "doan"])
DATES = st.lists(st.dates(date(2024, 1, 1), date(2026, 12, 31)), min_size=1, max_size=3, unique=True)
SESSIONS = st.lists(
    st.builds(
        VisitSession,
        id=st.sampled_from(["morning", "afternoon"]),
        commune=st.sampled_from([None, "an-ba", "phuc-son"]),
        place=st.sampled_from([None, "Hội trường A/B", "Nhà văn hóa"]),
    ),
    max_size=2,
    unique_by=lambda session: session.id,
)


@pytest.fixture(scope="module")
def templates() -> LetterTemplates:
    return load_templates((Path(__file__).parents[2] / "templates" / "email",))


def describe(case: NoticeCase) -> Letter:
    return describe_notice(
        PlanIndex(case.plan),
        case.notice,
        case.contact,
        earlier=case.earlier,
        contacts=make_contacts(),
        workdays=WorkingDays(),
        written_at=case.written_at,
        wrong_address_contact="van-thu@so.example",
        link=None,
    )


def find_facts(case: NoticeCase) -> NoticeFacts:
    facts = describe(case).notice
    assert facts is not None
    return facts


def with_later_morning(plan: Plan) -> Plan:
    return replace(plan, sessions=(replace(plan.sessions[0], start=time(8, 0)), plan.sessions[1]))


def with_sessions_by_commune(plan: Plan) -> Plan:
    sessions = (VisitSession("morning", commune="phuc-son"), VisitSession("afternoon", commune="an-ba"))
    return replace(plan, visits=(replace(plan.visits[0], sessions=sessions),))


@given(place=PLACES, dates=DATES, sessions=SESSIONS, communes=st.sampled_from([(), ("an-ba",), ("an-ba", "phuc-son")]))
def test_what_was_told_of_a_visit_is_recalled_as_it_was_told(
    place: str, dates: list[date], sessions: list[VisitSession], communes: tuple[str, ...]
) -> None:
    visit = replace(PLAN.visits[0], dates=tuple(sorted(dates)), sessions=tuple(sessions), communes=communes)
    plan = replace(PLAN, visits=(visit,))
    index = PlanIndex(plan)
    recalled = recall_visit(index, "son-dong", tell_visit(plan, visit), place, location="unused")
    assert recalled == announce_visit(index, visit, place)


@given(
    due=st.builds(
        Due,
        st.sampled_from(["before", "by"]),
        st.dates(date(2024, 1, 1), date(2026, 12, 31)),
        st.sampled_from([None, time(0, 0), time(17, 0)]),
    ),
    form=st.sampled_from([None, "Phụ lục số 03"]),
    mailboxes=st.sampled_from([(), ("a@b.example",), ("a@b.example", "c@d.example")]),
)
def test_what_was_told_of_a_report_is_recalled_as_it_was_told(
    due: Due, form: str | None, mailboxes: tuple[str, ...]
) -> None:
    report = replace(PLAN.reports[0], due=due, forms=Forms(form), submit_to=mailboxes)
    plan = replace(PLAN, reports=(report,))
    recalled = recall_report(PlanIndex(plan), "bao-cao", tell_report(plan, report, "son-dong"))
    assert recalled == announce_report(report, "son-dong")


def test_a_deadline_that_the_plan_no_longer_has_is_recalled_by_its_instant() -> None:
    truth = tell_report(PLAN, replace(PLAN.reports[0], due=Due("by", date(2024, 5, 9))), "son-dong")
    recalled = recall_report(PlanIndex(put_off_report(PLAN)), "bao-cao", truth)
    assert recalled.due == Due("before", date(2024, 5, 10))


def test_a_place_that_the_plan_has_forgotten_is_named_as_its_event_named_it() -> None:
    truth = tell_visit(PLAN, PLAN.visits[0])
    index = PlanIndex(replace(PLAN, units=(), visits=(), sessions=()))
    recalled = recall_visit(index, "son-dong", truth, "son-dong", location="Phúc Sơn, An Bá, Sơn Động")
    assert recalled.label == "Phúc Sơn, An Bá, Sơn Động"
    assert [(session.name, session.start, session.end) for session in recalled.sessions] == [
        ("", time(7, 0), time(11, 30)),
        ("", time(13, 30), time(17, 0)),
    ]


def test_a_moved_visit_says_what_changed_and_nothing_else() -> None:
    letter = describe(CASES["visit-moved-unit"])
    assert letter.notice is not None
    assert letter.visit is not None
    assert letter.notice.changes == (
        ChangeFacts("Ngày", "thứ Hai, ngày 20/5/2024", "thứ Hai, ngày 27/5/2024", "Thứ Hai, ngày 20/5/2024"),
    )
    assert (letter.notice.when_brief, letter.visit.when) == ("thứ Hai, 20/5/2024", "thứ Hai, 27/5/2024")
    assert (letter.notice.date_changed, letter.notice.concerned) == (True, True)


def test_new_hours_alone_are_no_new_date() -> None:
    facts = find_facts(make_notice_case(MOVED, "ubnd-son-dong", with_later_morning(PLAN)))
    assert not facts.date_changed
    assert facts.changes == (
        ChangeFacts(
            "Giờ",
            "Buổi sáng 07 giờ 00 – 11 giờ 30; Buổi chiều 13 giờ 30 – 17 giờ 00",
            "Buổi sáng 08 giờ 00 – 11 giờ 30; Buổi chiều 13 giờ 30 – 17 giờ 00",
            "Buổi sáng 07 giờ 00 – 11 giờ 30; Buổi chiều 13 giờ 30 – 17 giờ 00",
        ),
    )


def test_what_was_said_and_is_no_longer_said_is_told_as_such() -> None:
    formless = replace(PLAN, reports=(replace(PLAN.reports[0], forms=Forms()),))
    facts = find_facts(make_notice_case(CORRECTION, "ubnd-luc-nam", formless, about="report"))
    assert facts.changes == (ChangeFacts("Mẫu", "Phụ lục số 02", "không ghi", "Phụ lục số 02"),)


def test_a_reader_left_out_reads_that_the_visit_goes_on_without_them() -> None:
    letter = describe(CASES["visit-cancelled-left-out"])
    assert (letter.visit, letter.report) == (None, None)
    assert letter.notice is not None
    assert (letter.notice.concerned, letter.notice.goes_on) == (False, True)
    assert [(change.what, change.now) for change in letter.notice.changes] == [
        ("Ngày", None),
        ("Giờ", None),
        ("Địa điểm", None),
    ]


def test_a_cancelled_visit_can_be_told_where_the_plan_knows_nothing_of_it_any_more() -> None:
    empty = replace(PLAN, visits=(), units=(), reports=(), teams=())
    facts = find_facts(make_notice_case(CANCELLED, "ubnd-an-ba", empty))
    assert (facts.what, facts.when, facts.goes_on) == ("Sơn Động", "thứ Hai, ngày 20/5/2024", False)


def test_the_events_name_a_place_that_the_plan_has_forgotten(templates: LetterTemplates) -> None:
    case = make_notice_case(CANCELLED, "ubnd-son-dong", cancel_visit(PLAN))
    assert case.earlier is not None
    forgotten = replace(case, plan=replace(PLAN, visits=(), units=()), earlier=replace(case.earlier, location=""))
    subject = write_notice(templates, forgotten).subject
    assert subject == "Hủy lịch kiểm tra thứ Hai, 20/5/2024: Phúc Sơn, An Bá, Sơn Động"
    assert write_notice(templates, replace(forgotten, events=())).subject.endswith(": son-dong")


def test_a_cancellation_taken_back_says_what_holds_again() -> None:
    case = make_notice_case(CORRECTION, "ubnd-son-dong", PLAN)
    assert case.earlier is not None
    letter = describe(replace(case, earlier=replace(case.earlier, truth=Truth((), (), (), "tentative"))))
    assert letter.notice is not None
    assert letter.visit is not None
    assert (letter.notice.restored, letter.notice.changes, letter.visit.when) == (True, (), "thứ Hai, 20/5/2024")


def test_the_earlier_mail_is_named_by_its_day_and_subject() -> None:
    assert find_facts(CASES["visit-moved-unit"]).earlier == "thư ngày 06/5/2024 “Lịch kiểm tra”"
    assert find_facts(CASES["visit-moved-team"]).earlier == "thư ngày 06/5/2024"


def test_a_confirmation_lists_the_readers_own_items_that_are_to_come() -> None:
    again = replace(PLAN.visits[0], id="again", dates=(date(2024, 6, 10),))
    over = replace(PLAN.visits[0], id="over", dates=(date(2024, 5, 6),))
    plan = replace(
        PLAN, status=PlanStatus.CONFIRMED, visits=(again, *PLAN.visits, over, replace(again, id="gone", cancelled=True))
    )
    listed = {
        contact: (
            [visit.when for visit in find_facts(make_confirmation(contact, plan)).visits],
            [report.form for report in find_facts(make_confirmation(contact, plan)).reports],
        )
        for contact in ("ubnd-son-dong", "ubnd-luc-nam", "ubnd-an-ba", "truong-doan")
    }
    both = ["thứ Hai, 20/5/2024", "thứ Hai, 10/6/2024"]
    assert listed == {
        "ubnd-son-dong": (both, ["Phụ lục số 03"]),
        "ubnd-luc-nam": ([], ["Phụ lục số 02"]),
        "ubnd-an-ba": (both, []),
        "truong-doan": (both, []),
    }


def test_a_confirmation_with_nothing_to_come_is_refused() -> None:
    with pytest.raises(LetterError, match="nothing more to come for son-dong/phuc-son"):
        describe(make_confirmation("ubnd-phuc-son", replace(PLAN, visits=(), reports=())))


@pytest.mark.parametrize("now", [cancel_visit(PLAN), replace(PLAN, visits=())])
def test_a_visit_that_does_not_take_place_cannot_have_moved(now: Plan) -> None:
    with pytest.raises(LetterError, match="'son-dong' is not, or no longer, one of son-dong"):
        describe(make_notice_case(MOVED, "ubnd-son-dong", now))


def test_a_notice_must_know_what_was_told_before() -> None:
    with pytest.raises(LetterError, match="not known what was told before"):
        describe(replace(CASES["visit-moved-unit"], earlier=None))


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("visit-moved-unit", "Đổi ngày kiểm tra sang thứ Hai, 27/5/2024 (dự kiến): Sơn Động (Phúc Sơn, An Bá)"),
        ("visit-cancelled", "Hủy lịch kiểm tra thứ Hai, 20/5/2024: Sơn Động (Phúc Sơn, An Bá)"),
        ("plan-confirmed-unit", "Lịch chính thức: Kế hoạch kiểm tra công tác trẻ em năm 2024"),
        ("correction-visit", "Đính chính: lịch kiểm tra thứ Hai, 20/5/2024 (dự kiến): Sơn Động (Phúc Sơn)"),
        ("visit-cancelled-left-out", "Không còn trong lịch kiểm tra thứ Hai, 20/5/2024: Sơn Động (Phúc Sơn, An Bá)"),
        ("correction-report", "Đính chính: nộp báo cáo chậm nhất ngày 17/5/2024"),
    ],
)
def test_what_changed_stands_in_the_subject(templates: LetterTemplates, name: str, subject: str) -> None:
    assert write_notice(templates, CASES[name]).subject == subject


def test_a_notice_is_in_the_thread_of_the_reminders_that_it_corrects(templates: LetterTemplates) -> None:
    reminder = parse(write_case(templates, make_case("visit-coming", "ubnd-son-dong", "2024-05-06T08:00")).content)
    notice = parse(write_notice(templates, CASES["visit-moved-unit"]).content)
    assert notice["References"] == reminder["References"]
    assert notice["Message-ID"] != reminder["Message-ID"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("visit-moved-unit", "TENTATIVE"),
        ("visit-cancelled", "CANCELLED"),
        ("plan-confirmed-team", "CONFIRMED"),
        ("correction-visit", "TENTATIVE"),
        ("visit-cancelled-left-out", "CANCELLED"),
    ],
)
def test_a_notice_carries_the_visits_events_revised(templates: LetterTemplates, name: str, status: str) -> None:
    case = CASES[name]
    calendar = Calendar.from_ical(read_part(parse(write_notice(templates, case).content), "text/calendar"))
    assert [(str(event["UID"]), event["SEQUENCE"], str(event["STATUS"])) for event in calendar.events] == [
        (row.event.uid, 2, status) for row in case.events
    ]


def test_a_correction_of_a_report_carries_no_calendar(templates: LetterTemplates) -> None:
    types = {
        part.get_content_type() for part in parse(write_notice(templates, CASES["correction-report"]).content).walk()
    }
    assert types == {"multipart/alternative", "text/plain", "text/html"}
