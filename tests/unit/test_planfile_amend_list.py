"""Lists of contacts and rules are amended line by line: what says the same stays byte for byte, comments survive."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import ConfigError
from scheduler.planfile.amend import amend_list_text
from scheduler.planfile.write import Json
from scheduler.planfile.yamlfile import parse_yaml

SHIPPED = Path(__file__).parents[2] / "config"
CONTACTS = (SHIPPED / "contacts.yaml").read_text(encoding="utf-8")
RULES = (SHIPPED / "reminders.yaml").read_text(encoding="utf-8")
Item = dict[str, Json]

SMALL = """\
# Ghi chú đầu tệp
contacts:
  # Đoàn
  - id: truong-doan   # người ký
    name: "Phó Giám đốc: Sở"  # xem lại
    title:
    email: a@so.example   # hộp thư chung
    of: doan
  - {id: b, name: B, of: son-dong}  # một dòng
  -
    id: c
    name: 'It''s # C'
    of: son-dong/an-ba
    plans: [x, y]
  # Cuối danh sách
# Cuối tệp
"""


def read(text: str, key: str = "contacts") -> tuple[Item, ...]:
    root, problems = parse_yaml(text.removeprefix("\ufeff"), "file.yaml")
    assert root is not None
    assert problems == ()
    items = root.plain
    assert isinstance(items, dict)
    listed = items[key]
    assert isinstance(listed, list)
    return tuple(item for item in listed if isinstance(item, dict))


def amend(text: str, new: tuple[Item, ...], key: str = "contacts") -> str:
    return amend_list_text(text, key, new, "file.yaml")


def change(text: str, item_id: str, **values: Json) -> str:
    items = tuple({**item, **values} if item["id"] == item_id else item for item in read(text))
    return amend(text, items)


@pytest.mark.parametrize(("text", "key"), [(CONTACTS, "contacts"), (RULES, "rules"), (SMALL, "contacts")])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_same_values_change_no_byte(text: str, key: str, newline: str) -> None:
    text = text.replace("\n", newline)
    assert amend(text, read(text, key), key) == text
    assert amend("\ufeff" + text, read(text, key), key) == "\ufeff" + text


def test_one_value_changes_one_line_and_keeps_its_comment() -> None:
    assert change(SMALL, "truong-doan", email="b@so.example") == SMALL.replace(
        "email: a@so.example   # hộp thư chung", "email: b@so.example  # hộp thư chung"
    )
    assert change(SMALL, "truong-doan", title="Trưởng đoàn") == SMALL.replace("title:", "title: Trưởng đoàn")
    assert change(SMALL, "b", name="Bê") == SMALL.replace("name: B,", "name: Bê,")
    assert change(SMALL, "c", plans=["x"]) == SMALL.replace("[x, y]", "[x]")


def test_a_key_that_goes_takes_its_line_alone() -> None:
    items = tuple({key: value for key, value in item.items() if key != "plans"} for item in read(SMALL))
    assert amend(SMALL, items) == SMALL.replace("    plans: [x, y]\n", "")


def test_a_new_item_stands_behind_the_one_before_it_and_one_that_goes_leaves_the_others_as_they_are() -> None:
    first, second, third = read(SMALL)
    new: Item = {"id": "d", "name": "Đ: 1", "email": None, "of": "doan", "plans": ["x"]}
    lines = '  - id: d\n    name: "Đ: 1"\n    email: null\n    of: doan\n    plans: [x]\n'
    assert amend(SMALL, (first, second, third, new)) == SMALL.replace("[x, y]\n", f"[x, y]\n{lines}")
    assert amend(SMALL, (first, new, second, third)) == SMALL.replace("  - {id: b", f"{lines}  - {{id: b")
    assert amend(SMALL, (first, third)) == SMALL.replace("  - {id: b, name: B, of: son-dong}  # một dòng\n", "")


@pytest.mark.parametrize("text", ["contacts: []\n", "contacts:\n", "# nothing yet\n", "contacts: []", ""])
def test_the_first_item_of_an_empty_list(text: str) -> None:
    new: Item = {"id": "a", "name": "A", "of": "doan"}
    assert read(amend(text, (new,))) == (new,)


def test_the_last_item_may_go() -> None:
    text = amend(SMALL, ())
    assert read(text) == ()
    assert text.startswith("# Ghi chú đầu tệp\n")
    assert text.endswith("# Cuối tệp\n")


def test_what_is_no_yaml_is_told() -> None:
    with pytest.raises(ConfigError):
        amend("contacts: [", ())


values = st.one_of(
    st.none(),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn", "Co", "Cf")), max_size=30),
    st.sampled_from(("a: b", "# x", "- y", "'", '"', "yes", "08:00", "2024-05-20", "5 working days before at 08:00")),
    st.lists(st.sampled_from(("son-dong", "luc-nam", "a,b")), max_size=3).map(lambda items: list[Json](items)),
)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str, tuple[Item, ...]]:
    """Draw a file, and its items with some changed, some gone, some new."""
    text, key = draw(st.sampled_from(((CONTACTS, "contacts"), (RULES, "rules"), (SMALL, "contacts"))))
    text = draw(st.sampled_from((text, text.replace("\n", "\r\n"))))
    items: list[Item] = []
    for number, item in enumerate(read(text, key)):
        what = draw(st.sampled_from(("keep", "keep", "keep", "change", "drop", "less")))
        if what == "change":
            items.append({**item, draw(st.sampled_from(("name", "email", "when", "more"))): draw(values)})
        elif what == "less":
            items.append({name: value for name, value in item.items() if name in ("id", "of", "about")})
        elif what == "keep":
            items.append(item)
        if draw(st.sampled_from((False, False, True))):
            items.append({"id": f"moi-{number}", "name": draw(values)})
    return text, key, tuple(items)


@given(edits())
def test_amended_text_reads_as_what_was_wanted_and_comments_of_items_that_stay_survive(
    edit: tuple[str, str, tuple[Item, ...]],
) -> None:
    text, key, items = edit
    amended = amend(text, items, key)
    assert read(amended, key) == items
    comments = [line.strip() for line in text.splitlines() if line.lstrip().startswith("#")]
    assert [comment for comment in comments if comment not in amended] == []
    assert ("\r\n" in amended) == ("\r\n" in text)
