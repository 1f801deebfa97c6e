"""YAML text into a tree of values with places, or what is wrong with it.

Pure. YAML 1.2, by libyaml where it is there. Refused, each with its place: tabs, control characters, anchors, aliases,
tags, duplicate keys, several documents, excessive size and depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, Event, MappingStartEvent, ScalarEvent, SequenceStartEvent

from scheduler.errors import Problem
from scheduler.planfile.tree import Entry, Mapping, Node, Scalar, Sequence, tell_kind
from scheduler.planfile.wording import quote

MAX_CHARACTERS = 16 * 1024 * 1024
MAX_DEPTH = 20
MAX_BAD_CHARACTERS_TOLD = 5

Opening: TypeAlias = ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent

_BAD_CHARACTER = re.compile("[^\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

# libyaml takes a comment that touches the sign of a block of text; YAML has it stand apart.
_READ_OTHERWISE = re.compile(r"[|>][-+0-9]*#")

_TOLD_WHERE_IT_BEGAN = ("unexpected end of stream", "could not find expected ':'")
# What ruamel.yaml says, and what an admin should do about it; the first match counts.
_REMEDIES = (
    ("unexpected end of stream", "a quote that opens here is never closed; close it on the same line"),
    (
        "mapping values are not allowed",
        "a ':' where none can stand; quote a text that holds ': ', or mend the line above",
    ),
    ("sequence entries are not allowed", "a list cannot begin here; put each '- …' on its own line below the key"),
    (
        "could not find expected ':'",
        "this line is no 'key: value'; write ': ' after the key, or indent a text that goes on",
    ),
    ("expected ',' or", "a ',' or the closing bracket is missing in a list or mapping written on one line"),
    (
        "expected <block end>",
        "does not fit in here; indent it like its neighbours, and quote a text that begins with a quote",
    ),
    ("expected '<document start>'", "does not fit in here; indent it like its neighbours, below a 'key:'"),
    ("expected the node content", "a value is missing here; quote a text that begins with this character"),
    ("mapping keys are not allowed", "a text cannot begin with '? '; quote it"),
    ("cannot start any token", "a text cannot begin with this character; quote it"),
    ("expected alphabetic or numeric character", "a text cannot begin with '*' or '&'; quote it"),
    ("unknown escape character", "an unknown escape in double quotes; use single quotes, or write two backslashes"),
)


def parse_yaml(text: str, file: str) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Read a file whose top level is keys with values; None where the tree cannot be built at all.

    The problems are in the order of the file; with any, the tree is good for looking around only.
    """
    problems = find_bad_characters(text, file)
    if problems:
        return None, problems
    root = parse_quickly(text, file)
    return (root, ()) if root is not None else parse_exactly(text, file)


def parse_quickly(text: str, file: str) -> Mapping | None:
    """Read a file in which all is right by libyaml, some five times as quick; None where anything is in doubt.

    What is wrong, and where, the parser in Python says better; without libyaml it reads everything.
    """
    if not text.endswith("\n") or _READ_OTHERWISE.search(text):
        return None
    composer = _Composer(file)
    try:
        root = composer.compose_root(YAML(typ="safe").parse(text))
    except (YAMLError, _TooDeepError):
        return None
    return None if composer.problems else root


