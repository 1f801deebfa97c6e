"""Pages of deliveries: each question finds exactly its own, in order, and reads no more of the table than it shows."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import event

from scheduler.changes import ReminderChanges
from scheduler.delivery import Delivery, DeliveryState
from scheduler.ledger import DeliveryFilter, Ledger, Reader
from scheduler.ledger.engine import Driver
from scheduler.pacing import Pause, PausedBy
from tests.samples import make_reminder

NOW = datetime(2024, 5, 13, 1, 0, tzinfo=UTC)
DUE_AT = datetime(2024, 5, 20, 1, 0, tzinfo=UTC)
STUCK = (DeliveryState.FAILED, DeliveryState.UNCONFIRMED)
TO_COME = (DeliveryState.PLANNED, DeliveryState.RETRYING, DeliveryState.SENDING)
QUESTIONS = [
    DeliveryFilter(states, plan, unit, item, addresses)
    for states, plan, unit, item, addresses in product(
        ((), (DeliveryState.SENT,), STUCK, TO_COME),
        (None, "plan-1"),
        (None, "unit-1"),
        (None, "item-1"),
        (None, (), ("1@x.example", "2@x.example")),
    )
]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Yield a ledger with deliveries of every state, two plans, three units and items, four readers and instants."""
    path = tmp_path / "ledger.sqlite3"
    ledger = Ledger.open(f"sqlite:///{path}")
    reminders = tuple(
        make_reminder(number=number)._replace(
            key=f"plan-{number % 2}|item-{number // 3 % 3}|{number}",
            plan=f"plan-{number % 2}",
            unit=f"unit-{number % 3}",
            item=f"item-{number // 3 % 3}",
            address=f"{number % 4}@x.example",
            contact=f"reader-{number % 4}",
            due_at=DUE_AT + timedelta(hours=number * 7 % 4),
        )
        for number in range(216)
    )
    ledger.planning.apply_changes(ReminderChanges(reminders, (), ()), NOW)
    waiting = (DeliveryState.PLANNED, DeliveryState.RETRYING, DeliveryState.UNCONFIRMED)
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(216):
            state = list(DeliveryState)[number // 4 % 9]
            # One that was tried in vain waits for a later instant than it was due at; half of the silent do not wait.
            waits = state in waiting and (state is not DeliveryState.UNCONFIRMED or number % 2)
            later = 0 if state is DeliveryState.PLANNED else 5_400_000_000
            connection.execute(
                "UPDATE deliveries SET state = ?, next_at = CASE WHEN ? THEN due_at + ? END WHERE id = ?",
                (state, waits, later, number + 1),
            )
    yield ledger
    ledger.close()


def is_wanted(delivery: Delivery, wanted: DeliveryFilter) -> bool:
    return (
        (not wanted.states or delivery.state in wanted.states)
        and wanted.plan in (None, delivery.plan)
        and wanted.unit in (None, delivery.unit)
        and (wanted.item is None or (wanted.plan, wanted.item) == (delivery.plan, delivery.item))
        and (wanted.addresses is None or delivery.address in wanted.addresses)
    )


def find_instant(delivery: Delivery) -> tuple[datetime, int]:
    return delivery.next_at or delivery.due_at, delivery.id


def test_each_question_finds_what_it_asks_for_in_order_of_its_instants(ledger: Ledger) -> None:
    every = sorted(ledger.history.list_deliveries(), key=find_instant)
    for wanted in QUESTIONS:
        found = [delivery for delivery in every if is_wanted(delivery, wanted)]
        assert list(ledger.browsing.list_page(wanted, first=0, most=500, newest=False)) == found, wanted
        assert list(ledger.browsing.list_page(wanted, first=3, most=5, newest=True)) == found[::-1][3:8], wanted
        assert ledger.browsing.count(wanted) == len(found), wanted
        assert list(ledger.browsing.iterate(wanted)) == sorted(found, key=lambda delivery: delivery.id), wanted


def test_counts_readers_and_what_is_stuck_hold_what_waits_and_what_does_not(ledger: Ledger) -> None:
    every = ledger.history.list_deliveries()
    assert {one.state: one.count for one in ledger.history.count_states()} == dict.fromkeys(DeliveryState, 24)
    assert ledger.browsing.list_readers() == tuple(Reader(f"{n}@x.example", f"reader-{n}") for n in range(4))
    assert ledger.history.list_in_states(STUCK) == tuple(one for one in every if one.state in STUCK)


def test_no_question_goes_through_the_table(ledger: Ledger) -> None:
    path = str(ledger.engine.url.database)
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        ledger.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, _context, _many: asked.append((statement, parameters)),
    )
    for wanted in QUESTIONS:
        ledger.browsing.list_page(wanted, first=0, most=50, newest=True)
        ledger.browsing.count(wanted)
    ledger.browsing.list_readers()
    ledger.history.count_states()
    ledger.history.list_in_states(STUCK)
    ledger.sending.list_interrupted(NOW)
    questions = [(statement, parameters) for statement, parameters in asked if statement.startswith("SELECT")]
    assert len(questions) == 2 * len(QUESTIONS) + 6  # the last reads the rows that it found
    with closing(sqlite3.connect(path)) as connection:
        for statement, parameters in questions:
            steps = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert [step for step in steps if step.startswith("SCAN deliveries") and "INDEX" not in step] == []


def test_what_was_tried_and_waits_is_found_without_going_through_all_that_waits(ledger: Ledger) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    event.listen(
        ledger.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, _context, _many: asked.append((statement, parameters)),
    )
    ledger.browsing.list_page(DeliveryFilter(STUCK), first=0, most=50, newest=True)
    ledger.browsing.count(DeliveryFilter((DeliveryState.RETRYING,), plan="plan-1"))
    ledger.history.list_in_states(STUCK)
    questions = [(statement, parameters) for statement, parameters in asked if statement.startswith("SELECT")]
    with closing(sqlite3.connect(str(ledger.engine.url.database))) as connection:
        for statement, parameters in questions:
            steps = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters))
            assert ("deliveries_waiting_again" in steps, "deliveries_next_at" in steps) == (True, False), statement


def test_the_version_is_another_after_each_write_by_whomever_and_the_same_between(ledger: Ledger) -> None:
    path = str(ledger.engine.url.database)
    first = ledger.browsing.read_version()
    ledger.browsing.count(DeliveryFilter())
    assert ledger.browsing.read_version() == first
    ledger.control.pause(Pause(PausedBy.PERSON, "lễ", NOW))
    second = ledger.browsing.read_version()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE deliveries SET detail = 'x' WHERE id = 1")
    third = ledger.browsing.read_version()
    driver = Driver(ledger.engine)
    with driver.begin_writing() as cursor:
        cursor.execute("UPDATE deliveries SET detail = 'y' WHERE id = 1")
    driver.close()
    assert len({first, second, third, ledger.browsing.read_version()}) == 4
