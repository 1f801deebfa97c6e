"""Feeds, pages and health as a client sees them, over a real socket."""

import gzip
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.errors import SchedulerError
from scheduler.shipped_files import find_shipped
from scheduler.web.agenda import Agenda, compose_agenda
from scheduler.web.app import build_app
from scheduler.web.feeds import Feed, FeedShelf
from scheduler.web.health import Health
from scheduler.web.pages import AgendaBoard
from tests.integration.test_web_server import run_server
from tests.samples import make_plan

PATH = "/feeds/kiem-tra-2024.ics"
BODY = b"BEGIN:VCALENDAR\r\n" + b"SUMMARY:Ki\xe1\xbb\x83m tra\r\n" * 50 + b"END:VCALENDAR\r\n"
DIGEST = hashlib.sha256(BODY).hexdigest()[:32]
MODIFIED = "Mon, 15 Apr 2024 02:00:00 GMT"
URL = "https://lich.so-ldtbxh.example"


def make_feed(path: str = PATH, body: bytes = BODY, *, public: bool = True) -> Feed:
    return Feed(path, body, datetime(2024, 4, 15, 2, 0, tzinfo=UTC), public)


@dataclass
class SettableHealth:
    now: Health = field(default_factory=lambda: Health(ready=True))

    def health(self) -> Health:
        return self.now


@dataclass
class Site:
    """A running server with what it shows and a client."""

    shelf: FeedShelf
    board: AgendaBoard
    health: SettableHealth
    client: httpx.Client


