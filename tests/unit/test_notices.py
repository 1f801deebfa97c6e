"""Who is owed a notice, of which kind, when: by what each person was last told."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.events import plan_events
from scheduler.model import Contact, Plan, PlanStatus, RecordedEvent, Reminder, Revision, VisitSession
from scheduler.notices import (
    CANCELLED,
    CONFIRMED,
    CORRECTION,
    MOVED,
    Settling,
    Told,
    drop_superseded,
    mark_confirmed,
    plan_notices,
)
from scheduler.reminders import plan_reminders
from scheduler.truths import Truth, read_truth
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_rules, make_visit

EDITED = datetime(2024, 5, 14, 3, 0, tzinfo=UTC)
TOLD_AT = datetime(2024, 5, 13, 1, 0, tzinfo=UTC)
MOVED_PLAN = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),))


def plan_of(plan: Plan, contacts: tuple[Contact, ...] | None = None) -> tuple[Reminder, ...]:
    return plan_reminders(plan, contacts or make_contacts(), make_rules(), WorkingDays()).reminders


def tell_all(plan: Plan) -> tuple[Told, ...]:
    """Everybody got the visit's first reminder."""
    return tuple(
        Told(r.plan, r.about, r.item, r.unit, r.contact, r.address, r.truth, r.useful_until, TOLD_AT)
        for r in plan_of(plan)
        if r.rule == "visit-1-week"
    )


def record(plan: Plan, sequence: int = 1) -> tuple[RecordedEvent, ...]:
    events = plan_events(plan, plan.visits, plan.reports, contacts=make_contacts(), domain="so.example")
    return tuple(RecordedEvent(event, Revision(sequence, TOLD_AT, EDITED)) for event in events)


def find_notices(
    plan: Plan, told: tuple[Told, ...], *, contacts: tuple[Contact, ...] | None = None, now: datetime = EDITED
) -> tuple[Reminder, ...]:
    people = contacts or make_contacts()
    return plan_notices(plan, plan_of(plan, people), people, told, record(plan), Settling(), now)


def test_nobody_is_owed_a_notice_of_what_they_were_told() -> None:
    assert find_notices(make_plan(), tell_all(make_plan())) == ()


def test_nobody_who_was_told_nothing_is_owed_a_notice() -> None:
    assert find_notices(MOVED_PLAN, ()) == ()


def test_a_moved_visit_is_told_to_those_who_were_told_after_the_settling_time() -> None:
    notices = find_notices(MOVED_PLAN, tell_all(make_plan()))
    assert sorted(notice.contact for notice in notices) == [
        "truong-doan",
        "ubnd-an-ba",
        "ubnd-phuc-son",
        "ubnd-son-dong",
    ]
    assert {(notice.template, notice.rule, notice.occurrence) for notice in notices} == {(MOVED, "notice", "r1")}
    assert {notice.due_at for notice in notices} == {EDITED + timedelta(minutes=10)}
    assert {notice.useful_until for notice in notices} == {datetime(2024, 5, 27, 0, 0, tzinfo=UTC)}


def test_a_visit_moved_to_within_48_hours_is_told_at_once() -> None:
    plan = make_plan(visits=(make_visit(dates=(date(2024, 5, 15),)),))
    assert {notice.due_at for notice in find_notices(plan, tell_all(make_plan()))} == {EDITED}


def test_a_cancelled_visit_and_a_removed_one_are_told_as_cancelled() -> None:
    for plan in (make_plan(visits=(make_visit(cancelled=True),)), make_plan(visits=())):
        notices = find_notices(plan, tell_all(make_plan()))
        assert [notice.template for notice in notices] == [CANCELLED] * 4
        assert {notice.useful_until for notice in notices} == {datetime(2024, 5, 20, 0, 0, tzinfo=UTC)}


def test_who_was_told_of_a_cancellation_is_told_no_more_until_it_is_taken_back() -> None:
    cancelled = make_plan(visits=(make_visit(cancelled=True),))
    gone = str(Truth((), (), (), "tentative"))
    told = tuple(replace(last, truth=gone) for last in tell_all(make_plan()))
    assert find_notices(cancelled, told) == ()
    assert [notice.template for notice in find_notices(make_plan(), told)] == [CORRECTION] * 4


def test_a_commune_replaced_is_told_to_it_as_cancelled_and_to_the_others_as_a_correction() -> None:
    plan = make_plan(visits=(replace(make_visit(), communes=("phuc-son",)),))
    notices = {notice.contact: notice.template for notice in find_notices(plan, tell_all(make_plan()))}
    assert notices == {
        "truong-doan": CORRECTION,
        "ubnd-an-ba": CANCELLED,
        "ubnd-phuc-son": CORRECTION,
        "ubnd-son-dong": CORRECTION,
    }


def test_an_hour_changed_is_a_move() -> None:
    visit = replace(make_visit(), sessions=(VisitSession("morning", start=time(8, 0)), VisitSession("afternoon")))
    assert {notice.template for notice in find_notices(make_plan(visits=(visit,)), tell_all(make_plan()))} == {MOVED}


def test_a_corrected_address_owes_nothing_to_the_old_one() -> None:
    contacts = tuple(
        replace(contact, email="moi@an-ba.example") if contact.id == "ubnd-an-ba" else contact
        for contact in make_contacts()
    )
    assert find_notices(make_plan(), tell_all(make_plan()), contacts=contacts) == ()


def test_a_confirmed_plan_is_told_once_a_person() -> None:
    second = make_visit(visit_id="son-dong-2", dates=(date(2024, 6, 20),))
    tentative = make_plan(visits=(make_visit(), second))
    confirmed = replace(tentative, status=PlanStatus.CONFIRMED)
    notices = find_notices(confirmed, tell_all(tentative))
    assert [(notice.template, notice.about, notice.item) for notice in notices] == [(CONFIRMED, "plan", "plan")] * 4
    assert len({notice.address for notice in notices}) == 4


def test_who_was_told_of_the_confirmation_is_not_told_again() -> None:
    confirmed = make_plan(status=PlanStatus.CONFIRMED)
    told = tell_all(make_plan())
    (notice, *_) = find_notices(confirmed, told)
    later = Told("plan", "plan", "plan", "", notice.contact, notice.address, notice.truth, notice.useful_until, EDITED)
    remaining = {n.contact for n in find_notices(confirmed, mark_confirmed((*told, later)))}
    assert notice.contact not in remaining
    assert len(remaining) == 3


def test_nothing_is_told_of_what_is_past() -> None:
    assert find_notices(MOVED_PLAN, tell_all(make_plan()), now=datetime(2024, 5, 27, 1, 0, tzinfo=UTC)) == ()


def test_a_notice_makes_the_reminders_of_its_series_needless_that_are_due_before_it() -> None:
    plan = make_plan(visits=(make_visit(dates=(date(2024, 5, 15),)),), reports=())
    notices = find_notices(plan, tell_all(make_plan()))
    kept = drop_superseded(plan_of(plan), notices)
    assert [(r.rule, r.contact) for r in kept] == [("visit-eve", "truong-doan")]


@pytest.mark.parametrize("text", [str(Truth(("a",), ("b", "c"), (), "tentative")), ""])
def test_a_truth_reads_back_as_it_was(text: str) -> None:
    truth = read_truth(text)
    assert ("" if truth is None else str(truth)) == text
