"""A snapshot made with the one before it is what it would be without, and keeps what an edit did not touch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.digests import FollowUp
from scheduler.model import Commune, Contact, DayOverride, Forms, Plan, PlanStatus, Rule, Unit, VisitSession
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.workdays import WorkingDays
from tests.samples import make_contacts, make_plan, make_report, make_rules, make_visit


@dataclass(frozen=True, slots=True)
class Configured:
    """All that a snapshot is made from."""

    plan: Plan
    contacts: tuple[Contact, ...]
    rules: tuple[Rule, ...]
    overrides: tuple[DayOverride, ...]
    domain: str
    follow_up: FollowUp | None = None


def make_snapshot_of(one: Configured, before: Snapshot | None = None) -> Snapshot:
    workdays = WorkingDays(one.overrides)
    return make_snapshot((one.plan,), one.contacts, one.rules, workdays, one.domain, one.follow_up, before=before)


UNITS = (
    Unit("son-dong", "Sơn Động", (Commune("phuc-son", "Phúc Sơn"), Commune("an-ba", "An Bá"))),
    Unit("luc-nam", "Lục Nam", (Commune("kham-lang", "Khám Lạng"),)),
)
RENAMED = (replace(UNITS[0], communes=(UNITS[0].communes[0], Commune("an-ba", "An Bá (mới)"))), UNITS[1])

visits = st.builds(
    lambda visit, sessions, communes, scope, team: replace(
        visit, sessions=sessions, communes=communes, scope=scope, team=team
    ),
    st.builds(
        make_visit,
        visit_id=st.sampled_from("abcd"),
        dates=st.sampled_from([(), (date(2024, 5, 15),), (date(2024, 5, 20), date(2024, 5, 21))]),
        cancelled=st.booleans(),
    ),
    st.sampled_from(
        [(VisitSession("morning"),), (VisitSession("morning", start=time(8, 0)), VisitSession("afternoon"))]
    ),
    st.sampled_from([("phuc-son", "an-ba"), ("an-ba",), ()]),
    st.sampled_from([None, "Hồ sơ"]),
    st.sampled_from(["doan", None]),
)
reports = st.builds(
    lambda day, owed_by, form: replace(
        make_report(), due=replace(make_report().due, day=day), owed_by=owed_by, forms=Forms(form)
    ),
    st.sampled_from([date(2024, 5, 10), date(2024, 5, 13)]),
    st.sampled_from([("son-dong",), ("son-dong", "luc-nam"), ("son-dong/an-ba", "luc-nam")]),
    st.sampled_from([None, "Phụ lục số 03"]),
)
plans = st.builds(
    lambda plan, units, title, members, number: replace(
        plan, units=units, title=title, number=number, teams=(replace(plan.teams[0], members=members),)
    ),
    st.builds(
        make_plan,
        visits=st.lists(visits, max_size=4, unique_by=lambda visit: visit.id).map(tuple),
        reports=st.lists(reports, max_size=1).map(tuple),
        status=st.sampled_from(PlanStatus),
    ),
    st.sampled_from([UNITS, RENAMED, (UNITS[1], UNITS[0])]),
    st.sampled_from(["Kiểm tra", "Kiểm tra lại"]),
    st.sampled_from([("truong-doan",), ()]),
    st.sampled_from([None, "12"]),
)
contacts = st.tuples(
    *(
        st.sampled_from(
            [
                (contact,),
                (replace(contact, email="khac@khac.example"),),
                (replace(contact, email=None),),
                (replace(contact, title="Chức vụ khác"),),
                (replace(contact, of="son-dong"),),
                (replace(contact, plans=("another",)),),
                (),
            ]
        )
        for contact in make_contacts()
    )
).map(lambda chosen: tuple(contact for one in chosen for contact in one))
configured = st.builds(
    Configured,
    plan=plans,
    contacts=contacts,
    rules=st.sampled_from([make_rules(), make_rules()[1:], (*make_rules(), replace(make_rules()[3], id="other"))]),
    overrides=st.sampled_from([(), (DayOverride(date(2024, 5, 13), False, "nghỉ"),)]),
    domain=st.sampled_from(["so.example", "khac.example"]),
    follow_up=st.sampled_from([None, FollowUp(), FollowUp(digest_weekday=2)]),
)


@st.composite
def edits(draw: st.DrawFn) -> tuple[Configured, Configured]:
    """A configuration, and one that differs from it in some of its parts."""
    before, other = draw(configured), draw(configured)
    taken = draw(st.sets(st.sampled_from(["contacts", "rules", "overrides", "domain", "follow_up"]), max_size=1))
    of_plan = draw(
        st.sets(st.sampled_from(["visits", "reports", "units", "title", "teams", "number", "status"]), max_size=2)
    )
    plan = replace(before.plan, **{name: getattr(other.plan, name) for name in of_plan})
    return before, replace(before, plan=plan, **{name: getattr(other, name) for name in taken})


@settings(max_examples=400, deadline=None)
@given(edits())
def test_with_the_snapshot_before_it_is_what_it_would_be_without(edit: tuple[Configured, Configured]) -> None:
    before, after = edit
    (kept,), (anew,) = (make_snapshot_of(after, given).wanted for given in (make_snapshot_of(before), None))
    assert kept.parts == anew.parts
    assert (kept.events, kept.reminders, kept.untold) == (anew.events, anew.reminders, anew.untold)
    assert kept == anew


def test_what_an_edit_did_not_touch_is_the_same_value() -> None:
    plan = make_plan(visits=tuple(make_visit(visit_id=name) for name in "abc"))
    before = Configured(plan, make_contacts(), make_rules(), (), "so.example", FollowUp())
    moved = replace(plan.visits[1], dates=(date(2024, 5, 27),))
    after = replace(
        before,
        plan=replace(plan, visits=(plan.visits[0], moved, plan.visits[2]), updated=datetime(2024, 5, 1, tzinfo=UTC)),
    )
    first = make_snapshot_of(before)
    (old,), (new,) = first.wanted, make_snapshot_of(after, first).wanted
    assert [item for item in new.parts if new.parts[item] is not old.parts[item]] == [("visit", "b")]
    assert new.people is old.people


def test_digests_are_the_same_values_while_the_season_is_the_same() -> None:
    days = (date(2024, 5, 20), date(2024, 5, 21), date(2024, 5, 27))
    plan = make_plan(visits=tuple(make_visit(visit_id=str(day), dates=(day,)) for day in days))
    before = Configured(plan, make_contacts(), make_rules(), (), "so.example", FollowUp())
    first = make_snapshot_of(before)
    for number, is_same in ((1, True), (2, False)):
        visits = list(plan.visits)
        visits[number] = replace(visits[number], dates=(date(2024, 5, 22),))
        (new,) = make_snapshot_of(replace(before, plan=replace(plan, visits=tuple(visits))), first).wanted
        assert (new.digests is first.wanted[0].digests) is is_same
