"""Values and items of a plan in the words of a list of changes.

Pure.
"""

from __future__ import annotations

from datetime import date, time
from enum import Enum

from scheduler.model import Commune, Due, Forms, Plan, Report, Session, Team, Unit, Visit, VisitSession


class Names:
    """What people call the items of the plans: the first plan that knows an id names it."""

    def __init__(self, *plans: Plan) -> None:
        self.units: dict[str, str] = {}
        for plan in plans:
            for unit in plan.units:
                self.units.setdefault(unit.id, unit.name)
                for commune in unit.communes:
                    self.units.setdefault(f"{unit.id}/{commune.id}", commune.name)

    def describe(self, item: object) -> str:
        match item:
            case Visit():
                return f"visit of {self.units.get(item.unit, item.unit)}"
            case Report():
                return f"report '{item.title}'"
            case Unit() | Commune() | Team() | Session():
                return f"{type(item).__name__.lower()} {item.name}"
            case _:
                return str(item)


def show_value(value: object) -> str:
    """Return a value of a plan, or an item, as a few words."""
    match value:
        case None | () | "":
            return "nothing"
        case tuple():
            return ", ".join(show_value(part) for part in value)
        case Enum():
            return str(value.value)
        case time():
            return f"{value:%H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case _:
            return _show_item(value) or f"'{value}'"


def _show_item(value: object) -> str:
    """Return the item in short; "" for what is none."""
    match value:
        case Visit():
            return show_value(value.dates) if value.dates else "no date"
        case Report():
            return show_value(value.due)
        case Unit() | Commune() | Team():
            return value.name
        case Session():
            return f"{value.start:%H:%M}-{value.end:%H:%M}"
        case VisitSession():
            own = (value.commune, value.place, show_value(value.start) if value.start else None)
            return " ".join((value.id, *(part for part in own if part)))
        case Due():
            at = f" {value.at:%H:%M}" if value.at else ""
            return f"{value.kind} {show_value(value.day)}{at}"
        case Forms():
            named = [f"{unit}: {form}" for unit, form in value.by_unit]
            return "; ".join((*named, *([f"others: {value.default}"] if value.default else []))) or "nothing"
    return ""
