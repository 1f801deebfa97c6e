"""The first page."""

from __future__ import annotations

from starlette.responses import Response

from scheduler.web.admin.asking import Asked
from scheduler.web.admin.desk import Desk


def show_overview(desk: Desk, asked: Asked) -> Response:
    return desk.show("overview", asked, None)