def parse_exactly(text: str, file: str) -> tuple[Mapping | None, tuple[Problem, ...]]:
    """Read a file by the parser in Python, which knows of everything that is wrong."""
    composer = _Composer(file)
    try:
        root = composer.compose_root(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        return None, (*composer.problems, _explain_syntax(error, file))
    except (YAMLError, _TooDeepError) as error:
        return None, (*composer.problems, Problem(file, 1, 1, f"cannot be read as YAML: {error}"))
    return root, tuple(composer.problems)


def find_bad_characters(text: str, file: str) -> tuple[Problem, ...]:
    """Return the first few tabs and control characters, or that the text is too large, as problems."""
    if len(text) > MAX_CHARACTERS:
        return (Problem(file, 0, 0, f"holds {len(text):,} characters; {MAX_CHARACTERS:,} are the limit"),)
    problems: list[Problem] = []
    for match in _BAD_CHARACTER.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        column = match.start() - text.rfind("\n", 0, match.start())
        said = (
            "a tab; use blanks instead"
            if match[0] == "\t"
            else f"an invisible character (U+{ord(match[0]):04X}); delete it"
        )
        problems.append(Problem(file, line, column, said))
        if len(problems) == MAX_BAD_CHARACTERS_TOLD:
            break
    return tuple(problems)


class _TooDeepError(Exception):
    pass


class _Composer:
    """Builds the tree from parser events, collecting what is refused."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def compose_root(self, events: Iterator[Event]) -> Mapping | None:
        roots: list[Node] = []
        for event in events:
            if isinstance(event, Opening):
                if roots:
                    self._refuse(event, "a second YAML document; keep one, without '---' lines in between")
                    break
                roots.append(self._compose(event, events, MAX_DEPTH))
        if roots and isinstance(roots[0], Mapping):
            return roots[0]
        if roots and not (isinstance(roots[0], Scalar) and roots[0].kind == "null"):
            self.problems.append(Problem(self.file, roots[0].line, roots[0].column, "begin the file with a 'key:'"))
            return None
        return Mapping((), 1, 1)

    def _compose(self, event: Opening, events: Iterator[Event], depth: int) -> Node:
        if depth == 0:
            raise _TooDeepError(f"nested more than {MAX_DEPTH} deep")
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if isinstance(event, AliasEvent):
            self._refuse(
                event, f"'*{event.anchor}' is an alias; write the value out, or quote a text that begins with '*'"
            )
            return Scalar("", "null", line, column, line)
        if event.anchor is not None:
            self._refuse(event, f"'&{event.anchor}' is an anchor; delete it, or quote a text that begins with '&'")
        if event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._refuse(event, f"'{tag}' is a tag; delete it, or quote a text that begins with '!'")
        if isinstance(event, SequenceStartEvent):
            return self._compose_sequence(event, events, depth)
        if isinstance(event, MappingStartEvent):
            return Mapping(self._compose_entries(events, depth), line, column)
        end = event.end_mark
        end_line = end.line + 1 if end.column or end.line == event.start_mark.line else end.line
        return Scalar(event.value, tell_kind(event.value) if event.implicit[0] else "text", line, column, end_line)

    def _compose_sequence(self, start: SequenceStartEvent, events: Iterator[Event], depth: int) -> Sequence:
        items: list[Node] = []
        while True:
            event = next(events)
            if not isinstance(event, Opening):
                begin, end = start.start_mark, event.end_mark
                flow = bool(start.flow_style)
                return Sequence(tuple(items), begin.line + 1, begin.column + 1, flow, end.line + 1, end.column + 1)
            items.append(self._compose(event, events, depth - 1))

    def _compose_entries(self, events: Iterator[Event], depth: int) -> tuple[Entry, ...]:
        entries: dict[str, Entry] = {}
        while True:
            event = next(events)
            if not isinstance(event, Opening):
                return tuple(entries.values())
            key = self._compose(event, events, depth - 1)
            value = self._compose(self._next_opening(events), events, depth - 1)
            if isinstance(key, Scalar) and value == Scalar("", "null", value.line, value.column, value.line):
                # The parser sees an empty value only at what follows it, maybe lines below.
                value = Scalar("", "null", key.line, key.column, key.end_line)
            if not isinstance(key, Scalar) or not key.text:
                self._refuse(event, "a key must be a word; quote a text that begins with '[', '{' or '?'")
            elif key.text in entries:
                first = entries[key.text].key
                self._refuse(event, f"the key {quote(key.text)} stands twice (first on line {first.line}); delete one")
            else:
                entries[key.text] = Entry(key, value)

    def _next_opening(self, events: Iterator[Event]) -> Opening:
        """Return the event that opens a key's value: the parser gives one, empty, where the file has none."""
        event = next(events)
        if not isinstance(event, Opening):
            raise YAMLError("a key without a value")
        return event

    def _refuse(self, event: Event, message: str) -> None:
        self.problems.append(Problem(self.file, event.start_mark.line + 1, event.start_mark.column + 1, message))


def _explain_syntax(error: MarkedYAMLError, file: str) -> Problem:
    problem = error.problem or "cannot be read as YAML"
    mark = error.problem_mark or error.context_mark
    if any(words in problem for words in _TOLD_WHERE_IT_BEGAN) and error.context_mark is not None:
        mark = error.context_mark
    if "expected ',' or" in problem and mark and error.context_mark and error.context_mark.line < mark.line:
        # Only the next line showed that the bracket is open; the admin looks for where it opens.
        mark = error.context_mark
    said = next((remedy for words, remedy in _REMEDIES if words in problem), f"cannot be read as YAML: {problem}")
    return Problem(file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, said)
