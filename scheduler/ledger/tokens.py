"""Tokens of private feeds in the ledger: who may read which feed, until when, and when it was last read.

IO. A token itself is nowhere: its SHA-256 is its key. Rows are never deleted and a revocation is never taken back, so
two counts tell whether anything changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, update
from sqlalchemy.exc import DatabaseError

from scheduler.errors import LedgerError
from scheduler.ledger.engine import begin_reading
from scheduler.ledger.schema import feed_tokens

TokensVersion = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FeedToken:
    """The right of one holder, on one device, to read one feed; ``plan`` is None for the feed of all plans.

    ``digest`` is the SHA-256 of the token in hex. ``last_used_at`` is right to some seconds, None when never used.
    """

    id: int
    digest: str
    plan: str | None
    feed: str
    holder: str
    device: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class Tokens:
    """All tokens ever given out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, *, digest: str, plan: str | None, feed: str, holder: str, device: str, now: datetime) -> int:
        """Record a new token and return its id."""
        values = {"digest": digest, "plan": plan, "feed": feed, "holder": holder, "device": device, "created_at": now}
        with self._begin() as connection:
            result = connection.execute(insert(feed_tokens).values(values))
        key = result.inserted_primary_key
        if key is None:
            raise LedgerError("the ledger took a token and gave it no id; look with `scheduler token list`")
        return int(key[0])

    def list_all(self) -> tuple[FeedToken, ...]:
        """Return every token, revoked ones too, by id."""
        with self._read() as connection:
            rows = connection.execute(select(feed_tokens).order_by(feed_tokens.c.id)).mappings()
            return tuple(FeedToken(**row) for row in rows)

    def list_active(self) -> tuple[FeedToken, ...]:
        """Return the tokens that open something, by id."""
        return tuple(token for token in self.list_all() if token.revoked_at is None)

    def revoke(self, token_id: int, now: datetime) -> bool:
        """Revoke a token for good; False when it was revoked before. LedgerError when there is none of that id."""
        columns = feed_tokens.c
        with self._begin() as connection:
            if connection.scalar(select(columns.id).where(columns.id == token_id)) is None:
                raise LedgerError(f"there is no token {token_id}; `scheduler token list` shows those there are")
            statement = update(feed_tokens).where(columns.id == token_id, columns.revoked_at.is_(None))
            return connection.execute(statement.values(revoked_at=now)).rowcount == 1

    def note_used(self, token_ids: Iterable[int], now: datetime) -> None:
        """Record that these tokens were used, in one transaction; for none, write nothing."""
        used = [{"token_id": token_id} for token_id in sorted(token_ids)]
        if not used:
            return
        statement = update(feed_tokens).where(feed_tokens.c.id == bindparam("token_id")).values(last_used_at=now)
        with self._begin() as connection:
            connection.execute(statement, used)

    def read_version(self) -> TokensVersion:
        """Return a value that differs whenever a token was added or revoked since; cheap enough for every second."""
        with self._read() as connection:
            added, revoked = connection.execute(select(func.count(), func.count(feed_tokens.c.revoked_at))).one()
            return added, revoked

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise _word(error) from error

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        try:
            with begin_reading(self._engine) as connection:
                yield connection
        except DatabaseError as error:
            raise _word(error) from error


def _word(error: DatabaseError) -> LedgerError:
    return LedgerError(f"the ledger's tokens cannot be read or written ({error.orig}); look at its file and try again")
