"""States, standings, changes and events -> the words of an office.

Pure. Whole sentences of the program are worded by ``vietnamese``.
"""

from __future__ import annotations

import re
from datetime import date

from scheduler.arrivals import Standing
from scheduler.attendance import Reply
from scheduler.delivery import DeliveryState
from scheduler.digests import RULE as DIGEST
from scheduler.notices import RULE as NOTICE
from scheduler.receipts import RULE as RECEIPT
from scheduler.vietnamese import translate
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
_CHANGES = {
    "added": "Thêm",
    "moved": "Dời",
    "changed": "Sửa",
    "cancelled": "Hủy",
    "new": "Thư mới",
    "withdrawn": "Rút lại",
}
_OWN_RULES = {DIGEST: "thư tổng hợp", NOTICE: "thư báo thay đổi", RECEIPT: "thư cảm ơn"}
_ASPECTS = {
    "status": "tình trạng",
    "description": "nội dung",
    "location": "nơi kiểm tra",
    "organiser": "cơ quan",
    "audience": "người tham gia",
}
LETTERS = {
    "report-due": "Nhắc nộp báo cáo",
    "report-last-day": "Hôm nay là ngày cuối nộp báo cáo",
    "report-overdue": "Báo cáo quá hạn",
    "report-overdue-head": "Báo cáo quá hạn, gửi người đứng đầu",
    "visit-coming": "Sắp có buổi kiểm tra",
    "visit-eve": "Ngày mai kiểm tra",
}
_OWN_LETTERS = {
    "digest": "Tổng hợp gửi đoàn",
    "report-received": "Đã nhận được báo cáo",
    "visit-moved": "Đổi lịch kiểm tra",
    "visit-cancelled": "Hủy buổi kiểm tra",
    "plan-confirmed": "Chốt lịch kiểm tra",
    "correction": "Đính chính thư trước",
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


def word_state(state: DeliveryState) -> str:
    return _STATES[state]


def word_standing(standing: Standing) -> str:
    return _STANDINGS[standing]


def word_count(number: int) -> str:
    """Return "12.345", as Vietnamese groups digits."""
    return f"{number:,}".replace(",", ".")


def word_reason(reason: str) -> str:
    """Return why an edit waits, as ``guard`` said it."""
    return translate(reason).text


def word_rule(rule: str) -> str:
    """Return what a mail is that no rule of an admin's sends; the id of one that is."""
    return _OWN_RULES.get(rule, rule)


def word_letter(template: str) -> str:
    """Return what a letter tells, by its template; the name of a template of an admin's own."""
    return LETTERS.get(template) or _OWN_LETTERS.get(template, template)


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


def word_aspects(aspects: tuple[str, ...]) -> str:
    """Return what else changes of an event: "tình trạng, nội dung"."""
    return ", ".join(_ASPECTS[aspect] for aspect in aspects)


def word_user(user: str) -> str:
    """Return who did something on the machine itself, by the name of its user; "" where that is not known."""
    return f"người dùng {user} trên máy chủ" if user else "ai đó trên máy chủ"


def word_outcome(outcome: str | None) -> str:
    """Return what an attempt came to; None while it is under way."""
    if outcome is None:
        return "đang gửi"
    if outcome in set(DeliveryState):
        return _STATES[DeliveryState(outcome)]
    return {"withheld": "máy chủ từ chối ta, thư giữ lại", "interrupted": "bị ngắt giữa chừng"}.get(outcome, outcome)


def word_reply(reply: Reply) -> str:
    return _REPLIES[reply]
