"""The pages behind the signed links in mails, in a browser: what a reader without an account sees and answers.

Set SCREENS=write to keep what is seen in docs/screens, CLIENTS=all to fail where there is no browser.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from scheduler.arrivals import Mark, ReportMark
from scheduler.catcher import Catcher
from scheduler.cli.wiring import load_everything
from scheduler.clock import read_wall_clock
from scheduler.ledger import Ledger
from scheduler.links import Link, LinkSigner
from scheduler.model import Visit
from tests.acceptance.browser import PHONE, SIZES, Person, launch_browser, require_browser, sit_down
from tests.acceptance.office import PLAN, REPORT, make_office
from tests.acceptance.test_running_service import running_service

SEND = "Gửi trả lời"


@dataclass(frozen=True, slots=True)
class Place:
    """A running service in its season, its ledger, its visits in order of their day, and the browser."""

    ledger: Ledger
    url: str
    browser: Browser
    visits: tuple[Visit, ...]
    owing: tuple[str, ...]

    def path(self, link: Link) -> str:
        return urlsplit(LinkSigner(self.ledger.control.find_link_secret(), self.url).sign(link)).path

    def visit_path(self, visit: Visit) -> str:
        return self.path(Link("visit", PLAN, visit.id, visit.unit, f"ubnd-{visit.unit}"))

    def report_path(self, unit: str) -> str:
        return self.path(Link("report", PLAN, REPORT, unit, f"ubnd-{unit}"))

    def list_answers(self, visit: Visit) -> list[tuple[str, str]]:
        answers = self.ledger.attendance.list_answers(PLAN)
        return [(answer.reply, answer.words) for answer in answers if answer.visit == visit.id]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_browser()
    office = make_office(tmp_path_factory.mktemp("office"), read_wall_clock())
    plan = load_everything(office.config).snapshot.wanted[0].plan
    ledger = Ledger.open(f"sqlite:///{office.ledger}")
    said = {mark.unit for mark in ledger.arrivals.list_marks(PLAN)}
    owing = tuple(unit for unit in plan.reports[0].owed_by if unit not in said)
    try:
        with (
            Catcher(None) as catcher,
            running_service(office.config, smtp_port=catcher.port) as (_, url),
            launch_browser() as browser,
        ):
            visits = tuple(sorted(plan.visits, key=lambda visit: visit.dates))
            yield Place(ledger, url, browser, visits, owing)
    finally:
        ledger.close()


def send(person: Person, button: str = SEND) -> None:
    person.page.get_by_role("button", name=button).click()
    person.page.wait_for_load_state()


def look(person: Person, name: str) -> None:
    assert person.find_faults() == [], name
    person.keep_screen(name)


@SIZES
def test_a_reader_answers_about_a_visit_is_asked_for_what_lacks_and_changes_it(
    place: Place, size: tuple[int, int]
) -> None:
    visit = place.visits[-1 if size == PHONE else -2]
    with sit_down(place.browser, place.url, size) as person:
        assert person.open(place.visit_path(visit)) == 200
        look(person, "tra-loi")
        person.page.check("#substitute")
        send(person)
        assert "Xin ghi tên người dự thay." in person.see()
        assert person.page.is_checked("#substitute")
        look(person, "tra-loi-thieu")
        person.page.fill("#name", "Nguyễn Văn Hòa, Phó Trưởng phòng")
        send(person)
        assert "Đã ghi nhận: cử Nguyễn Văn Hòa, Phó Trưởng phòng dự thay." in person.see()
        look(person, "tra-loi-da-ghi")
        person.page.check("#cannot")
        person.page.fill("#reason", "trùng kỳ họp Hội đồng nhân dân")
        send(person)
        assert "không dự được vào ngày này (trùng kỳ họp Hội đồng nhân dân)" in person.see()
        person.page.reload()
        assert place.list_answers(visit) == [
            ("substitute", "Nguyễn Văn Hòa, Phó Trưởng phòng"),
            ("cannot", "trùng kỳ họp Hội đồng nhân dân"),
        ]
        assert person.complaints == []


@SIZES
def test_a_unit_says_that_its_report_was_sent_and_is_thanked_once_it_is_in(place: Place, size: tuple[int, int]) -> None:
    unit = place.owing[0 if size == PHONE else 1]
    with sit_down(place.browser, place.url, size) as person:
        assert person.open(place.report_path(unit)) == 200
        look(person, "tra-loi-bao-cao")
        send(person, "Chúng tôi đã gửi báo cáo")
        assert "đơn vị báo đã gửi báo cáo" in person.see()
        look(person, "tra-loi-bao-cao-da-ghi")
        assert person.page.locator("button").count() == 0
        now = read_wall_clock()
        place.ledger.arrivals.add(ReportMark(PLAN, REPORT, unit, Mark.RECEIVED, now.date(), "admin lan", now))
        person.page.reload()
        assert "đã nhận được báo cáo. Trân trọng cảm ơn." in person.see()
        look(person, "tra-loi-cam-on")
        assert person.complaints == []


@SIZES
def test_a_link_that_is_over_or_altered_says_so_and_nothing_else(place: Place, size: tuple[int, int]) -> None:
    with sit_down(place.browser, place.url, size) as person:
        path = place.visit_path(place.visits[0])
        assert person.open(path) == 410
        assert "Đã hết thời gian trả lời" in person.see()
        look(person, "tra-loi-het-han")
        assert person.open(f"{path[:-2]}AA") == 404
        assert "Đường dẫn không đúng" in person.see()
        look(person, "tra-loi-sai-duong-dan")
        assert person.complaints == []


def test_a_reply_needs_no_script_and_no_mouse(place: Place, tmp_path: Path) -> None:
    visit = place.visits[-3]
    with sit_down(place.browser, place.url, scripts=False) as person:
        person.open(place.visit_path(visit))
        person.page.focus("#attends")
        person.page.keyboard.press("Space")
        with person.page.expect_navigation():
            person.page.keyboard.press("Enter")
        assert "Đã ghi nhận: sẽ tham dự." in person.see()
    assert place.list_answers(visit) == [("attends", "")]
