"""The ledger: the only durable state, and the only room with SQL.

IO. ``Ledger.open(url)`` gives one object with its stages: planning, sending, history, and the events.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from scheduler.ledger.engine import find_sqlite_file, hold_instance_lock, open_engine
from scheduler.ledger.events import Events
from scheduler.ledger.history import History, StateCount
from scheduler.ledger.planning import Planning
from scheduler.ledger.sending import FrozenMessage, Sending

__all__ = ["FrozenMessage", "Ledger", "StateCount", "find_sqlite_file", "hold_instance_lock"]


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger; close it when done."""

    engine: Engine
    planning: Planning
    sending: Sending
    history: History
    events: Events

    @classmethod
    def open(cls, url: str) -> Ledger:
        """Open (and make or migrate) the ledger at an SQLAlchemy URL; raises LedgerError."""
        engine = open_engine(url)
        return cls(engine, Planning(engine), Sending(engine), History(engine), Events(engine))

    def close(self) -> None:
        self.engine.dispose()
