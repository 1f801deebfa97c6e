"""Who is asked about a visit: one answer for mails, reply pages and the pages for the office."""

from dataclasses import replace
from datetime import date

from scheduler.attendance import list_asked, list_invited, make_occurrence_finder
from scheduler.model import Contact, Team
from scheduler.plan_index import index_contacts
from tests.samples import make_contacts, make_plan, make_visit


def test_unit_communes_and_team_are_asked_in_that_order() -> None:
    plan = make_plan()
    asked = [contact.id for contact in list_asked(plan, plan.visits[0], reversed(make_contacts()))]
    assert asked == ["ubnd-son-dong", "ubnd-phuc-son", "ubnd-an-ba", "truong-doan"]


def test_whoever_has_no_address_is_invited_and_cannot_be_asked() -> None:
    plan = make_plan()
    contacts = (*make_contacts(), Contact("moi", "Văn phòng", "son-dong/phuc-son"))
    assert "moi" not in [contact.id for contact in list_asked(plan, plan.visits[0], contacts)]
    assert "moi" in [contact.id for contact in list_invited(plan, plan.visits[0], index_contacts(contacts))]


def test_a_unit_whose_own_level_is_not_inspected_is_not_asked() -> None:
    visit = replace(make_visit(), levels=("commune",))
    asked = [contact.id for contact in list_asked(make_plan(), visit, make_contacts())]
    assert asked == ["ubnd-phuc-son", "ubnd-an-ba", "truong-doan"]


def test_the_plan_says_who_of_a_team_is_asked() -> None:
    other = Contact("pho-doan", "Phó đoàn", "doan", "pho.doan@so.example")
    contacts = (*make_contacts(), other)

    def ask(*members: str) -> list[str]:
        plan = replace(make_plan(), teams=(Team("doan", "Đoàn kiểm tra", members),))
        return [contact.id for contact in list_asked(plan, make_visit(), contacts) if contact.of == "doan"]

    assert [ask(), ask("truong-doan"), ask("pho-doan")] == [["truong-doan", "pho-doan"], ["truong-doan"], ["pho-doan"]]


def test_an_occurrence_is_the_first_start_of_a_visit_that_takes_place() -> None:
    visits = (
        make_visit(),
        make_visit(visit_id="cancelled", cancelled=True),
        make_visit(visit_id="undated", dates=()),
        replace(make_visit(visit_id="whole-day", dates=(date(2024, 5, 21), date(2024, 5, 22))), sessions=()),
    )
    plans = (make_plan(visits=visits), replace(make_plan(visits=visits[-1:]), id="other"))
    find_occurrence = make_occurrence_finder(plans)
    assert [find_occurrence("plan", visit.id) for visit in visits] == [
        "2024-05-20T07:00", None, None, "2024-05-21T00:00",
    ]  # fmt: skip
    assert [find_occurrence(plan, "whole-day") for plan in ("other", "nowhere")] == ["2024-05-21T00:00", None]
    assert find_occurrence("other", "son-dong") is None
