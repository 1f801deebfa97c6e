"""The service with a real ledger, real templates and a real SMTP server; only its clock is set by the test."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from scheduler.catcher import Catcher
from scheduler.clock import JumpingClock
from scheduler.delivery import NEWER_DUE, TOO_LATE, Delivery, DeliveryState
from scheduler.following import Decision, Setup
from scheduler.ledger import FileEdit, FrozenMessage, Ledger
from scheduler.mailer import Mailer, RelaySettings
from scheduler.messages import Letterhead, MessageWriter
from scheduler.model import Contact, Plan, RecordedEvent, Rule
from scheduler.rules import parse_when
from scheduler.service import Attempt, Service
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.templates import load_templates
from scheduler.workdays import WorkingDays
from tests.attempts import claim
from tests.samples import make_contacts, make_plan, make_rules, make_visit

BEFORE = datetime(2024, 5, 1, tzinfo=UTC)
FIRST_DUE = datetime(2024, 5, 3, 1, 0, tzinfo=UTC)


class Office:
    """A service under test: its ledger, its clock, what it published and what its server caught."""

    def __init__(self, folder: Path, port: int, caught: list[tuple[str, bytes]], start: datetime) -> None:
        self.caught = caught
        self.clock = JumpingClock(start)
        self.ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite3")
        self.mailer = Mailer(RelaySettings("127.0.0.1", port, "none", None, None, 5.0), local_hostname="so.example")
        self.published: list[tuple[RecordedEvent, ...]] = []
        self.publishing_fails = False
        self.attempts: list[Attempt] = []

    def serve(
        self,
        plan: Plan | None = None,
        *,
        contacts: tuple[Contact, ...] | None = None,
        rules: tuple[Rule, ...] | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
        on_decision: Callable[[Decision], None] = lambda decision: None,
    ) -> Service:
        """Start a service on this ledger, as a new process would."""
        snapshot = make_snapshot(
            (plan or make_plan(),), contacts or make_contacts(), rules or make_rules(), WorkingDays(), "so.example"
        )
        service = Service(
            setup=Setup(snapshot, make_writer()),
            ledger=self.ledger,
            mailer=self.mailer,
            clock=self.clock,
            publish=self.note_published,
            on_attempt=on_attempt or self.attempts.append,
            on_decision=on_decision,
        )
        service.start()
        return service

    def note_published(self, snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> None:
        if self.publishing_fails:
            raise OSError("no room")
        self.published.append(recorded)

    def note_decision(self, decision: Decision) -> None:
        self.ledger.edits.record((FileEdit(decision.at, "plans/plan.yaml", None, None, "lan", ""),))

    def run_through(self, service: Service) -> None:
        """Let time jump from instant to instant until nothing waits."""
        next_at = service.tick()
        while next_at is not None:
            self.clock.reach(next_at)
            next_at = service.tick()

    def list_states(self) -> list[tuple[str, str, DeliveryState]]:
        return [(row.rule, row.contact, row.state) for row in self.ledger.history.list_deliveries()]

    def close(self) -> None:
        self.mailer.close()
        self.ledger.close()


def make_writer() -> MessageWriter:
    templates = load_templates((find_shipped("templates") / "email",))
    return MessageWriter(templates, Letterhead("so@so.example", "so@so.example", "so.example"))


@contextmanager
def open_office(folder: Path, *, start: datetime = BEFORE) -> Iterator[Office]:
    caught: list[tuple[str, bytes]] = []
    with Catcher(None, on_message=lambda to, content: caught.append((to, content))) as catcher:
        office = Office(folder, catcher.port, caught, start)
        try:
            yield office
        finally:
            office.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_a_season_sends_every_reminder_once_at_its_instant(office: Office) -> None:
    office.run_through(office.serve())
    rows = office.ledger.history.list_deliveries()
    assert [row.state for row in rows] == [DeliveryState.SENT] * 9
    assert [(attempt.at, attempt.delivery.key) for attempt in office.attempts] == [(r.due_at, r.key) for r in rows]
    assert sorted(to for to, _ in office.caught) == sorted(row.address for row in rows)


def test_starting_again_sends_nothing_again(office: Office) -> None:
    office.run_through(office.serve())
    office.run_through(office.serve())
    assert len(office.caught) == 9


def test_what_is_caught_is_what_the_ledger_froze(office: Office) -> None:
    office.run_through(office.serve())
    by_id = {message_from_bytes(content)["Message-ID"]: content for _, content in office.caught}
    for row in office.ledger.history.list_deliveries():
        frozen = office.ledger.sending.find_message(row.id)
        assert frozen is not None
        assert by_id[frozen.message_id] == frozen.content


def test_a_relay_that_is_down_costs_no_attempt_and_loses_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        service = office.serve()
        working, office.mailer = (
            office.mailer,
            Mailer(RelaySettings("127.0.0.1", 1, "none", None, None, 5.0), local_hostname="so.example"),
        )
        service = office.serve()
        office.clock.reach(FIRST_DUE)
        assert service.tick() == FIRST_DUE + timedelta(seconds=60)
        assert service.relay_problem is not None
        assert "connection refused" in service.relay_problem
        assert {row.attempts for row in office.ledger.history.list_deliveries()} == {0}
        office.mailer = working
        office.run_through(office.serve())
        assert len(office.caught) == 9


def test_a_first_start_late_in_the_season_sends_only_the_newest_that_is_useful(tmp_path: Path) -> None:
    with open_office(tmp_path, start=datetime(2024, 5, 9, 3, 0, tzinfo=UTC)) as office:
        office.run_through(office.serve())
        rows = [
            (row.rule, row.state, row.detail)
            for row in office.ledger.history.list_deliveries()
            if row.about == "report"
        ]
    assert rows == [
        ("report-5-days", DeliveryState.EXPIRED, NEWER_DUE),
        ("report-5-days", DeliveryState.EXPIRED, NEWER_DUE),
        ("report-last-day", DeliveryState.SENT, "250 2.0.0 stored"),
        ("report-last-day", DeliveryState.SENT, "250 2.0.0 stored"),
    ]


def test_a_start_after_the_season_sends_nothing(tmp_path: Path) -> None:
    with open_office(tmp_path, start=datetime(2026, 11, 23, tzinfo=UTC)) as office:
        office.run_through(office.serve())
        rows = office.ledger.history.list_deliveries()
        assert office.caught == []
    assert {(row.state, row.detail) for row in rows} == {(DeliveryState.EXPIRED, TOO_LATE)}


def test_a_message_that_cannot_be_written_fails_alone(office: Office) -> None:
    rules = (*make_rules(), Rule("bad", "visit", ("communes",), parse_when("3 days before at 08:00"), "no-such-kind"))
    office.run_through(office.serve(rules=rules))
    failed = [row for row in office.ledger.history.list_deliveries() if row.state is DeliveryState.FAILED]
    assert [(row.rule, row.contact) for row in failed] == [("bad", "ubnd-an-ba"), ("bad", "ubnd-phuc-son")]
    assert all("no-such-kind" in row.detail for row in failed)
    assert len(office.caught) == 9


def test_a_moved_visit_cancels_the_old_reminders_and_plans_new_ones(office: Office) -> None:
    office.serve()
    moved = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),), reports=())
    office.run_through(office.serve(moved))
    rows = office.ledger.history.list_deliveries()
    sent = {row.occurrence for row in rows if row.state is DeliveryState.SENT}
    cancelled = {row.occurrence for row in rows if row.state is DeliveryState.CANCELLED}
    assert sent == {"2024-05-27T07:00"}
    assert cancelled == {"2024-05-20T07:00", "2024-05-10T00:00"}


def test_feeds_that_could_not_be_published_are_published_by_the_next_tick(office: Office) -> None:
    service = office.serve()
    service.tick()
    moved = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),))
    snapshot = make_snapshot((moved,), make_contacts(), make_rules(), WorkingDays(), "so.example")
    service.offer(Setup(snapshot, make_writer()))
    office.publishing_fails = True
    with pytest.raises(OSError, match="no room"):
        service.tick()
    office.publishing_fails = False
    service.tick()
    service.tick()
    days = [{row.event.start.day for row in published if row.event.about == "visit"} for published in office.published]
    assert days == [{20}, {27}]


def test_an_edit_of_which_the_trail_cannot_be_kept_is_published_all_the_same(office: Office, tmp_path: Path) -> None:
    service = office.serve(on_decision=office.note_decision)
    moved = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),))
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as other:
        other.execute("CREATE TRIGGER refuse BEFORE INSERT ON edits BEGIN SELECT RAISE(ABORT, 'refused'); END")
        snapshot = make_snapshot((moved,), make_contacts(), make_rules(), WorkingDays(), "so.example")
        service.offer(Setup(snapshot, make_writer()))
        for _ in range(2):
            with pytest.raises(IntegrityError, match="refused"):
                service.tick()
    days = [{row.event.start.day for row in published if row.event.about == "visit"} for published in office.published]
    assert days == [{20}, {27}]


def test_an_edit_that_cannot_be_put_in_force_stops_no_mail_and_is_tried_again(office: Office, tmp_path: Path) -> None:
    service = office.serve()
    service.tick()
    due_at = office.ledger.sending.find_next_at()
    assert due_at is not None
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as other:
        other.execute("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'refused'); END")
        more = make_plan(visits=(make_visit(), make_visit(visit_id="more", dates=(date(2024, 5, 28),))))
        snapshot = make_snapshot((more,), make_contacts(), make_rules(), WorkingDays(), "so.example")
        service.offer(Setup(snapshot, make_writer()))
        office.clock.reach(due_at)
        for _ in range(2):
            with pytest.raises(IntegrityError, match="refused"):
                service.tick()
        due = [row.state for row in office.ledger.history.list_deliveries() if row.due_at <= due_at]
        assert {*due} == {DeliveryState.SENT}
        other.execute("DROP TRIGGER refuse")
    service.tick()
    assert service.in_force is not None
    assert [wanted.plan for wanted in service.in_force.setup.snapshot.wanted] == [more]
    assert "more" in {row.event.item for row in office.published[-1]}


def test_a_mail_for_which_the_ledger_cannot_be_asked_is_not_failed_and_goes_when_it_can(
    office: Office, tmp_path: Path
) -> None:
    service = office.serve()
    (eve,) = [row for row in office.ledger.history.list_deliveries() if row.rule == "visit-eve"]
    office.clock.reach(eve.due_at)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as other:
        # What was answered goes into the mail; all else of the ledger can be read and written.
        other.execute("ALTER TABLE visit_answers RENAME TO away")
        service.tick()
        assert office.ledger.sending.find(eve.id) == eve
        other.execute("ALTER TABLE away RENAME TO visit_answers")
    service.tick()
    sent = office.ledger.sending.find(eve.id)
    assert sent is not None
    assert (sent.state, sent.attempts) == (DeliveryState.SENT, 1)


def test_a_visit_moved_back_is_reminded_of_as_before(office: Office) -> None:
    office.serve()
    office.serve(make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),)))
    office.run_through(office.serve())
    sent = {row.occurrence for row in office.ledger.history.list_deliveries() if row.state is DeliveryState.SENT}
    assert sent == {"2024-05-20T07:00", "2024-05-10T00:00"}


def test_a_plan_taken_out_of_the_configuration_is_told_to_nobody(office: Office) -> None:
    office.serve()
    office.run_through(office.serve(replace(make_plan(), id="another", visits=(), reports=())))
    assert office.caught == []
    assert {row.state for row in office.ledger.history.list_deliveries()} == {DeliveryState.CANCELLED}


def test_stopping_ends_the_mail_under_way_and_leaves_the_rest_planned(office: Office) -> None:
    services: list[Service] = []
    service = office.serve(on_attempt=lambda attempt: services[0].stopping.set())
    services.append(service)
    week_before = next(row.due_at for row in office.ledger.history.list_deliveries() if row.rule == "visit-1-week")
    office.clock.reach(week_before)
    service.tick()
    # The outcome of the first was committed together with the claim of the second.
    states = [state for rule, _, state in office.list_states() if rule == "visit-1-week"]
    assert states == [DeliveryState.SENT, DeliveryState.SENT, DeliveryState.PLANNED, DeliveryState.PLANNED]


def test_a_row_left_sending_by_a_death_goes_again_with_the_same_bytes_and_in_doubt(office: Office) -> None:
    office.serve()
    row = office.ledger.history.list_deliveries()[0]
    office.clock.reach(row.due_at)
    message = write_message(row)
    assert claim(office.ledger.sending, row, message, row.due_at)
    # Here the process dies: before, during or after DATA, nobody knows.
    office.run_through(office.serve())
    back = office.ledger.sending.find(row.id)
    assert back is not None
    assert (back.state, back.in_doubt, back.message_id, back.attempts) == (
        DeliveryState.SENT,
        True,
        message.message_id,
        2,
    )
    assert message.content in [content for _, content in office.caught]


def test_events_keep_their_revision_until_they_really_change(office: Office) -> None:
    office.serve()
    office.clock.reach(BEFORE + timedelta(days=1))
    office.serve()
    moved = make_plan(visits=(make_visit(dates=(date(2024, 5, 27),)),))
    office.serve(moved)
    sequences = [{row.event.uid: row.revision.sequence for row in rows} for rows in office.published]
    assert sequences[0] == sequences[1]
    assert {uid: n for uid, n in sequences[2].items() if n} == {
        "plan.son-dong.1.morning@so.example": 1,
        "plan.son-dong.1.afternoon@so.example": 1,
    }


def test_a_mail_of_a_visit_reads_right_in_vietnamese(office: Office) -> None:
    office.run_through(office.serve())
    eve = message_from_bytes(office.caught[-1][1], policy=policy.default)
    assert eve["Subject"] == "Nhắc lịch kiểm tra thứ Hai, 20/5/2024, từ 07 giờ 00: Sơn Động (Phúc Sơn, An Bá)"
    body = eve.get_body(("plain",))
    assert body is not None
    assert "Sơn Động" in body.get_content()


def write_message(row: Delivery) -> FrozenMessage:
    """Write the message of a row as the service would."""
    contact = next(contact for contact in make_contacts() if contact.id == row.contact)
    composed = make_writer().write(
        make_plan(),
        row.reminder,
        contact,
        contacts=make_contacts(),
        events=(),
        workdays=WorkingDays(),
        written_at=row.due_at,
    )
    return FrozenMessage(
        composed.message_id, composed.sender, composed.to, composed.subject, composed.content, row.due_at
    )
