"""The keys of the configuration files, and how what they hold becomes the model.

Pure. Pydantic checks shape and single values here; what one value says about another is crosscheck's.
``to_…`` may be called on what has passed both.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler, StrictBool
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scheduler.model import (
    OFFICE_ZONE,
    Admin,
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
    Role,
    Rule,
    Sender,
    Session,
    Source,
    Team,
    Unit,
    Visit,
    VisitSession,
)
from scheduler.planfile.fields import (
    Address,
    Day,
    Hour,
    Id,
    Instant,
    IssueDate,
    Line,
    Many,
    Maybe,
    OrNothing,
    Paragraphs,
    PasswordHash,
    Reference,
    Repetition,
    Sentence,
    ZoneName,
    none_is_no_keys,
)


class OrId:
    """Says in the schema that an id alone stands for a mapping with that id."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "string"}, handler(core)]}


def _id_alone(value: object) -> object:
    return {"id": value} if isinstance(value, str) else value


class Keys(BaseModel):
    """A mapping of a configuration file: unknown keys are errors. What stands below a key explains it in an editor."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


# --- config/plans/<id>.yaml -----------------------------------------------------------------------


class PlanHead(Keys):
    id: Id
    """a-z, 0-9 and hyphens; the name of the file without .yaml."""
    title: Line
    """As it stands in mails and calendars."""
    number: Maybe[Line] = None
    """Number of the plan; may be left empty."""
    issued: Maybe[IssueDate] = None
    """2024-04-15, or 2024-04 where the day is not known."""
    status: PlanStatus = PlanStatus.CONFIRMED
    """tentative, confirmed (default) or cancelled."""
    timezone: ZoneName = OFFICE_ZONE.key
    """Of all dates and hours of the plan; default Asia/Ho_Chi_Minh."""
    public: StrictBool = False
    """true: everybody may see the plan and subscribe to it; default false."""
    updated: Instant
    """When the plan last changed, such as 2024-04-15T09:00+07:00; import writes it."""
    scope: Maybe[Paragraphs] = None
    """What is inspected."""


class OrganiserKeys(Keys):
    name: Line
    """The office that inspects."""
    email: Maybe[Address] = None
    """Its address, for the calendar; may be left empty."""


class SessionKeys(Keys):
    id: Id
    """Visits name the session by it."""
    name: Line
    """As it stands in mails, such as Buổi sáng."""
    start: Hour
    """Local hour, such as "07:00"."""
    end: Hour
    """Local hour, later than start."""


class CommuneKeys(Keys):
    id: Id
    """Unique within its unit."""
    name: Line
    """As it stands in mails."""


class UnitKeys(Keys):
    id: Id
    """Keep it when the name changes."""
    name: Line
    """As it stands in mails."""
    communes: Many[CommuneKeys] = ()
    """The places inside the unit that are visited or owe a report."""

    def to_unit(self) -> Unit:
        return Unit(self.id, self.name, tuple(Commune(commune.id, commune.name) for commune in self.communes))


class TeamKeys(Keys):
    id: Id
    """Contacts of the team have it in `of`."""
    name: Line
    """As it stands in mails."""
    members: Many[Id] = ()
    """Ids of contacts."""


class VisitSessionKeys(Keys):
    id: Id
    """A session of this plan."""
    commune: Maybe[Id] = None
    """Which commune is visited then."""
    place: Maybe[Line] = None
    """Where."""
    start: Maybe[Hour] = None
    """Hour, where it is not that of the session."""
    end: Maybe[Hour] = None
    """Hour, where it is not that of the session."""


class VisitKeys(Keys):
    id: Id
    """Keep it when the date or the order changes."""
    unit: Id
    """Id of the unit that is visited."""
    communes: Many[Id] = ()
    """Ids of communes of that unit."""
    date: Maybe[Day] = None
    """2024-05-20 or 20/5/2024; empty: no event and no reminder yet."""
    dates: Many[Day] = ()
    """Several days, in place of `date`."""
    sessions: Many[Annotated[VisitSessionKeys, BeforeValidator(_id_alone), OrId()]] = ()
    """Ids of sessions, or {id: morning, commune: ..., place: ..., start: ..., end: ...}."""
    levels: Many[Level] = ("unit", "commune")
    """Which levels are inspected: unit, commune; default both."""
    scope: Maybe[Paragraphs] = None
    """What is inspected there, where it differs from the plan's."""
    team: Maybe[Id] = None
    """Id of the team that goes."""
    cancelled: StrictBool = False
    """true calls the visit off; default false."""

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
    """This day is too late; the day before it is the last."""
    by: Maybe[Day] = None
    """This day is in time."""
    at: Maybe[Hour] = None
    """Hour, where one is said."""

    def to_due(self) -> Due:
        if self.before is not None:
            return Due("before", self.before, self.at)
        if self.by is not None:
            return Due("by", self.by, self.at)
        raise ValueError("a deadline has 'before' or 'by'")


