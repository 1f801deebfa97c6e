"""Settings: the file, the environment that wins over it, and what a wrong value is told."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from scheduler.errors import ConfigError
from scheduler.settings import is_loopback, list_variables, load_settings

LEAST = """\
smtp:
  host: relay.tinh.gov.vn
mail:
  sender: kiem-tra@so.tinh.gov.vn
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/settings.yaml").write_text(LEAST, encoding="utf-8")
    return Path("config")


def write(text: str) -> None:
    Path("config/settings.yaml").write_text(text, encoding="utf-8")


def complain(folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as told:
        load_settings(folder, environ)
    return [str(problem) for problem in told.value.problems]


def test_what_is_left_out_takes_its_default(folder: Path) -> None:
    settings = load_settings(folder, {})
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert settings.public_url == "http://127.0.0.1:8080"
    assert (settings.smtp.security, settings.smtp.port, settings.smtp.timeout_seconds) == ("starttls", 587, 600)
    assert (settings.smtp.username, settings.smtp.password_file, settings.smtp.password) == (None, None, None)
    assert (settings.mail.name, settings.mail.reply_to) == (None, None)
    assert settings.mail.domain == "so.tinh.gov.vn"
    assert settings.mail.contact == "kiem-tra@so.tinh.gov.vn"
    assert settings.ledger.url == "sqlite:///var/ledger.sqlite3"
    assert settings.log.level == "info"


def test_empty_keys_and_sections_take_their_default_too(folder: Path) -> None:
    write(LEAST + "  reply_to:\n  name: ''\n  domain:\nhttp:\nledger:\n  url:\npublic_url:\nlog: {level: }\n")
    assert load_settings(folder, {}) == load_settings(folder, {"SCHEDULER_SMTP__USERNAME": ""})
    assert load_settings(folder, {}).mail.domain == "so.tinh.gov.vn"


def test_defaults_follow_from_what_is_given(folder: Path) -> None:
    write(
        LEAST.replace("smtp:", "smtp:\n  security: tls")
        + "  reply_to: hoi@so.tinh.gov.vn\nhttp: {host: '::', port: 81}\n"
    )
    settings = load_settings(folder, {})
    assert settings.smtp.port == 465
    assert settings.mail.contact == "hoi@so.tinh.gov.vn"
    assert settings.public_url == "http://127.0.0.1:81"


def test_the_environment_wins_over_the_file_under_the_names_of_the_contract(folder: Path) -> None:
    Path("password").write_text("geheim\n", encoding="utf-8")
    settings = load_settings(
        folder,
        {
            "SCHEDULER_CONFIG": "elsewhere",
            "SCHEDULER_HTTP__HOST": "::1",
            "SCHEDULER_HTTP__PORT": "8099",
            "SCHEDULER_SMTP__HOST": "localhost",
            "SCHEDULER_SMTP__PORT": "2525",
            "SCHEDULER_SMTP__USERNAME": "may",
            "SCHEDULER_SMTP__PASSWORD_FILE": "password",
            "SCHEDULER_MAIL__SENDER": "khac@x.vn",
            "SCHEDULER_LEDGER__URL": "postgresql+psycopg://u:p@db/x",
            "SCHEDULER_PUBLIC_URL": "https://lich.x.vn/",
            "PATH": "/bin",
        },
    )
    assert (settings.http.host, settings.http.port) == ("::1", 8099)
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.username) == ("localhost", 2525, "may")
    assert settings.smtp.password is not None
    assert settings.smtp.password.get_secret_value() == "geheim"
    assert (settings.mail.sender, settings.mail.domain) == ("khac@x.vn", "x.vn")
    assert settings.ledger.url == "postgresql+psycopg://u:p@db/x"
    assert settings.public_url == "https://lich.x.vn"


def test_the_environment_alone_can_give_what_the_file_lacks(folder: Path) -> None:
    write("")
    settings = load_settings(folder, {"SCHEDULER_SMTP__HOST": "a.vn", "SCHEDULER_MAIL__SENDER": "a@b.vn"})
    assert (settings.smtp.host, settings.mail.sender) == ("a.vn", "a@b.vn")


