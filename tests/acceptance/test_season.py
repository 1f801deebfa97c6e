"""The whole season of the shipped plan: every mail once, whatever happens to the process."""

import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.acceptance.commandline import SHIPPED_CONFIG, make_environment, run_command
from tests.soak.kills import Plan, run_kills


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> list[EmailMessage]:
    folder = tmp_path_factory.mktemp("season")
    options = ["--from", "2024-04-01T00:00+07:00", "--to", "2024-06-30T00:00+07:00", "--out", "mails"]
    ran = run_command("rehearse", "--config", SHIPPED_CONFIG, *options, folder=folder)
    assert ran.status == 0, ran.err
    parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (folder / "mails").iterdir()]
    return [mail for mail in parsed if isinstance(mail, EmailMessage)]


def read_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


def test_422_mails_arrive_each_once(mails: list[EmailMessage]) -> None:
    assert len(mails) == 422
    assert set(Counter(mail["Message-ID"] for mail in mails).values()) == {1}


def test_every_mail_reads_right_in_vietnamese(mails: list[EmailMessage]) -> None:
    for mail in mails:
        assert not mail.defects
        assert re.match(
            r"Nhắc nộp báo cáo |Hôm nay là ngày cuối |Lịch kiểm tra |Để biết: lịch kiểm tra |Nhắc lịch kiểm tra ",
            mail["Subject"],
        )
        text = read_text(mail)
        assert text.startswith("Kính gửi: ")
        assert "Trân trọng" in text
        assert "\ufffd" not in text


def test_a_unit_reads_its_own_form_and_deadline(mails: list[EmailMessage]) -> None:
    subjects = {mail["To"].addresses[0].addr_spec: mail["Subject"] for mail in mails if mail["Date"].datetime.day == 25}
    assert len(subjects) == 18
    other = "Nhắc nộp báo cáo trước ngày 10/5/2024 (Phụ lục số 03) – còn 8 ngày làm việc"
    assert Counter(subjects.values()) == {other.replace("03", "02"): 2, other: 16}
    assert subjects["ldtbxh@luc-nam.example"] == other.replace("03", "02")


def test_visit_mails_carry_their_events_and_report_mails_none(mails: list[EmailMessage]) -> None:
    calendars = Counter(sum(part.get_content_type() == "text/calendar" for part in mail.walk()) > 0 for mail in mails)
    assert calendars == {True: 350, False: 72}


def test_kill_9_at_random_moments_loses_nothing_and_names_every_duplicate(tmp_path: Path) -> None:
    report = run_kills(Plan(kills=5, deliveries=60, connections=4, seed=3), tmp_path)
    assert report.is_right, report
    assert report.arrived >= 60


def test_a_killed_rehearsal_goes_on_from_its_state(tmp_path: Path) -> None:
    state = ["--config", str(SHIPPED_CONFIG), "--state", "state"]
    span = ["--from", "2024-04-24T00:00+07:00", "--to", "2024-05-11T00:00+07:00"]
    program = [sys.executable, "-c", "from scheduler.cli import main; main()"]
    command = [*program, "rehearse", *state, *span, "--out", "mails"]
    with subprocess.Popen(command, cwd=tmp_path, env=make_environment()) as rehearsal:
        while rehearsal.poll() is None and len(list(tmp_path.glob("mails/*.eml"))) < 25:
            with suppress(subprocess.TimeoutExpired):
                rehearsal.wait(0.01)
        rehearsal.kill()
    assert rehearsal.returncode == -signal.SIGKILL
    assert run_command("rehearse", *state, *span, "--out", "mails", folder=tmp_path).status == 0
    arrived = Counter(message_from_bytes(path.read_bytes())["Message-ID"] for path in tmp_path.glob("mails/*.eml"))
    deliveries = run_command("history", "--json", *state, folder=tmp_path).records("deliveries")
    assert set(arrived) == {row["message_id"] for row in deliveries if row["state"] == "sent"}
    assert {id_ for id_, count in arrived.items() if count > 1} <= {
        row["message_id"] for row in deliveries if row["in_doubt"]
    }
