"""The text of a configuration file -> the same text with other values, every line that says the same kept as it stands.

Pure. Lines are replaced key by key and item by item; comments of the admin stay with them. A comment that only says
where the import found a value follows the value's new place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.errors import ConfigError, SchedulerError
from scheduler.model import Plan
from scheduler.planfile.contacts import find_last_line
from scheduler.planfile.tree import Mapping, Node, Scalar, Sequence
from scheduler.planfile.write import Json, format_places, plan_to_json, plan_to_yaml, write_entry, write_item
from scheduler.planfile.yamlfile import parse_yaml

_BYTE_ORDER_MARK = "\ufeff"
_QUOTE_OPENS_AFTER = " [{,:-"


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines ``first`` to ``last`` (from 1; last below first: none) become ``lines``, which hold no line ends."""

    first: int
    last: int
    lines: tuple[str, ...]


def amend_plan_text(text: str, old: Plan, new: Plan, extraction: str, file: str = "plan.yaml") -> str:
    """Return ``text``, which reads as ``old``, so that it reads as ``new``.

    ``extraction`` is the text of the earlier import: its comments are places, all others the admin's. Items keep
    their order of ``old``, new ones stand behind the one they follow in ``new``. Raises ConfigError where ``text`` is
    no YAML.
    """
    if text.startswith(_BYTE_ORDER_MARK):
        return _BYTE_ORDER_MARK + amend_plan_text(text[1:], old, new, extraction, file)
    root, problems = parse_yaml(text, file)
    if root is None or problems:
        raise ConfigError(problems)
    places = {source.pointer: source.place for source in new.sources}
    amender = _Amender(text.splitlines(), _list_comments(extraction) | _list_comments(plan_to_yaml(old)), places)
    before, after = plan_to_json(old), plan_to_json(new)
    if root.entry("sources") is None:
        # The admin did without the list of places.
        del before["sources"], after["sources"]
    edits = tuple(amender.amend_mapping(root, before, after, "", 0))
    return _apply(text, edits)


def amend_list_text(text: str, key: str, new: tuple[dict[str, Json], ...], file: str) -> str:
    """Return ``text``, a file with a list of items at ``key``, so that the list has the items ``new``, in their order.

    Each item has an id. Items that stay must keep their order; a new one stands behind the one before it in ``new``.
    Raises ConfigError where ``text`` is no YAML, SchedulerError where its lines cannot be amended one by one.
    """
    if text.startswith(_BYTE_ORDER_MARK):
        return _BYTE_ORDER_MARK + amend_list_text(text[1:], key, new, file)
    wanted: Json = list(new)
    old = _read_list(text, key, file)
    if old == wanted:
        return text
    root, _ = parse_yaml(text, file)
    if root is not None:
        amender = _Amender(text.splitlines(), frozenset(), {})
        amended = _apply(text, tuple(amender.amend_mapping(root, {key: old}, {key: wanted}, "", 0)))
        if _read_list(amended, key, file) == wanted:
            return amended
    raise SchedulerError(f"{file}: its lines cannot be amended one by one; edit it as text")


def _read_list(text: str, key: str, file: str) -> Json:
    root, problems = parse_yaml(text, file)
    if root is None or problems:
        raise ConfigError(problems)
    listed = root.plain.get(key) if isinstance(root.plain, dict) else None
    return [] if listed is None else listed


def split_comment(line: str) -> tuple[str, str]:
    """Split a line of YAML into what it says and its comment with the blanks before it; "" where it has none."""
    quote, closed = "", -1
    for position, char in enumerate(line):
        before = line[position - 1] if position else " "
        if quote:
            if char == quote and (quote == "'" or before != "\\"):
                quote, closed = "", position
        elif char in "\"'" and (before in _QUOTE_OPENS_AFTER or (before == char and closed == position - 1)):
            quote = char  # two single quotes in quoted text are one: it goes on
        elif char == "#" and before == " ":
            body = line[:position].rstrip()
            return body, line[len(body) :]
    return line.rstrip(), ""


def _list_comments(text: str) -> frozenset[str]:
    return frozenset(comment for line in text.splitlines() if (comment := split_comment(line)[1]))


