"""The ledger on a real SQLite file: planning, claiming, outcomes, deaths, locks."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scheduler.changes import Cancel, EventChanges, ReminderChanges, Revise, compare_reminders
from scheduler.delivery import Delivery, DeliveryState, Expiry, SentSeries, Verdict, judge_interrupted
from scheduler.errors import LedgerBusyError, LedgerError
from scheduler.ledger import FrozenMessage, Ledger, StateCount, hold_instance_lock
from scheduler.model import Event, EventStatus, Organiser, RecordedEvent, Revision
from tests.attempts import claim, conclude
from tests.samples import DUE_AT, UPDATED, make_reminder

NOW = datetime(2024, 5, 13, 1, 0, 0, 123456, tzinfo=UTC)
MESSAGE = FrozenMessage("<a@so.example>", "so@so.example", "a1@example.example", "Lịch", b"Subject: x\r\n\r\n", NOW)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/deep/ledger.sqlite3")
    yield opened
    opened.close()


def plan(ledger: Ledger, *numbers: int) -> list[Delivery]:
    reminders = tuple(make_reminder(number=number) for number in numbers)
    ledger.planning.apply_changes(ReminderChanges(reminders, (), ()), UPDATED)
    return list(ledger.history.list_deliveries())


def test_a_planned_reminder_reads_back_as_it_was(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    assert row.reminder == make_reminder()
    assert (row.state, row.next_at, row.attempts, row.in_doubt) == (DeliveryState.PLANNED, DUE_AT, 0, False)


def test_planning_again_writes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    plan(ledger, 1, 2, 3)
    wanted = [make_reminder(number=number) for number in (1, 2, 3)]
    before = (tmp_path / "deep/ledger.sqlite3").read_bytes()
    changes = compare_reminders(wanted, ledger.planning.list_recorded("plan"), NOW)
    ledger.planning.apply_changes(changes, NOW)
    assert changes.is_empty
    assert (tmp_path / "deep/ledger.sqlite3").read_bytes() == before


def test_a_key_can_stand_only_once(ledger: Ledger) -> None:
    plan(ledger, 1)
    with pytest.raises(Exception, match=r"UNIQUE constraint failed: deliveries\.key"):
        plan(ledger, 1)


def test_rows_are_due_from_their_instant_on(ledger: Ledger) -> None:
    plan(ledger, 1)
    assert ledger.sending.find_next_at() == DUE_AT
    assert ledger.sending.list_due(DUE_AT - timedelta(microseconds=1)) == ()
    assert [row.id for row in ledger.sending.list_due(DUE_AT)] == [1]


def test_a_claim_freezes_the_message_and_is_won_once(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    assert claim(ledger.sending, row, MESSAGE, NOW)
    assert not claim(ledger.sending, row, replace(MESSAGE, content=b"other"), NOW)
    claimed = ledger.sending.find(row.id)
    assert claimed is not None
    assert (claimed.state, claimed.attempts, claimed.message_id, claimed.next_at) == (
        DeliveryState.SENDING,
        1,
        "<a@so.example>",
        None,
    )
    assert ledger.sending.find_message(row.id) == MESSAGE


def test_a_verdict_is_recorded_once(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    claim(ledger.sending, row, MESSAGE, NOW)
    verdict = Verdict(DeliveryState.SENT, None, "250 ok")
    assert conclude(ledger.sending, row, verdict, NOW)
    assert not conclude(ledger.sending, row, verdict, NOW)
    assert ledger.history.count_states() == (StateCount(DeliveryState.SENT, 1),)
    assert ledger.sending.find_next_at() is None


def test_a_retry_sends_the_bytes_of_the_first_claim(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    claim(ledger.sending, row, MESSAGE, NOW)
    assert conclude(ledger.sending, row, Verdict(DeliveryState.RETRYING, NOW, "451"), NOW)
    again = ledger.sending.find(row.id)
    assert again is not None
    assert claim(ledger.sending, again, replace(MESSAGE, content=b"other"), NOW)
    assert ledger.sending.find_message(row.id) == MESSAGE


def test_an_interrupted_row_comes_back_in_doubt(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    claim(ledger.sending, row, MESSAGE, NOW)
    (interrupted,) = ledger.sending.list_interrupted(NOW)
    ledger.sending.record_interrupted(interrupted, judge_interrupted(interrupted, NOW), NOW)
    (back,) = ledger.history.list_deliveries()
    assert (back.state, back.in_doubt, back.doubts, back.next_at) == (DeliveryState.RETRYING, True, 1, NOW)
    assert ledger.sending.find_last_instant() == NOW


def test_sending_again_after_a_silence_is_in_doubt(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    claim(ledger.sending, row, MESSAGE, NOW)
    assert conclude(ledger.sending, row, Verdict(DeliveryState.UNCONFIRMED, NOW, "silence", silent=True), NOW)
    (silent,) = ledger.history.list_deliveries()
    assert (silent.in_doubt, silent.silences) == (False, 1)
    claim(ledger.sending, silent, MESSAGE, NOW)
    (again,) = ledger.history.list_deliveries()
    assert again.in_doubt


def test_expire_leaves_rows_alone_that_are_under_way(ledger: Ledger) -> None:
    first, second = plan(ledger, 1, 2)
    claim(ledger.sending, first, MESSAGE, NOW)
    ledger.sending.expire((Expiry(first.id, "late"), Expiry(second.id, "late")), NOW)
    assert [row.state for row in ledger.history.list_deliveries()] == [DeliveryState.SENDING, DeliveryState.EXPIRED]


def test_the_newest_sent_of_a_series_is_known(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    claim(ledger.sending, row, MESSAGE, NOW)
    assert conclude(ledger.sending, row, Verdict(DeliveryState.SENT, None, "250"), NOW)
    older = make_reminder()._replace(key="other", due_at=DUE_AT - timedelta(days=3))
    ledger.planning.apply_changes(ReminderChanges((older,), (), ()), NOW)
    assert ledger.sending.list_sent_series([row.series]) == (SentSeries(row.series, DUE_AT),)


def test_a_cancelled_row_planned_again_forgets_its_old_message(ledger: Ledger) -> None:
    (row,) = plan(ledger, 1)
    claim(ledger.sending, row, MESSAGE, NOW)
    assert conclude(ledger.sending, row, Verdict(DeliveryState.RETRYING, NOW, "451"), NOW)
    ledger.planning.apply_changes(ReminderChanges((), (), (Cancel(row.id, "moved"),)), NOW)
    later = make_reminder()._replace(due_at=DUE_AT + timedelta(hours=2))
    ledger.planning.apply_changes(ReminderChanges((), (Revise(row.id, later),), ()), NOW)
    (back,) = ledger.history.list_deliveries()
    assert (back.state, back.due_at, back.next_at, back.message_id) == (
        DeliveryState.PLANNED,
        later.due_at,
        later.due_at,
        None,
    )
    assert ledger.sending.find_message(row.id) is None


def test_an_event_reads_back_equal_with_its_revision(ledger: Ledger) -> None:
    hanoi = ZoneInfo("Asia/Ho_Chi_Minh")
    visit = Event(
        "v", "plan", "visit", "son-dong", "son-dong", "Kiểm tra", "nội dung", "Sơn Động",
        datetime(2024, 5, 20, 7, tzinfo=hanoi), datetime(2024, 5, 20, 11, 30, tzinfo=hanoi),
        EventStatus.TENTATIVE, ("Kiểm tra",), Organiser("Sở"),
    )  # fmt: skip
    deadline = Event(
        "d", "plan", "report", "bao-cao", None, "Hạn", "", None, date(2024, 5, 9), date(2024, 5, 10),
        EventStatus.TENTATIVE,
    )  # fmt: skip
    rows = tuple(RecordedEvent(event, Revision(2, UPDATED, NOW)) for event in (deadline, visit))
    unchanged = ReminderChanges((), (), ())
    ledger.apply(((EventChanges(rows), unchanged),), NOW)
    assert ledger.events.list_recorded("plan") == rows
    removed = RecordedEvent(visit, Revision(3, UPDATED, NOW), removed_at=NOW)
    ledger.apply(((EventChanges((removed,)), unchanged),), NOW)
    assert ledger.events.list_recorded("plan")[1].removed_at == NOW


def test_only_one_instance_holds_a_ledger_and_the_error_names_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    with hold_instance_lock(url, NOW), pytest.raises(LedgerBusyError) as caught, hold_instance_lock(url, NOW):
        pass
    assert f"process {os.getpid()} on " in str(caught.value)
    with hold_instance_lock(url, NOW):
        pass


def test_as_many_pages_as_there_can_be_at_once_keep_nobody_from_the_ledger(ledger: Ledger) -> None:
    # Each as a page holds it that waits for another program's lock: and the feeds' tokens are looked at meanwhile.
    with ExitStack() as pages:
        for _ in range(40):
            pages.callback(ledger.engine.raw_connection().close)
        assert ledger.tokens.read_version() == (0, 0)


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_text("not a database, but long enough to be read as one\n" * 100)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite3: the ledger cannot be opened: file is not a database"):
        Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")


def test_a_ledger_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.sqlite3"
    Ledger.open(url).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(LedgerError, match="written by a newer program"):
        Ledger.open(url)


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "postgresql://localhost/x"])
def test_a_url_that_cannot_be_a_ledger_is_refused(url: str) -> None:
    with pytest.raises(LedgerError, match=r"ledger\.url"):
        Ledger.open(url)


def test_the_migrations_make_the_tables_of_the_schema(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from scheduler.ledger.schema import metadata

    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    with opened.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
    opened.close()
