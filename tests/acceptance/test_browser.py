"""The pages in a browser, at 1280 and at 360 pixels: each page seen, each button pressed, no fault found by axe-core.

Set SCREENS=write to keep what is seen in docs/screens, CLIENTS=all to fail where there is no browser.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scheduler.catcher import Catcher
from scheduler.clock import read_wall_clock
from scheduler.ledger import Ledger
from tests.acceptance.browser import DESK, PAPER, PHONE, SIZES, Person, launch_browser, require_browser, sit_down
from tests.acceptance.office import PLAN, Office, make_office
from tests.acceptance.test_running_service import running_service

PAGES = {
    "cong-khai": "/",
    "dang-nhap": "/admin/dang-nhap",
    "tong-quan": "/admin",
    "bao-cao": "/admin/bao-cao",
    "bao-cao-qua-han": "/admin/bao-cao?tinh-trang=overdue",
    "kiem-tra": "/admin/kiem-tra",
    "thu": "/admin/thu",
    "thu-can-xem": "/admin/thu?tinh-trang=can-xem",
    "mot-thu": "/admin/thu/1",
    "lich-rieng": "/admin/lich",
    "cau-hinh": "/admin/cau-hinh",
    "tep": f"/admin/cau-hinh/tep/plans/{PLAN}.yaml",
    "ke-hoach": f"/admin/cau-hinh/ke-hoach/{PLAN}",
    "sua-buoi": f"/admin/cau-hinh/ke-hoach/{PLAN}/kiem-tra/son-dong",
    "them-buoi": f"/admin/cau-hinh/ke-hoach/{PLAN}/kiem-tra-moi",
    "sua-bao-cao": f"/admin/cau-hinh/ke-hoach/{PLAN}/bao-cao/bao-cao",
    "them-bao-cao": f"/admin/cau-hinh/ke-hoach/{PLAN}/bao-cao-moi",
    "don-vi": f"/admin/cau-hinh/ke-hoach/{PLAN}/don-vi",
    "sua-don-vi": f"/admin/cau-hinh/ke-hoach/{PLAN}/don-vi/son-dong",
    "them-don-vi": f"/admin/cau-hinh/ke-hoach/{PLAN}/don-vi-moi",
    "gio-cac-buoi": f"/admin/cau-hinh/ke-hoach/{PLAN}/cac-buoi",
    "sua-doan": f"/admin/cau-hinh/ke-hoach/{PLAN}/doan/doan-kiem-tra",
    "danh-ba": "/admin/cau-hinh/danh-ba",
    "sua-danh-ba": "/admin/cau-hinh/danh-ba/truong-doan",
    "them-danh-ba": "/admin/cau-hinh/danh-ba-moi",
    "nhac-viec": "/admin/cau-hinh/nhac-viec",
    "sua-nhac-viec": "/admin/cau-hinh/nhac-viec/report-overdue",
    "tai-len": "/admin/tai-len",
    "nhat-ky": "/admin/nhat-ky",
    "nhat-ky-tep": "/admin/nhat-ky/tep/1",
    "nhat-ky-thao-tac": "/admin/nhat-ky/thao-tac",
    "nhat-ky-bao-cao": "/admin/nhat-ky/bao-cao",
    "nhat-ky-tra-loi": "/admin/nhat-ky/tra-loi",
    "khong-co": "/admin/khong-co",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A running service in its season, and the browser."""

    office: Office
    url: str
    browser: Browser
    arrived: list[str]

    def read_ledger(self) -> Ledger:
        return Ledger.open(f"sqlite:///{self.office.ledger}")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_browser()
    office = make_office(tmp_path_factory.mktemp("office"), read_wall_clock())
    arrived: list[str] = []
    with (
        Catcher(None, on_message=lambda to, content: arrived.append(to)) as catcher,
        running_service(office.config, smtp_port=catcher.port) as (_, url),
        launch_browser() as browser,
    ):
        yield Place(office, url, browser, arrived)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def lan(place: Place, request: pytest.FixtureRequest) -> Iterator[Person]:
    with sit_down(place.browser, place.url, request.param) as person:
        person.sign_in()
        yield person
        assert person.complaints == []


