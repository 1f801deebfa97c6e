"""The public agenda: days in order, words as an office writes them, nothing private."""

from dataclasses import replace
from datetime import date, time
from itertools import chain

import pytest

from scheduler.model import Due, Forms, Plan, PlanStatus, Report, VisitSession
from scheduler.web.agenda import AgendaDay, AgendaHours, AgendaPlan, AgendaReport, Tense, compose_agenda, subscribe_to
from scheduler.web.wording import word_date, word_due, word_period, word_weekday
from tests.samples import make_plan, make_visit

URL = "https://lich.so-ldtbxh.example"


def compose(plan: Plan, today: date = date(2024, 5, 1)) -> AgendaPlan:
    (composed,) = compose_agenda((plan,), today=today, public_url=URL).plans
    return composed


def list_days(plan: AgendaPlan) -> list[AgendaDay]:
    return list(chain.from_iterable(days for _, days in plan.months))


def test_a_visit_shows_unit_communes_and_hours_on_its_day() -> None:
    day = list_days(compose(make_plan(reports=())))[0]
    (visit,) = day.visits
    assert (day.day, visit.unit, visit.communes) == (date(2024, 5, 20), "Sơn Động", ("Phúc Sơn", "An Bá"))
    assert visit.hours == (
        AgendaHours("Buổi sáng", time(7, 0), time(11, 30), ()),
        AgendaHours("Buổi chiều", time(13, 30), time(17, 0), ()),
    )


def test_a_session_of_its_own_hours_and_place_shows_them() -> None:
    held = VisitSession("morning", commune="an-ba", place="Hội trường", start=time(8, 0))
    plan = make_plan(visits=(replace(make_visit(), sessions=(held,)),), reports=())
    assert list_days(compose(plan))[0].visits[0].hours == (
        AgendaHours("Buổi sáng", time(8, 0), time(11, 30), ("Hội trường", "An Bá")),
    )


def test_a_report_shows_on_its_last_day_in_the_words_of_its_document() -> None:
    day = list_days(compose(make_plan(visits=())))[0]
    assert day.day == date(2024, 5, 9)
    assert day.reports == (
        AgendaReport(
            title="Báo cáo",
            due="trước ngày 10/5/2024",
            deliver_to=None,
            owed_by=("Sơn Động", "Lục Nam"),
            forms=(("Phụ lục số 02", ("Lục Nam",)), ("Phụ lục số 03", ())),
        ),
    )


def test_a_report_owed_by_a_commune_names_its_unit_too() -> None:
    report = Report("r", "báo cáo", Due("by", date(2024, 5, 9)), owed_by=("son-dong/an-ba",), forms=Forms())
    (shown,) = list_days(compose(make_plan(visits=(), reports=(report,))))[0].reports
    assert (shown.title, shown.owed_by, shown.forms) == ("Báo cáo", ("An Bá (Sơn Động)",), ())


def test_days_are_in_order_grouped_by_month_and_parts_are_numbered() -> None:
    visits = (
        make_visit(visit_id="late", dates=(date(2024, 6, 3),)),
        make_visit(visit_id="long", dates=(date(2024, 5, 30), date(2024, 5, 31))),
    )
    plan = compose(make_plan(visits=visits))
    shown = [
        (month, [(day.day.day, [visit.part for visit in day.visits]) for day in days]) for month, days in plan.months
    ]
    assert shown == [
        ("Tháng 5/2024", [(9, []), (30, [(1, 2)]), (31, [(2, 2)])]),
        ("Tháng 6/2024", [(3, [None])]),
    ]
    assert plan.period == "30/5 – 03/6/2024"


def test_a_visit_without_a_date_stands_apart() -> None:
    plan = compose(make_plan(visits=(make_visit(dates=()),), reports=()), date(2030, 1, 1))
    assert (plan.months, [visit.unit for visit in plan.undated], plan.period, plan.over) == (
        (),
        ["Sơn Động"],
        None,
        False,
    )


