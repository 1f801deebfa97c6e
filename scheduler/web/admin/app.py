"""The pages for the office as one ASGI app: routes, sign-in, friendly errors, and private headers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Message, Receive, Scope, Send

from scheduler.clock import Clock
from scheduler.documents import MAX_BYTES
from scheduler.drafts import MOST_DRAFTS, Drafts, TooManyDraftsError, UntouchableFileError
from scheduler.errors import SchedulerError
from scheduler.ledger import Ledger
from scheduler.model import Admin
from scheduler.settings_sections import SignInSettings
from scheduler.web.admin.asking import SIGN_IN, SIGN_OUT, go_to
from scheduler.web.admin.books import Books
from scheduler.web.admin.desk import AdminTeller, Desk, Running
from scheduler.web.admin.editing.files import find_form
from scheduler.web.admin.editing.forms import WrongFileError
from scheduler.web.admin.gate import Gate
from scheduler.web.admin.recent import Recent
from scheduler.web.admin.resending import Resend, find_resend
from scheduler.web.admin.roster import Roster
from scheduler.web.admin.routes import PAGES
from scheduler.web.admin.screens import Screens, Setting
from scheduler.web.admin.sessions import Lifetime, Session, Sessions
from scheduler.web.admin.signing_in import SigningIn
from scheduler.web.admin.throttle import Alarm, Throttle
from scheduler.web.pages import StaticFiles

PREFIX = "/admin"

_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("content-security-policy", _CSP),
    ("x-frame-options", "DENY"),
    ("x-content-type-options", "nosniff"),
    # Not no-referrer: browsers would then say of our own forms that they come from nowhere.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex"),
)
_KEEP_COUNTS = timedelta(seconds=3)
_KEEP_READERS = timedelta(minutes=1)
_HSTS = ("strict-transport-security", "max-age=31536000")
_MEGABYTES = MAX_BYTES // (1024 * 1024)
_FAULTS = {
    400: ("Không đọc được yêu cầu", "Trình duyệt đã gửi một yêu cầu không đọc được. Xin quay lại và thử lần nữa."),
    401: ("Phiên làm việc đã hết", "Việc vừa rồi chưa được ghi. Xin đăng nhập lại rồi làm lại."),
    403: ("Không được phép", "Tài khoản này không được làm việc đó, hoặc trang mở từ phiên trước. Xin tải lại trang."),
    404: ("Không tìm thấy trang", "Địa chỉ này không có, hoặc không còn nữa."),
    405: ("Không làm được như vậy", "Địa chỉ này không nhận cách gửi đó. Xin quay lại và dùng nút trên trang."),
    409: ("Chưa lưu được", f"Bạn có {MOST_DRAFTS} bản nháp chưa áp dụng. Xin áp dụng hoặc bỏ bớt rồi gửi lại."),
    413: ("Gửi lên quá lớn", f"Nội dung gửi lên lớn hơn mức cho phép; tài liệu nhiều nhất là {_MEGABYTES} MB."),
    429: ("Quá nhiều yêu cầu", "Xin chờ một lát rồi thử lại."),
    503: ("Tạm thời chưa làm được", "Dịch vụ đang bận hoặc không ghi được sổ. Xin thử lại sau ít phút."),
    500: ("Có lỗi xảy ra", "Việc vừa rồi có thể chưa được ghi. Chi tiết nằm trong nhật ký của dịch vụ."),
}  # fmt: skip

# Where the visitor mends what was in the way, and the form can go once more as it was.
_SENT_AGAIN = (401, 403, 409, 503)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Way:
    """Where an error page leads."""

    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What an error page says; ``resend`` is what was typed, where it may go once more."""

    status: int
    title: str
    words: str
    way: Way
    resend: Resend | None = None


@dataclass(frozen=True, slots=True)
class AdminSite:
    """What the pages for the office are made of; ``admins`` are those known at the start.

    Drafts are kept in ``state_dir``.
    """

    config_dir: Path
    state_dir: Path
    templates: Path
    static: StaticFiles
    ledger: Ledger
    running: Running
    teller: AdminTeller
    clock: Clock
    public_url: str
    sign_in: SignInSettings
    admins: tuple[Admin, ...] = ()


class AdminApp:
    """Everything under /admin: the app, and on each of its answers the headers that it does not set itself."""

    def __init__(self, app: Starlette, *, https: bool) -> None:
        self._app = app
        headers = (*_HEADERS, _HSTS) if https else _HEADERS
        self._headers = tuple((name.encode(), value.encode()) for name, value in headers)

    @property
    def routes(self) -> list[BaseRoute]:
        return self._app.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_private(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                added = [header for header in self._headers if header[0] not in own]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, send_private)


