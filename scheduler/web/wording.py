"""Dates, hours and deadlines -> the words that a Vietnamese office page uses for them.

Pure. Days below ten and the months 1 and 2 carry a zero, as in administrative documents.
"""

from __future__ import annotations

from datetime import date, time

from scheduler.model import Due

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def word_weekday(day: date) -> str:
    """Return "Thứ Hai" to "Chủ Nhật"."""
    return _WEEKDAYS[day.weekday()]


def word_day(day: date) -> str:
    """Return "09/5": the day and month, without the year."""
    return f"{day.day:02d}/{day.month:02d}" if day.month < 3 else f"{day.day:02d}/{day.month}"


def word_date(day: date) -> str:
    """Return "09/5/2024"."""
    return f"{word_day(day)}/{day.year}"


def word_period(first: date, last: date) -> str:
    """Return "20/5 – 13/6/2024", with both years where they differ, or the one date there is."""
    if first == last:
        return word_date(first)
    return f"{word_day(first) if first.year == last.year else word_date(first)} – {word_date(last)}"


def word_hour(hour: time) -> str:
    """Return "17 giờ 00"."""
    return f"{hour.hour} giờ {hour.minute:02d}"


def word_due(due: Due) -> str:
    """Return a deadline in the words of its document: "trước ngày 10/5/2024", "chậm nhất 17 giờ 00 ngày …"."""
    lead = "trước" if due.kind == "before" else "chậm nhất"
    at = f"{word_hour(due.at)} " if due.at is not None else ""
    return f"{lead} {at}ngày {word_date(due.day)}"
