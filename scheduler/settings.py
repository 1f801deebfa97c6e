"""What a deployment sets: `config/settings.yaml` and the environment, which wins, as one frozen value.

IO: the only reader of the environment, which is handed in. An error of the file has its line, an error of the
environment the variable's name; all are raised at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from scheduler.errors import ConfigError, Problem
from scheduler.planfile import tree, values
from scheduler.planfile.explain import Location, explain_one, iterate_errors, word_error
from scheduler.planfile.read import read_config_text
from scheduler.planfile.tree import Plain, Scalar
from scheduler.planfile.wording import suggest
from scheduler.planfile.yamlfile import parse_yaml
from scheduler.settings_sections import (
    DeliverySettings,
    EditSettings,
    FeedSettings,
    FollowUpSettings,
    HttpSettings,
    LedgerSettings,
    LogSettings,
    MailSettings,
    Section,
    SignInSettings,
    SmtpSettings,
    is_loopback,
)

__all__ = [
    "FILE",
    "Settings",
    "find_credential",
    "is_loopback",
    "list_variables",
    "load_settings",
    "parse_settings",
]

FILE = "settings.yaml"
PREFIX = "SCHEDULER_"
CONFIG_VARIABLE = "SCHEDULER_CONFIG"
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
CREDENTIAL = "smtp-password"


class Settings(BaseSettings):
    """All settings of a deployment; ``public_url`` is how people reach the pages, without a slash at its end."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__")

    http: HttpSettings = HttpSettings()
    smtp: SmtpSettings
    mail: MailSettings
    delivery: DeliverySettings = DeliverySettings()
    ledger: LedgerSettings = LedgerSettings()
    feeds: FeedSettings = FeedSettings()
    edits: EditSettings = EditSettings()
    sign_in: SignInSettings = SignInSettings()
    follow_up: FollowUpSettings = FollowUpSettings()
    log: LogSettings = LogSettings()
    public_url: Annotated[str, AfterValidator(values.read_web_address)] = Field(
        default_factory=lambda known: _local_url(known["http"])
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what load_settings hands over, and nothing from the process on the side."""
        return (init_settings,)


def load_settings(config_dir: Path, environ: Mapping[str, str]) -> Settings:
    """Read `settings.yaml` of ``config_dir`` and the SCHEDULER_ variables of ``environ``; raise ConfigError.

    An empty variable counts as not set. Paths and the ledger's file are relative to the working directory. A systemd
    credential `smtp-password` is the password file where none is named.
    """
    file = (config_dir / FILE).as_posix()
    text, unreadable = read_config_text(config_dir / FILE)
    if unreadable:
        raise ConfigError(tuple(sorted((*unreadable, *_find_unknown_variables(environ)))))
    return parse_settings(text, file, environ)


def parse_settings(text: str, file: str, environ: Mapping[str, str]) -> Settings:
    """Read the text of a `settings.yaml` as load_settings does; ``file`` names it in errors."""
    root, found = parse_yaml(text, file)
    problems = [*found, *_find_unknown_variables(environ)]
    if root is None:
        raise ConfigError(tuple(sorted(problems)))
    given = _merge(_leave_out_empty(root.plain), _read_variables(environ))
    try:
        settings = Settings.model_validate(_add_credential(given, environ))
    except ValidationError as error:
        problems += (_explain_setting(details, root, file, environ) for details in iterate_errors(error))
    if problems:
        raise ConfigError(tuple(sorted(set(problems))))
    return settings


def _add_credential(given: dict[str, Plain], environ: Mapping[str, str]) -> dict[str, Plain]:
    """Return what is given, with systemd's credential for the password file that is not named."""
    smtp, credential = given.get("smtp"), find_credential(environ)
    if credential is None or not isinstance(smtp, dict) or "username" not in smtp or "password_file" in smtp:
        return given
    return {**given, "smtp": {**smtp, "password_file": str(credential)}}


def find_credential(environ: Mapping[str, str]) -> Path | None:
    """Return the file of the systemd credential `smtp-password`; None where there is none."""
    folder = environ.get(CREDENTIALS_VARIABLE, "")
    path = Path(folder) / CREDENTIAL
    return path if folder and path.is_file() else None


def list_variables() -> dict[str, Location]:
    """Return the environment variables that are settings, each with its path in settings.yaml."""
    variables: dict[str, Location] = {}
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, Section):
            variables |= {f"{PREFIX}{name}__{key}".upper(): (name, key) for key in section.model_fields}
        else:
            variables[f"{PREFIX}{name}".upper()] = (name,)
    return variables


class _GivenEnvironment(EnvSettingsSource):
    """Reads the variables handed in, instead of those of the process."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        known = list_variables()
        return {name.lower(): value for name, value in self._environ.items() if name in known and value.strip()}


def _read_variables(environ: Mapping[str, str]) -> dict[str, Plain]:
    return _GivenEnvironment(environ)()


def _find_unknown_variables(environ: Mapping[str, str]) -> Iterator[Problem]:
    known = (*list_variables(), CONFIG_VARIABLE)
    for name in environ:
        if name.upper().startswith(PREFIX) and name not in known:
            yield Problem(f"environment {name}", 0, 0, f"is no setting; {suggest(name.upper(), known)}")


def _leave_out_empty(value: Plain) -> dict[str, Plain]:
    """Return the mapping without its empty values, which count as not given."""
    if not isinstance(value, dict):
        return {}
    inner = {key: _leave_out_empty(part) if isinstance(part, dict) else part for key, part in value.items()}
    return {key: part for key, part in inner.items() if part is not None and part != ""}


def _merge(file: dict[str, Plain], variables: dict[str, Plain]) -> dict[str, Plain]:
    merged = dict(file)
    for key, value in variables.items():
        below = file.get(key, {})
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = _merge(below, value)
        elif not isinstance(value, dict):
            merged[key] = value
    return merged


def _explain_setting(details: ErrorDetails, root: tree.Mapping, file: str, environ: Mapping[str, str]) -> Problem:
    location = tuple(details["loc"])
    variable = next((name for name, path in list_variables().items() if path == location and environ.get(name)), None)
    if variable is None:
        return explain_one(details, root, Settings, file)
    value = Scalar(environ[variable], "text", 0, 0, 0)
    return Problem(f"environment {variable}", 0, 0, word_error(details, value, Settings))


def _local_url(http: HttpSettings) -> str:
    try:
        everywhere = ip_address(http.host).is_unspecified
    except ValueError:
        everywhere = False
    host = "127.0.0.1" if everywhere else http.host
    return f"http://[{host}]:{http.port}" if ":" in host else f"http://{host}:{http.port}"
