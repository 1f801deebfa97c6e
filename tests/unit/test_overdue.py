"""Rules that fire after the last day: when, to whom, and until when each mail is of use."""

from dataclasses import replace
from datetime import date

from scheduler.model import Contact, Due, PlanStatus, Rule, Untold
from scheduler.overdue import list_steps, plan_overdue, read_step
from scheduler.reminders import plan_reminders
from scheduler.rules import parse_repeat, parse_when
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_rules

TO_UNITS = Rule(
    "overdue",
    "report",
    ("units",),
    parse_when("1 working day after at 08:00"),
    "report-overdue",
    repeat=parse_repeat("every 2 working days, 3 times"),
)
TO_HEADS = Rule("head", "report", ("heads",), parse_when("7 working days after at 08:00"), "report-overdue-head")
HEAD = Contact("lanh-dao", "Chủ tịch", "son-dong", "chu-tich@son-dong.example", head=True)
PLAN = make_plan(visits=())
DAYS = WorkingDays()


def list_planned(*rules: Rule, contacts: tuple[Contact, ...] = (*make_contacts(), HEAD)) -> list[tuple[str, str, str]]:
    planned = plan_overdue(PLAN, contacts, rules, DAYS).reminders
    return [(f"{r.due_at:%d/%m %H:%M}", r.contact, f"{r.useful_until:%d/%m}") for r in planned]


def test_a_rule_repeats_and_each_mail_is_of_use_until_the_next() -> None:
    # The last day is Thursday 9/5/2024.
    assert [found for found in list_planned(TO_UNITS) if found[1] == "ubnd-luc-nam"] == [
        ("10/05 08:00", "ubnd-luc-nam", "14/05"),
        ("14/05 08:00", "ubnd-luc-nam", "16/05"),
        ("16/05 08:00", "ubnd-luc-nam", "23/05"),
    ]


def test_heads_alone_are_written_to_where_the_rule_says_so() -> None:
    assert list_planned(TO_HEADS) == [("20/05 08:00", "lanh-dao", "27/05")]


def test_a_unit_without_a_head_or_a_contact_cannot_be_told() -> None:
    assert plan_overdue(PLAN, (*make_contacts(), HEAD), (TO_HEADS,), DAYS).untold == (
        Untold("report", "bao-cao", "luc-nam", "luc-nam", "has no contact with 'head: true' in contacts.yaml"),
    )
    assert plan_overdue(PLAN, (replace(HEAD, email=None),), (TO_HEADS, TO_UNITS), DAYS).untold[0] == Untold(
        "report", "bao-cao", "son-dong", "lanh-dao", "has no address in contacts.yaml"
    )


def test_an_instant_on_a_day_off_moves_forward() -> None:
    before_holiday = replace(PLAN.reports[0], due=Due("by", date(2024, 4, 26)))
    rule = replace(TO_UNITS, when=parse_when("3 days after at 08:00"), repeat=parse_repeat("every 1 day, 2 times"))
    steps = list_steps(rule, before_holiday.due.last_day, DAYS, PLAN)
    # 29/4 is made up on 4/5; 30/4 and 1/5 are holidays.
    assert [f"{step.moment.due_at:%d/%m}" for step in steps] == ["02/05", "02/05"]
    assert "that is a day off (day off, made up on Saturday 4/5/2024), so Thursday 2/5/2024" in steps[0].moment.why


def test_the_first_time_has_the_key_that_it_would_have_without_a_repeat() -> None:
    once = plan_overdue(PLAN, make_contacts(), (replace(TO_UNITS, repeat=None),), DAYS).reminders
    thrice = plan_overdue(PLAN, make_contacts(), (TO_UNITS,), DAYS).reminders
    assert {r.key for r in once} < {r.key for r in thrice}
    assert [read_step(r.occurrence) for r in thrice if r.unit == "son-dong"] == [1, 2, 3]
    assert len({r.key for r in thrice}) == 6


def test_an_overdue_reminder_is_of_the_series_of_the_reminders_before_it() -> None:
    before = plan_reminders(PLAN, make_contacts(), (*make_rules(), TO_UNITS), DAYS).reminders
    after = plan_overdue(PLAN, make_contacts(), (*make_rules(), TO_UNITS), DAYS).reminders
    assert {r.series for r in before} == {r.series for r in after}
    assert {r.rule for r in before} == {"report-5-days", "report-last-day"}
    assert {r.rule for r in after} == {"overdue"}


def test_a_rule_before_the_last_day_may_write_to_heads_too() -> None:
    rule = replace(TO_HEADS, when=parse_when("1 day before at 08:00"))
    planned = plan_reminders(PLAN, (*make_contacts(), HEAD), (rule,), DAYS)
    assert [r.contact for r in planned.reminders] == ["lanh-dao"]
    assert [untold.reason for untold in planned.untold] == ["has no contact with 'head: true' in contacts.yaml"]


def test_a_cancelled_plan_has_none() -> None:
    assert plan_overdue(replace(PLAN, status=PlanStatus.CANCELLED), make_contacts(), (TO_UNITS,), DAYS).reminders == ()
