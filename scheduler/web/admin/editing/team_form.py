"""One team as a form: its name and who belongs to it; it may be added, or taken away where nothing names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import Plan, Team
from scheduler.naming import make_unique_slug
from scheduler.planfile.read import CONTACTS
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame
from scheduler.web.admin.editing.items import find_items, say
from scheduler.web.admin.editing.plan_page import open_plan, require_plan, save_plan
from scheduler.web.admin.editing.references import list_contact_uses, list_team_uses
from scheduler.web.admin.editing.saving import Footing, find_footing
from scheduler.web.admin.mails import Choice


@dataclass(frozen=True, slots=True)
class TeamPage:
    """``team`` is the id of the one that is edited, "" for a new one; ``people`` are who may be chosen."""

    frame: Frame
    plan: Plan
    team: str
    name: str
    members: tuple[str, ...]
    people: tuple[Choice, ...]
    uses: tuple[str, ...]


def show_team_form(desk: Desk, asked: Asked) -> Response:
    """Show one team to be edited."""
    footing = open_plan(desk, asked)
    team = _require_team(require_plan(desk, footing), asked.word("team"))
    return _show(desk, asked, footing, (), team)


def show_new_team(desk: Desk, asked: Asked) -> Response:
    """Show the form of a new team; its members are added once it is there."""
    return _show(desk, asked, open_plan(desk, asked), (), Team("", ""))


def save_team(desk: Desk, asked: Asked) -> Response:
    """Keep another name of a team, or other members, as a draft."""
    team_id = asked.word("team")

    def change(plan: Plan) -> Plan:
        old = _require_team(plan, team_id)
        new = _read_team(asked, old)
        return replace(plan, teams=tuple(new if team is old else team for team in plan.teams))

    return save_plan(
        desk, asked, change, _show_typed(desk, asked, team_id), f"Sửa đoàn {asked.field('ten') or team_id}"
    )


def save_new_team(desk: Desk, asked: Asked) -> Response:
    """Keep a new team as a draft."""

    def change(plan: Plan) -> Plan:
        taken = {unit.id for unit in plan.units} | {team.id for team in plan.teams}
        new = _read_team(asked, Team(make_unique_slug(asked.field("ten"), taken), ""))
        return replace(plan, teams=(*plan.teams, new))

    return save_plan(desk, asked, change, _show_typed(desk, asked, ""), f"Thêm đoàn {asked.field('ten')}")


def remove_team(desk: Desk, asked: Asked) -> Response:
    """Keep the plan without a team as a draft, where nothing names it."""
    team_id = asked.word("team")

    def change(plan: Plan) -> Plan:
        old = _require_team(plan, team_id)
        if uses := tuple(_list_uses(desk, plan, team_id, asked.field("nhap"))):
            raise FormError((Fault("", f"{old.name} còn được dùng: {', '.join(uses)}. Hãy bỏ những chỗ đó trước."),))
        return replace(plan, teams=tuple(team for team in plan.teams if team is not old))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _require_team(require_plan(desk, footing), team_id))

    return save_plan(desk, asked, change, show_again, f"Xóa đoàn {team_id}")


def _require_team(plan: Plan, team_id: str) -> Team:
    team = next((team for team in plan.teams if team.id == team_id), None)
    if team is None:
        raise HTTPException(404)
    return team


def _show_typed(desk: Desk, asked: Asked, team_id: str) -> Callable[[Footing, tuple[Fault, ...]], Response]:
    """Return what shows the form again as it was typed."""

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        typed = Team(team_id, asked.field("ten"), asked.fields("thanh-vien"))
        return _show(desk, asked, footing, faults, typed)

    return show_again


def _show(desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: Team) -> Response:
    plan = require_plan(desk, footing)
    frame = make_frame(desk, asked, footing, faults)
    page = TeamPage(
        frame=frame,
        plan=plan,
        team=values.id,
        name=values.name,
        members=values.members,
        people=tuple(_list_people(desk, values, frame.draft)) if values.id else (),
        uses=tuple(_list_uses(desk, plan, values.id, frame.draft)) if values.id else (),
    )
    return desk.show("team_form", asked, page, WRONG if faults else 200)


def _list_people(desk: Desk, team: Team, draft: str) -> Iterator[Choice]:
    """Yield the members, then who else belongs to the team by the contacts, as the draft and the sheets have them."""
    names = {contact.id: contact.name for contact in desk.names().contacts.values()}
    of = {contact.id: contact.of for contact in desk.names().contacts.values()}
    for item in find_items(desk, find_footing(desk, CONTACTS, draft)) or ():
        names[say(item, "id")], of[say(item, "id")] = say(item, "name"), say(item, "of")
    more = (contact for contact, place in of.items() if place == team.id and contact not in team.members)
    for contact in (*team.members, *more):
        yield Choice(contact, names.get(contact, contact))


def _list_uses(desk: Desk, plan: Plan, team: str, draft: str) -> Iterator[str]:
    yield from list_team_uses(plan, team)
    yield from list_contact_uses(desk, plan.id, team, draft)


def _read_team(asked: Asked, old: Team) -> Team:
    """Return the team that the form asks for, members in the order in which they stood; FormError where it is wrong."""
    reader, chosen = FormReader(asked), asked.fields("thanh-vien")
    name = reader.name("ten", "Tên đoàn", needed=True)
    if reader.faults or name is None:
        raise FormError(tuple(reader.faults))
    members = (*(m for m in old.members if m in chosen), *(m for m in chosen if m not in old.members))
    return replace(old, name=name, members=tuple(dict.fromkeys(members)))
