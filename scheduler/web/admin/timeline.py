"""The next weeks -> a picture: each day's mails as a bar, with its visits and deadlines, as SVG and as rows of a table.

Pure. No style in it: the page's sheet paints the classes, as the content policy wants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from scheduler.web.wording import word_day

_TOP, _BARS, _MARKS = 22, 92, 44
_LEFT = 34
_INITIALS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


@dataclass(frozen=True, slots=True)
class TimelineDay:
    """What one day holds; ``units`` are the first of those that are visited."""

    day: date
    mails: int
    units: tuple[str, ...]
    visits: int
    deadlines: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.mails or self.visits or self.deadlines)


def draw_timeline(days: tuple[TimelineDay, ...], name: str, width: int) -> str:
    """Return the picture, ``width`` units wide; ``name`` tells the ids of two pictures of one page apart."""
    most = max((day.mails for day in days), default=0)
    step = (width - _LEFT) / max(1, len(days))
    height = _TOP + _BARS + _MARKS + 34
    ground = _TOP + _BARS
    parts = [
        f'<svg class="timeline timeline-{name}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-labelledby="{name}-ten {name}-ta">',
        f'<title id="{name}-ten">Lịch {len(days)} ngày tới</title>',
        f'<desc id="{name}-ta">{escape(describe_days(days))}</desc>',
        f'<line class="axis" x1="{_LEFT}" y1="{ground}" x2="{width}" y2="{ground}"/>',
    ]
    if most:
        parts.append(f'<text class="scale" x="{_LEFT - 6}" y="{_TOP + 4}" text-anchor="end">{most}</text>')
        parts.append(f'<line class="guide" x1="{_LEFT}" y1="{_TOP}" x2="{width}" y2="{_TOP}"/>')
    parts.append(f'<text class="scale" x="{_LEFT - 6}" y="{ground + 4}" text-anchor="end">0</text>')
    for index, day in enumerate(days):
        parts.extend(_draw_day(day, index, _LEFT + index * step, step, most))
    parts.append("</svg>")
    return "".join(parts)


def describe_days(days: tuple[TimelineDay, ...]) -> str:
    """Say in a sentence what the picture shows."""
    mails = sum(day.mails for day in days)
    visits, deadlines = sum(day.visits for day in days), sum(len(day.deadlines) for day in days)
    return f"{mails} thư sẽ gửi, {visits} buổi kiểm tra, {deadlines} hạn báo cáo. Bảng bên dưới ghi từng ngày."


def _draw_day(day: TimelineDay, index: int, left: float, step: float, most: int) -> list[str]:
    ground, middle = _TOP + _BARS, left + step / 2
    parts = []
    if day.day.weekday() >= 5:
        parts.append(f'<rect class="rest" x="{left:.1f}" y="{_TOP}" width="{step:.1f}" height="{_BARS + _MARKS}"/>')
    if day.mails:
        tall = max(3.0, day.mails / most * (_BARS - 4))
        parts.append(
            f'<rect class="bar" x="{left + step * 0.2:.1f}" y="{ground - tall:.1f}" '
            f'width="{step * 0.6:.1f}" height="{tall:.1f}" rx="2"/>'
        )
    if day.visits:
        parts.append(f'<circle class="visit-dot" cx="{middle:.1f}" cy="{ground + 13}" r="6"/>')
        if day.visits > 1:
            parts.append(_text("dot-count", middle, ground + 16.5, str(day.visits)))
    if day.deadlines:
        at = ground + 31
        parts.append(
            f'<path class="due-dot" d="M{middle:.1f} {at - 7}L{middle + 7:.1f} {at}L{middle:.1f} {at + 7}'
            f'L{middle - 7:.1f} {at}Z"/>'
        )
    foot = ground + _MARKS + 12
    parts.append(_text("weekday-tick", middle, foot, _INITIALS[day.day.weekday()]))
    if index == 0 or day.day.weekday() == 0:
        parts.append(_text("day-tick", middle, foot + 15, "Nay" if index == 0 else word_day(day.day)))
    return parts


def _text(kind: str, x: float, y: float, words: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{words}</text>'


def list_days(first: date, count: int) -> tuple[date, ...]:
    return tuple(first + timedelta(days=number) for number in range(count))
