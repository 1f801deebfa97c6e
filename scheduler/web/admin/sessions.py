"""Who is signed in: sessions in memory, each under a random id that its browser alone holds (docs/adr/0006).

IO: random numbers; the time comes with each question. A session ends when it is signed out, idle for too long or too
old, and when its admin is removed or has another password or role.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scheduler.model import Admin

_MOST_BY_ADMIN = 20


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts without being used, and at all."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in. ``admin`` is who signed in, as of then; ``csrf`` stands in each form of its pages."""

    id: str
    admin: Admin
    csrf: str
    began_at: datetime
    used_at: datetime

    def owns(self, token: str) -> bool:
        """Say whether ``token`` is that of this session's forms; always the same time."""
        return hmac.compare_digest(self.csrf.encode(), token.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Notice:
    """What the next page tells once: what came of the last click. ``secret`` is an address that is shown this once."""

    text: str
    is_good: bool = True
    secret: str | None = None
    detail: str = ""


class Sessions:
    """All sessions; any thread may ask."""

    def __init__(self, lifetime: Lifetime) -> None:
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}
        self._notices: dict[str, Notice] = {}

    def begin(self, admin: Admin, now: datetime) -> Session:
        """Begin a session under a new id; of one admin's the least used ends where there are very many."""
        session = Session(secrets.token_urlsafe(32), admin, secrets.token_urlsafe(32), now, now)
        with self._lock:
            self._drop(one for one in self._sessions.values() if self._is_over(one, now))
            own = sorted((s for s in self._sessions.values() if s.admin.id == admin.id), key=lambda s: s.used_at)
            self._drop(own[: max(0, len(own) - _MOST_BY_ADMIN + 1)])
            self._sessions[session.id] = session
        return session

    def find(self, session_id: str, admins: tuple[Admin, ...], now: datetime) -> Session | None:
        """Return the session and note its use; None where there is none, or its admin may sign in no more as then."""
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None:
                return None
            if self._is_over(session, now) or not _is_unchanged(session.admin, admins):
                self._drop((session,))
                return None
            self._sessions[session_id] = session = replace(session, used_at=now)
            return session

    def end(self, session_id: str) -> None:
        with self._lock:
            self._sessions.pop(session_id, None)
            self._notices.pop(session_id, None)

    def list_of(self, admin_id: str) -> tuple[Session, ...]:
        """Return the sessions of one admin, over or not."""
        with self._lock:
            return tuple(session for session in self._sessions.values() if session.admin.id == admin_id)

    def leave_notice(self, session: Session, notice: Notice) -> None:
        """Let the session's next page tell ``notice``."""
        with self._lock:
            if session.id in self._sessions:
                self._notices[session.id] = notice

    def take_notice(self, session: Session) -> Notice | None:
        """Return what is to be told, once."""
        with self._lock:
            return self._notices.pop(session.id, None)

    def _is_over(self, session: Session, now: datetime) -> bool:
        return now - session.used_at >= self._lifetime.idle or now - session.began_at >= self._lifetime.longest

    def _drop(self, sessions: Iterable[Session]) -> None:
        for session in list(sessions):
            del self._sessions[session.id]
            self._notices.pop(session.id, None)


def _is_unchanged(admin: Admin, admins: tuple[Admin, ...]) -> bool:
    now = next((one for one in admins if one.id == admin.id), None)
    return now is not None and (now.hash, now.role) == (admin.hash, admin.role)