@dataclass(frozen=True, slots=True)
class _Amender:
    """Compares the JSON forms of two plans along the tree of the text; yields what to edit, in any order."""

    lines: list[str]
    generated: frozenset[str]
    places: dict[str, str]

    def amend_mapping(
        self, node: Mapping, old: dict[str, Json], new: dict[str, Json], pointer: str, indent: int
    ) -> Iterator[_Edit]:
        for key in old.keys() - new.keys():
            if entry := node.entry(key):
                yield _Edit(entry.key.line, find_last_line(entry.value), self._keep_dash(entry.key))
        behind = node.line - 1
        for key, value in new.items():
            entry, inner = node.entry(key), f"{pointer}/{key}"
            if entry is None:
                if key not in old or old[key] != value:
                    yield _Edit(behind + 1, behind, tuple(write_entry(key, value, inner, indent, self.places)))
                continue
            behind = find_last_line(entry.value)
            if key in old and old[key] == value:
                yield from self._follow_places(entry.value, value, inner, entry.key.line)
            else:
                yield from self._amend_value(entry.key, entry.value, (old.get(key), value), inner)

    def _amend_value(self, key: Scalar, node: Node, values: tuple[Json, Json], pointer: str) -> Iterator[_Edit]:
        old, new = values
        if isinstance(node, Mapping) and self._is_block(node) and isinstance(old, dict) and isinstance(new, dict):
            if new and pointer != "/sources":
                yield from self.amend_mapping(node, old, new, pointer, node.column - 1)
                return
        elif isinstance(node, Sequence) and not node.flow and isinstance(old, list) and isinstance(new, list):
            before, after = _name_items(old), _name_items(new)
            if new and before and after and len(node.items) == len(before):
                yield from self._amend_items(node, (before, after), pointer)
                return
        first, last = key.line, find_last_line(node)
        written = list(write_entry(key.text, new, pointer, key.column - 1, self.places))
        written[0] = self.lines[first - 1][: key.column - 1] + written[0].lstrip(" ")
        yield _Edit(first, last, self._keep_comments(first, last, written))

    def _amend_items(
        self, node: Sequence, values: tuple[dict[str, Json], dict[str, Json]], pointer: str
    ) -> Iterator[_Edit]:
        """Amend a list item by item; both lists by the names of their items."""
        old, new = values
        nodes = dict(zip(old, node.items, strict=True))
        indent = node.column - 1
        for name, item in nodes.items():
            if name not in new:
                yield _Edit(self._find_dash(item), find_last_line(item), ())
        behind = self._find_dash(node.items[0]) - 1
        for index, (name, value) in enumerate(new.items()):
            inner = f"{pointer}/{index}"
            if name not in nodes:
                yield _Edit(behind + 1, behind, tuple(write_item(value, inner, indent, self.places)))
                continue
            item, before = nodes[name], old[name]
            behind = find_last_line(item)
            if before == value:
                yield from self._follow_places(item, value, inner, self._find_dash(item))
            elif isinstance(item, Mapping) and self._is_block(item):
                if isinstance(before, dict) and isinstance(value, dict):
                    yield from self.amend_mapping(item, before, value, inner, item.column - 1)
            else:
                written = list(write_item(value, inner, indent, self.places, in_braces=isinstance(item, Mapping)))
                first = self._find_dash(item)
                yield _Edit(first, behind, self._keep_comments(first, behind, written))

    def _follow_places(self, node: Node, value: Json, pointer: str, line: int) -> Iterator[_Edit]:
        """Yield the line's place comment anew, and those of the lines in it, where they changed."""
        if pointer.startswith("/sources"):
            return
        if isinstance(node, Mapping) and self._is_block(node) and isinstance(value, dict):
            for entry in node.entries:
                if entry.key.text in value:
                    inner = f"{pointer}/{entry.key.text}"
                    yield from self._follow_places(entry.value, value[entry.key.text], inner, entry.key.line)
        elif isinstance(node, Sequence) and not node.flow and isinstance(value, list):
            for index, (item, inner_value) in enumerate(zip(node.items, value, strict=False)):
                yield from self._follow_places(item, inner_value, f"{pointer}/{index}", self._find_dash(item))
        elif line == find_last_line(node):
            body, comment = split_comment(self.lines[line - 1])
            wanted = format_places(value, pointer, self.places)
            if comment in self.generated and comment.strip() != wanted.strip():
                yield _Edit(line, line, (f"{body}{wanted}",))

    def _keep_comments(self, first: int, last: int, written: list[str]) -> tuple[str, ...]:
        """Return the written lines with the admin's comments of the lines they replace."""
        comments = [split_comment(line)[1] for line in self.lines[first - 1 : last]]
        own = [comment.strip() for comment in comments if comment and comment not in self.generated]
        if len(own) == 1 and len(written) == 1:
            return (f"{split_comment(written[0])[0]}  {own[0]}",)
        pad = " " * (len(written[0]) - len(written[0].lstrip(" ")))
        return (*(pad + comment for comment in own), *written)

    def _keep_dash(self, key: Scalar) -> tuple[str, ...]:
        # An id stands first in every item: a key that goes never holds the item's dash.
        before = self.lines[key.line - 1][: key.column - 1]
        return () if not before.strip() else (before.rstrip(),)

    def _is_block(self, node: Mapping) -> bool:
        return not self.lines[node.line - 1][node.column - 1 :].startswith("{") if node.entries else False

    def _find_dash(self, item: Node) -> int:
        """Return the line of the dash of a list's item: its first line, or one above it."""
        line = item.line
        while line > 1 and "-" not in self.lines[line - 1][: item.column - 1]:
            line -= 1
        return line


def _name_items(items: list[Json]) -> dict[str, Json]:
    """Return the items by id, or by their text; empty where two have one name or an item has none."""
    named: dict[str, Json] = {}
    for item in items:
        name = item.get("id") if isinstance(item, dict) else item
        if not isinstance(name, str) or name in named:
            return {}
        named[name] = item
    return named


def _apply(text: str, edits: tuple[_Edit, ...]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = re.split(r"(?<=\n)", text)
    if lines[-1] == "":
        lines.pop()
    elif not lines[-1].endswith("\n"):
        lines[-1] += newline
    # From the end on, so that the lines before stay where they were; of two at one line the later goes in first.
    ordered = sorted(enumerate(edits), key=lambda each: (each[1].first, each[1].last, each[0]), reverse=True)
    for _, edit in ordered:
        lines[edit.first - 1 : edit.last] = [line + newline for line in edit.lines]
    return "".join(lines)
