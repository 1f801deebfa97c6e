"""The calendar clients: each subscribes to a feed as its users do, and tells what it then shows.

Each works in a folder of its own, which is its home too, and keeps its state there from one reading to the next.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import icalendar

from tests.acceptance.clients.planned import Entry, sort_entries

PROGRAMS = Path(__file__).parent
ZONE = "Asia/Ho_Chi_Minh"
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed's address, the client's own folder, and the days that it is asked for."""

    url: str
    home: Path
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Client:
    """A calendar client; ``find_missing`` names what this machine lacks for it, None when it can run."""

    name: str
    find_missing: Callable[[], str | None]
    read: Callable[[Subscription], tuple[Entry, ...]]
    shows_status: bool = True
    shows_revision: bool = True

    def __str__(self) -> str:
        return self.name


# --- vdirsyncer and khal --------------------------------------------------------------------------

_VDIRSYNCER = """
[general]
status_path = "{home}/status"
[pair plan]
a = "office"
b = "here"
collections = null
[storage office]
type = "http"
url = "{url}"
[storage here]
type = "filesystem"
path = "{home}/calendar"
fileext = ".ics"
"""
_KHAL = """
[calendars]
[[plan]]
path = {home}/calendar
readonly = True
[locale]
local_timezone = {zone}
default_timezone = {zone}
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {home}/khal.db
"""
_KHAL_FIELDS = ("start-long", "end-long", "title", "status")


def _read_with_khal(subscription: Subscription) -> tuple[Entry, ...]:
    home = subscription.home
    vdirsyncer_config, khal_config = home / "vdirsyncer", home / "khal"
    if not vdirsyncer_config.exists():
        (home / "calendar").mkdir()
        vdirsyncer_config.write_text(_VDIRSYNCER.format(home=home, url=subscription.url), "utf-8")
        khal_config.write_text(_KHAL.format(home=home, zone=ZONE), "utf-8")
        _run([_find_python_tool("vdirsyncer"), "-c", str(vdirsyncer_config), "discover"], home)
    _run([_find_python_tool("vdirsyncer"), "-c", str(vdirsyncer_config), "sync"], home)
    fields = [word for field in _KHAL_FIELDS for word in ("--json", field)]
    days = [str(subscription.first), str(subscription.last)]
    listed = _run([_find_python_tool("khal"), "-c", str(khal_config), "list", "--once", *fields, *days], home)
    # One JSON list for each day.
    events = [event for line in listed.splitlines() for event in json.loads(line)]
    return sort_entries([Entry(*(event[field] for field in _KHAL_FIELDS)) for event in events])


# --- libraries --------------------------------------------------------------------------------------


def _read_with_icalendar(subscription: Subscription) -> tuple[Entry, ...]:
    calendar = icalendar.Calendar.from_ical(_fetch(subscription.url))
    return sort_entries(
        [
            Entry(
                _show_start(event.decoded("dtstart").isoformat()),
                _show_end(event.decoded("dtend").isoformat()),
                str(event["summary"]),
                str(event["status"]),
                str(event["uid"]),
                int(str(event["sequence"])),
            )
            for event in calendar.walk("VEVENT")
        ]
    )


def _read_with_node(program: str) -> Callable[[Subscription], tuple[Entry, ...]]:
    def read(subscription: Subscription) -> tuple[Entry, ...]:
        printed = _run(["node", str(PROGRAMS / program), subscription.url], subscription.home, zone="UTC")
        return sort_entries(
            [
                Entry(
                    _show_start(event["start"]),
                    _show_end(event["end"]),
                    event["title"],
                    event["status"],
                    event["uid"],
                    event["sequence"],
                )
                for event in json.loads(printed)
            ]
        )

    return read


def _read_with_libical(subscription: Subscription) -> tuple[Entry, ...]:
    return read_with_libical(_fetch(subscription.url), subscription.home)


def read_with_libical(calendar: bytes, home: Path) -> tuple[Entry, ...]:
    """Return the events of a calendar that breaks no rule, as ``check_with_libical`` sees to."""
    printed = check_with_libical(calendar, home)
    return sort_entries([_read_libical_line(line) for line in printed.splitlines()])


def _read_libical_line(line: str) -> Entry:
    uid, sequence, start, end, status, title = line.split("\t")
    return Entry(_show_start(start), _show_end(end), title, status, uid, int(sequence))


def check_with_libical(feed: bytes, home: Path) -> str:
    """Return what libical lists of ``feed``; RuntimeError, with libical's words, when it breaks a rule."""
    program = home / "read_libical"
    if not program.exists():
        flags = _run(["pkg-config", "--cflags", "--libs", "libical"], home).split()
        _run(["cc", "-Wall", "-Werror", "-o", str(program), str(PROGRAMS / "read_libical.c"), *flags], home)
    return _run([str(program)], home, zone="UTC", text=feed.decode())


