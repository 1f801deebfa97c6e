"""New people and offices at the end of contacts.yaml, what stands there kept byte for byte; and who stands there.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from scheduler.errors import ConfigError, Problem
from scheduler.model import Contact, Plan
from scheduler.planfile.tree import Mapping, Node, Scalar, Sequence
from scheduler.planfile.write import quote_scalar
from scheduler.planfile.yamlfile import parse_yaml

_BYTE_ORDER_MARK = "\ufeff"
_NEEDED = "  # address needed"


def append_contacts(text: str, stubs: tuple[Contact, ...], plan: Plan, file: str = "contacts.yaml") -> str:
    """Return ``text`` with the stubs whose ids are new appended, under comments that name their unit or team.

    ``text`` may be empty, and may begin with a byte order mark. Raises ConfigError where it is no contacts file that
    can be added to.
    """
    if text.startswith(_BYTE_ORDER_MARK):
        return _BYTE_ORDER_MARK + append_contacts(text[1:], stubs, plan, file)
    root, problems = parse_yaml(text, file)
    if root is None or problems:
        raise ConfigError(problems)
    known = _list_ids(root)
    new = tuple(stub for stub in dict.fromkeys(stubs) if stub.id not in known)
    if not new:
        return text
    wanted = (*known, *(stub.id for stub in new))
    for candidate in _write_candidates(text, root, new, plan):
        written, problems = parse_yaml(candidate, file)
        if written is not None and not problems and _list_ids(written) == wanted:
            return candidate
    entry = root.entry("contacts")
    place = entry.key if entry else root
    said = "contacts: nothing can be added to this list; write each contact as lines below '- id: …'"
    raise ConfigError((Problem(file, place.line, place.column, said),))


def parse_contacts(text: str, file: str = "contacts.yaml") -> Mapping:
    """Return the tree of a contacts file; ConfigError if ``text`` is no YAML."""
    root, problems = parse_yaml(text.removeprefix(_BYTE_ORDER_MARK), file)
    if root is None or problems:
        raise ConfigError(problems)
    return root


def list_bodies(root: Mapping) -> frozenset[str]:
    """Return the ids of units, communes and teams that contacts belong to."""
    return frozenset(of.text for _, contact in root.mappings("contacts") if (of := contact.text("of")))


def read_stubs(root: Mapping) -> dict[str, str]:
    """Return who each contact is, by id: the name, and the title behind it."""
    stubs: dict[str, str] = {}
    for _, contact in root.mappings("contacts"):
        if contact_id := contact.text("id"):
            stubs[contact_id.text] = describe_contact(*(_get_text(contact, key) for key in ("name", "title")))
    return stubs


def describe_contact(name: str, title: str) -> str:
    """Return "name, title", or the name alone."""
    return f"{name}, {title}" if title else name


def _get_text(contact: Mapping, key: str) -> str:
    said = contact.text(key)
    return said.text if said else ""


def _list_ids(root: Mapping) -> tuple[str, ...]:
    return tuple(contact_id.text for _, contact in root.mappings("contacts") if (contact_id := contact.text("id")))


def _write_candidates(text: str, root: Mapping, stubs: tuple[Contact, ...], plan: Plan) -> Iterator[str]:
    """Yield the text with the stubs added in the form that the list has."""
    entry = root.entry("contacts")
    if entry is None:
        yield _insert_after_line(text, text.count("\n") + 1, ["contacts:", *_write_stubs(stubs, plan, "  ")])
        return
    listed = entry.value
    if isinstance(listed, Sequence) and listed.items and not listed.flow:
        lines = list(_write_stubs(stubs, plan, " " * (listed.column - 1)))
        yield _insert_after_line(text, _last_written_line(text, listed), lines)
    elif isinstance(listed, Sequence) and listed.items:
        yield from (_append_in_brackets(text, listed, stubs, comma) for comma in (", ", " "))
    else:
        bare = _cut(text, listed) if isinstance(listed, Sequence) else text
        yield _insert_after_line(bare, entry.key.line, list(_write_stubs(stubs, plan, "  ")))


def _write_stubs(stubs: tuple[Contact, ...], plan: Plan, pad: str) -> Iterator[str]:
    names = {unit.id: unit.name for unit in plan.units} | {team.id: team.name for team in plan.teams}
    for body, group in groupby(stubs, key=lambda stub: stub.of.partition("/")[0]):
        yield f"{pad}# {names.get(body, body)}"
        for stub in group:
            yield f"{pad}- id: {stub.id}"
            yield f"{pad}  name: {quote_scalar(stub.name, flow=False)}"
            if stub.title is not None:
                yield f"{pad}  title: {quote_scalar(stub.title, flow=False)}"
            yield f"{pad}  email:" + (f" {quote_scalar(stub.email, flow=False)}" if stub.email else _NEEDED)
            yield f"{pad}  of: {stub.of}"


def _append_in_brackets(text: str, listed: Sequence, stubs: tuple[Contact, ...], comma: str) -> str:
    lines = text.splitlines(keepends=True)
    closing = sum(map(len, lines[: listed.end_line - 1])) + listed.end_column - 2
    entries = [
        "{"
        + f"id: {stub.id}, name: {quote_scalar(stub.name, flow=True)}, "
        + (f"title: {quote_scalar(stub.title, flow=True)}, " if stub.title is not None else "")
        + f"email: {quote_scalar(stub.email, flow=True) if stub.email else ''}, of: {stub.of}"
        + "}"
        for stub in stubs
    ]
    return text[:closing] + comma + ", ".join(entries) + text[closing:]


def _insert_after_line(text: str, number: int, inserted: list[str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    before, after = lines[:number], lines[number:]
    if before and not before[-1].endswith(("\n", "\r")):
        before[-1] += newline
    return "".join((*before, *(line + newline for line in inserted), *after))


def _last_written_line(text: str, listed: Sequence) -> int:
    """Return the last line of the list that is not blank (a folded text may end in blank lines)."""
    lines, number = text.splitlines(), find_last_line(listed)
    while not lines[number - 1].strip():
        number -= 1
    return number


def find_last_line(node: Node) -> int:
    """Return the last line that ``node`` stands on, comments below it apart."""
    if isinstance(node, Sequence) and node.flow:
        return node.end_line
    if isinstance(node, Scalar):
        return node.end_line
    inner = node.items if isinstance(node, Sequence) else (*(entry.value for entry in node.entries),)
    return max((node.line, *map(find_last_line, inner)))


def _cut(text: str, listed: Sequence) -> str:
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: listed.line - 1])) + listed.column - 1
    end = sum(map(len, lines[: listed.end_line - 1])) + listed.end_column - 1
    return text[:start] + text[end:]
