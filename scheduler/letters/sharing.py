"""Letters of one shape -> one rendering with gaps, into which each letter's own words are put.

Pure. Two letters have one shape when they differ in words alone: the same kind of reader, as many days and
sessions, the same things said and unsaid. A template is set once for a shape, with a ``Slot`` in place of every
word. A slot can be printed and nothing else: whatever else a template does with one (a filter, a comparison)
raises, and then letters of that shape are set one by one. ``can_share`` refuses the few things that a slot cannot
notice, such as work on a text that was printed before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import NoReturn

from jinja2 import nodes
from jinja2.filters import FILTERS
from jinja2.nodes import EvalContext
from jinja2.utils import pass_eval_context
from markupsafe import escape

from scheduler.letters.facts import FACTS, Letter, RenderedLetter

Shape = tuple[object, ...]

# What differs between readers of one place: the first words of every letter.
_READER = ("recipient", "address", "answer_link")
# Told apart by templates, so they belong to the shape and not to the words.
_TOLD_APART = ("audience", "about", "asks")
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in FACTS}
_GETTERS = {kind: attrgetter(*names) for kind, names in _FIELDS.items()}
_LETTER_FIELDS = tuple(name for name in _FIELDS[Letter] if name not in _READER)
# A control character, which no fact may hold: what is put in cannot be taken for a gap.
_GAP = "\x00"
_WORD = object()
_SPECIAL = re.compile("[&<>\"']")


class NotSharedError(Exception):
    """A template does more with a word than print it: letters of that shape are set one by one."""


class _Refusing:
    """Answers nothing about itself; what Jinja2 would take an error for an answer in (``int``) is refused too."""

    def __bool__(self) -> bool:
        return True  # empty words and facts that are left out belong to the shape

    def _refuse(self, *_: object) -> NoReturn:
        raise NotSharedError

    __str__ = __repr__ = __format__ = __hash__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __len__ = __iter__ = __contains__ = __getitem__ = __int__ = __float__ = __index__ = __add__ = __radd__ = _refuse


class Slot(_Refusing):
    """Stands for words that are not known yet."""

    def __init__(self, mark: str) -> None:
        self.mark = mark

    @staticmethod
    def print(value: object) -> object:
        """Return what is printed for ``value``: the mark of a slot, everything else as it is."""
        if type(value) is Slot:
            return value.mark
        if isinstance(value, _Refusing):
            raise NotSharedError
        return value


class _OpenFacts(_Refusing):
    """The facts of a letter with slots for their words, by the same names."""

    def __init__(self, values: dict[str, object]) -> None:
        self.__dict__.update(values)


@pass_eval_context
def join_words(
    context: EvalContext, value: Iterable[object], between: str = "", attribute: str | None = None
) -> object:
    """Join as Jinja2's own filter does; words that are not known yet become one slot."""
    items = tuple(value)
    if attribute is not None or not any(type(item) is Slot for item in items):
        joined: object = FILTERS["join"](context, items, between, attribute)
        return joined
    if any(hasattr(part, "__html__") for part in (between, *items)):
        raise NotSharedError
    return Slot(str(between).join(str(Slot.print(item)) for item in items))


@dataclass(frozen=True, slots=True)
class GappedText:
    """A text with gaps between its ``pieces``; ``gaps`` are the indexes of the words that belong there."""

    pieces: tuple[str, ...]
    gaps: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many characters there are between the gaps."""
        return sum(map(len, self.pieces))

    def fill(self, words: tuple[str, ...]) -> str:
        """Return the text with all its words."""
        parts = [self.pieces[0]]
        for gap, piece in zip(self.gaps, self.pieces[1:], strict=True):
            parts += (words[gap], piece)
        return "".join(parts)

    def fill_but_reader(self, words: tuple[str, ...]) -> GappedText:
        """Return the text with all its words but those that differ between readers of one place."""
        pieces: list[str] = []
        gaps: list[int] = []
        parts = [self.pieces[0]]
        for gap, piece in zip(self.gaps, self.pieces[1:], strict=True):
            if gap < len(_READER):
                pieces.append("".join(parts))
                gaps.append(gap)
                parts = [piece]
            else:
                parts += (words[gap], piece)
        return GappedText((*pieces, "".join(parts)), tuple(gaps))


@dataclass(frozen=True, slots=True)
class SharedLetter:
    """A letter set for all readers of one place; ``fill`` makes it one reader's."""

    subject: str
    text: GappedText
    html: GappedText

    def fill(self, recipient: str, address: str, answer_link: str = "") -> RenderedLetter | None:
        """Return the letter to one reader; None where their name, address or link cannot simply be put in."""
        if not (_is_word(recipient) and _is_word(address) and (not answer_link or _is_word(answer_link))):
            return None
        words = (recipient, address, answer_link)
        return RenderedLetter(self.subject, self.text.fill(words), self.html.fill(_escape_words(words)))


@dataclass(frozen=True, slots=True)
class ShapedLetter:
    """What all letters of one shape have in common."""

    subject: GappedText
    text: GappedText
    html: GappedText

    def fill_but_reader(self, words: tuple[str, ...]) -> SharedLetter | None:
        """Return the letter with ``words``, which ``take_words`` took, but the reader's own.

        None where the subject names the reader: then there is no one subject for all.
        """
        subject = self.subject.fill_but_reader(words)
        if subject.gaps:
            return None
        escaped = _escape_words(words)
        return SharedLetter(subject.pieces[0], self.text.fill_but_reader(words), self.html.fill_but_reader(escaped))


