"""The faults of docs/delivery.md, one test a line: what the server, the disk, the clock or we ourselves do wrong."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler.delivery import NEWER_DUE, TOO_LATE, Delivery, DeliveryState
from scheduler.errors import LedgerError
from scheduler.ledger import engine as ledger_engine
from scheduler.pacing import Pause, PausedBy
from scheduler.service import Service
from tests.full_disk import no_file_larger_than
from tests.integration.ledger_lock import locked
from tests.integration.post_office import (
    BEFORE,
    DUE,
    USEFUL_UNTIL,
    catch,
    make_visit_snapshot,
    minutes_after,
    open_post_office,
    read_id,
)
from tests.integration.scripted_relay import HANG_UP, STALL, ScriptedRelay
from tests.samples import make_plan, make_visit

SENT, FAILED, RETRYING = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.RETRYING
UNCONFIRMED, PLANNED, EXPIRED = DeliveryState.UNCONFIRMED, DeliveryState.PLANNED, DeliveryState.EXPIRED
A_DAY = timedelta(days=1)


def test_451_twice_is_tried_again_after_1_and_5_minutes(tmp_path: Path) -> None:
    with ScriptedRelay({"RCPT": ["451 later"] * 2}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE, minutes_after(1), minutes_after(6)]
        (row,) = office.rows
        assert (row.state, row.attempts, row.in_doubt, len(relay.contents)) == (SENT, 3, False, 1)
        outcomes = [attempt.outcome for attempt in office.ledger.history.list_attempts(row.id)]
        assert outcomes == ["retrying", "retrying", "sent"]


def test_550_fails_visibly_and_is_not_tried_again(tmp_path: Path) -> None:
    with ScriptedRelay({"RCPT": ["550 no such user"]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE]
        (row,) = office.rows
        assert (row.state, row.attempts, row.detail) == (FAILED, 1, "RCPT TO: 550 no such user")


@pytest.mark.parametrize("pipelining", [False, True])
def test_one_of_ten_refused_holds_up_no_other(tmp_path: Path, pipelining: bool) -> None:
    answers = {"RCPT": ["250 ok"] * 4 + ["550 no such user"], "DATA": ["354 go on"] * 4 + ["554 no recipient"]}
    if pipelining:
        answers["EHLO"] = ["250-relay.example\r\n250 PIPELINING"]
    else:
        del answers["DATA"]
    with ScriptedRelay(answers) as relay, open_post_office(tmp_path, 10) as office:
        office.clock.shown = DUE
        office.run(office.open(relay.port), DUE + A_DAY)
        assert office.count_states() == {SENT: 9, FAILED: 1}
        assert (relay.sessions, len(relay.contents)) == (1, 9)


def test_a_pipelined_server_that_wants_a_content_for_nobody_gets_none(tmp_path: Path) -> None:
    answers = {"EHLO": ["250-relay.example\r\n250 PIPELINING"] * 2, "RCPT": ["550 no such user"]}
    with ScriptedRelay(answers) as relay, open_post_office(tmp_path, 2) as office:
        office.clock.shown = DUE
        office.run(office.open(relay.port), DUE + A_DAY)
        assert office.count_states() == {FAILED: 1, SENT: 1}
        assert (relay.sessions, len(relay.contents)) == (2, 1)


def test_a_disconnect_before_the_dot_is_tried_again_and_arrives_once(tmp_path: Path) -> None:
    with ScriptedRelay({"DATA": [HANG_UP]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        office.run(office.open(relay.port), DUE + A_DAY)
        (row,) = office.rows
        assert (row.state, row.attempts, row.in_doubt, len(relay.contents)) == (SENT, 2, False, 1)


def test_a_disconnect_after_the_dot_is_sent_once_more_after_15_minutes_and_marked(tmp_path: Path) -> None:
    with ScriptedRelay({"dot": [HANG_UP]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE, minutes_after(15)]
        (row,) = office.rows
        assert (row.state, row.in_doubt, len(relay.contents)) == (SENT, True, 2)
        assert relay.contents[0] == relay.contents[1]


def test_a_second_silence_after_the_dot_waits_for_a_person(tmp_path: Path) -> None:
    with ScriptedRelay({"dot": [HANG_UP] * 2}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE, minutes_after(15)]
        (row,) = office.rows
        assert (row.state, row.next_at, row.in_doubt, row.silences) == (UNCONFIRMED, None, True, 2)


def test_a_mail_that_was_begun_and_tells_something_else_since_goes_as_another_mail(tmp_path: Path) -> None:
    with ScriptedRelay({"RCPT": ["451 later"]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        office.open(relay.port).tick()
        (begun,) = office.rows
        visit = make_visit()
        plan = make_plan(visits=(replace(visit, sessions=visit.sessions[:1]),), reports=())
        office.snapshot = make_visit_snapshot(1, plan=plan)
        office.run(office.open(relay.port), DUE + A_DAY)
        (sent,) = office.rows
        assert (sent.key, sent.state, read_id(relay.contents[0])) == (begun.key, SENT, sent.message_id)
        assert sent.message_id != begun.message_id


def test_an_unconfirmed_mail_whose_use_is_over_stays_unconfirmed(tmp_path: Path) -> None:
    with ScriptedRelay({"dot": [HANG_UP]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        service = office.open(relay.port)
        service.tick()
        office.clock.shown = USEFUL_UNTIL
        service.tick()
        (row,) = office.rows
        assert (row.state, row.next_at, row.detail) == (UNCONFIRMED, None, TOO_LATE)


@pytest.mark.parametrize(
    ("phase", "state", "attempts"),
    [
        ("greeting", PLANNED, 0), ("EHLO", PLANNED, 0), ("MAIL", PLANNED, 0), ("RCPT", RETRYING, 1),
        ("DATA", RETRYING, 1), ("dot", UNCONFIRMED, 1),
    ],
)  # fmt: skip
def test_a_stall_in_each_phase_ends_and_loses_nothing(
    tmp_path: Path, phase: str, state: DeliveryState, attempts: int
) -> None:
    with ScriptedRelay({phase: [STALL]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        service = office.open(relay.port, timeout_seconds=0.2)
        service.tick()
        assert [(row.state, row.attempts) for row in office.rows] == [(state, attempts)]
        office.clock.shown = minutes_after(1)
        office.run(service, DUE + A_DAY)
        assert office.count_states() == {SENT: 1}


def test_one_stalled_connection_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with ScriptedRelay({"dot": [STALL]}) as relay, open_post_office(tmp_path, 20) as office:
        office.clock.shown = DUE
        office.open(relay.port, connections=3, timeout_seconds=0.5).tick()
        assert office.count_states() == {UNCONFIRMED: 1, SENT: 19}


def test_a_relay_refused_for_6_hours_is_probed_each_minute_and_burns_no_attempt(tmp_path: Path) -> None:
    with open_post_office(tmp_path, 3) as office:
        office.clock.shown = DUE
        with socket.create_server(("127.0.0.1", 0)) as unused:
            port = unused.getsockname()[1]
        service = office.open(port)
        probes = office.run(service, DUE + timedelta(hours=6))
        assert len(probes) == 361
        assert service.relay_problem is not None
        assert "connection refused" in service.relay_problem
        assert [(row.state, row.attempts, row.claims) for row in office.rows] == [(PLANNED, 0, 0)] * 3
        with catch(lambda to, content: None) as port:
            office.run(office.open(port), DUE + A_DAY)
        assert office.count_states() == {SENT: 3}


@contextmanager
def black_hole() -> Iterator[int]:
    """A port where connections are neither taken nor refused: its backlog is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port: int = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for filler in fillers:
                filler.close()


