"""What is allowed and more often a slip than meant: days off, past dates, two places at once, rules that do nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scheduler.planfile import load_configuration

KINDS = frozenset({"visit-eve"})
PLAN = """\
plan: {id: NAME, title: Kế hoạch, issued: 2024-04-15, updated: 2024-04-15T09:00+07:00}
organiser: {name: Sở A}
sessions:
  - {id: morning, name: Sáng, start: "07:00", end: "11:30"}
  - {id: afternoon, name: Chiều, start: "13:30", end: "17:00"}
units:
  - {id: son-dong, name: Sơn Động}
  - {id: luc-nam, name: Lục Nam}
teams:
  - {id: TEAM, name: Đoàn, members: [td]}
visits:
  - {id: v, unit: son-dong, date: 2024-05-20, sessions: [morning], team: TEAM}
  - {id: w, unit: luc-nam, date: 2024-05-21, sessions: [morning], team: TEAM}
"""
CONTACTS = """\
contacts:
  - {id: td, name: Trưởng đoàn, email: td@a.example, of: doan}
  - {id: sd, name: UBND, email: sd@a.example, of: son-dong}
  - {id: ln, name: UBND, email: ln@a.example, of: luc-nam}
"""
RULES = "rules:\n  - {id: r, about: visit, to: [units], when: 1 day before at 08:00, template: visit-eve}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("config/plans").mkdir(parents=True)
    write_plan("a", PLAN)
    for name, text in {"contacts": CONTACTS, "reminders": RULES, "holidays": "days: []\n"}.items():
        Path("config", f"{name}.yaml").write_text(text, encoding="utf-8")
    return Path("config")


def write_plan(name: str, text: str, team: str = "doan") -> None:
    Path("config/plans", f"{name}.yaml").write_text(text.replace("NAME", name).replace("TEAM", team), encoding="utf-8")


def warn(folder: Path, today: date | None = None) -> list[str]:
    warnings = load_configuration(folder, template_kinds=KINDS, today=today).warnings
    assert {warning.severity for warning in warnings} <= {"warning"}
    return [str(warning) for warning in warnings]


def test_a_sound_configuration_gives_no_warning(folder: Path) -> None:
    assert warn(folder, today=date(2024, 5, 1)) == []


def test_past_dates_are_told_together_at_the_first(folder: Path) -> None:
    more = "  - {id: x, unit: luc-nam, date: 2024-05-27, sessions: [morning], team: TEAM}\n"
    write_plan("a", PLAN + more)
    assert warn(folder, today=date(2024, 5, 21)) == [
        "config/plans/a.yaml:12:35 visits[0].date: '2024-05-20' is past (today is Tuesday 21/5/2024);"
        " no reminder goes out for it; mend the date if it is wrong"
    ]
    assert warn(folder, today=date(2024, 5, 22)) == [
        "config/plans/a.yaml:12:35 visits[0].date: '2024-05-20' is past (today is Wednesday 22/5/2024),"
        " and so is 1 more date of this plan; no reminder goes out for it; mend the date if it is wrong"
    ]


@pytest.mark.parametrize("today", [date(2024, 5, 20), date(2024, 5, 22), date(2030, 1, 1)])
def test_today_is_not_past_and_a_plan_wholly_past_is_left_alone(folder: Path, today: date) -> None:
    assert warn(folder, today=today) == []


def test_a_day_that_the_office_works_by_its_own_list_is_no_day_off(folder: Path) -> None:
    write_plan("a", PLAN.replace("2024-05-20", "2024-05-18"))
    assert warn(folder) == [
        "config/plans/a.yaml:12:35 visits[0].date: '2024-05-18': Saturday 18/5/2024 is a day off (weekend);"
        " mend the date, or name the day in holidays.yaml as a working day"
    ]
    days = "days:\n  - {date: 2024-05-18, working: true, reason: Làm bù}\n"
    days += "  - {date: 21/5/2024, working: false, reason: Hội nghị}\n"
    Path("config/holidays.yaml").write_text(days, encoding="utf-8")
    assert warn(folder) == [
        "config/plans/a.yaml:13:34 visits[1].date: '2024-05-21': Tuesday 21/5/2024 is a day off (Hội nghị);"
        " mend the date, or name the day in holidays.yaml as a working day"
    ]


def test_every_day_of_a_visit_is_looked_at(folder: Path) -> None:
    write_plan("a", PLAN.replace("date: 2024-05-20", "dates: [2024-05-20, 19/5/2024]"))
    (told,) = warn(folder)
    assert told.startswith("config/plans/a.yaml:12:49 visits[0].dates[1]: '19/5/2024': Sunday 19/5/2024 is a day off")


def test_cancelled_visits_are_nowhere(folder: Path) -> None:
    twice = PLAN.replace("2024-05-21", "2024-05-20")
    write_plan("a", twice)
    assert len(warn(folder)) == 1
    write_plan("a", twice.replace("team: TEAM}\n  - {id: w", "team: TEAM, cancelled: true}\n  - {id: w"))
    assert warn(folder) == []


def test_one_team_at_different_hours_of_a_day_is_in_one_place_at_a_time(folder: Path) -> None:
    twice = PLAN.replace("2024-05-21, sessions: [morning]", "2024-05-20, sessions: [afternoon]")
    write_plan("a", twice)
    assert warn(folder) == []
    write_plan("a", twice.replace("[afternoon]", '[{id: afternoon, start: "11:00"}]'))
    (told,) = warn(folder)
    assert told.startswith(
        "config/plans/a.yaml:13:97 visits[1].team: 'doan' is to be at 'son-dong' (config/plans/a.yaml:12)"
    )


def test_a_member_of_two_teams_of_two_plans_is_told_by_name(folder: Path) -> None:
    write_plan(
        "b",
        PLAN.replace("luc-nam, date: 2024-05-21", "luc-nam, date: 2024-05-20").replace(
            "son-dong, date: 2024-05-20", "son-dong, date: 2024-06-20"
        ),
        team="doan-b",
    )
    contacts = CONTACTS + "  - {id: tdb, name: Trưởng đoàn, email: tdb@a.example, of: doan-b}\n"
    Path("config/contacts.yaml").write_text(contacts, encoding="utf-8")
    assert warn(folder) == [
        "config/plans/b.yaml:13:73 visits[1].team: 'td' is to be at 'son-dong' (config/plans/a.yaml:12) as well on"
        " Monday 20/5/2024; move one of the two visits, or give them sessions at different hours"
    ]


def test_a_rule_and_a_contact_may_be_of_some_plans_only(folder: Path) -> None:
    write_plan("b", PLAN.replace("2024-05-2", "2024-06-2"), team="doan-b")
    contacts = CONTACTS.replace("of: luc-nam", "of: luc-nam, plans: [a]")
    contacts += "  - {id: tdb, name: Trưởng đoàn, email: tdb@a.example, of: doan-b}\n"
    Path("config/contacts.yaml").write_text(contacts, encoding="utf-8")
    rules = (
        RULES + "  - {id: s, about: visit, to: [units], when: on the day at 06:00, template: visit-eve, plans: [b]}\n"
    )
    Path("config/reminders.yaml").write_text(rules, encoding="utf-8")
    configuration = load_configuration(folder, template_kinds=KINDS)
    assert [rule.plans for rule in configuration.rules] == [(), ("b",)]
    assert [contact.plans for contact in configuration.contacts] == [(), (), ("a",), ()]
    assert [str(warning) for warning in configuration.warnings] == [
        "config/plans/b.yaml:13:19 visits[1].unit: 'luc-nam' has no contact and cannot be told;"
        " add one with 'of: luc-nam'"
    ]


def test_a_rule_of_one_plan_is_judged_by_that_plan_alone(folder: Path) -> None:
    write_plan("b", PLAN.replace("2024-05-2", "2024-06-2").replace('"07:00"', '"06:00"'))
    rule = "  - {id: s, about: visit, to: [units], when: on the day at 06:30, template: visit-eve, plans: [b]}\n"
    Path("config/reminders.yaml").write_text(RULES + rule, encoding="utf-8")
    (told,) = warn(folder)
    assert told.startswith("config/reminders.yaml:3:46 rules[1].when: 'on the day at 06:30' can never fire")
    Path("config/reminders.yaml").write_text(RULES + rule.replace("[b]", "[a]"), encoding="utf-8")
    assert warn(folder) == []


def test_the_sender_of_a_plan_is_read_and_its_address_checked(folder: Path) -> None:
    write_plan("a", PLAN + "sender: {address: doan-a@so.example, name: Đoàn A}\n")
    sender = load_configuration(folder, template_kinds=KINDS).plans[0].sender
    assert sender is not None
    assert (sender.address, sender.name, sender.reply_to) == ("doan-a@so.example", "Đoàn A", None)


def test_audiences_that_no_rule_tells_are_not_missed(folder: Path) -> None:
    Path("config/contacts.yaml").write_text(CONTACTS.replace("of: doan", "of: luc-nam"), encoding="utf-8")
    assert warn(folder) == []
    Path("config/reminders.yaml").write_text(RULES.replace("[units]", "[units, team]"), encoding="utf-8")
    assert warn(folder) == [
        "config/plans/a.yaml:10:38 teams[0].members[0]: 'td' is a contact of 'luc-nam' and is not told of this team's"
        " visits; add a contact with 'of: doan'",
        "config/plans/a.yaml:12:74 visits[0].team: 'doan' has no contact and cannot be told; add one with 'of: doan'",
        "config/plans/a.yaml:13:73 visits[1].team: 'doan' has no contact and cannot be told; add one with 'of: doan'",
    ]


def test_a_unit_that_owes_a_report_and_has_no_head_is_told_where_a_rule_writes_to_heads(folder: Path) -> None:
    write_plan("a", PLAN + "reports:\n  - {id: b, title: B, due: {by: 2024-05-09}, owed_by: [son-dong, luc-nam]}\n")
    contacts = CONTACTS.replace("of: son-dong}", "of: son-dong, head: true}")
    Path("config/contacts.yaml").write_text(contacts, encoding="utf-8")
    assert warn(folder) == []
    rule = (
        "  - {id: h, about: report, to: [heads], when: 7 working days after at 08:00, template: report-overdue-head,"
        " repeat: 'every week, 2 times'}\n"
    )
    Path("config/reminders.yaml").write_text(RULES + rule, encoding="utf-8")
    warnings = load_configuration(folder, template_kinds=KINDS | {"report-overdue-head"}).warnings
    assert [str(warning) for warning in warnings] == [
        "config/plans/a.yaml:15:66 reports[0].owed_by[1]: 'luc-nam' has no head who could be told;"
        " write 'head: true' below one of its contacts"
    ]
