"""States, standings and the program's own remarks -> the words of an office.

Pure. What a mail server said stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scheduler.arrivals import NOT_OWED_NOW, Standing
from scheduler.delivery import NEWER_DUE, NEWER_SENT, TOO_LATE, DeliveryState

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


def word_by(by: str) -> str:
    """Return who did something, as pages name them: "admin lan" -> "lan"."""
    return by.removeprefix("admin ")