def test_a_black_hole_is_given_up_in_time_and_burns_no_attempt(tmp_path: Path) -> None:
    with black_hole() as port, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        service = office.open(port, timeout_seconds=0.3)
        assert service.tick() == minutes_after(1)
        assert [(row.state, row.attempts) for row in office.rows] == [(PLANNED, 0)]
        assert "timeout: no connection within 0.3 s" in str(service.relay_problem)


def test_535_pauses_all_mail_says_so_and_goes_on_after_resume(tmp_path: Path) -> None:
    answers = {"EHLO": ["250-relay.example\r\n250 AUTH PLAIN"] * 9, "AUTH": ["535 5.7.8 wrong password"]}
    with ScriptedRelay(answers) as relay, open_post_office(tmp_path, 3) as office:
        office.clock.shown = DUE
        service = office.open(relay.port, password="old")
        assert service.tick() == DUE + timedelta(hours=1)
        assert service.pause is not None
        assert "sign-in as 'so' was refused: 535 5.7.8 wrong password" in service.pause.reason
        office.clock.shown = minutes_after(1)
        service.tick()
        assert (relay.sessions, office.count_states()) == (1, {PLANNED: 3})
        office.ledger.control.resume()
        service.tick()
        assert office.count_states() == {SENT: 3}
        assert {row.attempts for row in office.rows} == {1}


