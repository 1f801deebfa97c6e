"""The configuration that is shipped: it loads, and it is what the documentation says it is."""

from __future__ import annotations

from collections import Counter
from datetime import date, time
from pathlib import Path

from scheduler.model import DayOverride, Repeat
from scheduler.planfile import load_configuration
from scheduler.planfile.explain import known_keys
from scheduler.planfile.schemas import ContactsKeys, DaysKeys, RulesKeys
from scheduler.planfile.yamlfile import parse_yaml
from scheduler.settings import Settings, load_settings

CONFIG = Path(__file__).parents[2] / "config"


def read(name: str) -> object:
    root, problems = parse_yaml((CONFIG / name).read_text(encoding="utf-8"), name)
    assert problems == ()
    assert root is not None
    return root.plain


def test_the_contacts_are_two_for_each_unit_one_for_each_commune_and_nine_of_the_team() -> None:
    contacts = ContactsKeys.model_validate(read("contacts.yaml")).to_contacts()
    assert len(contacts) == 49
    assert Counter(contact.of.count("/") for contact in contacts if contact.of != "doan-kiem-tra") == {0: 20, 1: 20}
    assert set(Counter(contact.of for contact in contacts).values()) == {1, 2, 9}
    units = {contact.of for contact in contacts if "/" not in contact.of} - {"doan-kiem-tra"}
    assert Counter(contact.of.partition("/")[0] for contact in contacts if "/" in contact.of) == dict.fromkeys(units, 2)
    assert [contact.id for contact in contacts if contact.of == "doan-kiem-tra"] == [
        "truong-doan",
        "lanh-dao-phong-tre-em-va-binh-dang-gioi",
        "chuyen-vien-phong-tre-em-va-binh-dang-gioi",
        "phong-ke-hoach-tai-chinh",
        "thanh-tra-so",
        "so-giao-duc-va-dao-tao",
        "so-y-te",
        "hoi-lien-hiep-phu-nu-tinh",
        "tinh-doan-thanh-nien",
    ]


def test_every_contact_has_an_address_of_its_own_that_reaches_nobody() -> None:
    contacts = ContactsKeys.model_validate(read("contacts.yaml")).to_contacts()
    assert len({contact.email for contact in contacts}) == 49
    assert len({contact.id for contact in contacts}) == 49
    assert all(contact.email is not None and contact.email.endswith(".example") for contact in contacts)


def test_the_whole_loads_and_everybody_can_be_told() -> None:
    reports = ("report-due", "report-last-day", "report-overdue", "report-overdue-head")
    kinds = frozenset((*reports, "visit-coming", "visit-eve"))
    configuration = load_configuration(CONFIG, template_kinds=kinds)
    assert [plan.id for plan in configuration.plans] == ["kiem-tra-2024"]
    assert configuration.warnings == ()


def test_the_rules_are_the_nine_defaults() -> None:
    rules = RulesKeys.model_validate(read("reminders.yaml")).to_rules()
    everybody = ("units", "communes", "team")
    before = [rule for rule in rules if not rule.when.after]
    assert [(r.id, r.about, r.to, r.when.lead_days, r.when.working, r.when.at, r.template) for r in before] == [
        ("report-2-weeks", "report", ("units",), 14, False, time(8), "report-due"),
        ("report-5-days", "report", ("units",), 5, True, time(8), "report-due"),
        ("report-1-day", "report", ("units",), 1, True, time(8), "report-due"),
        ("report-last-day", "report", ("units",), 0, False, time(8), "report-last-day"),
        ("visit-1-week", "visit", everybody, 7, False, time(8), "visit-coming"),
        ("visit-2-days", "visit", everybody, 2, True, time(8), "visit-coming"),
        ("visit-eve", "visit", ("team",), 1, False, time(15), "visit-eve"),
    ]
    twice_more = Repeat(2, True, 3, "every 2 working days, 3 times")
    after = [rule for rule in rules if rule.when.after]
    assert [
        (r.id, r.about, r.to, r.when.lead_days, r.when.working, r.when.at, r.template, r.repeat) for r in after
    ] == [
        ("report-overdue", "report", ("units",), 1, True, time(8), "report-overdue", twice_more),
        ("report-overdue-head", "report", ("heads",), 7, True, time(8), "report-overdue-head", None),
    ]


def test_each_units_committee_is_its_head() -> None:
    contacts = ContactsKeys.model_validate(read("contacts.yaml")).to_contacts()
    heads = [contact for contact in contacts if contact.head]
    assert len(heads) == 10
    assert all(contact.id == f"ubnd-{contact.of}" for contact in heads)


def test_the_days_hold_the_exchange_that_the_library_misses() -> None:
    days = DaysKeys.model_validate(read("holidays.yaml")).to_overrides()
    assert days == (
        DayOverride(date(2026, 1, 2), False, "Nghỉ hoán đổi dịp Tết Dương lịch, làm bù vào 10/1/2026"),
        DayOverride(date(2026, 1, 10), True, "Làm bù cho ngày nghỉ hoán đổi 2/1/2026"),
    )


def test_the_settings_stay_on_this_machine() -> None:
    settings = load_settings(CONFIG, {})
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8080)
    assert (settings.smtp.host, settings.smtp.port, settings.smtp.security) == ("127.0.0.1", 2525, "none")
    assert settings.mail.sender == "kiem-tra@so-ldtbxh.example"
    assert settings.ledger.url == "sqlite:///var/ledger.sqlite3"


def test_every_setting_stands_in_the_file_with_a_comment() -> None:
    text = (CONFIG / "settings.yaml").read_text(encoding="utf-8")
    for section in known_keys(Settings, ()):
        assert f"\n{section}:" in text
        for key in set(known_keys(Settings, (section,))) - set(known_keys(Settings, ())) - {"password"}:
            assert any(line.strip().startswith(f"{key}:") and "# " in line for line in text.splitlines()), key
