"""What the stages found -> one plan, the place of each of its values, and the findings in document order.

Pure. Pointers (RFC 6901) are into the plan's JSON form: ``plan`` holds the head, a visit with one day has ``date``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from scheduler.documents.document import Block, Document, Paragraph
from scheduler.intake.crosscheck import PlacedVisit
from scheduler.intake.headline import Headline
from scheduler.intake.people import People, choose_team
from scheduler.intake.reports import FoundReport
from scheduler.intake.scopes import Scopes
from scheduler.intake.sessions import Sessions
from scheduler.intake.timing import Timing
from scheduler.intake.units import Units
from scheduler.intake.visits import FoundVisit
from scheduler.model import Finding, Forms, Organiser, Plan, PlanStatus, Report, Severity, Source, Team, Visit
from scheduler.naming import make_slug, make_unique_slug

_LONGEST_SLUG: Final = 48


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything the stages found in one document."""

    headline: Headline
    timing: Timing
    units: Units
    sessions: Sessions
    visits: tuple[FoundVisit, ...]
    scopes: Scopes
    reports: tuple[FoundReport, ...]
    people: People


def make_plan_id(title: str, year: int | None) -> str:
    """Return the slug of ``title`` without its year, cut between words to 48 characters, and the year behind it."""
    bare = re.sub(rf"\s*\b(?:năm\s+)?{year}\b", "", title, flags=re.IGNORECASE) if year else title
    slug = make_slug(bare) or "ke-hoach"
    if len(slug) > _LONGEST_SLUG:
        slug = slug[: _LONGEST_SLUG + 1].rpartition("-")[0] or slug[:_LONGEST_SLUG]
    return f"{slug}-{year}" if year else slug


def assemble_plan(parts: Parts, *, plan_id: str, updated: datetime) -> tuple[Plan, tuple[Finding, ...]]:
    """Put the parts together; the findings are those of values that were assumed on the way."""
    headline, people = parts.headline, parts.people
    scope = parts.scopes.general
    visits, visit_sources, visit_findings = _assemble_visits(parts)
    reports, report_sources, report_findings = _assemble_reports(parts.reports)
    plan = Plan(
        id=plan_id,
        title=headline.title.value,
        organiser=Organiser(headline.organiser.value if headline.organiser else ""),
        updated=updated,
        number=headline.number.value if headline.number else None,
        issued=headline.issued.value if headline.issued else None,
        status=PlanStatus.TENTATIVE if parts.timing.tentative else PlanStatus.CONFIRMED,
        scope=scope.value if scope else None,
        bases=tuple(basis.value for basis in headline.bases),
        sessions=parts.sessions.sessions,
        units=parts.units.units,
        teams=tuple(Team(team.id, team.name, tuple(member.id for member in team.members)) for team in people.teams),
        visits=visits,
        reports=reports,
        distribution=tuple(entry.value for entry in people.distribution),
        sources=(
            *_list_head_sources(parts),
            *parts.sessions.sources,
            *parts.units.sources,
            *_list_team_sources(people),
            *visit_sources,
            *report_sources,
            *(Source(f"/distribution/{index}", entry.place) for index, entry in enumerate(people.distribution)),
        ),
    )
    return plan, (*visit_findings, *report_findings)


def place_visits(visits: tuple[Visit, ...], found: tuple[FoundVisit, ...]) -> tuple[PlacedVisit, ...]:
    """Pair the plan's visits with their units' names and places, for comparing."""
    return tuple(PlacedVisit(visit, each.unit.name, each.days_place) for visit, each in zip(visits, found, strict=True))


def order_findings(findings: tuple[Finding, ...], document: Document) -> tuple[Finding, ...]:
    """Return ``findings`` in document order, by the place each begins at; those without a known place come last."""
    positions = {place: index for index, place in reversed(list(enumerate(_list_places(document))))}
    last = len(positions) + len(document.blocks)

    def find_position(finding: Finding) -> int:
        return positions.get(finding.where, positions.get(finding.where.partition(", column '")[0], last))

    return tuple(sorted(findings, key=find_position))


