"""Who is asked about a visit, and what they answered: will attend, somebody else comes, cannot on that date.

Pure. Whoever is of the unit, of a commune that is inspected, or of the team is asked, where there is an address. An
answer is never changed: the newest of (plan, visit, contact) counts, as long as the visit's first start is the one it
was given for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from scheduler.model import Contact, Plan, Visit
from scheduler.plan_index import index_contacts, is_member
from scheduler.reminders import find_first_start
from scheduler.truths import format_wall_time


class Reply(StrEnum):
    ATTENDS = "attends"
    SUBSTITUTE = "substitute"
    CANNOT = "cannot"


@dataclass(frozen=True, slots=True)
class VisitAnswer:
    """One answer. ``words`` is the substitute's name or the reason, "" for ``ATTENDS``.

    ``occurrence`` is the visit's first start, local, as it was when the answer was given (``2024-05-20T07:00``):
    a visit that moved is asked about anew.
    """

    plan: str
    visit: str
    contact: str
    occurrence: str
    reply: Reply
    words: str
    made_at: datetime


def list_current(
    answers: Iterable[VisitAnswer], find_occurrence: Callable[[str, str], str | None]
) -> tuple[VisitAnswer, ...]:
    """Return the newest answer of each reader that is about the visit as it is now.

    ``answers`` in order of their making; ``find_occurrence`` gives the first start of a plan's visit, None where there
    is no such visit any more.
    """
    newest = {(answer.plan, answer.visit, answer.contact): answer for answer in answers}
    return tuple(a for a in newest.values() if find_occurrence(a.plan, a.visit) == a.occurrence)


def make_occurrence_finder(plans: Iterable[Plan]) -> Callable[[str, str], str | None]:
    """Return what finds the first start of a plan's visit, as answers hold it; None where it does not take place."""
    known = {(plan.id, visit.id): (plan, visit) for plan in plans for visit in plan.visits}

    def find_occurrence(plan_id: str, visit_id: str) -> str | None:
        plan, visit = known.get((plan_id, visit_id), (None, None))
        if plan is None or visit is None or visit.cancelled or not visit.dates:
            return None
        return format_wall_time(find_first_start(plan, visit))

    return find_occurrence


def list_asked(plan: Plan, visit: Visit, contacts: Iterable[Contact]) -> tuple[Contact, ...]:
    """Return the readers who are asked whether they attend: of the unit, of its communes, then of the team."""
    invited = list_invited(plan, visit, index_contacts(contacts))
    return tuple(contact for contact in invited if contact.email)


def list_invited(plan: Plan, visit: Visit, places: Mapping[str, tuple[Contact, ...]]) -> tuple[Contact, ...]:
    """Return the same with those who cannot be asked for want of an address; ``places`` has the contacts of each."""
    return tuple(
        contact
        for place in _list_places(visit)
        for contact in places.get(place, ())
        if place != visit.team or is_member(plan, contact)
    )


def _list_places(visit: Visit) -> Iterator[str]:
    # A unit whose own level is not inspected is informed, not asked.
    if "unit" in visit.levels:
        yield visit.unit
    yield from (f"{visit.unit}/{commune}" for commune in visit.communes)
    if visit.team is not None:
        yield visit.team
