"""A Word document's styles and lists -> the font a run is shown in, and the number Word draws before a paragraph.

Pure. Source: ISO/IEC 29500-1, sections 17.7 (styles) and 17.9 (numbering). Numbers that Word counts by itself are in no
text of the file, and "a)" before a paragraph is how a plan's outline is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL: Final = f"{W}val"
_FONT_USES: Final = (f"{W}ascii", f"{W}hAnsi", f"{W}cs")
_DEEPEST_STYLE: Final = 32  # a chain of based-on styles beyond this is a circle
_LEVELS: Final = 9
_ROMAN: Final = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
                 (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_LARGEST_NUMBER: Final = 3_000


def find_inside(element: Element, *path: str) -> Element | None:
    """Return the first child of the first child … of these local names; None where one of them is missing."""
    # Step by step: ElementTree takes a single step in C, and a path of several in Python.
    found: Element | None = element
    for name in path:
        found = None if found is None else found.find(W + name)
    return found


class Styles:
    """Styles by id, each looked up along what it is based on."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._lists: dict[str, Element | None] = {}
        self._default_paragraph = ""
        self._default_fonts: Element | None = None
        if root is None:
            return
        self._default_fonts = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}rFonts")
        for style in root.iter(f"{W}style"):
            name = style.get(f"{W}styleId", "")
            self._styles[name] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on"):
                self._default_paragraph = name

    def find_fonts(self, paragraph: Element, run: Element) -> tuple[str, ...]:
        """Return the names of the fonts ``run`` is shown in; () where only a theme, which is Unicode, says so."""
        for fonts in self._list_fonts(paragraph, run):
            names = tuple(name for name in (fonts.get(use) for use in _FONT_USES) if name)
            if names:
                return names
        return ()

    def find_list(self, paragraph: Element) -> tuple[str, int] | None:
        """Return the list and the level ``paragraph`` is numbered in, its own or its style's; None for neither."""
        own = find_inside(paragraph, "pPr", "numPr")
        numbered = own if own is not None else self._find_style_list(self._name_style(paragraph, "pPr", "pStyle"))
        if numbered is None:
            return None
        # A paragraph may change the level alone, and take the list from its style.
        number = _read_value(numbered, "numId")
        level = _read_value(own if own is not None else numbered, "ilvl") or "0"
        return (number, int(level)) if number and number != "0" and level.isdecimal() else None

    def _find_style_list(self, name: str) -> Element | None:
        if name not in self._lists:
            chain = (find_inside(style, "pPr", "numPr") for style in self._follow(name))
            self._lists[name] = next((each for each in chain if each is not None), None)
        return self._lists[name]

    def _list_fonts(self, paragraph: Element, run: Element) -> Iterator[Element]:
        own = find_inside(run, "rPr", "rFonts")
        if own is not None:
            yield own
        for name in (self._name_style(run, "rPr", "rStyle"), self._name_style(paragraph, "pPr", "pStyle")):
            for style in self._follow(name):
                fonts = find_inside(style, "rPr", "rFonts")
                if fonts is not None:
                    yield fonts
        if self._default_fonts is not None:
            yield self._default_fonts

    def _name_style(self, element: Element, *path: str) -> str:
        named = find_inside(element, *path)
        if named is not None:
            return named.get(VAL, "")
        return self._default_paragraph if element.tag == f"{W}p" else ""

    def _follow(self, name: str) -> Iterator[Element]:
        for _ in range(_DEEPEST_STYLE):
            style = self._styles.get(name)
            if style is None:
                return
            yield style
            name = _read_value(style, "basedOn")


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _Count:
    """The numbers last drawn in one list, by level; None where the level was not yet used."""

    last: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


class Numbering:
    """Counts the paragraphs of every list, in document order."""

    def __init__(self, root: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, _Count] = {}
        if root is None:
            return
        kinds = {each.get(f"{W}abstractNumId", ""): _read_levels(each) for each in root.iter(f"{W}abstractNum")}
        counts: dict[str, _Count] = {}
        for each in root.iter(f"{W}num"):
            number, kind = each.get(f"{W}numId", ""), _read_value(each, "abstractNumId")
            overrides = {
                int(change.get(f"{W}ilvl", "0")): change
                for change in each.iter(f"{W}lvlOverride")
                if change.get(f"{W}ilvl", "0").isdecimal()
            }
            self._levels[number] = kinds.get(kind, {}) | _apply_overrides(kinds.get(kind, {}), overrides)
            # Lists of one kind go on counting; one that starts over counts for itself.
            self._counts[number] = _Count() if overrides else counts.setdefault(kind, _Count())

    def draw_number(self, number: str, level: int) -> str:
        """Count one more paragraph of list ``number``; return what stands before it ("1.", "a)", "-"), "" for none."""
        levels = self._levels.get(number, {})
        own = levels.get(level)
        if own is None:
            return ""
        last = self._counts[number].last
        before = last[level]
        last[level] = own.start if before is None else before + 1
        last[level + 1 :] = [None] * (_LEVELS - level - 1)
        if own.form == "bullet":
            return "-"
        if own.form == "none":
            return own.text if "%" not in own.text else ""
        text = own.text
        for at in range(level + 1):
            shown = levels.get(at, _Level())
            value = last[at]
            text = text.replace(f"%{at + 1}", _write_number(shown.start if value is None else value, shown.form))
        return text


def _read_levels(kind: Element) -> dict[int, _Level]:
    return {
        int(each.get(f"{W}ilvl", "0")): _read_level(each)
        for each in kind.iter(f"{W}lvl")
        if each.get(f"{W}ilvl", "0").isdecimal() and int(each.get(f"{W}ilvl", "0")) < _LEVELS
    }


def _read_level(each: Element) -> _Level:
    start = _read_value(each, "start")
    return _Level(int(start) if start.isdecimal() else 1, _read_value(each, "numFmt"), _read_value(each, "lvlText"))


def _apply_overrides(levels: dict[int, _Level], overrides: dict[int, Element]) -> dict[int, _Level]:
    changed: dict[int, _Level] = {}
    for at, change in overrides.items():
        whole, start = change.find(f"{W}lvl"), _read_value(change, "startOverride")
        if whole is not None and at < _LEVELS:
            changed[at] = _read_level(whole)
        elif start.isdecimal() and at in levels:
            changed[at] = _Level(int(start), levels[at].form, levels[at].text)
    return changed


def _write_number(number: int, form: str) -> str:
    if not 0 < number <= _LARGEST_NUMBER:
        return str(number)
    match form:
        case "lowerLetter" | "upperLetter":
            # After z come aa, bb, cc.
            letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letters if form == "lowerLetter" else letters.upper()
        case "lowerRoman" | "upperRoman":
            roman, rest = "", number
            for value, letter in _ROMAN:
                roman += letter * (rest // value)
                rest %= value
            return roman if form == "lowerRoman" else roman.upper()
        case "decimalZero":
            return f"{number:02}"
        case _:
            return str(number)


def _read_value(element: Element, child: str) -> str:
    found = element.find(W + child)
    return "" if found is None else found.get(VAL, "")
