"""A file that is a list of items, such as contacts or rules: read for the forms, and written back line by line."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.planfile import Json
from scheduler.planfile.amend import amend_list_text
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.forms import Fault, WrongFileError, decode, save_form
from scheduler.web.admin.editing.item_texts import LIST_OF, Item, Items, read_items
from scheduler.web.admin.editing.saving import Footing


def find_items(desk: Desk, footing: Footing) -> Items | None:
    """Return the items of a footing; None where its file is wrong or not there."""
    return None if footing.content is None else desk.item_readings.read(footing.file, footing.content)


def require_items(desk: Desk, footing: Footing) -> Items:
    """Return the items of a footing; WrongFileError where only text helps, 404 where there is no file."""
    items = find_items(desk, footing)
    if items is None:
        raise HTTPException(404) if footing.content is None else WrongFileError(footing.file)
    return items


def find_item(items: Items, item_id: str) -> Item:
    """Return the item with an id; 404 where there is none."""
    item = next((item for item in items if item.get("id") == item_id), None)
    if item is None:
        raise HTTPException(404)
    return item


def leave_out(items: Items, item_id: str) -> Items:
    """Return the items without the one with an id; 404 where there is none."""
    gone = find_item(items, item_id)
    return tuple(item for item in items if item is not gone)


def insert_beside(items: Items, new: Item, key: str) -> Items:
    """Return the items with a new one behind the last that says the same at ``key``; at the end where none does."""
    beside = [number for number, item in enumerate(items) if item.get(key) == new[key]]
    at = beside[-1] + 1 if beside else len(items)
    return (*items[:at], new, *items[at:])


def list_ids(items: Items | None) -> set[str]:
    return {item_id for item in items or () if isinstance(item_id := item.get("id"), str)}


def say(item: Item, key: str) -> str:
    """Return a value as a field shows it, "" where nothing is said."""
    value = item.get(key)
    return "" if value is None or isinstance(value, list | dict) else str(value)


def say_all(item: Item, key: str) -> tuple[str, ...]:
    """Return the texts of a list; () where there is none."""
    value = item.get(key)
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def set_value(item: Item, key: str, value: Json) -> Item:
    """Return the item with another value; what says nothing has no key."""
    if value not in (None, "", [], False):
        return {**item, key: value}
    return {name: inner for name, inner in item.items() if name != key}


def save_items(
    desk: Desk,
    asked: Asked,
    file: str,
    change: Callable[[Items], Items],
    show_again: Callable[[Footing, tuple[Fault, ...]], Response],
    title: str,
    back: str,
) -> Response:
    """Keep what a form makes of a file's list as a draft."""

    def amend(content: bytes) -> str:
        items, text = read_items(file, content), decode(content)
        return amend_list_text(text, LIST_OF[file], change(items or ()), file)

    return save_form(desk, asked, file, amend, show_again, title, back)
