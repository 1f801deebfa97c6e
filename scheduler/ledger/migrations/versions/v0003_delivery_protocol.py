"""Claims with a lease, pauses, and the identity by which a copied ledger is known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("claims", sa.Integer, nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("claimed_by", sa.String))
    op.add_column("deliveries", sa.Column("leased_until", sa.BigInteger))
    # Until now each claim counted as an attempt; its number is the key of the table of attempts.
    op.execute("UPDATE deliveries SET claims = attempts")
    op.create_index("deliveries_state", "deliveries", ["state"])
    service = op.create_table(
        "service",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identity", sa.String),
        sa.Column("paused_by", sa.String),
        sa.Column("pause_reason", sa.Text),
        sa.Column("paused_since", sa.BigInteger),
        sa.Column("paused_until", sa.BigInteger),
    )
    op.bulk_insert(service, [{"id": 1}])
