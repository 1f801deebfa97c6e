"""The keys of the configuration files, and how what they hold becomes the model.

Pure. Pydantic checks shape and single values here; what one value says about another is crosscheck's.
``to_…`` may be called on what has passed both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StrictBool

from scheduler.model import (
    About,
    Audience,
    Commune,
    Contact,
    DayOverride,
    Due,
    Forms,
    Level,
    Organiser,
    Plan,
    PlanStatus,
    Report,
    Rule,
    Session,
    Source,
    Team,
    Unit,
    Visit,
    VisitSession,
    When,
)
from scheduler.planfile import values
from scheduler.rules import parse_when

T = TypeVar("T")


def _from_text(read: Callable[[str], T]) -> Callable[[object], T]:
    """Return ``read`` for a value that may be no text at all."""

    def read_value(value: object) -> T:
        if value is None:
            raise ValueError("is empty; write a value, or delete the key if it may be left out")
        return read("this" if isinstance(value, list | dict) else str(value))

    return read_value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


def _id_alone(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


Line = Annotated[str, AfterValidator(values.read_line)]
Paragraphs = Annotated[str, AfterValidator(values.read_paragraphs)]
Id = Annotated[str, AfterValidator(values.read_id)]
Reference = Annotated[str, AfterValidator(values.read_reference)]
Address = Annotated[str, AfterValidator(values.read_address)]
ZoneName = Annotated[str, AfterValidator(values.read_time_zone)]
IssueDate = Annotated[str, AfterValidator(values.read_issue_date)]
Day = Annotated[date, BeforeValidator(_from_text(values.read_date))]
Hour = Annotated[time, BeforeValidator(_from_text(values.read_hour))]
Instant = Annotated[datetime, BeforeValidator(_from_text(values.read_instant))]
Sentence = Annotated[When, BeforeValidator(_from_text(parse_when))]
Maybe = Annotated[T | None, BeforeValidator(_blank_is_none)]
Many = Annotated[tuple[T, ...], BeforeValidator(_none_is_empty)]


class Keys(BaseModel):
    """A mapping of a configuration file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- config/plans/<id>.yaml -----------------------------------------------------------------------


class PlanHead(Keys):
    id: Id
    title: Line
    number: Maybe[Line] = None
    issued: Maybe[IssueDate] = None
    status: PlanStatus = PlanStatus.CONFIRMED
    timezone: ZoneName = "Asia/Ho_Chi_Minh"
    public: StrictBool = False
    updated: Instant
    scope: Maybe[Paragraphs] = None


class OrganiserKeys(Keys):
    name: Line
    email: Maybe[Address] = None


class SessionKeys(Keys):
    id: Id
    name: Line
    start: Hour
    end: Hour


class CommuneKeys(Keys):
    id: Id
    name: Line


class UnitKeys(Keys):
    id: Id
    name: Line
    communes: Many[CommuneKeys] = ()

    def to_unit(self) -> Unit:
        return Unit(self.id, self.name, tuple(Commune(commune.id, commune.name) for commune in self.communes))


class TeamKeys(Keys):
    id: Id
    name: Line
    members: Many[Id] = ()


class VisitSessionKeys(Keys):
    id: Id
    commune: Maybe[Id] = None
    place: Maybe[Line] = None
    start: Maybe[Hour] = None
    end: Maybe[Hour] = None


class VisitKeys(Keys):
    id: Id
    unit: Id
    communes: Many[Id] = ()
    date: Maybe[Day] = None
    dates: Many[Day] = ()
    sessions: Many[Annotated[VisitSessionKeys, BeforeValidator(_id_alone)]] = ()
    levels: Many[Level] = ("unit", "commune")
    scope: Maybe[Paragraphs] = None
    team: Maybe[Id] = None
    cancelled: StrictBool = False

    def to_visit(self) -> Visit:
        return Visit(
            id=self.id,
            unit=self.unit,
            communes=self.communes,
            dates=(self.date,) if self.date is not None else tuple(sorted(self.dates)),
            sessions=tuple(VisitSession(s.id, s.commune, s.place, s.start, s.end) for s in self.sessions),
            levels=self.levels,
            scope=self.scope,
            team=self.team,
            cancelled=self.cancelled,
        )


