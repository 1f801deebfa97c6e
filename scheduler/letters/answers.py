"""Who was asked about a visit, and what each of them answered.

Pure. A reader is asked who is of the unit or of a commune that is inspected, or of the team, and has an address.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.attendance import Reply, VisitAnswer
from scheduler.letters.facts import AttendanceFacts
from scheduler.model import Contact, Plan, Visit


def list_asked(plan: Plan, visit: Visit, contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Return the readers who are asked whether they attend: of the unit, of its communes, then of the team."""
    return tuple(contact for place in _list_places(visit) for contact in contacts if _is_of(plan, contact, place))


def describe_attendance(
    plan: Plan, visit: Visit, contacts: tuple[Contact, ...], answers: tuple[VisitAnswer, ...]
) -> AttendanceFacts:
    """Return who attends ``visit``; ``answers`` are the current ones, at most one a reader."""
    given = {answer.contact: answer for answer in answers if (answer.plan, answer.visit) == (plan.id, visit.id)}
    coming, substitutes, unable, silent = [], [], [], []
    for contact in list_asked(plan, visit, contacts):
        answer = given.get(contact.id)
        if answer is None:
            silent.append(contact.name)
        elif answer.reply is Reply.ATTENDS:
            coming.append(contact.name)
        elif answer.reply is Reply.SUBSTITUTE:
            substitutes.append(f"{contact.name}: cử {answer.words} dự thay")
        else:
            unable.append(f"{contact.name}: {answer.words}")
    return AttendanceFacts(tuple(coming), tuple(substitutes), tuple(unable), tuple(silent))


def _list_places(visit: Visit) -> Iterator[str]:
    if "unit" in visit.levels:
        yield visit.unit
    yield from (f"{visit.unit}/{commune}" for commune in visit.communes)
    if visit.team is not None:
        yield visit.team


def _is_of(plan: Plan, contact: Contact, place: str) -> bool:
    if contact.of != place or not contact.email:
        return False
    members = next((team.members for team in plan.teams if team.id == place), ())
    return not members or contact.id in members
