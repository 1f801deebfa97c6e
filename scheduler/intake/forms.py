"""A clause on reports -> the form of each unit: "huyện A theo phụ lục số 02; các huyện còn lại theo phụ lục số 03".

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scheduler.intake.offices import UnitRoll
from scheduler.intake.outline import normalise_annex_number
from scheduler.intake.wording import capitalise_first

_FORM: Final = re.compile(
    r"\b(?:phụ lục|biểu mẫu|biểu|mẫu|đề cương)\s*(?:số\s*)?(?:\d{1,2}[a-z]?|[IVX]+)\b", re.IGNORECASE
)
_ANNEX: Final = re.compile(r"\bphụ lục\s*(?:số\s*)?(?P<number>\d{1,2}|[IVX]+)\b", re.IGNORECASE)
# "Phụ lục số 02 dành cho huyện A": the units stand behind their form.
_MEANT_FOR: Final = re.compile(
    r"\s*(?:gửi kèm|kèm theo)?\s*,?\s*(?:(?:được\s+)?(?:dành|áp dụng|dùng|sử dụng)\s+"
    r"(?:cho|đối với|với|tại))\s+(?P<units>[^;.()]*)"
)
_OTHERS: Final = re.compile(r"\bcòn lại\b|\bkhác\b", re.IGNORECASE)
_SEGMENT_BREAKS: Final = ";:(."


@dataclass(frozen=True, slots=True)
class FormsReading:
    """``default`` is for all units not in ``by_unit``, which pairs unit ids with forms."""

    default: str | None = None
    by_unit: tuple[tuple[str, str], ...] = ()

    def of_unit(self, unit: str) -> str | None:
        return next((form for named, form in self.by_unit if named == unit), self.default)


def read_forms(text: str, roll: UnitRoll) -> FormsReading:
    """Read which form ``text`` gives to which unit; a form beside no unit is the default, the first such counts."""
    default: str | None = None
    by_unit: dict[str, str] = {}
    mentions = list(_FORM.finditer(text))
    start = 0
    for position, mention in enumerate(mentions):
        following = mentions[position + 1].start() if position + 1 < len(mentions) else len(text)
        behind = _MEANT_FOR.match(text, mention.end(), following)
        segment = behind["units"] if behind else _cut_segment(text[start : mention.start()])
        start = behind.end() if behind else mention.end()
        form = capitalise_first(" ".join(mention.group().split()))
        named = () if _OTHERS.search(segment) else roll.find_in(segment)
        for unit in named:
            by_unit.setdefault(unit, form)
        if not named and default is None:
            default = form
    return FormsReading(default, tuple(by_unit.items()))


def _cut_segment(text: str) -> str:
    """Return what stands in ``text`` behind its last break."""
    return text[max(text.rfind(char) for char in _SEGMENT_BREAKS) + 1 :]


def list_annexes(text: str) -> tuple[tuple[str, str], ...]:
    """Return the annexes that ``text`` names: number without leading zeros, and the name as it stands."""
    return tuple((normalise_annex_number(match["number"]), match.group()) for match in _ANNEX.finditer(text))
