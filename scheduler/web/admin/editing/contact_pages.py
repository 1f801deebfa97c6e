"""The people and offices that are written to: found, added, edited, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import Plan
from scheduler.naming import fold_text, make_unique_slug
from scheduler.planfile.read import CONTACTS
from scheduler.planfile.sheet import find_sheets
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import PATH
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame, open_footing
from scheduler.web.admin.editing.item_texts import Item, Items
from scheduler.web.admin.editing.items import (
    find_item,
    find_items,
    insert_beside,
    leave_out,
    list_ids,
    require_items,
    save_items,
    say,
    say_all,
    set_value,
)
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice
from scheduler.web.admin.paging import Pages, make_pages

HERE = f"{PATH}/danh-ba"
_PER_PAGE = 50
_MOST_PLACES = 3_000
_HEAD = "head"

Change = Callable[[Items], Items]


@dataclass(frozen=True, slots=True)
class ContactValues:
    """What stands in the fields of a contact."""

    id: str = ""
    name: str = ""
    title: str = ""
    email: str = ""
    of: str = ""
    plans: tuple[str, ...] = ()
    head: bool = False


@dataclass(frozen=True, slots=True)
class ContactLine:
    """One contact of the list; ``of`` in words."""

    values: ContactValues
    of: str


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """``lines`` None where the file is wrong; ``in_sheet`` are contacts that stand in a spreadsheet."""

    frame: Frame
    lines: tuple[ContactLine, ...] | None
    without: int
    text: str
    only_without: bool
    pages: Pages
    sheets: tuple[str, ...]
    in_sheet: tuple[ContactLine, ...]


@dataclass(frozen=True, slots=True)
class ContactPage:
    """``contact`` is the id of the one that is edited, "" for a new one."""

    frame: Frame
    contact: str
    values: ContactValues
    places: tuple[Choice, ...]
    plans: tuple[Choice, ...]


def show_contacts(desk: Desk, asked: Asked) -> Response:
    """Show the contacts, all or those that were searched."""
    footing = open_footing(desk, asked, CONTACTS)
    items = find_items(desk, footing) if footing.content is not None else ()
    text, only_without = asked.asked_for("tim"), asked.asked_for("chua-co") == "1"
    held = tuple(_fill(item) for item in items or ())
    words = fold_text(text).split()
    # Named where they are searched, else those alone that are shown: there may be thousands.
    listed = (values for values in held if not (only_without and values.email))
    found = [values for values in listed if not words or _fits(_make_line(desk, values), words)]
    frame = make_frame(desk, asked, footing)
    asked_for = (("nhap", frame.draft), ("tim", text), ("chua-co", "1" if only_without else ""))
    pages = make_pages(asked.path, asked_for, asked.asked_number("trang", 1), len(found), _PER_PAGE)
    shown = found[pages.first : pages.first + pages.per_page]
    page = ContactsPage(
        frame=frame,
        lines=None if items is None else tuple(_make_line(desk, values) for values in shown),
        without=sum(not values.email for values in held),
        text=text,
        only_without=only_without,
        pages=pages,
        sheets=tuple(path.name for path in find_sheets(desk.config_dir)),
        in_sheet=tuple(_list_in_sheet(desk, {values.id for values in held})),
    )
    return desk.show("contacts", asked, page)


def show_contact_form(desk: Desk, asked: Asked) -> Response:
    """Show one contact to be edited."""
    footing = open_footing(desk, asked, CONTACTS)
    item = find_item(require_items(desk, footing), asked.word("contact"))
    return _show(desk, asked, footing, (), _fill(item), asked.word("contact"))


def show_new_contact(desk: Desk, asked: Asked) -> Response:
    """Show the form of a new contact, of the unit that was asked for."""
    footing = open_footing(desk, asked, CONTACTS)
    if footing.content is None:
        raise HTTPException(404)
    return _show(desk, asked, footing, (), ContactValues(of=asked.asked_for("thuoc")), "")


def save_contact(desk: Desk, asked: Asked) -> Response:
    """Keep a change of a contact as a draft."""
    contact_id = asked.word("contact")

    def change(items: Items) -> Items:
        old = find_item(items, contact_id)
        new = _read_contact(asked, old)
        return tuple(new if item is old else item for item in items)

    return _save(desk, asked, change, contact_id, f"Sửa danh bạ: {asked.field('ten') or contact_id}")


def save_new_contact(desk: Desk, asked: Asked) -> Response:
    """Keep a new contact as a draft; it stands behind the others of its unit or team."""

    def change(items: Items) -> Items:
        reader, taken = FormReader(asked), list_ids(items)
        typed = asked.field("ma")
        contact_id = (
            reader.identifier("ma", typed) if typed else make_unique_slug(asked.field("ten") or "moi", set(taken))
        )
        if typed in taken:
            reader.refuse("ma", f"Mã «{typed}» đã có người dùng.")
        try:
            new = _read_contact(asked, {"id": contact_id or ""})
        except FormError as error:
            raise FormError((*reader.faults, *error.faults)) from None
        if reader.faults:
            raise FormError(tuple(reader.faults))
        return insert_beside(items, new, "of")

    return _save(desk, asked, change, "", f"Thêm vào danh bạ: {asked.field('ten')}")


def remove_contact(desk: Desk, asked: Asked) -> Response:
    """Keep the list without a contact as a draft."""
    contact_id = asked.word("contact")
    title = f"Xóa khỏi danh bạ: {desk.names().contact(contact_id)}"
    return _save(desk, asked, lambda items: leave_out(items, contact_id), contact_id, title)


def _save(desk: Desk, asked: Asked, change: Change, contact_id: str, title: str) -> Response:
    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked), contact_id)

    return save_items(desk, asked, CONTACTS, change, show_again, title, HERE)


def _show(
    desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: ContactValues, contact_id: str
) -> Response:
    plans = tuple(desk.names().plans.values())
    page = ContactPage(
        frame=make_frame(desk, asked, footing, faults),
        contact=contact_id,
        values=values,
        places=tuple(_list_places(plans))[:_MOST_PLACES],
        plans=tuple(Choice(plan.id, plan.title) for plan in plans),
    )
    return desk.show("contact_form", asked, page, WRONG if faults else 200)


def _list_places(plans: tuple[Plan, ...]) -> Iterator[Choice]:
    """Yield what a contact may belong to: teams, units, communes."""
    seen: set[str] = set()
    for plan in plans:
        choices = [Choice(team.id, team.name) for team in plan.teams]
        for unit in plan.units:
            choices.append(Choice(unit.id, unit.name))
            choices += (Choice(f"{unit.id}/{c.id}", f"{c.name} ({unit.name})") for c in unit.communes)
        yield from (choice for choice in choices if choice.value not in seen)
        seen |= {choice.value for choice in choices}


def _fill(item: Item) -> ContactValues:
    return ContactValues(
        id=say(item, "id"),
        name=say(item, "name"),
        title=say(item, "title"),
        email=say(item, "email"),
        of=say(item, "of"),
        plans=say_all(item, "plans"),
        head=item.get(_HEAD) is True,
    )


def _take_values(asked: Asked) -> ContactValues:
    return ContactValues(
        id=asked.field("ma"),
        name=asked.field("ten"),
        title=asked.field("chuc-vu"),
        email=asked.field("thu"),
        of=asked.field("thuoc"),
        plans=asked.fields("ke-hoach"),
        head=asked.field("lanh-dao") == "1",
    )


def _read_contact(asked: Asked, old: Item) -> Item:
    """Return the contact that the form asks for; FormError with all that is wrong in it."""
    reader = FormReader(asked)
    name = reader.name("ten", "Tên", needed=True)
    title = reader.name("chuc-vu", "Chức vụ")
    email = reader.address("thu", asked.field("thu"))
    of = asked.field("thuoc")
    if not of:
        reader.refuse("thuoc", "Thuộc: chưa ghi đơn vị, xã hoặc đoàn.")
    if reader.faults:
        raise FormError(tuple(reader.faults))
    was = _fill(old)
    item = old
    # What says the same stays as it is written.
    for key, value, before in (("name", name, was.name), ("title", title, was.title), ("of", of, was.of)):
        item = item if value == (before or None) else set_value(item, key, value)
    if (email or "") != was.email or "email" not in item:
        item = {**item, "email": email}
    plans = asked.fields("ke-hoach")
    if set(plans) != set(was.plans):
        item = set_value(
            item, "plans", [*(p for p in was.plans if p in plans), *(p for p in plans if p not in was.plans)]
        )
    head = asked.field("lanh-dao") == "1"
    item = item if head == was.head else set_value(item, _HEAD, head)
    order = ("id", "name", "title", "email", "of", "plans", _HEAD)
    return item if old.keys() - {"id"} else {key: item[key] for key in order if key in item}


def _make_line(desk: Desk, values: ContactValues) -> ContactLine:
    return ContactLine(values, _word_place(desk, values.of))


def _word_place(desk: Desk, of: str) -> str:
    names = desk.names()
    for plan in names.plans.values():
        words = names.place(plan.id, of)
        if words != of:
            return words
    return of


def _list_in_sheet(desk: Desk, own: set[str]) -> Iterator[ContactLine]:
    """Yield the contacts in force that the file does not have, where there is a spreadsheet."""
    if not find_sheets(desk.config_dir):
        return
    for contact in desk.names().contacts.values():
        if contact.id not in own:
            values = ContactValues(contact.id, contact.name, contact.title or "", contact.email or "", contact.of)
            yield _make_line(desk, values)


def _fits(line: ContactLine, words: list[str]) -> bool:
    values = line.values
    held = fold_text(" ".join((values.name, values.title, values.email, values.of, line.of, values.id)))
    return all(word in held for word in words)
