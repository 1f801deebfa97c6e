"""The rules of reminding: shown in words, edited as a form that writes a rule's sentence, added, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.model import When
from scheduler.naming import make_unique_slug
from scheduler.planfile.read import RULES
from scheduler.rules import LONGEST_LEAD_DAYS, WhenError, parse_when, write_when
from scheduler.shipped_files import find_shipped
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import PATH
from scheduler.web.admin.editing.forms import WRONG, Fault, FormError, FormReader, Frame, make_frame, open_footing
from scheduler.web.admin.editing.item_texts import Item, Items
from scheduler.web.admin.editing.items import find_item, find_items, list_ids, save_items, say, say_all, set_value
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice

HERE = f"{PATH}/nhac-viec"
ABOUTS = (Choice("report", "Báo cáo"), Choice("visit", "Buổi kiểm tra"))
AUDIENCES = (
    Choice("units", "Cơ quan của đơn vị"),
    Choice("communes", "Cơ quan của xã được kiểm tra"),
    Choice("team", "Thành viên đoàn"),
)
_LETTERS = {
    "report-due": "Nhắc nộp báo cáo",
    "report-last-day": "Hôm nay là ngày cuối nộp báo cáo",
    "visit-coming": "Sắp có buổi kiểm tra",
    "visit-eve": "Ngày mai kiểm tra",
}
_ENDING = ".subject.txt"

Change = Callable[[Items], Items]


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What stands in the fields of a rule; ``days`` "0" is the day itself. ``sentence`` is not read from a form."""

    id: str = ""
    about: str = "report"
    to: tuple[str, ...] = ()
    days: str = ""
    working: bool = True
    hour: str = "08:00"
    template: str = ""
    plans: tuple[str, ...] = ()
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the list in words; ``letter`` is what the mail is called."""

    values: RuleValues
    about: str
    when: str
    to: tuple[str, ...]
    letter: str


@dataclass(frozen=True, slots=True)
class RulesPage:
    """``lines`` None where the file is wrong."""

    frame: Frame
    lines: tuple[RuleLine, ...] | None


@dataclass(frozen=True, slots=True)
class RulePage:
    """``rule`` is the id of the one that is edited, "" for a new one."""

    frame: Frame
    rule: str
    values: RuleValues
    abouts: tuple[Choice, ...]
    audiences: tuple[Choice, ...]
    letters: tuple[Choice, ...]
    plans: tuple[Choice, ...]


def show_rules(desk: Desk, asked: Asked) -> Response:
    """Show all rules in words."""
    footing = open_footing(desk, asked, RULES)
    items = find_items(desk, footing)
    lines = None if items is None else tuple(_make_line(_fill(item)) for item in items)
    return desk.show("rules", asked, RulesPage(make_frame(desk, asked, footing), lines))


def show_rule_form(desk: Desk, asked: Asked) -> Response:
    """Show one rule to be edited."""
    footing = open_footing(desk, asked, RULES)
    item = find_item(find_items(desk, footing), asked.word("rule"))
    return _show(desk, asked, footing, (), _fill(item), asked.word("rule"))


def show_new_rule(desk: Desk, asked: Asked) -> Response:
    """Show the form of a new rule."""
    footing = open_footing(desk, asked, RULES)
    if footing.content is None:
        raise HTTPException(404)
    return _show(desk, asked, footing, (), RuleValues(to=("units",)), "")


def save_rule(desk: Desk, asked: Asked) -> Response:
    """Keep a change of a rule as a draft."""
    rule_id = asked.word("rule")

    def change(items: Items) -> Items:
        old = find_item(items, rule_id)
        new = _read_rule(asked, old)
        return tuple(new if item is old else item for item in items)

    return _save(desk, asked, change, rule_id, f"Sửa quy tắc {rule_id}")


def save_new_rule(desk: Desk, asked: Asked) -> Response:
    """Keep a new rule as a draft; it stands behind the others about the same."""

    def change(items: Items) -> Items:
        new = _read_rule(asked, {"id": ""})
        about, when = say(new, "about"), parse_when(say(new, "when"))
        name = f"{about} {when.lead_days} day" if when.lead_days else f"{about} day"
        new = {**new, "id": make_unique_slug(name, list_ids(items))}
        beside = [number for number, item in enumerate(items) if item.get("about") == about]
        at = beside[-1] + 1 if beside else len(items)
        return (*items[:at], new, *items[at:])

    return _save(desk, asked, change, "", "Thêm quy tắc nhắc việc")


def remove_rule(desk: Desk, asked: Asked) -> Response:
    """Keep the list without a rule as a draft."""
    rule_id = asked.word("rule")

    def change(items: Items) -> Items:
        gone = find_item(items, rule_id)
        return tuple(item for item in items if item is not gone)

    return _save(desk, asked, change, rule_id, f"Xóa quy tắc {rule_id}")


def word_when(when: When, about: str) -> str:
    """Return "5 ngày làm việc trước, lúc 08:00"."""
    at = f"lúc {when.at:%H:%M}"
    if when.lead_days == 0:
        return f"{'Ngày cuối của hạn' if about == 'report' else 'Ngày kiểm tra'}, {at}"
    return f"{when.lead_days} ngày {'làm việc ' if when.working else ''}trước, {at}"


def _save(desk: Desk, asked: Asked, change: Change, rule_id: str, title: str) -> Response:
    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, _take_values(asked), rule_id)

    return save_items(desk, asked, RULES, change, show_again, title, HERE)


def _show(
    desk: Desk, asked: Asked, footing: Footing, faults: tuple[Fault, ...], values: RuleValues, rule_id: str
) -> Response:
    page = RulePage(
        frame=make_frame(desk, asked, footing, faults),
        rule=rule_id,
        values=values,
        abouts=ABOUTS,
        audiences=AUDIENCES,
        letters=tuple(_list_letters(desk, values.template)),
        plans=tuple(Choice(plan.id, plan.title) for plan in desk.names().plans.values()),
    )
    return desk.show("rule_form", asked, page, WRONG if faults else 200)


def _list_letters(desk: Desk, used: str) -> Iterator[Choice]:
    """Yield the letters that a rule may send: the shipped ones for rules, the office's own, and the one in use."""
    own = desk.config_dir / "templates" / "email"
    shipped = {path.name.removesuffix(_ENDING) for path in (find_shipped("templates") / "email").glob(f"*{_ENDING}")}
    names = {path.name.removesuffix(_ENDING) for path in own.glob(f"*{_ENDING}")} - (shipped - _LETTERS.keys())
    yield from (Choice(name, words) for name, words in _LETTERS.items())
    yield from (Choice(name, name) for name in sorted({*names, used} - _LETTERS.keys()) if name)


