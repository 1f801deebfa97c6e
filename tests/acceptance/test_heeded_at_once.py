"""What people say through a link or on a page is heeded by the running service at once, not at its next look."""

from __future__ import annotations

import re
import shutil
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes, policy
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from scheduler.arrivals import NOT_OWED_NOW, Mark
from scheduler.catcher import Catcher
from scheduler.clock import read_wall_clock
from scheduler.delivery import DeliveryState
from scheduler.ledger import Ledger
from scheduler.links import Link, LinkSigner
from scheduler.model import Admin
from scheduler.passwords import hash_password
from scheduler.planfile.admins import save_admin
from scheduler.timer import SWEEP_EVERY
from tests.acceptance.commandline import SHIPPED_CONFIG
from tests.acceptance.office import PASSWORD, PLAN, REPORT, shift_plan
from tests.acceptance.test_running_service import read, running_service, wait_until

UNIT = "lang-giang"


@dataclass
class Running:
    """A running service whose first work is done: by itself it looks again at its sweep, a minute after its start."""

    ledger: Ledger
    url: str
    started: float
    arrived: list[tuple[str, str]]
    browser: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    )

    def send(self, path: str, **fields: str) -> str:
        body = urlencode(fields).encode() if fields else None
        with self.browser.open(f"{self.url}{path}", body, timeout=20) as answer:
            content: bytes = answer.read()
        return content.decode()

    def list_reminders(self) -> list[tuple[DeliveryState, str]]:
        """Return how the reminders stand that ``UNIT`` has of its report."""
        rows = self.ledger.history.list_deliveries()
        own = [row for row in rows if row.unit == UNIT and row.about == "report" and row.rule != "receipt"]
        return [(row.state, row.detail) for row in own]

    def assert_before_the_sweep(self) -> None:
        assert time.monotonic() - self.started < SWEEP_EVERY.total_seconds()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    config = tmp_path / "config"
    shutil.copytree(SHIPPED_CONFIG, config)
    save_admin(config, Admin("lan", "Nguyễn Thị Lan", "admin", hash_password(PASSWORD)))
    # The report is due in four weeks: nothing goes by itself.
    ahead = read_wall_clock().date() + timedelta(weeks=4) - date(2024, 5, 9)
    shift_plan(config / "plans" / f"{PLAN}.yaml", timedelta(weeks=round(ahead.days / 7)))
    arrived: list[tuple[str, str]] = []

    def note(to: str, content: bytes) -> None:
        arrived.append((to, str(message_from_bytes(content, policy=policy.default)["subject"])))

    with Catcher(None, on_message=note) as catcher, running_service(config, smtp_port=catcher.port) as (_, url):
        started = time.monotonic()
        ledger = Ledger.open(f"sqlite:///{tmp_path}/var/ledger.sqlite3")
        try:
            wait_until(lambda: "last_tick_timestamp_seconds 0.0" not in read(f"{url}/metrics"))
            yield Running(ledger, url, started, arrived)
        finally:
            ledger.close()


def test_a_unit_that_says_its_report_was_sent_is_reminded_no_more(running: Running) -> None:
    link = Link("report", PLAN, REPORT, UNIT, f"ubnd-{UNIT}")
    signer = LinkSigner(running.ledger.control.find_link_secret(), running.url)
    assert {state for state, _ in running.list_reminders()} == {DeliveryState.PLANNED}
    page = running.send(urlsplit(signer.sign(link)).path, said="1")
    assert "đơn vị báo đã gửi báo cáo" in page
    assert set(running.list_reminders()) == {(DeliveryState.SKIPPED, NOT_OWED_NOW)}
    # That is the ledger's own work; the service has looked at it when its figures say so.
    skipped = f'scheduler_deliveries{{state="skipped"}} {len(running.list_reminders())}.0'
    wait_until(lambda: skipped in read(f"{running.url}/metrics"))
    running.assert_before_the_sweep()
    assert running.ledger.arrivals.list_marks(PLAN)[-1].mark is Mark.SAID


def test_a_report_recorded_on_a_page_is_thanked_for_within_seconds(running: Running) -> None:
    page = running.send("/admin/dang-nhap", **{"ten": "lan", "mat-khau": PASSWORD})
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token is not None
    clicked = time.monotonic()
    running.send(f"/admin/bao-cao/{PLAN}/{REPORT}", **{"csrf": token[1], "don-vi": UNIT, "viec": "nhan"})
    wait_until(lambda: bool(running.arrived))
    assert time.monotonic() - clicked < 15
    running.assert_before_the_sweep()
    assert running.arrived[0][1] == "Đã nhận báo cáo (Phụ lục số 03) của Lạng Giang"
