"""The configuration in force -> names for ids, and its visits by month: looked up by pages, made once for each.

Pure.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from scheduler.arrivals import BY_COMMAND, BY_LINK
from scheduler.model import OFFICE_ZONE, Contact, Plan, Report, Unit, Visit
from scheduler.naming import fold_text
from scheduler.snapshot import Snapshot
from scheduler.web.admin.words import word_user

Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Names:
    """What the ids of a snapshot stand for. An id that is no longer known stands for itself."""

    snapshot: Snapshot | None
    zone: ZoneInfo
    plans: dict[str, Plan]
    contacts: dict[str, Contact]
    units: dict[tuple[str, str], Unit]
    visits: dict[tuple[str, str], Visit]
    reports: dict[tuple[str, str], Report]
    by_month: dict[tuple[str, Month], tuple[Visit, ...]]
    by_day: dict[tuple[str, date], tuple[Visit, ...]]
    folded: tuple[tuple[str, str], ...]
    """Each contact's id with its name, unit and title as they are searched."""

    def plan(self, plan: str) -> str:
        return self.plans[plan].title if plan in self.plans else plan

    def contact(self, contact: str) -> str:
        return self.contacts[contact].name if contact in self.contacts else contact

    def place(self, plan: str, place: str) -> str:
        """Return "Sơn Động" for a unit, "An Bá (Sơn Động)" for a commune, a team's name for a team."""
        unit_id, _, commune_id = place.partition("/")
        unit = self.units.get((plan, unit_id))
        if unit is None:
            teams = self.plans[plan].teams if plan in self.plans else ()
            return next((team.name for team in teams if team.id == place), place)
        if not commune_id:
            return unit.name
        names = {commune.id: commune.name for commune in unit.communes}
        return f"{names.get(commune_id, commune_id)} ({unit.name})"

    def item(self, plan: str, about: str, item: str) -> str:
        """Return what a mail is about: a report's title, or "Kiểm tra Sơn Động"."""
        if about == "report" and (plan, item) in self.reports:
            title = self.reports[plan, item].title
            return title[:1].upper() + title[1:]
        if about == "visit" and (plan, item) in self.visits:
            return f"Kiểm tra {self.place(plan, self.visits[plan, item].unit)}"
        return self.plan(plan) if about == "plan" else item

    def who(self, by: str, plan: str) -> str:
        """Return who made a mark: a contact, a place or a user by name; an admin as the mark has them, "admin lan"."""
        if by.startswith("admin "):
            return by
        command, _, user = by.partition(", ")
        if command == BY_COMMAND:
            return word_user(user)
        by = by.removeprefix(BY_LINK)
        return self.contacts[by].name if by in self.contacts else self.place(plan, by)

    def months(self, plan: str) -> tuple[Month, ...]:
        """Return the months in which a plan has visits, ascending."""
        return tuple(sorted(month for of, month in self.by_month if of == plan))


def make_names(snapshot: Snapshot | None) -> Names:
    """Look up everything once."""
    plans = () if snapshot is None else tuple(wanted.plan for wanted in snapshot.wanted)
    contacts = () if snapshot is None else snapshot.contacts
    by_month: defaultdict[tuple[str, Month], list[Visit]] = defaultdict(list)
    by_day: defaultdict[tuple[str, date], list[Visit]] = defaultdict(list)
    for plan in plans:
        for visit in sorted(plan.visits, key=lambda one: (one.dates, one.id)):
            for month in dict.fromkeys((day.year, day.month) for day in visit.dates):
                by_month[plan.id, month].append(visit)
            for day in visit.dates:
                by_day[plan.id, day].append(visit)
    return Names(
        snapshot=snapshot,
        zone=plans[0].zone if plans else OFFICE_ZONE,
        plans={plan.id: plan for plan in plans},
        contacts={contact.id: contact for contact in contacts},
        units={(plan.id, unit.id): unit for plan in plans for unit in plan.units},
        visits={(plan.id, visit.id): visit for plan in plans for visit in plan.visits},
        reports={(plan.id, report.id): report for plan in plans for report in plan.reports},
        by_month={key: tuple(visits) for key, visits in by_month.items()},
        by_day={key: tuple(visits) for key, visits in by_day.items()},
        folded=tuple((c.id, fold_text(f"{c.name} {c.title or ''}")) for c in contacts),
    )
