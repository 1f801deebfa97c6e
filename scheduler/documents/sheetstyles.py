"""A workbook's styles -> which cells hold dates, and in which font a cell is shown; day numbers -> dates.

Pure. Source: ISO/IEC 29500-1, sections 18.8 (styles) and 18.17.4 (dates). A date in a spreadsheet is a number of days;
only the cell's number format says that it is one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.etree.ElementTree import Element

S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
# The built-in formats that show a day, and those that show only the time of the day.
_BUILT_IN_DAYS: Final = frozenset((14, 15, 16, 17, 22, *range(27, 32), 34, 35, 36, *range(50, 59)))
_BUILT_IN_TIMES: Final = frozenset((18, 19, 20, 21, 32, 33, 45, 46, 47))
_LITERALS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_SHOWS_DAY: Final = re.compile(r"[dy]", re.IGNORECASE)
_SHOWS_TIME: Final = re.compile(r"[hs]", re.IGNORECASE)
_EPOCH: Final = datetime.combine(date(1899, 12, 30), time())
_LAST_DAY: Final = 2_958_465  # 31/12/9999


@dataclass(frozen=True, slots=True)
class CellStyle:
    """How a cell shows its number: as a day, as a time of the day, both or neither; and its font's name."""

    shows_day: bool = False
    shows_time: bool = False
    font: str = ""


def read_cell_styles(root: Element | None) -> tuple[CellStyle, ...]:
    """Return the styles that cells refer to by index; () without a style sheet."""
    if root is None:
        return ()
    own = {each.get("numFmtId", ""): each.get("formatCode", "") for each in root.iter(f"{S}numFmt")}
    fonts = [_name_font(each) for each in root.findall(f"{S}fonts/{S}font")]
    return tuple(_read_style(each, own, fonts) for each in root.findall(f"{S}cellXfs/{S}xf"))


def read_serial_value(serial: float, style: CellStyle, *, from_1904: bool) -> date | datetime | time | None:
    """Return the date, date with time (local, without zone) or time of the day that ``serial`` is shown as.

    None where the style shows a plain number, or the number is no day that spreadsheets know.
    """
    days = serial + (1462 if from_1904 else 0)
    if not (style.shows_day or style.shows_time) or not 0 <= days < _LAST_DAY:
        return None
    # Spreadsheets count a 29/2/1900 that never was: days before it are one further on.
    at = _EPOCH + timedelta(days=days + (1 if 0 < days < 60 else 0))
    rounded = (at + timedelta(milliseconds=500)).replace(microsecond=0)
    if not style.shows_day:
        return rounded.time()
    return rounded if style.shows_time and rounded.time() != time(0) else rounded.date()


def _read_style(each: Element, own: dict[str, str], fonts: list[str]) -> CellStyle:
    number = each.get("numFmtId", "0")
    font = each.get("fontId", "0")
    name = fonts[int(font)] if font.isdecimal() and int(font) < len(fonts) else ""
    code = own.get(number)
    if code is None:
        built_in = int(number) if number.isdecimal() else 0
        return CellStyle(built_in in _BUILT_IN_DAYS, built_in in _BUILT_IN_TIMES or built_in == 22, name)
    # The first section shows positive numbers, and every day is one.
    shown = _LITERALS.sub("", code).split(";")[0]
    if shown.strip().lower() in ("general", "@", ""):
        return CellStyle(font=name)
    shows_time = bool(_SHOWS_TIME.search(shown))
    # An m is minutes beside hours or seconds, and months else.
    return CellStyle(bool(_SHOWS_DAY.search(shown)) or ("m" in shown.lower() and not shows_time), shows_time, name)


def _name_font(font: Element) -> str:
    named = font.find(f"{S}name")
    return "" if named is None else named.get("val", "")
