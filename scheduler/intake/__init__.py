"""A document in, a draft plan out: what an office plan says, where it says it, and what a person should look at.

Pure. Stages, in the order of the data: schedule (columns, dates, hours) -> outline -> headline, timing -> units,
sessions, visits -> scopes, reports (deadlines, duties, forms, exemptions), people -> assemble, contacts, crosscheck.
Each knows how offices write, none knows one plan.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from scheduler.documents.document import Document, Table
from scheduler.errors import DocumentError
from scheduler.intake.assemble import Parts, assemble_plan, make_plan_id, order_findings, place_visits
from scheduler.intake.columns import find_columns
from scheduler.intake.contacts import list_contacts, tell_addresses_needed
from scheduler.intake.crosscheck import check_annexes, check_counts, check_deadlines, check_visits
from scheduler.intake.draft import Draft
from scheduler.intake.duties import Owers
from scheduler.intake.headline import read_headline
from scheduler.intake.outline import build_outline
from scheduler.intake.people import read_people
from scheduler.intake.reports import read_reports
from scheduler.intake.schedule import find_schedule_tables, read_schedule
from scheduler.intake.scopes import read_scopes
from scheduler.intake.sessions import decide_sessions
from scheduler.intake.timing import read_timing
from scheduler.intake.units import collect_units
from scheduler.intake.visits import build_visits
from scheduler.model import Finding, Severity

__all__ = ["Draft", "extract_plan"]

_INSPECTS: Final = re.compile(r"kiểm tra|thanh tra|giám sát|khảo sát|kiểm toán|phúc tra", re.IGNORECASE)


def extract_plan(document: Document, *, plan_id: str | None, updated: datetime) -> Draft:
    """Extract the plan that ``document`` announces.

    ``plan_id`` None makes one of title and year. ``updated`` (aware) becomes ``Plan.updated``. Rows that cannot be read
    are findings of severity error and left out. Raises DocumentError where the document holds no schedule.
    """
    tables = find_schedule_tables(document, year=None)
    if not tables or not _speaks_of_inspection(document, tables):
        raise DocumentError(
            f"{document.name}: no schedule found; a plan needs a table with a column of units (Đơn vị, Huyện, Xã …) "
            "and a column of dates (Thời gian, Ngày …)"
        )
    outline = build_outline(document, tables)
    headline = read_headline(outline, document.name)
    year = headline.year
    timing = read_timing(outline, year=year)
    schedule = read_schedule(tables, year=year)
    units = collect_units(schedule.rows)
    roll = units.roll.learn_kinds(tuple(clause.text for clause in outline.clauses))
    sessions = decide_sessions(schedule.rows, tuple(each for each in (schedule.hours, timing.hours) if each))
    found_visits = build_visits(schedule.rows, units, sessions)
    communes = tuple(f"{unit.id}/{commune.id}" for unit in units.units for commune in unit.communes)
    reports, report_findings = read_reports(outline, Owers(roll, communes), year=year)
    people = read_people(outline)
    parts = Parts(headline, timing, units, sessions, found_visits, read_scopes(outline, roll), reports, people)
    plan, assumed = assemble_plan(parts, plan_id=plan_id or make_plan_id(headline.title.value, year), updated=updated)
    contacts = list_contacts(plan.units, roll, people)
    visits = place_visits(plan.visits, found_visits)
    table_place = tables[0].place
    findings = (
        *headline.findings,
        *schedule.findings,
        *sessions.findings,
        *report_findings,
        *assumed,
        *_tell_no_team(parts, table_place),
        *check_visits(visits, timing.period),
        *check_counts(outline, plan.units),
        *check_deadlines(plan.reports, visits, tuple(report.deadline.clause.place for report in reports)),
        *check_annexes(outline),
        *tell_addresses_needed(contacts, table_place),
    )
    return Draft(plan, contacts, order_findings(findings, document))


def _speaks_of_inspection(document: Document, tables: tuple[Table, ...]) -> bool:
    """Tell whether the document is about inspections: days beside names alone may be a menu or a roster.

    A column of communes says enough for a bare table.
    """
    found = (find_columns(table, year=None) for table in tables)
    if any(columns is not None and columns.communes is not None for columns in found):
        return True
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return any(_INSPECTS.search(text) for text in texts)


def _tell_no_team(parts: Parts, place: str) -> tuple[Finding, ...]:
    if parts.people.team:
        return ()
    text = "the text lists no members of the inspection team; enter them under teams, or nobody of it is told"
    return (Finding(Severity.WARNING, "team-missing", text, place),)
