"""``scheduler mail``: what was sent and what would be, straight from a ledger on disk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from scheduler.changes import ReminderChanges, compare_events, compare_reminders
from scheduler.cli.mail import mail
from scheduler.cli.wiring import load_everything
from scheduler.composing import Composer
from scheduler.delivery import DeliveryState, Verdict
from scheduler.errors import ConfigError, SchedulerError, UsageError
from scheduler.holding import group_plans
from scheduler.ledger import FrozenMessage, Ledger
from scheduler.letters.samples import list_samples
from scheduler.notices import CORRECTION, RULE
from scheduler.shipped_files import find_shipped
from tests.attempts import claim, conclude

NOW = datetime(2024, 4, 16, 1, 0, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    copytree(find_shipped("config"), folder)
    return folder


@pytest.fixture
def ledger(tmp_path: Path, config: Path) -> Iterator[Ledger]:
    """The ledger of the shipped plan, with everything planned and nothing sent."""
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    (wanted,) = load_everything(config).snapshot.wanted
    changes = (compare_events(wanted.events, (), NOW), compare_reminders(wanted.reminders, (), NOW))
    opened.apply((changes,), NOW)
    yield opened
    opened.close()


def run(*arguments: str | Path, folder: Path) -> Result:
    """Run ``scheduler mail ARGUMENTS``; an error that the command line would turn into a sentence is raised."""
    command = [*map(str, arguments), "--config", str(folder / "config")]
    return CliRunner().invoke(mail, command, catch_exceptions=False, standalone_mode=False)


def write_template(config: Path, name: str, source: str) -> Path:
    path = config / "templates" / "email" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")
    return path


def test_show_prints_a_mail_to_come_as_it_would_be_sent(ledger: Ledger, config: Path, tmp_path: Path) -> None:
    wiring = load_everything(config)
    delivery = ledger.history.list_deliveries()[0]
    composer = Composer(wiring.snapshot, wiring.writer, group_plans(ledger.events.list_recorded(delivery.plan)))
    composed = composer.compose(delivery, delivery.due_at)
    shown = run("show", str(delivery.id), "--state", tmp_path, folder=tmp_path).output
    assert f"delivery {delivery.id}, planned: the mail as it would be written when it is due" in shown
    assert f"Subject: {composed.subject}\n" in shown
    assert f"Message-ID: {composed.message_id}\n" in shown
    text = message_from_bytes(composed.content, policy=policy.default).get_body(("plain",))
    assert text is not None
    assert shown.endswith(text.get_content().replace("\r\n", "\n").rstrip() + "\n")


def test_show_prints_a_notice_to_come_with_what_was_told_before(ledger: Ledger, config: Path, tmp_path: Path) -> None:
    wiring = load_everything(config)
    delivery = next(row for row in ledger.history.list_deliveries() if row.template == "visit-coming")
    composed = Composer(wiring.snapshot, wiring.writer, {}).compose(delivery, NOW)
    frozen = FrozenMessage(composed.message_id, composed.sender, composed.to, composed.subject, composed.content, NOW)
    assert claim(ledger.sending, delivery, frozen, NOW)
    assert conclude(ledger.sending, delivery, Verdict(DeliveryState.SENT, None, "250"), NOW)
    notice = delivery.reminder._replace(key="notice", rule=RULE, template=CORRECTION, due_at=NOW + timedelta(days=1))
    ledger.planning.apply_changes(ReminderChanges((notice,), (), ()), NOW)
    row = next(row for row in ledger.history.list_deliveries() if row.rule == RULE)
    shown = run("show", str(row.id), "--state", tmp_path, folder=tmp_path).output
    assert f"Xin bỏ qua thư ngày 16/4/2024 “{composed.subject}”." in shown


def test_show_raw_gives_the_frozen_bytes(ledger: Ledger, config: Path, tmp_path: Path) -> None:
    wiring = load_everything(config)
    delivery = ledger.history.list_deliveries()[0]
    composed = Composer(wiring.snapshot, wiring.writer, {}).compose(delivery, NOW)
    frozen = FrozenMessage(composed.message_id, composed.sender, composed.to, composed.subject, composed.content, NOW)
    assert claim(ledger.sending, delivery, frozen, NOW)
    shown = run("show", str(delivery.id), "--raw", "--state", tmp_path, folder=tmp_path)
    assert shown.stdout_bytes == composed.content


def test_show_writes_the_html_part(ledger: Ledger, tmp_path: Path) -> None:
    delivery = ledger.history.list_deliveries()[0]
    page = tmp_path / "mail.html"
    run("show", str(delivery.id), "--html", page, "--state", tmp_path, folder=tmp_path)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.usefixtures("ledger")
def test_show_names_an_id_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no delivery 99999; `scheduler history` lists them"):
        run("show", "99999", "--state", tmp_path, folder=tmp_path)


@pytest.mark.usefixtures("config")
def test_show_makes_no_ledger(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    with pytest.raises(UsageError, match="no ledger yet"):
        run("show", "1", "--state", state, folder=tmp_path)
    assert list(state.iterdir()) == []


def test_kinds_says_which_a_rule_may_name_and_whose_text_it_is(config: Path, tmp_path: Path) -> None:
    own = write_template(config, "visit-eve.txt", "{{ visit.label }}\n")
    rows = {row["kind"]: row for row in json.loads(run("kinds", "--json", folder=tmp_path).output)["kinds"]}
    assert (rows["visit-eve"]["about"], rows["visit-eve"]["in_rules"]) == ("visit", True)
    assert (rows["correction"]["about"], rows["correction"]["in_rules"]) == ("notice", False)
    assert rows["visit-eve"]["file"] == str(own)
    assert Path(rows["report-due"]["file"]) == find_shipped("templates") / "email" / "report-due.txt"


@pytest.mark.usefixtures("config")
def test_sample_writes_every_sample(tmp_path: Path) -> None:
    out = tmp_path / "samples"
    run("sample", "visit-moved", "--out", out, folder=tmp_path)
    assert len(list(out.glob("*.html"))) == len(list(out.glob("*.txt"))) == len(list_samples("visit-moved"))


@pytest.mark.usefixtures("config")
def test_sample_prints_the_first_text_and_all_subjects(tmp_path: Path) -> None:
    printed = run("sample", "report-due", folder=tmp_path).output
    assert printed.startswith("Kính gửi: UBND huyện Sơn Động\n")
    assert "little said, 10 days left: Nhắc nộp báo cáo trước ngày 10/5/2024 – còn 7 ngày làm việc\n" in printed


def test_sample_tells_what_is_wrong_with_a_template(config: Path, tmp_path: Path) -> None:
    own = write_template(config, "visit-eve.txt", "\n{{ report.due }}\n")
    with pytest.raises(ConfigError) as caught:
        run("sample", "visit-eve", folder=tmp_path)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [(str(own), 2)]


@pytest.mark.usefixtures("config")
def test_sample_names_the_kinds_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no kind 'visit'; kinds: correction, digest, plan-confirmed, "):
        run("sample", "visit", folder=tmp_path)


@pytest.mark.usefixtures("config")
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(SchedulerError, match=r"taken/.*: cannot be written"):
        run("sample", "visit-eve", "--out", tmp_path / "taken" / "below", folder=tmp_path)