def build_admin(site: AdminSite) -> AdminApp:
    """Return the app of everything under /admin."""
    lifetime = Lifetime(timedelta(hours=site.sign_in.idle_hours), timedelta(hours=site.sign_in.longest_hours))
    browsing = site.ledger.browsing
    roster = Roster(site.config_dir, site.admins)
    desk = Desk(
        running=site.running,
        ledger=site.ledger,
        screens=Screens(site.templates, site.static, roster.name, site.config_dir),
        sessions=Sessions(lifetime),
        public_url=site.public_url,
        books=Books(site.ledger),
        counts=Recent(browsing.count, browsing.read_version, _KEEP_COUNTS),
        counts_by_day=Recent(
            lambda span: browsing.count_by_day(span.since, span.until, span.offset),
            browsing.read_version,
            _KEEP_COUNTS,
        ),
        readers=Recent(lambda _: browsing.list_readers(), browsing.read_version, _KEEP_READERS),
        roster=roster,
        config_dir=site.config_dir,
        drafts=Drafts(site.state_dir),
    )
    gate = Gate(desk, roster, site.clock)
    throttle = Throttle(Alarm(site.sign_in.tell_after, timedelta(minutes=site.sign_in.within_minutes)))
    signing = SigningIn(desk, gate, roster, throttle, site.teller, site.clock)
    faults = _Faults(desk, gate, site.clock)
    app = Starlette(
        routes=[
            Route(SIGN_IN, signing.show, methods=["GET"]),
            Route(SIGN_IN, signing.sign_in, methods=["POST"]),
            Route(SIGN_OUT, signing.sign_out, methods=["POST"]),
            *(gate.make_route(page) for page in PAGES),
        ],
        exception_handlers={
            HTTPException: faults.show_http,
            SchedulerError: faults.show_refusal,
            Exception: faults.show_crash,
        },
    )
    app.router.redirect_slashes = False
    return AdminApp(app, https=site.public_url.startswith("https:"))


class _Faults:
    """Error pages, which say nothing of the inside."""

    def __init__(self, desk: Desk, gate: Gate, clock: Clock) -> None:
        self._desk = desk
        self._gate = gate
        self._clock = clock

    async def show_http(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        response = self._render(request, status)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    async def show_refusal(self, request: Request, error: Exception) -> Response:
        if isinstance(error, TooManyDraftsError):
            return self._render(request, 409)
        if isinstance(error, WrongFileError):
            if request.method == "GET":
                # The page of the whole file says that it is wrong, and leads to its text.
                return go_to(find_form(error.file) + (f"?{request.url.query}" if request.url.query else ""))
            words = f"Tệp {error.file} có chỗ sai. Xin sửa dạng chữ trước, rồi gửi lại."
            return self._render(request, 409, words, Way(find_form(error.file), "Mở tệp"))
        _log.error("a page could not do its work", path=request.url.path, problem=str(error))
        return self._render(request, 503, _word_untouchable(error) if isinstance(error, UntouchableFileError) else "")

    async def show_crash(self, request: Request, error: Exception) -> Response:
        return self._render(request, 500)

    def _render(self, request: Request, status: int, instead: str = "", way: Way | None = None) -> Response:
        title, words = _FAULTS.get(status, _FAULTS[500])
        session = self._gate.find_session(request)
        setting = Setting(
            None if session is None else session.admin,
            "" if session is None else session.csrf,
            None,
            self._desk.zone,
            self._clock.now(),
        )
        resend = find_resend(request) if status in _SENT_AGAIN else None
        fault = Fault(status, title, instead or words, way or _find_way(request, session, status), resend)
        return self._desk.screens.render("fault", setting, fault, status)


def _find_way(request: Request, session: Session | None, status: int) -> Way:
    if session is None:
        return Way(SIGN_IN, "Đăng nhập")
    if status == 409:
        return Way("/admin/cau-hinh#nhap", "Xem các bản nháp")
    # What may be large is sent to where it is asked for.
    return Way(request.url.path, "Quay lại") if status == 413 else Way(PREFIX, "Về trang đầu")


def _word_untouchable(error: UntouchableFileError) -> str:
    what = "đọc" if error.is_read else "ghi"
    return (
        f"Dịch vụ không {what} được tệp {error.name} trong thư mục cấu hình ({error.said}). Người quản máy chủ cần sửa "
        f"chủ sở hữu và quyền của tệp hoặc thư mục để dịch vụ {what} được. Chưa có gì thay đổi."
    )