def wait_for(is_so: Callable[[], bool], person: Person) -> None:
    """Load the page again until it is so."""
    for _ in range(100):
        if is_so():
            return
        person.page.wait_for_timeout(200)
        person.page.reload()
    raise AssertionError(f"it did not come true: {person.see()}")


@SIZES
def test_every_page_is_without_fault_and_fits_the_screen(place: Place, size: tuple[int, int]) -> None:
    with sit_down(place.browser, place.url, size) as person:
        faults: dict[str, list[str]] = {}
        for name, path in PAGES.items():
            if name == "tong-quan":
                person.sign_in()
            assert person.open(path) == (404 if name == "khong-co" else 200), name
            person.keep_screen(name)
            person.unfold()
            faults[name] = person.find_faults()
        assert faults == {name: [] for name in PAGES}
        assert person.complaints == []


def test_the_public_page_shows_months_and_a_code_that_can_be_printed(place: Place) -> None:
    with sit_down(place.browser, place.url) as person:
        person.open("/")
        assert person.page.locator(".month-table:visible").count() in (2, 3)
        link = person.page.locator(".month-table a.day-number").first
        target = link.get_attribute("href")
        link.click()
        assert person.page.url.endswith(str(target))
        assert person.page.evaluate("document.querySelector('.scan img').naturalWidth") > 0
        assert person.open(f"/ma-qr/{PLAN}.svg") == 200
    with sit_down(place.browser, place.url, PHONE) as person:
        person.open("/")
        assert person.page.locator(".month-table:visible").count() == 0
        assert person.page.locator(".day:visible").count() == 11


@SIZES
def test_a_wrong_password_is_told_and_signing_out_ends_it(place: Place, size: tuple[int, int]) -> None:
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in(password="không phải mật khẩu này")
        assert "Tên hoặc mật khẩu không đúng." in person.see()
        assert person.page.input_value("#ten") == "lan"
        person.keep_screen("dang-nhap-sai")
        assert person.find_faults() == []
        person.sign_in()
        assert person.page.url == f"{place.url}/admin"
        person.page.click("text=Đăng xuất")
        person.page.wait_for_load_state()
        person.open("/admin/thu")
        assert "/admin/dang-nhap" in person.page.url
        assert person.complaints == []


def test_the_keyboard_alone_is_enough(place: Place) -> None:
    with sit_down(place.browser, place.url) as person:
        person.open("/admin/dang-nhap")
        for key in ("Tab", "Enter"):  # the link that skips the head
            person.page.keyboard.press(key)
        person.page.focus("#ten")
        person.page.keyboard.type("lan")
        person.page.keyboard.press("Tab")
        assert person.page.evaluate("document.activeElement.id") == "mat-khau"


def test_a_failed_mail_is_sent_again_and_arrives(place: Place, lan: Person) -> None:
    lan.open("/admin/thu?tinh-trang=failed")
    lan.page.click("table a >> nth=0")
    address = re.search(r"<([^>]+)>", lan.see())
    assert address is not None
    before = place.arrived.count(address[1])
    frame = lan.page.frame_locator("iframe.mail-frame")
    assert "Kính gửi" in frame.locator("body").inner_text()
    lan.page.click("text=Gửi lại")
    assert "đang được gửi lại" in lan.see()
    wait_for(lambda: "Đã gửi" in lan.page.inner_text("#ket-qua"), lan)
    assert place.arrived.count(address[1]) == before + 1
    assert lan.page.locator("tbody tr").count() == 2


def test_a_mail_is_skipped_from_the_first_page(place: Place, lan: Person) -> None:
    stuck = int(lan.page.inner_text(".sums li:nth-child(3) b"))
    lan.page.click("section:has(#can-xem) >> text=Bỏ qua >> nth=0")
    assert "sẽ không gửi nữa" in lan.see()
    assert int(lan.page.inner_text(".sums li:nth-child(3) b")) == stuck - 1


