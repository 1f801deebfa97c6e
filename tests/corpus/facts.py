"""The facts of a plan as lines that a person can compare: what a document holds, and nothing about where."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.intake import Draft
from scheduler.model import Report, Visit, VisitSession


@dataclass(frozen=True, slots=True)
class Facts:
    """All that an import says of a plan; ``codes`` are those of its findings, each once, in order of the alphabet."""

    title: str
    number: str | None
    issued: str | None
    organiser: str
    status: str
    bases: tuple[str, ...]
    sessions: tuple[str, ...]
    units: tuple[str, ...]
    visits: tuple[str, ...]
    reports: tuple[str, ...]
    teams: tuple[str, ...]
    distribution: tuple[str, ...]
    codes: tuple[str, ...]


def state_facts(draft: Draft) -> Facts:
    plan = draft.plan
    return Facts(
        title=plan.title,
        number=plan.number,
        issued=plan.issued,
        organiser=plan.organiser.name,
        status=plan.status.value,
        bases=plan.bases,
        sessions=tuple(f"{each.id} {each.start:%H:%M}-{each.end:%H:%M}" for each in plan.sessions),
        units=tuple(f"{unit.name}: {', '.join(commune.name for commune in unit.communes)}" for unit in plan.units),
        visits=tuple(_state_visit(visit) for visit in plan.visits),
        reports=tuple(_state_report(report) for report in plan.reports),
        teams=tuple(f"{team.id}: {', '.join(team.members)}" for team in plan.teams),
        distribution=plan.distribution,
        codes=tuple(sorted({finding.code for finding in draft.findings})),
    )


def _state_visit(visit: Visit) -> str:
    days = " ".join(f"{day:%d/%m/%Y}" for day in visit.dates) or "no date"
    parts = [visit.id, days, ", ".join(visit.communes) or "-", " + ".join(map(_state_session, visit.sessions))]
    if visit.levels != (("unit", "commune") if visit.communes else ("unit",)):
        parts.append(f"levels {' '.join(visit.levels)}")
    if visit.scope:
        parts.append(f"scope {visit.scope}")
    return " | ".join((*parts, visit.team or "no team"))


def _state_session(session: VisitSession) -> str:
    said = session.id
    if session.start or session.end:
        said += f" {session.start or '':%H:%M}" if session.start else ""
        said += f"-{session.end:%H:%M}" if session.end else ""
    said += f" in {session.commune}" if session.commune else ""
    return said + (f" at {session.place}" if session.place else "")


def _state_report(report: Report) -> str:
    at = f" {report.due.at:%H:%M}" if report.due.at else ""
    forms = [f"{unit}: {form}" for unit, form in report.forms.by_unit]
    forms += [f"others: {report.forms.default}"] if report.forms.default else []
    parts = [report.id, report.title, f"{report.due.kind} {report.due.day:%d/%m/%Y}{at}", ", ".join(report.owed_by)]
    return " | ".join((*parts, report.deliver_to or "-", " ".join(report.submit_to) or "-", "; ".join(forms) or "-"))
