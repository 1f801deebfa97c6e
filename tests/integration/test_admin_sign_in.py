"""Signing in and out of the pages for the office: sessions, roles, tokens, guessing, headers."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from scheduler.planfile.admins import ADMINS, delete_admin
from tests.integration.admin_site import PASSWORD, Bench, add_admin, make_bench

SIGN_IN = "/admin/dang-nhap"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = make_bench(tmp_path)
    yield made
    made.close()


def attempt(bench: Bench, name: str, password: str, *, address: str = "192.0.2.7") -> tuple[int, str]:
    answer = bench.visit(address=address).post(SIGN_IN, data={"ten": name, "mat-khau": password})
    return answer.status_code, answer.text


def test_the_right_password_opens_the_pages_and_the_cookie_is_for_this_site_and_no_script(bench: Bench) -> None:
    client = bench.visit()
    assert client.get("/admin").headers["location"] == f"{SIGN_IN}?tiep=%2Fadmin"
    answer = client.post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD, "tiep": "/admin/thu?tinh-trang=sent"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/thu?tinh-trang=sent")
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (cookie.key, cookie["path"], cookie["httponly"], cookie["samesite"]) == ("phien", "/", True, "strict")
    assert "Lan" in client.get("/admin").text


def test_behind_https_the_cookie_is_bound_to_the_host_and_browsers_stay_with_https(tmp_path: Path) -> None:
    bench = make_bench(tmp_path, url="https://lich.example")
    answer = bench.visit().post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD})
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (cookie.key, cookie["secure"], cookie["domain"]) == ("__Host-phien", True, "")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    bench.close()


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(bench: Bench) -> None:
    wrong, unknown = attempt(bench, "lan", "sai"), attempt(bench, "hoa", "sai")
    assert wrong[0] == unknown[0] == 403
    assert wrong[1].replace('value="lan"', "") == unknown[1].replace('value="hoa"', "")


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/admin//evil", "javascript:alert(1)", "/"]
)
def test_nobody_is_led_to_another_site(bench: Bench, wanted: str) -> None:
    answer = bench.visit().post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD, "tiep": wanted})
    assert answer.headers["location"] == "/admin"


def test_each_sign_in_has_another_session_and_the_one_before_it_ends(bench: Bench) -> None:
    browser = bench.sign_in()
    first = browser.client.cookies["phien"]
    browser.client.post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD})
    second = browser.client.cookies["phien"]
    assert first != second
    other = bench.visit()
    other.cookies.set("phien", first)
    assert other.get("/admin").status_code == 303


def test_a_session_that_a_stranger_chose_is_not_taken(bench: Bench) -> None:
    client = bench.visit()
    client.cookies.set("phien", "chosen-by-a-stranger")
    answer = client.post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD})
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert len(cookie.value) == 43


def test_signing_out_ends_the_session_on_the_server(bench: Bench) -> None:
    browser = bench.sign_in()
    session = browser.client.cookies["phien"]
    assert browser.click("/admin/dang-xuat") == SIGN_IN
    again = bench.visit()
    again.cookies.set("phien", session)
    assert again.get("/admin").status_code == 303


def test_eight_hours_of_nothing_end_a_session(bench: Bench) -> None:
    browser = bench.sign_in()
    bench.clock.pass_time(hours=7.9)
    assert browser.client.get("/admin").status_code == 200
    bench.clock.pass_time(hours=8)
    assert browser.client.get("/admin").status_code == 303


def test_a_removed_admin_and_another_password_end_the_sessions_at_once(bench: Bench) -> None:
    lan, minh = bench.sign_in("lan"), bench.sign_in("minh")
    delete_admin(bench.config, "minh")
    assert (lan.client.get("/admin").status_code, minh.client.get("/admin").status_code) == (200, 303)
    add_admin(bench.config, "lan", "admin", "một mật khẩu khác hẳn")
    assert lan.client.get("/admin").status_code == 303


def test_a_wrong_admins_file_leaves_those_signed_in_who_were(bench: Bench) -> None:
    lan = bench.sign_in()
    (bench.config / ADMINS).write_text("admins: [{id: lan}]\n", encoding="utf-8")
    assert lan.client.get("/admin").status_code == 200


def test_without_any_admin_the_page_says_how_to_add_one(bench: Bench) -> None:
    (bench.config / ADMINS).unlink()
    answer = bench.visit().get(SIGN_IN)
    assert "scheduler admin add" in answer.text
    assert attempt(bench, "lan", PASSWORD)[0] == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"}, {"origin": "http://lich.example.evil.example"},
    ],
)  # fmt: skip
def test_a_form_that_another_site_sent_is_refused(bench: Bench, headers: dict[str, str]) -> None:
    browser = bench.sign_in()
    form = {"csrf": browser.csrf, "ly-do": "thử"}
    assert browser.client.post("/admin/tam-dung", data=form, headers=headers).status_code == 403
    signing = bench.visit().post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD}, headers=headers)
    assert signing.status_code == 403
    assert bench.ledger.control.find_pause() is None


def test_a_form_needs_the_token_of_its_own_session(bench: Bench) -> None:
    lan, other = bench.sign_in(), bench.sign_in()
    for token in ("", "x", other.csrf):
        assert lan.client.post("/admin/tam-dung", data={"csrf": token, "ly-do": "thử"}).status_code == 403
    assert bench.ledger.control.find_pause() is None
    assert lan.click("/admin/tam-dung", **{"ly-do": "thử"}) == "/admin"
    assert bench.ledger.control.find_pause() is not None


def test_a_viewer_sees_and_changes_nothing(bench: Bench) -> None:
    minh = bench.sign_in("minh")
    assert "chỉ xem" in minh.read("/admin")
    assert minh.client.post("/admin/tam-dung", data={"csrf": minh.csrf, "ly-do": "thử"}).status_code == 403
    assert bench.ledger.control.find_pause() is None
    assert minh.click("/admin/dang-xuat") == SIGN_IN


def test_two_hundred_attempts_are_slowed_and_told_to_the_admin_once(bench: Bench) -> None:
    answers = [attempt(bench, "lan", f"đoán {number}")[0] for number in range(200)]
    assert (answers[:5], set(answers[5:])) == ([403] * 5, {429})
    assert bench.told.subjects == ["Nhiều lần đăng nhập không thành công vào trang quản trị"]
    # Even the right password waits, and then opens.
    assert attempt(bench, "lan", PASSWORD)[0] == 429
    bench.clock.pass_time(seconds=1)
    assert attempt(bench, "lan", PASSWORD)[0] == 303


def test_attempts_all_at_once_are_no_way_around_the_limit(bench: Bench) -> None:
    gate = threading.Barrier(30)

    def try_one(number: int) -> int:
        gate.wait(30)
        return attempt(bench, "lan", f"đoán {number}", address=f"192.0.2.{number}")[0]

    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(try_one, range(30)))
    assert (answers.count(403), answers.count(429)) == (5, 25)


def test_a_slowed_answer_says_when_to_come_again(bench: Bench) -> None:
    for _ in range(7):
        attempt(bench, "lan", "sai")
    bench.clock.pass_time(seconds=1)
    attempt(bench, "lan", "sai")
    answer = bench.visit().post(SIGN_IN, data={"ten": "lan", "mat-khau": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")


def test_the_client_is_whom_a_web_server_on_this_machine_names_and_nobody_else(bench: Bench) -> None:
    for number in range(25):
        headers = {"x-forwarded-for": f"203.0.113.{number}, 198.51.100.1"}
        client = bench.visit(address="127.0.0.1")
        client.post(SIGN_IN, data={"ten": f"ai-{number}", "mat-khau": "sai"}, headers=headers)
    last = {"ten": "ai", "mat-khau": "sai"}
    behind = bench.visit(address="127.0.0.1")
    assert behind.post(SIGN_IN, data=last, headers={"x-forwarded-for": "198.51.100.1"}).status_code == 429
    assert behind.post(SIGN_IN, data=last, headers={"x-forwarded-for": "198.51.100.2"}).status_code == 403
    # From elsewhere the header is the client's own word.
    outside = bench.visit(address="192.0.2.99")
    assert outside.post(SIGN_IN, data=last, headers={"x-forwarded-for": "198.51.100.1"}).status_code == 403


def test_every_answer_has_the_headers_that_keep_it_private(bench: Bench) -> None:
    browser = bench.sign_in()
    wanted = {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
    }
    answers = [
        browser.client.get("/admin"),
        browser.client.get("/admin/xyz"),
        bench.visit().get("/admin"),
        bench.visit().get(SIGN_IN),
        browser.client.post("/admin/tam-dung"),
        browser.client.request("DELETE", "/admin"),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 303, 200, 403, 405]
    for answer in answers:
        assert {name: answer.headers[name] for name in wanted} == wanted
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_a_form_that_is_too_large_is_refused_unread(bench: Bench) -> None:
    browser = bench.sign_in()
    large = browser.client.post("/admin/tam-dung", data={"csrf": browser.csrf, "ly-do": "x" * 70_000})
    assert large.status_code == 413

    def drip() -> Iterator[bytes]:
        yield f"csrf={browser.csrf}&ly-do=".encode()
        for _ in range(100):
            yield b"x" * 1000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/admin/tam-dung", content=drip(), headers=headers).status_code == 413
    assert bench.ledger.control.find_pause() is None


def test_a_link_from_a_mail_opens_the_page_for_who_is_signed_in(bench: Bench) -> None:
    answer = bench.visit().get("/admin/thu?trang=2", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0;url=/admin/thu?trang=2"' in answer.text


def test_a_page_that_fails_says_so_without_details(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = bench.sign_in()

    def fail(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(bench.run, "list_problems", fail)
    answer = browser.client.get("/admin")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "Có lỗi xảy ra" in answer.text
    assert "secret detail" not in answer.text
