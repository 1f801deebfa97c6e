"""The words of the pages: every state has some, and what the program remarks is said in Vietnamese."""

from dataclasses import replace

import pytest

from scheduler.arrivals import NOT_OWED_NOW, Standing
from scheduler.attendance import Reply
from scheduler.delivery import TOO_LATE, DeliveryState, plan_retry
from scheduler.differences import EventDifference
from scheduler.guard import Limits
from scheduler.shipped_files import find_shipped
from scheduler.snapshot import make_snapshot
from scheduler.vietnamese import Piece, word_detail
from scheduler.web.admin.names import make_names
from scheduler.web.admin.words import (
    word_aspects,
    word_count,
    word_event,
    word_followed,
    word_letter,
    word_outcome,
    word_reason,
    word_reply,
    word_rule,
    word_standing,
    word_state,
)
from scheduler.workdays import WorkingDays
from tests.samples import DUE_AT, make_contacts, make_delivery, make_plan, make_rules


def test_every_state_standing_and_reply_has_words() -> None:
    assert len({word_state(state) for state in DeliveryState}) == len(DeliveryState)
    assert len({word_standing(standing) for standing in Standing}) == len(Standing)
    assert len({word_reply(reply) for reply in Reply}) == len(Reply)


@pytest.mark.parametrize(
    ("detail", "said"),
    [
        (NOT_OWED_NOW, (Piece("báo cáo đã nhận, được báo là đã gửi, hoặc được miễn"),)),
        ("skipped by admin lan", (Piece("admin lan bỏ qua"),)),
        (
            "silent twice: final dot: no answer within 600 s",
            (Piece("máy chủ im lặng hai lần: sau dấu chấm cuối: không trả lời trong 600 giây"),),
        ),
        ("silent twice: no answer", (Piece("máy chủ im lặng hai lần: "), Piece("no answer", foreign=True))),
        ("given up after 7 attempts: 451 no", (Piece("đã thôi sau 7 lần thử: "), Piece("451 no", foreign=True))),
        ("550 5.1.1 user unknown", (Piece("550 5.1.1 user unknown", foreign=True),)),
        (TOO_LATE, (Piece("quá muộn, không còn ích gì"),)),
    ],
)
def test_what_the_program_remarks_is_vietnamese_and_what_a_server_said_stays(
    detail: str, said: tuple[Piece, ...]
) -> None:
    assert word_detail(detail).pieces == said


def test_who_sent_a_mail_again_is_said_with_what_was_before() -> None:
    failed = replace(make_delivery(), state=DeliveryState.FAILED, detail="550 no")
    verdict = plan_retry(failed, DUE_AT, by="admin lan")
    assert word_detail(verdict.detail).text == "admin lan cho gửi lại; trước đó: 550 no"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "plan x would be empty: all 9 visits and reports to come would be cancelled",
            "Kế hoạch x sẽ trống: cả 9 buổi kiểm tra và báo cáo còn lại bị hủy",
        ),
        (f"70 mails would go out at once, more than {Limits().mails_at_once}", "70 thư sẽ gửi cùng lúc, quá mức 50"),
        ("something new", "something new"),
    ],
)
def test_reasons_to_wait_are_said_in_vietnamese(reason: str, words: str) -> None:
    assert word_reason(reason) == words


def test_every_kind_of_letter_is_named_in_vietnamese() -> None:
    shipped = {path.name.removesuffix(".subject.txt") for path in find_shipped("templates").glob("email/*.subject.txt")}
    assert {kind for kind in shipped if word_letter(kind) == kind} == set()
    assert word_letter("thu-moi") == "thu-moi"


def test_mails_of_no_rule_of_the_admins_are_named_and_teams_too() -> None:
    assert [word_rule(rule) for rule in ("digest", "receipt", "notice")] == [
        "thư tổng hợp",
        "thư cảm ơn",
        "thư báo thay đổi",
    ]
    assert word_rule("visit-1-week") == "visit-1-week"
    names = make_names(make_snapshot((make_plan(),), make_contacts(), make_rules(), WorkingDays(), "so.example"))
    places = ("doan", "son-dong", "son-dong/an-ba", "khong-co")
    assert [names.place("plan", place) for place in places] == [
        "Đoàn kiểm tra",
        "Sơn Động",
        "An Bá (Sơn Động)",
        "khong-co",
    ]


def test_who_made_a_mark_is_named_also_where_it_was_by_a_link_or_a_command() -> None:
    names = make_names(make_snapshot((make_plan(),), make_contacts(), make_rules(), WorkingDays(), "so.example"))
    contact = make_contacts()[0]
    assert [names.who(by, "plan") for by in (f"link of {contact.id}", "link of khong-co", "admin lan", "son-dong")] == [
        contact.name,
        "khong-co",
        "admin lan",
        "Sơn Động",
    ]
    assert [names.who(by, "plan") for by in ("command line, root", "command line")] == [
        "người dùng root trên máy chủ",
        "ai đó trên máy chủ",
    ]


def test_events_counts_and_what_followed() -> None:
    difference = EventDifference("moved", "uid", "", "2024-05-09 07:00–11:30 Kiểm tra", None)
    assert word_event(difference.before or "") == "09/5/2024 07:00–11:30 Kiểm tra"
    assert word_aspects(("status", "description")) == "tình trạng, nội dung"
    assert word_count(1234567) == "1.234.567"
    assert word_followed("a: 2 events moved, 5 mails taken back; b: 1 mails planned") == (
        "a: 2 sự kiện dời, 5 thư rút lại; b: 1 thư hẹn mới"
    )
    assert [word_outcome(outcome) for outcome in (None, "sent", "withheld")] == [
        "đang gửi",
        "Đã gửi",
        "máy chủ từ chối ta, thư giữ lại",
    ]