def test_the_process_environment_is_not_read_on_the_side(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCHEDULER_HTTP__PORT", "1234")
    assert load_settings(folder, {}).http.port == 8080


def test_secrets_are_never_printed(folder: Path) -> None:
    Path("password").write_text("geheim", encoding="utf-8")
    environ = {
        "SCHEDULER_SMTP__USERNAME": "may",
        "SCHEDULER_SMTP__PASSWORD_FILE": "password",
        "SCHEDULER_LEDGER__URL": "postgresql://u:geheim@db/x",
    }
    assert "geheim" not in repr(load_settings(folder, environ))
    assert "geheim" not in str(load_settings(folder, environ))
    assert complain(folder, SCHEDULER_LEDGER__URL="u:geheim@db") == [
        "environment SCHEDULER_LEDGER__URL ledger.url: is not an SQLAlchemy URL;"
        " write it as sqlite:///var/ledger.sqlite3"
    ]


def test_settings_cannot_be_changed_afterwards(folder: Path) -> None:
    settings = load_settings(folder, {})
    with pytest.raises(ValueError, match="frozen"):
        settings.http.port = 1
    with pytest.raises(ValueError, match="frozen"):
        settings.public_url = "x"


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    assert complain(tmp_path) == [f"{tmp_path}/settings.yaml no such file; check the name and --config"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEAST + "htp:\n  port: 1\n", ["5:1 htp: unknown key 'htp'; did you mean 'http'?"]),
        (LEAST + "http:\n  prot: 1\n", ["6:3 http.prot: unknown key 'prot'; did you mean 'port'?"]),
        (LEAST + "log:\n  file: x\n", ["6:3 log.file: unknown key 'file'; known: level"]),
        (LEAST + "http:\n  port: abc\n", ["6:9 http.port: 'abc' is not a whole number"]),
        (LEAST + "http:\n  port: true\n", ["6:9 http.port: 'true' is not a whole number"]),
        (LEAST + "http:\n  port: 1.5\n", ["6:9 http.port: '1.5' is not a whole number"]),
        (
            LEAST + "http:\n  port: 70000\n",
            ["6:9 http.port: '70000' is not a port; write 1 to 65535 (0 takes any free one)"],
        ),
        (LEAST + "http: 8080\n", ["5:7 http: '8080' is wanted as keys with values, one 'key: value' on each line"]),
        (
            LEAST + "http: {host: 1}\n",
            ["5:14 http.host: '1' is taken for a number where a text is wanted; quote it: \"1\""],
        ),
        (
            LEAST + "log: {level: loud}\n",
            ["5:14 log.level: 'loud' is not known here; write 'debug', 'info', 'warning' or 'error'"],
        ),
        (
            LEAST + "public_url: lich.x.vn\n",
            ["5:13 public_url: 'lich.x.vn' is not a web address; write it as https://lich.tinh.gov.vn"],
        ),
        ("mail:\n  sender: a@b.vn\n", ["1:1 smtp: is missing; add 'smtp: …'"]),
        (LEAST.replace("host: relay.tinh.gov.vn", "port: 25"), ["2:3 smtp.host: is missing; add 'host: …'"]),
        (
            LEAST.replace("kiem-tra@", "kiem tra@"),
            [
                "4:11 mail.sender: 'kiem tra@so.tinh.gov.vn' is not an e-mail address:"
                " blanks, accents and '=?' cannot be in one"
            ],
        ),
        (LEAST + "  domain: tinh\n", ["5:11 mail.domain: 'tinh' is not a domain; write it as tinh.gov.vn"]),
        (
            LEAST.replace("smtp:", "smtp:\n  security: none"),
            [
                "2:13 smtp.security: 'none' would send mails and password in the clear to 'relay.tinh.gov.vn';"
                " write starttls or tls (none is for 127.0.0.1 and localhost)"
            ],
        ),
        (
            LEAST.replace("smtp:", "smtp:\n  username: may"),
            ["2:13 smtp.username: 'may' is given, and password_file is missing; give both, or neither"],
        ),
        (
            LEAST.replace("smtp:", "smtp:\n  password_file: config/settings.yaml\n  username: may"),
            ["2:18 smtp.password_file: 'config/settings.yaml' must hold the password on one line, and nothing else"],
        ),
        (
            LEAST.replace("smtp:", "smtp:\n  password_file: none-here\n  username: may"),
            [
                "2:18 smtp.password_file: 'none-here' cannot be read (No such file or directory);"
                " mend the path, or the file's owner and mode"
            ],
        ),
        (
            LEAST.replace("smtp:", "smtp:\n  password: x"),
            [
                "2:13 smtp.password: does not stand here; write the password into a file,"
                " and the file's path as password_file"
            ],
        ),
        (
            LEAST.replace("smtp:", "smtp:\n  timeout_seconds: 0"),
            ["2:20 smtp.timeout_seconds: '0' is out of range; write 1 to 600 seconds"],
        ),
    ],
)
def test_a_wrong_file_is_told_with_place_value_and_remedy(folder: Path, text: str, said: list[str]) -> None:
    write(text)
    assert complain(folder) == [f"config/settings.yaml:{line}" for line in said]


