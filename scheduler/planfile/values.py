"""Single values as admins write them: texts, ids, dates, hours, instants, time zones, addresses, hosts, URLs.

Pure (the time-zone names come with zoneinfo). Each ``read_…`` takes the text of a value and returns what it means,
or raises ValueError whose text names the value and the remedy. Dates lie in the years 1900 to 2200, so that no
arithmetic on them overflows.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from scheduler.model import OFFICE_ZONE
from scheduler.naming import make_slug, normalise_text
from scheduler.planfile.wording import quote

FIRST_YEAR, LAST_YEAR = 1900, 2200
LONGEST_ID = 100

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ISO_DATE = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})")
_LOCAL_DATE = re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})")
_MONTH = re.compile(r"(?P<year>[0-9]{4})-(?P<month>0[1-9]|1[0-2])")
_HOUR = re.compile(r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"[A-Za-z0-9_.:-]+")
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_DATABASE_URL = re.compile(r"[a-z][a-z0-9]*(\+[a-z0-9]+)?://\S*")
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])")


def read_line(text: str) -> str:
    """Return a text of one line in NFC, line breaks and runs of blanks as one blank; it must not be empty."""
    return _read_text(re.sub(r"\s+", " ", text))


def read_paragraphs(text: str) -> str:
    """Return a text in NFC that may hold line breaks; it must not be empty."""
    return _read_text(text)


def _read_text(text: str) -> str:
    normal = normalise_text(text)
    if not normal:
        raise ValueError("is empty; write a text")
    if any(char != "\n" and unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in normal):
        raise ValueError(f"{quote(normal)} holds a control character; delete it")
    if "=?" in normal:
        raise ValueError(f"{quote(normal)} holds '=?', which mail programs decode; write it without")
    return normal


def read_id(text: str) -> str:
    """Return an id of a-z, 0-9 and single hyphens."""
    if len(text) > LONGEST_ID:
        raise ValueError(f"{quote(text)} has {len(text)} characters; an id has at most {LONGEST_ID}")
    if not _SLUG.fullmatch(text):
        raise ValueError(
            f"{quote(text)} is not an id; use a-z, 0-9 and hyphens, such as '{make_slug(text) or 'son-dong'}'"
        )
    return text


def read_reference(text: str) -> str:
    """Return an id, or a full commune id (``unit/commune``)."""
    unit, slash, commune = text.partition("/")
    read_id(unit)
    if slash:
        read_id(commune)
    return text


def read_date(text: str) -> date:
    """Return the date that 2024-05-20 or 20/5/2024 says."""
    match = _ISO_DATE.fullmatch(text.strip()) or _LOCAL_DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{quote(text)} is not a date; use YYYY-MM-DD")
    try:
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise ValueError(f"{quote(text)} is not a date; use YYYY-MM-DD") from None
    _check_year(text, day.year)
    return day


def read_issue_date(text: str) -> str:
    """Return "2024-04-15", or "2024-04" where the day is blank."""
    month = _MONTH.fullmatch(text.strip())
    if month is None:
        try:
            return read_date(text).isoformat()
        except ValueError:
            raise ValueError(f"{quote(text)} is not a date; use YYYY-MM-DD, or YYYY-MM for a month") from None
    _check_year(text, int(month["year"]))
    return month[0]


def read_hour(text: str) -> time:
    """Return the hour of the day that 07:00 or 7:00 says."""
    match = _HOUR.fullmatch(text.strip())
    if match is None or int(match["hour"]) > 23 or int(match["minute"]) > 59:
        raise ValueError(f'{quote(text)} is no hour of the day; write it as "07:30", from "00:00" to "23:59"')
    return time(int(match["hour"]), int(match["minute"]))


def read_microseconds(text: str) -> datetime:
    """Return the aware instant that 2024-04-15T09:00+07:00 says."""
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{quote(text)} is not a date with hour and offset; write it as 2024-04-15T09:00+07:00"
        ) from None
    if instant.tzinfo is None:
        raise ValueError(f"{quote(text)} names no offset from UTC; write it as 2024-04-15T09:00+07:00")
    _check_year(text, instant.year)
    return instant


def _check_year(text: str, year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"{quote(text)} is not within the years {FIRST_YEAR} to {LAST_YEAR}; mend the year")


def read_time_zone(text: str) -> str:
    """Return the name of a time zone that is known here."""
    try:
        return ZoneInfo(text).key
    except (OSError, ValueError, KeyError):
        nearest = (*get_close_matches(text, sorted(available_timezones()), n=1, cutoff=0.8), OFFICE_ZONE.key)[0]
        raise ValueError(f"{quote(text)} is not a time zone; write one such as '{nearest}'") from None


def read_address(text: str) -> str:
    """Return one e-mail address (``local@domain``, RFC 5321 section 4.1.2, ASCII, unquoted)."""
    address = text.strip()
    local, _, domain = address.rpartition("@")
    if address.count("@") > 1:
        raise ValueError(f"{quote(text)} holds more than one '@'; give one address, and further people an entry each")
    if not local or not domain:
        raise ValueError(f"{quote(text)} is not an e-mail address; write it as name@domain.vn")
    if "=?" in address or any(not "!" <= char <= "~" for char in address):
        raise ValueError(f"{quote(text)} is not an e-mail address: blanks, accents and '=?' cannot be in one")
    if not _LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise ValueError(f"{quote(text)} is not an e-mail address: {quote(local)} cannot stand before the '@'")
    try:
        read_domain(domain)
    except ValueError:
        raise ValueError(
            f"{quote(text)} is not an e-mail address: {quote(domain)} is not a domain such as tinh.gov.vn"
        ) from None
    return address


def read_domain(text: str) -> str:
    """Return a domain of at least two labels, such as tinh.gov.vn."""
    if not _DOMAIN.fullmatch(text) or len(text) > 253:
        raise ValueError(f"{quote(text)} is not a domain; write it as tinh.gov.vn")
    return text


def read_host(text: str) -> str:
    """Return a host name or IP address."""
    if not _HOST.fullmatch(text):
        raise ValueError(f"{quote(text)} is not a host; write a name or an IP address, without 'http://' and port")
    return text


def read_web_address(text: str) -> str:
    """Return an http or https URL without query, without a slash at its end."""
    if not _WEB_ADDRESS.fullmatch(text):
        raise ValueError(f"{quote(text)} is not a web address; write it as https://lich.tinh.gov.vn")
    return text.rstrip("/")


def read_database_url(text: str) -> str:
    """Return a URL of SQLAlchemy's form; an error does not repeat it, since it may hold a password."""
    if not _DATABASE_URL.fullmatch(text):
        raise ValueError("is not an SQLAlchemy URL; write it as sqlite:///var/ledger.sqlite3")
    return text
