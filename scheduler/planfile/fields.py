"""The kinds of value that configuration files hold: how each is read, and how its JSON Schema says it.

Pure. An editor that checks against the schema must never refuse what the program takes; the program checks more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from scheduler.model import Repeat, When
from scheduler.planfile import values
from scheduler.rules import REPEAT_EXAMPLE, parse_repeat, parse_when

T = TypeVar("T")

_ID = "[a-z0-9]+(-[a-z0-9]+)*"
_DAY = r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}/\d{1,2}/\d{4}"
_ARGON2 = r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
_HOUR = r"\d{1,2}:\d{2}"


def from_text(read: Callable[[str], T]) -> Callable[[object], T]:
    """Return ``read`` for a value that may be no text at all."""

    def read_value(value: object) -> T:
        if value is None:
            raise ValueError("is empty; write a value, or delete the key if it may be left out")
        return read("this" if isinstance(value, list | dict) else str(value))

    return read_value


def _blank_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


def none_is_no_keys(value: object) -> object:
    """Return an empty mapping for a key without a value."""
    return {} if value is None else value


def _read_password_hash(text: str) -> str:
    if not re.fullmatch(_ARGON2, text):
        # The value is not quoted: somebody may have typed the password itself.
        raise ValueError("is no argon2id hash; write it with: scheduler admin password ID")
    return text


class OrNothing:
    """Marks in the schema what a file may leave empty."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(core), {"type": "null"}]}


def _texts(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


Line = Annotated[str, AfterValidator(values.read_line)]
Paragraphs = Annotated[str, AfterValidator(values.read_paragraphs)]
Id = Annotated[str, AfterValidator(values.read_id), _texts(_ID)]
Reference = Annotated[str, AfterValidator(values.read_reference), _texts(f"{_ID}(/{_ID})?")]
Address = Annotated[str, AfterValidator(values.read_address), WithJsonSchema({"type": "string", "format": "email"})]
ZoneName = Annotated[str, AfterValidator(values.read_time_zone)]
IssueDate = Annotated[str, AfterValidator(values.read_issue_date), _texts(rf"{_DAY}|\d{{4}}-\d{{2}}")]
Day = Annotated[date, BeforeValidator(from_text(values.read_date)), _texts(_DAY)]
Hour = Annotated[time, BeforeValidator(from_text(values.read_hour)), _texts(_HOUR)]
Instant = Annotated[
    datetime, BeforeValidator(from_text(values.read_microseconds)), _texts(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
]
Sentence = Annotated[
    When,
    BeforeValidator(from_text(parse_when)),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf" at {_HOUR}$",
            "examples": [
                "14 days before at 08:00",
                "5 working days before at 08:00",
                "the day before at 15:00",
                "on the last day at 08:00",
                "1 working day after at 08:00",
            ],
        }
    ),
]
PasswordHash = Annotated[str, AfterValidator(_read_password_hash), _texts(_ARGON2)]
Repetition = Annotated[
    Repeat,
    BeforeValidator(from_text(parse_repeat)),
    WithJsonSchema({"type": "string", "pattern": "^ *[Ee]very ", "examples": [REPEAT_EXAMPLE]}),
]
Maybe = Annotated[T | None, BeforeValidator(_blank_is_none)]
Many = Annotated[tuple[T, ...], BeforeValidator(_none_is_empty), OrNothing()]
