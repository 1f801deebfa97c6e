"""What each mail told, edits that wait for approval, and the trail of edits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("truth", sa.Text, nullable=False, server_default=""))
    op.create_table(
        "proposals",
        sa.Column("fingerprint", sa.String, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("reasons", sa.Text, nullable=False),
        sa.Column("approved_at", sa.BigInteger),
        sa.Column("settled_at", sa.BigInteger),
    )
    op.create_table(
        "edits",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("author", sa.String, nullable=False),
        sa.Column("followed", sa.Text, nullable=False),
    )
