"""Alembic's entry: runs the versions on the connection that engine.py hands over."""

from __future__ import annotations

from alembic import context

from scheduler.ledger.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
