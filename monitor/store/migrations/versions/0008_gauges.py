"""Gauges that are measured now and then, the histograms' layout, open waits by an index alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_IS_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    op.create_table("bound", sa.Column("le", sa.Float(), nullable=False, primary_key=True))
    op.create_table(
        "gauge",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_gauge_account_id")),
        sa.PrimaryKeyConstraint("account_id", "metric", "label", name=op.f("pk_gauge")),
    )
    _index_open_waits("account_id", "live", "kind", "opened_at", "status")


def downgrade() -> None:
    _index_open_waits("account_id", "kind", "opened_at")
    op.drop_table("gauge")
    op.drop_table("bound")


def _index_open_waits(*columns: str) -> None:
    op.drop_index("ix_wait_open", table_name="wait")
    op.create_index(
        "ix_wait_open", "wait", [*columns], sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN
    )
