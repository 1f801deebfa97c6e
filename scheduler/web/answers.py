"""The pages behind the signed links in mails: one question, answered without an account.

IO. GET and HEAD change nothing, so that a scanner that opens every link of a mail does no harm. What opens nothing
says no more than that. Tokens are written nowhere.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from scheduler.arrivals import Standing
from scheduler.attendance import Reply
from scheduler.clock import Clock
from scheduler.errors import LedgerError
from scheduler.links import PREFIX
from scheduler.replies import LONGEST_WORDS, Closed, Question, ReadReply, VisitQuestion

LARGEST_BODY = 4096
MOST_POSTS = 20
PER = timedelta(minutes=10)

_MOST_KEPT = 10_000
_MOST_FIELDS = 8
_PRIVATE = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
}
_STATUS = {Closed.UNKNOWN: 404, Closed.OVER: 410}


class Answers(Protocol):
    """What the pages ask of the service; ``scheduler.answering`` has the one over the ledger. May wait."""

    def look(self, token: str) -> Question | Closed: ...

    def answer(self, token: str, form: Mapping[str, str]) -> tuple[Question | Closed, ReadReply | None]: ...


class AnswerPages:
    """Answers what stands under ``/tra-loi/``; ``environment`` holds the web templates."""

    def __init__(self, answers: Answers, environment: Environment, clock: Clock, public_url: str) -> None:
        self._answers = answers
        self._clock = clock
        self._origin = _find_origin(public_url)
        self._bound = PostBound()
        self._page = environment.get_template("answer.html")
        self._closed = environment.get_template("answer_closed.html")

    def list_routes(self) -> list[Route]:
        """Return the routes of the pages."""
        path = f"{PREFIX}{{token}}"
        return [Route(path, self.show, methods=["GET", "HEAD"]), Route(path, self.take, methods=["POST"])]

    async def show(self, request: Request) -> Response:
        try:
            found = await run_in_threadpool(self._answers.look, request.path_params["token"])
        except LedgerError:
            return self._refuse(503, "busy")
        return self._render(found, None)

    async def take(self, request: Request) -> Response:
        token = request.path_params["token"]
        if not self._is_own_click(request):
            return self._refuse(403, "foreign")
        form = await _read_form(request)
        if form is None:
            return self._refuse(413, "large")
        try:
            # Only tokens of ours are counted: those that open nothing cost a signature, and no memory.
            known = await run_in_threadpool(self._answers.look, token) is not Closed.UNKNOWN
            if known and not self._bound.admit(token, self._clock.now()):
                return self._refuse(429, "often")
            found, read = await run_in_threadpool(self._answers.answer, token, form)
        except LedgerError:
            return self._refuse(503, "busy")
        if isinstance(found, Closed) or read is not None:
            return self._render(found, read, status=422 if read is not None else None)
        # The answer stands; a reload of what follows sends nothing again.
        return RedirectResponse(f"{PREFIX}{token}", 303, headers=_PRIVATE)

    def _is_own_click(self, request: Request) -> bool:
        """Tell whether the form was sent from our own page, as far as a browser says.

        A second line of defence: there is no session that another site could ride on. The token in the path is all that
        a post needs, and whoever has it may post it by any means.
        """
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        # Our own forms say "null", since their pages send no referrer; over plain HTTP, and from browsers of before
        # 2023, that is all there is. Refusing it would shut those readers out and keep nobody else out.
        origin = request.headers.get("origin")
        own = {self._origin, f"{request.url.scheme}://{request.headers.get('host', '')}".lower()}
        return origin is None or origin == "null" or origin.lower() in own

    def _render(self, found: Question | Closed, read: ReadReply | None, *, status: int | None = None) -> Response:
        if isinstance(found, Closed):
            return self._refuse(_STATUS[found], str(found))
        page = self._page.render(
            question=found,
            kind="visit" if isinstance(found, VisitQuestion) else "report",
            read=read,
            reply=Reply,
            standing=Standing,
            longest=LONGEST_WORDS,
        )
        return HTMLResponse(page, status or 200, _PRIVATE)

    def _refuse(self, status: int, why: str) -> Response:
        return HTMLResponse(self._closed.render(why=why), status, _PRIVATE)


class PostBound:
    """How often one link may be used within a while; bounded in number, and by hash: the tokens are not kept."""

    def __init__(self) -> None:
        self._posts: OrderedDict[bytes, tuple[datetime, int]] = OrderedDict()

    def admit(self, token: str, now: datetime) -> bool:
        """Count a use; False where there were too many."""
        key = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        since, count = self._posts.pop(key, (now, 0))
        if not now - PER < since <= now:
            since, count = now, 0
        self._posts[key] = (since, count + 1)
        if len(self._posts) > _MOST_KEPT:
            self._posts.popitem(last=False)
        return count < MOST_POSTS


async def _read_form(request: Request) -> dict[str, str] | None:
    """Return the fields of a small form; None where the body is larger than one can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    try:
        fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return None
    return dict(fields)


def _find_origin(public_url: str) -> str:
    parts = urlsplit(public_url)
    return f"{parts.scheme}://{parts.netloc}".lower()
