"""The index on series holds the rows that were sent or may have been: no query asks for the others by their series."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.drop_index("deliveries_series", "deliveries")
    op.create_index(
        "deliveries_sent_series",
        "deliveries",
        ["series", "due_at"],
        sqlite_where=sa.text("(+state = 'sending' OR +state = 'sent' OR +state = 'unconfirmed')"),
    )