@pytest.mark.parametrize("answer", ["530 5.7.0 sign in first", "550 5.7.1 sender not allowed"])
def test_a_relay_that_refuses_us_at_mail_from_pauses_all_and_fails_no_mail(tmp_path: Path, answer: str) -> None:
    with ScriptedRelay({"MAIL": [answer]}) as relay, open_post_office(tmp_path, 3) as office:
        office.clock.shown = DUE
        service = office.open(relay.port)
        service.tick()
        assert [(row.state, row.attempts) for row in office.rows] == [(PLANNED, 0)] * 3
        assert service.pause is not None
        assert service.pause.reason == f"MAIL FROM: {answer}"
        # After an hour it asks again by itself.
        office.run(service, DUE + timedelta(hours=2))
        assert office.count_states() == {SENT: 3}


def test_421_at_the_greeting_is_a_relay_that_is_down(tmp_path: Path) -> None:
    with ScriptedRelay({"greeting": ["421 busy"] * 3}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE, *map(minutes_after, (1, 2, 3))]
        assert [(row.state, row.attempts) for row in office.rows] == [(SENT, 1)]


def test_421_on_every_mail_opens_the_breaker_instead_of_burning_attempts(tmp_path: Path) -> None:
    with ScriptedRelay({"RCPT": ["421 closing"] * 3}) as relay, open_post_office(tmp_path, 50) as office:
        office.clock.shown = DUE
        service = office.open(relay.port)
        assert service.tick() == minutes_after(1)
        assert sorted(row.attempts for row in office.rows) == [0] * 47 + [1] * 3
        office.run(service, DUE + A_DAY)
        assert office.count_states() == {SENT: 50}


def test_a_session_that_the_server_ended_costs_no_attempt_and_no_time(tmp_path: Path) -> None:
    with ScriptedRelay({"MAIL": ["250 ok", "421 too many"]}) as relay, open_post_office(tmp_path, 5) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE]
        assert [(row.state, row.attempts) for row in office.rows] == [(SENT, 1)] * 5


@pytest.mark.parametrize("attempt", range(10))
def test_the_last_mail_over_a_session_that_the_server_ended_goes_at_once_too(tmp_path: Path, attempt: int) -> None:
    # Its row is read again beside the commit of what became of it: of ten times, once or twice too early.
    with ScriptedRelay({"MAIL": ["250 ok", "421 too many"]}) as relay, open_post_office(tmp_path, 2) as office:
        office.clock.shown = DUE
        assert office.run(office.open(relay.port), DUE + A_DAY) == [DUE]
        assert office.count_states() == {SENT: 2}


def test_a_poison_message_among_1000_is_set_aside_alone(tmp_path: Path) -> None:
    caught: list[str] = []
    with catch(lambda to, content: caught.append(to)) as port, open_post_office(tmp_path, 1000) as office:
        # Its name holds what would add a header; the message cannot be written.
        office.snapshot = make_visit_snapshot(1000, name="Cơ quan\nBcc: all@example.example\n")
        office.clock.shown = DUE
        office.run(office.open(port, connections=4), DUE + A_DAY)
        assert office.count_states() == {SENT: 999, FAILED: 1}
        assert (len(caught), len(set(caught))) == (999, 999)


def test_a_message_that_makes_the_server_hang_up_waits_alone(tmp_path: Path) -> None:
    with ScriptedRelay({"DATA": ["354 go"] * 9 + [HANG_UP]}) as relay, open_post_office(tmp_path, 20) as office:
        office.clock.shown = DUE
        office.open(relay.port).tick()
        assert office.count_states() == {SENT: 19, RETRYING: 1}


