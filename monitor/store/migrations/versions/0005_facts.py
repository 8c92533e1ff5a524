"""When a fact was written, and what more is to be told of it; facts by wait and by account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "alert", sa.Column("written_at", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column("alert", sa.Column("details", sa.Text(), nullable=False, server_default="{}"))
    alert = sa.table("alert", sa.column("at"), sa.column("written_at"))
    op.execute(sa.update(alert).values(written_at=alert.c.at))
    op.create_index("ix_alert_wait", "alert", ["wait"], unique=False)
    op.create_index(
        "ix_alert_of_account",
        "alert",
        ["account_id", "kind", "number"],
        unique=False,
        sqlite_where=sa.text("wait IS NULL"),
        postgresql_where=sa.text("wait IS NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_alert_of_account",
        table_name="alert",
        sqlite_where=sa.text("wait IS NULL"),
        postgresql_where=sa.text("wait IS NULL"),
    )
    op.drop_index("ix_alert_wait", table_name="alert")
    op.execute(sa.text("DELETE FROM alert WHERE wait IS NULL OR target_id IS NULL"))
    op.drop_column("alert", "details")
    op.drop_column("alert", "written_at")
