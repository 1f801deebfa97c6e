"""Laws that hold for any sequence of edits of a running service: where it ends, and who hears what.

Each edit is also judged in two ways, by the service against what it holds in memory and by `scheduler diff` against the
whole ledger; `Season.edit` asserts that both say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.changes import OPEN_STATES
from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger import Ledger
from scheduler.model import Contact, Plan, PlanStatus, Rule, Visit
from scheduler.notices import CONFIRMED, RULE
from scheduler.reconciling import apply_proposal, propose_changes
from scheduler.rules import parse_when
from scheduler.snapshot import Snapshot
from scheduler.truths import read_truth
from tests.acceptance.season import CAUTION, Season, at, make_snapshot_of, open_season
from tests.samples import make_contacts, make_plan, make_report, make_rules, make_visit

DAYS = tuple(date(2024, 5, day) for day in (15, 20, 21, 27, 28))
EXTRA = Rule("visit-5-days", "visit", ("communes",), parse_when("5 days before at 08:00"), "visit-coming")


@dataclass(frozen=True, slots=True)
class Edit:
    """A configuration as saved, and what happens after: the hours that pass, a restart, an approval."""

    plan: Plan
    contacts: tuple[Contact, ...]
    rules: tuple[Rule, ...]
    hours: int
    restarts: bool
    approves: bool


def change_address(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    return tuple(replace(c, email="dung@an-ba.example") if c.id == "ubnd-an-ba" else c for c in contacts)


def leave_out(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    return tuple(contact for contact in contacts if contact.id != "ubnd-phuc-son")


visits = st.lists(
    st.builds(
        lambda visit, communes: replace(visit, communes=communes),
        st.builds(
            make_visit,
            visit_id=st.sampled_from("abcde"),
            dates=st.sampled_from([(day,) for day in DAYS]),
            cancelled=st.sampled_from([False, False, False, True]),
        ),
        st.sampled_from([("phuc-son", "an-ba"), ("phuc-son", "an-ba"), ("an-ba",)]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda visit: visit.id,
).map(lambda chosen: tuple(sorted(chosen, key=lambda visit: visit.id)))


@st.composite
def sequences(draw: st.DrawFn) -> list[Edit]:
    """Edits that each change one thing or two of what stood before."""
    chosen: tuple[Visit, ...] = draw(visits)
    status, contacts, rules = PlanStatus.TENTATIVE, make_contacts(), make_rules()
    edits = []
    for number in range(draw(st.integers(1, 5))):
        for what in draw(
            st.sets(st.sampled_from(["visit", "visit", "visits", "status", "contacts", "rules"]), max_size=2)
        ):
            if what == "visit":
                other = {visit.id: visit for visit in draw(visits)}
                first = draw(st.sampled_from(chosen)).id
                chosen = tuple(other.get(visit.id, visit) if visit.id == first else visit for visit in chosen)
            elif what == "visits":
                chosen = draw(visits)
            elif what == "status":
                status = draw(st.sampled_from([PlanStatus.TENTATIVE, PlanStatus.CONFIRMED]))
            elif what == "contacts":
                contacts = draw(
                    st.sampled_from([make_contacts(), change_address(make_contacts()), leave_out(make_contacts())])
                )
            else:
                rules = draw(st.sampled_from([make_rules(), (*make_rules(), EXTRA), make_rules()[:3]]))
        plan = make_plan(visits=chosen, reports=(make_report(),) if number % 2 else (), status=status)
        edits.append(
            Edit(
                plan, contacts, rules, draw(st.sampled_from([0, 1, 26, 100])), draw(st.booleans()), draw(st.booleans())
            )
        )
    return edits


def follow(season: Season, edits: list[Edit]) -> Snapshot:
    """Make the edits one after the other, the last one settled and approved; return what is in force."""
    for edit in edits:
        season.edit(edit.plan, contacts=edit.contacts, rules=edit.rules)
        if edit.approves:
            season.approve()
        season.run_until(season.clock.now() + timedelta(hours=edit.hours, minutes=1))
        if edit.restarts:
            season.restart()
    season.approve()
    season.run_until(season.clock.now() + timedelta(minutes=15))
    assert season.ledger.edits.find_waiting() is None
    assert season.snapshot is not None
    return season.snapshot


def list_to_come(ledger: Ledger, now: datetime) -> set[tuple[str, datetime, str]]:
    rows = ledger.history.list_in_states(OPEN_STATES)
    return {(row.key, row.due_at, row.truth) for row in rows if row.rule != RULE and row.due_at > now}


def list_standing(ledger: Ledger) -> list[object]:
    return [row.event for row in ledger.events.list_recorded("plan") if row.removed_at is None]


def list_told(ledger: Ledger) -> dict[tuple[str, str, str], list[Delivery]]:
    """Return what went to each reader about each item, in order."""
    told: dict[tuple[str, str, str], list[Delivery]] = {}
    sent = [row for row in ledger.history.list_deliveries() if row.state is DeliveryState.SENT and row.about != "plan"]
    for row in sorted(sent, key=lambda row: (row.updated_at, row.id)):
        told.setdefault((row.item, row.unit, row.address.lower()), []).append(row)
    return told


@settings(max_examples=12, deadline=None)
@given(sequences())
def test_any_edits_end_where_a_fresh_start_from_the_last_would_and_nobody_hears_a_truth_twice(
    edits: list[Edit],
) -> None:
    with TemporaryDirectory() as folder, open_season(Path(folder), start=at(10, 9)) as season:
        snapshot = follow(season, edits)
        now, last = season.clock.now(), edits[-1]
        fresh = Ledger.open(f"sqlite:///{folder}/fresh.sqlite3")
        anew = make_snapshot_of((last.plan,), last.contacts, last.rules)
        apply_proposal(propose_changes(anew, fresh, CAUTION, now), fresh, now)
        assert list_to_come(season.ledger, now) == list_to_come(fresh, now)
        assert list_standing(season.ledger) == list_standing(fresh)
        fresh.close()
        # Looked at again, nothing is left to do, whatever was sent since.
        assert propose_changes(snapshot, season.ledger, CAUTION, now).is_empty
        check_tellings(season, snapshot, now)


def check_tellings(season: Season, snapshot: Snapshot, now: datetime) -> None:
    """Check that each notice told something new, and that everybody who was told knows what is true now."""
    (wanted,) = snapshot.wanted
    people = {(contact.id, (contact.email or "").lower()) for contact in wanted.contacts}
    current = {(r.item, r.unit, r.address.lower()): r for r in wanted.reminders}
    for reader, rows in list_told(season.ledger).items():
        truths = [read_truth(row.truth) for row in rows]
        facts = [None if truth is None else (truth.when, truth.where, truth.how) for truth in truths]
        for number, row in enumerate(rows):
            assert row.rule != RULE or (number > 0 and facts[number] != facts[number - 1])
        asked = current.get(reader)
        if asked is not None and asked.useful_until > now and (rows[-1].contact, reader[2]) in people:
            truth = read_truth(asked.truth)
            assert truth is not None
            assert facts[-1] == (truth.when, truth.where, truth.how)
    confirmations = [row.address for row in season.ledger.history.list_deliveries() if row.template == CONFIRMED]
    assert len(confirmations) == len(set(confirmations))
