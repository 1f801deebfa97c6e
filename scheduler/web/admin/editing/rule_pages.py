"""The rules of reminding: shown in words, edited as a form that writes a rule's sentence, added, removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.naming import make_unique_slug
from scheduler.planfile.read import RULES
from scheduler.rules import parse_when
from scheduler.shipped_files import find_shipped
from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.editing.files import PATH
from scheduler.web.admin.editing.forms import WRONG, Fault, Frame, make_frame, open_footing
from scheduler.web.admin.editing.item_texts import Items
from scheduler.web.admin.editing.items import (
    find_item,
    find_items,
    insert_beside,
    leave_out,
    list_ids,
    require_items,
    save_items,
    say,
)
from scheduler.web.admin.editing.rule_form import (
    ABOUTS,
    AUDIENCES,
    RuleValues,
    fill_rule,
    read_rule,
    take_rule,
    word_rule,
)
from scheduler.web.admin.editing.saving import Footing
from scheduler.web.admin.mails import Choice
from scheduler.web.admin.words import LETTERS, word_letter

HERE = f"{PATH}/nhac-viec"
_ENDING = ".subject.txt"

Change = Callable[[Items], Items]


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
    lines = None if items is None else tuple(_make_line(fill_rule(item)) for item in items)
    return desk.show("rules", asked, RulesPage(make_frame(desk, asked, footing), lines))


def show_rule_form(desk: Desk, asked: Asked) -> Response:
    """Show one rule to be edited."""
    footing = open_footing(desk, asked, RULES)
    item = find_item(require_items(desk, footing), asked.word("rule"))
    return _show(desk, asked, footing, (), fill_rule(item), asked.word("rule"))


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
        new = read_rule(asked, old)
        return tuple(new if item is old else item for item in items)

    return _save(desk, asked, change, rule_id, f"Sửa quy tắc {rule_id}")


def save_new_rule(desk: Desk, asked: Asked) -> Response:
    """Keep a new rule as a draft; it stands behind the others about the same."""

    def change(items: Items) -> Items:
        new = read_rule(asked, {"id": ""})
        about, when = say(new, "about"), parse_when(say(new, "when"))
        side = "after" if when.after else "before"
        name = f"{about} {when.lead_days} {side}" if when.lead_days else f"{about} day"
        return insert_beside(items, {**new, "id": make_unique_slug(name, list_ids(items))}, "about")

    return _save(desk, asked, change, "", "Thêm quy tắc nhắc việc")


def remove_rule(desk: Desk, asked: Asked) -> Response:
    """Keep the list without a rule as a draft."""
    rule_id = asked.word("rule")
    return _save(desk, asked, lambda items: leave_out(items, rule_id), rule_id, f"Xóa quy tắc {rule_id}")


def _save(desk: Desk, asked: Asked, change: Change, rule_id: str, title: str) -> Response:
    def show_again(footing: Footing, faults: tuple[Fault, ...]) -> Response:
        return _show(desk, asked, footing, faults, take_rule(asked), rule_id)

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
    names = {path.name.removesuffix(_ENDING) for path in own.glob(f"*{_ENDING}")} - (shipped - LETTERS.keys())
    yield from (Choice(name, words) for name, words in LETTERS.items())
    yield from (Choice(name, name) for name in sorted({*names, used} - LETTERS.keys()) if name)


def _make_line(values: RuleValues) -> RuleLine:
    words = {choice.value: choice.words for choice in (*ABOUTS, *AUDIENCES)}
    return RuleLine(
        values,
        words.get(values.about, values.about),
        word_rule(values),
        tuple(words.get(to, to) for to in values.to),
        word_letter(values.template),
    )
