"""Sample letters of the mails that follow up by themselves: receipts and digests. Pure.

Each is a name, in a few English words, and a letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from scheduler.arrivals import Mark, ReportMark
from scheduler.digests import RULE as DIGEST
from scheduler.heard import Heard, Said
from scheduler.letters.describe import describe_digest, describe_letter
from scheduler.letters.digest import describe_digest_facts
from scheduler.letters.facts import DigestFacts, Letter
from scheduler.letters.sample_plans import (
    COMMUNE,
    CONTACTS,
    LAST_DAY,
    LINK,
    MEMBER,
    UNIT,
    VISIT_DAY,
    WRONG_ADDRESS,
    make_answers,
    make_bare_plan,
    make_full_plan,
)
from scheduler.model import Contact, Plan, Reminder
from scheduler.plan_index import PlanIndex
from scheduler.receipts import RULE as RECEIPT
from scheduler.workdays import WorkingDays


def list_receipts() -> Iterator[tuple[str, Letter]]:
    """Yield receipts for reports in time and late, of plans that say much and little."""
    for plan_name, plan in (("all said", make_full_plan()), ("little said", make_bare_plan())):
        for name, came_on in (("in time", LAST_DAY), ("late", LAST_DAY + timedelta(days=5))):
            yield f"{name}, {plan_name}", _receive(plan, UNIT, came_on)
    full = make_full_plan()
    of_commune = replace(full, reports=(replace(full.reports[0], owed_by=("son-dong/an-ba",)),))
    yield "a commune", _receive(of_commune, COMMUNE, LAST_DAY)


def list_digests() -> Iterator[tuple[str, Letter]]:
    """Yield digests that say much and little, to the head of the team and to others."""
    full = make_full_plan()
    owed = replace(full.reports[0], owed_by=("son-dong", "son-dong/phuc-son", "son-dong/an-ba"))
    plan = replace(full, reports=(owed,))
    monday = datetime.combine(VISIT_DAY, time(7, 30), full.zone)
    marks = (
        ReportMark(plan.id, owed.id, "son-dong", Mark.RECEIVED, LAST_DAY, "văn thư", monday - timedelta(days=9)),
        ReportMark(plan.id, owed.id, "son-dong/an-ba", Mark.SAID, None, "ubnd-xa", monday - timedelta(days=8)),
    )
    heard = Heard(marks, make_answers(), waiting_edit="1a2b3c4d5e6f")
    much = _sum_up(plan, heard, monday)
    silent = replace(much, reports=(), decisions=(), escalated=(), exhausted=())
    failed = ("Thư ngày 13/5/2024 về kiểm tra tại Sơn Động gửi ubnd@an-ba.example không đến được (550 no such user).",)
    everything = replace(
        much, undelivered=failed, escalated=("Phúc Sơn, Sơn Động",), exhausted=("Phúc Sơn, Sơn Động", "Lục Nam")
    )
    yield "to the head of the team, everything", _digest(plan, everything)
    yield "to a member, reports and visits", _digest(plan, replace(much, decisions=()))
    yield "visits alone", _digest(plan, silent)
    yield "reports alone", _digest(plan, replace(much, visits=(), decisions=()))
    late = replace(much.reports[0], late=("Lục Nam (13/5/2024)",), excused=("Tân Yên",), owed=(), said=())
    yield "late and excused", _digest(plan, replace(much, reports=(late,), visits=(), decisions=()))
    yield "failures alone", _digest(plan, replace(silent, visits=(), undelivered=failed))
    yield "a decision alone", _digest(plan, replace(silent, visits=(), decisions=much.decisions[:1]))
    yield "for the head alone", _digest(plan, replace(silent, visits=(), exhausted=("Lục Nam",)))
    yield "little said", _digest(make_bare_plan(), silent)


def _receive(plan: Plan, contact: Contact, came_on: date) -> Letter:
    written_at = datetime.combine(came_on, time(10, 0), plan.zone)
    mark = ReportMark(plan.id, plan.reports[0].id, contact.of, Mark.RECEIVED, came_on, "văn thư", written_at)
    return describe_letter(
        PlanIndex(plan),
        _make_reminder(plan, contact, RECEIPT),
        contact,
        contacts=CONTACTS,
        workdays=WorkingDays(),
        written_at=written_at,
        wrong_address_contact=WRONG_ADDRESS,
        link=LINK,
        said=Said(mark=mark),
    )


def _sum_up(plan: Plan, heard: Heard, now: datetime) -> DigestFacts:
    facts = describe_digest_facts(PlanIndex(plan), CONTACTS, (), frozenset(), heard, WorkingDays(), now, for_head=True)
    if facts is None:
        raise AssertionError("the sample digest has nothing to say")
    return facts


def _digest(plan: Plan, facts: DigestFacts) -> Letter:
    return describe_digest(
        PlanIndex(plan),
        _make_reminder(plan, MEMBER, DIGEST),
        MEMBER,
        facts,
        wrong_address_contact=WRONG_ADDRESS,
        link=LINK,
    )


def _make_reminder(plan: Plan, contact: Contact, rule: str) -> Reminder:
    is_receipt = rule == RECEIPT
    return Reminder(
        key=f"sample|{rule}",
        series="sample",
        plan=plan.id,
        about="report" if is_receipt else "plan",
        item=plan.reports[0].id if is_receipt else plan.id,
        unit=contact.of,
        occurrence="",
        rule=rule,
        template=rule,
        contact=contact.id,
        address=contact.email or "",
        due_at=plan.updated,
        useful_until=plan.updated,
        why="",
    )