def test_a_full_disk_sends_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    caught: list[str] = []
    with catch(lambda to, content: caught.append(read_id(content))) as port, open_post_office(tmp_path, 40) as office:
        office.clock.shown = DUE
        service = office.open(port, connections=4)
        with no_file_larger_than(office.path.stat().st_size + 250_000):
            for _ in range(3):
                # A claim that cannot be written is told in the log; an outcome that cannot raises.
                with suppress(LedgerError):
                    service.tick()
        assert 0 < len(caught) < 40
        service.tick()
        assert office.count_states() == {SENT: 40}
        assert set(Counter(caught).values()) == {1}


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_a_ledger_that_another_process_locks_keeps_the_outcomes_and_sends_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr(ledger_engine, "BUSY_TIMEOUT_SECONDS", 0.2)
    caught: list[str] = []

    with ExitStack() as until_unlocked, open_post_office(tmp_path, 30) as office:

        def lock(to: str, content: bytes) -> None:
            caught.append(to)
            if len(caught) == 5:
                until_unlocked.enter_context(locked(office.path, how))

        with catch(lock) as port:
            office.clock.shown = DUE
            service = office.open(port, connections=4)
            for _ in range(2):
                with pytest.raises(LedgerError, match="database is locked; nothing is sent until"):
                    service.tick()
            assert 5 <= len(caught) < 9
            assert re.search(rb"^scheduler_outcomes_unrecorded [1-4]\.0$", service.metrics.render(), re.MULTILINE)
            until_unlocked.close()
            service.tick()
        assert office.count_states() == {SENT: 30}
        assert not any(row.in_doubt for row in office.rows)
        assert set(Counter(caught).values()) == {1}


def test_a_ledger_locked_while_the_next_rows_are_read_lets_the_mails_under_way_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_engine, "BUSY_TIMEOUT_SECONDS", 0.2)
    caught: list[str] = []
    with ExitStack() as until_unlocked, catch(lambda to, content: caught.append(to)) as port:
        office = until_unlocked.enter_context(open_post_office(tmp_path, 250))
        office.clock.shown = DUE
        service = office.open(port, connections=4)
        read, lock = office.ledger.sending.list_rows, ExitStack()

        def lock_and_read(ids: Collection[int]) -> tuple[Delivery, ...]:
            # The first two hundred rows are read at once; this is the second time.
            if caught and not lock_was_held:
                lock_was_held.append(True)
                lock.enter_context(locked(office.path))
            return read(ids)

        lock_was_held: list[bool] = []
        monkeypatch.setattr(office.ledger.sending, "list_rows", lock_and_read)
        with pytest.raises(LedgerError, match="database is locked"):
            service.tick()
        assert lock_was_held
        lock.close()
        service.tick()
        assert office.count_states() == {SENT: 250}
        assert not any(row.in_doubt for row in office.rows)
        assert set(Counter(caught).values()) == {1}


class _RefusingSecond(ScriptedRelay):
    """Refuses us at the second mail, in front of which ``lock`` is called; meanwhile the first waits for its answer."""

    def __init__(self, lock: Callable[[], None]) -> None:
        super().__init__({"MAIL": ["250 ok", "550 5.7.1 sender not allowed"]})
        self.refusal_heeded = threading.Event()
        self._lock = lock
        self._at_dot = threading.Event()

    def next_answer(self, verb: str) -> str | None:
        answer = super().next_answer(verb)
        if verb == "dot":
            self._at_dot.set()
            assert self.refusal_heeded.wait(10)
        if answer is not None and answer.startswith("550"):
            assert self._at_dot.wait(10)
            self._lock()
        return answer


def test_a_pause_that_cannot_be_kept_lets_the_mails_under_way_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_engine, "BUSY_TIMEOUT_SECONDS", 0.2)
    until_unlocked = ExitStack()
    relay = _RefusingSecond(lambda: until_unlocked.enter_context(locked(tmp_path / "ledger.sqlite3")))
    with relay, open_post_office(tmp_path, 2) as office, until_unlocked:
        pause = office.ledger.control.pause

        def try_to_pause(wanted: Pause) -> None:
            try:
                pause(wanted)
            finally:
                relay.refusal_heeded.set()

        monkeypatch.setattr(office.ledger.control, "pause", try_to_pause)
        office.clock.shown = DUE
        service = office.open(relay.port, connections=2)
        with pytest.raises(LedgerError, match="database is locked"):
            service.tick()
        until_unlocked.close()
        service.tick()
        assert office.count_states() == {SENT: 2}
        assert not any(row.in_doubt for row in office.rows)
        assert len(relay.contents) == 2


