"""An index of the few deliveries that were tried and wait: else all that waits is gone through to find them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_index(
        "deliveries_waiting_again",
        "deliveries",
        ["state", "next_at", "id", "plan"],
        sqlite_where=sa.text("next_at IS NOT NULL AND state != 'planned'"),
    )
