"""Deadlines and duties -> the reports that units or communes owe.

Pure. A deadline and the duties it is for stand under one heading; where they do not, the nearest ones are taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.intake.deadlines import REPORT, SAYS_APART, FoundDeadline, read_deadlines, read_report_name
from scheduler.intake.duties import Duty, Owers, read_duties, tell_doubts
from scheduler.intake.exemptions import read_exceptions, read_report_waivers
from scheduler.intake.forms import FormsReading, read_forms
from scheduler.intake.outline import Outline
from scheduler.intake.relative import Calendar
from scheduler.intake.wording import Placed, split_sentences
from scheduler.model import Due, Finding, Severity


@dataclass(frozen=True, slots=True)
class FoundReport:
    """One report; ``owed_by`` holds unit ids, or ``unit/commune`` ids where communes owe it.

    ``unit`` is set where each unit has a deadline of its own.
    """

    deadline: FoundDeadline
    due: Due
    owed_by: Placed[tuple[str, ...]]
    forms: Placed[FormsReading]
    unit: str | None = None


def read_reports(
    outline: Outline, owers: Owers, calendar: Calendar, *, year: int | None
) -> tuple[tuple[FoundReport, ...], tuple[Finding, ...]]:
    """Read the reports with their owers and forms, in document order, and what is doubtful or assumed about them."""
    deadlines, told = read_deadlines(outline, year=year)
    duties = read_duties(outline, owers)
    findings = list(told)
    reports: list[FoundReport] = []
    for position, deadline in enumerate(deadlines):
        alone = not any(_share_section(deadline, earlier) for earlier in deadlines[:position])
        built, found = _build_report(
            deadline, duties if alone else _keep_own(deadline, duties), outline, owers, calendar
        )
        reports = _take_over(reports, built, deadline)
        # Two deadlines may share the duties whose doubts are told.
        findings += [finding for finding in found if finding not in findings]
    if not reports and not any(finding.severity is Severity.ERROR for finding in told):
        place = outline.clauses[0].place if outline.clauses else ""
        text = "no report with a deadline is named; add one where units owe one"
        findings.append(Finding(Severity.WARNING, "report-missing", text, place))
    return tuple(reports), tuple(findings)


def _share_section(deadline: FoundDeadline, earlier: FoundDeadline) -> bool:
    """Tell whether two deadlines stand in one section and are for different reports."""
    same = deadline.clause.section is earlier.clause.section
    return (
        same and deadline.title is not None and (earlier.title is None or deadline.title.value != earlier.title.value)
    )


def _keep_own(deadline: FoundDeadline, duties: tuple[Duty, ...]) -> tuple[Duty, ...]:
    """Return the duties that name the report itself: what is said of one report does not hold for the next."""
    name = deadline.title.value.casefold() if deadline.title else ""
    return tuple(duty for duty in duties if duty.clause is deadline.clause or name in duty.clause.text.casefold())


def _take_over(
    reports: list[FoundReport], built: tuple[FoundReport, ...], deadline: FoundDeadline
) -> list[FoundReport]:
    """Return all reports: units that ``deadline`` tells apart ("riêng …") no longer owe the one before it."""
    apart = SAYS_APART.search(deadline.sentence)
    last = reports[-1] if reports else None
    if apart is None or last is None or last.deadline.clause is not deadline.clause:
        return [*reports, *built]
    taken = {ower for report in built for ower in report.owed_by.value}
    left = tuple(ower for ower in last.owed_by.value if ower not in taken)
    kept = [replace(last, owed_by=replace(last.owed_by, value=left))] if left else []
    return [*reports[:-1], *kept, *built]


def _build_report(
    deadline: FoundDeadline, duties: tuple[Duty, ...], outline: Outline, owers: Owers, calendar: Calendar
) -> tuple[tuple[FoundReport, ...], tuple[Finding, ...]]:
    clause = deadline.clause
    stated = REPORT.search(deadline.sentence)
    apart = SAYS_APART.search(deadline.sentence)
    own = owers.name_in(deadline.sentence[: stated.start()]) if stated else ()
    own = owers.roll.find_in(deadline.sentence) if apart else own
    related = _find_related(deadline, duties, own)
    main = next((duty for duty in related if duty.is_specific), related[0] if related else None)
    base = own or (main.base if main else owers.units)
    findings = list(_tell_unknown(related))
    if not own and main is None:
        text = "the text does not say who owes the report; all units of the schedule are taken, correct the list"
        findings.append(Finding(Severity.ASSUMED, "owers-assumed", text, clause.place))
    exempt = _find_exempt(deadline, main, outline, owers)
    forms = _find_forms(deadline, main, related, outline, owers)
    if main:
        findings += tell_doubts(main, related, exempt, forms, owers.roll)
    left = tuple(ower for ower in base if ower.partition("/")[0] not in exempt)
    owed_by = Placed(left, main.clause.place if main else clause.place)
    reports, told = _set_due(deadline, owed_by, forms, calendar)
    return reports, (*findings, *told)


def _set_due(
    deadline: FoundDeadline, owed_by: Placed[tuple[str, ...]], forms: Placed[FormsReading], calendar: Calendar
) -> tuple[tuple[FoundReport, ...], tuple[Finding, ...]]:
    """Return the report with its deadline, or one for each unit where the deadline hangs on its visit."""
    place, relative = deadline.clause.place, deadline.relative
    if deadline.due is not None:
        return (FoundReport(deadline, deadline.due, owed_by, forms),), ()
    if relative is None:
        return (), ()
    reports: list[FoundReport] = []
    undated: list[str] = []
    for unit in dict.fromkeys(ower.partition("/")[0] for ower in owed_by.value):
        due = calendar.find_due(relative, unit)
        if due is None:
            undated.append(unit)
            continue
        owers = tuple(ower for ower in owed_by.value if ower.partition("/")[0] == unit)
        reports.append(FoundReport(deadline, due, Placed(owers, owed_by.place), forms, unit))
    findings: list[Finding] = []
    if reports:
        text = f"'{relative.said}' is computed from each unit's visit; where a visit moves, move its report's due too"
        findings.append(Finding(Severity.ASSUMED, "deadline-computed", text, place))
    if undated:
        text = f"'{relative.said}' gives {', '.join(undated)} no day, as their visits have none; add the report then"
        findings.append(Finding(Severity.WARNING, "deadline-relative", text, place))
    return tuple(reports), tuple(findings)


def _find_related(deadline: FoundDeadline, duties: tuple[Duty, ...], own: tuple[str, ...]) -> tuple[Duty, ...]:
    """Return the duties a deadline is for: its neighbours', its section's, or all; of those whom its sentence names."""
    clause = deadline.clause
    fitting = tuple(duty for duty in duties if not own or not set(own).isdisjoint(duty.base))
    beside = tuple(duty for duty in fitting if clause.within and duty.clause.within[-1:] == clause.within[-1:])
    section = tuple(duty for duty in fitting if duty.clause.section is clause.section)
    return beside or section or fitting


def _find_exempt(deadline: FoundDeadline, main: Duty | None, outline: Outline, owers: Owers) -> tuple[str, ...]:
    exempt = {*(main.exempt.units if main else ()), *read_exceptions(deadline.clause.text, owers.roll).units}
    for each in outline.body:
        if each.section is deadline.clause.section or not (each.within or each.marker):
            for sentence in split_sentences(each.text):
                waived = read_report_waivers(sentence, owers.roll).units
                if _is_for_another(sentence, deadline):
                    exempt.difference_update(waived)
                else:
                    exempt.update(waived)
    return tuple(unit for unit in owers.units if unit in exempt)


def _is_for_another(sentence: str, deadline: FoundDeadline) -> bool:
    """Tell whether ``sentence`` names a report, and not the one of ``deadline``."""
    named = read_report_name(sentence)
    own = deadline.title.value.casefold() if deadline.title else ""
    return bool(named and own) and named.casefold() not in own


def _find_forms(
    deadline: FoundDeadline, main: Duty | None, related: tuple[Duty, ...], outline: Outline, owers: Owers
) -> Placed[FormsReading]:
    """Return the forms that the main duty names, else a clause on forms beside it, else any other duty's."""
    duty_clauses = [duty.clause for duty in related]
    section = deadline.clause.section
    beside = [each for each in outline.body if each.section is section and REPORT.search(each.text)] if related else []
    read = [Placed(main.forms, main.clause.place)] if main else []
    read += [
        Placed(read_forms(each.text, owers.roll), each.place)
        for each in (deadline.clause, *beside)
        if each not in duty_clauses
    ]
    read += [Placed(duty.forms, duty.clause.place) for duty in related]
    # Forms told apart by unit say more than one form for all.
    told_apart = next((each for each in read if each.value.by_unit), None)
    common = next((each for each in read if each.value.default), None)
    return told_apart or common or Placed(FormsReading(), deadline.clause.place)


def _tell_unknown(related: tuple[Duty, ...]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            Severity.WARNING,
            "exemption-unknown",
            f"the text exempts '{name}', which the schedule does not list; check its name",
            duty.clause.place,
        )
        for duty in related
        for name in duty.exempt.unknown
    )
