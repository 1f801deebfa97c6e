"""Pausing, bounds, quiet hours, backups, copied ledgers, metrics: on a real ledger with a real server."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scheduler.delivery import DeliveryState, Verdict
from scheduler.errors import LedgerError
from scheduler.ledger import Claim, FrozenMessage, Ledger, back_up
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.groups import LEASE
from scheduler.ledger.sending import Sending
from scheduler.pacing import Limits, Pause, PausedBy, QuietHours
from tests.attempts import claim, conclude
from tests.integration.post_office import DUE, catch, minutes_after, open_post_office
from tests.integration.scripted_relay import ScriptedRelay

SENT, PLANNED, SENDING = DeliveryState.SENT, DeliveryState.PLANNED, DeliveryState.SENDING
A_DAY = timedelta(days=1)


def take_all(to: str, content: bytes) -> None:
    """Take every mail."""


def test_a_pause_in_the_middle_ends_the_mails_under_way_and_begins_no_other(tmp_path: Path) -> None:
    caught: list[str] = []

    def note(to: str, content: bytes) -> None:
        caught.append(to)
        if len(caught) == 10:
            with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", 30, isolation_level=None)) as connection:
                connection.execute("UPDATE service SET paused_by = 'person', pause_reason = 'x', paused_since = 0")

    with catch(note) as port, open_post_office(tmp_path, 40) as office:
        office.clock.shown = DUE
        service = office.open(port, connections=4)
        assert service.tick() == minutes_after(1)
        assert 10 <= len(caught) < 20
        assert office.count_states() == {SENT: len(caught), PLANNED: 40 - len(caught)}
        office.ledger.control.resume()
        service.tick()
        assert office.count_states() == {SENT: 40}


def test_a_start_keeps_a_persons_pause_and_lifts_the_relays(tmp_path: Path) -> None:
    with catch(take_all) as port, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        office.ledger.control.pause(Pause(PausedBy.PERSON, "holiday", DUE))
        assert office.open(port).pause is not None
        office.ledger.control.resume()
        office.ledger.control.pause(Pause(PausedBy.RELAY, "535", DUE, DUE + timedelta(hours=1)))
        assert office.open(port).pause is None


def test_a_relays_pause_does_not_shorten_a_persons(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office:
        persons = Pause(PausedBy.PERSON, "holiday", DUE)
        office.ledger.control.pause(persons)
        office.ledger.control.pause(Pause(PausedBy.RELAY, "535", DUE, DUE + timedelta(hours=1)))
        assert office.ledger.control.find_pause() == persons


def test_a_bound_per_minute_spreads_the_mails_also_over_a_restart(tmp_path: Path) -> None:
    with catch(take_all) as port, open_post_office(tmp_path, 10) as office:
        office.clock.shown = DUE
        limits = Limits(per_minute=4)
        assert office.open(port, limits=limits, connections=2).tick() == minutes_after(1)
        assert office.count_states() == {SENT: 4, PLANNED: 6}
        again = office.open(port, limits=limits, connections=2)
        assert office.run(again, DUE + A_DAY) == [DUE, minutes_after(1), minutes_after(2)]
        assert office.count_states() == {SENT: 10}


def test_a_bound_per_domain_holds_up_that_domain_alone(tmp_path: Path) -> None:
    with catch(take_all) as port, open_post_office(tmp_path, 8) as office:
        office.clock.shown = DUE
        service = office.open(port, limits=Limits(per_domain_per_minute=3))
        assert service.tick() == minutes_after(1)
        sent = Counter(row.address.partition("@")[2] for row in office.rows if row.state is SENT)
        assert sent == {"d0.example": 3, "d1.example": 3}


def test_no_mail_goes_in_quiet_hours(tmp_path: Path) -> None:
    quiet = QuietHours(time(7), time(9, 30), ZoneInfo("Asia/Ho_Chi_Minh"))
    with catch(take_all) as port, open_post_office(tmp_path, 2) as office:
        office.clock.shown = DUE
        service = office.open(port, limits=Limits(quiet_hours=quiet))
        assert office.run(service, DUE + A_DAY) == [DUE, minutes_after(90)]
        assert [row.updated_at for row in office.rows] == [minutes_after(90)] * 2


def test_the_return_path_is_the_envelopes_alone(tmp_path: Path) -> None:
    with ScriptedRelay() as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        office.open(relay.port, limits=Limits(return_path="bounces@so.example")).tick()
        assert "MAIL FROM:<bounces@so.example>" in relay.heard
        assert b"\nFrom: " in b"\n" + relay.contents[0]
        assert b"bounces@" not in relay.contents[0]


def test_a_mail_is_given_up_after_so_many_temporary_refusals(tmp_path: Path) -> None:
    with ScriptedRelay({"RCPT": ["451 later"] * 9}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        office.run(office.open(relay.port, limits=Limits(most_attempts=3)), DUE + A_DAY)
        (row,) = office.rows
        assert (row.state, row.attempts) == (DeliveryState.FAILED, 3)
        assert row.detail == "given up after 3 attempts: RCPT TO: 451 later"


# --- leases -------------------------------------------------------------------------------------


def test_a_row_claimed_on_another_host_is_left_alone_until_its_lease_ends(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office:
        office.open(1)
        (row,) = office.rows
        message = FrozenMessage("<a>", "so@so.example", row.address, "x", b"x\r\n", DUE)
        elsewhere = Sending(office.ledger.engine, "another-host:1")
        assert elsewhere.commit((), (Claim(row, message),), DUE).claimed == {row.id}
        sending = office.ledger.sending
        assert sending.list_interrupted(DUE + LEASE - timedelta(seconds=1)) == ()
        assert [dead.id for dead in sending.list_interrupted(DUE + LEASE)] == [row.id]


def test_an_outcome_of_a_claim_that_was_taken_over_is_not_recorded(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office:
        office.open(1)
        (row,) = office.rows
        message = FrozenMessage("<a>", "so@so.example", row.address, "x", b"x\r\n", DUE)
        claim(office.ledger.sending, row, message, DUE)
        elsewhere = Sending(office.ledger.engine, "another-host:1")
        assert not conclude(elsewhere, row, Verdict(SENT, None, "250"), DUE)
        assert [current.state for current in office.rows] == [SENDING]


def test_of_a_group_only_the_rows_that_still_stand_are_claimed(tmp_path: Path) -> None:
    with open_post_office(tmp_path, 3) as office:
        office.open(1)
        rows = office.rows
        office.ledger.engine.dispose()
        with closing(sqlite3.connect(office.path)) as connection, connection:
            connection.execute("UPDATE deliveries SET state = 'skipped' WHERE id = ?", (rows[1].id,))
        claims = [Claim(row, FrozenMessage(f"<{row.id}>", "s@x.example", row.address, "x", b"", DUE)) for row in rows]
        assert office.ledger.sending.commit((), claims, DUE).claimed == {rows[0].id, rows[2].id}


# --- backup and copies --------------------------------------------------------------------------


def test_a_backup_taken_while_mails_go_is_whole_and_private(tmp_path: Path) -> None:
    copies = [tmp_path / f"copy-{number}" for number in range(5)]
    done = threading.Event()

    def back_up_often() -> None:
        for copy in copies:
            back_up(tmp_path / "ledger.sqlite3", copy, DUE)
        done.set()

    with catch(take_all) as port, open_post_office(tmp_path, 200) as office:
        office.clock.shown = DUE
        service = office.open(port, connections=4)
        thread = threading.Thread(target=back_up_often)
        thread.start()
        service.tick()
        thread.join(60)
        assert done.is_set()
        assert office.count_states() == {SENT: 200}
    for copy in copies:
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        ledger = Ledger.open(f"sqlite:///{copy}")
        assert sum(count.count for count in ledger.history.count_states()) == 400
        sent = [row.id for row in ledger.history.list_in_states((SENT,))]
        assert all(ledger.history.list_attempts(id_)[-1].outcome == "sent" for id_ in sent)
        ledger.close()
    assert {path.name for path in tmp_path.iterdir()} >= {copy.name for copy in copies}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".copy")]


def test_a_backup_does_not_replace_the_ledger_itself(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office, pytest.raises(LedgerError, match="name a file other than the ledger"):
        back_up(office.path, office.path, DUE)


def restore_backup(path: Path) -> None:
    back_up(path, path.with_name("copy"), DUE)
    shutil.copyfile(path.with_name("copy"), path)


def put_copy_in_its_place(path: Path) -> None:
    shutil.copyfile(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def put_back_older_content(path: Path) -> None:
    """The same file, inode and all, with the content of before."""
    older = path.with_name("older").read_bytes()
    with path.open("r+b") as file:
        file.write(older)
        file.truncate()


@pytest.mark.parametrize("restore", [restore_backup, put_copy_in_its_place, put_back_older_content])
def test_a_restored_ledger_starts_paused_and_resume_takes_it_over(
    tmp_path: Path, restore: Callable[[Path], None]
) -> None:
    caught: list[str] = []
    with catch(lambda to, content: caught.append(to)) as port:
        with open_post_office(tmp_path, 3) as office:
            office.open(port).tick()
            shutil.copyfile(office.path, tmp_path / "older")
            office.clock.shown = DUE
            office.open(port).tick()
        restore(tmp_path / "ledger.sqlite3")
        with open_post_office(tmp_path, 3) as office:
            office.clock.shown = DUE + timedelta(minutes=5)
            service = office.open(port)
            service.tick()
            assert service.pause is not None
            assert service.pause.by is PausedBy.COPY
            assert len(caught) == 3
            office.ledger.control.resume()
            service.tick()
            assert office.count_states() == {SENT: 3}
        with open_post_office(tmp_path, 3) as office:
            assert office.open(port).pause is None


def test_a_ledger_whose_service_died_at_any_moment_is_not_taken_for_a_copy(tmp_path: Path) -> None:
    with catch(take_all) as port:
        for _ in range(3):
            with open_post_office(tmp_path, 3) as office:
                office.clock.shown = DUE
                # Neither stopped nor closed in order: only what is on disk counts.
                assert office.open(port).pause is None
                office.ledger.control.pause(Pause(PausedBy.PERSON, "x", DUE))
                office.ledger.control.resume()


def test_a_ledger_that_is_resumed_while_a_tick_ends_is_not_taken_for_a_copy(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office:
        control, stopping = office.ledger.control, threading.Event()
        assert control.recognise(DUE) is None

        def note_until_stopped() -> None:
            while not stopping.is_set():
                control.note_changes()

        ticks = threading.Thread(target=note_until_stopped)
        ticks.start()
        try:
            for _ in range(10):
                control.pause(Pause(PausedBy.PERSON, "x", DUE))
                control.resume()
                # As the next start looks at it.
                assert control.recognise(DUE) is None
        finally:
            stopping.set()
            ticks.join()


_TRY_TO_TAKE = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None).execute("BEGIN EXCLUSIVE")
except sqlite3.OperationalError as error:
    print(error)
"""


