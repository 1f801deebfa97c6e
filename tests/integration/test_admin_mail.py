"""The line to the admin: tried until it went, and then no more; of one subject only the newest."""

from __future__ import annotations

import queue
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy

from scheduler.admin_mail import AdminMail, tell_large_edit, tell_wrong_edit
from scheduler.catcher import Catcher
from scheduler.errors import Problem
from tests.integration.scripted_relay import ScriptedRelay, relay_settings

NOW = datetime(2024, 5, 10, 2, 0, tzinfo=UTC)


@contextmanager
def telling(port: int, *, retry: float = 0.05) -> Iterator[AdminMail]:
    admin = AdminMail(relay_settings(port), "so@plans.example", "admin@plans.example", retry=retry)
    try:
        yield admin
    finally:
        admin.stop()


def read_lines(content: bytes) -> str:
    text: str = message_from_bytes(content, policy=policy.default).get_content()
    return text.strip()


def test_a_mail_that_the_relay_puts_off_is_tried_again_and_goes_once() -> None:
    with ScriptedRelay({"RCPT": ["451 4.3.0 later", "451 4.3.0 later"]}) as relay, telling(relay.port) as admin:
        admin.tell("Sai", ("dòng 3",), NOW)
        for _ in range(3):
            assert relay.ended.acquire(timeout=20)
        assert not relay.ended.acquire(timeout=0.3)
    assert [read_lines(content) for content in relay.contents] == ["dòng 3"]


def test_a_relay_that_is_down_gets_the_newest_of_a_subject_once_it_is_up() -> None:
    caught: queue.Queue[bytes] = queue.Queue()
    with socket.create_server(("127.0.0.1", 0)) as down, telling(down.getsockname()[1]) as admin:
        port = down.getsockname()[1]
        admin.tell("Sai", ("cũ",), NOW)
        attempt, _ = down.accept()
        # The older one is under way, and fails only now.
        admin.tell("Sai", ("mới",), NOW)
        attempt.close()
        down.close()
        with Catcher(None, on_message=lambda _, content: caught.put(content), port=port):
            assert read_lines(caught.get(timeout=20)) == "mới"
    assert caught.empty()


def test_what_is_to_be_told_while_another_mail_is_put_off_does_not_wait_for_that_ones_next_turn() -> None:
    class Relay(ScriptedRelay):
        """Puts the first mail off, and hears of the second meanwhile."""

        def next_answer(self, verb: str) -> str | None:
            answer = super().next_answer(verb)
            if answer is not None and answer.startswith("451"):
                admin.tell("Chờ duyệt", ("lớn",), NOW)
            return answer

    relay = Relay({"RCPT": ["451 4.3.0 later"]})
    with relay, telling(relay.port, retry=3600) as admin:
        admin.tell("Sai", ("dòng 3",), NOW)
        for _ in range(3):
            assert relay.ended.acquire(timeout=20)
    assert [read_lines(content) for content in relay.contents] == ["dòng 3", "lớn"]


def test_a_mail_that_is_refused_for_good_is_not_tried_again() -> None:
    with ScriptedRelay({"RCPT": ["550 5.1.1 no such user"]}) as relay, telling(relay.port) as admin:
        admin.tell("Sai", ("dòng 3",), NOW)
        assert relay.ended.acquire(timeout=20)
        assert not relay.ended.acquire(timeout=0.3)
    assert relay.contents == []


def test_the_lines_of_a_wrong_and_of_a_large_edit_are_vietnamese() -> None:
    wrong = Problem("config/plans/a.yaml", 7, 11, "visits[0].date: '31/6/2024' is not a date; use YYYY-MM-DD")
    assert tell_wrong_edit((wrong,))[2:] == (
        "config/plans/a.yaml:7:11 Buổi kiểm tra số 1, ngày: '31/6/2024' không phải một ngày; "
        "hãy ghi NĂM-THÁNG-NGÀY, như 2024-05-20",
    )
    reasons = ("plan a: 5 of 9 visits and reports to come would be cancelled, 1 moved",)
    assert tell_large_edit("1a2b", reasons, "https://lich.example")[2:] == (
        "Kế hoạch a: 5 trong 9 buổi kiểm tra và báo cáo còn lại bị hủy, 1 bị dời",
        "",
        "Xem và duyệt: https://lich.example/admin",
        "Hoặc: scheduler diff, rồi scheduler approve 1a2b",
    )
