"""A new extraction takes over the ids of the earlier one: by unit and day, never by row."""

from dataclasses import replace
from datetime import date

from scheduler.intake.draft import Draft
from scheduler.intake.realign import keep_ids
from scheduler.model import Commune, Contact, Due, Forms, Plan, Report, Source, Unit
from tests.unit.test_merging import BASE, make_visit


def realign(new: Plan, edited: Plan = BASE, contacts: tuple[Contact, ...] = ()) -> Draft:
    return keep_ids(Draft(new, contacts, ()), BASE, edited)


def test_the_same_extraction_keeps_its_ids() -> None:
    assert realign(BASE).plan == BASE


def test_rows_in_another_order_keep_their_ids() -> None:
    backwards = replace(BASE, visits=BASE.visits[::-1], units=BASE.units[::-1])
    assert realign(backwards).plan == backwards


def test_a_unit_whose_kind_is_now_written_is_the_same_unit() -> None:
    units = (Unit("huyen-a", "Huyện A", (Commune("xa-a1", "Xã A1"), Commune("a2", "A2"))), *BASE.units[1:])
    visit = replace(make_visit("huyen-a", 12, "xa-a1", "a2"))
    report = replace(BASE.reports[0], owed_by=("huyen-a", "b"), forms=Forms(None, (("huyen-a", "Mẫu 2"),)))
    sources = (Source("/reports/0/forms/huyen-a", "line 5"),)
    new = replace(BASE, units=units, visits=(visit, *BASE.visits[1:]), reports=(report,), sources=sources)
    found = realign(new, contacts=(Contact("ubnd-huyen-a", "UBND huyện A", "huyen-a"), Contact("x", "X", "huyen-a/a2")))
    assert [unit.id for unit in found.plan.units] == ["a", "b", "c", "d"]
    assert [commune.id for commune in found.plan.units[0].communes] == ["a1", "a2"]
    assert found.plan.visits[0] == BASE.visits[0]
    assert (found.plan.reports[0].owed_by, found.plan.reports[0].forms.by_unit) == (("a", "b"), (("a", "Mẫu 2"),))
    assert found.plan.sources == (Source("/reports/0/forms/a", "line 5"),)
    assert [(contact.id, contact.of) for contact in found.contacts] == [("ubnd-a", "a"), ("x", "a/a2")]


def test_of_two_visits_of_a_unit_the_day_tells_which_is_which() -> None:
    earlier = replace(BASE, visits=(*BASE.visits, replace(make_visit("a", 20), id="a-2")))
    only_second = replace(BASE, visits=(make_visit("a", 20), *BASE.visits[1:]))
    found = keep_ids(Draft(only_second, (), ()), earlier, earlier)
    assert (found.plan.visits[0].id, found.plan.visits[0].dates[0].day) == ("a-2", 20)


def test_a_visit_on_another_day_is_the_units_next_in_order() -> None:
    moved = replace(BASE, visits=(make_visit("a", 26), *BASE.visits[1:]))
    assert realign(moved).plan.visits[0].id == "a"


def test_a_visit_that_the_admin_moved_is_given_to_one_row_alone() -> None:
    edited = replace(BASE, visits=(make_visit("a", 26), *BASE.visits[1:]))
    new = replace(BASE, visits=(*BASE.visits, replace(make_visit("a", 26), id="a-2")))
    assert [visit.id for visit in realign(new, edited).plan.visits] == ["a", "b", "c", "d", "a-2"]


def test_a_new_visit_never_takes_an_id_that_was_used() -> None:
    edited = replace(BASE, visits=(*BASE.visits, replace(make_visit("a", 28), id="a-2")))
    new = replace(BASE, visits=(*BASE.visits, replace(make_visit("a", 20), id="a-2")))
    assert [visit.id for visit in realign(new, edited).plan.visits] == ["a", "b", "c", "d", "a-2-2"]


def test_reports_are_found_again_by_name_and_deadline() -> None:
    second = Report("bao-cao-2", "Báo cáo khác", Due("by", date(2025, 6, 1)), owed_by=("a",))
    earlier = replace(BASE, reports=(*BASE.reports, second))
    swapped = replace(BASE, reports=(replace(second, id="bao-cao"), replace(BASE.reports[0], id="bao-cao-2")))
    found = keep_ids(Draft(swapped, (), ()), earlier, earlier)
    assert [(report.id, report.title) for report in found.plan.reports] == [
        ("bao-cao-2", "Báo cáo khác"),
        ("bao-cao", "Báo cáo"),
    ]
