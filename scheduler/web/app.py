"""Everything the service answers over HTTP, put together: feeds in front, pages behind."""

from __future__ import annotations

from starlette.types import ASGIApp

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
) -> ASGIApp:
    """Return the whole app; what it shows is what is published on ``shelf`` and ``board``, and ``metrics`` gives."""
    return FeedApp(shelf, build_pages(board, health, public_url=public_url, metrics=metrics))