class Stage:
    """Stands where the app stands, so that one server can show every test a site of its own."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def stage() -> Iterator[tuple[Stage, httpx.Client]]:
    stage = Stage()
    with (
        run_server(stage) as address,
        httpx.Client(base_url=str(address), headers={"accept-encoding": "identity"}) as client,
    ):
        yield stage, client


@pytest.fixture
def site(stage: tuple[Stage, httpx.Client]) -> Site:
    shelf, health = FeedShelf(), SettableHealth()
    board = AgendaBoard(find_shipped("templates") / "web")
    shelf.publish((make_feed(), make_feed("/feeds/private.ics", public=False)))
    stage[0].app = build_app(shelf, board, health, public_url=URL)
    return Site(shelf, board, health, stage[1])


def test_a_feed_is_sent_with_all_its_headers(site: Site) -> None:
    answer = site.client.get(PATH)
    assert (answer.status_code, answer.content) == (200, BODY)
    headers = dict(answer.headers)
    assert headers.pop("date")
    assert headers == {
        "content-type": "text/calendar; charset=utf-8",
        "content-disposition": 'inline; filename="kiem-tra-2024.ics"',
        "x-content-type-options": "nosniff",
        "etag": f'"{DIGEST}"',
        "last-modified": MODIFIED,
        "cache-control": "public, no-cache",
        "vary": "Accept-Encoding",
        "content-length": str(len(BODY)),
    }


def test_a_feed_is_sent_compressed_under_a_tag_of_its_own(site: Site) -> None:
    with site.client.stream("GET", PATH, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw) == BODY
    assert (answer.headers["content-encoding"], answer.headers["etag"]) == ("gzip", f'"{DIGEST}-gzip"')
    assert answer.headers["content-length"] == str(len(raw))


def test_head_tells_what_get_would_send(site: Site) -> None:
    get, head = site.client.get(PATH), site.client.head(PATH)
    del get.headers["date"], head.headers["date"]
    assert (head.status_code, head.content, dict(head.headers)) == (200, b"", dict(get.headers))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": f'"{DIGEST}"'}, 304),
        ({"if-none-match": f'"old", W/"{DIGEST}"'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"old"'}, 200),
        ({"if-none-match": f'"{DIGEST}-gzip"'}, 200),
        ({"if-none-match": f'"{DIGEST}-gzip"', "accept-encoding": "gzip"}, 304),
        ({"if-modified-since": MODIFIED}, 304),
        ({"if-modified-since": "Mon, 15 Apr 2024 01:59:59 GMT"}, 200),
        ({"if-none-match": '"old"', "if-modified-since": MODIFIED}, 200),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditional_requests_bring_the_feed_or_304(
    site: Site, method: str, headers: dict[str, str], status: int
) -> None:
    assert site.client.request(method, PATH, headers=headers).status_code == status


def test_304_carries_validators_and_no_body(site: Site) -> None:
    answer = site.client.get(PATH, headers={"if-none-match": f'"{DIGEST}"'})
    headers = dict(answer.headers)
    assert headers.pop("date")
    assert answer.content == b""
    assert headers == {
        "etag": f'"{DIGEST}"',
        "last-modified": MODIFIED,
        "cache-control": "public, no-cache",
        "vary": "Accept-Encoding",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"])
def test_a_feed_is_read_only(site: Site, method: str) -> None:
    answer = site.client.request(method, PATH, content=b"x" if method == "POST" else b"")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_private_feed_looks_like_one_that_is_not(site: Site) -> None:
    private, absent = site.client.get("/feeds/private.ics"), site.client.get("/feeds/absent.ics")
    del private.headers["date"], absent.headers["date"]
    assert (private.status_code, private.content, private.headers) == (404, absent.content, absent.headers)


@pytest.mark.parametrize(
    "path", ["/feeds/", "/feeds/..%2Ffeeds/kiem-tra-2024.ics", "/feeds/kiem-tra-2024.ics/", "/feedsx"]
)
def test_other_paths_are_no_feeds(site: Site, path: str) -> None:
    assert site.client.get(path).status_code == 404


def test_a_change_shows_at_the_next_request(site: Site) -> None:
    etag = site.client.get(PATH).headers["etag"]
    site.shelf.publish((make_feed(body=b"new"),))
    answer = site.client.get(PATH, headers={"if-none-match": etag, "if-modified-since": MODIFIED})
    assert (answer.status_code, answer.content) == (200, b"new")


def test_every_answer_is_whole_while_another_thread_publishes(site: Site) -> None:
    enough = threading.Event()
    published = 0

    def publish() -> None:
        nonlocal published
        while not enough.is_set():
            published += 1
            site.shelf.publish((make_feed(body=f"{published}\n".encode() * 200),))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        answers = [site.client.get(PATH) for _ in range(100)]
    finally:
        enough.set()
        thread.join()
    assert [a.headers["etag"].strip('"') for a in answers] == [
        hashlib.sha256(a.content).hexdigest()[:32] for a in answers
    ]
    assert len({a.content for a in answers}) > 1


def make_agenda() -> Agenda:
    secret = replace(make_plan(), id="secret", title="Kế hoạch nội bộ", public=False)
    shown = replace(make_plan(), title="Kiểm tra <b>năm</b> 2024 & khác", number="12/KH")
    return compose_agenda((shown, secret), today=date(2024, 5, 9), public_url=URL)


def test_before_anything_is_published_the_page_asks_to_wait(site: Site) -> None:
    answer = site.client.get("/")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "Xin chờ vài giây" in answer.text


def test_the_agenda_tells_days_hours_deadlines_and_how_to_subscribe(site: Site) -> None:
    site.board.publish(make_agenda())
    answer = site.client.get("/")
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Thứ Năm 09/5 Hôm nay Hạn báo cáo Báo cáo Gửi trước ngày 10/5/2024" in text
    assert "2 đơn vị gửi báo cáo: Sơn Động, Lục Nam" in text
    assert "Biểu mẫu: Lục Nam dùng Phụ lục số 02; các đơn vị còn lại dùng Phụ lục số 03" in text
    assert "Thứ Hai 20/5 Sơn Động Phúc Sơn, An Bá Buổi sáng 07:00 – 11:30 Buổi chiều 13:30 – 17:00" in text
    assert 'href="webcal://lich.so-ldtbxh.example/feeds/plan.ics"' in answer.text
    assert 'value="https://lich.so-ldtbxh.example/feeds/plan.ics"' in answer.text


def test_the_agenda_holds_no_private_plan_no_person_and_no_markup_of_a_title(site: Site) -> None:
    site.board.publish(make_agenda())
    page = site.client.get("/").text
    assert [word for word in ("nội bộ", "secret", "@", "truong-doan", "<b>") if word in page] == []
    assert "<h1>Kiểm tra &lt;b&gt;năm&lt;/b&gt; 2024 &amp; khác</h1>" in page


def test_without_a_public_plan_the_page_says_so(site: Site) -> None:
    site.board.publish(Agenda(()))
    assert "Hiện chưa có kế hoạch nào được công bố." in site.client.get("/").text


def test_the_page_answers_304_until_the_agenda_changes(site: Site) -> None:
    site.board.publish(make_agenda())
    etag = site.client.get("/").headers["etag"]
    site.board.publish(make_agenda())
    assert site.client.get("/", headers={"if-none-match": etag}).status_code == 304
    site.board.publish(Agenda(()))
    assert site.client.get("/", headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz", "/static/pages.css"])
def test_every_page_carries_the_security_headers_once(site: Site, path: str) -> None:
    site.board.publish(make_agenda())
    for _ in range(2):
        headers = site.client.get(path).headers
        assert headers.get_list("x-content-type-options") == ["nosniff"]
        assert headers.get_list("x-frame-options") == ["DENY"]
        assert headers.get_list("referrer-policy") == ["strict-origin-when-cross-origin"]
        assert headers.get_list("strict-transport-security") == ["max-age=31536000"]
        (policy,) = headers.get_list("content-security-policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_a_page_needs_nothing_that_its_policy_forbids(site: Site, path: str) -> None:
    site.board.publish(make_agenda())
    page = site.client.get(path).text
    assert re.findall(r"<script(?![^>]+src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page) == []
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert assets
    for asset in assets:
        answer = site.client.get(asset)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")


def test_a_path_that_is_not_gets_a_page_that_leads_back(site: Site) -> None:
    answer = site.client.get("/nowhere")
    assert (answer.status_code, 'href="/"' in answer.text) == (404, True)
    assert site.client.get("/static/..%2Fagenda.html").status_code == 404
    assert site.client.get("/static/absent.css").status_code == 404


def test_pages_are_read_only(site: Site) -> None:
    site.board.publish(make_agenda())
    assert [site.client.post(path).status_code for path in ("/", "/healthz", "/static/pages.css")] == [405] * 3


def test_alive_is_always_alive_and_ready_tells_its_reasons(site: Site) -> None:
    assert site.client.get("/readyz").json() == {"ready": True, "reasons": []}
    site.health.now = Health(ready=False, reasons=("The ledger cannot be reached: disk full",))
    ready = site.client.get("/readyz")
    assert (ready.status_code, ready.headers["cache-control"]) == (503, "no-store")
    assert ready.json() == {"ready": False, "reasons": ["The ledger cannot be reached: disk full"]}
    assert (site.client.get("/healthz").status_code, site.client.get("/healthz").json()) == (200, {"alive": True})


def test_robots_may_fetch_feeds_and_the_agenda(site: Site) -> None:
    robots = RobotFileParser()
    robots.parse(site.client.get("/robots.txt").text.splitlines())
    allowed = [
        robots.can_fetch("Google-Calendar-Importer", path) for path in (PATH, "/feeds/t/abc/plan.ics", "/", "/admin/")
    ]
    assert allowed == [True, True, True, False]


def test_a_template_that_fails_is_told_and_the_last_page_stays(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "web"
    shipped = find_shipped("templates") / "web"
    for path in shipped.rglob("*"):
        if path.is_file():
            copy = folder / path.relative_to(shipped)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (folder / "agenda.html").write_text("{% if agenda.plans %}{{ agenda.nothing }}{% endif %}", "utf-8")
    board = AgendaBoard(folder)
    board.publish(Agenda(()))
    kept = board.page
    with pytest.raises(SchedulerError, match=r"^templates/web/agenda\.html cannot be used \(.*nothing.*\): mend it"):
        board.publish(make_agenda())
    assert board.page is kept

    (folder / "agenda.html").write_text("one\n{% if %}", "utf-8")
    with pytest.raises(SchedulerError, match=r"^templates/web/agenda\.html:2 cannot be used"):
        AgendaBoard(folder)
