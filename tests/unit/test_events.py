from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from scheduler.events import plan_events
from scheduler.model import Contact, Event, EventStatus, Organiser, Plan, PlanStatus, Team, VisitSession
from scheduler.plan_index import UnknownIdError
from tests.samples import make_contacts, make_plan, make_report, make_visit


def plan_all(plan: Plan, contacts: tuple[Contact, ...] = ()) -> tuple[Event, ...]:
    return plan_events(plan, plan.visits, plan.reports, contacts=contacts, domain="so.example")


def test_one_event_per_session_and_one_per_deadline_in_order_of_their_start() -> None:
    plan = make_plan()
    assert [(event.uid, event.start, event.end) for event in plan_all(plan)] == [
        ("plan.bao-cao.deadline@so.example", date(2024, 5, 9), date(2024, 5, 10)),
        (
            "plan.son-dong.1.morning@so.example",
            datetime(2024, 5, 20, 7, 0, tzinfo=plan.zone),
            datetime(2024, 5, 20, 11, 30, tzinfo=plan.zone),
        ),
        (
            "plan.son-dong.1.afternoon@so.example",
            datetime(2024, 5, 20, 13, 30, tzinfo=plan.zone),
            datetime(2024, 5, 20, 17, 0, tzinfo=plan.zone),
        ),
    ]


def test_titles_and_places_read_well_on_a_phone() -> None:
    assert [(event.summary, event.location) for event in plan_all(make_plan())] == [
        ("Hạn nộp báo cáo: trước ngày 10/5/2024", None),
        ("Kiểm tra: Sơn Động (Phúc Sơn, An Bá) – buổi sáng", "Phúc Sơn, An Bá, Sơn Động"),
        ("Kiểm tra: Sơn Động (Phúc Sơn, An Bá) – buổi chiều", "Phúc Sơn, An Bá, Sơn Động"),
    ]


def test_moving_a_visit_changes_no_uid() -> None:
    moved = make_plan(visits=(make_visit(dates=(date(2024, 6, 3),)),))
    assert {event.uid for event in plan_all(moved)} == {event.uid for event in plan_all(make_plan())}


def test_each_date_of_a_visit_has_its_own_events() -> None:
    plan = make_plan(visits=(make_visit(dates=(date(2024, 5, 20), date(2024, 5, 22))),), reports=())
    assert [event.uid.partition("@")[0] for event in plan_all(plan)] == [
        "plan.son-dong.1.morning",
        "plan.son-dong.1.afternoon",
        "plan.son-dong.2.morning",
        "plan.son-dong.2.afternoon",
    ]


def test_a_visit_without_a_date_has_no_event() -> None:
    assert plan_all(make_plan(visits=(make_visit(dates=()),), reports=())) == ()


def test_a_visit_without_sessions_is_one_all_day_event() -> None:
    (event,) = plan_all(make_plan(visits=(replace(make_visit(), sessions=()),), reports=()))
    assert (event.uid, event.start, event.end, event.summary) == (
        "plan.son-dong.1.day@so.example",
        date(2024, 5, 20),
        date(2024, 5, 21),
        "Kiểm tra: Sơn Động (Phúc Sơn, An Bá)",
    )


def test_what_a_visits_own_session_says_wins_over_the_plans() -> None:
    own = VisitSession("morning", commune="an-ba", place="Nhà văn hóa", start=time(8, 0), end=time(10, 0))
    plan = make_plan(visits=(replace(make_visit(), sessions=(own,)),), reports=())
    (event,) = plan_all(plan)
    assert (event.summary, event.location) == (
        "Kiểm tra: Sơn Động (An Bá) – buổi sáng",
        "Nhà văn hóa, An Bá, Sơn Động",
    )
    assert event.start == datetime(2024, 5, 20, 8, 0, tzinfo=plan.zone)
    assert event.end == datetime(2024, 5, 20, 10, 0, tzinfo=plan.zone)