@SIZES
def test_reports_are_recorded_excused_and_taken_back_by_a_click(place: Place, size: tuple[int, int]) -> None:
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open("/admin/bao-cao?tinh-trang=overdue")
        unit = person.page.inner_text("tbody th >> nth=0")
        person.page.click("text=Đã nhận hôm nay >> nth=0")
        assert f"nhận được báo cáo của {unit}" in person.see()
        person.keep_screen("bao-cao-da-ghi")
        assert person.find_faults() == []
        person.open("/admin/bao-cao")
        row = person.page.locator("tbody tr", has=person.page.locator("th", has_text=unit))
        assert "Nhận muộn" in row.inner_text()
        row.locator("summary").click()
        row.locator("button", has_text="Lấy lại").click()
        assert "lấy lại điều đã ghi" in person.see()
        row = person.page.locator("tbody tr", has=person.page.locator("th", has_text=unit))
        assert "Quá hạn" in row.inner_text()
        row.locator("summary").click()
        row.locator("input[type=date]").fill(str(place.office.today - timedelta(days=1)))
        row.locator("button", has_text="Ghi đã nhận").click()
        row = person.page.locator("tbody tr", has=person.page.locator("th", has_text=unit))
        assert "Nhận muộn" in row.inner_text()
        row.locator("summary").click()
        row.locator("button", has_text="Lấy lại").click()
        assert person.complaints == []


def test_a_said_report_is_confirmed_from_the_first_page(place: Place, lan: Person) -> None:
    waiting = lan.page.locator("section:has(#cho-xac-nhan) li")
    count = waiting.count()
    waiting.locator("text=Đã nhận").first.click()
    assert "nhận được báo cáo" in lan.see()
    assert lan.page.locator("section:has(#cho-xac-nhan) li").count() == count - 1


@SIZES
def test_mail_is_paused_and_let_go(place: Place, size: tuple[int, int]) -> None:
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.page.click("summary:has-text('Tạm dừng mọi thư')")
        person.page.fill("#ly-do", "chuyển máy chủ thư")
        person.page.click("form[action='/admin/tam-dung'] button")
        assert "chuyển máy chủ thư (Nguyễn Thị Lan)" in person.see()
        person.keep_screen("tam-dung")
        assert person.find_faults() == []
        person.page.click("text=Cho gửi tiếp")
        assert "Thư lại được gửi." in person.see()
        assert "Thư đang tạm dừng" not in person.see()


def test_visits_of_another_month_and_what_people_answered(place: Place, lan: Person) -> None:
    lan.open("/admin/kiem-tra")
    months = lan.page.locator("#thang option")
    first = str(months.first.get_attribute("value"))
    with lan.page.expect_navigation():
        lan.page.select_option("#thang", first)
    assert f"thang={first}" in lan.page.url
    assert "1 cử người khác" in lan.see()
    lan.page.click("summary >> nth=0")
    assert "Nguyễn Văn Hòa, Phó Trưởng phòng" in lan.see()


