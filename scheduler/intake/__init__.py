"""A document in, a draft plan out: what an office plan says, where it says it, and what a person should look at.

Pure. Stages, in the order of the data: schedule (columns, dates, hours) -> outline -> headline, timing -> units,
sessions, visits -> scopes, reports (deadlines, duties, forms, exemptions), people -> assemble, contacts, crosscheck.
Each knows how offices write, none knows one plan.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from scheduler.documents.document import Document, Note
from scheduler.errors import DocumentError
from scheduler.intake.assemble import Parts, assemble_plan, make_plan_id, order_findings, place_visits
from scheduler.intake.contacts import list_contacts, tell_addresses_needed
from scheduler.intake.crosscheck import check_annexes, check_counts, check_deadlines, check_visits
from scheduler.intake.draft import Draft
from scheduler.intake.duties import Owers
from scheduler.intake.headline import read_headline
from scheduler.intake.outline import build_outline
from scheduler.intake.people import complete_teams, read_people
from scheduler.intake.postponed import move_starts, put_off_visits
from scheduler.intake.relative import Calendar, find_first_days
from scheduler.intake.reports import read_reports
from scheduler.intake.schedule import ScheduleTable, find_schedule_tables, read_schedule
from scheduler.intake.scopes import read_scopes
from scheduler.intake.sessions import decide_sessions
from scheduler.intake.timing import read_timing
from scheduler.intake.units import collect_units
from scheduler.intake.visits import build_visits
from scheduler.model import Finding, Severity
from scheduler.workdays import WorkingDays

__all__ = ["Draft", "extract_plan"]

_INSPECTS: Final = re.compile(r"kiểm tra|thanh tra|giám sát|khảo sát|kiểm toán|phúc tra", re.IGNORECASE)


def extract_plan(
    document: Document, *, plan_id: str | None, updated: datetime, working_days: WorkingDays | None = None
) -> Draft:
    """Extract the plan that ``document`` announces.

    ``plan_id`` None makes one of title and year. ``updated`` (aware) becomes ``Plan.updated``. Visits are checked
    against ``working_days``, None means Vietnam's as the library knows them. Rows that cannot be read are findings of
    severity error and left out. Raises DocumentError where the document holds no schedule.
    """
    tables = find_schedule_tables(document, year=None)
    if not tables or not _speaks_of_inspection(document, tables):
        raise DocumentError(
            f"{document.name}: no schedule found; a plan needs a table with a column of units (Đơn vị, Huyện, Xã …) "
            "and a column of dates (Thời gian, Ngày …)"
            + ("; in a PDF its columns need ruling lines, or must stand well apart" if document.form == "pdf" else "")
        )
    outline = build_outline(document, tuple(each.table for each in tables))
    headline = read_headline(outline, document.name, document.margins)
    year = headline.year
    timing = read_timing(outline, year=year)
    schedule = read_schedule(tables, year=year)
    units = collect_units(schedule.rows)
    roll = units.roll.learn_kinds(tuple(clause.text for clause in outline.clauses))
    rows, put_off = put_off_visits(schedule.rows, outline, units, roll, year=year)
    rows = move_starts(rows, outline, units, roll)
    sessions = decide_sessions(rows, tuple(each for each in (schedule.hours, timing.hours) if each))
    found_visits = build_visits(rows, units, sessions)
    communes = tuple(f"{unit.id}/{commune.id}" for unit in units.units for commune in unit.communes)
    days = working_days or WorkingDays()
    first_days = find_first_days(found_visits)
    reports, report_findings = read_reports(outline, Owers(roll, communes), Calendar(days, first_days), year=year)
    people = read_people(outline)
    named_teams = tuple(visit.team for visit in found_visits if visit.team)
    people = replace(people, teams=complete_teams(people.teams, named_teams))
    parts = Parts(headline, timing, units, sessions, found_visits, read_scopes(outline, roll), reports, people)
    plan, assumed = assemble_plan(parts, plan_id=plan_id or make_plan_id(headline.title.value, year), updated=updated)
    contacts = list_contacts(plan.units, roll, people)
    visits = place_visits(plan.visits, found_visits)
    table_place = tables[0].table.place
    findings = (
        *map(_tell_note, document.notes),
        *headline.findings,
        *schedule.findings,
        *put_off,
        *sessions.findings,
        *report_findings,
        *assumed,
        *_tell_no_team(parts, table_place),
        *check_visits(visits, timing.period, days),
        *check_counts(outline, plan.units),
        *check_deadlines(plan.reports, visits, tuple(report.deadline.clause.place for report in reports)),
        *check_annexes(outline),
        *tell_addresses_needed(contacts, table_place),
    )
    return Draft(plan, contacts, order_findings(findings, document))


def _tell_note(note: Note) -> Finding:
    if note.passed_over:
        return Finding(Severity.WARNING, "not-read", note.text, note.place)
    return Finding(Severity.WARNING, "table-unruled", note.text, note.place)


def _speaks_of_inspection(document: Document, tables: tuple[ScheduleTable, ...]) -> bool:
    """Tell whether the document is about inspections: days beside names alone may be a menu or a roster.

    A column of communes says enough for a bare table.
    """
    if any(each.columns.communes is not None for each in tables):
        return True
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return any(_INSPECTS.search(text) for text in texts)


def _tell_no_team(parts: Parts, place: str) -> tuple[Finding, ...]:
    teams = parts.people.teams
    if not teams:
        text = "the text lists no members of the inspection team; enter them under teams, or nobody of it is told"
        return (Finding(Severity.WARNING, "team-missing", text, place),)
    findings = [
        Finding(
            Severity.WARNING,
            "team-missing",
            f"the text lists no members of '{team.name}'; enter them under teams, or nobody of it is told",
            team.place,
        )
        for team in teams
        if not team.members
    ]
    unsaid = [visit for visit in parts.visits if len(teams) > 1 and visit.team is None]
    findings += [
        Finding(
            Severity.WARNING,
            "visit-team-unsaid",
            f"which of {len(teams)} teams visits {visit.unit.name} is not said; enter it as the visit's team",
            visit.days_place,
        )
        for visit in unsaid
    ]
    return tuple(findings)
