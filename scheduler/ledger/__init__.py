"""The ledger: the only durable state, and the only room with SQL.

IO. ``Ledger.open(url)`` gives one object with its stages: planning, sending, history, the events, the control
over the service as a whole, the tokens of private feeds, the trail of edits, the arrivals of reports and the answers
about visits; deliveries a page at a time, and what people did on the pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from scheduler.changes import EventChanges, ReminderChanges
from scheduler.errors import LedgerError
from scheduler.ledger.actions import Action, Actions, Did
from scheduler.ledger.arrivals import Arrivals
from scheduler.ledger.attendance import Attendance
from scheduler.ledger.backup import back_up
from scheduler.ledger.browsing import Browsing, DayCount, DeliveryFilter, Reader
from scheduler.ledger.control import Control, name_claimant
from scheduler.ledger.edits import EditedFile, Edits, FileEdit, WaitingEdit
from scheduler.ledger.engine import begin_writing, find_sqlite_file, hold_instance_lock, open_engine
from scheduler.ledger.events import Events, write_events
from scheduler.ledger.groups import Claim, Committed, FrozenMessage, Result
from scheduler.ledger.history import History, PastAttempt, StateCount
from scheduler.ledger.planning import Planning, write_reminders
from scheduler.ledger.sending import Sending
from scheduler.ledger.tokens import FeedToken, Tokens

__all__ = [
    "Action",
    "Claim",
    "Committed",
    "Control",
    "DayCount",
    "DeliveryFilter",
    "Did",
    "EditedFile",
    "FeedToken",
    "FileEdit",
    "FrozenMessage",
    "Ledger",
    "PastAttempt",
    "Reader",
    "Result",
    "StateCount",
    "WaitingEdit",
    "back_up",
    "find_sqlite_file",
    "hold_instance_lock",
]


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger; close it when done."""

    engine: Engine
    planning: Planning
    sending: Sending
    history: History
    events: Events
    control: Control
    tokens: Tokens
    edits: Edits
    arrivals: Arrivals
    attendance: Attendance
    browsing: Browsing
    actions: Actions

    @classmethod
    def open(cls, url: str) -> Ledger:
        """Open (and make or migrate) the ledger at an SQLAlchemy URL; raises LedgerError."""
        path = find_sqlite_file(url)
        if path is None:
            raise LedgerError(f"ledger.url '{url}': only SQLite is supported; write sqlite:///var/ledger.sqlite3")
        engine = open_engine(url)
        return cls(
            engine,
            Planning(engine),
            Sending(engine, name_claimant()),
            History(engine),
            Events(engine),
            Control(engine, path),
            Tokens(engine),
            Edits(engine),
            Arrivals(engine),
            Attendance(engine),
            Browsing(engine),
            Actions(engine),
        )

    def apply(self, changes: Iterable[tuple[EventChanges, ReminderChanges]], now: datetime) -> None:
        """Write what one edit changes in all plans, in one transaction; without any change, write nothing."""
        some = [(events, reminders) for events, reminders in changes if events.record or not reminders.is_empty]
        if some:
            with begin_writing(self.engine) as connection:
                for events, reminders in some:
                    write_events(connection, events)
                    write_reminders(connection, reminders, now)

    def close(self) -> None:
        self.sending.close()
        self.browsing.close()
        self.engine.dispose()
        self.control.close()
