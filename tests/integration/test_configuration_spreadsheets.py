"""Contacts kept as a spreadsheet: read like contacts.yaml, problems told by sheet and cell."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from openpyxl import Workbook

from scheduler.errors import ConfigError
from scheduler.model import Contact
from scheduler.planfile import Configuration, load_configuration

KINDS = frozenset({"visit-eve"})
PLAN = """\
plan: {id: a, title: Kế hoạch, updated: 2024-04-15T09:00+07:00}
organiser: {name: Sở A}
units:
  - {id: son-dong, name: Sơn Động, communes: [{id: an-ba, name: An Bá}]}
teams:
  - {id: doan, name: Đoàn, members: [td]}
visits:
  - {id: v, unit: son-dong, communes: [an-ba], date: 2024-05-20, team: doan}
"""
RULES = (
    "rules:\n  - {id: r, about: visit, to: [units, communes, team], when: 1 day before at 08:00, template: visit-eve}\n"
)
VIETNAMESE = ("STT", "Mã", "Tên", "Chức vụ", "E-mail", "Thuộc", "Điện thoại")
ROWS = (
    (1, "td", "Trưởng đoàn", "Phó Giám đốc", "td@a.example", "doan", "0204"),
    (2, "ubnd-sd", "UBND huyện", None, "sd@a.example", "Sơn Động", None),
    (3, "ubnd-ab", "UBND xã", "", "ab@a.example", "Sơn Động / An Bá", None),
)
CONTACTS = (
    Contact("td", "Trưởng đoàn", "doan", "td@a.example", "Phó Giám đốc"),
    Contact("ubnd-sd", "UBND huyện", "son-dong", "sd@a.example"),
    Contact("ubnd-ab", "UBND xã", "son-dong/an-ba", "ab@a.example"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("config/plans").mkdir(parents=True)
    for name, text in {"plans/a.yaml": PLAN, "reminders.yaml": RULES, "holidays.yaml": "days: []\n"}.items():
        Path("config", name).write_text(text, encoding="utf-8")
    return Path("config")


def write_workbook(folder: Path, *rows: tuple[object, ...], above: int = 0) -> None:
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active.title = "Bìa"
    sheet = workbook.create_sheet("Danh bạ")
    for _ in range(above):
        sheet.append(["Danh bạ năm 2024"])
    for row in rows:
        sheet.append(list(row))
    workbook.save(folder / "contacts.xlsx")


def load(folder: Path) -> Configuration:
    return load_configuration(folder, template_kinds=KINDS)


def complain(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as told:
        load(folder)
    return [str(problem) for problem in told.value.problems]


@pytest.mark.parametrize("above", [0, 3])
def test_a_workbook_is_read_wherever_its_table_begins_and_other_columns_are_left_alone(
    folder: Path, above: int
) -> None:
    write_workbook(folder, VIETNAMESE, *ROWS, above=above)
    configuration = load(folder)
    assert configuration.contacts == CONTACTS
    assert configuration.warnings == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_table_is_read_in_any_common_form(folder: Path, delimiter: str, encoding: str) -> None:
    heads = ("email", "of", "id", "title", "name")
    order = (4, 5, 1, 3, 2)
    lines = [heads, *(tuple(str(row[i] or "") for i in order) for row in ROWS)]
    text = "\r\n".join(delimiter.join(line) for line in lines) + "\r\n\r\n"
    (folder / "contacts.csv").write_bytes(text.encode(encoding))
    assert load(folder).contacts == CONTACTS


def test_yaml_workbook_and_text_table_stand_side_by_side(folder: Path) -> None:
    write_workbook(folder, VIETNAMESE, ROWS[0])
    (folder / "contacts.csv").write_text(
        "id,name,email,of\nubnd-sd,UBND huyện,sd@a.example,son-dong\n", encoding="utf-8"
    )
    (folder / "contacts.yaml").write_text(
        "contacts: [{id: ubnd-ab, name: UBND xã, email: ab@a.example, of: son-dong/an-ba}]\n", encoding="utf-8"
    )
    assert sorted(load(folder).contacts, key=lambda contact: contact.id) == sorted(CONTACTS, key=lambda c: c.id)


def test_an_id_that_stands_in_two_files_is_told(folder: Path) -> None:
    write_workbook(folder, VIETNAMESE, *ROWS)
    (folder / "contacts.yaml").write_text("contacts: [{id: td, name: T, of: doan}]\n", encoding="utf-8")
    assert complain(folder) == [
        "config/contacts.xlsx: sheet Danh bạ, B2 id: 'td' stands in config/contacts.yaml too;"
        " delete one, or give it its own id"
    ]


def test_every_wrong_cell_is_told_by_its_name(folder: Path) -> None:
    write_workbook(
        folder,
        VIETNAMESE,
        (1, "td", None, None, "td@a", "doan"),
        (),
        (2, "Ubnd SĐ", "UBND", None, "sd@a.example", "Lục Nam"),
        (3, "td", "UBND", None, "a@a.example b@a.example", "Sơn Động"),
    )
    assert complain(folder) == [
        "config/contacts.xlsx: sheet Danh bạ, C2 name: is empty; fill in this cell",
        "config/contacts.xlsx: sheet Danh bạ, E2 email: 'td@a' is not an e-mail address:"
        " 'a' is not a domain such as tinh.gov.vn",
        "config/contacts.xlsx: sheet Danh bạ, B4 id: 'Ubnd SĐ' is not an id;"
        " use a-z, 0-9 and hyphens, such as 'ubnd-sd'",
        "config/contacts.xlsx: sheet Danh bạ, F4 of: 'luc-nam' is no unit, unit/commune or team of a plan;"
        " known: son-dong, doan, son-dong/an-ba",
        "config/contacts.xlsx: sheet Danh bạ, B5 id: 'td' stands twice (first in row 2); give each its own id",
        "config/contacts.xlsx: sheet Danh bạ, E5 email: 'a@a.example b@a.example' holds more than one '@';"
        " give one address, and further people an entry each",
    ]


def test_a_contact_without_address_is_a_warning_at_its_cell(folder: Path) -> None:
    write_workbook(folder, VIETNAMESE, *ROWS[:2], (3, "ubnd-ab", "UBND xã", None, None, "son-dong/an-ba"))
    assert [str(warning) for warning in load(folder).warnings] == [
        "config/contacts.xlsx: sheet Danh bạ, E4 email: 'UBND xã' has no address and cannot be told; fill it in"
    ]


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        (
            ("Mã", "Tên", "Emial", "Thuộc"),
            "config/contacts.csv: C1 'Emial' is no head of contacts; did you mean 'E-mail'?",
        ),
        (("Mã", "Tên", "E-mail"), "config/contacts.csv: A1 there is no column 'Thuộc'; add it to this row of heads"),
        (
            ("Mã", "Tên", "E-mail", "Thuộc", "Mail"),
            "config/contacts.csv: E1 'Mail' means the same as 'E-mail' in column C; delete one",
        ),
        (
            ("a", "b"),
            "config/contacts.csv holds no table of contacts; its first row has the heads Mã, Tên, E-mail, Thuộc",
        ),
    ],
)
def test_a_wrong_row_of_heads_is_told(folder: Path, heads: tuple[str, ...], said: str) -> None:
    (folder / "contacts.csv").write_text(f"{','.join(heads)}\nx,y,z,u\n", encoding="utf-8")
    assert complain(folder) == [said]


def test_files_that_are_no_spreadsheets_are_told_with_the_remedy(folder: Path) -> None:
    (folder / "contacts.xlsx").write_bytes(b"not a workbook")
    (folder / "contacts.csv").write_bytes("Mã,Tên\n".encode("utf-16-le"))
    assert complain(folder) == [
        "config/contacts.csv cannot be read: it is not UTF-8 text; save it as CSV with the encoding UTF-8",
        "config/contacts.xlsx cannot be read: it is no workbook, or a damaged one;"
        " save it as an Excel workbook (.xlsx) without a password",
    ]


def test_a_damaged_workbook_is_told_and_never_a_traceback(folder: Path) -> None:
    write_workbook(folder, VIETNAMESE, *ROWS)
    whole = (folder / "contacts.xlsx").read_bytes()
    told: set[str] = set()
    for cut in range(0, len(whole), len(whole) // 40):
        (folder / "contacts.xlsx").write_bytes(whole[:cut] + b"\0" * 20 + whole[cut + 20 :])
        with suppress(ConfigError):
            load(folder)
            continue
        told.update(complain(folder))
    assert told
    assert {line.partition(" ")[0] for line in told} <= {"config/contacts.xlsx", "config/contacts.xlsx:"}


def test_the_plans_of_a_contact_stand_in_one_cell(folder: Path) -> None:
    write_workbook(folder, (*VIETNAMESE, "Kế hoạch"), (*ROWS[0], "a; b"), (*ROWS[1], "a"), (*ROWS[2], None))
    assert complain(folder) == ["config/contacts.xlsx: sheet Danh bạ, H2 plans[1]: 'b' is no plan; known: a"]


def test_who_leads_is_marked_in_a_column_of_its_own(folder: Path) -> None:
    rows = tuple((*row, mark) for row, mark in zip(ROWS, (None, "X", "không"), strict=True))
    write_workbook(folder, (*VIETNAMESE, "Lãnh đạo"), *rows)
    assert [contact.head for contact in load(folder).contacts] == [False, True, False]
    write_workbook(folder, (*VIETNAMESE, "Lãnh đạo"), (*ROWS[1], "có lẽ"))
    assert complain(folder)[0] == (
        "config/contacts.xlsx: sheet Danh bạ, H2 head: 'có lẽ' is neither yes nor no; write x, or leave the cell empty"
    )
