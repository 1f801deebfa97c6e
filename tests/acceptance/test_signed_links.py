"""The links in mails, over a real socket: what a reader can do with one, and what nobody can do with another's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from scheduler.answering import AnswerDesk
from scheduler.arrivals import Mark, ReportMark
from scheduler.attendance import Reply
from scheduler.clock import JumpingClock
from scheduler.digests import FollowUp
from scheduler.ledger import Ledger
from scheduler.links import Link, LinkSigner
from scheduler.model import Plan
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.web.answers import MOST_POSTS, AnswerPages
from scheduler.web.app import build_app
from scheduler.web.feeds import FeedShelf
from scheduler.web.health import Health
from scheduler.web.pages import AgendaBoard
from scheduler.workdays import WorkingDays
from tests.acceptance.season import at
from tests.integration.test_web_server import run_server
from tests.samples import make_contacts, make_plan, make_rules

URL = "https://lich.so-ldtbxh.example"
VISIT = Link("visit", "plan", "son-dong", "son-dong", "ubnd-an-ba")
REPORT = Link("report", "plan", "bao-cao", "son-dong", "ubnd-son-dong")
OWN = {"sec-fetch-site": "same-origin"}
SUBSTITUTE = {"reply": "substitute", "name": "Bà Hoa", "reason": ""}


class Healthy:
    def health(self) -> Health:
        return Health(ready=True)


@dataclass
class Office:
    """The service's pages on a clock that the test sets, with the ledger behind them."""

    ledger: Ledger
    clock: JumpingClock
    signer: LinkSigner
    snapshot: Snapshot
    client: httpx.Client

    def plan(self, plan: Plan) -> None:
        self.snapshot = make_snapshot((plan,), make_contacts(), make_rules(), WorkingDays(), "so.example", FollowUp())

    def path(self, link: Link) -> str:
        return urlsplit(self.signer.sign(link)).path

    def get(self, link: Link) -> httpx.Response:
        return self.client.get(self.path(link))

    def post(self, link: Link, **fields: str) -> httpx.Response:
        return self.client.post(self.path(link), data=fields, headers=OWN)

    def list_replies(self) -> list[tuple[str, str, str]]:
        return [(answer.contact, answer.reply, answer.words) for answer in self.ledger.attendance.list_answers()]

    def list_marks(self) -> list[tuple[str, str]]:
        return [(mark.unit, mark.mark) for mark in self.ledger.arrivals.list_marks()]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite3")
    clock, signer = JumpingClock(at(6, 9)), LinkSigner(ledger.control.find_link_secret(), URL)
    board = AgendaBoard(find_shipped("templates") / "web")
    snapshot = make_snapshot((make_plan(),), make_contacts(), make_rules(), WorkingDays(), "so.example", FollowUp())
    made: list[Office] = []
    desk = AnswerDesk(ledger, signer, clock, lambda: made[0].snapshot)
    pages = AnswerPages(desk, board.environment, clock, URL)
    app = build_app(FeedShelf(), board, Healthy(), public_url=URL, answers=pages)
    with run_server(app) as address, httpx.Client(base_url=str(address)) as client:
        made.append(Office(ledger, clock, signer, snapshot, client))
        yield made[0]
    ledger.close()


