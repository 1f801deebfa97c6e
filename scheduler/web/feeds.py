"""Calendar bytes -> answers to calendar clients: a shelf that is replaced whole, and the small ASGI app before it.

The service's thread publishes while the event loop serves; a request sees the shelf as it was before or after,
never between. Nothing is compressed, hashed or read from disk while a request waits.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from starlette.types import ASGIApp, Receive, Scope, Send

from scheduler.web.grants import GRANTED_PREFIX, Grant, split_token_path
from scheduler.web.representation import Headers, Representation, prepare_answer, prepare_representation

PREFIX = "/feeds/"
_PATH = re.compile(r"/feeds/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.ics")

_TEXT: Headers = ((b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"))
NOT_FOUND = prepare_answer(404, "Không có lịch ở địa chỉ này.\n".encode(), (*_TEXT, (b"cache-control", b"no-store")))
_NOT_ALLOWED = prepare_answer(405, "Lịch chỉ để đọc.\n".encode(), (*_TEXT, (b"allow", b"GET, HEAD")))


@dataclass(frozen=True, slots=True)
class Feed:
    """One published calendar: ``path`` is "/feeds/<name>.ics", ``modified_at`` the aware instant of its last change.

    ``alarmed`` is what ``?alarms=1`` gets, None where that makes no difference.
    """

    path: str
    body: bytes
    modified_at: datetime
    public: bool
    alarmed: bytes | None = None


def feed_path(name: str) -> str:
    """Return the path of the feed called ``name`` (a plan's id for the public feed of a whole plan)."""
    return f"{PREFIX}{name}.ics"


@dataclass(frozen=True, slots=True)
class _Served:
    plain: Representation
    alarmed: Representation


@dataclass(frozen=True, slots=True)
class _Shown:
    """All that is served, replaced as one."""

    public: Mapping[str, _Served] = field(default_factory=dict)
    private: Mapping[str, _Served] = field(default_factory=dict)
    # By a token's hash and the file together: a good token with a wrong file takes no longer than a wrong token.
    granted: Mapping[tuple[str, str], tuple[int, _Served]] = field(default_factory=dict)


class FeedShelf:
    """The feeds as they are served now, and the tokens that open the private ones."""

    def __init__(self) -> None:
        self._publishing = threading.Lock()
        self._shown = _Shown()
        self._noting = threading.Lock()
        self._used: set[int] = set()

    def publish(self, feeds: tuple[Feed, ...], grants: Mapping[str, Grant] = MappingProxyType({})) -> None:
        """Replace all feeds and grants (by a token's hash) at once; what has not changed keeps its prepared answers.

        A changed body is always given a later Last-Modified than the one it replaces. Raises ValueError
        for a path that is no feed's or stands twice, and then changes nothing.
        """
        times = Counter((feed.path, feed.public) for feed in feeds)
        if wrong := [path for (path, _), count in times.items() if count > 1 or not _PATH.fullmatch(path)]:
            raise ValueError(f"not one feed each at a path such as /feeds/name.ics: {', '.join(wrong)}")
        with self._publishing:
            shown = self._shown
            private = {feed.path: _prepare(feed, shown.private.get(feed.path)) for feed in feeds if not feed.public}
            self._shown = _Shown(
                {feed.path: _prepare(feed, shown.public.get(feed.path)) for feed in feeds if feed.public},
                private,
                {
                    (digest, grant.file): (grant.token_id, private[grant.path])
                    for digest, grant in grants.items()
                    if grant.path in private
                },
            )

    def find(self, path: str, query: bytes) -> Representation | None:
        """Return the feed that ``path`` opens, public or by its token, with alarms where ``query`` has alarms=1."""
        alarms = query != b"" and b"alarms=1" in query.split(b"&")
        feed = self.find_public(path, alarms=alarms)
        if feed is None and path.startswith(GRANTED_PREFIX):
            return self.find_granted(path, alarms=alarms)
        return feed

    def find_public(self, path: str, *, alarms: bool = False) -> Representation | None:
        """Return the public feed at ``path``."""
        served = self._shown.public.get(path)
        return None if served is None else served.alarmed if alarms else served.plain

    def find_granted(self, path: str, *, alarms: bool = False) -> Representation | None:
        """Return the private feed that the token in ``path`` opens, and note its use; None for any other path."""
        granted = self._shown.granted.get(split_token_path(path))
        if granted is None:
            return None
        token_id, served = granted
        with self._noting:
            self._used.add(token_id)
        return served.alarmed if alarms else served.plain

    def take_used(self) -> frozenset[int]:
        """Return the ids of the tokens used since this was last asked."""
        with self._noting:
            used, self._used = self._used, set()
        return frozenset(used)


class FeedApp:
    """Answers /feeds/… from the shelf and hands everything else to ``pages``.

    A private feed's path can be guessed, so the path alone never opens it: 404, as for a feed that is not.
    """

    def __init__(self, shelf: FeedShelf, pages: ASGIApp) -> None:
        self._shelf = shelf
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._pages(scope, receive, send)
            return
        method: str = scope["method"]
        path: str = scope["path"]
        if path.startswith(GRANTED_PREFIX):
            # A token counts as it was sent: none needs escapes, and undoing them takes time that a plain one does not.
            path = scope["raw_path"].decode("latin-1")
        feed = self._shelf.find(path, scope["query_string"])
        if feed is None:
            answer = NOT_FOUND
        elif method not in ("GET", "HEAD"):
            answer = _NOT_ALLOWED
        else:
            answer = feed.choose_answer(method, scope["headers"])
        await answer.send(send)


def _prepare(feed: Feed, before: _Served | None) -> _Served:
    plain = _prepare_one(feed, feed.body, None if before is None else before.plain)
    if feed.alarmed is None or feed.alarmed == feed.body:
        return _Served(plain, plain)
    alarmed = _prepare_one(feed, feed.alarmed, None if before is None else before.alarmed)
    return _Served(plain, alarmed)


def _prepare_one(feed: Feed, body: bytes, before: Representation | None) -> Representation:
    if before is not None and before.body == body:
        return before
    modified_at = feed.modified_at.replace(microsecond=0)
    if before is not None and before.modified_at is not None:
        # HTTP dates end at the second: two edits within one must not look alike to If-Modified-Since.
        modified_at = max(modified_at, before.modified_at + timedelta(seconds=1))
    name = feed.path.rpartition("/")[2]
    headers: Headers = (
        (b"content-type", b"text/calendar; charset=utf-8"),
        # Google's importer drops attachments.
        (b"content-disposition", f'inline; filename="{name}"'.encode()),
        (b"x-content-type-options", b"nosniff"),
    )
    if not feed.public:
        headers = (*headers, (b"x-robots-tag", b"noindex"), (b"referrer-policy", b"no-referrer"))
    return prepare_representation(
        body,
        headers=headers,
        # Caches may keep a feed and must ask before each use: an edit shows at once, and asking costs a 304.
        cache_control="public, no-cache" if feed.public else "private, no-cache",
        modified_at=modified_at,
    )
