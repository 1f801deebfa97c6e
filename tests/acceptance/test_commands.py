"""Each command as the contract says: what it prints, what it writes, how it exits."""

import json
import re
import shutil
from collections import Counter
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.acceptance.commandline import SAMPLE, SHIPPED_CONFIG, run_command


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A copy of the shipped configuration."""
    shutil.copytree(SHIPPED_CONFIG, tmp_path / "config")
    return tmp_path / "config"


def break_file(config: Path, name: str, old: str, new: str) -> None:
    path = config / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_help_teaches_the_first_steps(tmp_path: Path) -> None:
    ran = run_command("--help", folder=tmp_path)
    assert ran.status == 0
    assert "scheduler import PLAN.docx" in ran.out


@pytest.mark.parametrize("arguments", [["nonsense"], ["preview", "--as-of", "yesterday"], ["calendar", "--feed", "x"]])
def test_wrong_usage_exits_2_with_a_sentence(config: Path, arguments: list[str]) -> None:
    ran = run_command(*arguments, folder=config.parent)
    assert ran.status == 2
    assert ran.err.strip()
    assert "Traceback" not in ran.err


def test_check_of_the_shipped_configuration_is_right(config: Path) -> None:
    ran = run_command("check", "--json", folder=config.parent)
    assert (ran.status, ran.json) == (0, {"problems": []})


def test_check_names_file_line_column_value_and_remedy(config: Path) -> None:
    break_file(config, "reminders.yaml", "when: 5 working days before at 08:00", "when: 5 working days before")
    ran = run_command("check", folder=config.parent)
    assert ran.status == 1
    place, _, message = ran.out.strip().partition(" ")
    assert place.startswith("config/reminders.yaml:")
    assert "'5 working days before' names no hour" in message


def test_check_tells_of_contacts_without_address_in_one_line_and_in_json_of_each(config: Path) -> None:
    contacts = config / "contacts.yaml"
    text = re.sub(r"email: [^,}\s]+", 'email: ""', contacts.read_text(encoding="utf-8"), count=5)
    contacts.write_text(text, encoding="utf-8")
    untold = run_command("check", "--json", folder=config.parent).records("problems")
    assert len(untold) == 5
    first = untold[0]
    names = [str(one["message"]).partition(": ")[2].partition(" has no")[0] for one in untold[:3]]
    ran = run_command("check", folder=config.parent)
    assert ran.status == 0
    told, right = ran.out.splitlines()
    assert told == (
        f"{first['file']}:{first['line']}:{first['column']} 5 contacts have no address and cannot be told; fill it in: "
        f"{', '.join(names)}, … (warning)"
    )
    assert right.startswith("config: right (1 plan, ")


def test_check_of_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    ran = run_command("check", "--config", "nowhere", folder=tmp_path)
    assert ran.status == 1
    assert "nowhere/settings.yaml" in ran.out
    assert "Traceback" not in ran.err


def test_preview_lists_the_mails_of_the_seven_rules(config: Path) -> None:
    mails = run_command("preview", "--json", folder=config.parent).records("mails")
    assert Counter(mail["rule"] for mail in mails) == {
        "report-2-weeks": 18,
        "report-5-days": 18,
        "report-1-day": 18,
        "report-last-day": 18,
        "visit-1-week": 130,
        "visit-2-days": 130,
        "visit-eve": 90,
    }
    assert [mail["due_at"] for mail in mails] == sorted(mail["due_at"] for mail in mails)
    reports = {(mail["rule"], mail["due_at"]) for mail in mails if mail["about"] == "report"}
    assert reports == {
        ("report-2-weeks", "2024-04-25T08:00:00+07:00"),
        ("report-5-days", "2024-05-03T08:00:00+07:00"),
        ("report-1-day", "2024-05-08T08:00:00+07:00"),
        ("report-last-day", "2024-05-09T08:00:00+07:00"),
    }
    first_visit = {(mail["rule"], mail["due_at"]) for mail in mails if mail["item"] == "son-dong"}
    assert first_visit == {
        ("visit-1-week", "2024-05-13T08:00:00+07:00"),
        ("visit-2-days", "2024-05-16T08:00:00+07:00"),
        ("visit-eve", "2024-05-17T15:00:00+07:00"),
    }
    exempt = {mail["rule"] for mail in mails if mail["unit"] == "hiep-hoa" and mail["to"].startswith("ldtbxh")}
    assert exempt == {"visit-1-week", "visit-2-days"}


def test_preview_lists_apart_what_goes_only_where_a_report_is_not_in(config: Path) -> None:
    ran = run_command("preview", "--json", folder=config.parent)
    assert Counter((mail["rule"], mail["due_at"]) for mail in ran.records("conditional")) == {
        ("report-overdue", "2024-05-10T08:00:00+07:00"): 18,
        ("report-overdue", "2024-05-14T08:00:00+07:00"): 18,
        ("report-overdue", "2024-05-16T08:00:00+07:00"): 18,
        ("report-overdue-head", "2024-05-20T08:00:00+07:00"): 9,
    }
    heads = {mail["to"] for mail in ran.records("conditional") if mail["rule"] == "report-overdue-head"}
    assert {address.partition("@")[0] for address in heads} == {"ubnd"}
    text = run_command("preview", folder=config.parent).out
    assert "\nonly if the report is not in:\n" in text
    assert text.rstrip().endswith("422 mails (63 more where a report is not in), 0 who cannot be told")


def test_preview_as_of_shows_what_is_still_to_come(config: Path) -> None:
    ran = run_command("preview", "--json", "--as-of", "2024-05-08T09:00+07:00", folder=config.parent)
    mails = ran.records("mails")
    assert len(mails) == 386
    assert {mail["rule"] for mail in mails if mail["due_at"] < "2024-05-08T09:00"} == {"report-1-day"}


def test_preview_writes_mails_that_read_right(config: Path) -> None:
    options = ["--from", "2024-05-13", "--to", "2024-05-13", "--out", "mails"]
    ran = run_command("preview", *options, folder=config.parent)
    assert ran.status == 0
    mails = sorted((config.parent / "mails").glob("*.eml"))
    assert len(mails) == 13
    subjects = {message_from_bytes(path.read_bytes(), policy=policy.default)["Subject"] for path in mails}
    assert subjects == {"Lịch kiểm tra (dự kiến) thứ Hai, 20/5/2024: Sơn Động (Phúc Sơn, An Bá)"}


def test_preview_lists_who_cannot_be_told(config: Path) -> None:
    break_file(config, "contacts.yaml", "email: ubnd.an-ba@son-dong.example", "email:")
    ran = run_command("preview", "--json", folder=config.parent)
    assert len(ran.records("mails")) == 420
    assert ran.records("cannot_be_told") == [
        {
            "about": "visit",
            "item": "son-dong",
            "unit": "son-dong",
            "who": "ubnd-an-ba",
            "reason": "has no address in contacts.yaml",
        }
    ]


def test_calendar_gives_the_same_21_events_each_time(config: Path) -> None:
    first = run_command("calendar", folder=config.parent)
    assert first.out.count("BEGIN:VEVENT") == 21
    assert first.out.count("\nSTATUS:TENTATIVE") == 21
    assert first.out.count("BEGIN:VTIMEZONE") == 1
    assert first.out == run_command("calendar", folder=config.parent).out


@pytest.mark.parametrize(
    ("feed", "events"),
    [
        ("deadlines", 1),
        ("unit-son-dong", 3),
        ("unit-hiep-hoa", 2),
        ("commune-son-dong-an-ba", 2),
        ("member-thanh-tra-so", 20),
    ],
)
def test_calendar_of_a_part_shows_only_that_part(config: Path, feed: str, events: int) -> None:
    assert run_command("calendar", "--feed", feed, folder=config.parent).out.count("BEGIN:VEVENT") == events


def test_status_and_history_before_the_first_run_say_so(config: Path) -> None:
    status = run_command("status", "--json", folder=config.parent)
    assert (status.status, status.json) == (0, {"next": None, "counts": {}, "problems": []})
    history = run_command("history", "--json", folder=config.parent)
    assert (history.status, history.json) == (0, {"deliveries": []})
    assert not (config.parent / "var").exists()


def test_import_writes_plan_contacts_and_extraction(tmp_path: Path) -> None:
    ran = run_command("import", SAMPLE, "--id", "kiem-tra-2024", folder=tmp_path)
    assert ran.status == 0
    written = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert written == [
        "config/contacts.yaml",
        "config/holidays.yaml",
        "config/plans/.imported/kiem-tra-2024.contacts.yaml",
        "config/plans/.imported/kiem-tra-2024.yaml",
        "config/plans/kiem-tra-2024.yaml",
        "config/reminders.yaml",
        "config/settings.yaml",
    ]
    assert "49 new contacts need an address" in ran.out
    checked = run_command("check", "--json", folder=tmp_path)
    assert checked.status == 0
    assert {problem["severity"] for problem in checked.records("problems")} == {"warning"}


def test_import_does_not_replace_a_plan_unless_forced(config: Path) -> None:
    plan = config / "plans" / "kiem-tra-2024.yaml"
    before = plan.read_text(encoding="utf-8")
    merged = run_command("import", SAMPLE, "--id", "kiem-tra-2024", folder=config.parent)
    assert merged.status == 0
    assert "nothing changed" in merged.out
    assert plan.read_text(encoding="utf-8") == before
    forced = run_command("import", SAMPLE, "--id", "kiem-tra-2024", "--force", folder=config.parent)
    assert forced.status == 0
    assert plan.with_name("kiem-tra-2024.yaml.bak").read_text(encoding="utf-8") == before


def test_import_leaves_contacts_that_are_there_as_they_are(config: Path) -> None:
    before = (config / "contacts.yaml").read_bytes()
    run_command("import", SAMPLE, "--id", "kiem-tra-2024", "--force", folder=config.parent)
    assert (config / "contacts.yaml").read_bytes() == before


def test_import_json_writes_nothing(tmp_path: Path) -> None:
    ran = run_command("import", SAMPLE, "--id", "kiem-tra-2024", "--json", folder=tmp_path)
    assert ran.status == 0
    assert [visit["unit"] for visit in ran.records("visits")][:2] == ["son-dong", "luc-ngan"]
    assert {"severity", "code", "message", "where"} == set(ran.records("findings")[0])
    assert list(tmp_path.iterdir()) == []


MENU = "THỰC ĐƠN TUẦN 20\n\nThứ\tMón chính\tGiá\nThứ Hai\tCá kho\t35.000\nThứ Ba\tThịt rang\t40.000\n"
PRICES = "BẢNG GIÁ\n\nSTT\tTên hàng\tĐơn vị tính\tĐơn giá\n1\tGạo\tkg\t18.000\n2\tMuối\tkg\t6.000\n"


@pytest.mark.parametrize("content", [MENU, PRICES, "", "Kính gửi anh, hẹn gặp anh ngày mai.\n"])
def test_import_refuses_what_holds_no_schedule(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.txt").write_text(content, encoding="utf-8")
    ran = run_command("import", "x.txt", folder=tmp_path)
    assert ran.status == 3
    assert ran.err.startswith("x.txt")
    assert len(ran.err.strip().splitlines()) == 1
    assert not (tmp_path / "config").exists()


def test_import_of_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    ran = run_command("import", "nothing.txt", folder=tmp_path)
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.startswith("nothing.txt")


def test_import_with_an_error_writes_a_draft_alone_and_the_configuration_stays_right(config: Path) -> None:
    folder = config.parent
    text = SAMPLE.read_text(encoding="utf-8").replace("28/5/2024", "31/6/2024")
    (folder / "plan.txt").write_text(text, encoding="utf-8")
    contacts = (config / "contacts.yaml").read_bytes()
    ran = run_command("import", "plan.txt", "--id", "x", folder=folder)
    assert ran.status == 1
    assert "31/6/2024" in ran.out
    assert sorted(path.name for path in (config / "plans").glob("*.yaml")) == ["kiem-tra-2024.yaml", "x.draft.yaml"]
    assert (config / "contacts.yaml").read_bytes() == contacts
    assert run_command("check", folder=folder).status == 0


def test_doctor_names_what_is_missing(config: Path) -> None:
    ran = run_command("doctor", folder=config.parent, SCHEDULER_SMTP__PORT="1", SCHEDULER_HTTP__PORT="0")
    lines = [line for line in ran.out.splitlines() if line.startswith("FAIL")]
    assert ran.status == 1
    assert [line.split(":")[0] for line in lines] == ["FAIL  mail relay"]
    assert "connection refused" in lines[0]


def test_demo_leaves_feed_mails_and_report(tmp_path: Path) -> None:
    ran = run_command("demo", "--out", "demo", folder=tmp_path)
    assert ran.status == 0
    assert "422 mails sent, 422 arrived" in ran.out
    assert (tmp_path / "demo/feed.ics").read_bytes().count(b"BEGIN:VEVENT") == 21
    assert len(list((tmp_path / "demo/mails").glob("*.eml"))) == 422
    assert (tmp_path / "demo/report.html").read_text(encoding="utf-8").count('href="mails/') == 422


def test_demo_refuses_to_empty_a_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo/thesis.txt").write_text("do not delete", encoding="utf-8")
    ran = run_command("demo", "--out", "demo", folder=tmp_path)
    assert ran.status == 1
    assert "thesis.txt" in ran.err
    assert (tmp_path / "demo/thesis.txt").exists()


def test_json_of_status_and_history_after_a_rehearsal(config: Path) -> None:
    folder = config.parent
    ran = run_command("rehearse", "--state", "state", "--to", "2024-05-01T00:00+07:00", folder=folder)
    assert ran.status == 0
    status = run_command("status", "--json", "--state", "state", folder=folder).json
    assert status["counts"] == {"planned": 404, "sent": 18}
    assert isinstance(status["next"], dict)
    assert status["next"]["due_at"] == "2024-05-03T08:00:00+07:00"
    rows = run_command("history", "--json", "--state", "state", folder=folder).records("deliveries")
    assert Counter(row["state"] for row in rows) == {"planned": 404, "sent": 18}
    assert json.dumps(rows[0]["in_doubt"]) == "false"
    assert {"id", "key", "rule", "item", "to", "due_at", "state", "attempts", "message_id", "in_doubt"} <= set(rows[0])


def test_rehearse_sends_to_this_machine_only(config: Path) -> None:
    ran = run_command("rehearse", "--smtp", "mail.example:25", folder=config.parent)
    assert ran.status == 2
    assert "is not this machine" in ran.err


def test_check_refuses_a_letter_about_something_else_than_its_rule(config: Path) -> None:
    break_file(config, "reminders.yaml", "template: report-due", "template: visit-eve")
    ran = run_command("check", folder=config.parent)
    assert ran.status == 1
    assert "'visit-eve' is no letter for a rule about a report" in ran.out
    assert "report-due" in ran.out


def test_check_refuses_a_template_that_does_not_render(config: Path) -> None:
    own = config / "templates" / "email"
    own.mkdir(parents=True)
    (own / "visit-eve.txt").write_text("Kính gửi: {{ letter.recipent }}\n", encoding="utf-8")
    ran = run_command("check", folder=config.parent)
    assert ran.status == 1
    assert "config/templates/email/visit-eve.txt:1" in ran.out


def test_rehearse_that_went_wrong_says_so_with_its_exit_status(config: Path) -> None:
    ran = run_command("rehearse", "--speed", "nan", folder=config.parent)
    assert ran.status == 2
    assert "Traceback" not in ran.err


def test_diff_of_a_draft_names_events_and_mails_and_changes_nothing(config: Path) -> None:
    draft = config.parent / "draft"
    shutil.copytree(config, draft)
    break_file(draft, "plans/kiem-tra-2024.yaml", "date: 2024-05-20", "date: 2024-05-21")
    rehearsed = run_command("rehearse", "--state", "state", "--to", "2024-05-01T00:00+07:00", folder=config.parent)
    assert rehearsed.status == 0
    before = (config.parent / "state/ledger.sqlite3").read_bytes()
    found = run_command("diff", "--draft", "draft", "--state", "state", "--json", folder=config.parent)
    assert found.status == 0
    assert [(event["change"], event["after"][:16]) for event in found.records("events")] == [
        ("moved", "2024-05-21 07:00"),
        ("moved", "2024-05-21 13:30"),
    ]
    assert found.json["needs_approval"] is False
    assert (config.parent / "state/ledger.sqlite3").read_bytes() == before


def test_approve_without_an_edit_that_waits_says_so(config: Path) -> None:
    ran = run_command("approve", folder=config.parent)
    assert (ran.status, ran.err.strip()) == (2, "no edit waits for approval")


def test_check_warns_of_two_contacts_with_one_mailbox(config: Path) -> None:
    break_file(config, "contacts.yaml", "email: ubnd.an-ba@son-dong.example", "email: ubnd.phuc-son@son-dong.example")
    ran = run_command("check", "--json", folder=config.parent)
    (problem,) = ran.records("problems")
    assert (ran.status, problem["severity"]) == (0, "warning")
    assert "'ubnd.phuc-son@son-dong.example' is the mailbox of 'Ủy ban nhân dân xã Phúc Sơn' too" in problem["message"]
