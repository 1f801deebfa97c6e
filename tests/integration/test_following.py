"""Edits against a real ledger: where any sequence of them ends, what waits, what an approval holds for."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from scheduler.changes import OPEN_STATES, ReminderChanges
from scheduler.delivery import DeliveryState
from scheduler.errors import LedgerError
from scheduler.following import Decision, Following, Setup
from scheduler.ledger import FileEdit, Ledger
from scheduler.ledger import engine as ledger_engine
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import Plan, PlanStatus, Visit
from scheduler.notices import RULE
from scheduler.reconciling import Caution, apply_proposal, describe_proposal, propose_changes
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.trail import describe_decision
from scheduler.workdays import WorkingDays
from tests.integration.ledger_lock import locked
from tests.samples import make_contacts, make_plan, make_rules, make_visit

START = datetime(2024, 5, 10, 2, 0, tzinfo=UTC)
WORKDAYS = WorkingDays()
CAUTION = Caution()
HOUR = timedelta(hours=1)

visits = st.lists(
    st.builds(
        make_visit,
        visit_id=st.sampled_from(["a", "b", "c"]),
        dates=st.sampled_from([(date(2024, 5, day),) for day in (15, 20, 27, 28)]),
        cancelled=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda visit: visit.id,
)


def make_snapshot_of(plan: Plan) -> Snapshot:
    return make_snapshot((plan,), make_contacts(), make_rules(), WORKDAYS, "so.example")


def make_setup(plan: Plan) -> Setup:
    templates = load_templates((find_shipped("templates") / "email",))
    writer = MessageWriter(templates, Letterhead("so@so.example", "so@so.example", "so.example"))
    return Setup(make_snapshot_of(plan), writer, CAUTION)


def list_to_come(ledger: Ledger, now: datetime) -> set[tuple[str, datetime]]:
    rows = ledger.history.list_in_states(OPEN_STATES)
    return {(row.key, row.due_at) for row in rows if row.rule != RULE and row.due_at > now}


@settings(max_examples=25)
@given(st.lists(st.tuples(visits, st.sampled_from(list(PlanStatus))), min_size=1, max_size=4))
def test_any_sequence_of_edits_ends_where_a_fresh_start_from_the_last_would(
    steps: list[tuple[list[Visit], PlanStatus]],
) -> None:
    with TemporaryDirectory() as folder:
        edited, fresh = (Ledger.open(f"sqlite:///{folder}/{name}.sqlite3") for name in ("edited", "fresh"))
        now = START
        for chosen, status in steps:
            now += timedelta(minutes=30)
            snapshot = make_snapshot_of(make_plan(visits=tuple(chosen), reports=(), status=status))
            apply_proposal(propose_changes(snapshot, edited, CAUTION, now), edited, now)
            assert propose_changes(snapshot, edited, CAUTION, now).is_empty
        apply_proposal(propose_changes(snapshot, fresh, CAUTION, now), fresh, now)
        assert list_to_come(edited, now) == list_to_come(fresh, now)
        standing = [
            (r.event.uid, r.event.start, r.event.status)
            for r in edited.events.list_recorded("plan")
            if not r.removed_at
        ]
        assert standing == [(r.event.uid, r.event.start, r.event.status) for r in fresh.events.list_recorded("plan")]
        edited.close()
        fresh.close()


def test_an_approval_holds_for_the_edit_it_was_given_for_and_no_other(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    decisions: list[Decision] = []
    following = Following(ledger, decisions.append)
    six = tuple(make_visit(visit_id=f"v{n}", dates=(date(2024, 6, 3 + n),)) for n in range(6))
    following.offer(make_setup(make_plan(visits=six, reports=())))
    assert following.settle(START)
    following.offer(make_setup(make_plan(visits=six[3:], reports=())))
    assert not following.settle(START)
    first = ledger.edits.find_waiting()
    assert first is not None
    assert ledger.edits.approve(first.fingerprint, START)
    following.offer(make_setup(make_plan(visits=six[4:], reports=())))
    assert not following.settle(START)
    second = ledger.edits.find_waiting()
    assert second is not None
    assert second.fingerprint != first.fingerprint
    assert following.in_force is not None
    assert len(following.in_force.setup.snapshot.wanted[0].plan.visits) == 6
    assert [decision.applied for decision in decisions] == [True, False, False]
    ledger.close()


def test_an_edit_taken_back_waits_no_more(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    following = Following(ledger)
    setup = make_setup(make_plan(reports=()))
    following.offer(setup)
    following.settle(START)
    following.offer(make_setup(make_plan(visits=(), reports=())))
    following.settle(START)
    assert following.waits
    following.offer(setup)
    assert following.settle(START)
    assert not following.waits
    assert ledger.edits.find_waiting() is None
    ledger.close()


def test_a_waiting_edit_changes_nothing_in_the_ledger(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    following = Following(ledger)
    following.offer(make_setup(make_plan()))
    following.settle(START)
    before = (ledger.history.list_deliveries(), ledger.events.list_recorded("plan"))
    following.offer(make_setup(make_plan(visits=(), reports=())))
    following.settle(START + timedelta(hours=1))
    assert (ledger.history.list_deliveries(), ledger.events.list_recorded("plan")) == before
    ledger.close()


def test_of_edits_that_the_ledger_could_not_take_the_newest_is_taken_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_engine, "BUSY_TIMEOUT_SECONDS", 0.2)
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    following = Following(ledger)
    plans = [make_plan(visits=(make_visit(dates=(date(2024, 5, day),)),)) for day in (20, 27, 28)]
    following.offer(make_setup(plans[0]))
    assert following.settle(START)
    with locked(tmp_path / "ledger.sqlite3"):
        for plan in plans[1:]:
            following.offer(make_setup(plan))
            with pytest.raises(LedgerError):
                following.settle(START)
    assert following.settle(START)
    assert not following.settle(START)
    assert following.in_force is not None
    assert [wanted.plan for wanted in following.in_force.setup.snapshot.wanted] == plans[2:]
    ledger.close()


def test_a_first_start_that_would_send_too_many_at_once_waits(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    following = Following(ledger)
    many = tuple(make_visit(visit_id=f"v{n}", dates=(date(2024, 5, 14),)) for n in range(13))
    following.offer(make_setup(make_plan(visits=many, reports=())))
    assert not following.settle(START)
    waiting = ledger.edits.find_waiting()
    assert waiting is not None
    assert waiting.reasons == ("52 mails would go out at once, more than 50",)
    assert ledger.history.list_deliveries() == ()
    assert ledger.edits.approve(waiting.fingerprint, START)
    assert following.settle(START + timedelta(minutes=1))
    assert {row.state for row in ledger.history.list_deliveries()} == {DeliveryState.PLANNED}
    assert propose_changes(make_snapshot_of(make_plan(visits=many, reports=())), ledger, CAUTION, START).plans[
        0
    ].reminders == ReminderChanges((), (), ())
    ledger.close()


def test_the_trail_counts_the_mails_that_the_diff_names(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    decisions: list[Decision] = []
    following = Following(ledger, decisions.append)
    late = datetime(2024, 5, 18, 2, 0, tzinfo=UTC)
    said = []
    for hour, day in enumerate((20, 21)):
        setup, now = make_setup(make_plan(visits=(make_visit(dates=(date(2024, 5, day),)),))), late + hour * HOUR
        proposal = propose_changes(setup.snapshot, ledger, CAUTION, now)
        shown = Counter(mail.change for mail in describe_proposal(proposal, ledger, now).mails)
        following.offer(setup)
        assert following.settle(now)
        said.append((len(proposal.plans[0].reminders.add), dict(shown), describe_decision(decisions[-1])))
    ledger.close()
    assert said == [
        (9, {"new": 4}, "plan: 3 events added, 4 mails planned"),
        (5, {"moved": 5}, "plan: 2 events moved, 5 mails moved"),
    ]


def test_what_followed_from_each_edit_is_told_as_soon_as_the_ledger_takes_it(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    moved = make_visit(dates=(date(2024, 5, 27),))
    plans = [make_plan(visits=(visit,), reports=()) for visit in (make_visit(), moved, replace(moved, cancelled=True))]
    first, second, third = (replace(make_setup(plan), caution=None) for plan in plans)

    def note(decision: Decision) -> None:
        ledger.edits.record((FileEdit(decision.at, "plans/a.yaml", None, None, "lan", describe_decision(decision)),))

    following = Following(ledger, note)
    following.offer(first)
    assert following.settle(START)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as other:
        other.execute("CREATE TRIGGER refuse BEFORE INSERT ON edits BEGIN SELECT RAISE(ABORT, 'refused'); END")
        following.offer(second)
        with pytest.raises(IntegrityError, match="refused"):
            following.settle(START)
        other.execute("DROP TRIGGER refuse")
    following.offer(third)
    assert following.settle(START + HOUR)
    said = [(edit.made_at, edit.followed.partition(",")[0]) for edit in ledger.edits.list_edits()]
    ledger.close()
    assert said == [
        (START, "plan: 2 events added"),
        (START, "plan: 2 events moved"),
        (START + HOUR, "plan: 2 events cancelled"),
    ]
