"""States, standings and the program's own remarks -> the words of an office.

Pure. What a mail server said stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from scheduler.arrivals import NOT_OWED_NOW, Standing
from scheduler.attendance import Reply
from scheduler.delivery import NEWER_DUE, NEWER_SENT, TOO_LATE, DeliveryState
from scheduler.web.wording import word_date

_STATES = {
    DeliveryState.PLANNED: "Chưa đến giờ",
    DeliveryState.SENDING: "Đang gửi",
    DeliveryState.SENT: "Đã gửi",
    DeliveryState.RETRYING: "Sẽ gửi lại",
    DeliveryState.FAILED: "Không gửi được",
    DeliveryState.UNCONFIRMED: "Chưa rõ đã nhận",
    DeliveryState.EXPIRED: "Quá hạn, không gửi",
    DeliveryState.CANCELLED: "Đã hủy",
    DeliveryState.SKIPPED: "Bỏ qua",
}
_STANDINGS = {
    Standing.OWED: "Chưa gửi",
    Standing.SAID: "Báo đã gửi",
    Standing.RECEIVED: "Đã nhận",
    Standing.LATE: "Nhận muộn",
    Standing.EXCUSED: "Được miễn",
}
_DETAILS = {
    NOT_OWED_NOW: "báo cáo đã nhận, được báo là đã gửi, hoặc được miễn",
    NEWER_DUE: "đã có thư mới hơn về cùng việc gửi thay",
    NEWER_SENT: "thư mới hơn về cùng việc đã gửi",
    TOO_LATE: "quá muộn, không còn ích gì",
}
_PATTERNS = (
    (r"sent again by (?P<by>.+?); before: (?P<rest>.*)", "{by} cho gửi lại; trước đó: {rest}"),
    (r"given up after (\d+) attempts: (?P<rest>.*)", "đã thôi sau nhiều lần thử: {rest}"),
    (r"silent twice: (?P<rest>.*)", "máy chủ im lặng hai lần: {rest}"),
    (r"skipped by (?P<by>.+)", "{by} bỏ qua"),
    (r"interrupted .* set aside for a person", "bị ngắt nhiều lần khi đang gửi, chờ người xem"),
)  # fmt: skip

_REASONS = (
    (
        r"plan (.+?) would be empty: all (\d+) visits .*",
        "Kế hoạch {0} sẽ trống: cả {1} buổi kiểm tra và báo cáo còn lại bị hủy",
    ),
    (
        r"plan (.+?): (\d+) of (\d+) visits and reports to come would be cancelled, (\d+) moved",
        "Kế hoạch {0}: {1} trong {2} buổi kiểm tra và báo cáo còn lại bị hủy, {3} bị dời",
    ),
    (r"(\d+) mails would go out at once, more than (\d+)", "{0} thư sẽ gửi cùng lúc, quá mức {1}"),
)  # fmt: skip
_CHANGES = {
    "added": "Thêm",
    "moved": "Dời",
    "changed": "Sửa",
    "cancelled": "Hủy",
    "new": "Thư mới",
    "withdrawn": "Rút lại",
}
_THINGS = {"events": "sự kiện", "mails": "thư"}
_FOLLOWED = {
    "added": "thêm",
    "moved": "dời",
    "changed": "sửa",
    "cancelled": "hủy",
    "planned": "hẹn mới",
    "taken back": "rút lại",
}
_REPLIES = {Reply.ATTENDS: "sẽ dự", Reply.SUBSTITUTE: "cử người khác", Reply.CANNOT: "không dự được"}


@dataclass(frozen=True, slots=True)
class Said:
    """A remark; ``foreign`` where it is not Vietnamese."""

    text: str
    foreign: bool


def word_state(state: DeliveryState) -> str:
    return _STATES[state]


def word_standing(standing: Standing) -> str:
    return _STANDINGS[standing]


def word_count(number: int) -> str:
    """Return "12.345", as Vietnamese groups digits."""
    return f"{number:,}".replace(",", ".")


def word_detail(detail: str) -> Said:
    """Return why a delivery stands as it does; a mail server's answer as it came."""
    if detail in _DETAILS:
        return Said(_DETAILS[detail], foreign=False)
    for pattern, words in _PATTERNS:
        if found := re.fullmatch(pattern, detail, re.DOTALL):
            return Said(words.format(**found.groupdict()), foreign="rest" in found.groupdict())
    return Said(detail, foreign=True)


def word_reason(reason: str) -> str:
    """Return why an edit waits, as ``guard`` said it."""
    for pattern, words in _REASONS:
        if found := re.fullmatch(pattern, reason):
            return words.format(*found.groups())
    return reason


def word_followed(followed: str) -> str:
    """Return what an edit led to, as ``trail`` said it: "kiem-tra-2024: 2 sự kiện dời, 5 thư hẹn"."""
    if followed == "no event and no mail changed":
        return "không có lịch hay thư nào đổi"
    return re.sub(r"(\d+) (events|mails) (\w+(?: back)?)", _word_one_count, followed)


def _word_one_count(found: re.Match[str]) -> str:
    count, things, change = found.groups()
    return f"{count} {_THINGS[things]} {_FOLLOWED.get(change, change)}"


def word_change(change: str) -> str:
    """Return what an edit does to an event or a mail."""
    return _CHANGES[change]


def word_event(event: str) -> str:
    """Return an event, as ``differences`` says it, with its day as an office writes it."""
    return re.sub(r"^(\d{4}-\d{2}-\d{2})", lambda day: word_date(date.fromisoformat(day[1])), event)


def word_outcome(outcome: str | None) -> str:
    """Return what an attempt came to; None while it is under way."""
    if outcome is None:
        return "đang gửi"
    if outcome in set(DeliveryState):
        return _STATES[DeliveryState(outcome)]
    return {"withheld": "máy chủ từ chối ta, thư giữ lại", "interrupted": "bị ngắt giữa chừng"}.get(outcome, outcome)


def word_reply(reply: Reply) -> str:
    return _REPLIES[reply]


def word_by(by: str) -> str:
    """Return who did something, as pages name them: "admin lan" -> "lan"."""
    return by.removeprefix("admin ")