# --- calcurse -----------------------------------------------------------------------------------------


def _read_with_calcurse(subscription: Subscription) -> tuple[Entry, ...]:
    home = subscription.home
    feed, folder = home / "feed.ics", home / "calcurse"
    feed.write_bytes(_fetch(subscription.url))
    # calcurse imports and cannot subscribe: the calendar that was imported before makes way for the new one.
    shutil.rmtree(folder, ignore_errors=True)
    calcurse = ["calcurse", "--quiet", "--datadir", str(folder), "--confdir", str(home / "calcurse-config")]
    _run([*calcurse, "--import", str(feed)], home)
    days = ["--input-datefmt", "4", "--from", str(subscription.first), "--to", str(subscription.last)]
    hours = "%(start:%F %H:%M)\t%(end:%F %H:%M)\t%m\n"
    formats = ["--output-datefmt", "%F", "--format-apt", hours, "--format-event", "\t%m\n"]
    return sort_entries(_read_calcurse_days(_run([*calcurse, "--query", *days, *formats], home)))


def _read_calcurse_days(printed: str) -> Iterator[Entry]:
    """Read days with a line for each, "2024-05-09:", and below it the all-day events, then those with hours."""
    day = ""
    for line in filter(None, printed.splitlines()):
        match line.split("\t"):
            case [heading]:
                day = heading.removesuffix(":")
            case ["", title]:
                yield Entry(day, day, title)
            case [start, end, title]:
                yield Entry(start, end, title)


# --- how times are told, what is there ------------------------------------------------------------------


def _show_start(moment: str) -> str:
    """Tell an ISO instant in the plan's own hours, a date as it stands; hours without a zone are no instant."""
    if "T" not in moment:
        return moment
    instant = datetime.fromisoformat(moment)
    return f"{moment} of no zone" if instant.tzinfo is None else f"{instant.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M}"


def _show_end(moment: str) -> str:
    """As a start, but iCalendar's date is the day after the last one."""
    return _show_start(moment) if "T" in moment else str(date.fromisoformat(moment) - timedelta(days=1))


def _fetch(url: str) -> bytes:
    return httpx.get(url, timeout=PATIENCE_SECONDS).raise_for_status().content


def _run(command: list[str], home: Path, *, zone: str = ZONE, text: str | None = None) -> str:
    """Run a client's program at home, on a machine that stands in ``zone``; return what it prints."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TZ": zone}
    for name in ("CONFIG", "DATA", "CACHE", "STATE"):
        environment[f"XDG_{name}_HOME"] = str(home / name.lower())
    done = subprocess.run(
        command,
        env=environment,
        cwd=home,
        input=text,
        stdin=subprocess.DEVNULL if text is None else None,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def _find_python_tool(name: str) -> str:
    """Return the path of a tool that stands beside this Python."""
    return str(Path(sys.executable).with_name(name))


def _need_python_tools(*names: str) -> Callable[[], str | None]:
    def find_missing() -> str | None:
        missing = [name for name in names if not Path(_find_python_tool(name)).exists()]
        return f"{', '.join(missing)} not installed beside {sys.executable}" if missing else None

    return find_missing


def need_node_package(name: str) -> Callable[[], str | None]:
    """Return what names the missing part where a package of npm cannot be used, None where it can."""

    def find_missing() -> str | None:
        if shutil.which("node") is None:
            return "node is not installed"
        if not (PROGRAMS / "node_modules" / name).exists():
            return f"{name} is not installed: npm ci --prefix tests/acceptance/clients"
        return None

    return find_missing


def _need_program(name: str) -> Callable[[], str | None]:
    return lambda: None if shutil.which(name) else f"{name} is not installed"


def _need_libical() -> str | None:
    if missing := [name for name in ("cc", "pkg-config") if shutil.which(name) is None]:
        return f"{', '.join(missing)} not installed"
    found = subprocess.run(["pkg-config", "--exists", "libical"], check=False).returncode == 0
    return None if found else "libical-dev is not installed"


CLIENTS = (
    # vdirsyncer gives what it reads over HTTP identifiers of its own, and khal shows no SEQUENCE.
    Client("khal", _need_python_tools("vdirsyncer", "khal"), _read_with_khal, shows_revision=False),
    Client("icalendar", lambda: None, _read_with_icalendar),
    Client("ical.js", need_node_package("ical.js"), _read_with_node("read_icaljs.mjs")),
    Client("node-ical", need_node_package("node-ical"), _read_with_node("read_node_ical.mjs")),
    Client("libical", _need_libical, _read_with_libical),
    # calcurse keeps neither STATUS nor UID: a cancelled event shows by its title alone.
    Client("calcurse", _need_program("calcurse"), _read_with_calcurse, shows_status=False, shows_revision=False),
)
LIBICAL = next(client for client in CLIENTS if client.name == "libical")
ICAL_JS = next(client for client in CLIENTS if client.name == "ical.js")
