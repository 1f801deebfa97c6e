"""Where each setting came from: the file's line, the environment, a secret file, the default."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.origins import SettingOrigin, trace_settings
from scheduler.settings import list_variables, load_settings

TEXT = """\
smtp:
  host: relay.tinh.gov.vn
  port:
  username: may
mail: {sender: kiem-tra@so.tinh.gov.vn, name: ''}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    Path("config/settings.yaml").write_text(TEXT, encoding="utf-8")
    Path("password").write_text("geheim\n", encoding="utf-8")
    return Path("config")


def trace(folder: Path, **environ: str) -> dict[str, SettingOrigin]:
    settings = load_settings(folder, environ)
    return {origin.key: origin for origin in trace_settings(settings, folder, environ)}


def test_each_value_names_its_place(folder: Path) -> None:
    traced = trace(folder, SCHEDULER_SMTP__PASSWORD_FILE="password", SCHEDULER_HTTP__PORT="8099")
    wanted = {
        "smtp.host": ("relay.tinh.gov.vn", "config/settings.yaml:2"),
        "smtp.port": (587, "default"),
        "smtp.username": ("may", "config/settings.yaml:4"),
        "smtp.password_file": ("password", "environment SCHEDULER_SMTP__PASSWORD_FILE"),
        "smtp.password": ("(hidden)", "file password"),
        "mail.sender": ("kiem-tra@so.tinh.gov.vn", "config/settings.yaml:5"),
        "mail.name": (None, "default"),
        "mail.domain": ("so.tinh.gov.vn", "default"),
        "http.port": (8099, "environment SCHEDULER_HTTP__PORT"),
        "public_url": ("http://127.0.0.1:8099", "default"),
    }
    assert {key: (traced[key].value, traced[key].origin) for key in wanted} == wanted


def test_the_environment_is_named_where_both_say_it(folder: Path) -> None:
    password = {"SCHEDULER_SMTP__PASSWORD_FILE": "password"}
    assert trace(folder, SCHEDULER_SMTP__HOST="b.vn", **password)["smtp.host"] == SettingOrigin(
        "smtp.host", "b.vn", "environment SCHEDULER_SMTP__HOST"
    )


def test_a_credential_of_systemd_is_named(folder: Path) -> None:
    Path("smtp-password").write_text("geheim\n", encoding="utf-8")
    traced = trace(folder, CREDENTIALS_DIRECTORY=str(Path.cwd()))
    assert traced["smtp.password_file"].origin == f"systemd credential {Path.cwd()}/smtp-password"
    assert traced["smtp.password"] == SettingOrigin("smtp.password", "(hidden)", f"file {Path.cwd()}/smtp-password")


def test_no_secret_is_in_it(folder: Path) -> None:
    traced = trace(
        folder,
        SCHEDULER_SMTP__PASSWORD_FILE="password",
        SCHEDULER_LEDGER__URL="postgresql://lich:geheim@db.example/lich",
    )
    assert "geheim" not in str(traced)
    assert traced["ledger.url"].value == "postgresql://lich:(hidden)@db.example/lich"


def test_every_setting_is_traced_once(folder: Path) -> None:
    Path("config/settings.yaml").write_text(TEXT.replace("  username: may\n", ""), encoding="utf-8")
    settings = load_settings(folder, {})
    keys = [origin.key for origin in trace_settings(settings, folder, {})]
    assert sorted(keys) == sorted(".".join(map(str, path)) for path in list_variables().values())
