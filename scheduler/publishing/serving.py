"""Plans and tokens -> the web's shelf, kept in step with both while the service runs.

Shell. The service publishes from its own thread, a watch on the ledger's tokens from another; a request sees the shelf
as it was before or after, and never waits for either.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date

import structlog

from scheduler.clock import Clock
from scheduler.errors import LedgerError
from scheduler.ledger import FeedToken
from scheduler.ledger.tokens import Tokens, TokensVersion
from scheduler.model import RecordedEvent
from scheduler.publishing.building import FeedBuilder, FeedSite, private_path
from scheduler.snapshot import Snapshot
from scheduler.web.feeds import FeedShelf
from scheduler.web.grants import Grant

LOOK_EVERY_SECONDS = 1.0
LOOKS_BETWEEN_NOTES = 10

_log = structlog.get_logger(__name__)


class FeedPublisher:
    """Puts on a shelf the feeds of the last snapshot, and the private ones that its tokens open."""

    def __init__(self, shelf: FeedShelf, site: FeedSite) -> None:
        self._shelf = shelf
        self._builder = FeedBuilder(site)
        self._lock = threading.Lock()
        self._last: tuple[Snapshot, tuple[RecordedEvent, ...], date] | None = None
        self._grants: dict[str, Grant] = {}
        self._reported: frozenset[str] = frozenset()

    def publish(self, snapshot: Snapshot, recorded: tuple[RecordedEvent, ...], today: date) -> None:
        """Publish ``snapshot`` as it reads on ``today``; what cannot be shown is left out and logged once."""
        with self._lock:
            self._last = (snapshot, recorded, today)
            self._rebuild()

    def admit(self, tokens: Iterable[FeedToken]) -> None:
        """Let exactly these tokens open the private feeds they are for."""
        with self._lock:
            self._grants = {token.digest: Grant(token.id, private_path(token.plan, token.feed)) for token in tokens}
            self._rebuild()

    def _rebuild(self) -> None:
        if self._last is None:
            return
        # Only private feeds that somebody may read are built.
        built = self._builder.build(*self._last, frozenset(grant.path for grant in self._grants.values()))
        self._shelf.publish(built.feeds, self._grants)
        for sentence in built.left_out:
            if sentence not in self._reported:
                _log.error("left out of the feeds", problem=sentence)
        self._reported = frozenset(built.left_out)


class TokenWatch:
    """Looks every second whether a token was added or revoked, and notes in the ledger which ones were used."""

    def __init__(self, tokens: Tokens, publisher: FeedPublisher, shelf: FeedShelf, clock: Clock) -> None:
        self._tokens = tokens
        self._publisher = publisher
        self._shelf = shelf
        self._clock = clock
        self._version: TokensVersion | None = None
        self._unnoted: frozenset[int] = frozenset()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="token-watch", daemon=True)

    def start(self) -> None:
        """Admit the tokens there are, then keep looking."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """Look no longer, and note the last uses."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self.note_used()

    def look(self) -> None:
        """Admit the ledger's tokens if they changed since the last look. A ledger that is busy is looked at again."""
        try:
            version = self._tokens.read_version()
            if version == self._version:
                return
            active = self._tokens.list_active()
        except LedgerError as error:
            _log.warning("tokens cannot be read; those admitted before stay", problem=str(error))
            return
        self._publisher.admit(active)
        self._version = version
        _log.info("tokens admitted", count=len(active))

    def note_used(self) -> None:
        """Write which tokens were used since the last note, in one transaction; where that fails, with the next."""
        self._unnoted |= self._shelf.take_used()
        try:
            self._tokens.note_used(self._unnoted, self._clock.now())
        except LedgerError as error:
            _log.warning("the use of tokens cannot be noted yet", problem=str(error))
            return
        self._unnoted = frozenset()

    def _watch(self) -> None:
        looks = 0
        while not self._stopping.wait(LOOK_EVERY_SECONDS):
            self.look()
            looks += 1
            if looks % LOOKS_BETWEEN_NOTES == 0:
                self.note_used()