def read(answer: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def assert_closed(answer: httpx.Response, status: int) -> None:
    """Check that a page refuses, and tells nothing of plans, units or people."""
    assert answer.status_code == status
    for told in ("Sơn Động", "An Bá", "Kiểm tra công tác", "Sở Lao động", "UBND"):
        assert told not in answer.text


def test_a_reader_answers_about_a_visit_and_changes_it(office: Office) -> None:
    page = office.get(VISIT)
    assert page.status_code == 200
    assert "Tham dự kiểm tra tại Sơn Động (Phúc Sơn, An Bá)" in read(page)
    assert "Kính gửi UBND xã An Bá" in read(page)
    # As the mail says it.
    assert "Buổi sáng: từ 07 giờ 00, dự kiến đến 11 giờ 30" in read(page)
    answered = office.post(VISIT, **SUBSTITUTE)
    assert (answered.status_code, answered.headers["location"]) == (303, office.path(VISIT))
    assert "Đã ghi nhận: cử Bà Hoa dự thay. Có thể đổi câu trả lời dưới đây" in read(office.get(VISIT))
    assert office.post(VISIT, reply="cannot", reason="  trùng   lịch họp ").status_code == 303
    assert "không dự được vào ngày này (trùng lịch họp)" in read(office.get(VISIT))
    assert office.list_replies() == [
        ("ubnd-an-ba", Reply.SUBSTITUTE, "Bà Hoa"),
        ("ubnd-an-ba", Reply.CANNOT, "trùng lịch họp"),
    ]


def test_a_unit_says_once_that_its_report_was_sent(office: Office) -> None:
    assert "Chúng tôi đã gửi báo cáo" in read(office.get(REPORT))
    assert [office.post(REPORT).status_code for _ in range(3)] == [303, 303, 303]
    assert office.list_marks() == [("son-dong", "said")]
    assert "Đã ghi nhận ngày 06/5/2024: đơn vị báo đã gửi báo cáo" in read(office.get(REPORT))


@pytest.mark.parametrize(
    ("mark", "told"), [(Mark.RECEIVED, "đã nhận được báo cáo"), (Mark.EXCUSED, "không phải gửi báo cáo này")]
)
def test_a_unit_does_not_overrule_the_office(office: Office, mark: Mark, told: str) -> None:
    assert office.post(REPORT).status_code == 303
    on = date(2024, 5, 6) if mark is Mark.RECEIVED else None
    office.ledger.arrivals.add(ReportMark("plan", "bao-cao", "son-dong", mark, on, "văn thư", office.clock.now()))
    assert told in read(office.get(REPORT))
    # What was posted before, replayed.
    assert office.post(REPORT).status_code == 303
    assert office.list_marks() == [("son-dong", "said"), ("son-dong", mark)]


def test_an_answer_replayed_is_written_once_and_changes_nobody_elses(office: Office) -> None:
    other = replace(VISIT, contact="ubnd-phuc-son")
    office.post(other, reply="attends")
    assert [office.post(VISIT, **SUBSTITUTE).status_code for _ in range(3)] == [303, 303, 303]
    assert office.list_replies() == [("ubnd-phuc-son", Reply.ATTENDS, ""), ("ubnd-an-ba", Reply.SUBSTITUTE, "Bà Hoa")]


@pytest.mark.parametrize("link", [VISIT, REPORT])
def test_a_scanner_that_opens_links_changes_nothing(office: Office, link: Link) -> None:
    path = office.path(link)
    asked = ("GET", path), ("HEAD", path), ("GET", f"{path}?reply=attends"), ("HEAD", path), ("OPTIONS", path)
    answers = [office.client.request(method, opened) for method, opened in asked]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 405]
    assert answers[1].content == b""
    assert office.list_replies() == []
    assert office.list_marks() == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("link", [VISIT, REPORT])
def test_an_altered_link_opens_nothing(office: Office, link: Link, method: str) -> None:
    path = office.path(link)
    payload, _, signature = path.rpartition("/")[2].rpartition(".")
    others = [
        f"/tra-loi/{payload}.{signature[:-2]}AA",
        f"/tra-loi/{payload[:-1]}.{signature}",
        f"/tra-loi/{payload}",
        f"/tra-loi/{signature}",
        "/tra-loi/xem-truoc",
        f"/tra-loi/{'A' * 3000}",
        "/tra-loi/%00%ff%ED%A0%80",
    ]
    for other in others:
        assert_closed(office.client.request(method, other, headers=OWN), 404)
    assert office.list_marks() == []
    assert office.list_replies() == []


def test_a_link_signed_by_another_service_opens_nothing(office: Office) -> None:
    foreign = urlsplit(LinkSigner("another secret", URL).sign(REPORT)).path
    assert_closed(office.client.post(foreign, headers=OWN), 404)


@pytest.mark.parametrize(
    ("own", "other"),
    [
        (REPORT, replace(REPORT, unit="luc-nam")),
        (REPORT, replace(REPORT, contact="ubnd-luc-nam")),
        (VISIT, replace(VISIT, contact="truong-doan")),
        (VISIT, replace(VISIT, item="luc-nam", unit="luc-nam")),
        (REPORT, replace(VISIT, contact="ubnd-son-dong")),
    ],
)
def test_a_signature_is_of_one_link_and_of_no_other(office: Office, own: Link, other: Link) -> None:
    signature = office.path(own).rpartition(".")[2]
    mixed = f"{office.path(other).rpartition('.')[0]}.{signature}"
    assert_closed(office.client.get(mixed), 404)
    assert_closed(office.client.post(mixed, data={"reply": "attends"}, headers=OWN), 404)
    assert (office.list_marks(), office.list_replies()) == ([], [])


def test_a_link_whose_reader_is_not_of_its_unit_says_nothing_even_signed_by_us(office: Office) -> None:
    assert_closed(office.get(replace(REPORT, unit="luc-nam")), 410)
    assert_closed(office.post(replace(REPORT, unit="luc-nam")), 410)
    assert office.list_marks() == []


@pytest.mark.parametrize(
    "link",
    [
        replace(VISIT, item="nowhere"),
        replace(VISIT, contact="nobody"),
        replace(VISIT, contact="ubnd-luc-nam"),
        replace(VISIT, unit="luc-nam"),
        replace(VISIT, plan="other"),
        replace(REPORT, item="nowhere"),
    ],
)
def test_a_link_to_what_is_not_there_any_more_is_over(office: Office, link: Link) -> None:
    assert_closed(office.get(link), 410)
    assert_closed(office.post(link, reply="attends"), 410)
    assert office.list_replies() == []


