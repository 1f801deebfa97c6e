"""A configuration file as a tree in which every key and value knows its line and column.

Pure. What a bare value is taken for follows the core schema of YAML 1.2 (section 10.3.2): `8:30` and `no` are texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind = Literal["text", "null", "bool", "integer", "number"]
Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"

_NULL = re.compile(r"|~|null|Null|NULL")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it stands in the file; ``kind`` is what YAML takes it for. Line and column count from 1."""

    text: str
    kind: Kind
    line: int
    column: int
    end_line: int

    @property
    def plain(self) -> Plain:
        match self.kind:
            case "null":
                return None
            case "bool":
                return self.text.lower() == "true"
            case "integer":
                return int(self.text, 0 if self.text[:2] in ("0o", "0x") else 10)
            case "number":
                return float(self.text.lower().replace(".inf", "inf").replace(".nan", "nan"))
            case "text":
                return self.text


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list. ``end_line`` and ``end_column`` are just past a closing bracket; ``flow`` says there is one."""

    items: tuple[Node, ...]
    line: int
    column: int
    flow: bool
    end_line: int
    end_column: int

    @property
    def plain(self) -> Plain:
        return [item.plain for item in self.items]


@dataclass(frozen=True, slots=True)
class Entry:
    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys with values, in file order; no key stands twice."""

    entries: tuple[Entry, ...]
    line: int
    column: int

    @property
    def plain(self) -> Plain:
        return {entry.key.text: entry.value.plain for entry in self.entries}

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key.text == key), None)

    def value(self, key: str) -> Node | None:
        entry = self.entry(key)
        return entry.value if entry else None

    def text(self, key: str) -> Scalar | None:
        """Return the value of ``key`` where it is a text, else None."""
        value = self.value(key)
        return value if isinstance(value, Scalar) and value.kind == "text" else None

    def items(self, key: str) -> tuple[Node, ...]:
        """Return the items of the list at ``key``; () where there is no list."""
        value = self.value(key)
        return value.items if isinstance(value, Sequence) else ()

    def texts(self, key: str) -> tuple[tuple[int, Scalar], ...]:
        """Return the texts of the list at ``key``, each with its index in the list."""
        return tuple((i, v) for i, v in enumerate(self.items(key)) if isinstance(v, Scalar) and v.kind == "text")

    def mappings(self, key: str) -> tuple[tuple[int, Mapping], ...]:
        """Return the mappings of the list at ``key``, each with its index in the list."""
        return tuple((i, value) for i, value in enumerate(self.items(key)) if isinstance(value, Mapping))


Node: TypeAlias = Scalar | Sequence | Mapping


def tell_kind(text: str) -> Kind:
    """Return what YAML takes the unquoted ``text`` for."""
    if _NULL.fullmatch(text):
        return "null"
    if _BOOL.fullmatch(text):
        return "bool"
    if _INTEGER.fullmatch(text):
        return "integer"
    return "number" if _NUMBER.fullmatch(text) else "text"
