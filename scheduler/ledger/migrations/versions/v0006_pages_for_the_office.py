"""What people did on the pages, and indexes by which these find deliveries a page at a time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "actions",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
    )
    op.drop_index("deliveries_state", "deliveries")
    op.create_index("deliveries_state", "deliveries", ["state", "due_at"])
    op.create_index("deliveries_due_at", "deliveries", ["due_at"])
    op.create_index("deliveries_unit", "deliveries", ["unit", "due_at"])
    op.create_index("deliveries_item", "deliveries", ["item", "due_at"])
    op.create_index("deliveries_address", "deliveries", ["address", "contact"])
