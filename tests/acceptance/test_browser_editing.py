"""Editing in a browser on a running service: what is shown is what `scheduler diff` says, what is applied is served.

Set SCREENS=write to keep what is seen in docs/screens, CLIENTS=all to fail where there is no browser.
"""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from scheduler.catcher import Catcher
from scheduler.clock import read_wall_clock
from scheduler.drafts import Drafts, lay_over
from scheduler.ledger import Ledger
from scheduler.model import Admin
from scheduler.passwords import hash_password
from scheduler.planfile.admins import save_admin
from tests.acceptance.browser import DESK, PHONE, SIZES, Person, launch_browser, require_browser, sit_down
from tests.acceptance.commandline import SAMPLE, run_command
from tests.acceptance.office import PASSWORD, PLAN, Office, make_office
from tests.acceptance.test_running_service import running_service, wait_until
from tests.corpus.shelves import SAMPLES

FILE = f"plans/{PLAN}.yaml"
TEXT = f"/admin/cau-hinh/tep/{FILE}"
FORMS = f"/admin/cau-hinh/ke-hoach/{PLAN}"

# How many lines high the numbers and the text are.
HEIGHTS = """() => [".editor-gutter", "#noi-dung-tep"].map(name => {
  const part = document.querySelector(name), style = getComputedStyle(part);
  const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
  return Math.round((part.scrollHeight - padding) / parseFloat(style.lineHeight));
})"""


@dataclass(frozen=True, slots=True)
class Place:
    """A running service in its season, which linh may change as well, and the browser."""

    office: Office
    url: str
    browser: Browser

    @property
    def plan(self) -> Path:
        return self.office.config / FILE

    def read_plan(self) -> str:
        return self.plan.read_text(encoding="utf-8")

    def read_feed(self) -> str:
        with urllib.request.urlopen(f"{self.url}/feeds/{PLAN}.ics", timeout=20) as answer:
            content: bytes = answer.read()
        return content.decode().replace("\r\n ", "")

    def last_visit(self) -> tuple[str, date]:
        """Return the id and the day of the visit that is furthest away."""
        found = re.findall(r"  - id: ([a-z-]+)\n(?:    .*\n)*?    date: ([0-9-]{10})", self.read_plan())
        visit, day = max(found, key=lambda one: one[1])
        return visit, date.fromisoformat(day)


@pytest.fixture(scope="module")
def office_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_browser()
    office = make_office(tmp_path_factory.mktemp("office"), read_wall_clock())
    save_admin(office.config, Admin("linh", "Phạm Thùy Linh", "admin", hash_password(PASSWORD)))
    with (
        Catcher(None) as catcher,
        running_service(office.config, smtp_port=catcher.port) as (_, url),
        launch_browser() as browser,
    ):
        yield Place(office, url, browser)


@pytest.fixture
def place(office_place: Place) -> Iterator[Place]:
    """Yield the place, and leave it as it was found."""
    before = office_place.read_plan()
    yield office_place
    office_place.plan.write_text(before, encoding="utf-8")
    drafts = Drafts(office_place.office.ledger.parent)
    for draft in drafts.list_drafts():
        drafts.discard(draft.id)


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
def lan(place: Place, request: pytest.FixtureRequest) -> Iterator[Person]:
    with sit_down(place.browser, place.url, request.param) as person:
        person.sign_in()
        yield person
        assert person.complaints == []


def press(person: Person, button: str) -> None:
    person.page.get_by_role("button", name=button, exact=True).first.click()
    person.page.wait_for_load_state()


def change_text(person: Person, *changes: tuple[str, str]) -> None:
    """Change the text in the editor that is open, and look what that would do."""
    text = person.page.input_value("#noi-dung-tep")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    person.page.fill("#noi-dung-tep", text)
    press(person, "Xem thay đổi")


def read_rows(person: Person, kind: str) -> list[list[str]]:
    rows: list[list[str]] = person.page.eval_on_selector_all(
        f"table[data-kind={kind}] tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))",
    )
    return rows


