"""Everything the service answers over HTTP, put together: feeds in front, pages behind."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.web.admin.app import PREFIX as ADMIN_PREFIX
from scheduler.web.answers import AnswerPages
from scheduler.web.feeds import FeedApp, FeedShelf
from scheduler.web.health import HealthSource
from scheduler.web.pages import AgendaBoard, MetricsSource, build_pages


def build_app(
    shelf: FeedShelf,
    board: AgendaBoard,
    health: HealthSource,
    *,
    public_url: str,
    metrics: MetricsSource = lambda: b"",
    admin: ASGIApp | None = None,
    answers: AnswerPages | None = None,
) -> ASGIApp:
    """Return the whole app; what it shows is what is published on ``shelf`` and ``board``, and ``metrics`` gives.

    ``admin`` answers what stands under /admin, None where there are no pages for the office; ``answers`` answers
    the links in mails.
    """
    pages = build_pages(board, health, public_url=public_url, metrics=metrics, answers=answers)
    return FeedApp(shelf, pages if admin is None else _Branch(admin, pages))


class _Branch:
    """Hands /admin and what is under it to one app, and all else to the other."""

    def __init__(self, admin: ASGIApp, others: ASGIApp) -> None:
        self._admin = admin
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_admin = scope["type"] == "http" and (path == ADMIN_PREFIX or path.startswith(f"{ADMIN_PREFIX}/"))
        await (self._admin if is_admin else self._others)(scope, receive, send)