def take_words(letter: Letter) -> tuple[Shape, tuple[str, ...]]:
    """Return the shape of ``letter``, and its words in the order of their slots; the reader's own come first."""
    shape: list[object] = []
    words = [letter.recipient, letter.address, letter.answer_link]
    for name in _LETTER_FIELDS:
        _take(name, getattr(letter, name), shape, words)
    return tuple(shape), tuple(words)


def open_letter(letter: Letter) -> dict[str, object]:
    """Return the facts of ``letter`` by name, with slots for its words, numbered as ``take_words`` orders them."""
    slots = [Slot(f"{_GAP}{number}{_GAP}") for number in range(len(_READER))]
    opened: dict[str, object] = dict(zip(_READER, slots, strict=True))
    for name in _LETTER_FIELDS:
        opened[name] = _open(name, getattr(letter, name), slots)
    return opened


def find_gaps(rendered: str) -> GappedText | None:
    """Return a text that was set with slots; None where a template has cut a mark into pieces."""
    parts = rendered.split(_GAP)
    pieces, marks = parts[::2], parts[1::2]
    if len(pieces) != len(marks) + 1 or not all(mark.isdecimal() for mark in marks):
        return None
    return GappedText(tuple(pieces), tuple(map(int, marks)))


def _escape_words(words: tuple[str, ...]) -> tuple[str, ...]:
    # Escaping makes an object of its own of every word, and few have anything to escape.
    return tuple(str(escape(word)) if _SPECIAL.search(word) else word for word in words)


def _is_word(text: str) -> bool:
    # Blanks at an end, two in a row, or a line end would be worked on by ``striptags``: such texts belong to the shape.
    return bool(text) and text.isprintable() and "  " not in text and text[0] != " " and text[-1] != " "


def _take(name: str, value: object, shape: list[object], words: list[str]) -> None:
    if isinstance(value, str):
        if name not in _TOLD_APART and _is_word(value):
            words.append(value)
            shape.append(_WORD)
        else:
            shape.append(value)
    elif isinstance(value, tuple):
        shape.append(len(value))
        for item in value:
            _take(name, item, shape, words)
    elif (kind := type(value)) in _GETTERS:
        shape.append(kind)
        for field, item in zip(_FIELDS[kind], _GETTERS[kind](value), strict=True):
            _take(field, item, shape, words)
    else:
        shape.append(value)


def _open(name: str, value: object, slots: list[Slot]) -> object:
    kind = type(value)
    if isinstance(value, str) and name not in _TOLD_APART and _is_word(value):
        slots.append(Slot(f"{_GAP}{len(slots)}{_GAP}"))
        return slots[-1]
    if isinstance(value, tuple):
        return tuple(_open(name, item, slots) for item in value)
    if kind in _FIELDS:
        return _OpenFacts({field: _open(field, getattr(value, field), slots) for field in _FIELDS[kind]})
    return value


# --- what a slot cannot notice ----------------------------------------------------------------------

_WORKED_ON = (nodes.FilterBlock, nodes.AssignBlock, nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)
_BLIND_TESTS = frozenset({"defined", "undefined", "none", "true", "false"})
_SEEING_FILTERS = frozenset({"attr", "select", "selectattr", "reject", "rejectattr"})


def can_share(templates: Mapping[str, nodes.Template]) -> bool:
    """Tell whether ``templates`` (by file name) do nothing that a slot in place of a word would not notice.

    That is work on a text that was printed before, in which slots are marks already (a captured block, a macro's
    text in a filter), asking of what kind a word is, and printing the same word here escaped and there not.
    """
    return all(_is_shareable(name, tree) for name, tree in templates.items())


def _is_shareable(name: str, tree: nodes.Template) -> bool:
    printed = _list_printed_calls(tree, is_html=name.endswith(".html"))
    for node in tree.find_all(nodes.Node):
        if isinstance(node, _WORKED_ON) or _holds_mark(node):
            return False
        if isinstance(node, nodes.Call) and id(node) not in printed:
            return False
        if isinstance(node, nodes.Test) and node.name not in _BLIND_TESTS:
            return False
        if isinstance(node, nodes.Filter) and node.name in _SEEING_FILTERS:
            return False
        if isinstance(node, nodes.Extends | nodes.Include | nodes.Import | nodes.FromImport):
            captured = isinstance(node, nodes.Import | nodes.FromImport) and node.with_context
            if captured or not _is_escaped_alike(name, node.template):
                return False
    return True


def _holds_mark(node: nodes.Node) -> bool:
    text = node.data if isinstance(node, nodes.TemplateData) else node.value if isinstance(node, nodes.Const) else None
    return isinstance(text, str) and _GAP in text


def _list_printed_calls(tree: nodes.Template, *, is_html: bool) -> frozenset[int]:
    """Return the calls (by ``id``) whose text goes into the letter as it is; tags may be stripped from it in HTML.

    There words are escaped, so that none of them holds a tag.
    """
    printed = {id(block.call) for block in tree.find_all(nodes.CallBlock)}
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if is_html and isinstance(node, nodes.Filter) and node.name == "striptags":
                printed.add(id(node.node))
            printed.add(id(node))
    return frozenset(printed)


def _is_escaped_alike(name: str, other: nodes.Expr) -> bool:
    # A word is put in escaped or not by the part of the letter it is in, so a part must be all one or all the other.
    return (
        isinstance(other, nodes.Const)
        and isinstance(other.value, str)
        and name.endswith(".html") == other.value.endswith(".html")
    )
