"""First ledger: deliveries, their messages and attempts, and event revisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("key", sa.String, nullable=False, unique=True),
        sa.Column("series", sa.String, nullable=False),
        sa.Column("plan", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("item", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("occurrence", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("template", sa.String, nullable=False),
        sa.Column("contact", sa.String, nullable=False),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("useful_until", sa.BigInteger, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False, server_default="planned"),
        sa.Column("next_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("doubts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("silences", sa.Integer, nullable=False, server_default="0"),
        sa.Column("in_doubt", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("message_id", sa.String),
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
    )
    op.create_index("deliveries_next_at", "deliveries", ["next_at"])
    op.create_index("deliveries_series", "deliveries", ["series"])
    op.create_table(
        "messages",
        sa.Column("delivery_id", _KEY, sa.ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.String, nullable=False),
        sa.Column("sender", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("written_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("delivery_id", _KEY, sa.ForeignKey("deliveries.id"), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("outcome", sa.String),
        sa.Column("response", sa.Text, nullable=False, server_default=""),
    )
    op.create_table(
        "events",
        sa.Column("uid", sa.String, primary_key=True),
        sa.Column("plan", sa.String, nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("modified_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_index("ix_events_plan", "events", ["plan"])
