"""A plan file's text follows a merged plan, line by line, and keeps what the admin wrote."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.model import Plan, Source, Unit, Visit
from scheduler.planfile import plan_to_yaml, read_plan_text
from scheduler.planfile.amend import amend_plan_text, split_comment
from tests.unit.test_merging import BASE, make_visit

TEXT = plan_to_yaml(BASE)


def amend(text: str, new: Plan) -> str:
    return amend_plan_text(text, read_plan_text(text, "plan.yaml"), new, TEXT)


def move_visit(index: int, day: int) -> Plan:
    visits = list(BASE.visits)
    visits[index] = replace(visits[index], dates=(date(2025, 6, day),))
    return replace(BASE, visits=tuple(visits))


def test_the_same_plan_changes_no_byte() -> None:
    assert amend(TEXT, BASE) == TEXT


def test_one_moved_day_changes_one_line() -> None:
    amended = amend(TEXT, move_visit(1, 3))
    changed = [(a, b) for a, b in zip(TEXT.splitlines(), amended.splitlines(), strict=True) if a != b]
    assert changed == [("    date: 2025-05-13  # line 11", "    date: 2025-06-03  # line 11")]


def test_the_admins_comment_and_line_ends_stay() -> None:
    text = TEXT.replace("date: 2025-05-13  # line 11", 'date: "13/5/2025"   # hỏi lại').replace("\n", "\r\n")
    amended = amend(text, move_visit(1, 3))
    assert "    date: 2025-06-03  # hỏi lại\r\n" in amended
    assert amended.replace("\r\n", "").count("\n") == 0


def test_one_day_becomes_several() -> None:
    visits = (replace(BASE.visits[0], dates=(date(2025, 6, 2), date(2025, 6, 3))), *BASE.visits[1:])
    new = replace(BASE, visits=visits, sources=())
    amended = amend(TEXT, new)
    assert read_plan_text(amended, "plan.yaml") == new
    assert "dates: [2025-06-02, 2025-06-03]" in amended


def test_places_follow_and_other_comments_do_not() -> None:
    moved = replace(BASE, sources=(Source("/plan/title", "line 1"), Source("/visits/0/date", "line 99")))
    text = TEXT.replace("title: Kiểm tra  # line 1", "title: Kiểm tra  # tên tạm")
    amended = amend(text, moved)
    assert "date: 2025-05-12  # line 99" in amended
    assert "date: 2025-05-13\n" in amended
    assert "title: Kiểm tra  # tên tạm" in amended


def test_a_plan_without_its_list_of_places_gets_none() -> None:
    text = TEXT[: TEXT.index("# Where the import found")]
    amended = amend(text, move_visit(1, 3))
    assert "sources" not in amended
    assert "date: 2025-06-03" in amended


@pytest.mark.parametrize(
    ("line", "body", "comment"),
    [
        ("a: b  # c", "a: b", "  # c"),
        ('a: "b # c"', 'a: "b # c"', ""),
        ("a: 'it''s # d'  # e", "a: 'it''s # d'", "  # e"),
        ("a: 07giờ 30' # e", "a: 07giờ 30'", " # e"),
        ("a: b#c", "a: b#c", ""),
        ("# all", "", "# all"),
    ],
)
def test_a_comment_is_told_from_text(line: str, body: str, comment: str) -> None:
    assert split_comment(line) == (body, comment)


EXTRA = make_visit("a", 20)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan with visits dropped, moved, given another scope, added, and in any number."""
    visits: list[Visit] = []
    for visit in BASE.visits:
        what = draw(st.sampled_from(("keep", "drop", "move", "scope")))
        if what == "move":
            visits.append(replace(visit, dates=(date(2025, 7, draw(st.integers(1, 28))),)))
        elif what == "scope":
            visits.append(replace(visit, scope=draw(st.sampled_from(("Nội dung: A # B", "'x'", "- y")))))
        elif what == "keep":
            visits.append(visit)
        if draw(st.booleans()):
            visits.append(replace(EXTRA, id=f"them-{len(visits)}"))
    communes = draw(st.sampled_from((BASE.units, (*BASE.units, Unit("e", "E")))))
    number = draw(st.sampled_from((None, "21/KH-SNV")))
    return replace(BASE, visits=tuple(visits), units=communes, number=number, sources=())


@given(plans(), plans())
def test_amended_text_reads_as_the_plan_that_was_wanted(first: Plan, second: Plan) -> None:
    text = amend(TEXT, first)
    assert sorted_visits(read_plan_text(text, "plan.yaml")) == sorted_visits(first)
    again = amend(text, second)
    assert sorted_visits(read_plan_text(again, "plan.yaml")) == sorted_visits(second)


def sorted_visits(plan: Plan) -> Plan:
    """Items keep their order in the text; which one it is plays no part here."""
    return replace(plan, visits=tuple(sorted(plan.visits, key=lambda visit: visit.id)))
