"""A JSON Schema for each configuration file, from the very models that check it: editors complete and check with them.

Pure (text in, text out). JSON Schema draft 2020-12. A schema never refuses what the program takes; the program
refuses more. What explains a setting comes from the comments of the shipped settings.yaml.
"""

from __future__ import annotations

import json
import re

from pydantic import BaseModel

from scheduler.planfile import Json
from scheduler.planfile.schemas import AdminsKeys, ContactsKeys, DaysKeys, PlanKeys, RulesKeys
from scheduler.settings import Settings

FOLDER = "schemas"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SHAPES: dict[str, type[BaseModel]] = {
    "settings": Settings,
    "plan": PlanKeys,
    "contacts": ContactsKeys,
    "reminders": RulesKeys,
    "holidays": DaysKeys,
    "admins": AdminsKeys,
}
_SETTING = re.compile(r"(?P<indent> *)(?P<key>[a-z_]+):[^#]*(# (?P<comment>.*))?")
_COMMENT = re.compile(r" *# (?P<comment>.*)")


def write_schemas(settings_text: str) -> dict[str, str]:
    """Return the text of each schema by its file name; ``settings_text`` is the shipped, commented settings.yaml."""
    schemas = {name: _make_schema(name, shape) for name, shape in _SHAPES.items()}
    schemas["settings"] = _suit_settings(schemas["settings"], read_comments(settings_text))
    return {
        f"{name}.schema.json": json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
        for name, schema in schemas.items()
    }


def read_comments(text: str) -> dict[str, str]:
    """Return the comment of every key of a commented settings.yaml, by its path: "smtp.host".

    A section's comment stands above it, a key's beside it and on the lines below.
    """
    comments: dict[str, list[str]] = {}
    above: list[str] = []
    section, current = "", above
    for line in text.splitlines():
        comment, setting = _COMMENT.fullmatch(line), _SETTING.fullmatch(line)
        if comment is not None:
            current.append(comment["comment"].strip())
        elif setting is not None:
            is_inner = bool(setting["indent"])
            section = section if is_inner else setting["key"]
            said = [setting["comment"]] if setting["comment"] else []
            current = comments[f"{section}.{setting['key']}" if is_inner else section] = [*above, *said]
            above = []
        else:
            above = current = []
    return {path: " ".join(said) for path, said in comments.items() if said}


def _make_schema(name: str, shape: type[BaseModel]) -> dict[str, Json]:
    made: Json = shape.model_json_schema(mode="validation")
    made = _leave_out_titles(made)
    inner = made if isinstance(made, dict) else {}
    return {"$schema": _DIALECT, "title": f"{name}.yaml" if name != "plan" else "plans/<id>.yaml", **inner}


def _leave_out_titles(value: Json) -> Json:
    """Drop pydantic's titles and the docstrings of classes: they say nothing to who edits the file."""
    if isinstance(value, list):
        return [_leave_out_titles(part) for part in value]
    if not isinstance(value, dict):
        return value
    is_class = value.get("type") == "object"
    return {
        key: _leave_out_titles(part)
        for key, part in value.items()
        if not (key == "title" and isinstance(part, str)) and not (key == "description" and is_class)
    }


def _suit_settings(schema: dict[str, Json], comments: dict[str, str]) -> dict[str, Json]:
    """Return the schema with each key's comment, and with every key such that it may be left out or left empty.

    The environment and the defaults give what the file does not.
    """
    defined = schema.pop("$defs")
    sections = {}
    for name, reference in _properties(schema).items():
        target = str(reference.get("$ref", "")).rpartition("/")[2] if isinstance(reference, dict) else ""
        inner = defined.get(target) if isinstance(defined, dict) else None
        if isinstance(inner, dict):
            keys = {
                key: _may_be_empty(value, comments.get(f"{name}.{key}")) for key, value in _properties(inner).items()
            }
            keys.pop("password", None)
            section: Json = {"type": ["object", "null"], "additionalProperties": False, "properties": keys}
            sections[name] = _describe(section, comments.get(name))
        else:
            sections[name] = _may_be_empty(reference, comments.get(name))
    return {**{key: value for key, value in schema.items() if key != "required"}, "properties": sections}


def _properties(schema: dict[str, Json]) -> dict[str, Json]:
    found = schema.get("properties")
    return found if isinstance(found, dict) else {}


def _may_be_empty(value: Json, comment: str | None) -> Json:
    return _describe({"anyOf": [value, {"type": "null"}]}, comment)


def _describe(value: Json, comment: str | None) -> Json:
    return {"description": comment, **value} if comment and isinstance(value, dict) else value
