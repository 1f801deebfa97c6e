"""The commands that make and show a configuration: what they ask, write, print and refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scheduler.cli.configuring import config_, init
from scheduler.errors import UsageError
from scheduler.planfile import load_configuration
from scheduler.settings import Settings, load_settings

KINDS = frozenset(
    ("report-due", "report-last-day", "report-overdue", "report-overdue-head", "visit-coming", "visit-eve")
)
ASKED = 7


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_init(*arguments: str, said: str = "") -> Result:
    return CliRunner().invoke(init, ["new", *arguments], input=said, catch_exceptions=True)


def load() -> Settings:
    return load_settings(Path("new"), {})


def test_with_yes_a_right_configuration_without_a_plan_is_made() -> None:
    assert run_init("--yes").exit_code == 0
    configuration = load_configuration(Path("new"), template_kinds=KINDS)
    assert (configuration.plans, configuration.contacts) == ((), ())
    assert len(configuration.rules) == 9
    assert [str(warning) for warning in configuration.warnings] == [
        "new/plans holds no plan; make one with: scheduler import DOCUMENT"
    ]
    assert (load().smtp.security, load().smtp.port, load().mail.sender) == ("none", 25, "kiem-tra@so-ldtbxh.example")


def test_every_comment_of_the_shipped_settings_is_in_the_new_ones() -> None:
    run_init("--yes", "--set", "mail.name=Sở Lao động", "--set", "smtp.host=relay.tinh.gov.vn")
    shipped = (Path(__file__).parents[2] / "config" / "settings.yaml").read_text(encoding="utf-8")
    made = Path("new/settings.yaml").read_text(encoding="utf-8")
    assert [line.partition("#")[2] for line in made.splitlines()] == [
        line.partition("#")[2] for line in shipped.splitlines()
    ]


def test_what_is_set_is_taken_and_the_rest_follows_from_it() -> None:
    arguments = (
        "smtp.host=relay.tinh.gov.vn",
        "mail.sender=lich@so.tinh.gov.vn",
        "log.level=debug",
        "mail.name=Sở: A # B",
    )
    assert run_init("--yes", *(part for said in arguments for part in ("--set", said))).exit_code == 0
    settings = load()
    assert (settings.smtp.host, settings.smtp.security, settings.smtp.port) == ("relay.tinh.gov.vn", "starttls", 587)
    assert (settings.mail.sender, settings.mail.name) == ("lich@so.tinh.gov.vn", "Sở: A # B")
    assert settings.log.level == "debug"


def test_answers_are_asked_for_and_asked_again_until_they_are_right() -> None:
    said = [
        "Sở A",
        "not an address",
        "lich@so.tinh.gov.vn",
        "relay.tinh.gov.vn",
        "none",
        "tls",
        "",
        "",
        "99999",
        "8081",
    ]
    ran = run_init(said="\n".join(said) + "\n")
    assert ran.exit_code == 0
    settings = load()
    assert (settings.mail.name, settings.mail.sender) == ("Sở A", "lich@so.tinh.gov.vn")
    assert (settings.smtp.security, settings.smtp.port, settings.http.port) == ("tls", 465, 8081)
    assert settings.public_url == "http://127.0.0.1:8081"
    for wrong in (
        "mail.sender: 'not an address' is not an e-mail address",
        "smtp.security: 'none' would send mails and password in the clear",
        "http.port: '99999' is not a port",
    ):
        assert ran.output.count(wrong) == 1


def test_what_is_set_is_not_asked() -> None:
    ran = run_init("--set", "mail.sender=a@b.vn", said="\n" * (ASKED - 1))
    assert ran.exit_code == 0
    assert "The address in From" not in ran.output


def test_enter_at_every_question_takes_what_yes_takes() -> None:
    run_init(said="\n" * ASKED)
    asked = Path("new/settings.yaml").read_text(encoding="utf-8")
    Path("new").rename("asked")
    run_init("--yes")
    assert Path("new/settings.yaml").read_text(encoding="utf-8") == asked


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("smtp.hst=x", "--set 'smtp.hst' is no setting; did you mean 'smtp.host'?"),
        ("smtp.host", "--set 'smtp.host' has no '='; write it as smtp.host=relay.tinh.gov.vn"),
        ("http.port=x", "http.port: 'x' is not a whole number"),
        ("smtp.username=may", "smtp.username: 'may' is given, and password_file is missing; give both, or neither"),
    ],
)
def test_a_wrong_setting_is_refused_and_nothing_written(said: str, told: str) -> None:
    ran = run_init("--yes", "--set", said)
    assert isinstance(ran.exception, UsageError)
    assert str(ran.exception) == told
    assert not Path("new").exists()


def test_a_folder_that_holds_something_is_left_alone() -> None:
    Path("new").mkdir()
    Path("new/mine.txt").write_text("x", encoding="utf-8")
    ran = run_init("--yes")
    assert isinstance(ran.exception, UsageError)
    assert [path.name for path in Path("new").iterdir()] == ["mine.txt"]


def test_the_schemas_that_the_files_name_are_beside_them() -> None:
    run_init("--yes")
    for name in ("settings", "contacts", "reminders", "holidays"):
        first_line = Path("new", f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
        schema = first_line.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(Path("new", schema).read_text(encoding="utf-8"))["type"] == "object"


def test_show_prints_every_value_with_its_place_and_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    run_init("--yes", "--set", "smtp.host=relay.tinh.gov.vn")
    Path("password").write_text("geheim\n", encoding="utf-8")
    monkeypatch.setenv("SCHEDULER_SMTP__USERNAME", "may")
    monkeypatch.setenv("SCHEDULER_SMTP__PASSWORD_FILE", "password")
    ran = CliRunner().invoke(config_, ["show", "--config", "new", "--json"])
    assert ran.exit_code == 0
    rows = {row["key"]: (row["value"], row["origin"]) for row in json.loads(ran.output)["settings"]}
    assert rows["smtp.host"] == ("relay.tinh.gov.vn", "new/settings.yaml:17")
    assert rows["smtp.username"] == ("may", "environment SCHEDULER_SMTP__USERNAME")
    assert rows["smtp.password"] == ("(hidden)", "file password")
    table = CliRunner().invoke(config_, ["show", "--config", "new"]).output
    assert all(key in table for key in rows)
    assert "geheim" not in table + ran.output


def test_schema_writes_the_shipped_schemas() -> None:
    assert CliRunner().invoke(config_, ["schema", "out"]).exit_code == 0
    shipped = Path(__file__).parents[2] / "config" / "schemas"
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == {
        path.name: path.read_bytes() for path in shipped.iterdir()
    }
