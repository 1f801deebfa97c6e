"""Every route of the pages for the office, taken from the app itself: refused to who may not, and never a crash."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from scheduler.drafts import Drafts
from scheduler.planfile.folder import read_files
from tests.integration.admin_site import Bench, Browser, make_editing_bench

SIGN_IN = "/admin/dang-nhap"
# What a path's parts may be: what is there, what is not, and what nobody would type.
KNOWN = {
    "id": ("1", "2", "7", "0", "999999", "9223372036854775808", "0000000000000000000000000000000000001"),
    "plan": ("kiem-tra-2024", "khac", "%00", "..%2f..%2fetc", "a" * 500),
    "report": ("bao-cao", "khac", "%ff%fe", "'--"),
    "fingerprint": ("abc123", "%0d%0aset-cookie:x", "ạ"),
    "kind": ("csv", "xlsx", "exe"),
    "name": (
        "contacts.yaml",
        "plans/kiem-tra-2024.yaml",
        "admins.yaml",
        "../admins.yaml",
        "plans/%00.yaml",
        "plans/a/b.yaml",
    ),
    "contact": ("truong-doan", "khong-co", "%00", "a%2fb"),
    "rule": ("report-5-days", "report-overdue", "khong-co", "ạ"),
    "visit": ("son-dong", "luc-nam", "khong-co", "%2e%2e"),
    "unit": ("son-dong", "khong-co", "%00", "a%2fb"),
    "team": ("doan-kiem-tra", "khong-co", "%2e%2e"),
    "draft": ("0123456789abcdef", "..%2f..%2fetc", "%ff", "a" * 500),
}
FIELDS = (
    "don-vi", "viec", "ngay", "ve", "trang", "tinh-trang", "ly-do", "lich", "ke-hoach", "nguoi", "thiet-bi", "thang",
    "tim", "noi-dung", "ca", "tiep", "ten", "mat-khau",
    "ban", "nhap", "dong", "tep", "giu", "so", "cong-khai", "xa", "cap", "doan", "huy", "buoi-0", "buoi-0-tu",
    "buoi-1-noi", "buoi-0-xa", "kieu-han", "gio", "noi-nhan", "nop-ve", "cac-don-vi", "ma", "chuc-vu", "thu", "thuoc",
    "lanh-dao", "gui-cho",
    "xa-moi", "xa-phuc-son", "ten-buoi-morning", "tu-buoi-morning", "den-buoi-morning", "ten-them", "tu-them",
    "den-them", "thanh-vien", "phu-luc", "phu-luc-rieng",
    "so-ngay", "phia", "lam-viec", "lai-sau", "so-lan", "mau-thu", "thay", "chua-co",
)  # fmt: skip
VALUES = (
    "son-dong", "son-dong/an-ba", "nhan", "mien", "lay-lai", "2024-05-08", "0001-01-01", "9999-12-31", "tong-quan",
    "sent", "can-xem", "overdue", "kiem-tra-2024|plan", "all", "2024-5", "0-0", "-1", "99999999999999999999", "1",
    "chua-dinh", "toi", "kia", "ca-hai", "contacts.yaml",
    "morning", "an-ba", "unit", "confirmed", "truoc", "sau", "report", "units", "report-due", "08:00", "a@b.example",
)  # fmt: skip
KINDS = (
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain",
    "application/json", "\x7f",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Door:
    """One route and method, with a path that leads to it."""

    method: str
    pattern: str

    def path(self) -> str:
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: KNOWN[part[1]][0], self.pattern)


def list_doors(bench: Bench) -> list[Door]:
    return [
        Door(method, route.path)
        for route in bench.app.routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = make_editing_bench(tmp_path_factory.mktemp("routes"))
    yield made
    made.close()


def take_picture(bench: Bench) -> tuple[object, ...]:
    """Return all that an action could change."""
    ledger = bench.ledger
    return (
        ledger.history.list_deliveries(),
        ledger.arrivals.list_marks(),
        ledger.attendance.list_answers(),
        ledger.tokens.list_all(),
        ledger.control.find_pause(),
        ledger.edits.find_waiting(),
        ledger.actions.list_page(first=0, most=1000),
        Drafts(bench.config.parent).list_drafts(),
        read_files(bench.config).digest,
    )


def is_private(door: Door) -> bool:
    return door.pattern != SIGN_IN


def test_there_are_pages_and_actions(bench: Bench) -> None:
    doors = list_doors(bench)
    assert sum(door.method == "GET" for door in doors) >= 14
    assert sum(door.method == "POST" for door in doors) >= 10
    assert {door.method for door in doors} == {"GET", "POST"}


def test_without_a_session_every_page_leads_to_sign_in_and_every_action_is_refused(bench: Bench) -> None:
    before = take_picture(bench)
    answers = {}
    for door in filter(is_private, list_doors(bench)):
        answer = bench.visit().request(door.method, door.path(), data={"csrf": "x"} if door.method == "POST" else None)
        answers[door] = (answer.status_code, answer.headers.get("location", "").partition("?")[0])
    assert answers == {door: (303, SIGN_IN) if door.method == "GET" else (401, "") for door in answers}
    assert take_picture(bench) == before


def test_a_stale_session_is_no_session(bench: Bench) -> None:
    lan = bench.sign_in()
    lan.click("/admin/dang-xuat")
    lan.client.cookies.set("phien", "A" * 43)
    for door in filter(is_private, list_doors(bench)):
        answer = lan.client.request(
            door.method, door.path(), data={"csrf": lan.csrf} if door.method == "POST" else None
        )
        assert answer.status_code == (303 if door.method == "GET" else 401), door


def test_a_viewer_may_see_every_page_and_do_nothing_but_sign_out(bench: Bench) -> None:
    minh, before = bench.sign_in("minh"), take_picture(bench)
    for door in filter(is_private, list_doors(bench)):
        if door.method == "POST" and door.pattern != "/admin/dang-xuat":
            answer = minh.client.post(door.path(), data={"csrf": minh.csrf})
            assert answer.status_code == 403, door
    assert take_picture(bench) == before
    for door in list_doors(bench):
        if door.method == "GET" and door.pattern not in (SIGN_IN, "/admin/thu/bang.{kind}"):
            # A draft that is gone leads to those there are.
            expected = (303,) if door.pattern == "/admin/nhap/{draft}" else (200, 404)
            assert minh.client.get(door.path()).status_code in expected, door


@pytest.mark.parametrize("token", [None, "", "x" * 43])
def test_without_the_token_of_the_session_no_action_is_done(bench: Bench, token: str | None) -> None:
    lan, before = bench.sign_in(), take_picture(bench)
    for door in filter(is_private, list_doors(bench)):
        if door.method == "POST":
            answer = lan.client.post(door.path(), data={} if token is None else {"csrf": token})
            assert answer.status_code == 403, door
    assert take_picture(bench) == before


def test_a_form_from_another_site_does_nothing_even_with_the_token(bench: Bench) -> None:
    lan, before = bench.sign_in(), take_picture(bench)
    for door in list_doors(bench):
        if door.method == "POST":
            answer = lan.client.post(door.path(), data={"csrf": lan.csrf}, headers={"origin": "https://evil.example"})
            assert answer.status_code == 403, door
    assert take_picture(bench) == before


def test_other_methods_are_not_taken(bench: Bench) -> None:
    lan = bench.sign_in()
    for door in list_doors(bench):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            assert lan.client.request(method, door.path()).status_code == 405, (method, door)


texts = st.one_of(st.sampled_from(VALUES), st.text(max_size=40), st.integers().map(str))


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, dict[str, str], dict[str, str]]:
    """Draw a request: the pattern's number, the query, the form, the path's parts."""
    query = draw(st.dictionaries(st.sampled_from(FIELDS), texts, max_size=4))
    form = draw(st.dictionaries(st.sampled_from(FIELDS), texts, max_size=5))
    parts = {name: draw(st.sampled_from(known)) for name, known in KNOWN.items()}
    return str(draw(st.integers(0, 999))), urlencode(query), form, parts


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests())
def test_no_request_of_somebody_signed_in_crashes_a_page(
    bench: Bench, shared_lan: list[Browser], request: tuple[str, str, dict[str, str], dict[str, str]]
) -> None:
    number, query, form, parts = request
    doors = [door for door in list_doors(bench) if door.pattern not in ("/admin/dang-xuat", SIGN_IN)]
    door = doors[int(number) % len(doors)]
    path = re.sub(r"\{(\w+)(?::\w+)?\}", lambda part: parts[part[1]], door.pattern)
    lan = shared_lan[0]
    data = {"csrf": lan.csrf, **form} if door.method == "POST" else None
    answer = lan.client.request(door.method, f"{path}?{query}", data=data)
    assert answer.status_code < 500, (door, path, query, form)
    assert answer.status_code in (200, 303, 400, 403, 404, 405, 409, 413), answer.status_code


@pytest.fixture(scope="module")
def shared_lan(bench: Bench) -> list[Browser]:
    return [bench.sign_in()]


@settings(max_examples=150)
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
            "multipart/form-data",
            "text/plain",
            "application/json",
            "\x7f",
        )
    ),
)
def test_no_body_crashes_an_action_or_sign_in(bench: Bench, shared_lan: list[Browser], body: bytes, kind: str) -> None:
    lan = shared_lan[0]
    for path in ("/admin/tam-dung", SIGN_IN):
        answer = lan.client.post(path, content=iter((body,)), headers={"content-type": kind})
        assert answer.status_code in (400, 403, 413, 429), (answer.status_code, path, kind)


def test_a_strange_path_is_not_found(bench: Bench, shared_lan: list[Browser]) -> None:
    for path in ("/admin//thu", "/admin/thu/", "/admin/thu/-1", "/admin/" + quote("ạ" * 200), "/admin/%00"):
        assert shared_lan[0].client.get(path).status_code == 404, path


def test_these_tests_know_every_parameter_of_a_path(bench: Bench) -> None:
    named = {name for door in list_doors(bench) for name in re.findall(r"\{(\w+)", door.pattern)}
    assert named <= set(KNOWN)
