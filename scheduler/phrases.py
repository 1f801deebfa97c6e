"""Dates, hours, deadlines and lists -> the Vietnamese words that letters and calendars say them with.

Pure. Days below 10 and the months January and February carry a leading zero, as office papers write
them (Decree 30/2020/ND-CP, annex I); hours are "07 giờ 00".
"""

from __future__ import annotations

from datetime import date, time

from scheduler.model import Due

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def phrase_day(day: date) -> str:
    """Return "20/5/2024"; 9 May is "09/5/2024", 1 February "01/02/2024"."""
    return f"{_phrase_day_and_month(day)}/{day.year}"


def phrase_date(day: date) -> str:
    """Return "thứ Hai, ngày 20/5/2024"."""
    return f"{_WEEKDAYS[day.weekday()]}, ngày {phrase_day(day)}"


def phrase_days_briefly(days: tuple[date, ...]) -> str:
    """Return "thứ Hai, 20/5/2024" for one day, "20/5, 21/5 và 24/5/2024" for several; ``days`` ascend, at least one."""
    last = days[-1]
    if len(days) == 1:
        return f"{_WEEKDAYS[last.weekday()]}, {phrase_day(last)}"
    earlier = [_phrase_day_and_month(day) if day.year == last.year else phrase_day(day) for day in days[:-1]]
    return phrase_list((*earlier, phrase_day(last)))


def phrase_hour(hour: time) -> str:
    """Return "07 giờ 00"."""
    return f"{hour:%H} giờ {hour:%M}"


def phrase_hours(start: time, end: time) -> str:
    """Return "từ 07 giờ 00, dự kiến đến 11 giờ 30": an end is often assumed."""
    return f"từ {phrase_hour(start)}, dự kiến đến {phrase_hour(end)}"


def phrase_due(due: Due) -> str:
    """Return the deadline as an office words it: "trước ngày 10/5/2024", "chậm nhất 17 giờ 00 ngày 10/5/2024"."""
    kind = "trước" if due.kind == "before" else "chậm nhất"
    hour = "" if _is_plain_day(due) or due.at is None else f"{phrase_hour(due.at)} "
    return f"{kind} {hour}ngày {phrase_day(due.day)}"


def phrase_deadline(due: Due) -> str:
    """Return "trước ngày 10/5/2024 (hạn cuối: thứ Năm, ngày 09/5/2024)": ``phrase_due`` and the last day."""
    if due.last_day == due.day:
        return f"{phrase_due(due)} ({_WEEKDAYS[due.day.weekday()]})"
    return f"{phrase_due(due)} (hạn cuối: {phrase_date(due.last_day)})"


def phrase_list(words: tuple[str, ...]) -> str:
    """Return "a", "a và b", "a, b và c"; "" for none."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} và {words[-1]}"


def lower_first(text: str) -> str:
    """Return ``text`` as it stands within a sentence: "Buổi sáng" -> "buổi sáng"; an abbreviation ("UBND") stays."""
    if len(text) > 1 and text[1].isupper():
        return text
    return text[:1].lower() + text[1:]


def capitalise(text: str) -> str:
    """Return ``text`` as it stands at the head of a line: "thứ Hai, ngày 20/5/2024" -> "Thứ Hai, ngày 20/5/2024"."""
    return text[:1].upper() + text[1:]


def _phrase_day_and_month(day: date) -> str:
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"{day.day:02d}/{month}"


def _is_plain_day(due: Due) -> bool:
    return due.kind == "before" and due.at == time(0, 0)
