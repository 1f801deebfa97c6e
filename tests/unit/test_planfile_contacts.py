"""New contacts are appended; what stands in the file is kept byte for byte."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scheduler.errors import ConfigError
from scheduler.model import Commune, Contact, Organiser, Plan, Team, Unit
from scheduler.planfile import append_contacts
from scheduler.planfile.schemas import ContactsKeys
from scheduler.planfile.yamlfile import parse_yaml

PLAN = Plan(
    id="kiem-tra",
    title="Kế hoạch",
    organiser=Organiser("Sở A"),
    updated=datetime(2024, 4, 15, tzinfo=UTC),
    units=(Unit("son-dong", "Sơn Động", (Commune("an-ba", "An Bá"),)),),
    teams=(Team("doan", "Đoàn kiểm tra", ("truong-doan",)),),
)
HEAD = Contact("truong-doan", "Phó Giám đốc Sở", "doan", None, "Trưởng đoàn")
OFFICE = Contact("ubnd-son-dong", "UBND: Sơn Động", "son-dong")
COMMUNE = Contact("ubnd-an-ba", "UBND An Bá", "son-dong/an-ba")
STUBS = (HEAD, OFFICE, COMMUNE)

APPENDED = """\
  # Đoàn kiểm tra
  - id: truong-doan
    name: Phó Giám đốc Sở
    title: Trưởng đoàn
    email:  # address needed
    of: doan
  # Sơn Động
  - id: ubnd-son-dong
    name: "UBND: Sơn Động"
    email:  # address needed
    of: son-dong
  - id: ubnd-an-ba
    name: UBND An Bá
    email:  # address needed
    of: son-dong/an-ba
"""


def read(text: str) -> tuple[Contact, ...]:
    root, problems = parse_yaml(text, "contacts.yaml")
    assert problems == ()
    assert root is not None
    return ContactsKeys.model_validate(root.plain).to_contacts()


def test_an_empty_file_gets_the_list() -> None:
    assert append_contacts("", STUBS, PLAN) == "contacts:\n" + APPENDED


@pytest.mark.parametrize("begun", ["contacts:\n", "contacts: []\n", "contacts: [ ]", "contacts:"])
def test_an_empty_list_is_begun(begun: str) -> None:
    written = append_contacts(begun, STUBS, PLAN)
    assert written.split("\n", 1)[1] == APPENDED
    assert read(written) == STUBS


def test_comments_of_an_empty_file_stay() -> None:
    assert append_contacts("# whom we write to", STUBS, PLAN) == "# whom we write to\ncontacts:\n" + APPENDED


OLD = """\
# whom we write to
contacts:   # all of them
  - {id: ubnd-son-dong, name: 'UBND huyện', email: a@x.vn, of: son-dong}  # asked on 1/4

  - id: khac
    of: son-dong
    name: >-
      Văn phòng
      huyện

# the end
"""


ADDED = """\
  # Đoàn kiểm tra
  - id: truong-doan
    name: Phó Giám đốc Sở
    title: Trưởng đoàn
    email:  # address needed
    of: doan
  # Sơn Động
  - id: ubnd-an-ba
    name: UBND An Bá
    email:  # address needed
    of: son-dong/an-ba
"""


def test_what_stands_there_is_kept_byte_for_byte_and_known_ids_are_left_alone() -> None:
    assert append_contacts(OLD, STUBS, PLAN) == OLD.replace("\n# the end", ADDED + "\n# the end")


def test_appending_again_changes_nothing() -> None:
    written = append_contacts(OLD, STUBS, PLAN)
    assert append_contacts(written, STUBS, PLAN) == written


def test_a_list_without_indentation_goes_on_without_indentation() -> None:
    old = "contacts:\n- id: a\n  name: A\n  of: son-dong"
    written = append_contacts(old, (OFFICE,), PLAN)
    assert written == (
        old
        + '\n# Sơn Động\n- id: ubnd-son-dong\n  name: "UBND: Sơn Động"\n  email:  # address needed\n  of: son-dong\n'
    )


@pytest.mark.parametrize(
    "old",
    [
        "contacts: [{id: a, name: A, of: son-dong}]\n",
        "contacts: [{id: a, name: A, of: son-dong},]\n",
        "contacts: [\n  {id: a, name: A, of: son-dong}  # first\n]  # end\n",
        "contacts: [\n  {id: a, name: A, of: son-dong},\n]\n",
    ],
)
def test_a_list_in_brackets_goes_on_in_brackets(old: str) -> None:
    written = append_contacts(old, STUBS, PLAN)
    assert read(written) == (*read(old), *STUBS)
    assert written[: old.rindex("}") + 1] == old[: old.rindex("}") + 1]
    assert written.endswith(old[old.rindex("]") :])


def test_line_ends_of_windows_and_its_byte_order_mark_are_kept() -> None:
    old = "\ufeff" + OLD.replace("\n", "\r\n")
    written = append_contacts(old, STUBS, PLAN)
    assert written == "\ufeff" + append_contacts(OLD, STUBS, PLAN).replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "contacts: none\n",
            "c.yaml:1:1 contacts: nothing can be added to this list; write each contact as lines below '- id: …'",
        ),
        ("contacts:\n\t- id: a\n", "c.yaml:2:1 a tab; use blanks instead"),
    ],
)
def test_a_file_that_cannot_be_added_to_is_refused_whole(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        append_contacts(text, STUBS, PLAN, "c.yaml")
    assert str(told.value) == said
