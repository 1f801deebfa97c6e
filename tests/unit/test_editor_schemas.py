"""The JSON Schemas for editors: up to date, explained, and never stricter than the program."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scheduler.editor_schemas import read_comments, write_schemas
from scheduler.planfile import Json
from scheduler.planfile.yamlfile import parse_yaml

CONFIG = Path(__file__).parents[2] / "config"
FILES = {
    "settings": "settings.yaml",
    "contacts": "contacts.yaml",
    "reminders": "reminders.yaml",
    "holidays": "holidays.yaml",
    "plan": "plans/kiem-tra-2024.yaml",
}

Object = dict[str, Json]
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def read_schema(name: str) -> Object:
    schema: Object = json.loads((CONFIG / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


def read_file(name: str, text: str | None = None) -> Json:
    root, problems = parse_yaml(text or (CONFIG / FILES[name]).read_text(encoding="utf-8"), name)
    assert problems == ()
    assert root is not None
    return root.plain


def accepts(schema: Json, value: Json, root: Object) -> bool:
    """Judge ``value`` by the keywords that the schemas use (JSON Schema 2020-12)."""
    assert isinstance(schema, dict)
    if "$ref" in schema:
        defined = root["$defs"]
        assert isinstance(defined, dict)
        return accepts(defined[str(schema["$ref"]).rpartition("/")[2]], value, root)
    if isinstance(choices := schema.get("anyOf"), list) and not any(accepts(one, value, root) for one in choices):
        return False
    if isinstance(known := schema.get("enum"), list) and value not in known:
        return False
    wanted = schema.get("type")
    names = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    if names and not any(is_of_type(value, str(name)) for name in names):
        return False
    if isinstance(pattern := schema.get("pattern"), str) and isinstance(value, str) and not re.search(pattern, value):
        return False
    if isinstance(value, list):
        return "items" not in schema or all(accepts(schema["items"], item, root) for item in value)
    return not isinstance(value, dict) or accepts_keys(schema, value, root)


def is_of_type(value: Json, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def accepts_keys(schema: Object, value: Object, root: Object) -> bool:
    known, required, others = (
        schema.get("properties", {}),
        schema.get("required", []),
        schema.get("additionalProperties"),
    )
    assert isinstance(known, dict)
    assert isinstance(required, list)
    if any(key not in value for key in required):
        return False
    if others is False and not value.keys() <= known.keys():
        return False
    rest = [key for key in value if key not in known] if isinstance(others, dict) else []
    return all(accepts(known[key], value[key], root) for key in value if key in known) and all(
        accepts(others, value[key], root) for key in rest
    )


def test_the_shipped_schemas_are_those_of_the_program() -> None:
    written = write_schemas((CONFIG / "settings.yaml").read_text(encoding="utf-8"))
    shipped = {path.name: path.read_text(encoding="utf-8") for path in (CONFIG / "schemas").iterdir()}
    assert shipped == written, "run: scheduler config schema config/schemas"


@pytest.mark.parametrize("name", FILES)
def test_a_shipped_file_is_right_by_its_schema_and_names_it(name: str) -> None:
    schema = read_schema(name)
    assert accepts(schema, read_file(name), schema)
    first_line = (CONFIG / FILES[name]).read_text(encoding="utf-8").splitlines()[0]
    up = "../" * FILES[name].count("/")
    assert first_line == f"# yaml-language-server: $schema={up}schemas/{name}.schema.json"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("settings", ""),
        ("settings", "smtp:\n  host:\nmail:\n"),
        ("settings", "edits: {largest_share: 25%}"),
        ("contacts", "contacts:"),
        ("contacts", "contacts: [{id: a, name: A, email: , of: son-dong/an-ba, plans: [x]}]"),
        ("reminders", "rules: []"),
        ("holidays", "days: [{date: 2/1/2026, working: false, reason: x}]"),
    ],
)
def test_what_the_program_takes_the_schema_takes(name: str, text: str) -> None:
    schema = read_schema(name)
    assert accepts(schema, read_file(name, text or "# empty"), schema)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("settings", "htp: {}"),
        ("settings", "http: {prot: 1}"),
        ("settings", "http: {port: x}"),
        ("settings", "smtp: {password: x}"),
        ("contacts", "contacts: [{id: a, name: A}]"),
        ("contacts", "contacts: [{id: A B, name: A, of: x}]"),
        ("reminders", "rules: [{id: a, about: plan, to: [units], when: 1 day before at 08:00, template: x}]"),
        ("reminders", "rules: [{id: a, about: visit, to: [units], when: 1 day before, template: x}]"),
        ("holidays", "days: [{date: 2026, working: false, reason: x}]"),
    ],
)
def test_what_is_plainly_wrong_the_schema_refuses(name: str, text: str) -> None:
    schema = read_schema(name)
    assert not accepts(schema, read_file(name, text), schema)


@pytest.mark.parametrize("name", FILES)
def test_every_key_is_explained(name: str) -> None:
    assert list(find_unexplained(read_schema(name), name)) == []


def find_unexplained(schema: Json, path: str) -> list[str]:
    if isinstance(schema, list):
        return [found for part in schema for found in find_unexplained(part, path)]
    if not isinstance(schema, dict):
        return []
    properties = schema.get("properties")
    keys = properties if isinstance(properties, dict) else {}
    # The one list of a file needs no more words than its name.
    lists = {"contacts", "rules", "days", "log"}
    found = [f"{path}.{key}" for key, inner in keys.items() if key not in lists and "description" not in str(inner)]
    return found + [one for key, inner in schema.items() for one in find_unexplained(inner, f"{path}.{key}")]


def test_comments_of_settings_are_read_above_beside_and_below() -> None:
    text = "# File.\n\n# The relay.\nsmtp:\n  host: x  # its name;\n           # required\n  port: 1\nurl:\n"
    assert read_comments(text) == {"smtp": "The relay.", "smtp.host": "its name; required"}