def test_noting_how_far_the_ledger_has_come_ends_no_lock_on_it(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office, begin_reading(office.ledger.engine) as page:
        assert office.ledger.control.recognise(DUE) is None
        assert page.exec_driver_sql("SELECT count(*) FROM deliveries").scalar() == 0
        office.ledger.control.note_changes()
        other = subprocess.run(
            [sys.executable, "-c", _TRY_TO_TAKE, str(office.path)], capture_output=True, text=True, check=True
        )
        assert other.stdout == "database is locked\n"


# --- metrics ------------------------------------------------------------------------------------


def test_metrics_count_states_attempts_and_lateness(tmp_path: Path) -> None:
    with catch(take_all) as port, open_post_office(tmp_path, 3) as office:
        service = office.open(port)
        office.clock.shown = DUE + timedelta(seconds=30)
        service.tick()
        lines = service.metrics.render().decode().splitlines()
    assert 'scheduler_deliveries{state="sent"} 3.0' in lines
    assert 'scheduler_deliveries{state="planned"} 3.0' in lines
    assert 'scheduler_attempts_total{state="sent"} 3.0' in lines
    assert 'scheduler_lateness_seconds_bucket{le="15.0"} 0.0' in lines
    assert 'scheduler_lateness_seconds_bucket{le="60.0"} 3.0' in lines
    assert "scheduler_relay_up 1.0" in lines
    assert "scheduler_paused 0.0" in lines


def test_metrics_tell_of_a_relay_that_is_down_and_of_a_pause(tmp_path: Path) -> None:
    with open_post_office(tmp_path) as office:
        service = office.open(1)
        office.clock.shown = DUE
        service.tick()
        assert b"scheduler_relay_up 0.0" in service.metrics.render()
        office.ledger.control.pause(Pause(PausedBy.PERSON, "x", DUE))
        service.tick()
        assert b"scheduler_paused 1.0" in service.metrics.render()
