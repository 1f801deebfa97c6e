"""A folder of configuration: what is loaded, what is refused, and with which place, value and remedy."""

from __future__ import annotations

import os
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.errors import ConfigError, Problem
from scheduler.model import Contact, DayOverride, Due, Forms, Level, Plan, PlanStatus, Rule, Visit, VisitSession, When
from scheduler.planfile import Configuration, list_plan_files, load_configuration, plan_to_yaml, read_plan_text
from scheduler.rules import WhenError, parse_when

KINDS = frozenset({"report-due", "report-last-day", "visit-coming", "visit-eve"})

PLAN = """\
plan:
  id: kiem-tra
  title: Kế hoạch kiểm tra
  number:
  issued: 2024-04-15
  status: tentative
  public: true
  updated: 2024-04-15T09:00+07:00
  scope: Công tác trẻ em
organiser: {name: Sở A, email: ""}
sessions:
  - {id: morning, name: Buổi sáng, start: 07:00, end: "11:30"}
  - {id: afternoon, name: Buổi chiều, start: "13:30", end: "17:00"}
units:
  - id: son-dong
    name: Sơn Động
    communes: [{id: phuc-son, name: Phúc Sơn}, {id: an-ba, name: An Bá}]
  - {id: luc-nam, name: Lục Nam}
teams:
  - {id: doan, name: Đoàn kiểm tra, members: [truong-doan]}
visits:
  - id: son-dong
    unit: son-dong
    communes: [phuc-son, an-ba]
    date: 20/5/2024
    sessions: [morning, {id: afternoon, commune: an-ba, place: Nhà văn hóa, end: "16:00"}]
    team: doan
  - id: luc-nam
    unit: luc-nam
    dates: [22/5/2024, 2024-05-21]
    levels: [unit]
    cancelled: true
reports:
  - id: bao-cao
    title: Báo cáo
    due: {before: 10/5/2024, at: "17:00"}
    submit_to: [bao-cao@so-a.example]
    owed_by: [son-dong, son-dong/an-ba, luc-nam]
    forms: {luc-nam: Phụ lục số 02, default: Phụ lục số 03}
"""
CONTACTS = """\
contacts:
  - {id: truong-doan, name: Trưởng đoàn, title: Phó Giám đốc, email: td@so-a.example, of: doan}
  - {id: ubnd-son-dong, name: UBND, email: ubnd@son-dong.example, of: son-dong}
  - {id: ubnd-an-ba, name: UBND An Bá, email: ubnd@an-ba.example, of: son-dong/an-ba}
  - {id: ubnd-luc-nam, name: UBND, email: ubnd@luc-nam.example, of: luc-nam}
"""
RULES = """\
rules:
  - id: visit-eve
    about: visit
    to: [units, team]
    when: the day before at 15:00
    template: visit-eve
"""
DAYS = """\
days:
  - {date: 2/1/2026, working: false, reason: Nghỉ bù}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("config/plans").mkdir(parents=True)
    for name, text in {
        "plans/kiem-tra.yaml": PLAN,
        "contacts.yaml": CONTACTS,
        "reminders.yaml": RULES,
        "holidays.yaml": DAYS,
    }.items():
        Path("config", name).write_text(text, encoding="utf-8")
    return Path("config")


def load(folder: Path) -> Configuration:
    return load_configuration(folder, template_kinds=KINDS)


def complain(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as told:
        load(folder)
    return [str(problem) for problem in told.value.problems]


def edit(name: str, old: str, new: str) -> None:
    path = Path("config", name)
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, "an edit must be of one place"
    path.write_text(text.replace(old, new), encoding="utf-8")


# --- what is loaded -------------------------------------------------------------------------------


def test_a_plan_is_read_into_the_model(folder: Path) -> None:
    (plan,) = load(folder).plans
    assert (plan.id, plan.number, plan.issued, plan.status) == ("kiem-tra", None, "2024-04-15", PlanStatus.TENTATIVE)
    assert (plan.timezone, plan.public, plan.scope) == ("Asia/Ho_Chi_Minh", True, "Công tác trẻ em")
    assert plan.organiser.email is None
    both: tuple[Level, ...] = ("unit", "commune")
    assert plan.visits == (
        Visit(
            id="son-dong",
            unit="son-dong",
            communes=("phuc-son", "an-ba"),
            dates=(date(2024, 5, 20),),
            sessions=(VisitSession("morning"), VisitSession("afternoon", "an-ba", "Nhà văn hóa", None, time(16))),
            levels=both,
            team="doan",
        ),
        Visit("luc-nam", "luc-nam", (), (date(2024, 5, 21), date(2024, 5, 22)), (), ("unit",), cancelled=True),
    )
    (report,) = plan.reports
    assert report.due == Due("before", date(2024, 5, 10), time(17))
    assert report.forms == Forms("Phụ lục số 03", (("luc-nam", "Phụ lục số 02"),))
    assert report.owed_by == ("son-dong", "son-dong/an-ba", "luc-nam")


def test_contacts_rules_and_days_are_read_into_the_model_without_warnings(folder: Path) -> None:
    configuration = load(folder)
    assert configuration.contacts[0] == Contact("truong-doan", "Trưởng đoàn", "doan", "td@so-a.example", "Phó Giám đốc")
    assert [contact.of for contact in configuration.contacts] == ["doan", "son-dong", "son-dong/an-ba", "luc-nam"]
    when = When(1, False, time(15), "the day before at 15:00")
    assert configuration.rules == (Rule("visit-eve", "visit", ("units", "team"), when, "visit-eve"),)
    assert configuration.overrides == (DayOverride(date(2026, 1, 2), False, "Nghỉ bù"),)
    assert configuration.warnings == ()


def test_a_plan_written_by_the_program_is_loaded_as_the_same_plan(folder: Path) -> None:
    before = load(folder)
    Path("config/plans/kiem-tra.yaml").write_text(plan_to_yaml(before.plans[0]), encoding="utf-8")
    assert load(folder) == before


def test_plans_come_in_order_and_drafts_hidden_and_editors_files_are_not_loaded(folder: Path) -> None:
    plans = Path("config/plans")
    other = PLAN.replace("id: kiem-tra", "id: an").replace("20/5/2024", "27/5/2024")
    (plans / "an.yaml").write_text(other, encoding="utf-8")
    for name in ("x.draft.yaml", ".x.yaml", ".x.yaml.swp", "x.yaml~", "x.yaml.bak", "#x.yaml#", "4913"):
        (plans / name).write_text("no: plan: at all", encoding="utf-8")
    (plans / ".#kiem-tra.yaml").symlink_to("user@host.1234")
    (plans / ".imported").mkdir()
    (plans / ".imported" / "old.yaml").write_text("no: plan: at all", encoding="utf-8")
    assert [path.name for path in list_plan_files(folder)] == ["an.yaml", "kiem-tra.yaml"]
    assert [plan.id for plan in load(folder).plans] == ["an", "kiem-tra"]
    assert load(folder).warnings == ()


def test_a_folder_that_is_a_link_is_read(folder: Path) -> None:
    folder.rename("version-1")
    Path("config").symlink_to("version-1")
    assert [plan.id for plan in load(Path("config")).plans] == ["kiem-tra"]


def test_a_byte_order_mark_and_line_ends_of_windows_change_nothing(folder: Path) -> None:
    before = load(folder)
    Path("config/plans/kiem-tra.yaml").write_bytes(b"\xef\xbb\xbf" + PLAN.replace("\n", "\r\n").encode())
    assert load(folder) == before


def test_empty_lists_are_lists(folder: Path) -> None:
    for name, text in {"contacts.yaml": "contacts:\n", "reminders.yaml": "rules: []\n", "holidays.yaml": ""}.items():
        Path("config", name).write_text(text, encoding="utf-8")
    edit("plans/kiem-tra.yaml", "[truong-doan]", "")
    configuration = load(folder)
    assert (configuration.contacts, configuration.rules, configuration.overrides) == ((), (), ())


# --- who cannot be told -----------------------------------------------------------------------------


def test_who_cannot_be_told_is_a_warning_with_its_place(folder: Path) -> None:
    edit("contacts.yaml", "email: ubnd@an-ba.example", "email: ")
    edit("contacts.yaml", "  - {id: ubnd-luc-nam, name: UBND, email: ubnd@luc-nam.example, of: luc-nam}\n", "")
    edit("plans/kiem-tra.yaml", "    cancelled: true\n", "")
    edit("plans/kiem-tra.yaml", "    date: 20/5/2024\n", "    date:\n")
    Path("config/plans/khac.yml").write_text(PLAN, encoding="utf-8")
    warnings = load(folder).warnings
    assert [str(warning) for warning in warnings] == [
        "config/contacts.yaml:4:40 contacts[2].email: 'UBND An Bá' has no address and cannot be told; fill it in",
        "config/plans/khac.yml is not loaded; rename it to 'khac.yaml'",
        "config/plans/kiem-tra.yaml:22:5 visits[0]: has no date: no event and no reminder until it has one",
        "config/plans/kiem-tra.yaml:29:11 visits[1].unit: 'luc-nam' has no contact and cannot be told;"
        " add one with 'of: luc-nam'",
        "config/plans/kiem-tra.yaml:37:41 reports[0].owed_by[2]: 'luc-nam' has no contact and cannot be told;"
        " add one with 'of: luc-nam'",
    ]
    assert {warning.severity for warning in warnings} == {"warning"}


def test_a_cancelled_visit_needs_neither_date_nor_contact(folder: Path) -> None:
    edit("plans/kiem-tra.yaml", "    dates: [22/5/2024, 2024-05-21]\n", "")
    edit("plans/kiem-tra.yaml", ", luc-nam]\n", "]\n")
    edit("contacts.yaml", "  - {id: ubnd-luc-nam, name: UBND, email: ubnd@luc-nam.example, of: luc-nam}\n", "")
    assert load(folder).warnings == ()


def test_no_plan_at_all_is_a_warning(folder: Path) -> None:
    Path("config/plans/kiem-tra.yaml").rename("config/plans/kiem-tra.draft.yaml")
    configuration = load(folder)
    assert configuration.plans == ()
    assert [str(warning) for warning in configuration.warnings] == [
        "config/plans holds no plan; make one with: scheduler import DOCUMENT"
    ]


# --- what is refused --------------------------------------------------------------------------------

P, C, R, D = "plans/kiem-tra.yaml", "contacts.yaml", "reminders.yaml", "holidays.yaml"


# "‸" stands where the message must point to.
@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (P, "date: 20/5/2024", "date: ‸31/6/2025", "visits[0].date: '31/6/2025' is not a date; use YYYY-MM-DD"),
        (P, "date: 20/5/2024", "date: ‸2024", "visits[0].date: '2024' is not a date; use YYYY-MM-DD"),
        (P, "2024-05-21]", "‸2024-05-32]", "visits[1].dates[1]: '2024-05-32' is not a date; use YYYY-MM-DD"),
        (
            P,
            "issued: 2024-04-15",
            "issued: ‸2024",
            "plan.issued: '2024' is taken for a number where a text is wanted; quote it: \"2024\"",
        ),
        (
            P,
            "number:",
            "number: ‸12",
            "plan.number: '12' is taken for a number where a text is wanted; quote it: \"12\"",
        ),
        (
            P,
            "title: Kế hoạch kiểm tra",
            "title: ‸true",
            "plan.title: 'true' is taken for true or false where a text is wanted; quote it: \"true\"",
        ),
        (
            P,
            "title: Kế hoạch kiểm tra",
            "‸title:",
            "plan.title: is empty; write a value, or delete the key if it may be left out",
        ),
        (P, "title: Kế hoạch kiểm tra", "title: ‸' '", "plan.title: is empty; write a text"),
        (
            P,
            "title: Kế hoạch kiểm tra",
            "title: ‸[a]",
            "plan.title: is a list where one text is wanted; keep one, without '-' and brackets",
        ),
        (
            P,
            "title: Kế hoạch kiểm tra",
            "title: ‸{a: b}",
            "plan.title: has keys where one text is wanted; quote a text that holds ': '",
        ),
        (
            P,
            "status: tentative",
            "status: ‸maybe",
            "plan.status: 'maybe' is not known here; write 'tentative', 'confirmed' or 'cancelled'",
        ),
        (P, "public: true", "public: ‸yes", "plan.public: 'yes' is neither true nor false; write true or false"),
        (
            P,
            "updated: 2024-04-15T09:00+07:00",
            "updated: ‸2024-04-15 09:00",
            "plan.updated: '2024-04-15 09:00' names no offset from UTC; write it as 2024-04-15T09:00+07:00",
        ),
        (
            P,
            "public: true",
            "timezone: ‸Asia/Hanoi",
            "plan.timezone: 'Asia/Hanoi' is not a time zone; write one such as 'Asia/Ho_Chi_Minh'",
        ),
        (
            P,
            "start: 07:00",
            "start: ‸700",
            'sessions[0].start: \'700\' is no hour of the day; write it as "07:30", from "00:00" to "23:59"',
        ),
        (
            P,
            'end: "16:00"',
            "end: ‸16h",
            'visits[0].sessions[1].end: \'16h\' is no hour of the day; write it as "07:30", from "00:00" to "23:59"',
        ),
        (
            R,
            "id: visit-eve",
            "id: ‸Hôm trước",
            "rules[0].id: 'Hôm trước' is not an id; use a-z, 0-9 and hyphens, such as 'hom-truoc'",
        ),
        (
            P,
            "[bao-cao@so-a.example]",
            "[‸bao-cao@so-a]",
            (
                "reports[0].submit_to[0]: 'bao-cao@so-a' is not an e-mail address: 'so-a' is not a domain such"
                " as tinh.gov.vn"
            ),
        ),
        (
            P,
            "[bao-cao@so-a.example]",
            "‸bao-cao@so-a.example",
            (
                "reports[0].submit_to: 'bao-cao@so-a.example' is not a list; write [a, b], or each as '- a' on"
                " its own line"
            ),
        ),
        (
            P,
            "levels: [unit]",
            "levels: [‸units]",
            "visits[1].levels[0]: 'units' is not known here; write 'unit' or 'commune'",
        ),
        (
            P,
            "{luc-nam: Phụ lục số 02, default: Phụ lục số 03}",
            "‸Phụ lục số 03",
            "reports[0].forms: 'Phụ lục số 03' is wanted as keys with values, one 'key: value' on each line",
        ),
        (
            P,
            "    cancelled: true",
            "    ‸canceled: true",
            "visits[1].canceled: unknown key 'canceled'; did you mean 'cancelled'?",
        ),
        (
            P,
            "place: Nhà văn hóa",
            "‸plase: Nhà văn hóa",
            "visits[0].sessions[1].plase: unknown key 'plase'; did you mean 'place'?",
        ),
        (P, "cancelled: true\n", "cancelled: true\n‸visit: []\n", "visit: unknown key 'visit'; did you mean 'visits'?"),
        (P, "  - id: luc-nam\n    unit: luc-nam\n", "  - ‸id: luc-nam\n", "visits[1].unit: is missing; add 'unit: …'"),
        (
            P,
            "  id: kiem-tra\n  title: Kế hoạch kiểm tra\n",
            "  ‸id: kiem-tra\n",
            "plan.title: is missing; add 'title: …'",
        ),
        (
            P,
            "    levels: [unit]\n",
            "    ‸unit: luc-nam\n",
            "the key 'unit' stands twice (first on line 29); delete one",
        ),
        (
            P,
            "    unit: luc-nam",
            "    unit: ‸luc-nan",
            "visits[1].unit: 'luc-nan' is no unit of this plan; did you mean 'luc-nam'?",
        ),
        (
            P,
            "communes: [phuc-son, an-ba]",
            "communes: [phuc-son, ‸xa]",
            "visits[0].communes[1]: 'xa' is no commune of 'son-dong'; known: an-ba, phuc-son",
        ),
        (
            P,
            "communes: [phuc-son, an-ba]",
            "communes: [an-ba, ‸an-ba]",
            "visits[0].communes[1]: 'an-ba' stands twice; delete one",
        ),
        (
            P,
            "commune: an-ba,",
            "commune: ‸an-bo,",
            "visits[0].sessions[1].commune: 'an-bo' is no commune of 'son-dong'; did you mean 'an-ba'?",
        ),
        (
            P,
            "sessions: [morning,",
            "sessions: [‸mornin,",
            "visits[0].sessions[0]: 'mornin' is no session of this plan; did you mean 'morning'?",
        ),
        (
            P,
            "{id: afternoon, commune",
            "{id: ‸evening, commune",
            "visits[0].sessions[1].id: 'evening' is no session of this plan; known: afternoon, morning",
        ),
        (P, "team: doan", "team: ‸doam", "visits[0].team: 'doam' is no team of this plan; did you mean 'doan'?"),
        (
            P,
            "son-dong/an-ba, luc-nam]",
            "‸son-dong/an-bo, luc-nam]",
            (
                "reports[0].owed_by[1]: 'son-dong/an-bo' is no unit or unit/commune of this plan; did you mean"
                " 'son-dong/an-ba'?"
            ),
        ),
        (
            P,
            "{luc-nam: Phụ lục số 02,",
            "{‸luc-na: Phụ lục số 02,",
            "reports[0].forms: 'luc-na' is no unit of this plan, nor 'default'; did you mean 'luc-nam'?",
        ),
        (
            P,
            "members: [truong-doan]",
            "members: [‸truong]",
            "teams[0].members[0]: 'truong' is no contact (contacts.yaml); did you mean 'truong-doan'?",
        ),
        (
            C,
            "of: son-dong/an-ba",
            "of: ‸son-dong/an-bo",
            (
                "contacts[2].of: 'son-dong/an-bo' is no unit, unit/commune or team of a plan; did you mean"
                " 'son-dong/an-ba'?"
            ),
        ),
        (
            C,
            "id: ubnd-luc-nam",
            "id: ‸ubnd-an-ba",
            "contacts[3].id: 'ubnd-an-ba' stands twice (first on line 4); give each its own id",
        ),
        (
            C,
            "email: ubnd@luc-nam.example",
            "email: ‸ubnd luc-nam.example",
            "contacts[3].email: 'ubnd luc-nam.example' is not an e-mail address; write it as name@domain.vn",
        ),
        (
            P,
            "  - id: luc-nam\n    unit",
            "  - id: ‸son-dong\n    unit",
            "visits[1].id: 'son-dong' stands twice (first on line 22); give each its own id",
        ),
        (
            P,
            "{id: an-ba, name: An Bá}]",
            "{id: an-ba, name: An Bá}, {id: ‸an-ba, name: B}]",
            "units[0].communes[2].id: 'an-ba' stands twice (first on line 17); give each its own id",
        ),
        (
            P,
            "- {id: luc-nam, name: Lục Nam}",
            "- {id: luc-nam, name: Lục Nam}\n  - {id: ‸default, name: X}",
            "units[2].id: 'default' has a meaning in 'forms'; choose another id",
        ),
        (
            P,
            "[22/5/2024, 2024-05-21]",
            "[22/5/2024, ‸2024-05-22]",
            "visits[1].dates[1]: '2024-05-22' stands twice (first on line 30); delete one",
        ),
        (
            P,
            "    dates: [22/5/2024, 2024-05-21]\n    levels: [unit]",
            "    ‸dates: [22/5/2024, 2024-05-21]\n    date: 2024-05-21",
            "visits[1].dates: stands beside 'date'; keep one of the two",
        ),
        (
            P,
            'end: "11:30"',
            'end: ‸"06:30"',
            "sessions[0].end: '06:30': the session would go from 07:00 to 06:30; end it later",
        ),
        (
            P,
            'end: "16:00"',
            'end: ‸"13:30"',
            "visits[0].sessions[1].end: '13:30': the session would go from 13:30 to 13:30; end it later",
        ),
        (
            P,
            "{before: 10/5/2024, at",
            "‸{before: 10/5/2024, by: 9/5/2024, at",
            "reports[0].due: has 'before' (the day is too late) and 'by' (the day is in time); keep one",
        ),
        (
            P,
            "{before: 10/5/2024, at",
            "‸{before: , at",
            "reports[0].due: names no day; add 'before: …' (the day is too late) or 'by: …' (the day is in time)",
        ),
        (
            P,
            "  id: kiem-tra\n",
            "  id: ‸kiem-tra-2024\n",
            (
                "plan.id: 'kiem-tra-2024' is not the file's name; rename the file to 'kiem-tra-2024.yaml', or"
                " mend the id"
            ),
        ),
        (
            R,
            "template: visit-eve",
            "template: ‸visit-eva",
            (
                "rules[0].template: 'visit-eva' is no template; known: report-due, report-last-day,"
                " visit-coming, visit-eve"
            ),
        ),
        (
            R,
            "to: [units, team]",
            "to: [‸unit, team]",
            "rules[0].to[0]: 'unit' is not known here; write 'units', 'communes', 'team' or 'heads'",
        ),
        (
            R,
            "to: [units, team]",
            "‸to: []",
            "rules[0].to: is empty; name units, communes, team or heads, or delete the rule",
        ),
        (
            R,
            "when: the day before at 15:00",
            "when: ‸1 day after at 08:00",
            "rules[0].when: '1 day after at 08:00' is for reports that are not in; a rule about a visit fires before"
            " it, or on its day",
        ),
        (
            R,
            "    template: visit-eve",
            "    repeat: ‸every 2 days, 3 times\n    template: visit-eve",
            "rules[0].repeat: is for rules that fire after the last day; delete it, or write 'when: 1 working day after"
            " at 08:00'",
        ),
        (
            R,
            "    template: visit-eve",
            "    repeat: ‸twice\n    template: visit-eve",
            "rules[0].repeat: 'twice' is not understood; write it as: every 2 working days, 3 times",
        ),
        (
            R,
            "- id: visit-eve",
            "- id: ‸digest",
            "rules[0].id: 'digest' is the name of mails that go by themselves; choose another",
        ),
        (R, "about: visit", "about: ‸plan", "rules[0].about: 'plan' is not known here; write 'visit' or 'report'"),
        (
            D,
            "working: false",
            "working: ‸nghỉ",
            "days[0].working: 'nghỉ' is neither true nor false; write true or false",
        ),
        (
            D,
            "Nghỉ bù}\n",
            "Nghỉ bù}\n  - {date: ‸2026-01-02, working: true, reason: Làm bù}\n",
            "days[1].date: '2026-01-02' stands twice (first on line 2); delete one",
        ),
    ],
)
def test_a_wrong_edit_gets_one_message_with_place_value_and_remedy(
    folder: Path, name: str, old: str, new: str, said: str
) -> None:
    edit(name, old, new)
    place = take_place(name)
    assert complain(folder) == [f"config/{name}:{place} {said}"]


def take_place(name: str) -> str:
    """Take the mark out of the file and return its line:column."""
    before, after = Path("config", name).read_text(encoding="utf-8").split("‸")
    Path("config", name).write_text(before + after, encoding="utf-8")
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_a_wrong_sentence_of_a_rule_is_told_in_the_words_of_the_rules(folder: Path) -> None:
    edit(R, "the day before at 15:00", "‸the day before")
    place = take_place(R)
    with pytest.raises(WhenError) as told:
        parse_when("the day before")
    assert complain(folder) == [f"config/reminders.yaml:{place} rules[0].when: {told.value}"]


def test_all_problems_of_all_files_come_together_in_order(folder: Path) -> None:
    places = []
    for name, old, new in (
        (C, "email: td@so-a.example", "email: ‸td"),
        (D, "2/1/2026", "‸&a 2/1/2026"),
        (P, "date: 20/5/2024", "date: ‸31/6/2025"),
        (P, "team: doan\n", "team: ‸doam\n"),
        (R, "about: visit", "about: ‸plan"),
    ):
        edit(name, old, new)
        places.append(f"config/{name}:{take_place(name)}")
    assert [line.split(" ", 1)[0] for line in complain(folder)] == places


def test_a_plan_that_cannot_be_parsed_does_not_make_its_contacts_wrong(folder: Path) -> None:
    edit(P, "title: Kế hoạch", "title: Kế‸: hoạch")
    place = take_place(P)
    assert complain(folder) == [
        f"config/{P}:{place} a ':' where none can stand; quote a text that holds ': ', or mend the line above"
    ]


def test_two_plans_of_one_id_are_told_by_the_name_of_the_file(folder: Path) -> None:
    Path("config/plans/khac.yaml").write_text(PLAN, encoding="utf-8")
    assert complain(folder) == [
        "config/plans/khac.yaml:2:7 plan.id: 'kiem-tra' is not the file's name;"
        " rename the file to 'kiem-tra.yaml', or mend the id"
    ]


def test_missing_files_are_told_with_what_they_are_for(folder: Path) -> None:
    for name in (C, R, D):
        Path("config", name).unlink()
    assert complain(folder) == [
        "config/contacts.yaml no such file; it holds the e-mail addresses; without any, write 'contacts: []'",
        "config/holidays.yaml no such file; it holds days off and made-up working days; without any, write 'days: []'",
        "config/reminders.yaml no such file; it holds the reminder rules; without any, write 'rules: []'",
    ]


def test_a_missing_folder_is_told_once(folder: Path) -> None:
    assert complain(folder / "x") == ["config/x no such folder; name it with --config or SCHEDULER_CONFIG"]


def test_a_missing_plans_folder_is_an_error_since_plans_must_not_vanish(folder: Path) -> None:
    Path("config/plans").rename("away")
    assert complain(folder) == ["config/plans no such folder; make it, it holds one file for each plan"]


def test_a_file_of_another_encoding_is_told_at_its_first_odd_byte(folder: Path) -> None:
    Path("config/contacts.yaml").write_bytes(b"# ok\ncontacts: # \xe9t\xe9\n")
    assert complain(folder) == ["config/contacts.yaml:2:13 is not UTF-8 text; save the file with the encoding UTF-8"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    Path("config/contacts.yaml").chmod(0)
    assert complain(folder) == ["config/contacts.yaml cannot be read: Permission denied; mend its owner and mode"]


def test_a_folder_in_place_of_a_file_is_told(folder: Path) -> None:
    Path("config/contacts.yaml").unlink()
    Path("config/contacts.yaml").mkdir()
    assert complain(folder) == ["config/contacts.yaml cannot be read: Is a directory; mend its owner and mode"]


pieces = st.sampled_from(
    [
        *("null", "[]", "{}", "''", "1", "true", "[a]", "{a: b}", "- ", "\n", "  ", ":", "8:30", "9" * 30, "1e999"),
        *(".nan", "[[]]", "? ", "!!str ", "|\n", "9999-12-31", "&a ", "*a", "#", "'", '"', "%", "\t", "é", "=?", "/"),
    ]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(PLAN) - 1), st.integers(0, 12), pieces), min_size=1, max_size=3))
def test_a_damaged_plan_is_read_or_refused_with_places_inside_the_file(damages: list[tuple[int, int, str]]) -> None:
    text = PLAN
    for start, length, piece in damages:
        text = text[:start] + piece + text[start + length :]
    plan, problems = try_to_read(text)
    assert (plan is None) == bool(problems)
    assert plan is None or try_to_read(plan_to_yaml(plan)) == (plan, ())
    assert all(1 <= problem.line <= text.count("\n") + 1 and problem.column >= 1 for problem in problems)


def try_to_read(text: str) -> tuple[Plan | None, tuple[Problem, ...]]:
    try:
        return read_plan_text(text, "kiem-tra.yaml"), ()
    except ConfigError as error:
        return None, error.problems


def test_an_empty_item_of_a_list_is_told_at_its_line(folder: Path) -> None:
    edit(R, "rules:\n", "rules:\n  -\n")
    assert complain(folder) == ["config/reminders.yaml:2:4 rules[0]: is empty; write a value, or delete the line"]
