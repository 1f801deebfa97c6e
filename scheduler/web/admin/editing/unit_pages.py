"""The units of a plan with their communes: found, added, renamed, taken away where nothing names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import Commune, Plan, Unit
from scheduler.naming import fold_text, make_unique_slug
from scheduler.planfile.schemas import DEFAULT_FORM
from scheduler.planfile.values import read_line
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame
from scheduler.web.admin.editing.plan_page import open_plan, require_plan, save_plan
from scheduler.web.admin.editing.references import list_contact_uses, list_place_uses
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.paging import Pages, make_pages

_PER_PAGE = 50
_MOST_NEW = 200


@dataclass(frozen=True, slots=True)
class UnitsPage:
    """The units that were searched, of ``total``."""

    frame: Frame
    plan: Plan
    text: str
    units: tuple[Unit, ...]
    total: int
    pages: Pages


@dataclass(frozen=True, slots=True)
class UnitValues:
    """What stands in the fields of a unit: each commune's name by its id, and new ones, one to a line."""

    name: str
    communes: tuple[Commune, ...]
    more: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """``unit`` is the id of the one that is edited, "" for a new one; ``uses`` are what names it."""

    frame: Frame
    plan: Plan
    unit: str
    values: UnitValues
    uses: tuple[str, ...]


def show_units(desk: Desk, asked: Asked) -> Response:
    """Show the units of a plan, all or those that were searched."""
    footing = open_plan(desk, asked)
    plan, text = require_plan(desk, footing), asked.asked_for("tim")
    found = tuple(unit for unit in plan.units if _fits(unit, text))
    frame = make_frame(desk, asked, footing)
    pages = make_pages(
        asked.path, (("nhap", frame.draft), ("tim", text)), asked.asked_number("trang", 1), len(found), _PER_PAGE
    )
    shown = found[pages.first : pages.first + pages.per_page]
    return desk.show("units", asked, UnitsPage(frame, plan, text, shown, len(plan.units), pages))


def show_unit_form(desk: Desk, asked: Asked) -> Response:
    """Show one unit to be edited."""
    footing = open_plan(desk, asked)
    unit = _require_unit(require_plan(desk, footing), asked.word("unit"))
    return _show(desk, asked, footing, (), UnitValues(unit.name, unit.communes, ""), unit.id)


def show_new_unit(desk: Desk, asked: Asked) -> Response:
    """Show the form of a new unit."""
    return _show(desk, asked, open_plan(desk, asked), (), UnitValues("", (), ""), "")


def save_unit(desk: Desk, asked: Asked) -> Response:
    """Keep other names of a unit and its communes, new communes, and fewer of them, as a draft."""
    unit_id = asked.word("unit")

    def change(plan: Plan) -> Plan:
        old = _require_unit(plan, unit_id)
        new = _read_unit(desk, asked, plan, old)
        return replace(plan, units=tuple(new if unit is old else unit for unit in plan.units))

    return save_plan(
        desk, asked, change, _show_typed(desk, asked, unit_id), f"Sửa đơn vị {asked.field('ten') or unit_id}"
    )


def save_new_unit(desk: Desk, asked: Asked) -> Response:
    """Keep a new unit as a draft; it stands behind the others."""

    def change(plan: Plan) -> Plan:
        taken = {unit.id for unit in plan.units} | {team.id for team in plan.teams} | {DEFAULT_FORM}
        unit_id = make_unique_slug(asked.field("ten"), taken)
        return replace(plan, units=(*plan.units, _read_unit(desk, asked, plan, Unit(unit_id, ""))))

    return save_plan(desk, asked, change, _show_typed(desk, asked, ""), f"Thêm đơn vị {asked.field('ten')}")


