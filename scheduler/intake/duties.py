"""The clauses that tell somebody to write a report -> who owes it, who is exempt, on which form, and what is doubtful.

Pure. A group ("các huyện, thị xã, thành phố") may stand in the clause or in a heading above it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scheduler.intake.exemptions import Exemption, read_exceptions, read_report_waivers
from scheduler.intake.forms import FormsReading, read_forms
from scheduler.intake.offices import UnitRoll, names_commune_group, names_unit_group
from scheduler.intake.outline import Clause, Outline
from scheduler.intake.wording import Placed, drop_brackets
from scheduler.model import Finding, Severity

_WRITES_REPORT: Final = re.compile(
    r"\b(?:tổng hợp|xây dựng|chuẩn bị|gửi|nộp|lập|hoàn thiện|hoàn thành|viết|làm)\s+(?:\w+\s+){0,3}?báo cáo\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Duty:
    """One clause that says who writes a report: ``base`` are its owers before ``exempt`` is taken off."""

    clause: Clause
    base: tuple[str, ...]
    exempt: Exemption
    forms: FormsReading

    @property
    def is_specific(self) -> bool:
        """Whether the clause tells units apart, as only the clause that was thought through does."""
        return bool(self.exempt.units or self.forms.by_unit)


@dataclass(frozen=True, slots=True)
class Owers:
    """Whom a group may mean: the units of the roll, or all their communes as ``unit/commune`` ids."""

    roll: UnitRoll
    communes: tuple[str, ...]

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(unit.id for unit in self.roll.units)

    def name_in(self, text: str) -> tuple[str, ...]:
        """Return the owers that ``text`` names outside brackets, as a group or one by one; () where it names none."""
        outer = drop_brackets(text)
        if bodies := self.roll.find_bodies_in(outer):
            return bodies
        if names_unit_group(outer):
            return self.units
        if names_commune_group(outer):
            return self.communes or self.units
        return self.roll.find_in(outer)


def read_duties(outline: Outline, owers: Owers) -> tuple[Duty, ...]:
    """Return the clauses that tell units or communes to write a report, in order."""
    return tuple(duty for clause in outline.body if (duty := _read_duty(clause, owers)))


def tell_doubts(
    main: Duty, related: tuple[Duty, ...], exempt: tuple[str, ...], forms: Placed[FormsReading], roll: UnitRoll
) -> tuple[Finding, ...]:
    """Tell of each other clause of ``related`` that repeats neither the exemption nor the forms told apart by unit.

    One finding per such clause names all its units.
    """
    names = {unit.id: unit.place.written for unit in roll.units}
    findings: list[Finding] = []
    for duty in related:
        if duty is main or set(duty.base).isdisjoint(main.base):
            continue
        left_in = [unit for unit in exempt if unit in duty.base and unit not in duty.exempt.units]
        given = {
            unit: duty.forms.of_unit(unit) for unit, form in forms.value.by_unit if duty.forms.of_unit(unit) != form
        }
        other_form = {unit: form for unit, form in given.items() if form}
        parts = []
        if left_in:
            parts.append(f"does not repeat that {', '.join(names[unit] for unit in left_in)} is exempt")
        if other_form:
            units, told = ", ".join(names[unit] for unit in other_form), ", ".join(sorted(set(other_form.values())))
            parts.append(f"gives {units} {told}, where {forms.place} says another")
        if parts:
            text = (
                f"a second clause on the report {' and '.join(parts)}; {main.clause.place} is followed, ask which holds"
            )
            findings.append(Finding(Severity.WARNING, "report-duty-doubt", text, duty.clause.place))
    return tuple(findings)


def _read_duty(clause: Clause, owers: Owers) -> Duty | None:
    """Read who writes a report by ``clause``; None where it gives that duty to no unit or commune."""
    match = _WRITES_REPORT.search(clause.text)
    if not match:
        return None
    texts = (clause.text[: match.start()], *(heading.text for heading in reversed(clause.within)))
    base = next((named for text in texts if (named := owers.name_in(text))), ())
    if not base:
        return None
    excepted = read_exceptions(clause.text, owers.roll)
    waived = read_report_waivers(clause.text, owers.roll)
    units = tuple(dict.fromkeys((*excepted.units, *waived.units)))
    exempt = Exemption(units, (*excepted.unknown, *waived.unknown))
    return Duty(clause, base, exempt, read_forms(clause.text, owers.roll))