class DueKeys(Keys):
    before: Maybe[Day] = None
    by: Maybe[Day] = None
    at: Maybe[Hour] = None

    def to_due(self) -> Due:
        if self.before is not None:
            return Due("before", self.before, self.at)
        if self.by is not None:
            return Due("by", self.by, self.at)
        raise ValueError("a deadline has 'before' or 'by'")


class ReportKeys(Keys):
    id: Id
    title: Line
    due: DueKeys
    deliver_to: Maybe[Line] = None
    submit_to: Many[Address] = ()
    owed_by: Many[Reference] = ()
    forms: Annotated[dict[str, Line], BeforeValidator(lambda value: {} if value is None else value)] = {}

    def to_report(self) -> Report:
        named = tuple((unit, form) for unit, form in self.forms.items() if unit != DEFAULT_FORM)
        return Report(
            id=self.id,
            title=self.title,
            due=self.due.to_due(),
            deliver_to=self.deliver_to,
            submit_to=self.submit_to,
            owed_by=self.owed_by,
            forms=Forms(self.forms.get(DEFAULT_FORM), named),
        )


DEFAULT_FORM = "default"


class PlanKeys(Keys):
    plan: PlanHead
    organiser: OrganiserKeys
    bases: Many[Line] = ()
    sessions: Many[SessionKeys] = ()
    units: Many[UnitKeys] = ()
    teams: Many[TeamKeys] = ()
    visits: Many[VisitKeys] = ()
    reports: Many[ReportKeys] = ()
    distribution: Many[Line] = ()
    sources: Annotated[dict[str, Line], BeforeValidator(lambda value: {} if value is None else value)] = {}

    def to_plan(self) -> Plan:
        head = self.plan
        return Plan(
            id=head.id,
            title=head.title,
            organiser=Organiser(self.organiser.name, self.organiser.email),
            updated=head.updated,
            number=head.number,
            issued=head.issued,
            status=head.status,
            timezone=head.timezone,
            public=head.public,
            scope=head.scope,
            bases=self.bases,
            sessions=tuple(Session(s.id, s.name, s.start, s.end) for s in self.sessions),
            units=tuple(unit.to_unit() for unit in self.units),
            teams=tuple(Team(team.id, team.name, team.members) for team in self.teams),
            visits=tuple(visit.to_visit() for visit in self.visits),
            reports=tuple(report.to_report() for report in self.reports),
            distribution=self.distribution,
            sources=tuple(Source(pointer, place) for pointer, place in self.sources.items()),
        )


# --- config/contacts.yaml, reminders.yaml, holidays.yaml --------------------------------------------


class ContactKeys(Keys):
    id: Id
    name: Line
    title: Maybe[Line] = None
    email: Maybe[Address] = None
    of: Reference


class ContactsKeys(Keys):
    contacts: Many[ContactKeys] = ()

    def to_contacts(self) -> tuple[Contact, ...]:
        return tuple(Contact(c.id, c.name, c.of, c.email, c.title) for c in self.contacts)


class RuleKeys(Keys):
    id: Id
    about: About
    to: Many[Audience]
    when: Sentence
    template: Line

    def to_rule(self) -> Rule:
        return Rule(self.id, self.about, self.to, self.when, self.template)


class RulesKeys(Keys):
    rules: Many[RuleKeys] = ()

    def to_rules(self) -> tuple[Rule, ...]:
        return tuple(rule.to_rule() for rule in self.rules)


class DayKeys(Keys):
    date: Day
    working: StrictBool
    reason: Line


class DaysKeys(Keys):
    days: Many[DayKeys] = ()

    def to_overrides(self) -> tuple[DayOverride, ...]:
        return tuple(DayOverride(day.date, day.working, day.reason) for day in self.days)
