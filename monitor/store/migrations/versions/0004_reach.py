"""How far posts had reached at earlier instants."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "reach_sample",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reach", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_reach_sample_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "native_id", "at", name=op.f("pk_reach_sample")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reach_sample_at", "reach_sample", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_reach_sample_at", table_name="reach_sample")
    op.drop_table("reach_sample")