def _fill(item: Item) -> RuleValues:
    sentence = say(item, "when")
    when = _parse(sentence)
    return RuleValues(
        id=say(item, "id"),
        about=say(item, "about"),
        to=say_all(item, "to"),
        days="" if when is None else str(when.lead_days),
        working=when is not None and when.working,
        hour="" if when is None else f"{when.at:%H:%M}",
        template=say(item, "template"),
        plans=say_all(item, "plans"),
        sentence=sentence,
    )


def _take_values(asked: Asked) -> RuleValues:
    return RuleValues(
        about=asked.field("viec"),
        to=asked.fields("gui-cho"),
        days=asked.field("so-ngay"),
        working=asked.field("lam-viec") == "1",
        hour=asked.field("gio"),
        template=asked.field("mau-thu"),
        plans=asked.fields("ke-hoach"),
    )


def _read_rule(asked: Asked, old: Item) -> Item:
    """Return the rule that the form asks for; FormError with all that is wrong in it."""
    reader, typed, was = FormReader(asked), _take_values(asked), _fill(old)
    if typed.about not in {choice.value for choice in ABOUTS}:
        reader.refuse("viec", "Về việc: hãy chọn một.")
    to = tuple(choice.value for choice in AUDIENCES if choice.value in typed.to)
    if not to:
        reader.refuse("gui-cho-units", "Gửi cho: chọn ít nhất một.")
    days = int(typed.days) if typed.days.isascii() and typed.days.isdigit() and len(typed.days) < 5 else -1
    if not 0 <= days <= LONGEST_LEAD_DAYS:
        reader.refuse("so-ngay", f"Số ngày: ghi từ 0 đến {LONGEST_LEAD_DAYS}; 0 là chính ngày đó.")
    hour = reader.hour("gio", "Giờ gửi")
    if not typed.hour:
        reader.refuse("gio", "Giờ gửi: chưa ghi.")
    if not typed.template:
        reader.refuse("mau-thu", "Mẫu thư: hãy chọn một.")
    if reader.faults or hour is None:
        raise FormError(tuple(reader.faults))
    item: Item = {**old, "about": typed.about}
    item = item if set(to) == set(was.to) else {**item, "to": list(to)}
    item = {**item, "when": _write_sentence(was.sentence, days, typed.working, hour), "template": typed.template}
    if set(typed.plans) != set(was.plans):
        item = set_value(item, "plans", list(typed.plans))
    order = ("id", "about", "to", "when", "template", "plans")
    return item if old.keys() - {"id"} else {key: item[key] for key in order if key in item}


def _write_sentence(was: str, days: int, working: bool, at: time) -> str:
    """Return the rule's sentence; as it was written where it says the same."""
    when = _parse(was)
    working = working and days > 0
    if when is not None and (when.lead_days, when.working, when.at) == (days, working, at):
        return was
    return write_when(days, at, working=working)


def _parse(sentence: str) -> When | None:
    try:
        return parse_when(sentence)
    except WhenError:
        return None


def _make_line(values: RuleValues) -> RuleLine:
    when = _parse(values.sentence)
    words = {choice.value: choice.words for choice in (*ABOUTS, *AUDIENCES)}
    return RuleLine(
        values,
        words.get(values.about, values.about),
        values.sentence if when is None else word_when(when, values.about),
        tuple(words.get(to, to) for to in values.to),
        _LETTERS.get(values.template, values.template),
    )