def test_one_session_in_two_communes_gives_two_uids() -> None:
    sessions = (VisitSession("morning", commune="phuc-son"), VisitSession("morning", commune="an-ba"))
    plan = make_plan(visits=(replace(make_visit(), sessions=sessions),), reports=())
    assert [(event.uid, event.location) for event in plan_all(plan)] == [
        ("plan.son-dong.1.morning-2@so.example", "An Bá, Sơn Động"),
        ("plan.son-dong.1.morning@so.example", "Phúc Sơn, Sơn Động"),
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (PlanStatus.TENTATIVE, EventStatus.TENTATIVE),
        (PlanStatus.CONFIRMED, EventStatus.CONFIRMED),
        (PlanStatus.CANCELLED, EventStatus.CANCELLED),
    ],
)
def test_the_plans_status_is_that_of_its_events(status: PlanStatus, expected: EventStatus) -> None:
    assert {event.status for event in plan_all(make_plan(status=status))} == {expected}


def test_a_cancelled_visit_is_cancelled_alone() -> None:
    plan = make_plan(visits=(make_visit(cancelled=True), replace(make_visit(), id="other", dates=(date(2024, 6, 3),))))
    assert {event.item: event.status for event in plan_all(plan)} == {
        "son-dong": EventStatus.CANCELLED,
        "other": EventStatus.TENTATIVE,
        "bao-cao": EventStatus.TENTATIVE,
    }


def test_events_name_no_contact_and_no_mailbox() -> None:
    contacts = tuple(replace(contact, title="Chức danh") for contact in make_contacts())
    text = "\n".join(
        f"{event.summary}\n{event.description}\n{event.location}" for event in plan_all(make_plan(), contacts)
    )
    for contact in contacts:
        assert contact.name not in text
    assert "@" not in text
    assert "Thành phần: Đoàn kiểm tra gồm Chức danh." in text


def test_members_without_a_title_are_counted_not_named() -> None:
    plan = replace(make_plan(reports=()), teams=(Team("doan", "Đoàn kiểm tra", ("truong-doan", "b", "c")),))
    contacts = (Contact("truong-doan", "Ông A", "doan", None, "Trưởng đoàn"), Contact("b", "Bà B", "doan"))
    assert "Thành phần: Đoàn kiểm tra gồm Trưởng đoàn và 2 thành viên khác." in plan_all(plan, contacts)[0].description


def test_members_of_one_title_are_counted() -> None:
    plan = replace(make_plan(reports=()), teams=(Team("doan", "Đoàn kiểm tra", ("truong-doan", "b", "c")),))
    contacts = (
        Contact("truong-doan", "Ông A", "doan", None, "Trưởng đoàn"),
        Contact("b", "Sở Y tế", "doan", None, "Thành viên"),
        Contact("c", "Thanh tra Sở", "doan", None, "Thành viên"),
    )
    assert "Thành phần: Đoàn kiểm tra gồm Trưởng đoàn và 2 thành viên." in plan_all(plan, contacts)[0].description


def test_a_commune_level_visit_says_so() -> None:
    plan = make_plan(visits=(replace(make_visit(), levels=("commune",)),), reports=())
    assert "Chỉ kiểm tra ở cấp xã: Phúc Sơn và An Bá." in plan_all(plan)[0].description


def test_a_deadline_names_the_owers_by_their_form() -> None:
    (event,) = plan_all(make_plan(visits=(), reports=(replace(make_report(), deliver_to="Sở Lao động"),)))
    assert event.description.splitlines() == [
        "Sở Lao động: Kiểm tra công tác năm 2024.",
        "Báo cáo: gửi trước ngày 10/5/2024 (hạn cuối: thứ Năm, ngày 09/5/2024).",
        "Nơi nhận: Sở Lao động.",
        "Phụ lục số 03: Sơn Động.",
        "Phụ lục số 02: Lục Nam.",
    ]


def test_an_organiser_without_address_is_left_out() -> None:
    plan = make_plan()
    assert {event.organiser for event in plan_all(plan)} == {plan.organiser}
    assert {event.organiser for event in plan_all(replace(plan, organiser=Organiser("Sở")))} == {None}


def test_an_id_that_names_nothing_is_an_error_that_says_which() -> None:
    plan = make_plan(visits=(replace(make_visit(), unit="nowhere"),))
    with pytest.raises(UnknownIdError, match="plan plan: there is no unit 'nowhere'"):
        plan_all(plan)


def test_deadlines_are_whole_days_whose_end_is_exclusive() -> None:
    (event,) = plan_all(make_plan(visits=()))
    assert isinstance(event.start, date)
    assert event.end - event.start == timedelta(days=1)
