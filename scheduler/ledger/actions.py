"""Actions in the ledger: what people did on the pages for the office, who, and when.

IO. Rows are only ever added. What a click changed stands where it belongs; here is that it was that person's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine, insert, select

from scheduler.ledger.engine import begin_reading, begin_writing
from scheduler.ledger.schema import actions


class Did(StrEnum):
    RETRIED = "retried"
    SKIPPED = "skipped"
    PAUSED = "paused"
    RESUMED = "resumed"
    APPROVED = "approved"
    ADDRESS_GIVEN = "address-given"
    ADDRESS_REVOKED = "address-revoked"
    EXPORTED = "exported"
    EDITED = "edited"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Action:
    """``by`` names who did it, such as "admin lan"; ``about`` says to what."""

    made_at: datetime
    by: str
    did: Did
    about: str


class Actions:
    """All actions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, action: Action) -> None:
        values = {"made_at": action.made_at, "by": action.by, "action": action.did, "about": action.about}
        with begin_writing(self._engine) as connection:
            connection.execute(insert(actions).values(values))

    def find_last(self, did: Did, about: str) -> Action | None:
        """Return the last action of this kind about exactly this; None where nobody did."""
        columns = actions.c
        query = (
            select(columns.made_at, columns.by)
            .where(columns.action == did, columns.about == about)
            .order_by(columns.id.desc())
            .limit(1)
        )
        with begin_reading(self._engine) as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Action(row[0], row[1], did, about)

    def list_page(self, *, first: int, most: int) -> tuple[Action, ...]:
        """Return at most ``most`` actions, the newest first, from number ``first`` (from 0) on."""
        columns = actions.c
        query = (
            select(columns.made_at, columns.by, columns.action, columns.about)
            .order_by(columns.id.desc())
            .offset(first)
            .limit(most)
        )
        with begin_reading(self._engine) as connection:
            return tuple(Action(made_at, by, Did(did), about) for made_at, by, did, about in connection.execute(query))