def test_a_visits_link_works_until_its_last_session_ends(office: Office) -> None:
    office.clock.reach(at(20, 16, 59))
    assert office.get(VISIT).status_code == 200
    office.clock.reach(at(20, 17))
    assert_closed(office.get(VISIT), 410)
    assert_closed(office.post(VISIT, reply="attends"), 410)
    assert office.list_replies() == []


def test_a_reports_link_works_for_the_season_and_as_long_as_the_unit_owes_it(office: Office) -> None:
    office.clock.reach(at(8, 23, month=6))
    assert office.get(REPORT).status_code == 200
    office.clock.reach(at(9, 0, month=6))
    assert_closed(office.get(REPORT), 410)
    assert_closed(office.post(REPORT), 410)
    assert office.list_marks() == []


def test_a_unit_that_owes_nothing_any_more_says_nothing(office: Office) -> None:
    plan = make_plan()
    office.plan(replace(plan, reports=(replace(plan.reports[0], owed_by=("luc-nam",)),)))
    assert_closed(office.post(REPORT), 410)
    assert office.list_marks() == []


def test_a_visit_that_moved_is_asked_about_anew(office: Office) -> None:
    office.post(VISIT, reply="attends")
    assert "sẽ tham dự" in read(office.get(VISIT))
    plan = make_plan()
    office.plan(replace(plan, visits=(replace(plan.visits[0], dates=(date(2024, 5, 27),)),)))
    page = read(office.get(VISIT))
    assert "thứ Hai, ngày 27/5/2024" in page
    assert "Đã ghi nhận" not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Xin chọn một trong ba câu trả lời."),
        ({"reply": "maybe"}, "Xin chọn một trong ba câu trả lời."),
        ({"reply": "substitute", "name": "   "}, "Xin ghi tên người dự thay."),
        ({"reply": "cannot"}, "Xin ghi lý do không dự được."),
        ({"reply": "cannot", "reason": "bận\x00họp"}, "Nội dung có ký tự không dùng được"),
        ({"reply": "substitute", "name": "A" * 201}, "Nội dung dài quá 200 ký tự"),
    ],
)
def test_an_incomplete_answer_is_asked_for_again(office: Office, fields: dict[str, str], said: str) -> None:
    answer = office.client.post(office.path(VISIT), data=fields, headers=OWN)
    assert answer.status_code == 422
    assert said in read(answer)
    assert office.list_replies() == []


def test_what_is_written_is_shown_as_text(office: Office) -> None:
    office.post(VISIT, reply="substitute", name="<script>alert(1)</script>")
    page = office.get(VISIT)
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": URL}, 303),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 303),
        ({"origin": "null"}, 303),
        ({}, 303),
    ],
)
def test_a_form_of_another_site_is_refused(office: Office, headers: dict[str, str], status: int) -> None:
    answer = office.client.post(office.path(VISIT), data={"reply": "attends"}, headers=headers)
    assert answer.status_code == status
    assert len(office.list_replies()) == (status == 303)


def test_a_large_body_and_many_fields_are_refused(office: Office) -> None:
    path = office.path(VISIT)
    assert_closed(office.client.post(path, content=b"reply=attends&x=" + b"a" * 5000, headers=OWN), 413)
    assert_closed(office.client.post(path, content=b"&".join([b"reply=attends"] * 9), headers=OWN), 413)
    assert office.list_replies() == []


def test_a_link_is_not_used_without_end(office: Office) -> None:
    statuses = [office.post(VISIT, reply="cannot", reason=f"lý do {n}").status_code for n in range(MOST_POSTS + 2)]
    assert statuses == [303] * MOST_POSTS + [429, 429]
    assert len(office.list_replies()) == MOST_POSTS
    assert office.post(REPORT).status_code == 303
    office.clock.reach(at(6, 9, 11))
    assert office.post(VISIT, reply="attends").status_code == 303


def test_the_pages_are_kept_nowhere_and_tell_nobody_where_one_came_from(office: Office) -> None:
    for answer in (office.get(VISIT), office.post(VISIT, reply="attends"), office.client.get("/tra-loi/nothing")):
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "Disallow: /tra-loi/" in office.client.get("/robots.txt").text


def test_the_token_stands_in_no_log(office: Office, capfd: pytest.CaptureFixture[str]) -> None:
    token = office.path(VISIT).rpartition("/")[2]
    office.get(VISIT)
    office.post(VISIT, **SUBSTITUTE)
    office.client.get(f"/tra-loi/{token}x")
    logged = "".join(capfd.readouterr())
    assert token not in logged
    assert token.rpartition(".")[2] not in logged
