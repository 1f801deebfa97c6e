"""Tokens of private feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "feed_tokens",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("digest", sa.String, nullable=False, unique=True),
        sa.Column("plan", sa.String),
        sa.Column("feed", sa.String, nullable=False),
        sa.Column("holder", sa.String, nullable=False),
        sa.Column("device", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("last_used_at", sa.BigInteger),
        sa.Column("revoked_at", sa.BigInteger),
    )
