"""Plans that are configured no longer are carried along, cancelled, while anything of them is still to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from scheduler.model import Contact, EventStatus, Plan, PlanStatus
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.withdrawn import add_withdrawn, carry_withdrawn
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_rules, make_visit

FIRST = make_plan(visits=(make_visit(dates=(date(2024, 5, 20),)),), reports=())
SECOND = replace(FIRST, id="second", visits=(make_visit(dates=(date(2024, 5, 21),)),))
NOW = datetime(2024, 5, 14, tzinfo=UTC)
WORKDAYS = WorkingDays()


def make(*plans: Plan, contacts: tuple[Contact, ...] | None = None) -> Snapshot:
    people = make_contacts() if contacts is None else contacts
    return make_snapshot(plans, people, make_rules(), WORKDAYS, "so.example")


def test_a_plan_that_is_gone_is_carried_as_cancelled() -> None:
    carried = carry_withdrawn(make(FIRST), make(FIRST, SECOND), NOW)
    assert [(wanted.plan.id, wanted.plan.status) for wanted in carried.wanted] == [
        ("plan", FIRST.status),
        ("second", PlanStatus.CANCELLED),
    ]
    assert {event.status for event in carried.wanted[1].events} == {EventStatus.CANCELLED}
    assert carried.wanted[1].reminders == ()


def test_it_goes_on_being_carried_and_is_restored_from_its_copy_as_the_same() -> None:
    carried = carry_withdrawn(make(FIRST), make(FIRST, SECOND), NOW)
    again = carry_withdrawn(make(FIRST), carried, NOW)
    assert again == carried
    assert all(again.wanted[1].parts[item] is part for item, part in carried.wanted[1].parts.items())
    assert add_withdrawn(make(FIRST), carried.withdrawn) == carried


def test_what_is_configured_again_is_carried_no_longer() -> None:
    carried = carry_withdrawn(make(FIRST), make(FIRST, SECOND), NOW)
    both = make(FIRST, SECOND)
    assert carry_withdrawn(both, carried, NOW) is both


@pytest.mark.parametrize(("now", "is_carried"), [("2024-05-21T16:59Z", True), ("2024-05-21T17:00Z", False)])
def test_it_is_left_behind_when_its_last_day_is_past_where_it_takes_place(now: str, *, is_carried: bool) -> None:
    carried = carry_withdrawn(make(FIRST), make(FIRST, SECOND), datetime.fromisoformat(now))
    assert [wanted.plan.id for wanted in carried.wanted] == ["plan", "second"][: 1 + is_carried]


def test_its_people_keep_the_addresses_they_have_and_those_who_are_gone_the_ones_they_had() -> None:
    old = make_contacts()
    corrected = (replace(old[0], email="moi@moi.example"), *old[2:])
    carried = carry_withdrawn(make(FIRST, contacts=corrected), make(FIRST, SECOND), NOW)
    assert [contact.email for contact in carried.wanted[1].contacts] == [
        "moi@moi.example",
        *(contact.email for contact in old[1:]),
    ]
