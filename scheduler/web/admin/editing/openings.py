"""Who has which file open in an editor, and what stood in it then: so that two who edit the same know of each other.

In memory, for the service's life: a text that is no longer known is a conflict that a person looks at, never a loss.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.drafts import digest_content
from scheduler.web.admin.sessions import Session

_STAYS_OPEN = timedelta(minutes=15)
_MOST_OCTETS = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody looked at an editor of ``file`` last ``at``."""

    session: Session
    file: str
    at: datetime


class Openings:
    """All editors that were open of late; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._openings: dict[tuple[str, str], Opening] = {}
        self._contents: OrderedDict[str, bytes] = OrderedDict()
        self._octets = 0

    def note(self, session: Session, file: str, content: bytes | None, now: datetime) -> None:
        """Note that a session was shown ``content`` of a file to edit; None where there is no file yet.

        Who may only look is no editor, and nobody is told of them.
        """
        with self._lock:
            self._openings = {key: one for key, one in self._openings.items() if now - one.at < _STAYS_OPEN}
            if session.admin.role == "admin":
                self._openings[session.id, file] = Opening(session, file, now)
            if content is not None:
                self._keep(digest_content(content), content)

    def close(self, session: Session, file: str) -> None:
        """Note that a session is done with a file."""
        with self._lock:
            self._openings.pop((session.id, file), None)

    def find_content(self, digest: str) -> bytes | None:
        """Return what was shown under this digest; None where that is too long ago."""
        with self._lock:
            return self._contents.get(digest)

    def list_openings(self, file: str, now: datetime) -> tuple[Opening, ...]:
        """Return who has the file open, the one who looked last first."""
        with self._lock:
            found = [one for one in self._openings.values() if one.file == file and now - one.at < _STAYS_OPEN]
        return tuple(sorted(found, key=lambda one: one.at, reverse=True))

    def _keep(self, digest: str, content: bytes) -> None:
        if digest not in self._contents:
            self._octets += len(content)
        self._contents[digest] = content
        self._contents.move_to_end(digest)
        while self._octets > _MOST_OCTETS and len(self._contents) > 1:
            self._octets -= len(self._contents.popitem(last=False)[1])
