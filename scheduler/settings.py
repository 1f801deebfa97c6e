"""What a deployment sets: `config/settings.yaml` and the environment, which wins, as one frozen value.

IO: the only reader of the environment (handed in) and of the password file. An error of the file has its line, an
error of the environment the variable's name; all are raised at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from scheduler.errors import ConfigError, Problem
from scheduler.planfile import tree, values
from scheduler.planfile.explain import Location, explain_one, iterate_errors, word_error
from scheduler.planfile.read import read_config_text
from scheduler.planfile.tree import Plain, Scalar
from scheduler.planfile.wording import quote, suggest
from scheduler.planfile.yamlfile import parse_yaml

FILE = "settings.yaml"
PREFIX = "SCHEDULER_"
CONFIG_VARIABLE = "SCHEDULER_CONFIG"

_LONGEST_TIMEOUT_SECONDS = 600


def _read_port(number: int) -> int:
    if not 0 <= number <= 65535:
        raise ValueError(f"'{number}' is not a port; write 1 to 65535 (0 takes any free one)")
    return number


def _read_timeout(seconds: int) -> int:
    if not 1 <= seconds <= _LONGEST_TIMEOUT_SECONDS:
        raise ValueError(f"'{seconds}' is out of range; write 1 to {_LONGEST_TIMEOUT_SECONDS} seconds")
    return seconds


def _refuse_bool(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"'{str(value).lower()}' is not a whole number")
    return value


def _check_password_file(path: Path) -> Path:
    _read_password(path)
    return path


def _read_password(path: Path) -> SecretStr:
    try:
        password = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        raise ValueError(
            f"{quote(str(path))} cannot be read ({error.strerror}); mend the path, or the file's owner and mode"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"{quote(str(path))} is not UTF-8 text; write the password into it as plain text") from None
    if not password or "\n" in password:
        raise ValueError(f"{quote(str(path))} must hold the password on one line, and nothing else")
    return SecretStr(password)


def _refuse_password(_: object) -> SecretStr:
    raise ValueError("does not stand here; write the password into a file, and the file's path as password_file")


def _check_security(security: str, info: ValidationInfo[object]) -> str:
    host = info.data.get("host")
    if security == "none" and host is not None and not is_loopback(host):
        raise ValueError(
            f"'none' would send mails and password in the clear to {quote(host)};"
            " write starttls or tls (none is for 127.0.0.1 and localhost)"
        )
    return security


def _check_sign_in(username: str | None, info: ValidationInfo[object]) -> str | None:
    if username is None and info.data.get("password_file") is not None:
        raise ValueError("is missing, and password_file is given; give both, or neither")
    if username is not None and "password_file" in info.data and info.data["password_file"] is None:
        raise ValueError(f"{quote(username)} is given, and password_file is missing; give both, or neither")
    return username


Host = Annotated[str, AfterValidator(values.read_host)]
Port = Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_port)]
Address = Annotated[str, AfterValidator(values.read_address)]
DatabaseUrl = Annotated[str, AfterValidator(values.read_database_url)]
Line = Annotated[str, AfterValidator(values.read_line)]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HttpSettings(Section):
    """Where feeds and pages are served."""

    host: Host = "127.0.0.1"
    port: Port = 8080


class SmtpSettings(Section):
    """The mail relay. ``password`` is what ``password_file`` holds, None without one."""

    host: Host
    security: Annotated[Literal["starttls", "tls", "none"], AfterValidator(_check_security)] = "starttls"
    port: Port = Field(default_factory=lambda known: 465 if known["security"] == "tls" else 587)
    password_file: Annotated[Path, AfterValidator(_check_password_file)] | None = None
    username: Annotated[Line | None, AfterValidator(_check_sign_in)] = Field(default=None, validate_default=True)
    password: Annotated[SecretStr | None, BeforeValidator(_refuse_password)] = Field(
        default_factory=lambda known: _read_password(known["password_file"]) if known["password_file"] else None
    )
    timeout_seconds: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_timeout)] = 30


class MailSettings(Section):
    """How the mails name their sender.

    ``domain`` is the right side of Message-IDs and event UIDs: by default that of ``sender``. ``contact`` is whom a
    recipient writes to when the address is wrong: by default ``reply_to``, else ``sender``.
    """

    sender: Address
    name: Line | None = None
    reply_to: Address | None = None
    domain: Annotated[str, AfterValidator(values.read_domain)] = Field(
        default_factory=lambda known: str(known["sender"]).rpartition("@")[2]
    )
    contact: Address = Field(default_factory=lambda known: known["reply_to"] or known["sender"])


class LedgerSettings(Section):
    """Where the ledger is; the URL may hold a password, so it is not shown."""

    url: DatabaseUrl = Field(default="sqlite:///var/ledger.sqlite3", repr=False)


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(BaseSettings):
    """All settings of a deployment; ``public_url`` is how people reach the pages, without a slash at its end."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__")

    http: HttpSettings = HttpSettings()
    smtp: SmtpSettings
    mail: MailSettings
    ledger: LedgerSettings = LedgerSettings()
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

    An empty variable counts as not set. Paths and the ledger's file are relative to the working directory.
    """
    file = (config_dir / FILE).as_posix()
    text, unreadable = read_config_text(config_dir / FILE)
    root, found = (None, unreadable) if unreadable else parse_yaml(text, file)
    problems = [*found, *_find_unknown_variables(environ)]
    if root is None:
        raise ConfigError(tuple(sorted(problems)))
    try:
        settings = Settings.model_validate(_merge(_leave_out_empty(root.plain), _read_variables(environ)))
    except ValidationError as error:
        problems += (_explain_setting(details, root, file, environ) for details in iterate_errors(error))
    if problems:
        raise ConfigError(tuple(sorted(set(problems))))
    return settings


def is_loopback(host: str) -> bool:
    """Say whether ``host`` names this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