def test_all_that_is_wrong_in_the_file_is_told_at_once(folder: Path) -> None:
    write("smtp: {host: a b}\nmail: {}\nx: 1\n")
    host, sender, unknown = complain(folder)
    assert [host, sender] == [
        "config/settings.yaml:1:14 smtp.host: 'a b' is not a host;"
        " write a name or an IP address, without 'http://' and port",
        "config/settings.yaml:2:7 mail.sender: is missing; add 'sender: …'",
    ]
    assert unknown.startswith("config/settings.yaml:3:1 x: unknown key 'x'; known: http, smtp, mail, ")


def test_a_password_file_without_a_user_is_told(folder: Path) -> None:
    Path("password").write_text("geheim", encoding="utf-8")
    write(LEAST.replace("smtp:", "smtp:\n  password_file: password"))
    assert complain(folder) == [
        "config/settings.yaml:2:3 smtp.username: is missing, and password_file is given; give both, or neither"
    ]


def test_wrong_variables_are_told_by_name_together_with_the_file(folder: Path) -> None:
    write(LEAST + "htp: 1\n")
    assert complain(
        folder,
        SCHEDULER_HTTP__PORT="80x",
        SCHEDULER_HTP__PORT="1",
        SCHEDULER_SMTP__PASSWORD="geheim",
        scheduler_mail__sender="a@b.vn",
    ) == [
        "config/settings.yaml:5:1 htp: unknown key 'htp'; did you mean 'http'?",
        "environment SCHEDULER_HTP__PORT is no setting; did you mean 'SCHEDULER_HTTP__PORT'?",
        "environment SCHEDULER_HTTP__PORT http.port: '80x' is not a whole number",
        "environment SCHEDULER_SMTP__PASSWORD smtp.password: does not stand here;"
        " write the password into a file, and the file's path as password_file",
        "environment scheduler_mail__sender is no setting; did you mean 'SCHEDULER_MAIL__SENDER'?",
    ]


def test_a_host_from_the_environment_does_not_open_an_unprotected_relay(folder: Path) -> None:
    write(LEAST.replace("relay.tinh.gov.vn", "localhost\n  security: none"))
    assert load_settings(folder, {}).smtp.security == "none"
    (said,) = complain(folder, SCHEDULER_SMTP__HOST="relay.x.vn")
    assert said.startswith("config/settings.yaml:3:13 smtp.security: 'none' would send mails and password in the clear")


def test_every_setting_has_a_variable() -> None:
    assert list_variables()["SCHEDULER_SMTP__PASSWORD_FILE"] == ("smtp", "password_file")
    assert list_variables()["SCHEDULER_PUBLIC_URL"] == ("public_url",)
    assert len(set(list_variables().values())) == len(list_variables())