def test_sigterm_in_the_middle_ends_the_mails_under_way_and_the_next_start_sends_the_rest(tmp_path: Path) -> None:
    caught: list[str] = []
    services: list[Service] = []

    def note(to: str, content: bytes) -> None:
        caught.append(to)
        if len(caught) == 30:
            services[0].stopping.set()

    with catch(note) as port, open_post_office(tmp_path, 100) as office:
        office.clock.shown = DUE
        services.append(office.open(port, connections=4))
        services[0].tick()
        states = office.count_states()
        assert states == {SENT: len(caught), PLANNED: 100 - len(caught)}
        assert 30 <= len(caught) < 100
        office.open(port, connections=4).tick()
        assert office.count_states() == {SENT: 100}
        assert set(Counter(caught).values()) == {1}


def test_a_clock_stepped_back_3_hours_sends_nothing_twice_and_waits_no_longer(tmp_path: Path) -> None:
    with ScriptedRelay({"RCPT": ["250 ok"] * 3 + ["451 later"]}) as relay, open_post_office(tmp_path, 5) as office:
        office.clock.shown = DUE
        service = office.open(relay.port)
        service.tick()
        assert office.count_states() == {SENT: 4, RETRYING: 1}
        office.clock.shown = DUE - timedelta(hours=3)
        assert service.tick() == minutes_after(1)
        assert len(relay.contents) == 4
        office.run(service, minutes_after(2))
        assert office.count_states() == {SENT: 5}
        assert len(relay.contents) == 5


def test_a_breaker_does_not_stay_open_when_the_clock_is_stepped_back(tmp_path: Path) -> None:
    with ScriptedRelay({"greeting": ["421 busy"]}) as relay, open_post_office(tmp_path) as office:
        office.clock.shown = DUE + timedelta(hours=3)
        service = office.open(relay.port)
        service.tick()
        office.clock.shown = DUE
        service.tick()
        assert office.count_states() == {SENT: 1}


def test_a_clock_stepped_ahead_3_hours_sends_early_rows_once_and_nothing_again_when_set_right(tmp_path: Path) -> None:
    caught: list[str] = []
    with catch(lambda to, content: caught.append(to)) as port, open_post_office(tmp_path, 5) as office:
        office.clock.shown = DUE - timedelta(hours=1)
        service = office.open(port)
        assert service.tick() == DUE
        office.clock.shown = DUE + timedelta(hours=2)
        service.tick()
        office.clock.shown = DUE - timedelta(hours=1)
        service.tick()
        office.run(service, DUE + A_DAY)
        assert set(Counter(caught).values()) == {1}
        assert office.count_states() == {SENT: 5}


def test_a_machine_asleep_for_10_minutes_sends_late_over_a_new_session(tmp_path: Path) -> None:
    with ScriptedRelay() as relay, open_post_office(tmp_path, 3) as office:
        office.clock.shown = DUE
        service = office.open(relay.port)
        service.tick()
        relay.hang_up()
        assert relay.ended.acquire(timeout=10)
        second = datetime(2024, 5, 18, 1, 0, tzinfo=UTC)
        office.clock.shown = second + timedelta(minutes=10)
        service.tick()
        rows = office.ledger.history.list_deliveries()
        assert [(row.state, row.attempts) for row in rows] == [(SENT, 1)] * 6
        assert relay.sessions == 2


@pytest.mark.parametrize("rows_at_once", [2, 3, 500])
def test_three_days_down_send_only_the_newest_that_is_still_useful(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_at_once: int
) -> None:
    monkeypatch.setattr("scheduler.sending._ROWS_AT_ONCE", rows_at_once)
    caught: list[str] = []
    with catch(lambda to, content: caught.append(to)) as port, open_post_office(tmp_path, 3) as office:
        office.open(port).tick()
        office.clock.shown = datetime(2024, 5, 18, 1, 0, tzinfo=UTC)
        office.run(office.open(port), USEFUL_UNTIL)
        assert {(row.state, row.detail) for row in office.rows} == {(EXPIRED, NEWER_DUE)}
        assert sorted(caught) == ["c0@d0.example", "c1@d1.example", "c2@d0.example"]


def test_what_is_useless_by_now_expires_while_all_mail_is_paused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.sending._ROWS_AT_ONCE", 2)
    with open_post_office(tmp_path, 3) as office:
        service = office.open(1)
        service.tick()
        office.ledger.control.pause(Pause(PausedBy.PERSON, "trial", BEFORE))
        office.clock.shown = datetime(2024, 5, 18, 1, 0, tzinfo=UTC)
        assert service.tick() == office.clock.shown + timedelta(minutes=1)
        states = Counter(row.state for row in office.ledger.history.list_deliveries())
        assert states == {EXPIRED: 3, PLANNED: 3}
