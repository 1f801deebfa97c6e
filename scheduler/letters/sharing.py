"""Parsed templates -> whether letters to several readers may share one rendering, and that rendering with gaps.

Pure. Letters of one item to readers of one place differ in ``SLOTS`` alone. Where templates do no more with
these than print them, the rest is rendered once and each reader's own words are put in. Anything else that a
template does with them (a filter, a condition, a macro) keeps it from being shared, never from being right.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jinja2 import nodes
from markupsafe import escape

from scheduler.letters.facts import Letter, RenderedLetter

SLOTS = ("recipient", "address")

# A control character, which no fact may hold: what is put in cannot be taken for a gap.
_GAP = "\x00"
_CAPTURING = (
    nodes.Macro,
    nodes.CallBlock,
    nodes.FilterBlock,
    nodes.AssignBlock,
    nodes.EvalContextModifier,
    nodes.ScopedEvalContextModifier,
)
_MARKS = {f"{_GAP}{slot}{_GAP}": slot for slot in SLOTS}


@dataclass(frozen=True, slots=True)
class GappedText:
    """A rendered part; ``gaps`` are the indexes of ``pieces`` that are a slot's, with that slot's name."""

    pieces: tuple[str, ...]
    gaps: tuple[tuple[int, str], ...]

    def fill(self, words: dict[str, str]) -> str:
        """Return the text with each slot's words in its places."""
        pieces = list(self.pieces)
        for position, slot in self.gaps:
            pieces[position] = words[slot]
        return "".join(pieces)


@dataclass(frozen=True, slots=True)
class SharedLetter:
    """A letter rendered for all readers of one place; ``fill`` makes it one reader's."""

    subject: str
    text: GappedText
    html: GappedText

    def fill(self, recipient: str, address: str) -> RenderedLetter:
        words = {"recipient": recipient, "address": address}
        escaped = {slot: str(escape(word)) for slot, word in words.items()}
        return RenderedLetter(self.subject, self.text.fill(words), self.html.fill(escaped))


def open_gaps(letter: Letter) -> Letter:
    """Return ``letter`` with a mark in place of each slot's words."""
    recipient, address = _MARKS
    return replace(letter, recipient=recipient, address=address)


def find_gaps(pieces: Iterable[str]) -> GappedText | None:
    """Return a part rendered from a letter with gaps, piece by piece; None where a mark is no piece of its own."""
    joined: list[str] = []
    gaps: list[tuple[int, str]] = []
    shared: list[str] = []
    for piece in pieces:
        if _GAP not in piece:
            shared.append(piece)
            continue
        slot = _MARKS.get(piece)
        if slot is None:
            return None
        joined += ("".join(shared), "")
        gaps.append((len(joined) - 1, slot))
        shared = []
    return GappedText((*joined, "".join(shared)), tuple(gaps))


def can_share(templates: Iterable[nodes.Template]) -> bool:
    """Tell whether all ``templates`` only print the slots, and nowhere where the printed text is worked on."""
    trees = tuple(templates)
    # A block that another place calls is a text there, which filters may change.
    called = {
        call.attr
        for tree in trees
        for call in tree.find_all(nodes.Getattr)
        if isinstance(call.node, nodes.Name) and call.node.name == "self"
    }
    return all(_only_prints(tree, frozenset(called), captured=False) for tree in trees)


def _only_prints(node: nodes.Node, called: frozenset[str], *, captured: bool) -> bool:
    for child in node.iter_child_nodes():
        printed = isinstance(node, nodes.Output)
        if isinstance(child, nodes.Name) and child.name in SLOTS and (captured or not printed):
            return False
        # What a block's parent prints, and what another file does, is text like the rest.
        if _calls_super(child) and not printed:
            return False
        if isinstance(child, nodes.Name) and child.name == "self" and not isinstance(node, nodes.Getattr):
            return False
        if captured and isinstance(child, nodes.Include):
            return False
        inside = isinstance(child, _CAPTURING) or (isinstance(child, nodes.Block) and child.name in called)
        if not _only_prints(child, called, captured=captured or inside):
            return False
    return True


def _calls_super(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "super"
