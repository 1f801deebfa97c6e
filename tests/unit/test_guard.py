"""When an edit waits for a person, and what it is said to change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.changes import EventChanges, RecordedReminder, ReminderChanges, compare_events, compare_reminders
from scheduler.delivery import DeliveryState
from scheduler.differences import describe_events, describe_mails
from scheduler.events import plan_events
from scheduler.guard import Limits, count_at_once, find_reasons
from scheduler.holding import group_plans
from scheduler.model import Event, Plan, PlanStatus, RecordedEvent, Reminder, Revision, Visit
from scheduler.reminders import plan_reminders
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_reminder, make_rules, make_visit

NOW = datetime(2024, 5, 1, tzinfo=UTC)
NOTHING = ReminderChanges((), (), ())


def make_visits(number: int) -> tuple[Visit, ...]:
    return tuple(make_visit(visit_id=f"v{n}", dates=(date(2024, 5, 20) + timedelta(days=n),)) for n in range(number))


def plan_all(plan: Plan) -> tuple[Event, ...]:
    return plan_events(plan, plan.visits, plan.reports, contacts=(), domain="so.example")


def record(plan: Plan) -> tuple[RecordedEvent, ...]:
    events = plan_all(plan)
    return tuple(RecordedEvent(event, Revision(0, NOW, NOW)) for event in events)


def judge(before: tuple[Visit, ...], after: tuple[Visit, ...], now: datetime = NOW) -> tuple[str, ...]:
    recorded = record(make_plan(visits=before, reports=()))
    wanted = plan_all(make_plan(visits=after, reports=()))
    return find_reasons(group_plans(recorded), compare_events(wanted, recorded, now), NOTHING, Limits(), now)


def test_four_of_ten_visits_removed_waits() -> None:
    visits = make_visits(10)
    assert judge(visits, visits[4:]) == ("plan plan: 4 of 10 visits and reports to come would be cancelled",)


def test_three_of_ten_removed_or_two_of_two_moved_goes_ahead() -> None:
    visits = make_visits(10)
    assert judge(visits, visits[3:]) == ()
    moved = tuple(replace(visit, dates=(visit.dates[0] + timedelta(days=30),)) for visit in visits[:2])
    assert judge(visits[:2], moved) == ()


def test_a_plan_moved_as_a_whole_waits() -> None:
    visits = make_visits(5)
    moved = tuple(replace(visit, dates=(visit.dates[0] + timedelta(days=30),)) for visit in visits)
    assert judge(visits, moved) == ("plan plan: 5 of 5 visits and reports to come would be moved",)


def test_a_plan_emptied_waits_even_with_one_visit() -> None:
    assert judge(make_visits(1), ()) == (
        "plan plan would be empty: all 1 visits and reports to come would be cancelled",
    )


def test_a_plan_whose_one_visit_makes_room_for_another_is_not_empty() -> None:
    assert judge(make_visits(1), (make_visit(visit_id="other", dates=(date(2024, 7, 1),)),)) == ()


def test_what_is_past_does_not_count() -> None:
    visits = make_visits(10)
    assert judge(visits, visits[4:], now=datetime(2024, 5, 24, tzinfo=UTC)) == ()


@given(st.lists(st.sampled_from(["kept", "gone", "moved"]), min_size=1, max_size=40), st.integers(0, 30), st.booleans())
def test_an_edit_waits_where_it_touches_more_than_its_share_of_all_that_is_to_come(
    fates: list[str], days: int, grows: bool
) -> None:
    visits = make_visits(len(fates))
    now = NOW + timedelta(days=days)
    after = [
        replace(visit, dates=(date(2024, 7, 1),)) if fate == "moved" else visit
        for visit, fate in zip(visits, fates, strict=True)
        if fate != "gone"
    ]
    added = (make_visit(visit_id="other", dates=(date(2024, 7, 1),)),) if grows else ()
    coming = [fate for visit, fate in zip(visits, fates, strict=True) if visit.dates[0] >= now.date()]
    total, gone, moved = len(coming), coming.count("gone"), coming.count("moved")
    reasons: tuple[str, ...] = ()
    if total and gone == total and not grows:
        reasons = (f"plan plan would be empty: all {total} visits and reports to come would be cancelled",)
    elif gone + moved >= 3 and gone + moved > total / 3:
        also_moved = f", {moved} moved" if moved else ""
        fate = f"{gone} of {total} visits and reports to come would be cancelled{also_moved}"
        reasons = (f"plan plan: {fate if gone else f'{moved} of {total} visits and reports to come would be moved'}",)
    assert judge(visits, (*after, *added), now) == reasons


def test_a_first_start_counts_the_mails_that_would_go_at_once() -> None:
    late = datetime(2024, 5, 19, tzinfo=UTC)
    due = [make_reminder(number=n, due_at=late - timedelta(days=1)) for n in range(51)]
    later = make_reminder(number=99, due_at=late + timedelta(hours=1))
    changes = ReminderChanges((*due, later), (), ())
    assert count_at_once(changes, late) == 51
    assert find_reasons({}, EventChanges(()), changes, Limits(), late) == (
        "51 mails would go out at once, more than 50",
    )
    assert find_reasons({}, EventChanges(()), ReminderChanges(tuple(due[1:]), (), ()), Limits(), late) == ()


def test_differences_name_each_event() -> None:
    before = make_plan(visits=(make_visit(), make_visit(visit_id="gone", dates=(date(2024, 5, 23),))), reports=())
    after = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)), make_visit(visit_id="new")), reports=())
    recorded = record(before)
    changes = compare_events(plan_all(after), recorded, NOW)
    found = {
        (d.uid.split(".")[1], d.uid.split(".")[3].split("@")[0]): (d.change, d.before, d.after)
        for d in describe_events(recorded, changes)
    }
    title = "Kiểm tra: Sơn Động (Phúc Sơn, An Bá) – buổi sáng"
    assert found[("son-dong", "morning")] == (
        "moved",
        f"2024-05-20 07:00–11:30 {title}",
        f"2024-05-27 07:00–11:30 {title}",
    )
    assert found[("gone", "morning")] == ("cancelled", f"2024-05-23 07:00–11:30 {title}", None)
    assert found[("new", "morning")] == ("added", None, f"2024-05-20 07:00–11:30 {title}")
    assert len(found) == 6


def test_differences_come_in_the_order_of_their_days_and_say_what_changes_where_the_time_does_not() -> None:
    visits = (make_visit(dates=(date(2024, 5, 23),)), make_visit(visit_id="another", dates=(date(2024, 5, 22),)))
    before = make_plan(visits=visits, reports=())
    recorded = record(before)
    after = replace(before, status=PlanStatus.CONFIRMED)
    found = describe_events(recorded, compare_events(plan_all(after), recorded, NOW))
    assert [(d.change, (d.before or "")[:16], d.before == d.after) for d in found] == [
        ("changed", "2024-05-22 07:00", True),
        ("changed", "2024-05-22 13:30", True),
        ("changed", "2024-05-23 07:00", True),
        ("changed", "2024-05-23 13:30", True),
    ]
    assert {"status" in d.aspects for d in found} == {True}


def test_differences_pair_a_mail_taken_back_with_the_one_that_goes_instead() -> None:
    old = plan_of(make_plan(reports=()))
    new = plan_of(make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),), reports=()))
    rows = [
        RecordedReminder(n, r.key, DeliveryState.PLANNED, r.due_at, r.useful_until, r.contact, r.template)
        for n, r in enumerate(old)
    ]
    changes = compare_reminders(new, rows, NOW)
    taken_back = [old[cancel.id] for cancel in changes.cancel]
    found = describe_mails(old, changes, taken_back, NOW)
    assert [(d.change, d.reminder.rule, d.reminder.contact, d.moved_from) for d in found] == [
        ("moved", r.rule, r.contact, o.due_at) for o, r in zip(old, new, strict=True)
    ]


def test_differences_name_what_goes_no_more() -> None:
    old = plan_of(make_plan(reports=()))
    found = describe_mails(old, ReminderChanges((), (), ()), old[:1], NOW)
    assert [(d.change, d.reminder) for d in found] == [("withdrawn", old[0])]


def plan_of(plan: Plan) -> tuple[Reminder, ...]:
    return plan_reminders(plan, make_contacts(), make_rules(), WorkingDays()).reminders