@pytest.mark.parametrize(
    ("today", "tenses"),
    [
        (date(2024, 5, 1), ["next", "later", "later"]),
        (date(2024, 5, 9), ["today", "later", "later"]),
        (date(2024, 5, 10), ["past", "next", "later"]),
        (date(2024, 5, 22), ["past", "past", "today"]),
        (date(2024, 5, 23), ["past", "past", "past"]),
    ],
)
def test_each_day_tells_its_place_in_time(today: date, tenses: list[Tense]) -> None:
    visits = (make_visit(), make_visit(visit_id="b", dates=(date(2024, 5, 22),)))
    plan = compose(make_plan(visits=visits), today)
    assert [day.tense for day in list_days(plan)] == tenses
    assert plan.over is (tenses[-1] == "past")


def test_a_cancelled_visit_is_shown_but_neither_counted_nor_announced_as_next() -> None:
    visits = (make_visit(cancelled=True), make_visit(visit_id="b", dates=(date(2024, 5, 22),)))
    plan = compose(make_plan(visits=visits, reports=()))
    assert [(day.tense, day.visits[0].cancelled) for day in list_days(plan)] == [("later", True), ("next", False)]
    assert (plan.period, plan.units, plan.communes) == ("22/5/2024", 1, 2)


def test_a_cancelled_plan_is_over_and_all_its_visits_are_cancelled() -> None:
    plan = compose(make_plan(status=PlanStatus.CANCELLED))
    assert (plan.over, list_days(plan)[-1].visits[0].cancelled) == (True, True)


def test_only_public_plans_are_shown_and_those_to_come_stand_first() -> None:
    past = replace(make_plan(reports=()), id="past")
    to_come = replace(make_plan(visits=(make_visit(dates=(date(2025, 1, 6),)),), reports=()), id="to-come")
    secret = replace(make_plan(), id="secret", public=False)
    agenda = compose_agenda((past, secret, to_come), today=date(2024, 12, 1), public_url=URL)
    assert [plan.id for plan in agenda.plans] == ["to-come", "past"]


def test_no_address_and_no_contact_is_in_the_agenda() -> None:
    text = repr(compose_agenda((make_plan(),), today=date(2024, 5, 1), public_url=URL))
    assert [word for word in ("@", "truong-doan", "Đoàn") if word in text] == []


def test_a_subscription_has_every_form_of_the_address() -> None:
    ways = subscribe_to("/feeds/a.ics", "Kiểm tra 1", URL + "/")
    assert ways.https == "https://lich.so-ldtbxh.example/feeds/a.ics"
    assert ways.webcal == "webcal://lich.so-ldtbxh.example/feeds/a.ics"
    assert ways.google == (
        "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Flich.so-ldtbxh.example%2Ffeeds%2Fa.ics"
    )
    assert ways.outlook == (
        "https://outlook.office.com/calendar/0/addfromweb"
        "?url=https%3A%2F%2Flich.so-ldtbxh.example%2Ffeeds%2Fa.ics&name=Ki%E1%BB%83m%20tra%201"
    )


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (Due("before", date(2024, 5, 10)), "trước ngày 10/5/2024"),
        (Due("before", date(2024, 5, 10), time(17, 0)), "trước 17 giờ 00 ngày 10/5/2024"),
        (Due("by", date(2024, 2, 9)), "chậm nhất ngày 09/02/2024"),
        (Due("by", date(2024, 12, 9), time(7, 5)), "chậm nhất 7 giờ 05 ngày 09/12/2024"),
    ],
)
def test_a_deadline_is_worded_as_documents_word_it(due: Due, words: str) -> None:
    assert word_due(due) == words


def test_dates_and_periods_are_worded() -> None:
    first = date(2024, 12, 30)
    assert (word_weekday(first), word_weekday(date(2024, 6, 2))) == ("Thứ Hai", "Chủ Nhật")
    assert word_date(date(2024, 3, 1)) == "01/3/2024"
    assert word_period(first, date(2025, 1, 2)) == "30/12/2024 – 02/01/2025"
    assert word_period(first, first) == "30/12/2024"
