"""The state machine of docs/states.md under random claims, answers, crashes, edits and wishes, on a real ledger.

Nothing is sent after it was cancelled, nothing arrives twice without being named, nothing is lost.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scheduler.changes import compare_reminders
from scheduler.delivery import (
    DOUBTS_UNTIL_SET_ASIDE,
    Accepted,
    Cause,
    Delivery,
    DeliveryState,
    Outcome,
    Permanent,
    Temporary,
    Unconfirmed,
    Verdict,
    Withheld,
    choose_due,
    judge_interrupted,
    judge_outcome,
    plan_retry,
    plan_skip,
)
from scheduler.errors import UsageError
from scheduler.ledger import Claim, FrozenMessage, Ledger, Result
from scheduler.model import Reminder
from scheduler.recording import Recorder
from tests.integration.post_office import SetClock
from tests.samples import DUE_AT, make_reminder

# What the server answers, and whether it has the mail: of a silence nobody knows.
ANSWERS: list[tuple[Outcome, bool]] = [
    (Accepted("250 ok"), True),
    (Temporary("451 later", 451), False),
    (Temporary("connection lost"), False),
    (Permanent("550 no", 550), False),
    (Unconfirmed("silence"), True),
    (Unconfirmed("silence"), False),
    (Withheld("421 closing", 421, Cause.RELAY), False),
]
SOME_ANSWERS = st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=4)
NUMBERS = range(1, 5)


def write_reminder(number: int, days: int) -> Reminder:
    due_at = DUE_AT + timedelta(days=days)
    return make_reminder(number=number)._replace(due_at=due_at, useful_until=due_at + timedelta(days=7))


class DeliveryMachine(RuleBasedStateMachine):
    """``arrived`` is what the server holds, ``under_way`` what this process has claimed and not recorded.

    Of keys, ``refused`` are those that the server refused for good, ``skipped`` those that a person did not want, and
    ``taken_back`` those that were due when nobody wanted them any more.
    """

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="states-"))
        self.now = DUE_AT
        self.ledger = Ledger.open(f"sqlite:///{self.folder}/ledger.sqlite3")
        self.wanted = {number: write_reminder(number, 0) for number in NUMBERS}
        self.arrived: Counter[str] = Counter()
        self.under_way: dict[int, Delivery] = {}
        self.refused: set[str] = set()
        self.skipped: set[str] = set()
        self.taken_back: set[str] = set()
        self.reconcile()

    def reconcile(self) -> None:
        changes = compare_reminders(self.wanted.values(), self.ledger.planning.list_recorded("plan"), self.now)
        self.ledger.planning.apply_changes(changes, self.now)

    @rule(count=st.integers(1, 3), stale=st.booleans())
    def claim(self, count: int, stale: bool) -> None:
        sending = self.ledger.sending
        due = sending.list_due(self.now)
        choice = choose_due(due, sending.list_sent_series({row.series for row in due}), self.now)
        sending.expire(choice.expire, self.now)
        rows = [row for row in sending.list_rows(choice.send[:count]) if self.recheck(row)]
        if stale:
            # Somebody edits between reading and claiming.
            self.wanted.clear()
            self.now += timedelta(microseconds=1)
            self.reconcile()
        claims = [Claim(row, self.find_message(row)) for row in rows]
        claimed = sending.commit((), claims, self.now).claimed
        assert not (stale and claimed & {row.id for row in rows if row.state is not DeliveryState.UNCONFIRMED})
        self.under_way |= {row.id: row for row in rows if row.id in claimed}

    def recheck(self, row: Delivery) -> bool:
        """Say whether a due row is still wanted; take back one that is not, as the service does before each claim."""
        assert row.useful_until > self.now
        if row.key in self.wanted_keys:
            return True
        # The edit itself cancelled all but what was under way, and what a person had put aside and then wanted back.
        assert row.claims > 0 or row.key in self.skipped, f"{row.key} is not wanted, and due"
        Recorder(self.ledger, SetClock(self.now), lambda attempt: None).cancel_unwanted(row)
        self.taken_back.add(row.key)
        return False

    @property
    def wanted_keys(self) -> set[str]:
        return {reminder.key for reminder in self.wanted.values()}

    def find_message(self, row: Delivery) -> FrozenMessage:
        frozen = self.ledger.sending.find_message(row.id) if row.message_id is not None else None
        return frozen or FrozenMessage(f"<{row.key}>", "so@so.example", row.address, "x", b"x\r\n", self.now)

    @precondition(lambda self: bool(self.under_way))
    @rule(outcomes=SOME_ANSWERS)
    def answer(self, outcomes: list[tuple[Outcome, bool]]) -> None:
        results = []
        for outcome, taken in outcomes:
            if not self.under_way:
                break
            id_, row = self.under_way.popitem()
            if taken:
                self.deliver(id_, row)
            if isinstance(outcome, Permanent):
                self.refused.add(row.key)
            results.append(Result(row, judge_outcome(outcome, row, self.now), self.now))
        assert self.ledger.sending.commit(results, (), self.now).lost == frozenset()

    def deliver(self, id_: int, row: Delivery) -> None:
        current = self.ledger.sending.find(id_)
        assert current is not None
        # Never sent but from a committed claim: so never after a cancel.
        assert current.state is DeliveryState.SENDING
        self.arrived[row.key] += 1

    @precondition(lambda self: bool(self.under_way))
    @rule(taken=st.lists(st.booleans(), min_size=4, max_size=4))
    def die(self, taken: list[bool]) -> None:
        for (id_, row), was_taken in zip(self.under_way.items(), taken, strict=False):
            if was_taken:
                self.deliver(id_, row)
        self.under_way.clear()
        self.ledger.close()
        self.ledger = Ledger.open(f"sqlite:///{self.folder}/ledger.sqlite3")
        for row in self.ledger.sending.list_interrupted(self.now):
            self.ledger.sending.record_interrupted(row, judge_interrupted(row, self.now), self.now)

    @rule(outcomes=SOME_ANSWERS, minutes=st.sampled_from([0, 1, 15]))
    def send(self, outcomes: list[tuple[Outcome, bool]], minutes: int) -> None:
        """Claim and answer at once, as mostly happens; the other rules come in between."""
        self.claim(len(outcomes), stale=False)
        self.answer(outcomes)
        self.now += timedelta(minutes=minutes)

    @rule(minutes=st.sampled_from([1, 15, 60, 60 * 24]))
    def pass_time(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(number=st.sampled_from(NUMBERS), days=st.one_of(st.none(), st.integers(0, 2)))
    def edit(self, number: int, days: int | None) -> None:
        self.wanted.pop(number, None)
        if days is not None:
            self.wanted[number] = write_reminder(number, days)
        self.reconcile()

    @rule(number=st.sampled_from(NUMBERS), again=st.booleans())
    def wish(self, number: int, again: bool) -> None:
        row = self.ledger.sending.find(number)
        if row is None:
            return
        try:
            verdict: Verdict = plan_retry(row, self.now) if again else plan_skip(row, "no")
        except UsageError:
            return
        self.ledger.sending.move_unsent(row, verdict, self.now)
        if not again:
            self.skipped.add(row.key)

    @invariant()
    def every_duplicate_is_named(self) -> None:
        for row in self.ledger.history.list_deliveries() if hasattr(self, "ledger") else ():
            if self.arrived[row.key] > 1:
                assert row.in_doubt, f"{row.key} arrived {self.arrived[row.key]} times"
            if row.state is DeliveryState.SENT:
                assert self.arrived[row.key] > 0, f"{row.key} is lost"

    def teardown(self) -> None:
        if not hasattr(self, "ledger"):
            return
        self.die([True] * 4)
        for _ in range(20):
            next_at = self.ledger.sending.find_next_at()
            if next_at is None:
                break
            self.now = max(self.now, next_at)
            self.claim(4, stale=False)
            self.answer([ANSWERS[0]] * 4)
        for row in self.ledger.history.list_deliveries():
            assert self.has_ended_rightly(row), f"{row.key} is left {row.state}: {row.detail}"
            assert row.next_at is None
        self.every_duplicate_is_named()
        self.ledger.close()
        shutil.rmtree(self.folder)

    def has_ended_rightly(self, row: Delivery) -> bool:
        """Say whether a delivery whose time is over has an end, and one for which there was a reason."""
        match row.state:
            case DeliveryState.SENT:
                return self.arrived[row.key] > 0
            case DeliveryState.FAILED:
                return row.key in self.refused
            case DeliveryState.SKIPPED:
                return row.key in self.skipped
            case DeliveryState.CANCELLED:
                return row.key not in self.wanted_keys
            case DeliveryState.EXPIRED:
                # No series here has a newer one.
                return row.useful_until <= row.updated_at
            case DeliveryState.UNCONFIRMED:
                # It may have arrived: whoever wants it again after it was taken back must say so.
                waits_for_a_person = row.doubts >= DOUBTS_UNTIL_SET_ASIDE or row.silences > 1
                return waits_for_a_person or row.useful_until <= row.updated_at or row.key in self.taken_back
            case _:
                return False


TestDeliveryStates = DeliveryMachine.TestCase
TestDeliveryStates.settings = settings(max_examples=60, stateful_step_count=20)
