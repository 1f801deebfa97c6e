"""Three-way merge of plans: what the document changed is applied, what the admin changed stays."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.merging import Merge, merge_plans
from scheduler.model import (
    Commune,
    Due,
    Forms,
    Level,
    Organiser,
    Plan,
    Report,
    Session,
    Source,
    Team,
    Unit,
    Visit,
    VisitSession,
)

MORNING = Session("morning", "Buổi sáng", time(7), time(11))
AFTERNOON = Session("afternoon", "Buổi chiều", time(13), time(17))


def make_visit(unit: str, day: int, *communes: str) -> Visit:
    return Visit(unit, unit, communes, (date(2025, 5, day),), (VisitSession("morning"),), team="doan")


def make_unit(unit: str, *communes: str) -> Unit:
    return Unit(unit, unit.upper(), tuple(Commune(commune, commune.upper()) for commune in communes))


BASE = Plan(
    id="plan",
    title="Kiểm tra",
    organiser=Organiser("Sở Nội vụ"),
    updated=datetime(2025, 4, 1, tzinfo=UTC),
    sessions=(MORNING, AFTERNOON),
    units=(make_unit("a", "a1", "a2"), make_unit("b", "b1"), make_unit("c"), make_unit("d")),
    teams=(Team("doan", "Đoàn", ("truong-doan", "so-y-te")),),
    visits=(make_visit("a", 12, "a1", "a2"), make_visit("b", 13, "b1"), make_visit("c", 14), make_visit("d", 15)),
    reports=(Report("bao-cao", "Báo cáo", Due("before", date(2025, 5, 5)), owed_by=("a", "b"), forms=Forms("Mẫu 1")),),
    distribution=("Các huyện",),
    sources=(
        Source("/plan/title", "line 1"),
        Source("/visits/0/date", "line 10"),
        Source("/visits/1/date", "line 11"),
        Source("/visits/1/communes/0", "line 11"),
    ),
)
NEWER = datetime(2025, 4, 20, tzinfo=UTC)


def drop_visits(kept: int) -> Plan:
    return replace(BASE, visits=BASE.visits[:kept], sources=())


def leave_out_places(plan: Plan) -> Plan:
    return replace(plan, sources=())


def merge(ours: Plan, theirs: Plan, *, bodies: frozenset[str] = frozenset()) -> Merge:
    return merge_plans(BASE, ours, replace(theirs, updated=NEWER), bodies=bodies)


def change_visit(
    plan: Plan,
    index: int,
    *,
    dates: tuple[date, ...] | None = None,
    scope: str | None = None,
    levels: tuple[Level, ...] | None = None,
    cancelled: bool = False,
) -> Plan:
    visit = plan.visits[index]
    changed = replace(
        visit,
        dates=dates or visit.dates,
        scope=scope or visit.scope,
        levels=levels or visit.levels,
        cancelled=cancelled or visit.cancelled,
    )
    return replace(plan, visits=(*plan.visits[:index], changed, *plan.visits[index + 1 :]))


def list_changes(found: Merge) -> list[tuple[str, str | None, str | None]]:
    return [(change.subject, change.before, change.after) for change in found.changes]


def test_a_document_that_says_the_same_changes_nothing() -> None:
    ours = replace(change_visit(BASE, 0, cancelled=True), public=True)
    found = merge(ours, BASE)
    assert (found.plan, found.changes, found.findings) == (ours, (), ())


def test_a_day_that_the_document_moved_is_applied_and_told() -> None:
    found = merge(BASE, change_visit(BASE, 1, dates=(date(2025, 5, 20),)))
    assert found.plan.visits[1].dates == (date(2025, 5, 20),)
    assert list_changes(found) == [("visit of B, date", "13/05/2025", "20/05/2025")]
    assert found.changes[0].where == "line 11"
    assert (found.plan.updated, found.findings) == (NEWER, ())


def test_what_the_admin_corrected_stays_where_the_document_is_silent() -> None:
    ours = change_visit(BASE, 0, dates=(date(2025, 5, 26),), scope="Lưu trữ")
    ours = replace(ours, number="21/KH", organiser=Organiser("Sở Nội vụ", "a@snv.example"))
    found = merge(ours, change_visit(BASE, 1, levels=("commune",)))
    assert found.plan == replace(change_visit(ours, 1, levels=("commune",)), updated=NEWER)
    assert list_changes(found) == [("visit of B, levels", "'unit', 'commune'", "'commune'")]


def test_what_both_changed_stays_the_admins_and_is_a_finding() -> None:
    ours = change_visit(BASE, 1, dates=(date(2025, 5, 26),))
    found = merge(ours, change_visit(BASE, 1, dates=(date(2025, 5, 20),)))
    assert (found.plan, found.changes) == (ours, ())
    (conflict,) = found.findings
    assert (conflict.code, conflict.severity, conflict.where) == ("merge-conflict", "warning", "line 11")
    assert conflict.message == (
        "visit of B, date: the document now says 20/05/2025 (it said 13/05/2025), the plan 26/05/2025; the plan's "
        "stays, edit it where the document is right"
    )


def test_what_both_changed_alike_is_no_conflict() -> None:
    both = change_visit(BASE, 1, dates=(date(2025, 5, 20),))
    found = merge(both, both)
    assert (found.plan, found.changes, found.findings) == (both, (), ())


def test_lists_of_names_take_the_additions_and_removals_of_both() -> None:
    ours = replace(BASE, teams=(Team("doan", "Đoàn", ("truong-doan", "so-y-te", "so-tu-phap")),))
    theirs = replace(BASE, teams=(Team("doan", "Đoàn", ("truong-doan", "so-nong-nghiep")),))
    found = merge(ours, theirs)
    assert found.plan.teams[0].members == ("truong-doan", "so-nong-nghiep", "so-tu-phap")
    assert list_changes(found) == [
        ("team Đoàn, members: so-y-te", "so-y-te", None),
        ("team Đoàn, members: so-nong-nghiep", None, "so-nong-nghiep"),
    ]


def test_a_visit_the_document_dropped_goes_and_its_unit_stays_while_it_has_contacts() -> None:
    theirs = replace(BASE, visits=BASE.visits[:3], units=BASE.units[:3])
    found = merge(BASE, theirs, bodies=frozenset({"d"}))
    assert [visit.id for visit in found.plan.visits] == ["a", "b", "c"]
    assert [unit.id for unit in found.plan.units] == ["a", "b", "c", "d"]
    assert list_changes(found) == [("visit of D", "15/05/2025", None)]
    assert [unit.id for unit in merge(BASE, theirs).plan.units] == ["a", "b", "c"]


def test_a_visit_the_document_dropped_and_the_admin_changed_stays_and_is_told() -> None:
    ours = change_visit(BASE, 3, scope="Lưu trữ")
    found = merge(ours, drop_visits(3))
    assert leave_out_places(found.plan) == leave_out_places(ours)
    assert [finding.code for finding in found.findings] == ["merge-conflict"]


def test_a_visit_the_admin_deleted_stays_deleted() -> None:
    ours = replace(BASE, visits=BASE.visits[1:])
    assert leave_out_places(merge(ours, BASE).plan) == leave_out_places(ours)
    found = merge(ours, change_visit(BASE, 0, scope="Lưu trữ"))
    assert [visit.id for visit in found.plan.visits] == ["b", "c", "d"]
    assert [finding.code for finding in found.findings] == ["merge-conflict"]


def test_a_new_visit_stands_behind_the_one_it_follows_in_the_document() -> None:
    added = make_visit("e", 16)
    visits = (BASE.visits[0], added, *BASE.visits[1:])
    theirs = replace(BASE, units=(*BASE.units, make_unit("e")), visits=visits, sources=())
    found = merge(replace(BASE, visits=(*BASE.visits, replace(make_visit("a", 28), id="a-mine"))), theirs)
    assert [visit.id for visit in found.plan.visits] == ["a", "e", "b", "c", "d", "a-mine"]
    assert found.plan.units == (*BASE.units, make_unit("e"))
    assert list_changes(found) == [("visit of E", None, "16/05/2025"), ("unit E", None, "E")]


def test_places_follow_the_values_to_the_admins_order() -> None:
    ours = replace(BASE, visits=(BASE.visits[1], BASE.visits[0], *BASE.visits[2:]))
    theirs = replace(BASE, sources=(Source("/visits/1/date", "line 31"), Source("/visits/1/communes/0", "line 32")))
    found = merge(ours, theirs)
    assert found.plan.sources == (Source("/visits/0/date", "line 31"), Source("/visits/0/communes/0", "line 32"))
    assert found.plan.updated == BASE.updated


@pytest.mark.parametrize(("kept", "told"), [(1, True), (2, False), (3, False)])
def test_far_fewer_visits_are_told(kept: int, told: bool) -> None:
    found = merge(BASE, drop_visits(kept))
    assert ("visits-far-fewer" in [finding.code for finding in found.findings]) is told


# --- laws ---------------------------------------------------------------------------------------

CHANGED = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(("dates", "scope", "levels", "drop"))), max_size=4, unique=True
)


def apply(plan: Plan, changes: list[tuple[int, str]], day: int) -> Plan:
    dropped = {"abcd"[index] for index, what in changes if what == "drop"}
    for index, what in changes:
        if what == "dates":
            plan = change_visit(plan, index, dates=(date(2025, 6, day),))
        elif what == "scope":
            plan = change_visit(plan, index, scope=f"Nội dung {day}")
        elif what == "levels":
            plan = change_visit(plan, index, levels=("commune",))
    return replace(plan, visits=tuple(visit for visit in plan.visits if visit.id not in dropped), sources=())


@given(CHANGED)
def test_without_edits_the_plan_becomes_the_document(changes: list[tuple[int, str]]) -> None:
    theirs = apply(BASE, changes, 3)
    found = merge(BASE, theirs)
    assert replace(found.plan, sources=(), updated=NEWER) == replace(theirs, sources=(), updated=NEWER)
    assert [finding for finding in found.findings if finding.code == "merge-conflict"] == []


@given(CHANGED, CHANGED)
def test_no_edit_of_the_admin_is_lost(mine: list[tuple[int, str]], document: list[tuple[int, str]]) -> None:
    ours = apply(BASE, mine, 4)
    found = merge(ours, apply(BASE, document, 5))
    merged = {visit.id: visit for visit in found.plan.visits}
    before = {visit.id: visit for visit in BASE.visits}
    for visit in ours.visits:
        if visit == before[visit.id]:
            continue
        for name in ("dates", "scope", "levels"):
            if getattr(visit, name) != getattr(before[visit.id], name):
                assert getattr(merged[visit.id], name) == getattr(visit, name)
    assert (
        {visit.id for visit in ours.visits if visit != before[visit.id]}
        <= merged.keys()
        <= {visit.id for visit in ours.visits}
    )


@given(CHANGED, CHANGED)
def test_merging_the_same_document_again_changes_nothing(
    mine: list[tuple[int, str]], document: list[tuple[int, str]]
) -> None:
    theirs = apply(BASE, document, 5)
    once = merge(apply(BASE, mine, 4), theirs).plan
    again = merge_plans(theirs, once, theirs, bodies=frozenset())
    assert (again.plan, again.changes) == (once, ())
