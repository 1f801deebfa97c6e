"""Who a clause leaves out: "(trừ huyện …)", "không bao gồm …", "… không phải lập báo cáo".

Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from scheduler.intake.offices import UnitRoll, find_named_units
from scheduler.intake.wording import split_sentences

# "loại trừ", "phòng trừ" and their like except nobody.
_EXCEPT: Final = re.compile(
    r"(?<!loại )(?<!phòng )(?<!diệt )(?<!khấu )\btrừ\b(?: ra)?(?P<rest>[^);:.]*)"
    r"|\bkhông (?:bao )?gồm\b(?P<rest2>[^);:.]*)|\bkhông áp dụng (?:đối với|với|cho)\b(?P<rest3>[^);:.]*)",
    re.IGNORECASE,
)
_NO_REPORT: Final = re.compile(
    r"\bkhông (?:phải|cần|thuộc diện|thuộc đối tượng|thực hiện|yêu cầu)\b[^.;]{0,40}\bbáo cáo\b"
    r"|\b(?:được )?miễn\b[^.;]{0,20}\bbáo cáo\b",
    re.IGNORECASE,
)

_WAIVED_BEHIND: Final = re.compile(r"[^.;,]{0,40}?\b(?:đối với|cho)\s+(?P<units>[^.;]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exemption:
    """``units`` are ids of the roll; ``unknown`` are named in the text and not in the schedule."""

    units: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def read_exceptions(text: str, roll: UnitRoll) -> Exemption:
    """Read the units that ``text`` excepts by a word of exception."""
    excepted = [match["rest"] or match["rest2"] or match["rest3"] or "" for match in _EXCEPT.finditer(text)]
    return _name_units(excepted, roll)


def read_report_waivers(text: str, roll: UnitRoll) -> Exemption:
    """Read the units of which a sentence of ``text`` says that they owe no report."""
    waived: list[str] = []
    for sentence in split_sentences(text):
        for part in sentence.split(";"):
            if match := _NO_REPORT.search(part):
                behind = _WAIVED_BEHIND.match(part, match.end())
                waived.append(behind["units"] if behind else part[: match.start()])
    return _name_units(waived, roll)


def _name_units(texts: list[str], roll: UnitRoll) -> Exemption:
    joined = "\n".join(texts)
    units = roll.find_in(joined)
    unknown = tuple(name for name in find_named_units(joined) if not roll.find_in(name))
    return Exemption(units, unknown)