def remove_unit(desk: Desk, asked: Asked) -> Response:
    """Keep the plan without a unit as a draft, where nothing names it."""
    unit_id = asked.word("unit")

    def change(plan: Plan) -> Plan:
        old = _require_unit(plan, unit_id)
        if uses := tuple(_list_uses(desk, plan, unit_id, asked.field("nhap"))):
            raise FormError((Fault("", f"{old.name} còn được dùng: {', '.join(uses)}. Hãy bỏ những chỗ đó trước."),))
        return replace(plan, units=tuple(unit for unit in plan.units if unit is not old))

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        unit = _require_unit(require_plan(desk, footing), unit_id)
        return _show(desk, asked, footing, faults, UnitValues(unit.name, unit.communes, ""), unit_id)

    return save_plan(desk, asked, change, show_again, f"Xóa đơn vị {unit_id}")


def _show_typed(desk: Desk, asked: Asked, unit_id: str) -> Callable[[Footing, tuple[Fault, ...]], Response]:
    """Return what shows the form again as it was typed."""

    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        known = _require_unit(require_plan(desk, footing), unit_id).communes if unit_id else ()
        communes = tuple(replace(each, name=asked.field(f"xa-{each.id}")) for each in known)
        more = asked.whole("xa-moi").replace("\r\n", "\n")
        return _show(desk, asked, footing, faults, UnitValues(asked.field("ten"), communes, more), unit_id)

    return show_again


def _require_unit(plan: Plan, unit_id: str) -> Unit:
    unit = next((unit for unit in plan.units if unit.id == unit_id), None)
    if unit is None:
        raise HTTPException(404)
    return unit


def _show(
    desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: UnitValues, unit_id: str
) -> Response:
    plan = require_plan(desk, footing)
    frame = make_frame(desk, asked, footing, faults)
    uses = tuple(_list_uses(desk, plan, unit_id, frame.draft)) if unit_id else ()
    return desk.show("unit_form", asked, UnitPage(frame, plan, unit_id, values, uses), WRONG if faults else 200)


def _read_unit(desk: Desk, asked: Asked, plan: Plan, old: Unit) -> Unit:
    """Return the unit that the form asks for; FormError with all that is wrong in it."""
    reader = FormReader(asked)
    name = reader.name("ten", "Tên đơn vị", needed=True)
    kept = tuple(_read_communes(desk, asked, plan, old, reader))
    taken = {commune.id for commune in old.communes}
    added = [Commune(make_unique_slug(each, taken), each) for each in _read_new(reader, asked.whole("xa-moi"))]
    doubles = [each.name for each in added if any(fold_text(each.name) == fold_text(other.name) for other in kept)]
    if doubles:
        reader.refuse("xa-moi", f"Đã có trong đơn vị này: {', '.join(doubles[:5])}.")
    if reader.faults or name is None:
        raise FormError(tuple(reader.faults))
    return replace(old, name=name, communes=(*kept, *added))


def _read_communes(desk: Desk, asked: Asked, plan: Plan, old: Unit, reader: FormReader) -> Iterator[Commune]:
    """Yield the communes that stay; one whose name was cleared goes, unless something names it."""
    for commune in old.communes:
        field = f"xa-{commune.id}"
        if field not in asked.form:
            yield commune
            continue
        name = reader.name(field, "Tên xã")
        if name is not None:
            yield replace(commune, name=name)
        elif uses := tuple(_list_uses(desk, plan, f"{old.id}/{commune.id}", asked.field("nhap"))):
            reader.refuse(field, f"{commune.name} còn được dùng: {', '.join(uses)}. Hãy bỏ những chỗ đó trước.")


def _read_new(reader: FormReader, typed: str) -> Iterator[str]:
    for line in dict.fromkeys(typed.replace("\r\n", "\n").split("\n")[:_MOST_NEW]):
        if line.strip():
            try:
                name = read_line(line)
            except ValueError:
                reader.refuse("xa-moi", "Tên xã: có ký tự không dùng được.")
                continue
            if reader.bound("xa-moi", "Tên xã", name):
                yield name


def _list_uses(desk: Desk, plan: Plan, place: str, draft: str) -> Iterator[str]:
    yield from list_place_uses(plan, place)
    yield from list_contact_uses(desk, plan.id, place, draft)


def _fits(unit: Unit, text: str) -> bool:
    held = fold_text(" ".join((unit.name, unit.id, *(commune.name for commune in unit.communes))))
    return all(word in held for word in fold_text(text).split())
