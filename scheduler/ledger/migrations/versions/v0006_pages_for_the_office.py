"""What people did on the pages, and indexes by which these find deliveries a page at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NO_LONGER_WAITING = {
    "deliveries_due_at": ["due_at", "plan", "next_at"],
    "deliveries_state": ["state", "due_at", "plan", "next_at"],
    "deliveries_unit": ["unit", "due_at"],
    "deliveries_item": ["item", "due_at"],
    "deliveries_address": ["address", "contact"],
}


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
    )
    for name in ("deliveries_state", "deliveries_next_at"):
        op.drop_index(name, "deliveries")
    op.create_index(
        "deliveries_next_at",
        "deliveries",
        ["next_at", "id", "state", "address", "contact", "unit", "item", "plan"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
    )
    for name, columns in _NO_LONGER_WAITING.items():
        op.create_index(name, "deliveries", columns, sqlite_where=sa.text("next_at IS NULL"))