@pytest.mark.parametrize(
    ("said", "share"), [("1/3", 1 / 3), ("25%", 0.25), ("0.5", 0.5), ("1", 1.0), ("100%", 1.0), ("33 %", 0.33)]
)
def test_a_share_is_a_fraction_or_a_percentage(folder: Path, said: str, share: float) -> None:
    write(LEAST + f"edits: {{largest_share: {said}}}\n")
    assert load_settings(folder, {}).edits.largest_share == share


@pytest.mark.parametrize("said", ["0", "-1/3", "4/3", "101%", "1/0", "a third", "true", ".nan", ".inf"])
def test_what_is_no_share_is_refused_with_examples(folder: Path, said: str) -> None:
    write(LEAST + f"edits: {{largest_share: {said}}}\n")
    (told,) = complain(folder)
    assert told.startswith("config/settings.yaml:5:24 edits.largest_share: ")
    assert told.endswith("1/3, 0.25 or 25%")


def test_a_credential_of_systemd_is_the_password_where_no_file_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "smtp-password").write_text("geheim\n", encoding="utf-8")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")}
    write(LEAST.replace("smtp:", "smtp:\n  username: may"))
    password = load_settings(folder, environ).smtp.password
    assert password is not None
    assert password.get_secret_value() == "geheim"
    Path("named").write_text("anders\n", encoding="utf-8")
    named = load_settings(folder, {**environ, "SCHEDULER_SMTP__PASSWORD_FILE": "named"}).smtp.password
    assert named is not None
    assert named.get_secret_value() == "anders"


def test_a_credential_is_nothing_to_a_relay_without_sign_in(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "smtp-password").write_text("geheim\n", encoding="utf-8")
    assert load_settings(folder, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == load_settings(folder, {})


def test_credentials_without_a_password_leave_it_missing(folder: Path, tmp_path: Path) -> None:
    write(LEAST.replace("smtp:", "smtp:\n  username: may"))
    assert complain(folder, CREDENTIALS_DIRECTORY=str(tmp_path)) == [
        "config/settings.yaml:2:13 smtp.username: 'may' is given, and password_file is missing; give both, or neither"
    ]


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.3.2.1", True),
        ("::1", True),
        ("LOCALHOST", True),
        ("0.0.0.0", False),
        ("localhost.evil.example", False),
        ("10.0.0.1", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_delivery_is_unbounded_and_never_quiet_unless_said(folder: Path) -> None:
    delivery = load_settings(folder, {}).delivery
    assert (delivery.connections, delivery.per_minute, delivery.per_domain_per_minute) == (4, None, None)
    assert (delivery.attempts, delivery.quiet_from, delivery.quiet_until) == (None, None, None)


def test_bounds_and_quiet_hours_are_read_from_file_and_environment(folder: Path) -> None:
    write(LEAST + 'delivery:\n  per_minute: 60\n  quiet_from: "22:00"\n  quiet_until: 6:30\n')
    delivery = load_settings(folder, {"SCHEDULER_DELIVERY__PER_DOMAIN_PER_MINUTE": "20"}).delivery
    assert (delivery.per_minute, delivery.per_domain_per_minute) == (60, 20)
    assert (delivery.quiet_from, delivery.quiet_until) == (time(22, 0), time(6, 30))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("per_minute: 0", "'0' would let nothing go; write 1 or more, or leave it out for no bound"),
        ("connections: 51", "'51' is out of range; write 1 to 50"),
        ('quiet_from: "22:00"', "and quiet_from belong together; give both, or neither"),
        ('quiet_from: "22:00"\n  quiet_until: "22:00"', "'22:00' is quiet_from too; leave both out for no quiet hours"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_with_the_remedy(folder: Path, lines: str, said: str) -> None:
    write(f"{LEAST}delivery:\n  {lines}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(folder, {})
    assert said in str(caught.value)
