"""Sign-in and sign-out: the password looked at in a thread, few at a time, with the same answer for every failure.

IO. Nothing of a password or a name that was typed reaches the log.
"""

from __future__ import annotations

import ipaddress
import math
import re
from dataclasses import dataclass

import structlog
from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from scheduler.clock import Clock
from scheduler.passwords import LONGEST, is_right
from scheduler.web.admin.asking import CSRF_FIELD, SMALL_FORM
from scheduler.web.admin.desk import AdminTeller, Desk
from scheduler.web.admin.gate import Gate, read_form
from scheduler.web.admin.roster import Roster
from scheduler.web.admin.screens import Setting
from scheduler.web.admin.throttle import Throttle

_HOME = "/admin"
_OWN_PATH = re.compile(r"/admin(/[A-Za-z0-9._~%/-]*)?(\?[A-Za-z0-9._~%&=+/-]*)?")
_AT_ONCE = 2
_MOST_WAITING = 20

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """``next_path`` is where to go after; ``fault`` says why the last attempt was refused, "" before the first."""

    next_path: str
    name: str
    fault: str
    nobody: bool


class SigningIn:
    """What answers the sign-in page and its form."""

    def __init__(
        self, desk: Desk, gate: Gate, roster: Roster, throttle: Throttle, teller: AdminTeller, clock: Clock
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._roster = roster
        self._throttle = throttle
        self._teller = teller
        self._clock = clock
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._waiting = 0

    async def show(self, request: Request) -> Response:
        """Show the form; who is signed in already goes on."""
        next_path = choose_next(request.query_params.get("tiep", ""))
        if self._gate.find_session(request) is not None:
            return RedirectResponse(next_path, 303)
        return self._render(next_path, "", "", 200)

    async def sign_in(self, request: Request) -> Response:
        """Look at name and password; begin a session under a new id, or say that one of the two is wrong."""
        self._gate.check_origin(request)
        form = await read_form(request, SMALL_FORM, 0)
        name, password = (_take_text(form.get(field)) for field in ("ten", "mat-khau"))
        next_path = choose_next(_take_text(form.get("tiep")))
        address, now = find_client(request), self._clock.now()
        wait = self._throttle.find_wait(name, address, now)
        if wait or self._waiting >= _MOST_WAITING:
            self._note_failure()
            return self._slow_down(next_path, name, max(1, math.ceil(wait.total_seconds())))
        self._throttle.count_attempt(name, address, now)
        admin = self._roster.find(name)
        if not await self._is_right(password, None if admin is None else admin.hash) or admin is None:
            self._note_failure()
            return self._render(next_path, name, "Tên hoặc mật khẩu không đúng.", 403)
        self._throttle.forgive(name, address)
        old = self._gate.find_session(request)
        if old is not None:
            self._desk.sessions.end(old.id)
        session = self._desk.sessions.begin(admin, self._clock.now())
        _log.info("signed in", admin=admin.id)
        response = RedirectResponse(next_path, 303)
        self._gate.keep_session(response, session)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session; without one there is nothing to end."""
        session = self._gate.find_session(request)
        if session is None:
            raise HTTPException(401)
        self._gate.check_origin(request)
        form = await read_form(request, SMALL_FORM, 0)
        if not session.owns(_take_text(form.get(CSRF_FIELD))):
            raise HTTPException(403)
        self._desk.sessions.end(session.id)
        _log.info("signed out", admin=session.admin.id)
        response = RedirectResponse("/admin/dang-nhap", 303)
        self._gate.forget_session(response)
        return response

    async def _is_right(self, password: str, hash_: str | None) -> bool:
        self._waiting += 1
        try:
            return await to_thread.run_sync(is_right, password[: LONGEST + 1], hash_, limiter=self._limiter)
        finally:
            self._waiting -= 1

    def _note_failure(self) -> None:
        now = self._clock.now()
        count = self._throttle.note_failure(now)
        if count is None:
            return
        _log.warning("many sign-ins failed", count=count)
        self._teller.tell(
            "Nhiều lần đăng nhập không thành công vào trang quản trị",
            (
                f"{count} lần đăng nhập không thành công trong thời gian ngắn.",
                "Nếu không phải do người của cơ quan gõ nhầm, hãy đổi mật khẩu: scheduler admin password TÊN",
                "Các lần thử tiếp theo bị làm chậm lại. Trong một giờ tới sẽ không báo thêm.",
            ),
            now,
        )

    def _slow_down(self, next_path: str, name: str, seconds: int) -> Response:
        response = self._render(next_path, name, f"Thử quá nhiều lần. Xin chờ {seconds} giây rồi thử lại.", 429)
        response.headers["retry-after"] = str(seconds)
        return response

    def _render(self, next_path: str, name: str, fault: str, status: int) -> Response:
        page = SignInPage(next_path, name, fault, nobody=not self._roster.list_admins())
        setting = Setting(None, "", None, self._desk.zone, self._clock.now())
        return self._desk.screens.render("sign_in", setting, page, status)


def choose_next(wanted: str) -> str:
    """Return ``wanted`` where it is a page of ours, else the first one: nobody is sent to another site."""
    return wanted if _OWN_PATH.fullmatch(wanted) and "//" not in wanted else _HOME


def find_client(request: Request) -> str:
    """Return the client's address: what a web server in front on this machine says it is, else the peer's.

    Of IPv6 the network, since one client has many addresses in it.
    """
    peer = request.client.host if request.client is not None else ""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    for text in (forwarded, peer) if _is_loopback(peer) and forwarded else (peer,):
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)
    return peer


def _is_loopback(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).is_loopback
    except ValueError:
        return False


def _take_text(value: object) -> str:
    return value[:1_000] if isinstance(value, str) else ""
