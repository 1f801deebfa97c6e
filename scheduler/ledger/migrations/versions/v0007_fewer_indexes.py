"""Two indexes less to keep for every mail that is sent: those of the states and of the key answer what they did."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for name in ("deliveries_due_at", "deliveries_item"):
        op.drop_index(name, "deliveries")