def test_mails_are_filtered_paged_and_taken_away_as_a_table(place: Place, lan: Person, tmp_path: Path) -> None:
    lan.open("/admin/thu?tinh-trang=sent")
    assert lan.page.locator("tbody tr").count() == 50
    lan.page.click("text=Trang sau")
    assert "Trang 2 / " in lan.see()
    lan.page.fill("#tim", "an ba")
    lan.page.click("text=Lọc")
    assert set(lan.page.locator("tbody .row-sub").all_inner_texts()) & {"ubnd.an-ba@son-dong.example"}
    with lan.page.expect_download() as download:
        lan.page.click("text=Tải CSV")
    download.value.save_as(tmp_path / "thu.csv")
    table = (tmp_path / "thu.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(table) == lan.page.locator("tbody tr").count() + 1


@SIZES
def test_an_address_is_given_out_shown_once_opened_and_revoked(place: Place, size: tuple[int, int]) -> None:
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open("/admin/lich")
        person.page.select_option("#lich", f"{PLAN}|unit-son-dong")
        person.page.fill("#nguoi", "UBND huyện Sơn Động")
        person.page.fill("#thiet-bi", "điện thoại")
        person.page.click("form[action='/admin/lich/cap'] button")
        secret = person.page.input_value("#dia-chi")
        person.keep_screen("lich-vua-cap")
        assert person.find_faults() == []
        path = secret[secret.index("/feeds/t/") :]
        wait_for(lambda: read_status(place.url + path) == 200, person)
        person.page.reload()
        assert person.page.locator("#dia-chi").count() == 0
        person.page.click("summary:has-text('Thu hồi') >> nth=0")
        person.page.click("button:has-text('Thu hồi') >> nth=0")
        assert "đã thu hồi" in person.see()
        wait_for(lambda: read_status(place.url + path) == 404, person)
        assert person.complaints == []


def read_status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_a_viewer_sees_all_and_finds_no_button_that_changes(place: Place) -> None:
    with sit_down(place.browser, place.url) as person:
        person.sign_in("minh")
        for path in PAGES.values():
            person.open(path)
            actions = {form.get_attribute("action") for form in person.page.locator("form[method=post]").all()}
            assert actions <= {"/admin/dang-xuat", "/admin/dang-nhap"}, path


def test_all_of_it_works_without_scripts(place: Place) -> None:
    with sit_down(place.browser, place.url, scripts=False) as person:
        person.sign_in()
        person.open("/admin/kiem-tra")
        person.page.select_option("#thang", index=0)
        person.page.click("text=Xem >> nth=0")
        assert "thang=" in person.page.url
        person.open("/admin/thu")
        person.page.select_option("#tinh-trang", "sent")
        person.page.click("text=Lọc")
        assert "tinh-trang=sent" in person.page.url


PRINTED = {
    "cong-khai": "/",
    "bao-cao": "/admin/bao-cao?ca=1",
    "kiem-tra": "/admin/kiem-tra",
    "thu": "/admin/thu",
    "mot-thu": "/admin/thu/1",
}


def test_paper_has_what_is_told_and_no_buttons(place: Place) -> None:
    with sit_down(place.browser, place.url, PAPER) as person:
        person.sign_in()
        person.page.emulate_media(media="print")
        for name, path in PRINTED.items():
            person.open(path)
            for hidden in ("nav", ".button", "form", "summary"):
                assert person.page.locator(f"{hidden}:visible").count() == 0, (path, hidden)
            assert person.page.locator("h1:visible").count() == 1
            assert person.page.evaluate("document.documentElement.scrollWidth") <= person.width, path
            person.keep_screen(f"in-{name}")


# Last: it changes the plan.
@SIZES
def test_a_large_edit_is_shown_waits_and_is_approved(place: Place, size: tuple[int, int]) -> None:
    plan = place.office.config / "plans" / f"{PLAN}.yaml"
    text = plan.read_text(encoding="utf-8")
    days = re.findall(r"^    date: (\d{4}-\d{2}-\d{2})", text, re.MULTILINE)
    coming = [day for day in days if day > str(place.office.today)]
    for day in coming[-4:]:
        text = text.replace(f"date: {day}", f"date: {date.fromisoformat(day) + timedelta(days=28)}")
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open("/admin/nhat-ky")
        rows = person.page.locator("tbody tr").count()
        person.open("/admin")
        plan.write_text(text, encoding="utf-8")
        wait_for(lambda: "Thay đổi lớn đang chờ duyệt" in person.see(), person)
        person.page.click("summary:has-text('Xem thay đổi')")
        assert "Dời" in person.see()
        person.keep_screen("cho-duyet")
        assert person.find_faults() == []
        person.page.click("text=Duyệt thay đổi này")
        assert "Đã duyệt." in person.see()
        person.open("/admin/nhat-ky")
        wait_for(lambda: person.page.locator("tbody tr").count() > rows, person)
        person.page.click("tbody a >> nth=0")
        assert person.page.locator("ins").count() == 4
        person.keep_screen("nhat-ky-thay-doi")
        assert person.find_faults() == []
        assert person.complaints == []
