"""A visit and the current answers about it -> who attends, in the words of a letter.

Pure.
"""

from __future__ import annotations

from scheduler.attendance import Reply, VisitAnswer, list_asked
from scheduler.letters.facts import AttendanceFacts
from scheduler.model import Contact, Plan, Visit


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