class ReportKeys(Keys):
    id: Id
    """Keep it when the date changes."""
    title: Line
    """As it stands in mails."""
    due: DueKeys
    """before or by a day, with `at` where an hour is said."""
    deliver_to: Maybe[Line] = None
    """The office the report goes to."""
    submit_to: Many[Address] = ()
    """Addresses the soft copy goes to."""
    owed_by: Many[Reference] = ()
    """Ids of units, or unit/commune."""
    forms: Annotated[dict[str, Line], BeforeValidator(none_is_no_keys), OrNothing()] = {}
    """The form for each unit, and `default` for all others."""

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


class SenderKeys(Keys):
    address: Address
    """From; the relay must take it."""
    name: Maybe[Line] = None
    """The name beside it; default the organiser's."""
    reply_to: Maybe[Address] = None
    """Where answers go; default the address."""


class PlanKeys(Keys):
    plan: PlanHead
    """What the plan is."""
    organiser: OrganiserKeys
    """The office that inspects."""
    bases: Many[Line] = ()
    """Legal bases."""
    sessions: Many[SessionKeys] = ()
    """Parts of the day; a visit names the ones it uses."""
    units: Many[UnitKeys] = ()
    """Who is visited or owes a report."""
    teams: Many[TeamKeys] = ()
    """Who inspects."""
    visits: Many[VisitKeys] = ()
    """Who is visited when."""
    reports: Many[ReportKeys] = ()
    """What is owed until when."""
    distribution: Many[Line] = ()
    """Who receives the plan."""
    sender: SenderKeys | None = None
    """Who writes the mails of this plan, in place of `mail` in settings.yaml."""
    sources: Annotated[dict[str, Line], BeforeValidator(none_is_no_keys), OrNothing()] = {}
    """Where the import found each value; not needed for anything else."""

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
            sender=None if self.sender is None else Sender(self.sender.address, self.sender.name, self.sender.reply_to),
        )


# --- config/contacts.yaml, reminders.yaml, holidays.yaml --------------------------------------------


class ContactKeys(Keys):
    id: Id
    """a-z, 0-9 and hyphens; a team names its members by it. Keep it once mails went out."""
    name: Line
    """As it stands in the mail's address and salutation."""
    title: Maybe[Line] = None
    """The role, where it helps."""
    email: Maybe[Address] = None
    """One address; empty: the contact is listed as one who cannot be told."""
    of: Reference
    """A unit (son-dong), a commune (son-dong/an-ba) or a team (doan-kiem-tra)."""
    plans: Many[Id] = ()
    """Ids of the plans it is told of; left out: of all."""
    head: StrictBool = False
    """true: leads what it belongs to; rules that write to heads mean it. Default false."""


class ContactsKeys(Keys):
    contacts: Many[ContactKeys] = ()

    def to_contacts(self) -> tuple[Contact, ...]:
        return self._contacts

    @cached_property
    def _contacts(self) -> tuple[Contact, ...]:
        # The same values for the same file: that nothing in it changed is then seen at once.
        return tuple(Contact(c.id, c.name, c.of, c.email, c.title, c.plans, c.head) for c in self.contacts)


RuleAbout = Literal["visit", "report"]


class RuleKeys(Keys):
    id: Id
    """Renaming a rule makes it a new one: what it has sent already is sent again."""
    about: RuleAbout
    """visit or report."""
    to: Many[Audience]
    """Whom: units, communes, team, heads."""
    when: Sentence
    """Such as "5 working days before at 08:00", or "1 working day after at 08:00" for a report that is not in."""
    repeat: Maybe[Repetition] = None
    """For a rule that fires after the last day: every 2 working days, 3 times."""
    template: Line
    """A name in templates/email."""
    plans: Many[Id] = ()
    """Ids of the plans the rule is for; left out: for all."""

    def to_rule(self) -> Rule:
        return Rule(self.id, self.about, self.to, self.when, self.template, self.plans, self.repeat)


class RulesKeys(Keys):
    rules: Many[RuleKeys] = ()

    def to_rules(self) -> tuple[Rule, ...]:
        return tuple(rule.to_rule() for rule in self.rules)


class DayKeys(Keys):
    date: Day
    """2026-01-02 or 2/1/2026."""
    working: StrictBool
    """false: a day off; true: a working day."""
    reason: Line
    """Shown where somebody asks why a reminder goes on the day it goes."""


class DaysKeys(Keys):
    days: Many[DayKeys] = ()

    def to_overrides(self) -> tuple[DayOverride, ...]:
        return tuple(DayOverride(day.date, day.working, day.reason) for day in self.days)


class AdminKeys(Keys):
    id: Id
    """What is typed to sign in; `scheduler admin add` writes it."""
    name: Line
    """As it stands on the pages and in the trail."""
    role: Role = "admin"
    """admin (default), or viewer: sees everything, changes nothing."""
    hash: PasswordHash
    """Of the password; `scheduler admin password` writes it."""

    def to_admin(self) -> Admin:
        return Admin(self.id, self.name, self.role, self.hash)


class AdminsKeys(Keys):
    admins: Many[AdminKeys] = ()

    def to_admins(self) -> tuple[Admin, ...]:
        return tuple(admin.to_admin() for admin in self.admins)
