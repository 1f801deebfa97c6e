"""A whole season of reports, rehearsed: nine units owe, five send in time, two say so but do not, two are late.

The sample plan: the last day is Thursday 9/5/2024, visits from 20/5 to 13/6. Each unit has two contacts, one of them
its head; the team has nine members.
"""

import re
from collections import defaultdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.acceptance.commandline import REPOSITORY, SHIPPED_CONFIG, run_command

STORY = REPOSITORY / "examples" / "reports-2024.yaml"
ALL = (
    ["lang-giang", "luc-nam", "luc-ngan", "son-dong", "tan-yen", "tp-bac-giang", "viet-yen", "yen-dung", "yen-the"]
)  # fmt: skip
IN_TIME = ["lang-giang", "luc-nam", "luc-ngan", "son-dong", "yen-the"]
DIGESTS = [
    *("2024-05-02", "2024-05-06", "2024-05-08", "2024-05-13", "2024-05-20", "2024-05-27"),
    *("2024-06-03", "2024-06-10", "2024-06-17", "2024-06-24", "2024-07-01", "2024-07-08"),
]
RECEIVED_IN_TIME = (
    "Đã nhận (5): Sơn Động (02/5/2024); Lục Ngạn (06/5/2024); Lục Nam (08/5/2024); Lạng Giang (08/5/2024);"
    " Yên Thế (09/5/2024)"
)
ONE_LATE = "Đã nhận sau thời hạn (1): Yên Dũng (13/5/2024)"
TWO_LATE = "Đã nhận sau thời hạn (2): Yên Dũng (13/5/2024); TP. Bắc Giang (22/5/2024)"
TWO_MISSING = ["Chưa có (2): Việt Yên; Tân Yên", RECEIVED_IN_TIME, TWO_LATE]
FOR_HEAD = ["Đã nhắc lãnh đạo mà chưa có báo cáo: Việt Yên; Tân Yên"]
TITLE = "“Báo cáo công tác trẻ em và bình đẳng giới”"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("story")
    options = ["--config", SHIPPED_CONFIG, "--reports", STORY, "--state", "state", "--out", "mails"]
    ran = run_command("rehearse", *options, folder=made)
    assert ran.status == 0, ran.err
    return made


@pytest.fixture(scope="module")
def rows(folder: Path) -> list[dict[str, str]]:
    state = ["--config", str(SHIPPED_CONFIG), "--state", "state"]
    return run_command("history", "--json", *state, folder=folder).records("deliveries")


@pytest.fixture(scope="module")
def mails(folder: Path) -> list[EmailMessage]:
    parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in (folder / "mails").iterdir()]
    return [mail for mail in parsed if isinstance(mail, EmailMessage)]


def read_text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content.replace("\r\n", "\n")


