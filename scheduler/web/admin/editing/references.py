"""What a part of a plan is still used for, in words: nothing that something else names is taken away.

The functions on plans are pure; the contacts are read as the draft being edited has them.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.model import Plan
from scheduler.planfile.read import CONTACTS
from scheduler.planfile.sheet import find_sheets
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.items import find_items, list_ids, say, say_all
from scheduler.web.admin.editing.saving import find_footing


def list_place_uses(plan: Plan, place: str) -> Iterator[str]:
    """Yield what names ``place``, the id of a unit or a commune's full one, its communes included."""
    unit, _, commune = place.partition("/")
    visits = [visit for visit in plan.visits if visit.unit == unit]
    if commune:
        visits = [v for v in visits if commune in v.communes or any(s.commune == commune for s in v.sessions)]
    if visits:
        yield f"{len(visits)} buổi kiểm tra"
    for report in plan.reports:
        named = (*report.owed_by, *(of for of, _ in report.forms.by_unit))
        if any(name == place or name.startswith(f"{place}/") for name in named):
            yield f"báo cáo «{report.title}»"


def list_team_uses(plan: Plan, team: str) -> Iterator[str]:
    """Yield what names a team."""
    if count := sum(visit.team == team for visit in plan.visits):
        yield f"{count} buổi kiểm tra"


def list_session_uses(plan: Plan, session: str) -> Iterator[str]:
    """Yield what names a part of the day."""
    if count := sum(any(part.id == session for part in visit.sessions) for visit in plan.visits):
        yield f"{count} buổi kiểm tra"


def list_contact_uses(desk: Desk, plan: str, place: str, draft: str) -> Iterator[str]:
    """Yield how many contacts belong to a unit, commune or team of ``plan`` that no other plan has.

    As ``draft`` has the contacts, "" for none; those in spreadsheets as they are in force.
    """
    names = desk.names()
    items = find_items(desk, find_footing(desk, CONTACTS, draft)) or ()
    held = [(say(item, "of"), say_all(item, "plans")) for item in items]
    if find_sheets(desk.config_dir):
        own = list_ids(items)
        held += [(contact.of, contact.plans) for contact in names.contacts.values() if contact.id not in own]
    others = [other for other in names.plans.values() if other.id != plan]
    elsewhere = {unit.id for other in others for unit in other.units} | {t.id for other in others for t in other.teams}
    count = sum(
        (of == place or of.startswith(f"{place}/"))
        and (plan in plans if plans else of.partition("/")[0] not in elsewhere)
        for of, plans in held
    )
    if count:
        yield f"{count} người nhận trong danh bạ"
