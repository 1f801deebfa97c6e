"""Reminders from a plan and rules: which, when, to whom, and why."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.model import Contact, Due, Plan, PlanStatus, Reminder, Untold
from scheduler.reminders import compute_moment, plan_reminders, select_upcoming
from scheduler.rules import parse_when
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_report, make_rules, make_visit

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
WORKDAYS = WorkingDays()


def plan_sample() -> tuple[Reminder, ...]:
    return plan_reminders(make_plan(), make_contacts(), make_rules(), WORKDAYS).reminders


def test_plan_reminders_gives_every_rule_its_audience_at_its_instant() -> None:
    told = [(f"{r.due_at:%d/%m %H:%M}", r.rule, r.item, r.unit, r.contact) for r in plan_sample()]
    assert told == [
        ("03/05 08:00", "report-5-days", "bao-cao", "luc-nam", "ubnd-luc-nam"),
        ("03/05 08:00", "report-5-days", "bao-cao", "son-dong", "ubnd-son-dong"),
        ("09/05 08:00", "report-last-day", "bao-cao", "luc-nam", "ubnd-luc-nam"),
        ("09/05 08:00", "report-last-day", "bao-cao", "son-dong", "ubnd-son-dong"),
        ("13/05 08:00", "visit-1-week", "son-dong", "son-dong", "truong-doan"),
        ("13/05 08:00", "visit-1-week", "son-dong", "son-dong", "ubnd-an-ba"),
        ("13/05 08:00", "visit-1-week", "son-dong", "son-dong", "ubnd-phuc-son"),
        ("13/05 08:00", "visit-1-week", "son-dong", "son-dong", "ubnd-son-dong"),
        ("17/05 15:00", "visit-eve", "son-dong", "son-dong", "truong-doan"),
    ]


def test_a_reminder_carries_its_key_and_the_end_of_its_use() -> None:
    eve = plan_sample()[-1]
    assert eve.key == "plan|son-dong|son-dong|2024-05-20T07:00|visit-eve|truong-doan@so-ldtbxh.example"
    assert eve.useful_until == datetime(2024, 5, 20, 7, 0, tzinfo=HANOI)
    assert eve.why == (
        "the day before at 15:00: 1 day before the visit on Monday 20/5/2024, is Sunday 19/5/2024;"
        " that is a day off (weekend), so Friday 17/5/2024"
    )


def test_a_report_reminder_is_useful_until_the_report_is_late() -> None:
    assert plan_sample()[0].useful_until == datetime(2024, 5, 10, 0, 0, tzinfo=HANOI)


@pytest.mark.parametrize(
    ("due", "last_day", "ends_at"),
    [
        (Due("before", date(2024, 5, 10)), date(2024, 5, 9), datetime(2024, 5, 10, 0, 0, tzinfo=HANOI)),
        (Due("before", date(2024, 5, 10), time(17)), date(2024, 5, 10), datetime(2024, 5, 10, 17, tzinfo=HANOI)),
        (Due("by", date(2024, 5, 10)), date(2024, 5, 10), datetime(2024, 5, 11, 0, 0, tzinfo=HANOI)),
        (Due("by", date(2024, 5, 10), time(17)), date(2024, 5, 10), datetime(2024, 5, 10, 17, tzinfo=HANOI)),
    ],
)
def test_due_before_is_exclusive_and_by_is_inclusive(due: Due, last_day: date, ends_at: datetime) -> None:
    assert (due.last_day, due.ends_at(HANOI)) == (last_day, ends_at)


def test_working_days_say_which_days_between_break_the_week() -> None:
    moment = compute_moment(
        parse_when("5 working days before at 08:00"), date(2024, 5, 9), "the last day,", WORKDAYS, make_plan()
    )
    assert moment.due_at == datetime(2024, 5, 3, 8, 0, tzinfo=HANOI)
    assert moment.why.endswith("is Friday 3/5/2024; Saturday 4/5/2024: worked in place of Monday 29/4/2024")


def test_an_address_in_two_audiences_is_told_once() -> None:
    twin = Contact("truong-doan-2", "Cùng hộp thư", "son-dong", "Truong-Doan@so-ldtbxh.example")
    planned = plan_reminders(make_plan(reports=()), (*make_contacts(), twin), make_rules(), WORKDAYS)
    addresses = [r.address.lower() for r in planned.reminders if r.rule == "visit-1-week"]
    assert sorted(addresses) == sorted(set(addresses))
    assert "truong-doan@so-ldtbxh.example" in addresses


def test_who_has_no_address_or_no_contact_is_listed() -> None:
    contacts = tuple(
        replace(contact, email=None) if contact.id == "ubnd-an-ba" else contact
        for contact in make_contacts()
        if contact.id != "ubnd-luc-nam"
    )
    assert plan_reminders(make_plan(), contacts, make_rules(), WORKDAYS).untold == (
        Untold("visit", "son-dong", "son-dong", "ubnd-an-ba", "has no address in contacts.yaml"),
        Untold("report", "bao-cao", "luc-nam", "luc-nam", "has no contact in contacts.yaml"),
    )


def test_nothing_is_planned_for_what_is_cancelled_or_has_no_date() -> None:
    for visit in (make_visit(cancelled=True), make_visit(dates=())):
        plan = make_plan(visits=(visit,), reports=())
        assert plan_reminders(plan, make_contacts(), make_rules(), WORKDAYS).reminders == ()
    cancelled = make_plan(status=PlanStatus.CANCELLED)
    assert plan_reminders(cancelled, make_contacts(), make_rules(), WORKDAYS).reminders == ()


def test_a_rule_later_than_its_item_plans_nothing() -> None:
    rule = replace(make_rules()[2], when=parse_when("on the day at 08:00"))
    assert plan_reminders(make_plan(), make_contacts(), (rule,), WORKDAYS).reminders == ()


def test_moving_a_visit_gives_new_keys_and_renaming_its_unit_does_not() -> None:
    plan = make_plan(reports=())
    moved = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),), reports=())
    renamed = replace(plan, units=(replace(plan.units[0], name="Huyện Sơn Động"), plan.units[1]))

    def keys(of: Plan) -> set[str]:
        return {r.key for r in plan_reminders(of, make_contacts(), make_rules(), WORKDAYS).reminders}

    assert keys(plan) & keys(moved) == set()
    assert keys(plan) == keys(renamed)


def test_select_upcoming_keeps_only_the_newest_of_those_past() -> None:
    as_of = datetime(2024, 5, 9, 3, 0, tzinfo=UTC)
    rules = [r.rule for r in select_upcoming(plan_sample(), as_of)]
    assert rules == ["report-last-day"] * 2 + ["visit-1-week"] * 4 + ["visit-eve"]


def test_select_upcoming_drops_what_is_no_longer_useful() -> None:
    as_of = datetime(2024, 5, 20, 0, 0, tzinfo=UTC)
    assert select_upcoming(plan_sample(), as_of) == ()


@given(st.integers(0, 60 * 24))
def test_what_is_upcoming_is_useful_and_at_most_one_of_a_series_is_past(hours: int) -> None:
    as_of = datetime(2024, 4, 1, tzinfo=UTC) + timedelta(hours=hours)
    upcoming = select_upcoming(plan_sample(), as_of)
    assert all(reminder.useful_until > as_of for reminder in upcoming)
    past = [reminder.series for reminder in upcoming if reminder.due_at <= as_of]
    assert len(past) == len(set(past))
    later = as_of + timedelta(days=1)
    assert {r.key for r in select_upcoming(plan_sample(), later) if r.due_at > later} <= {r.key for r in upcoming}


def test_planning_twice_gives_the_same() -> None:
    assert plan_sample() == plan_sample()


def test_an_owing_commune_is_told_through_its_own_contact() -> None:
    report = replace(make_report(), owed_by=("son-dong/phuc-son",))
    planned = plan_reminders(make_plan(visits=(), reports=(report,)), make_contacts(), make_rules(), WORKDAYS)
    assert {r.contact for r in planned.reminders} == {"ubnd-phuc-son"}
