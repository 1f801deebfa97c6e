"""Dates as Vietnamese offices write them -> days, months, weekdays, and what is no date at all.

Pure. Day comes before month. Read are d/m/yyyy with / - . and blanks, two-digit years, yyyy-mm-dd, "ngày 20 tháng 5 năm
2024", ranges ("20-21/5/2024", "từ ngày 20/5 đến ngày 22/5/2024"), lists ("20, 22 và 24/5/2024"), months and quarters
("tháng 5-6/2024", "quý II/2024"). A day without month or year takes those of the next date to its right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal

from scheduler.intake.hours import blank_hours
from scheduler.intake.wording import make_phrase_key

LONGEST_RANGE: Final = timedelta(days=62)  # a longer one is a slip of the pen, or no visit
_WEEKDAYS: Final = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tư": 2, "bốn": 2, "4": 2, "năm": 3, "5": 3, "sáu": 4, "6": 4,
                    "bảy": 5, "bẩy": 5, "7": 5}  # fmt: skip
_WEEKDAY_KEYS: Final = {make_phrase_key(name): number for name, number in _WEEKDAYS.items()}
_WEEKDAY_NAMES: Final = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_WEEKDAY: Final = re.compile(
    r"\bthứ\s*(?P<word>hai|ba|tư|bốn|năm|sáu|b[ảẩ]y|[2-7])\b|\bT(?P<short>[2-7])\b(?!\s*/)|\b(?P<sunday>chủ\s+nhật|CN)\b",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(
    r"""
      (?P<iso>(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d))
    | (?P<full>(?<![\d/.])\d{1,2}(?P<sep>\s*[/.\-]\s*)\d{1,2}(?P=sep)(?:\d{4}|\d{2})(?!\d))
    | (?P<spaced>(?<![\d/.])\d{1,2}\s+\d{1,2}\s+\d{4}(?!\d))
    | (?P<loose>(?<![\d/.])\d{1,2}\s*[/.]\s*\d{1,2}\s*[/.\-]\s*\d{4}(?!\d))
    | (?P<words>(?<![\d/.])\d{1,2}\s*tháng\s*\d{1,2}(?:\s*(?:,?\s*năm|[/\-])\s*\d{4})?(?!\d))
    | (?P<quarter>\bquý\s+(?:IV|I{1,3}|[1-4])(?:\s*(?:năm|[/\-])?\s*\d{4})?\b)
    | (?P<months>\btháng\s*\d{1,2}(?:\s*(?:,|và|-|–|đến)\s*(?:tháng\s*)?\d{1,2}(?!\s*[/.\-]\s*\d{1,2}(?!\d)))*
        (?:\s*(?:,?\s*năm|[/\-])\s*\d{4})?(?!\d))
    | (?P<month_year>(?<![\d/.])\d{1,2}\s*[/\-]\s*\d{4}(?!\d))
    | (?P<day_month>(?<![\d/.])\d{1,2}\s*[/.]\s*\d{1,2}(?![\d/]|\.\d))
    | (?P<year>\bnăm\s*\d{4}\b)
    | (?P<day>(?<![\d/.])\d{1,2}(?!\d|[^\W\d_]))
    | (?P<other>\bhoặc\b|\bhay\b|\bdự\s+(?:phòng|bị|trữ)\b)
    | (?P<range>[-–—]|\bđến\b|\btới\b)
    | (?P<list>[,;&\n]|\bvà\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A number of days is no day, and the second week of a month is not the second of it.
_NO_DAY: Final = re.compile(
    r"(?<![\d/.])\d{1,2}\s+(?:ngày|buổi|đợt|lần|hồ sơ|đơn vị)\b"
    r"|\btuần\s+(?:thứ\s+)?(?:\d|[IV]+|\w+)(?=\s+(?:của\s+)?tháng\b)",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(r"\bhoặc\b|\bhay\b|\bdự\s+(?:phòng|bị|trữ)\b", re.IGNORECASE)
_WHOLE: Final = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_SERIAL: Final = re.compile(r"\d{5}(?:\.0+)?")
_ROMAN_QUARTERS: Final = {"I": 1, "II": 2, "III": 3, "IV": 4}


@dataclass(frozen=True, slots=True)
class Month:
    """A month without a day; ``year`` is None where the text names none."""

    month: int
    year: int | None


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a text says about days.

    ``days`` ascend, each once. ``months`` are those named without a day, in text order. ``impossible`` holds what looks
    like a date and is none, as it stands. ``weekdays`` pairs a named weekday (0 = Monday) with its day.
    ``year_missing`` is true where a day took its year from the caller. ``alternatives`` ascend: the days behind "hoặc"
    or "dự phòng", which are not among ``days``.
    """

    days: tuple[date, ...] = ()
    months: tuple[Month, ...] = ()
    impossible: tuple[str, ...] = ()
    weekdays: tuple[tuple[int, date], ...] = ()
    year_missing: bool = False
    alternatives: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["day", "months", "year", "range", "list", "other"]
    text: str
    day: int = 0
    month: int | None = None
    year: int | None = None
    months: tuple[int, ...] = ()


@lru_cache(maxsize=4096)
def read_dates(text: str, *, year: int | None) -> DateReading:
    """Read every date in ``text``; ``year`` serves those written without one, None makes them no date."""
    tokens = _list_tokens(text)
    days: list[date] = []
    others: list[date] = []
    impossible: list[str] = []
    year_missing = False
    named, position = days, 0
    while position < len(tokens):
        token = tokens[position]
        named = others if token.kind == "other" else named
        if token.kind != "day" or token.month is None:
            position += 1
            continue
        last = _find_range_end(tokens, position)
        read = _resolve_days(token, tokens[last], year)
        if read:
            named.extend(read)
            year_missing |= token.year is None
        else:
            impossible.append(token.text if last == position else f"{token.text} - {tokens[last].text}")
        position = last + 1
    ordered = tuple(sorted(set(days)))
    return DateReading(
        ordered,
        tuple(_read_months(tokens)),
        tuple(impossible),
        _pair_weekdays(_OTHER.split(text)[0], ordered),
        year_missing,
        tuple(sorted(set(others) - set(days))),
    )


@lru_cache(maxsize=4096)
def _list_tokens(text: str) -> tuple[_Token, ...]:
    # Most cells hold one whole date and nothing else.
    if whole := _WHOLE.fullmatch(text):
        return (_Token("day", text, int(whole[1]), int(whole[3]), _widen_year(int(whole[4]))),)
    plain = _blank(_NO_DAY, _blank(_WEEKDAY, blank_hours(text)))
    return tuple(_complete_tokens(_recognise_months(list(_read_tokens(plain)))))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match.group()), text)


def name_weekday(number: int) -> str:
    """Return the Vietnamese name of weekday ``number``, 0 = Monday."""
    return _WEEKDAY_NAMES[number]


def read_serial(text: str) -> date | None:
    """Read a spreadsheet's day number ("45432") of the years 2000 to 2099; None for any other text."""
    if not _SERIAL.fullmatch(text.strip()):
        return None
    day = date(1899, 12, 30) + timedelta(days=int(text.strip()[:5]))
    return day if 2000 <= day.year < 2100 else None


def _read_tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup or "", match.group().strip()
        # The separator's group closes before the alternative that holds it.
        kind = "full" if match["full"] else kind
        numbers = [int(number) for number in re.findall(r"\d+", token)]
        match kind:
            case "iso":
                yield _Token("day", token, numbers[2], numbers[1], numbers[0])
            case "full" | "spaced" | "loose" | "words" | "day_month":
                yield _Token("day", token, numbers[0], numbers[1], _widen_year(numbers[2]) if numbers[2:] else None)
            case "day":
                yield _Token("day", token, numbers[0])
            case "months" | "month_year":
                named = numbers[-1] if numbers[-1] > 99 else None
                months = numbers[:-1] if named else numbers
                yield _Token("months", token, year=named, months=_expand_months(token, months))
            case "quarter":
                yield _read_quarter(token, numbers)
            case "year":
                yield _Token("year", token, year=numbers[0])
            case "range" | "other":
                yield _Token("range" if kind == "range" else "other", token)
            case _:
                yield _Token("list", token)


def _widen_year(year: int) -> int:
    return year + 2000 if year < 100 else year


def _expand_months(token: str, months: list[int]) -> tuple[int, ...]:
    if len(months) == 2 and re.search(r"\d\s*(?:[-–]|đến)", token) and months[0] < months[1]:
        return tuple(range(months[0], months[1] + 1))
    return tuple(months)


def _read_quarter(token: str, numbers: list[int]) -> _Token:
    named = numbers[-1] if numbers and numbers[-1] > 99 else None
    roman = re.search(r"\b(IV|I{1,3})\b", token.upper().replace("QUÝ", " "))
    quarter = _ROMAN_QUARTERS[roman.group()] if roman else numbers[0]
    return _Token("months", token, year=named, months=(quarter * 3 - 2, quarter * 3 - 1, quarter * 3))


def _recognise_months(tokens: list[_Token]) -> list[_Token]:
    """Turn the bare number before a month into a month: "5-6/2024" and "5 và 6/2024" name two months."""
    for position in range(len(tokens) - 3, -1, -1):
        # What was merged on the right leaves fewer than three there.
        if position + 3 > len(tokens):
            continue
        first, join, second = tokens[position : position + 3]
        if first.kind == "day" and first.month is None and join.kind in ("range", "list") and second.kind == "months":
            months = (first.day, *second.months)
            if join.kind == "range" and first.day < second.months[0]:
                months = tuple(range(first.day, second.months[-1] + 1))
            merged = replace(second, text=f"{first.text}{join.text}{second.text}", months=months)
            tokens[position : position + 3] = [merged]
    return tokens


def _complete_tokens(tokens: list[_Token]) -> list[_Token]:
    """Give each day the month and year of the next date to its right; "20-5" alone is a day and its month."""
    if (
        [token.kind for token in tokens] == ["day", "range", "day"]
        and tokens[0].month is None
        and tokens[2].month is None
        and tokens[2].day <= 12
    ):
        return [replace(tokens[0], text=f"{tokens[0].text}-{tokens[2].text}", month=tokens[2].day)]
    month: int | None = None
    year: int | None = None
    completed: list[_Token] = []
    for token in reversed(tokens):
        if token.kind == "day":
            if token.month is not None:
                month, year = token.month, token.year or year
            completed.append(replace(token, month=month, year=year) if month else token)
        else:
            year = token.year if token.kind == "year" else year
            completed.append(token)
    return completed[::-1]


def _find_range_end(tokens: Sequence[_Token], start: int) -> int:
    if start + 2 < len(tokens) and tokens[start + 1].kind == "range" and tokens[start + 2].kind == "day":
        return start + 2
    return start


def _resolve_days(first: _Token, last: _Token, year: int | None) -> tuple[date, ...]:
    """Return the days from ``first`` to ``last``; () where one of them is no date, or they are in no sane order."""
    start, end = _make_date(first, year), _make_date(last, year)
    if start and end and start > end and first.month and last.month and first.month > last.month:
        # "từ 28/12 đến 03/01/2025" begins in the year before the one it names.
        start = _make_date(replace(first, year=end.year - 1), year)
    if start is None or end is None or not timedelta(0) <= end - start <= LONGEST_RANGE:
        return ()
    return tuple(start + timedelta(days=step) for step in range((end - start).days + 1))


def _make_date(token: _Token, year: int | None) -> date | None:
    chosen = token.year or year
    if chosen is None or token.month is None:
        return None
    try:
        return date(chosen, token.month, token.day)
    except ValueError:
        return None


def _read_months(tokens: Sequence[_Token]) -> Iterator[Month]:
    for token in tokens:
        for month in token.months:
            if 1 <= month <= 12:
                yield Month(month, token.year)


def _pair_weekdays(text: str, days: tuple[date, ...]) -> tuple[tuple[int, date], ...]:
    named = [
        6 if match["sunday"] else _WEEKDAY_KEYS[make_phrase_key(match["word"] or match["short"])]
        for match in _WEEKDAY.finditer(text)
    ]
    if len(named) == len(days):
        return tuple(zip(named, days, strict=True))
    if len(named) == 2 and len(days) > 2:
        return ((named[0], days[0]), (named[1], days[-1]))
    return ((named[0], days[0]),) if len(named) == 1 and days else ()