def list_sent(rows: list[dict[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Return the units that mails about reports went to, by (rule, instant), each as often as there were mails."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        if row["item"] == "bao-cao" and row["state"] == "sent":
            found[row["rule"], row["due_at"][:16]].append(row["unit"])
    return {place: sorted(units) for place, units in found.items()}


def twice(*units: str) -> list[str]:
    return sorted((*units, *units))


def test_who_owes_is_reminded_and_who_does_not_is_thanked(rows: list[dict[str, str]]) -> None:
    owing = ["tan-yen", "tp-bac-giang", "viet-yen", "yen-dung"]
    assert list_sent(rows) == {
        ("report-2-weeks", "2024-04-25T08:00"): twice(*ALL),
        ("report-5-days", "2024-05-03T08:00"): twice(*(unit for unit in ALL if unit != "son-dong")),
        ("report-1-day", "2024-05-08T08:00"): twice("lang-giang", "luc-nam", "yen-the", *owing),
        ("report-last-day", "2024-05-09T08:00"): twice("yen-the", *owing),
        # Two said so on the last day, and are left alone until the office takes that back on 13/5 ...
        ("report-overdue", "2024-05-10T08:00"): twice(*owing),
        ("report-overdue", "2024-05-14T08:00"): twice("tan-yen", "tp-bac-giang", "viet-yen"),
        ("report-overdue", "2024-05-16T08:00"): twice("tan-yen", "tp-bac-giang", "viet-yen"),
        ("report-overdue-head", "2024-05-20T08:00"): ["tan-yen", "tp-bac-giang", "viet-yen"],
        ("receipt", "2024-05-02T09:00"): twice("son-dong"),
        ("receipt", "2024-05-07T10:00"): twice("luc-ngan"),
        ("receipt", "2024-05-08T09:00"): twice("luc-nam"),
        ("receipt", "2024-05-08T15:00"): twice("lang-giang"),
        ("receipt", "2024-05-09T16:00"): twice("yen-the"),
        ("receipt", "2024-05-13T15:00"): twice("yen-dung"),
        ("receipt", "2024-05-22T09:00"): twice("tp-bac-giang"),
    }


def test_the_first_overdue_reminder_of_who_said_so_goes_as_soon_as_that_is_taken_back(
    mails: list[EmailMessage],
) -> None:
    overdue = [mail for mail in mails if mail["Subject"].startswith("Báo cáo đã quá hạn")]
    went = sorted(
        (f"{mail['Date'].datetime:%d/%m %H:%M}", mail["Subject"].partition(" (")[0])
        for mail in overdue
        if mail["To"].addresses[0].addr_spec == "ldtbxh@viet-yen.example"
    )
    assert went == [
        ("13/05 09:00", "Báo cáo đã quá hạn 4 ngày"),
        ("14/05 08:00", "Báo cáo đã quá hạn 5 ngày, nhắc lần 2"),
        ("16/05 08:00", "Báo cáo đã quá hạn 7 ngày, nhắc lần 3"),
    ]


def test_the_season_is_exactly_so_many_mails(rows: list[dict[str, str]], mails: list[EmailMessage]) -> None:
    visits = sum(row["rule"].startswith("visit-") for row in rows)
    reports = sum(len(units) for units in list_sent(rows).values())
    digests = sum(row["rule"] == "digest" for row in rows)
    assert (visits, reports, digests) == (350, 95, 108)
    assert len(mails) == visits + reports + digests
    assert {row["state"] for row in rows} == {"sent", "skipped"}
    assert {row["detail"] for row in rows if row["state"] == "skipped"} == {
        "the report is in, said to be sent, or excused"
    }


def list_digests(mails: list[EmailMessage], reader: str) -> dict[str, EmailMessage]:
    digests = [mail for mail in mails if mail["Subject"].startswith("Tổng hợp")]
    own = [mail for mail in digests if mail["To"].addresses[0].addr_spec == reader]
    return {f"{mail['Date'].datetime:%Y-%m-%d}": mail for mail in sorted(own, key=lambda mail: mail["Date"].datetime)}


def list_lines(mail: EmailMessage) -> list[str]:
    """Return what a digest lists, without deadlines, visits and their answers."""
    lines = re.findall(r"^  - (.*)$", read_text(mail), flags=re.MULTILINE)
    return [line for line in lines if not line.startswith(("Thời hạn", "Chưa trả lời"))]


def test_the_digests_to_the_head_of_the_team_say_how_things_stand(mails: list[EmailMessage]) -> None:
    digests = list_digests(mails, "truong-doan@so-ldtbxh.example")
    assert list(digests) == DIGESTS
    said = {day: list_lines(mail) for day, mail in digests.items()}
    later = {day: [*FOR_HEAD, *TWO_MISSING] for day in DIGESTS[5:]}
    assert said == {
        "2024-05-02": [
            "Chưa có (9): Sơn Động; Lục Ngạn; Lục Nam; Lạng Giang; Yên Thế; Việt Yên; Tân Yên; Yên Dũng; TP. Bắc Giang"
        ],
        "2024-05-06": [
            "Chưa có (8): Lục Ngạn; Lục Nam; Lạng Giang; Yên Thế; Việt Yên; Tân Yên; Yên Dũng; TP. Bắc Giang",
            "Đã nhận (1): Sơn Động (02/5/2024)",
        ],
        "2024-05-08": [
            "Chưa có (7): Lục Nam; Lạng Giang; Yên Thế; Việt Yên; Tân Yên; Yên Dũng; TP. Bắc Giang",
            "Đã nhận (2): Sơn Động (02/5/2024); Lục Ngạn (06/5/2024)",
        ],
        "2024-05-13": [
            f"Việt Yên báo ngày 09/5/2024 là đã gửi {TITLE}: cần xác nhận đã nhận được hay chưa.",
            f"Tân Yên báo ngày 09/5/2024 là đã gửi {TITLE}: cần xác nhận đã nhận được hay chưa.",
            "Chưa có (2): Yên Dũng; TP. Bắc Giang",
            "Báo đã gửi, chưa nhận được (2): Việt Yên; Tân Yên",
            RECEIVED_IN_TIME,
        ],
        "2024-05-20": ["Chưa có (3): Việt Yên; Tân Yên; TP. Bắc Giang", RECEIVED_IN_TIME, ONE_LATE],
        **later,
    }


def test_the_other_members_get_the_same_without_the_line_for_the_head(mails: list[EmailMessage]) -> None:
    head = list_digests(mails, "truong-doan@so-ldtbxh.example")
    other = list_digests(mails, "thanh-tra@so-ldtbxh.example")
    assert list(other) == DIGESTS
    for day, mail in other.items():
        assert list_lines(mail) == [line for line in list_lines(head[day]) if line not in FOR_HEAD]
        assert mail["Subject"] == head[day]["Subject"]


def test_a_digest_names_the_visits_of_its_week(mails: list[EmailMessage]) -> None:
    digests = list_digests(mails, "truong-doan@so-ldtbxh.example")
    visits = {day: re.findall(r"^(thứ [^:]*): ", read_text(mail), flags=re.MULTILINE) for day, mail in digests.items()}
    assert {day: found for day, found in visits.items() if found} == {
        "2024-05-20": ["thứ Hai, 20/5/2024", "thứ Tư, 22/5/2024", "thứ Năm, 23/5/2024"],
        "2024-05-27": ["thứ Ba, 28/5/2024", "thứ Tư, 29/5/2024"],
        "2024-06-03": ["thứ Năm, 06/6/2024", "thứ Sáu, 07/6/2024"],
        "2024-06-10": ["thứ Ba, 11/6/2024", "thứ Tư, 12/6/2024", "thứ Năm, 13/6/2024"],
    }


def test_every_asking_mail_carries_a_link_that_works_and_no_other_does(mails: list[EmailMessage]) -> None:
    for mail in mails:
        links = re.findall(r"http://\S+/tra-loi/(\S+)", read_text(mail))
        asks = mail["Subject"].startswith(("Nhắc nộp", "Hôm nay là", "Báo cáo đã", "Đề nghị", "Lịch kiểm tra"))
        assert len(links) == asks, mail["Subject"]
        assert all("." in link and link != "xem-truoc" for link in links)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {at: 2024-05-06T10:00+07:00, unit: Sơn Độg, mark: received}\n", ":1:3 unit: there is no unit 'Sơn Độg'"),
        ("- {at: 2024-05-06, unit: son-dong, mark: received}\n", ":1:8 story[0].at: '2024-05-06'"),
        ("\n- {at: 2024-05-06T10:00+07:00, unit: son-dong, mark: come}\n", ":2:"),
        (
            "- {at: 2024-05-06T10:00+07:00, unit: son-dong, mark: said, on: 2024-05-06}\n",
            ":1:3 on: only a received report came on a day",
        ),
        (
            "- {at: 2024-05-06T10:00+07:00, unit: son-dong, mark: received, on: 2024-05-07}\n",
            ":1:3 on: 2024-05-07 is after 2024-05-06",
        ),
        ("a: b\n", "story"),
    ],
)
def test_a_wrong_story_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "story.yaml").write_text(text, encoding="utf-8")
    ran = run_command("rehearse", "--config", SHIPPED_CONFIG, "--reports", "story.yaml", folder=tmp_path)
    assert (ran.status, ran.out) == (1, "")
    assert said in ran.err
    assert "Traceback" not in ran.err
