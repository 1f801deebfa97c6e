"""The public agenda, health, robots.txt and static files: the Starlette app behind the feeds.

The agenda is rendered when it is published; a request for it costs no more than one for a feed. Templates and
static files are read once, at the start.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Callable
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scheduler.errors import SchedulerError
from scheduler.links import PREFIX as ANSWERS
from scheduler.web.agenda import Agenda
from scheduler.web.answers import AnswerPages
from scheduler.web.codes import draw_code
from scheduler.web.feeds import PREFIX
from scheduler.web.health import HealthSource
from scheduler.web.representation import Representation, prepare_representation
from scheduler.web.wording import word_date, word_day, word_weekday

_SVG = ((b"content-type", b"image/svg+xml"),)
_HTML = ((b"content-type", b"text/html; charset=utf-8"),)
# Calendar services read robots.txt before they fetch a feed.
_ROBOTS = f"User-agent: *\nAllow: {PREFIX}\nDisallow: /admin/\nDisallow: {ANSWERS}\n"
_REFERRER_POLICY = b"referrer-policy"
_SECURITY = (
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        b"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (_REFERRER_POLICY, b"strict-origin-when-cross-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")


METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"  # what Prometheus reads
MetricsSource = Callable[[], bytes]


class StaticFiles:
    """The files of one folder, held in memory under addresses that change with their content."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, Representation] = {}
        self._versions: dict[str, str] = {}
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            body = path.read_bytes()
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            charset = "; charset=utf-8" if kind.startswith("text/") else ""
            self._files[path.name] = prepare_representation(
                body,
                headers=((b"content-type", f"{kind}{charset}".encode()),),
                cache_control="public, max-age=31536000, immutable",
            )
            self._versions[path.name] = hashlib.sha256(body).hexdigest()[:12]

    def link(self, name: str) -> str:
        """Return the address of ``name``; SchedulerError where there is no such file."""
        if name not in self._versions:
            raise SchedulerError(
                f"a page template asks for static/{name}, which is not there: {', '.join(self._versions)}"
            )
        return f"/static/{name}?v={self._versions[name]}"

    def find(self, name: str) -> Representation | None:
        return self._files.get(name)


class AgendaBoard:
    """The public page as it is served now; the service's thread publishes, the event loop serves.

    ``templates`` is the folder of the web templates, with its ``static`` folder in it. Raises SchedulerError,
    as publish does, where a template cannot be used.
    """

    def __init__(self, templates: Path) -> None:
        self.static = StaticFiles(templates / "static")
        self.page: Representation | None = None
        self.codes: dict[str, Representation] = {}
        self.environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(templates),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.environment.globals["static"] = self.static.link
        self.environment.filters.update(weekday=word_weekday, day=word_day, date=word_date)
        self._agenda = self._load("agenda.html")
        self.not_found = self._render(self._load("not_found.html"))
        self.not_ready = self._render(self._load("not_ready.html"))

    def publish(self, agenda: Agenda) -> None:
        """Render ``agenda`` and show it from now on; where the template fails, the page stays as it was."""
        body = self._render(self._agenda, agenda=agenda).encode()
        if self.page is None or self.page.body != body:
            self.page = prepare_representation(body, headers=_HTML, cache_control="public, no-cache")
        self.codes = {plan.id: _prepare_code(plan.subscription.https, plan.title) for plan in agenda.plans}

    def _load(self, name: str) -> Template:
        try:
            return self.environment.get_template(name)
        except TemplateSyntaxError as error:
            raise SchedulerError(_word_fault(f"{error.name}:{error.lineno}", error)) from None
        except TemplateError as error:
            raise SchedulerError(_word_fault(name, error)) from None

    def _render(self, template: Template, **values: Agenda) -> str:
        try:
            return template.render(values)
        except TemplateError as error:
            raise SchedulerError(_word_fault(template.name or "", error)) from None


def _prepare_code(address: str, title: str) -> Representation:
    body = draw_code(address, f"Mã QR của lịch: {title}").encode()
    return prepare_representation(body, headers=_SVG, cache_control="public, no-cache")


def _word_fault(place: str, error: TemplateError) -> str:
    return f"templates/web/{place} cannot be used ({error}): mend it, or put the shipped file back"


class Pages:
    """What answers each path."""

    def __init__(self, board: AgendaBoard, health: HealthSource, metrics: MetricsSource) -> None:
        self._board = board
        self._health = health
        self._metrics = metrics

    async def show_agenda(self, request: Request) -> Response:
        if self._board.page is None:
            return HTMLResponse(self._board.not_ready, 503, {"retry-after": "2", "cache-control": "no-store"})
        return PreparedResponse(self._board.page)

    async def show_code(self, request: Request) -> Response:
        code = self._board.codes.get(request.path_params["plan"])
        if code is None:
            raise HTTPException(404)
        return PreparedResponse(code)

    async def show_static(self, request: Request) -> Response:
        file = self._board.static.find(request.path_params["name"])
        if file is None:
            raise HTTPException(404)
        return PreparedResponse(file)

    async def tell_alive(self, request: Request) -> Response:
        return JSONResponse({"alive": True}, headers={"cache-control": "no-store"})

    async def tell_ready(self, request: Request) -> Response:
        health = self._health.health()
        body = {"ready": health.ready, "reasons": list(health.reasons)}
        return JSONResponse(body, 200 if health.ready else 503, {"cache-control": "no-store"})

    async def show_metrics(self, request: Request) -> Response:
        return Response(self._metrics(), headers={"content-type": METRICS_TYPE, "cache-control": "no-store"})

    async def show_robots(self, request: Request) -> Response:
        return PlainTextResponse(_ROBOTS, headers={"cache-control": "public, max-age=3600"})

    async def show_not_found(self, request: Request, error: Exception) -> Response:
        return HTMLResponse(self._board.not_found, 404, {"cache-control": "no-store"})


class PreparedResponse(Response):
    """Sends a representation's prepared answer as it is."""

    def __init__(self, representation: Representation) -> None:
        super().__init__()
        self._representation = representation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._representation.choose_answer(scope["method"], scope["headers"]).send(send)


class SecurityHeaders:
    """Adds to every page the headers that keep a browser from doing more than the page needs."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = (*_SECURITY, _HSTS) if https else _SECURITY

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                # A copy: prepared messages are shared between requests.
                own = message["headers"]
                # Of two such policies a browser takes the last: a page that says more keeps its own.
                strict = any(name == _REFERRER_POLICY for name, _ in own)
                added = (pair for pair in self._headers if not strict or pair[0] != _REFERRER_POLICY)
                message = {**message, "headers": [*own, *added]}
            await send(message)

        await self._app(scope, receive, send_secured)


def build_pages(
    board: AgendaBoard,
    health: HealthSource,
    *,
    public_url: str,
    metrics: MetricsSource,
    answers: AnswerPages | None = None,
) -> ASGIApp:
    """Return the app of all that is not a feed; with an https ``public_url``, browsers are told to stay with it.

    ``answers`` None: there are no links in mails to be answered.
    """
    pages = Pages(board, health, metrics)
    app = Starlette(
        routes=[
            Route("/", pages.show_agenda),
            Route("/healthz", pages.tell_alive),
            Route("/readyz", pages.tell_ready),
            Route("/metrics", pages.show_metrics),
            Route("/robots.txt", pages.show_robots),
            Route("/static/{name}", pages.show_static),
            Route("/ma-qr/{plan}.svg", pages.show_code),
            *(() if answers is None else answers.list_routes()),
        ],
        exception_handlers={404: pages.show_not_found},
    )
    return SecurityHeaders(app, https=public_url.startswith("https:"))
