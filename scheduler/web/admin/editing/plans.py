"""A plan as its file has it, read for the forms and written back line by line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.drafts import read_content
from scheduler.errors import ConfigError, SchedulerError
from scheduler.model import Plan, Visit
from scheduler.naming import fold_text
from scheduler.planfile import read_plan_text
from scheduler.planfile.amend import amend_plan_text
from scheduler.planfile.read import PLANS

_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit of the list, with names for ids; ``folded`` is what is searched."""

    visit: Visit
    unit: str
    communes: tuple[str, ...]
    folded: str


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """A plan with its visits as they are listed: by their first day, those without a day last."""

    plan: Plan
    lines: tuple[VisitLine, ...]

    def find_lines(self, text: str) -> tuple[VisitLine, ...]:
        """Return the visits whose unit or communes hold each word of ``text``, whatever its accents."""
        words = fold_text(text).split()
        return tuple(line for line in self.lines if all(word in line.folded for word in words)) if words else self.lines


def name_plan_file(plan: str) -> str:
    return f"{PLANS}/{plan}.yaml"


def read_plan(file: str, content: bytes) -> ReadPlan | None:
    """Return the plan that stands in a file; None where it is wrong."""
    try:
        plan = read_plan_text(content.decode("utf-8-sig"), file)
    except (ConfigError, UnicodeDecodeError):
        return None
    return ReadPlan(plan, _list_visits(plan))


def amend_plan(kept: bytes | None, file: str, text: str, old: Plan, new: Plan) -> str:
    """Return the text of a plan that reads as ``old`` so that it reads as ``new``; SchedulerError where it cannot.

    ``kept`` is the extraction that an import keeps of the plan, None where it was never imported.
    """
    extraction = "" if kept is None else kept.decode("utf-8", "replace")
    amended = amend_plan_text(text, old, new, extraction, file)
    if replace(read_plan_text(amended.removeprefix(_BYTE_ORDER_MARK), file), sources=()) != replace(new, sources=()):
        raise SchedulerError(f"{file}: its lines cannot be amended one by one")
    return amended


def find_kept(config_dir: Path, plan: str) -> bytes | None:
    """Return the extraction that an import keeps of a plan."""
    return read_content(config_dir, f"{PLANS}/.imported/{plan}.yaml")


def _list_visits(plan: Plan) -> tuple[VisitLine, ...]:
    names = {unit.id: unit.name for unit in plan.units}
    communes = {(unit.id, commune.id): commune.name for unit in plan.units for commune in unit.communes}
    lines = []
    for visit in plan.visits:
        unit = names.get(visit.unit, visit.unit)
        places = tuple(communes.get((visit.unit, commune), commune) for commune in visit.communes)
        lines.append(VisitLine(visit, unit, places, fold_text(" ".join((unit, *places, visit.id)))))
    return tuple(sorted(lines, key=lambda line: (not line.visit.dates, line.visit.dates, line.unit)))
