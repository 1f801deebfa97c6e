"""Edits in the ledger: those that wait for a person's approval, and the trail of who changed what, when.

IO.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert, select, update

from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.schema import edits, proposals


@dataclass(frozen=True, slots=True)
class WaitingEdit:
    """An edit that waits: ``fingerprint`` names it, ``reasons`` say why; ``approved_at`` None until it is approved."""

    fingerprint: str
    made_at: datetime
    reasons: tuple[str, ...]
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One file that an edit changed; ``before`` or ``after`` None where the file was new, or is gone."""

    made_at: datetime
    file: str
    before: str | None
    after: str | None
    author: str
    followed: str


@dataclass(frozen=True, slots=True)
class EditedFile:
    """One row of the trail without the texts; ``is_new`` and ``is_gone`` say that there was, or is, no file."""

    id: int
    made_at: datetime
    file: str
    author: str
    followed: str
    is_new: bool
    is_gone: bool


class Edits:
    """Edits of the configuration, as the service met them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_waiting(self) -> WaitingEdit | None:
        """Return the newest edit that has not been settled; None where none waits."""
        columns = proposals.c
        query = (
            select(columns.fingerprint, columns.made_at, columns.reasons, columns.approved_at)
            .where(columns.settled_at.is_(None))
            .order_by(columns.made_at.desc())
            .limit(1)
        )
        with begin_reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else WaitingEdit(row[0], row[1], tuple(row[2].splitlines()), row[3])

    def let_wait(self, fingerprint: str, reasons: tuple[str, ...], now: datetime) -> bool:
        """Note that an edit waits; others that waited are settled. False where this one waits already."""
        with begin_writing(self._engine) as connection:
            connection.execute(
                update(proposals)
                .where(proposals.c.settled_at.is_(None), proposals.c.fingerprint != fingerprint)
                .values(settled_at=now)
            )
            known = connection.execute(
                update(proposals)
                .where(proposals.c.fingerprint == fingerprint, proposals.c.settled_at.is_(None))
                .values(reasons="\n".join(reasons))
            ).rowcount
            if known:
                return False
            connection.execute(proposals.delete().where(proposals.c.fingerprint == fingerprint))
            connection.execute(
                insert(proposals).values(fingerprint=fingerprint, made_at=now, reasons="\n".join(reasons))
            )
        return True

    def approve(self, fingerprint: str, now: datetime) -> bool:
        """Approve a waiting edit; False where it does not wait, or was approved before."""
        statement = (
            update(proposals)
            .where(
                proposals.c.fingerprint == fingerprint,
                proposals.c.settled_at.is_(None),
                proposals.c.approved_at.is_(None),
            )
            .values(approved_at=now)
        )
        with begin_writing(self._engine) as connection:
            return connection.execute(statement).rowcount == 1

    def settle(self, now: datetime) -> None:
        """Note that nothing waits any more."""
        with begin_writing(self._engine) as connection:
            connection.execute(update(proposals).where(proposals.c.settled_at.is_(None)).values(settled_at=now))

    def record(self, changed: Iterable[FileEdit]) -> None:
        """Add to the trail."""
        rows = [
            {
                "made_at": edit.made_at,
                "file": edit.file,
                "before": edit.before,
                "after": edit.after,
                "author": edit.author,
                "followed": edit.followed,
            }
            for edit in changed
        ]
        if rows:
            with begin_writing(self._engine) as connection:
                connection.execute(insert(edits), rows)

    def list_edits(self) -> tuple[FileEdit, ...]:
        """Return the trail, oldest first."""
        columns = edits.c
        query = select(
            columns.made_at, columns.file, columns.before, columns.after, columns.author, columns.followed
        ).order_by(columns.id)
        with begin_reading(self._engine) as connection:
            return tuple(FileEdit(*row) for row in connection.execute(query))

    def list_page(self, *, first: int, most: int) -> tuple[EditedFile, ...]:
        """Return at most ``most`` rows of the trail, the newest first, from number ``first`` (from 0) on."""
        columns = edits.c
        query = (
            select(
                columns.id,
                columns.made_at,
                columns.file,
                columns.author,
                columns.followed,
                columns.before.is_(None),
                columns.after.is_(None),
            )
            .order_by(columns.id.desc())
            .offset(first)
            .limit(most)
        )
        with begin_reading(self._engine) as connection:
            return tuple(EditedFile(*row) for row in connection.execute(query))

    def find(self, edit_id: int) -> FileEdit | None:
        """Return one row of the trail with its texts."""
        columns = edits.c
        query = select(
            columns.made_at, columns.file, columns.before, columns.after, columns.author, columns.followed
        ).where(columns.id == edit_id)
        with begin_reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else FileEdit(*row)
