"""What an admin gets wrong in the shipped configuration, slip by slip: the exact place, what is wrong, what to do.

"‸" stands where the message must point to. Every slip gets exactly one message, and a wrong one loads nothing.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from scheduler.errors import ConfigError, Problem
from scheduler.planfile import load_configuration
from scheduler.settings import load_settings
from tests.acceptance.commandline import SHIPPED_CONFIG, run_command

KINDS = frozenset(
    {"report-due", "report-last-day", "report-overdue", "report-overdue-head", "visit-coming", "visit-eve"}
)
BEFORE_THE_SEASON = date(2024, 4, 1)

S, P, C, R, D = "settings.yaml", "plans/kiem-tra-2024.yaml", "contacts.yaml", "reminders.yaml", "holidays.yaml"

Edits = tuple[tuple[str, str, str], ...]
Slip = tuple[Edits, str]

WRONG: tuple[Slip, ...] = (
    (((P, "  id: kiem-tra-2024\n", "‸\tid: kiem-tra-2024\n"),), "a tab; use blanks instead"),
    (
        (
            (
                "reminders.yaml",
                "about: report\n    to: [units]\n    when: 14",
                "about: ‸reports\n    to: [units]\n    when: 14",
            ),
        ),
        "rules[0].about: 'reports' is not known here; write 'visit' or 'report'",
    ),
    (
        (("holidays.yaml", "date: 2026-01-10", "date: ‸2026-01-10T08:00"),),
        "days[1].date: '2026-01-10T08:00' is not a date; use YYYY-MM-DD",
    ),
    (
        ((P, "communes: [phuc-son, an-ba]", "communes: [phuc-son, ‸*an-ba]"),),
        "'*an-ba' is an alias; write the value out, or quote a text that begins with '*'",
    ),
    (
        ((P, "unit: son-dong  #", "unit: ‸&u son-dong  #"),),
        "'&u' is an anchor; delete it, or quote a text that begins with '&'",
    ),
    (
        ((P, "date: 2024-05-22", "date: ‸!!str 2024-05-22"),),
        "'!!str' is a tag; delete it, or quote a text that begins with '!'",
    ),
    (
        ((P, "    date: 2024-05-20", "    ‸unit: son-dong\n    date: 2024-05-20"),),
        "the key 'unit' stands twice (first on line 106); delete one",
    ),
    (
        ((P, "title: Kiểm tra công tác trẻ em", "title: Kế hoạch‸: Kiểm tra công tác trẻ em"),),
        "a ':' where none can stand; quote a text that holds ': ', or mend the line above",
    ),
    (
        ((P, "communes: [kien-thanh, kien-lao]", "communes: ‸[kien-thanh, kien-lao"),),
        "a ',' or the closing bracket is missing in a list or mapping written on one line",
    ),
    (
        (
            (
                P,
                '- {id: morning, name: Buổi sáng, start: "07:00", end: "11:30"}',
                '- ‸{id: morning, name: Buổi sáng, start: "07:00", end: "11:30}',
            ),
        ),
        "a ',' or the closing bracket is missing in a list or mapping written on one line",
    ),
    (
        ((C, "    email: ubnd@son-dong.example", "   ‸email: ubnd@son-dong.example"),),
        "does not fit in here; indent it like its neighbours, and quote a text that begins with a quote",
    ),
    (
        ((C, "  - id: ubnd-an-ba", "  ‸-id: ubnd-an-ba"),),
        "does not fit in here; indent it like its neighbours, and quote a text that begins with a quote",
    ),
    (((R, "rules:\n", "‸- rules:\n"),), "begin the file with a 'key:'"),
    (((D, "days:\n", "days:\n---\n‸days:\n"),), "a second YAML document; keep one, without '---' lines in between"),
    (((P, "  public: true", "  ‸publik: true"),), "plan.publik: unknown key 'publik'; did you mean 'public'?"),
    (
        ((P, "    communes: [phuc-son, an-ba]", "    ‸comunes: [phuc-son, an-ba]"),),
        "visits[0].comunes: unknown key 'comunes'; did you mean 'communes'?",
    ),
    (
        ((C, "    email: ubnd@luc-ngan.example", "    ‸emial: ubnd@luc-ngan.example"),),
        "contacts[13].emial: unknown key 'emial'; did you mean 'email'?",
    ),
    (
        ((R, "    when: the day before at 15:00", "    ‸wen: the day before at 15:00"),),
        "rules[8].wen: unknown key 'wen'; did you mean 'when'?",
    ),
    (((D, "    reason: Làm bù", "    ‸reson: Làm bù"),), "days[1].reson: unknown key 'reson'; did you mean 'reason'?"),
    (((S, "  sender: kiem", "  ‸sendr: kiem"),), "mail.sendr: unknown key 'sendr'; did you mean 'sender'?"),
    (((S, "http:\n", "‸htp:\n"),), "htp: unknown key 'htp'; did you mean 'http'?"),
    (((P, "  public: true", "  public: ‸có"),), "plan.public: 'có' is neither true nor false; write true or false"),
    (
        ((P, "  status: tentative  #", "  status: ‸dự kiến  #"),),
        "plan.status: 'dự kiến' is not known here; write 'tentative', 'confirmed' or 'cancelled'",
    ),
    (
        (
            (
                P,
                "title: Kiểm tra công tác trẻ em và công tác bình đẳng giới ở địa phương, cơ sở năm 2024",
                "title: ‸2024",
            ),
        ),
        "plan.title: '2024' is taken for a number where a text is wanted; quote it: \"2024\"",
    ),
    (
        ((P, "timezone: Asia/Ho_Chi_Minh", "timezone: ‸Asia/Ha_Noi"),),
        "plan.timezone: 'Asia/Ha_Noi' is not a time zone; write one such as 'Asia/Ho_Chi_Minh'",
    ),
    (
        ((P, "updated: 2024-04-15T09:00+07:00", "updated: ‸15/4/2024"),),
        "plan.updated: '15/4/2024' is not a date with hour and offset; write it as 2024-04-15T09:00+07:00",
    ),
    (
        ((P, 'issued: "2024-04"', 'issued: ‸"2024-13"'),),
        "plan.issued: '2024-13' is not a date; use YYYY-MM-DD, or YYYY-MM for a month",
    ),
    (((P, "date: 2024-05-20", "date: ‸31/6/2024"),), "visits[0].date: '31/6/2024' is not a date; use YYYY-MM-DD"),
    (((P, "date: 2024-05-20", "date: ‸2024-02-30"),), "visits[0].date: '2024-02-30' is not a date; use YYYY-MM-DD"),
    (((P, "date: 2024-05-20", "date: ‸20-5-2024"),), "visits[0].date: '20-5-2024' is not a date; use YYYY-MM-DD"),
    (
        ((P, "date: 2024-05-20", "date: ‸2924-05-20"),),
        "visits[0].date: '2924-05-20' is not within the years 1900 to 2200; mend the year",
    ),
    (
        ((P, 'end: "11:30"', 'end: ‸"25:30"'),),
        'sessions[0].end: \'25:30\' is no hour of the day; write it as "07:30", from "00:00" to "23:59"',
    ),
    (
        ((P, 'end: "11:30"', "end: ‸11h30"),),
        'sessions[0].end: \'11h30\' is no hour of the day; write it as "07:30", from "00:00" to "23:59"',
    ),
    (
        ((P, 'end: "11:30"', 'end: ‸"06:30"'),),
        "sessions[0].end: '06:30': the session would go from 07:00 to 06:30; end it later",
    ),
    (
        ((P, "members:\n      - truong-doan ", "members:\n      ‸truong-doan: "),),
        "teams[0].members: this is not a list; write [a, b], or each as '- a' on its own line",
    ),
    (
        ((C, "email: ubnd@hiep-hoa.example", "email: ‸ubnd.hiep-hoa.example"),),
        "contacts[29].email: 'ubnd.hiep-hoa.example' is not an e-mail address; write it as name@domain.vn",
    ),
    (
        ((C, "email: ubnd@hiep-hoa.example", "email: ‸ubnd@hiephòa.example"),),
        (
            "contacts[29].email: 'ubnd@hiephòa.example' is not an e-mail address: blanks, accents and '=?' cannot be"
            " in one"
        ),
    ),
    (
        ((C, "email: ubnd@hiep-hoa.example", "email: ‸a@hiep-hoa.example; b@hiep-hoa.example"),),
        (
            "contacts[29].email: 'a@hiep-hoa.example; b@hiep-hoa.example' holds more than one '@'; give one address,"
            " and further people an entry each"
        ),
    ),
    (
        ((C, "  - id: ldtbxh-tan-yen", "  - id: ‸LĐTBXH Tân Yên"),),
        "contacts[38].id: 'LĐTBXH Tân Yên' is not an id; use a-z, 0-9 and hyphens, such as 'ldtbxh-tan-yen'",
    ),
    (((D, "date: 2026-01-10", "date: ‸10.1.2026"),), "days[1].date: '10.1.2026' is not a date; use YYYY-MM-DD"),
    (((D, "working: true", "working: ‸yes"),), "days[1].working: 'yes' is neither true nor false; write true or false"),
    (
        ((R, "when: 7 days before at 08:00", "when: ‸7 ngày trước lúc 08:00"),),
        "rules[6].when: '7 ngày trước lúc 08:00' names no hour; end it with one, such as: 1 day before at 08:00",
    ),
    (
        ((R, "when: 7 days before at 08:00", "when: ‸7 days before"),),
        "rules[6].when: '7 days before' names no hour; end it with one, such as: 1 day before at 08:00",
    ),
    (
        ((R, "when: 7 days before at 08:00", "when: ‸7 days before at 8h"),),
        "rules[6].when: '7 days before at 8h': '8h' is no hour of the day; write HH:MM from 00:00 to 23:59",
    ),
    (
        ((S, "  port: 8080", "  port: ‸80800"),),
        "http.port: '80800' is not a port; write 1 to 65535 (0 takes any free one)",
    ),
    (
        ((S, "security: none ", "security: ‸ssl "),),
        "smtp.security: 'ssl' is not known here; write 'starttls', 'tls' or 'none'",
    ),
    (
        ((S, "host: 127.0.0.1          # name", "host: ‸http://relay.example          # name"),),
        "smtp.host: 'http://relay.example' is not a host; write a name or an IP address, without 'http://' and port",
    ),
    (
        ((S, "largest_share: 1/3", "largest_share: ‸a third"),),
        "edits.largest_share: 'a third' is no share; write it as 1/3, 0.25 or 25%",
    ),
    (
        ((S, "password_file:     ", "password_file: ‸/none    "),),
        (
            "smtp.password_file: '/none' cannot be read (No such file or directory); mend the path, or the file's"
            " owner and mode"
        ),
    ),
    (
        ((P, "unit: luc-ngan  #", "unit: ‸luc-ngam  #"),),
        "visits[1].unit: 'luc-ngam' is no unit of this plan; did you mean 'luc-nam'?",
    ),
    (
        ((P, "communes: [kien-thanh, kien-lao]", "communes: [kien-thanh, ‸kien-la]"),),
        "visits[1].communes[1]: 'kien-la' is no commune of 'luc-ngan'; did you mean 'kien-lao'?",
    ),
    (
        ((P, "      - so-y-te", "      - ‸so-yte"),),
        "teams[0].members[6]: 'so-yte' is no contact (contacts.yaml); did you mean 'so-y-te'?",
    ),
    (
        ((C, "    of: hiep-hoa/quang-minh", "    of: ‸hiep-hoa/quang-mnh"),),
        (
            "contacts[32].of: 'hiep-hoa/quang-mnh' is no unit, unit/commune or team of a plan; did you mean"
            " 'hiep-hoa/quang-minh'?"
        ),
    ),
    (
        ((C, "  - id: ubnd-tan-yen", "  - id: ‸ubnd-viet-yen"),),
        "contacts[37].id: 'ubnd-viet-yen' stands twice (first on line 178); give each its own id",
    ),
    (
        ((C, "    of: tan-yen/dai-hoa", "    of: tan-yen/dai-hoa\n    plans: [‸kiem-tra-2023]"),),
        "contacts[39].plans[0]: 'kiem-tra-2023' is no plan; did you mean 'kiem-tra-2024'?",
    ),
    (
        ((R, "template: visit-eve", "template: ‸visit-evening"),),
        (
            "rules[8].template: 'visit-evening' is no template; known: report-due, report-last-day, report-overdue,"
            " report-overdue-head, visit-coming, visit-eve"
        ),
    ),
    (
        ((R, "  - id: visit-2-days", "  - id: ‸visit-1-week"),),
        "rules[7].id: 'visit-1-week' stands twice (first on line 71); give each its own id",
    ),
    (((R, "to: [team]", "‸to: []"),), "rules[8].to: is empty; name units, communes, team or heads, or delete the rule"),
    (
        ((P, "owed_by: [son-dong, luc-ngan,", "owed_by: [son-dong, ‸luc-ngạn,"),),
        "reports[0].owed_by[1]: 'luc-ngạn' is no unit or unit/commune of this plan; did you mean 'luc-ngan'?",
    ),
    (
        ((P, "{luc-nam: Phụ lục số 02,", "{‸luc-na: Phụ lục số 02,"),),
        "reports[0].forms: 'luc-na' is no unit of this plan, nor 'default'; did you mean 'luc-nam'?",
    ),
    (
        ((P, "  - id: luc-ngan\n    unit", "  - id: ‸son-dong\n    unit"),),
        "visits[1].id: 'son-dong' stands twice (first on line 105); give each its own id",
    ),
)

DOUBTFUL: tuple[Slip, ...] = (
    (
        ((R, "when: the day before at 15:00", "when: ‸on the day at 08:00"),),
        (
            "rules[8].when: 'on the day at 08:00' can never fire, it always comes too late: 'son-dong' begins at 07:00"
            " on Monday 20/5/2024; name an earlier hour, or an earlier day"
        ),
    ),
    (
        (
            (
                R,
                "about: report\n    to: [units]\n    when: 14 days",
                "about: report\n    to: [units, ‸team]\n    when: 14 days",
            ),
        ),
        "rules[0].to[1]: 'team' is told of no report: a report is owed by units; delete it",
    ),
    (
        ((P, "date: 2024-05-20", "date: ‸2024-05-19"),),
        (
            "visits[0].date: '2024-05-19': Sunday 19/5/2024 is a day off (weekend); mend the date, or name the day in"
            " holidays.yaml as a working day"
        ),
    ),
    (
        ((P, "date: 2024-05-20", "date: ‸2024-04-30"),),
        (
            "visits[0].date: '2024-04-30': Tuesday 30/4/2024 is a day off (Liberation Day/Reunification Day); mend the"
            " date, or name the day in holidays.yaml as a working day"
        ),
    ),
    (
        ((P, "date: 2024-05-20", "date: ‸2023-05-22"),),
        "visits[0].date: '2023-05-22' lies before the plan was issued (2024-04); mend the year, or 'issued'",
    ),
    (
        (
            (P, "    date: 2024-05-22  #", "    date: 2024-05-20  #"),
            (P, "    team: doan-kiem-tra\n  - id: luc-nam\n", "    team: ‸doan-kiem-tra\n  - id: luc-nam\n"),
        ),
        (
            "visits[1].team: 'doan-kiem-tra' is to be at 'son-dong' (config/plans/kiem-tra-2024.yaml:105) as well on"
            " Monday 20/5/2024; move one of the two visits, or give them sessions at different hours"
        ),
    ),
    (
        ((P, "before: 2024-05-10", "before: ‸2024-05-06"),),
        (
            "reports[0].due.before: '2024-05-06': the last day, Sunday 5/5/2024, is a day off (weekend); mend the"
            " date, or name the day in holidays.yaml as a working day"
        ),
    ),
    (
        (
            (C, "    of: tan-yen/dai-hoa", "    of: tan-yen/tan-trung"),
            (P, "[dai-hoa, tan-trung]", "[‸dai-hoa, tan-trung]"),
        ),
        (
            "visits[7].communes[0]: 'tan-yen/dai-hoa' has no contact and cannot be told; add one with 'of:"
            " tan-yen/dai-hoa'"
        ),
    ),
    (
        ((C, "email: ubnd@luc-ngan.example", "‸email:"),),
        "contacts[13].email: 'Ủy ban nhân dân huyện Lục Ngạn' has no address and cannot be told; fill it in",
    ),
    (
        (
            (P, "  - id: luc-ngan\n    unit", "  - ‸id: luc-ngan\n    unit"),
            (P, "    date: 2024-05-22  #", "    date:  #"),
        ),
        "visits[1]: has no date: no event and no reminder until it has one",
    ),
    (
        (
            (R, "when: 7 days before at 08:00", "when: ‸on the day at 07:30"),
            (
                P,
                "  - {id: afternoon, name: Buổi chiều",
                '  - {id: evening, name: Buổi tối, start: "19:00", end: "21:00"}\n  - {id: afternoon, name: Buổi chiều',
            ),
            (
                P,
                "    date: 2024-05-20  # line 70, column 'Ngày kiểm tra'\n    sessions: [morning, afternoon]",
                "    date: 2024-05-20  # line 70, column 'Ngày kiểm tra'\n    sessions: [evening]",
            ),
        ),
        (
            "rules[6].when: 'on the day at 07:30' comes too late for 9 of 10 visits: 'luc-ngan' begins at 07:00 on"
            " Wednesday 22/5/2024; name an earlier hour, or an earlier day"
        ),
    ),
    (
        (
            (
                C,
                "    email: van-phong@so-yte.example\n    of: doan-kiem-tra",
                "    email: van-phong@so-yte.example\n    of: son-dong",
            ),
            (P, "      - so-y-te", "      - ‸so-y-te"),
        ),
        (
            "teams[0].members[6]: 'so-y-te' is a contact of 'son-dong' and is not told of this team's visits; add a"
            " contact with 'of: doan-kiem-tra'"
        ),
    ),
)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED_CONFIG, "config")
    return Path("config")


def make_edits(config: Path, edits: Edits) -> str:
    """Make the edits and return the place that is marked in one of them."""
    for name, old, new in edits:
        text = (config / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"an edit must be of one place: {old}"
        (config / name).write_text(text.replace(old, new), encoding="utf-8")
    (name,) = (name for name in {name for name, _, _ in edits} if "‸" in (config / name).read_text(encoding="utf-8"))
    before, after = (config / name).read_text(encoding="utf-8").split("‸")
    (config / name).write_text(before + after, encoding="utf-8")
    return f"config/{name}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def judge(config: Path) -> tuple[Problem, ...]:
    """Return every problem of the folder, and every warning."""
    problems: list[Problem] = []
    try:
        load_settings(config, {})
    except ConfigError as error:
        problems += error.problems
    try:
        problems += load_configuration(config, template_kinds=KINDS, today=BEFORE_THE_SEASON).warnings
    except ConfigError as error:
        problems += error.problems
    return tuple(problems)


def test_the_shipped_configuration_itself_is_right(config: Path) -> None:
    assert judge(config) == ()


def test_there_are_sixty_slips_and_more() -> None:
    assert len({edits for edits, _ in WRONG}) >= 60


@pytest.mark.parametrize(("edits", "said"), WRONG, ids=[edits[0][2].strip()[:50] for edits, _ in WRONG])
def test_a_wrong_edit_is_refused_with_place_value_and_remedy(config: Path, edits: Edits, said: str) -> None:
    place = make_edits(config, edits)
    assert [(str(problem), problem.severity) for problem in judge(config)] == [(f"{place} {said}", "error")]


@pytest.mark.parametrize(("edits", "said"), DOUBTFUL, ids=[edits[0][2].strip()[:50] for edits, _ in DOUBTFUL])
def test_a_doubtful_edit_is_taken_with_a_warning(config: Path, edits: Edits, said: str) -> None:
    place = make_edits(config, edits)
    assert [(str(problem), problem.severity) for problem in judge(config)] == [(f"{place} {said}", "warning")]


@pytest.mark.parametrize("slip", WRONG[::20], ids=[edits[0][2].strip()[:50] for edits, _ in WRONG[::20]])
def test_the_command_says_the_same_and_ends_with_status_one(config: Path, slip: Slip) -> None:
    place = make_edits(config, slip[0])
    ran = run_command("check", folder=Path.cwd())
    assert (ran.status, ran.out) == (1, f"{place} {slip[1]}\n")
