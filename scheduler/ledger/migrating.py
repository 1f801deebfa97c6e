"""Brings the tables of a ledger up to date, by the steps in ``migrations/``.

IO, within the caller's transaction. Loaded only where a ledger is new or older than the program.
"""

from __future__ import annotations

from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from scheduler.errors import LedgerError

_STEPS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, path: Path) -> None:
    """Take every step that the ledger in ``path`` lacks; LedgerError where a newer program wrote it."""
    config = Config()
    config.set_main_option("script_location", str(_STEPS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        raise LedgerError(f"{path}: the ledger was written by a newer program (revision {current}); install that one")
    upgrade(config, "head")