def _assemble_visits(parts: Parts) -> tuple[tuple[Visit, ...], list[Source], list[Finding]]:
    visits: list[Visit] = []
    sources: list[Source] = []
    findings: list[Finding] = []
    communes_only = dict(parts.scopes.communes_only)
    for index, found in enumerate(parts.visits):
        pointer = f"/visits/{index}"
        scope = found.scope or parts.scopes.of_unit(found.unit.id)
        alone = communes_only.get(found.unit.id)
        team = choose_team(parts.people.teams, found.team)
        visits.append(
            Visit(
                id=found.id,
                unit=found.unit.id,
                communes=tuple([commune.value for commune in found.communes]),
                dates=found.days,
                sessions=found.sessions,
                levels=("commune",) if alone else ("unit", "commune") if found.communes else ("unit",),
                scope=scope.value if scope else None,
                team=team.id if team else None,
            )
        )
        sources.append(Source(f"{pointer}/unit", found.unit_place))
        sources += [Source(f"{pointer}/communes/{at}", commune.place) for at, commune in enumerate(found.communes)]
        if len(found.days) == 1:
            sources.append(Source(f"{pointer}/date", found.days_place))
        elif found.days:
            sources += [Source(f"{pointer}/dates/{at}", found.days_place) for at in range(len(found.days))]
        if found.sessions_place:
            sources.append(Source(f"{pointer}/sessions", found.sessions_place))
        if scope:
            sources.append(Source(f"{pointer}/scope", scope.place))
        if found.team and team:
            sources.append(Source(f"{pointer}/team", found.team.place))
        if alone:
            sources.append(Source(f"{pointer}/levels", alone))
            text = (
                f"{found.unit.name} is inspected in its communes alone; its own offices are told of the visit for "
                "information only, change its levels where they take part"
            )
            findings.append(Finding(Severity.ASSUMED, "visit-for-information", text, alone))
    return tuple(visits), sources, findings


def _assemble_reports(found: tuple[FoundReport, ...]) -> tuple[tuple[Report, ...], list[Source], list[Finding]]:
    reports: list[Report] = []
    sources: list[Source] = []
    findings: list[Finding] = []
    taken: set[str] = set()
    for index, each in enumerate(found):
        deadline, forms = each.deadline, each.forms.value
        reports.append(
            Report(
                id=make_unique_slug(f"bao-cao-{each.unit}" if each.unit else "bao-cao", taken),
                title=deadline.title.value if deadline.title else "Báo cáo",
                due=each.due,
                deliver_to=deadline.deliver_to.value if deadline.deliver_to else None,
                submit_to=tuple(address.value for address in deadline.submit_to),
                owed_by=each.owed_by.value,
                forms=Forms(forms.default, forms.by_unit),
            )
        )
        if not deadline.title and deadline.clause.place not in {finding.where for finding in findings}:
            text = "the report has no name of its own; it is called 'Báo cáo', name it where it should be told apart"
            findings.append(Finding(Severity.ASSUMED, "report-title-assumed", text, deadline.clause.place))
        sources += _list_report_sources(each, f"/reports/{index}")
    return tuple(reports), sources, findings


def _list_report_sources(report: FoundReport, pointer: str) -> list[Source]:
    deadline, forms = report.deadline, report.forms.value
    placed = (
        ("title", deadline.title.place if deadline.title else None),
        ("due", deadline.clause.place),
        ("deliver_to", deadline.deliver_to.place if deadline.deliver_to else None),
        *((f"submit_to/{at}", address.place) for at, address in enumerate(deadline.submit_to)),
        ("owed_by", report.owed_by.place),
        *((f"forms/{unit}", report.forms.place) for unit, _ in forms.by_unit),
        ("forms/default", report.forms.place if forms.default else None),
    )
    return [Source(f"{pointer}/{key}", place) for key, place in placed if place]


def _list_head_sources(parts: Parts) -> list[Source]:
    headline = parts.headline
    placed = (
        ("/plan/title", headline.title.place),
        ("/plan/number", headline.number.place if headline.number else None),
        ("/plan/issued", headline.issued.place if headline.issued else None),
        ("/plan/status", parts.timing.tentative),
        ("/plan/scope", parts.scopes.general.place if parts.scopes.general else None),
        ("/organiser/name", headline.organiser.place if headline.organiser else None),
        *((f"/bases/{index}", basis.place) for index, basis in enumerate(headline.bases)),
    )
    return [Source(pointer, place) for pointer, place in placed if place]


def _list_team_sources(people: People) -> list[Source]:
    sources: list[Source] = []
    for index, team in enumerate(people.teams):
        sources.append(Source(f"/teams/{index}/name", team.place))
        sources += [Source(f"/teams/{index}/members/{at}", member.place) for at, member in enumerate(team.members)]
    return sources


def _list_places(document: Document) -> list[str]:
    return [place for block in document.blocks for place in _list_block_places(block)]


def _list_block_places(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        return [block.place]
    return [block.place, *(place for row in block.rows for place in (row.place, *(cell.place for cell in row.cells)))]
