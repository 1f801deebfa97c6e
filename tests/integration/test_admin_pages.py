"""What the pages for the office show and do, over a real ledger: a click does what the command does, and says whose."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.arrivals import BY_LINK, Mark, ReportMark
from scheduler.attendance import Reply, VisitAnswer
from scheduler.delivery import Delivery, DeliveryState, Permanent, judge_outcome
from scheduler.differences import Differences, EventDifference
from scheduler.errors import Problem
from scheduler.ledger import Action, Did, FileEdit, Result
from scheduler.ledger.sending import Claim, FrozenMessage
from scheduler.pacing import Pause, PausedBy
from scheduler.snapshot import Snapshot, make_snapshot
from scheduler.web.health import Health
from scheduler.workdays import WorkingDays
from tests.integration.admin_site import START, Bench, Browser, make_bench
from tests.samples import make_contacts, make_plan, make_rules

HTML = b"<!doctype html><p style='color:red'>Xin ch&agrave;o</p><script>alert(1)</script>"
MAIL = (
    b"From: so@so.example\r\nTo: ubnd@son-dong.example\r\nSubject: =?utf-8?b?TmjhuqFj?=\r\n"
    b"Content-Type: multipart/alternative; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nKinh gui <b>UBND</b>\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + HTML + b"\r\n--b--\r\n"
)


def make_office_snapshot() -> Snapshot:
    return make_snapshot((make_plan(),), make_contacts(), make_rules(), WorkingDays(()), "so.example")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path, make_office_snapshot())
    yield made
    made.close()


@pytest.fixture
def lan(bench: Bench) -> Browser:
    return bench.sign_in()


def find_states(bench: Bench, **which: str) -> dict[str, int]:
    """Count the deliveries that have these values, by state."""
    found: dict[str, int] = {}
    for row in bench.ledger.history.list_deliveries():
        if all(getattr(row, name) == value for name, value in which.items()):
            found[row.state] = found.get(row.state, 0) + 1
    return found


def fail_one(bench: Bench) -> Delivery:
    """Let one mail about the visit have been refused for good an hour ago."""
    delivery = next(d for d in bench.ledger.history.list_deliveries() if d.about == "visit" and d.unit == "son-dong")
    at = START - timedelta(hours=1)
    message = FrozenMessage("<1@so.example>", "so@so.example", delivery.address, "Nhắc", MAIL, at)
    assert bench.ledger.sending.commit((), (Claim(delivery, message),), at).claimed
    verdict = judge_outcome(Permanent("550 5.1.1 user unknown", 550), delivery, at)
    bench.ledger.sending.commit((Result(delivery, verdict, at),), (), at)
    return delivery


def test_the_first_page_tells_what_is_next_what_failed_and_what_is_wrong(bench: Bench, lan: Browser) -> None:
    failed = fail_one(bench)
    bench.run.problems = (Problem("config/contacts.yaml", 14, 9, "of: 'x' is no unit"),)
    bench.run.state = Health(ready=False, reasons=("the timer is silent",))
    page = lan.read("/admin")
    assert "config/contacts.yaml:14:9" in page
    assert "the timer is silent" in page
    assert "550 5.1.1 user unknown" in page
    assert f'action="/admin/thu/{failed.id}/gui-lai"' in page
    assert "Kiểm tra Sơn Động" in page
    assert "thư sẽ gửi, 1 buổi kiểm tra, 1 hạn báo cáo" in page


def test_a_failed_mail_is_sent_again_with_the_name_of_who_wished_it(bench: Bench, lan: Browser) -> None:
    failed = fail_one(bench)
    looks = bench.run.looks
    assert lan.click(f"/admin/thu/{failed.id}/gui-lai") == f"/admin/thu/{failed.id}"
    row = bench.ledger.sending.find(failed.id)
    assert row is not None
    assert (row.state, row.next_at) == (DeliveryState.RETRYING, START)
    assert row.detail == "sent again by admin lan; before: 550 5.1.1 user unknown"
    assert bench.run.looks == looks + 1
    assert f"Thư số {failed.id} đang được gửi lại." in lan.read("/admin")


def test_a_mail_that_may_not_go_again_stays_and_the_page_says_why(bench: Bench, lan: Browser) -> None:
    planned = bench.ledger.history.list_deliveries()[0]
    lan.click(f"/admin/thu/{planned.id}/gui-lai")
    assert bench.ledger.sending.find(planned.id) == planned
    page = lan.read("/admin/thu")
    assert f"Không gửi lại được thư số {planned.id}." in page
    assert f"Thư số {planned.id} gửi {planned.address} đã hẹn và sẽ tự gửi lúc " in page


def test_a_skipped_mail_never_goes(bench: Bench, lan: Browser) -> None:
    planned = bench.ledger.history.list_deliveries()[0]
    assert lan.click(f"/admin/thu/{planned.id}/bo-qua", ve="tong-quan") == "/admin"
    row = bench.ledger.sending.find(planned.id)
    assert row is not None
    assert (row.state, row.next_at, row.detail) == (DeliveryState.SKIPPED, None, "skipped by admin lan")


def test_a_report_that_came_stops_its_reminders_and_is_shown_as_received(bench: Bench, lan: Browser) -> None:
    open_before = find_states(bench, item="bao-cao", unit="son-dong")
    lan.click("/admin/bao-cao/plan/bao-cao", **{"don-vi": "son-dong", "viec": "nhan"})
    (mark,) = bench.ledger.arrivals.list_marks()
    assert mark == ReportMark("plan", "bao-cao", "son-dong", Mark.RECEIVED, date(2024, 5, 8), "admin lan", START)
    assert find_states(bench, item="bao-cao", unit="son-dong") == {"skipped": open_before["planned"]}
    assert "planned" in find_states(bench, item="bao-cao", unit="luc-nam")
    page = lan.read("/admin/bao-cao")
    assert re.search(r"Đã nhận</span>\s*<span class=\"small\">ngày 08/5/2024, Lan ghi", page)
    assert "nhận được báo cáo của Sơn Động" in page


@pytest.mark.parametrize(("day", "standing"), [("2024-05-07", "Đã nhận"), ("2024-05-08", "Đã nhận")])
def test_a_report_is_recorded_on_the_day_it_came(bench: Bench, lan: Browser, day: str, standing: str) -> None:
    lan.click("/admin/bao-cao/plan/bao-cao", **{"don-vi": "luc-nam", "viec": "nhan", "ngay": day})
    assert bench.ledger.arrivals.list_marks()[0].on == date.fromisoformat(day)
    assert standing in lan.read("/admin/bao-cao?tinh-trang=received")


@pytest.mark.parametrize("day", ["2024-05-09", "9/5/2024", "1024-05-09", "hôm nay"])
def test_a_day_to_come_or_no_day_is_refused_and_nothing_recorded(bench: Bench, lan: Browser, day: str) -> None:
    lan.click("/admin/bao-cao/plan/bao-cao", **{"don-vi": "luc-nam", "viec": "nhan", "ngay": day})
    assert bench.ledger.arrivals.list_marks() == ()
    assert "Chưa ghi" in lan.read("/admin/bao-cao")


def test_excused_taken_back_and_said_stand_in_the_grid_and_the_trail(bench: Bench, lan: Browser) -> None:
    bench.ledger.arrivals.add(
        ReportMark("plan", "bao-cao", "luc-nam", Mark.SAID, None, f"{BY_LINK}ubnd-luc-nam", START)
    )
    assert "chờ cơ quan xác nhận" in lan.read("/admin")
    lan.click("/admin/bao-cao/plan/bao-cao", **{"don-vi": "son-dong", "viec": "mien"})
    lan.click("/admin/bao-cao/plan/bao-cao", **{"don-vi": "son-dong", "viec": "lay-lai"})
    lan.click("/admin/bao-cao/plan/bao-cao", **{"don-vi": "luc-nam", "viec": "nhan", "ve": "tong-quan"})
    trail = re.findall(r'<th scope="row">([^<]*)</th><td>([^<]*)</td>', lan.read("/admin/nhat-ky/bao-cao"))
    assert trail == [
        ("Lan", "Đã nhận ngày 08/05/2024"),
        ("Lan", "Lấy lại"),
        ("Lan", "Được miễn"),
        ("UBND huyện Lục Nam", "Báo đã gửi"),
    ]


def test_what_is_not_owed_cannot_be_recorded(bench: Bench, lan: Browser) -> None:
    for path, unit, job in (
        ("plan/bao-cao", "hai-duong", "nhan"),
        ("plan/khac", "son-dong", "nhan"),
        ("khac/bao-cao", "son-dong", "nhan"),
        ("plan/bao-cao", "son-dong", "xoa"),
    ):
        form = {"csrf": lan.csrf, "don-vi": unit, "viec": job}
        assert lan.client.post(f"/admin/bao-cao/{path}", data=form).status_code == 404
    assert bench.ledger.arrivals.list_marks() == ()


def test_visits_show_who_comes_who_does_not_and_who_is_silent(bench: Bench, lan: Browser) -> None:
    for contact, reply, words in (
        ("ubnd-son-dong", Reply.ATTENDS, ""),
        ("ubnd-phuc-son", Reply.SUBSTITUTE, "Bà Hoa"),
        ("ubnd-an-ba", Reply.CANNOT, "lũ quét"),
    ):
        bench.ledger.attendance.add(VisitAnswer("plan", "son-dong", contact, "2024-05-20T07:00", reply, words, START))
    stale = VisitAnswer("plan", "son-dong", "truong-doan", "2024-05-19T07:00", Reply.ATTENDS, "", START)
    bench.ledger.attendance.add(stale)
    page = lan.read("/admin/kiem-tra")
    assert re.findall(r'<span class="mark[^"]*">(\d+ [^<]*)</span>', page) == [
        "1 sẽ dự", "1 cử người khác", "1 không dự được", "1 chưa trả lời",
    ]  # fmt: skip
    assert "Bà Hoa" in page
    assert "lũ quét" in page
    assert "UBND xã An Bá" in lan.read("/admin/nhat-ky/tra-loi")


def test_mails_are_found_by_state_unit_item_and_reader(bench: Bench, lan: Browser) -> None:
    fail_one(bench)
    bench.clock.pass_time(seconds=5)  # counts are kept for a moment

    def count(query: str) -> int:
        found = re.search(r'role="status">([\d.]+) thư</p>', lan.read(f"/admin/thu?{query}"))
        assert found is not None
        return int(found[1].replace(".", ""))

    rows = bench.ledger.history.list_deliveries()
    assert count("tinh-trang=") == len(rows)
    assert count("tinh-trang=can-xem") == 1
    assert count("don-vi=luc-nam") == sum(row.unit == "luc-nam" for row in rows)
    assert count(f"ke-hoach={rows[0].plan}&noi-dung=son-dong") == sum(row.item == "son-dong" for row in rows)
    assert count("tim=PHUC%20SON") == sum(row.contact == "ubnd-phuc-son" for row in rows)
    assert count("tim=an-ba.example") == sum(row.contact == "ubnd-an-ba" for row in rows)
    assert count("tim=kh%C3%B4ng-ai") == 0
    assert count("ke-hoach=kh%C3%A1c") == 0


def test_a_mail_is_shown_as_it_was_and_its_html_can_do_nothing(bench: Bench, lan: Browser) -> None:
    failed = fail_one(bench)
    page = lan.read(f"/admin/thu/{failed.id}")
    assert "Kinh gui &lt;b&gt;UBND&lt;/b&gt;" in page
    assert (
        f'<iframe class="mail-frame" sandbox title="Thư như người nhận thấy" src="/admin/thu/{failed.id}/html">' in page
    )
    html = lan.client.get(f"/admin/thu/{failed.id}/html")
    assert html.text.strip().encode() == HTML
    policy = html.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert "frame-ancestors 'self'" in policy
    assert html.headers["x-frame-options"] == "SAMEORIGIN"
    assert lan.client.get(f"/admin/thu/{failed.id}/eml").content == MAIL


def test_mail_is_paused_and_let_go_with_a_reason_and_a_name(bench: Bench, lan: Browser) -> None:
    lan.click("/admin/tam-dung", **{"ly-do": "đổi máy chủ"})
    assert bench.ledger.control.find_pause() == Pause(PausedBy.PERSON, "đổi máy chủ (Lan)", START)
    assert "đổi máy chủ (Lan)" in lan.read("/admin")
    lan.click("/admin/gui-tiep")
    assert bench.ledger.control.find_pause() is None
    actions = lan.read("/admin/nhat-ky/thao-tac")
    assert "Tạm dừng gửi thư:" in actions
    assert "Cho gửi thư tiếp" in actions


def test_a_pause_by_a_command_without_a_reason_is_told_in_vietnamese(bench: Bench, lan: Browser) -> None:
    bench.ledger.control.pause(Pause(PausedBy.PERSON, "paused by a person", START))
    assert "Lý do: Có người tạm dừng" in lan.read("/admin")


def test_the_trail_has_words_for_everything_that_is_done_here(bench: Bench, lan: Browser) -> None:
    for did in Did:
        bench.ledger.actions.add(Action(START, "admin lan", did, f"about {did}"))
    lines = re.findall(r"<td>([^<>]+)</td><td>about ([a-z-]+)</td>", lan.read("/admin/nhat-ky/thao-tac"))
    assert {about for _, about in lines} == set(Did)
    assert len({words for words, _ in lines}) == len(Did)


def test_a_waiting_edit_is_shown_with_its_reasons_and_approved_by_name(bench: Bench, lan: Browser) -> None:
    reason = "plan plan: 4 of 9 visits and reports to come would be cancelled, 1 moved"
    bench.ledger.edits.let_wait("abc123", (reason,), START)
    event = EventDifference("moved", "uid", "Kiểm tra", "2024-05-20 Kiểm tra", "2024-05-27 Kiểm tra")
    bench.run.waiting = Differences((event,), (), (reason,))
    page = lan.read("/admin")
    assert "4 trong 9 buổi kiểm tra và báo cáo còn lại bị hủy, 1 bị dời" in page
    assert "27/5/2024 Kiểm tra" in page
    lan.click("/admin/duyet/khac")
    assert "không còn chờ duyệt" in lan.read("/admin")
    lan.click("/admin/duyet/abc123")
    waiting = bench.ledger.edits.find_waiting()
    assert waiting is not None
    assert waiting.approved_at == START
    assert "Duyệt thay đổi" in lan.read("/admin/nhat-ky/thao-tac")


def test_a_file_with_a_problem_is_named_as_it_stands_in_the_configuration(bench: Bench, lan: Browser) -> None:
    problem = Problem(str(bench.config / "plans" / "a.yaml"), 3, 5, "is empty; fill it in")
    bench.run.problems = (problem,)
    assert "<code>plans/a.yaml:3:5</code>" in lan.read("/admin")


def test_a_first_plan_that_waits_for_approval_is_not_said_to_be_missing(bench: Bench, lan: Browser) -> None:
    bench.run.snapshot = None
    assert "Chưa có kế hoạch nào</h2>" in lan.read("/admin")
    bench.ledger.edits.let_wait("abc123", ("66 mails would go out at once, more than 50",), START)
    page = lan.read("/admin")
    assert "Chưa có kế hoạch nào</h2>" not in page
    assert "Cấu hình trước đó vẫn đang chạy" not in page
    assert "Chưa có kế hoạch nào đang chạy: duyệt rồi lịch mới hiện và thư mới gửi." in page


def test_printing_is_offered_only_where_there_is_something_to_print(bench: Bench, lan: Browser) -> None:
    for snapshot, offered in ((make_office_snapshot(), True), (None, False)):
        bench.run.snapshot = snapshot
        reports, visits = lan.read("/admin/bao-cao"), lan.read("/admin/kiem-tra")
        assert ["data-prints" in page for page in (reports, visits)] == [offered, offered]
        assert ("Một trang để in" in reports) == offered


def test_an_address_is_given_out_once_and_taken_back(bench: Bench, lan: Browser) -> None:
    fields = {"lich": "plan|unit-son-dong", "nguoi": "UBND huyện Sơn Động", "thiet-bi": "điện thoại"}
    assert lan.click("/admin/lich/cap", **fields) == "/admin/lich"
    page = lan.read("/admin/lich")
    secret = re.search(r'value="(http://lich\.example/feeds/t/[\w-]{43}/unit-son-dong\.ics)"', page)
    assert secret is not None
    assert '<svg role="img"' in page
    again = lan.read("/admin/lich")
    assert secret[1] not in again
    assert "chưa dùng" in again
    (token,) = bench.ledger.tokens.list_active()
    assert (token.plan, token.feed, token.holder) == ("plan", "unit-son-dong", "UBND huyện Sơn Động")
    assert secret[1].split("/")[5] not in lan.read("/admin/nhat-ky/thao-tac")
    lan.click(f"/admin/lich/{token.id}/thu-hoi")
    assert bench.ledger.tokens.list_active() == ()


@pytest.mark.parametrize(
    "change", [{"lich": "plan|unit-khac"}, {"lich": "khac|plan"}, {"lich": ""}, {"nguoi": ""}, {"thiet-bi": "a\x00b"}]
)
def test_an_address_for_nothing_or_nobody_is_not_given_out(bench: Bench, lan: Browser, change: dict[str, str]) -> None:
    lan.click("/admin/lich/cap", **{"lich": "plan|plan", "nguoi": "A", "thiet-bi": "B", **change})
    assert "Chưa cấp" in lan.read("/admin/lich")
    assert bench.ledger.tokens.list_all() == ()


def test_an_edit_is_shown_with_what_it_changed(bench: Bench, lan: Browser) -> None:
    edit = FileEdit(
        START, "contacts.yaml", "a: 1\nb: 2\n", "a: 1\nb: <3>\n", "lan", "plan: 2 events moved, 5 mails planned"
    )
    bench.ledger.edits.record((edit, replace(edit, file="plans/x.yaml", before=None)))
    page = lan.read("/admin/nhat-ky")
    assert "plan: 2 sự kiện dời, 5 thư hẹn mới" in page
    assert page.index("plans/x.yaml") < page.index("contacts.yaml")
    shown = lan.read("/admin/nhat-ky/tep/1")
    assert re.findall(r"<(del|ins)>([^<]*)</", shown) == [("del", "b: 2"), ("ins", "b: &lt;3&gt;")]


def test_the_table_for_an_inspector_is_what_the_list_shows(bench: Bench, lan: Browser) -> None:
    fail_one(bench)
    rows = bench.ledger.history.list_deliveries()
    text = lan.client.get("/admin/thu/bang.csv").content.decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == len(rows) + 1
    book = load_workbook(io.BytesIO(lan.client.get("/admin/thu/bang.xlsx?tinh-trang=failed").content))
    assert [cell.value for cell in book.worksheets[0]["J"]] == ["Kết quả", "không gửi được"]
    assert lan.client.get("/admin/thu/bang.pdf").status_code == 404
    assert "Tải bảng thư:" in lan.read("/admin/nhat-ky/thao-tac")


def test_pages_work_before_any_plan_is_in_force(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    lan = bench.sign_in()
    for path in ("/admin", "/admin/bao-cao", "/admin/kiem-tra", "/admin/thu", "/admin/lich", "/admin/nhat-ky"):
        assert "Quản trị" in lan.read(path)
    assert "Chưa có kế hoạch nào" in lan.read("/admin")
    bench.close()


def test_why_the_service_itself_stopped_the_mail_is_vietnamese(bench: Bench, lan: Browser) -> None:
    reason = "mail relay relay.example:587: no password for 'so'; set smtp.password_file, or remove smtp.username"
    bench.ledger.control.pause(Pause(PausedBy.RELAY, reason, START, START + timedelta(minutes=5)))
    page = lan.read("/admin")
    assert "Máy chủ thư relay.example:587: không có mật khẩu cho &#39;so&#39;; hãy đặt smtp.password_file" in page