def ask_diff(place: Place, draft: str, folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return what `scheduler diff --draft` says of a draft that the pages keep."""
    found = Drafts(place.office.ledger.parent).find(draft)
    assert found is not None
    folder.mkdir()
    lay_over(place.office.config, found.files, folder)
    ran = run_command("diff", "--draft", folder, "--json", folder=place.office.config.parent)
    assert ran.status == 0, ran.err
    said: dict[str, list[dict[str, str]]] = json.loads(ran.out)
    return said


CHANGES = {
    "added": "Thêm", "moved": "Dời", "changed": "Sửa", "cancelled": "Hủy", "new": "Thư mới", "withdrawn": "Rút lại",
}  # fmt: skip


@SIZES
def test_a_date_is_moved_by_form_shown_as_the_command_says_applied_and_served(
    place: Place, size: tuple[int, int], tmp_path: Path
) -> None:
    visit, day = place.last_visit()
    later, before = day + timedelta(days=7), place.read_plan()
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open(f"{FORMS}/kiem-tra/{visit}")
        person.page.fill("#ngay-0", later.isoformat())
        press(person, "Xem thay đổi")
        assert person.find_faults() == []
        person.keep_screen("ban-nhap")
        draft = person.page.url.rpartition("/")[2]
        said = ask_diff(place, draft, tmp_path / "copy")
        events = [row[0] for row in read_rows(person, "events")]
        assert events == [CHANGES[event["change"]] for event in said["events"]] == ["Dời", "Dời"]
        mails = [(row[0], row[2].splitlines()[-1]) for row in read_rows(person, "mails")]
        assert mails == [(CHANGES[mail["change"]], mail["to"]) for mail in said["mails"]]
        assert len(mails) > 10
        assert place.read_plan() == before
        press(person, "Áp dụng")
        assert "Đã áp dụng." in person.see()
        assert place.read_plan() == before.replace(f"date: {day}", f"date: {later}")
        wait_until(lambda: f"{later:%Y%m%d}T070000" in place.read_feed())
        ledger = Ledger.open(f"sqlite:///{place.office.ledger}")
        try:
            wait_until(lambda: [edit.author for edit in ledger.edits.list_edits()][-1:] == ["admin lan"])
        finally:
            ledger.close()
        person.open("/admin/nhat-ky")
        assert f"{FILE} Nguyễn Thị Lan" in " ".join(person.see().split())
        assert person.complaints == []


@SIZES
def test_a_commune_is_added_and_the_mornings_named_otherwise_by_forms(place: Place, size: tuple[int, int]) -> None:
    before = place.read_plan()
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open(f"{FORMS}/don-vi/son-dong")
        person.page.fill("#xa-moi", "Dương Hưu")
        press(person, "Xem thay đổi")
        press(person, "Áp dụng")
        person.open(f"{FORMS}/cac-buoi")
        person.page.get_by_label("Tên").first.fill("Đầu giờ sáng")
        press(person, "Xem thay đổi")
        assert person.find_faults() == []
        press(person, "Áp dụng")
        later = place.read_plan().splitlines()
        assert [line for line in later if "Dương Hưu" not in line] == [
            line.replace("name: Buổi sáng,", "name: Đầu giờ sáng,") for line in before.splitlines()
        ]
        assert len(later) == len(before.splitlines()) + 1
        assert person.complaints == []


@SIZES
def test_what_is_wrong_is_shown_at_its_line_and_mended_there(place: Place, size: tuple[int, int]) -> None:
    _, day = place.last_visit()
    before = place.read_plan()
    line = before[: before.index(f"date: {day}")].count("\n") + 1
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open(TEXT)
        numbers = person.page.eval_on_selector(".editor-gutter", "gutter => gutter.textContent")
        assert numbers.split() == [str(number) for number in range(1, before.count("\n") + 2)]
        change_text(person, (f"date: {day}", "date: 2027-02-30"))
        assert f"{FILE}:{line}:11" in person.see()
        assert person.page.inner_text(".excerpt mark").startswith("2027-02-30")
        assert person.page.get_by_role("button", name="Áp dụng").count() == 0
        assert person.find_faults() == []
        person.keep_screen("ban-nhap-sai")
        person.page.click("text=Sửa ở dòng này")
        person.page.wait_for_load_state()
        assert person.page.inner_text(".editor-gutter .bad") == str(line)
        assert person.page.evaluate(HEIGHTS) == [before.count("\n") + 1] * 2
        selected = "t => t.value.slice(t.selectionStart, t.selectionEnd)"
        assert "date: 2027-02-30" in person.page.eval_on_selector("#noi-dung-tep", selected)
        assert person.find_faults() == []
        person.keep_screen("tep-sai")
        change_text(person, ("date: 2027-02-30", f"date: {day + timedelta(days=7)}"))
        press(person, "Áp dụng")
        assert place.read_plan() == before.replace(f"date: {day}", f"date: {day + timedelta(days=7)}")
        assert person.complaints == []


def test_what_a_form_lacks_is_told_beside_its_field_and_nothing_typed_is_lost(place: Place) -> None:
    with sit_down(place.browser, place.url) as person:
        person.sign_in()
        person.open("/admin/cau-hinh/danh-ba/truong-doan")
        person.page.fill("#ten", "Phó Giám đốc Sở, Trưởng đoàn")
        person.page.fill("#thu", "truong-doan@so")
        press(person, "Xem thay đổi")
        assert "«truong-doan@so» không phải một địa chỉ thư" in person.page.inner_text("#thu-loi")
        assert [person.page.input_value(field) for field in ("#ten", "#thu")] == [
            "Phó Giám đốc Sở, Trưởng đoàn",
            "truong-doan@so",
        ]
        person.look_closely("sua-danh-ba-sai")
        assert person.complaints == []


def test_the_editor_works_without_scripts(place: Place) -> None:
    _, day = place.last_visit()
    with sit_down(place.browser, place.url, scripts=False) as person:
        person.sign_in()
        person.open(TEXT)
        change_text(person, (f"date: {day}", "date: 2027-02-30"))
        person.page.click("text=Sửa ở dòng này")
        person.page.wait_for_load_state()
        assert "2027-02-30" in person.page.inner_text(".excerpt-bad")
        change_text(person, ("date: 2027-02-30", f"date: {day}"))
        assert "Không có gì thay đổi" in person.see()


def test_two_who_edit_at_once_both_keep_their_edits_and_are_told(place: Place, lan: Person) -> None:
    visit, day = place.last_visit()
    before = place.read_plan()
    with sit_down(place.browser, place.url) as linh:
        linh.sign_in("linh")
        linh.open(TEXT)
        lan.open(f"{FORMS}/kiem-tra/{visit}")
        assert "Phạm Thùy Linh cũng đang sửa tệp này." in lan.see()
        lan.page.fill("#ngay-0", (day + timedelta(days=7)).isoformat())
        press(lan, "Xem thay đổi")
        press(lan, "Áp dụng")
        change_text(linh, ("  status: tentative", "  status: confirmed"))
        assert "Nguyễn Thị Lan vừa áp dụng thay đổi ở" in linh.see()
        assert "Nguyễn Thị Lan vừa sửa" in linh.see()
        assert "cả hai đã được ghép ở dưới" in linh.see()
        linh.look_closely("ban-nhap-ghep")
        press(linh, "Áp dụng")
        moved = before.replace(f"date: {day}", f"date: {day + timedelta(days=7)}")
        assert place.read_plan() == moved.replace("  status: tentative", "  status: confirmed")
        wait_until(lambda: "STATUS:CONFIRMED" in place.read_feed())
        assert linh.complaints == []


@SIZES
def test_two_who_edit_the_same_line_see_both_and_go_on_from_there(place: Place, size: tuple[int, int]) -> None:
    _, day = place.last_visit()
    before = place.read_plan()
    mine, theirs = day + timedelta(days=7), day + timedelta(days=14)
    with sit_down(place.browser, place.url, size) as lan, sit_down(place.browser, place.url) as linh:
        lan.sign_in()
        linh.sign_in("linh")
        for person, wanted in ((lan, mine), (linh, theirs)):
            person.open(TEXT)
            change_text(person, (f"date: {day}", f"date: {wanted}"))
        press(linh, "Áp dụng")
        press(lan, "Áp dụng")
        assert "Phạm Thùy Linh vừa sửa cùng chỗ trong" in lan.see()
        assert {f"date: {mine}", f"date: {theirs}"} <= {
            text.strip().partition("  #")[0] for text in lan.page.locator(".sides ins").all_inner_texts()
        }
        assert lan.find_faults() == []
        lan.keep_screen("ban-nhap-trung")
        press(lan, "Sửa tiếp trên bản mới")
        text = lan.page.input_value("#noi-dung-tep")
        assert f"    date: {theirs}" in text
        assert f"#     date: {mine}" in text
        lan.page.fill(
            "#noi-dung-tep", re.sub(r"# ↓[^\n]*\n.*?# ↓[^\n]*\n# (.*?\n)# ↑[^\n]*\n", r"\1", text, flags=re.S)
        )
        press(lan, "Xem thay đổi")
        press(lan, "Áp dụng")
        assert place.read_plan() == before.replace(f"date: {day}", f"date: {mine}")


def test_a_file_that_changes_on_disk_meanwhile_is_joined_and_told(place: Place, lan: Person) -> None:
    visit, day = place.last_visit()
    before = place.read_plan()
    lan.open(f"{FORMS}/kiem-tra/{visit}")
    lan.page.fill("#ngay-0", (day + timedelta(days=7)).isoformat())
    on_disk = before.replace("  status: tentative", "  status: confirmed")
    place.plan.write_text(on_disk, encoding="utf-8")
    press(lan, "Xem thay đổi")
    assert re.search(r"Người dùng \w+ trên máy chủ vừa sửa", lan.see())
    lan.look_closely("ban-nhap-tren-dia")
    press(lan, "Áp dụng")
    assert place.read_plan() == on_disk.replace(f"date: {day}", f"date: {day + timedelta(days=7)}")


@SIZES
def test_a_document_is_handed_in_reviewed_and_its_plan_is_served(
    place: Place, size: tuple[int, int], tmp_path: Path
) -> None:
    with sit_down(place.browser, place.url, size) as person:
        person.sign_in()
        person.open("/admin/cau-hinh")
        person.page.click("text=Tải tài liệu lên")
        person.page.wait_for_load_state()
        person.page.set_input_files("#tep", SAMPLE)
        person.page.fill("#ma", "kiem-tra-lai")
        press(person, "Đọc tài liệu")
        assert "Đã tìm thấy trong «ke-hoach-kiem-tra-2024.txt»" in person.see()
        assert person.page.locator(".findings blockquote").count() > 3
        assert person.find_faults() == []
        person.keep_screen("tai-lieu")
        press(person, "Áp dụng")
        assert "Đã áp dụng." in person.see()
        # Nobody sees an imported plan before the office says so.
        person.open("/admin/cau-hinh/ke-hoach/kiem-tra-lai")
        person.page.check("#cong-khai")
        press(person, "Xem thay đổi")
        press(person, "Áp dụng")
        wait_until(lambda: _count_events(place, "kiem-tra-lai") == 21)
        (place.office.config / "plans" / "kiem-tra-lai.yaml").unlink()
        assert person.complaints == []


def _count_events(place: Place, plan: str) -> int:
    try:
        with urllib.request.urlopen(f"{place.url}/feeds/{plan}.ics", timeout=20) as answer:
            content: bytes = answer.read()
    except urllib.error.HTTPError:
        return 0
    return content.count(b"BEGIN:VEVENT")


def test_a_word_document_with_errors_is_held_and_a_menu_is_refused(place: Place, lan: Person, tmp_path: Path) -> None:
    document = next(sample for sample in SAMPLES if sample.form == "docx").write_into(tmp_path)
    lan.open("/admin/tai-len")
    lan.page.set_input_files("#tep", document)
    lan.page.fill("#ma", "tu-word")
    press(lan, "Đọc tài liệu")
    assert f"Đã tìm thấy trong «{document.name}»" in lan.see()
    wrong = tmp_path / "sai.txt"
    wrong.write_text(SAMPLE.read_text(encoding="utf-8").replace("20/5/2024", "31/6/2024"), encoding="utf-8")
    lan.open("/admin/tai-len")
    lan.page.set_input_files("#tep", wrong)
    lan.page.fill("#ma", "tu-chu")
    press(lan, "Đọc tài liệu")
    assert "Tài liệu có chỗ sai, chưa áp dụng được" in lan.see()
    assert lan.page.get_by_role("button", name="Áp dụng").count() == 0
    lan.look_closely("tai-lieu-sai")
    lan.open("/admin/tai-len")
    menu = tmp_path / "thuc-don.txt"
    menu.write_text("Thực đơn tuần này\n", encoding="utf-8")
    lan.page.set_input_files("#tep", menu)
    press(lan, "Đọc tài liệu")
    assert "Không lấy được kế hoạch từ «thuc-don.txt»." in lan.see()
    lan.look_closely("tai-len-tu-choi")


def test_a_large_edit_waits_for_the_click_that_approves_it(place: Place) -> None:
    with sit_down(place.browser, place.url) as lan:
        lan.sign_in()
        lan.open(TEXT)
        text = lan.page.input_value("#noi-dung-tep")
        text = re.sub(r"(    date: [0-9-]+)", r"    cancelled: true\n\1", text)
        lan.page.fill("#noi-dung-tep", text)
        press(lan, "Xem thay đổi")
        assert "Thay đổi lớn, sẽ chờ duyệt" in lan.see()
        lan.look_closely("ban-nhap-lon")
        press(lan, "Áp dụng")
        assert "Đã lưu. Thay đổi lớn nên chờ duyệt" in lan.see()
        for _ in range(100):
            if lan.page.get_by_role("button", name="Duyệt thay đổi này").count():
                break
            lan.page.wait_for_timeout(200)
            lan.page.reload()
        press(lan, "Duyệt thay đổi này")
        wait_until(lambda: "STATUS:CANCELLED" in place.read_feed())
        assert lan.complaints == []
