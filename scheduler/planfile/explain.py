"""What pydantic found wrong, in our words: path, value as it stands, remedy, each at its line and column.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scheduler.errors import Problem
from scheduler.planfile.tree import Entry, Mapping, Node, Scalar, Sequence
from scheduler.planfile.wording import quote, suggest

Location = tuple[int | str, ...]

# A default that was not computed because the value it rests on is wrong: that one is told already.
_FOLLOWS_FROM_ANOTHER = "default_factory_not_called"
_WRONG_KIND = {
    "tuple_type": "is not a list; write [a, b], or each as '- a' on its own line",
    "list_type": "is not a list; write [a, b], or each as '- a' on its own line",
    "model_type": "is wanted as keys with values, one 'key: value' on each line",
    "model_attributes_type": "is wanted as keys with values, one 'key: value' on each line",
    "dict_type": "is wanted as keys with values, one 'key: value' on each line",
    "bool_type": "is neither true nor false; write true or false",
}
_WHOLE_NUMBER = ("int_type", "int_parsing", "int_from_float", "int_parsing_size")


def explain(error: ValidationError, root: Mapping, shape: type[BaseModel], file: str) -> tuple[Problem, ...]:
    """Return one problem for each error of a file validated against ``shape``, in pydantic's order."""
    return tuple(explain_one(details, root, shape, file) for details in iterate_errors(error))


def explain_one(details: ErrorDetails, root: Mapping, shape: type[BaseModel], file: str) -> Problem:
    """Return an error as a problem at its value, or at its key where the key itself is unknown."""
    place = find_place(root, details["loc"])
    if isinstance(place, Entry):
        place = place.key if details["type"] == "extra_forbidden" else place.value
    return Problem(file, place.line, place.column, word_error(details, place, shape))


def iterate_errors(error: ValidationError) -> Iterator[ErrorDetails]:
    """Yield the errors that are told; not those that only follow from another.

    A key that is missing beside one that is nearly it is missing because it is misspelt.
    """
    errors = error.errors(include_url=False, include_input=False)
    unknown = [details["loc"] for details in errors if details["type"] == "extra_forbidden"]
    for details in errors:
        *around, name = details["loc"] or ("",)
        beside = [str(where[-1]) for where in unknown if list(where[:-1]) == around]
        is_misspelt = details["type"] == "missing" and bool(get_close_matches(str(name), beside, n=1, cutoff=0.6))
        if details["type"] != _FOLLOWS_FROM_ANOTHER and not is_misspelt:
            yield details


def word_error(details: ErrorDetails, node: Node, shape: type[BaseModel]) -> str:
    """Return "path: value, what is wrong, remedy" for one error whose value is ``node``."""
    return f"{format_path(details['loc'])}: {_say_what_is_wrong(details, node, shape)}"


def format_path(location: Location) -> str:
    """Return ("visits", 2, "date") as "visits[2].date"."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).lstrip(".") or "file"


def find_place(root: Mapping, location: Location) -> Node | Entry:
    """Return the entry or list item at ``location``, else the nearest one around it."""
    place: Node | Entry = root
    for part in location:
        node = place.value if isinstance(place, Entry) else place
        found: Node | Entry | None = None
        if isinstance(node, Mapping) and isinstance(part, str):
            found = node.entry(part)
        elif isinstance(node, Sequence) and isinstance(part, int) and part < len(node.items):
            found = node.items[part]
        if found is None:
            return node
        place = found
    return place


def _say_what_is_wrong(details: ErrorDetails, node: Node, shape: type[BaseModel]) -> str:
    kind, location = details["type"], details["loc"]
    name = location[-1] if location and isinstance(location[-1], str) else ""
    if kind == "missing":
        return f"is missing; add '{name}: …'"
    if kind == "extra_forbidden":
        return f"unknown key {quote(name)}; {suggest(name, known_keys(shape, location[:-1]))}"
    if kind == "value_error":
        return details["msg"].removeprefix("Value error, ")
    if isinstance(node, Scalar) and node.kind == "null":
        return f"is empty; write a value, or delete {'the key if it may be left out' if name else 'the line'}"
    if kind == "string_type":
        return _say_no_text(node)
    shown = quote(node.text) if isinstance(node, Scalar) else "this"
    if kind in _WRONG_KIND:
        return f"{shown} {_WRONG_KIND[kind]}"
    if kind in _WHOLE_NUMBER:
        return f"{shown} is not a whole number"
    if kind in ("enum", "literal_error"):
        return f"{shown} is not known here; write {details['ctx']['expected']}"
    return f"{shown} cannot be taken: {details['msg']}"


def _say_no_text(node: Node) -> str:
    if isinstance(node, Sequence):
        return "is a list where one text is wanted; keep one, without '-' and brackets"
    if isinstance(node, Mapping):
        return "has keys where one text is wanted; quote a text that holds ': '"
    taken_for = {"bool": "true or false", "null": "nothing"}.get(node.kind, "a number")
    return f'{quote(node.text)} is taken for {taken_for} where a text is wanted; quote it: "{node.text}"'


def known_keys(shape: type[BaseModel], location: Location) -> tuple[str, ...]:
    """Return the keys that the model at ``location`` below ``shape`` knows."""
    for part in location:
        if isinstance(part, str) and part in shape.model_fields:
            shape = next(_models_in(shape.model_fields[part].annotation), shape)
    return tuple(shape.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
