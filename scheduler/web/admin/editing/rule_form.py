"""A rule as the fields of a form: filled from its sentences, and written back as sentences.

Pure but for the form that was sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.model import Repeat, When
from scheduler.rules import (
    LONGEST_LEAD_DAYS,
    MOST_REPEATS,
    WhenError,
    parse_repeat,
    parse_when,
    write_repeat,
    write_when,
)
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.editing.forms import FormError, FormReader
from scheduler.web.admin.editing.item_texts import Item
from scheduler.web.admin.editing.items import say, say_all, set_value
from scheduler.web.admin.mails import Choice

ABOUTS = (Choice("report", "Báo cáo"), Choice("visit", "Buổi kiểm tra"))
AUDIENCES = (
    Choice("units", "Cơ quan của đơn vị"),
    Choice("communes", "Cơ quan của xã được kiểm tra"),
    Choice("team", "Thành viên đoàn"),
    Choice("heads", "Người đứng đầu đơn vị"),
)


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What stands in the fields of a rule; ``days`` "0" is the day itself, ``every`` "" fires once.

    ``when`` and ``repeat`` are the sentences in the file, which no field holds.
    """

    id: str = ""
    about: str = "report"
    to: tuple[str, ...] = ()
    days: str = ""
    working: bool = True
    after: bool = False
    hour: str = "08:00"
    every: str = ""
    every_working: bool = True
    times: str = ""
    template: str = ""
    plans: tuple[str, ...] = ()
    when: str = ""
    repeat: str = ""


def fill_rule(item: Item) -> RuleValues:
    """Return the fields of a rule as it stands in its file."""
    when, repeat = _parse_when(say(item, "when")), _parse_repeat(say(item, "repeat"))
    return RuleValues(
        id=say(item, "id"),
        about=say(item, "about"),
        to=say_all(item, "to"),
        days="" if when is None else str(when.lead_days),
        working=when is not None and when.working,
        after=when is not None and when.after,
        hour="" if when is None else f"{when.at:%H:%M}",
        every="" if repeat is None else str(repeat.every),
        every_working=repeat is None or repeat.working,
        times="" if repeat is None else str(repeat.times),
        template=say(item, "template"),
        plans=say_all(item, "plans"),
        when=say(item, "when"),
        repeat=say(item, "repeat"),
    )


def take_rule(asked: Asked) -> RuleValues:
    """Return the fields as they were typed."""
    return RuleValues(
        about=asked.field("viec"),
        to=asked.fields("gui-cho"),
        days=asked.field("so-ngay"),
        working=asked.field("lam-viec") == "1",
        after=asked.field("phia") == "sau",
        hour=asked.field("gio"),
        every=asked.field("lai-sau"),
        every_working=asked.field("lai-lam-viec") == "1",
        times=asked.field("so-lan"),
        template=asked.field("mau-thu"),
        plans=asked.fields("ke-hoach"),
    )


def read_rule(asked: Asked, old: Item) -> Item:
    """Return the rule that the form asks for; FormError with all that is wrong in it."""
    reader, typed, was = FormReader(asked), take_rule(asked), fill_rule(old)
    if typed.about not in {choice.value for choice in ABOUTS}:
        reader.refuse("viec", "Về việc: hãy chọn một.")
    to = tuple(choice.value for choice in AUDIENCES if choice.value in typed.to)
    if not to:
        reader.refuse("gui-cho-units", "Gửi cho: chọn ít nhất một.")
    when = _read_when(reader, typed, was)
    repeat = _read_repeat(reader, typed, was)
    if not typed.template:
        reader.refuse("mau-thu", "Mẫu thư: hãy chọn một.")
    if reader.faults:
        raise FormError(tuple(reader.faults))
    item: Item = {**old, "about": typed.about}
    item = item if set(to) == set(was.to) else {**item, "to": list(to)}
    item = set_value({**item, "when": when, "template": typed.template}, "repeat", repeat)
    if set(typed.plans) != set(was.plans):
        item = set_value(item, "plans", list(typed.plans))
    order = ("id", "about", "to", "when", "repeat", "template", "plans")
    return item if old.keys() - {"id"} else {key: item[key] for key in order if key in item}


def word_rule(values: RuleValues) -> str:
    """Return "5 ngày làm việc trước hạn, lúc 08:00"; the sentence itself where it is not understood."""
    when, repeat = _parse_when(values.when), _parse_repeat(values.repeat)
    if when is None:
        return values.when
    point = "hạn" if values.about == "report" else "ngày kiểm tra"
    at = f"lúc {when.at:%H:%M}"
    if when.lead_days == 0:
        return f"{'Ngày cuối của hạn' if values.about == 'report' else 'Ngày kiểm tra'}, {at}"
    side = "sau" if when.after else "trước"
    again = (
        ""
        if repeat is None
        else f"; nhắc lại sau mỗi {_say_days(repeat.every, working=repeat.working)}, {repeat.times} lần"
    )
    return f"{_say_days(when.lead_days, working=when.working)} {side} {point}, {at}{again}"


def _read_when(reader: FormReader, typed: RuleValues, was: RuleValues) -> str:
    """Return the rule's sentence; as it was written where it says the same."""
    days = _read_count(typed.days)
    if days is None or days > LONGEST_LEAD_DAYS:
        reader.refuse("so-ngay", f"Số ngày: ghi từ 0 đến {LONGEST_LEAD_DAYS}; 0 là chính ngày đó.")
    hour = reader.hour("gio", "Giờ gửi")
    if not typed.hour:
        reader.refuse("gio", "Giờ gửi: chưa ghi.")
    if typed.after and typed.about != "report":
        reader.refuse("phia", "Nhắc sau hạn chỉ dùng cho báo cáo.")
    if days is None or hour is None:
        return ""
    working, after = typed.working and days > 0, typed.after and days > 0
    when = _parse_when(was.when)
    if when is not None and (when.lead_days, when.working, when.after, when.at) == (days, working, after, hour):
        return was.when
    return write_when(days, hour, working=working, after=after)


def _read_repeat(reader: FormReader, typed: RuleValues, was: RuleValues) -> str | None:
    """Return how the rule fires again; None where it fires once."""
    if not typed.every and not typed.times:
        return None
    every, times = _read_count(typed.every), _read_count(typed.times)
    if not every or every > LONGEST_LEAD_DAYS:
        reader.refuse("lai-sau", f"Nhắc lại: ghi số ngày từ 1 đến {LONGEST_LEAD_DAYS}, hoặc bỏ trống cả hai ô.")
    if not times or not 2 <= times <= MOST_REPEATS:
        reader.refuse("so-lan", f"Số lần: ghi từ 2 đến {MOST_REPEATS}, tính cả lần đầu.")
    if not typed.after:
        reader.refuse("phia", "Nhắc lại chỉ dùng khi nhắc sau hạn.")
    if not every or not times:
        return None
    repeat = _parse_repeat(was.repeat)
    if repeat is not None and (repeat.every, repeat.working, repeat.times) == (every, typed.every_working, times):
        return was.repeat
    return write_repeat(every, times, working=typed.every_working)


def _read_count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _parse_when(sentence: str) -> When | None:
    try:
        return parse_when(sentence)
    except WhenError:
        return None


def _parse_repeat(sentence: str) -> Repeat | None:
    try:
        return parse_repeat(sentence)
    except WhenError:
        return None


def _say_days(count: int, *, working: bool) -> str:
    return f"{count} ngày{' làm việc' if working else ''}"
