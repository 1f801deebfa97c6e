"""The words of the job as frozen values: what a plan says, what an admin configures, what follows from it.

Pure. Every room passes these and nothing else; none of them knows a file, a table or a socket.
Ids are ASCII slugs; a commune's full id is ``unit/commune``, since names recur between units.
Dates and hours are local to ``Plan.timezone``; every ``datetime`` is timezone-aware.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


class PlanStatus(StrEnum):
    """Whether the office has fixed its dates."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Severity(StrEnum):
    """How a finding is to be taken: an error keeps its row out of the plan, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should look at; ``where`` is its place in the document or file."""

    severity: Severity
    code: str
    message: str
    where: str


# --- what the plan says -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Commune:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A body that is visited or owes a report."""

    id: str
    name: str
    communes: tuple[Commune, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A named part of the day, the same for all visits that use it."""

    id: str
    name: str
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class VisitSession:
    """One session of one visit; ``None`` means as the session of that id says, or not said at all."""

    id: str
    commune: str | None = None
    place: str | None = None
    start: time | None = None
    end: time | None = None


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    name: str
    members: tuple[str, ...] = ()


Level = Literal["unit", "commune"]


@dataclass(frozen=True, slots=True)
class Visit:
    """One unit on one or more dates; ``dates`` ascend and are empty for a row without a date."""

    id: str
    unit: str
    communes: tuple[str, ...]
    dates: tuple[date, ...]
    sessions: tuple[VisitSession, ...]
    levels: tuple[Level, ...] = ("unit", "commune")
    scope: str | None = None
    team: str | None = None
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as a document words it.

    ``before`` is exclusive ("trước ngày"): its instant is ``day`` at ``at``, 00:00 unless said.
    ``by`` is inclusive ("chậm nhất ngày"): its instant is ``day`` at ``at``, 24:00 unless said.
    """

    kind: Literal["before", "by"]
    day: date
    at: time | None = None

    @property
    def last_day(self) -> date:
        """The last day on which the report is still in time."""
        if self.kind == "before" and self.at in (None, time(0, 0)):
            return self.day - timedelta(days=1)
        return self.day

    def ends_at(self, timezone: ZoneInfo) -> datetime:
        """The instant from which the report is late."""
        if self.at is not None:
            return datetime.combine(self.day, self.at, timezone)
        first_late_day = self.day if self.kind == "before" else self.day + timedelta(days=1)
        return datetime.combine(first_late_day, time(0, 0), timezone)


@dataclass(frozen=True, slots=True)
class Forms:
    """The form (phụ lục) that each unit uses: named exceptions, and the default for the rest."""

    default: str | None = None
    by_unit: tuple[tuple[str, str], ...] = ()

    def for_unit(self, unit: str) -> str | None:
        """Return the form of ``unit`` (a unit id or ``unit/commune``); None where none is named."""
        named = dict(self.by_unit)
        return named.get(unit, named.get(unit.partition("/")[0], self.default))


@dataclass(frozen=True, slots=True)
class Report:
    """A report that units owe; ``owed_by`` holds unit ids or ``unit/commune`` ids."""

    id: str
    title: str
    due: Due
    deliver_to: str | None = None
    submit_to: tuple[str, ...] = ()
    owed_by: tuple[str, ...] = ()
    forms: Forms = field(default_factory=Forms)


@dataclass(frozen=True, slots=True)
class Organiser:
    name: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes the mails of one plan, where that is not who writes all others."""

    address: str
    name: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value came from: a JSON pointer into the plan, and the place in the document."""

    pointer: str
    place: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One inspection plan. ``issued`` is "2024-04-15", or "2024-04" where its day is blank."""

    id: str
    title: str
    organiser: Organiser
    updated: datetime
    number: str | None = None
    issued: str | None = None
    status: PlanStatus = PlanStatus.CONFIRMED
    timezone: str = OFFICE_ZONE.key
    public: bool = False
    scope: str | None = None
    bases: tuple[str, ...] = ()
    sessions: tuple[Session, ...] = ()
    units: tuple[Unit, ...] = ()
    teams: tuple[Team, ...] = ()
    visits: tuple[Visit, ...] = ()
    reports: tuple[Report, ...] = ()
    distribution: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    sender: Sender | None = None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


# --- what an admin configures -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or an office; ``of`` is a unit id, a ``unit/commune`` id or a team id.

    ``plans`` are the ids of the plans it is told of; () means of all. ``head`` marks who leads what it belongs to.
    """

    id: str
    name: str
    of: str
    email: str | None = None
    title: str | None = None
    plans: tuple[str, ...] = ()
    head: bool = False


Audience = Literal["units", "communes", "team", "heads"]
About = Literal["visit", "report", "plan"]


@dataclass(frozen=True, slots=True)
class When:
    """How far before or after its item a rule fires, read from a sentence such as "5 working days before at 08:00".

    ``lead_days`` is 0 for the day itself (a report's last day, a visit's first day). ``after`` counts them from that
    day on: for a report that did not come in time.
    """

    lead_days: int
    working: bool
    at: time
    sentence: str
    after: bool = False


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a rule fires again: ``every`` so many days, ``times`` in all, the first one counted."""

    every: int
    working: bool
    times: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Rule:
    """When (once, or again by ``repeat``) to tell whom about what; ``plans`` are the ids it is for, () all."""

    id: str
    about: About
    to: tuple[Audience, ...]
    when: When
    template: str
    plans: tuple[str, ...] = ()
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class DayOverride:
    """One line of ``config/holidays.yaml``: it wins over the holidays library."""

    day: date
    working: bool
    reason: str


Role = Literal["admin", "viewer"]


@dataclass(frozen=True, slots=True)
class Admin:
    """Who may sign in to the pages for the office; a viewer changes nothing. ``hash`` is an argon2id string."""

    id: str
    name: str
    role: Role
    hash: str = field(repr=False)


# --- what follows from them ---------------------------------------------------------------------


class EventStatus(StrEnum):
    """STATUS of a VEVENT, RFC 5545 section 3.8.1.11."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Wording:
    """An event's description as the readers at ``places`` are told it: what concerns them, and nobody else."""

    places: tuple[str, ...]
    description: str


@dataclass(frozen=True, slots=True)
class Event:
    """What one VEVENT says, without its revision.

    ``start`` and ``end`` are aware datetimes for a visit session, dates for an all-day deadline
    (``end`` exclusive). ``item`` is the visit's or report's id; ``unit`` is None for a deadline.
    ``places`` (unit and ``unit/commune`` ids) and ``members`` (contact ids, the team's head first) say whom
    it belongs to, also once the plan no longer has it. ``wordings`` differ from ``description``.
    """

    uid: str
    plan: str
    about: About
    item: str
    unit: str | None
    summary: str
    description: str
    location: str | None
    start: datetime | date
    end: datetime | date
    status: EventStatus
    categories: tuple[str, ...] = ()
    organiser: Organiser | None = None
    places: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """What the ledger knows of an event: SEQUENCE, and the instant of its last real change."""

    sequence: int
    created_at: datetime
    modified_at: datetime


class Reminder(NamedTuple):
    """A rule applied to one visit or report for one recipient: the row the ledger will hold.

    ``series`` names what is told to whom; of one series only the newest due reminder goes out.
    ``why`` says in words how ``due_at`` came about. ``useful_until`` is exclusive. ``truth`` is what the mail
    tells about the item (``truths``), "" where that is not known.

    A named tuple, since each edit makes thousands: a frozen dataclass takes six times as long to make.
    """

    key: str
    series: str
    plan: str
    about: About
    item: str
    unit: str
    occurrence: str
    rule: str
    template: str
    contact: str
    address: str
    due_at: datetime
    useful_until: datetime
    why: str
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Untold:
    """A contact without an address that should be told of an item, or an audience without contacts."""

    about: About
    item: str
    unit: str
    who: str
    reason: str


# --- what the ledger holds ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as last published, with its revision; ``removed_at`` is set when the plan no longer has it."""

    event: Event
    revision: Revision
    removed_at: datetime | None = None
