"""Marks of reports, answers about visits, and the secret that signs the links in mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "report_marks",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("plan", sa.String, nullable=False),
        sa.Column("report", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        sa.Column("mark", sa.String, nullable=False),
        sa.Column("on_day", sa.Date),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_index("report_marks_place", "report_marks", ["plan", "report", "unit"])
    op.create_table(
        "visit_answers",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("plan", sa.String, nullable=False),
        sa.Column("visit", sa.String, nullable=False),
        sa.Column("contact", sa.String, nullable=False),
        sa.Column("occurrence", sa.String, nullable=False),
        sa.Column("reply", sa.String, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_index("visit_answers_place", "visit_answers", ["plan", "visit"])
    op.add_column("service", sa.Column("link_secret", sa.String))
