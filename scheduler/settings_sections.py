"""The sections of `config/settings.yaml` as frozen values, each key checked and with its default.

IO: a section with a password file reads it. What one key says about another is checked where the later one stands.
"""

from __future__ import annotations

import datetime as clock
from fractions import Fraction
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
    ValidationInfo,
    WithJsonSchema,
)

from scheduler.planfile import values
from scheduler.planfile.wording import quote

_LONGEST_TIMEOUT_SECONDS = 600
_MOST_CONNECTIONS = 50
_LONGEST_KEEP_DAYS = 366
_LARGEST_COUNT = 100_000


def _read_port(number: int) -> int:
    if not 0 <= number <= 65535:
        raise ValueError(f"'{number}' is not a port; write 1 to 65535 (0 takes any free one)")
    return number


def _read_timeout(seconds: int) -> int:
    if not 1 <= seconds <= _LONGEST_TIMEOUT_SECONDS:
        raise ValueError(f"'{seconds}' is out of range; write 1 to {_LONGEST_TIMEOUT_SECONDS} seconds")
    return seconds


def _read_keep_days(days: int) -> int:
    if not 0 <= days <= _LONGEST_KEEP_DAYS:
        raise ValueError(f"'{days}' is out of range; write 0 to {_LONGEST_KEEP_DAYS} days")
    return days


def _read_count(number: int) -> int:
    if not 0 <= number <= _LARGEST_COUNT:
        raise ValueError(f"'{number}' is out of range; write 0 to {_LARGEST_COUNT}")
    return number


def _read_share(value: object) -> float:
    text = str(value).strip()
    try:
        share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{quote(text)} is no share; write it as 1/3, 0.25 or 25%") from None
    if isinstance(value, bool) or not 0 < share <= 1:
        raise ValueError(f"{quote(text)} is no share; write one above 0 and up to 1, as 1/3, 0.25 or 25%")
    return float(share)


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


def _read_hour(value: object) -> clock.time:
    return values.read_hour(str(value))


def _read_connections(number: int) -> int:
    if not 1 <= number <= _MOST_CONNECTIONS:
        raise ValueError(f"'{number}' is out of range; write 1 to {_MOST_CONNECTIONS}")
    return number


def _read_bound(number: int) -> int:
    if number < 1:
        raise ValueError(f"'{number}' would let nothing go; write 1 or more, or leave it out for no bound")
    return number


def _read_amount(number: int) -> int:
    if not 1 <= number <= _LARGEST_COUNT:
        raise ValueError(f"'{number}' is out of range; write 1 to {_LARGEST_COUNT}")
    return number


def _check_quiet_hours(until: clock.time | None, info: ValidationInfo[object]) -> clock.time | None:
    begin = info.data.get("quiet_from")
    if "quiet_from" in info.data and (until is None) != (begin is None):
        raise ValueError("and quiet_from belong together; give both, or neither")
    if until is not None and until == begin:
        raise ValueError(f"'{until:%H:%M}' is quiet_from too; leave both out for no quiet hours")
    return until


Hour = Annotated[clock.time, BeforeValidator(_read_hour)]
Host = Annotated[str, AfterValidator(values.read_host)]
Port = Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_port)]
Address = Annotated[str, AfterValidator(values.read_address)]
DatabaseUrl = Annotated[str, AfterValidator(values.read_database_url)]
Line = Annotated[str, AfterValidator(values.read_line)]


def is_loopback(host: str) -> bool:
    """Say whether ``host`` names this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


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
    timeout_seconds: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_timeout)] = 600


class MailSettings(Section):
    """How the mails name their sender.

    ``return_path`` is where the servers' reports of mail they could not deliver go: by default ``sender``.
    ``domain`` is the right side of Message-IDs and event UIDs: by default that of ``sender``. ``contact`` is whom a
    recipient writes to when the address is wrong: by default ``reply_to``, else ``sender``. ``admin`` is told of what
    the service cannot mend itself; None: it stands in log and status alone.
    """

    sender: Address
    name: Line | None = None
    reply_to: Address | None = None
    return_path: Address | None = None
    domain: Annotated[str, AfterValidator(values.read_domain)] = Field(
        default_factory=lambda known: str(known["sender"]).rpartition("@")[2]
    )
    contact: Address = Field(default_factory=lambda known: known["reply_to"] or known["sender"])
    admin: Address | None = None


class DeliverySettings(Section):
    """How fast and when mail goes; None means no bound.

    ``attempts`` bounds how often a mail that is refused for now is tried. No mail goes from ``quiet_from`` to
    ``quiet_until``, hours of the plans' time zone, over midnight where the latter is the earlier.
    """

    connections: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_connections)] = 4
    per_minute: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_bound)] | None = None
    per_domain_per_minute: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_bound)] | None = None
    attempts: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_bound)] | None = None
    quiet_from: Hour | None = None
    quiet_until: Annotated[Hour | None, AfterValidator(_check_quiet_hours)] = Field(default=None, validate_default=True)


class LedgerSettings(Section):
    """Where the ledger is; the URL may hold a password, so it is not shown."""

    url: DatabaseUrl = Field(default="sqlite:///var/ledger.sqlite3", repr=False)


class FeedSettings(Section):
    """How the calendar feeds behave. A removed event shows as cancelled for ``keep_removed_days`` days."""

    keep_removed_days: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_keep_days)] = 14


Count = Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_count)]


class EditSettings(Section):
    """How edits of the configuration take effect.

    People are told of a change ``settle_minutes`` after the last edit; at once where it begins within ``urgent_hours``.
    An edit that cancels or moves more than ``largest_share`` and at least ``at_least`` of the items still to come, or
    would send more than ``mails_at_once``, waits for approval.
    """

    settle_minutes: Count = 10
    urgent_hours: Count = 48
    largest_share: Annotated[
        float, BeforeValidator(_read_share), WithJsonSchema({"type": ["string", "number"], "examples": ["1/3", "25%"]})
    ] = 1 / 3
    at_least: Count = 3
    mails_at_once: Count = 50


class SignInSettings(Section):
    """Signing in to the pages for the office.

    The admin is told of ``tell_after`` failures within ``within_minutes``. Who does nothing for ``idle_hours`` signs in
    anew, and everybody after ``longest_hours``.
    """

    tell_after: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_amount)] = 20
    within_minutes: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_amount)] = 10
    idle_hours: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_amount)] = 8
    longest_hours: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_amount)] = 24


def _read_season(days: int) -> int:
    if not 0 <= days <= _LONGEST_KEEP_DAYS:
        raise ValueError(f"'{days}' is out of range; write 0 to {_LONGEST_KEEP_DAYS} days")
    return days


class FollowUpSettings(Section):
    """What goes out beside the rules: receipts for reports, and the team's digests.

    A digest goes each ``digest_weekday`` at ``digest_at``, and on the last working day before a report's last day,
    until ``season_days`` after a plan's last item; so long a unit may say in its mails that a report was sent.
    """

    receipts: bool = True
    digest: bool = True
    digest_at: Hour = clock.time(7, 30)
    digest_weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    season_days: Annotated[int, BeforeValidator(_refuse_bool), AfterValidator(_read_season)] = 30


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
