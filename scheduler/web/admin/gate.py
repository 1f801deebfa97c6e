"""In front of every page: who asks, whether they may, and whether it was their own click.

IO: reads the request's form, bounded. Pages run in Starlette's threads, since the ledger makes them wait.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Message

from scheduler.clock import Clock
from scheduler.web.admin.asking import CSRF_FIELD, SIGN_IN, Action, Asked, Page
from scheduler.web.admin.desk import Desk
from scheduler.web.admin.resending import LARGEST_KEPT, is_own_form, keep_form
from scheduler.web.admin.roster import Roster
from scheduler.web.admin.screens import Setting
from scheduler.web.admin.sessions import Session

SESSION_COOKIE = "phien"
_MOST_FIELDS = 1_000

Endpoint = Callable[[Request], Awaitable[Response]]


class Gate:
    """Lets a request through to its page, or answers it."""

    def __init__(self, desk: Desk, roster: Roster, clock: Clock) -> None:
        self._desk = desk
        self._roster = roster
        self._clock = clock
        self._https = desk.public_url.startswith("https:")
        self._host = urlsplit(desk.public_url).netloc.lower()
        # The prefix lets no other host of the domain, and no page without HTTPS, set this cookie.
        self.cookie = f"__Host-{SESSION_COOKIE}" if self._https else SESSION_COOKIE

    def make_route(self, page: Page | Action) -> Route:
        """Return the route of a page or an action, behind this gate."""
        if isinstance(page, Page):
            return Route(page.path, self._guard_page(page), methods=["GET"])
        return Route(page.path, self._guard_action(page), methods=["POST"])

    def find_session(self, request: Request) -> Session | None:
        session_id = request.cookies.get(self.cookie)
        if not session_id:
            return None
        return self._desk.sessions.find(session_id, self._roster.list_admins(), self._clock.now())

    def keep_session(self, response: Response, session: Session) -> None:
        """Give the browser its session."""
        response.set_cookie(self.cookie, session.id, path="/", secure=self._https, httponly=True, samesite="strict")

    def forget_session(self, response: Response) -> None:
        response.delete_cookie(self.cookie, path="/", secure=self._https, httponly=True, samesite="strict")

    def check_origin(self, request: Request) -> None:
        """Refuse a form that another site sent (every browser says where a form comes from)."""
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            raise HTTPException(403)
        if origin is not None:
            host = urlsplit(origin).netloc.lower() if origin.startswith(("http://", "https://")) else ""
            if host not in (request.headers.get("host", "").lower(), self._host) or not host:
                raise HTTPException(403)

    def _guard_page(self, page: Page) -> Endpoint:
        async def answer(request: Request) -> Response:
            session = self.find_session(request)
            if session is None:
                return self._send_to_sign_in(request)
            return await run_in_threadpool(page.answer, self._desk, self._make_asked(request, session, FormData()))

        return answer

    def _guard_action(self, action: Action) -> Endpoint:
        async def answer(request: Request) -> Response:
            session = self.find_session(request)
            if session is None:
                await self._keep_typed(request, action)
                raise HTTPException(401)
            self.check_origin(request)
            if session.admin.role != "admin" and not action.for_viewers:
                raise HTTPException(403)
            form = await read_form(request, action.largest, action.files)
            try:
                keep_form(request, form)
                token = form.get(CSRF_FIELD)
                if not isinstance(token, str) or not session.owns(token):
                    raise HTTPException(403)
                return await run_in_threadpool(action.answer, self._desk, self._make_asked(request, session, form))
            finally:
                await form.close()

        return answer

    async def _keep_typed(self, request: Request, action: Action) -> None:
        """Keep what somebody typed whose session ended meanwhile; of a stranger nothing is read."""
        if self.cookie not in request.cookies or action.files or not is_own_form(request):
            return
        with suppress(HTTPException):
            keep_form(request, await read_form(request, min(action.largest, LARGEST_KEPT), 0))

    def _make_asked(self, request: Request, session: Session, form: FormData) -> Asked:
        words = tuple((name, str(value)) for name, value in request.path_params.items())
        return Asked(session, self._clock.now(), request.url.path, words, request.query_params, form)

    def _send_to_sign_in(self, request: Request) -> Response:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        if request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET":
            # A link from elsewhere, such as a mail, comes without the cookie: the page asks once more from here.
            setting = Setting(None, "", None, self._desk.zone, self._clock.now())
            return self._desk.screens.render("again", setting, here)
        return RedirectResponse(f"{SIGN_IN}?tiep={quote(here, safe='')}", 303)


async def read_form(request: Request, largest: int, files: int) -> FormData:
    """Read a form of at most ``largest`` octets; 413 where it is larger, 400 where it is none."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > largest:
        raise HTTPException(413)
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise HTTPException(413)
        return message

    bounded = Request(request.scope, receive)
    return await bounded.form(max_files=files, max_fields=_MOST_FIELDS, max_part_size=largest)
