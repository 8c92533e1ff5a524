"""What keeping people's data well needs: what was removed, who was erased, which rules folded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("account", sa.Column("pruned_before", sa.BigInteger(), nullable=True))
    op.add_column(
        "account",
        sa.Column("definition_version", sa.Integer(), nullable=False, server_default="1"),
    )
    op.create_table(
        "erasure",
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("salt", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_erasure_account_id")),
        sa.PrimaryKeyConstraint("account_id", "digest", name=op.f("pk_erasure")),
    )
    op.create_index(
        "ix_post_account_id_created_at", "post", ["account_id", "created_at"], unique=False
    )
    op.create_index(
        "ix_post_text",
        "post",
        ["account_id", "created_at"],
        unique=False,
        sqlite_where=sa.text("text IS NOT NULL"),
        postgresql_where=sa.text("text IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_post_text",
        table_name="post",
        sqlite_where=sa.text("text IS NOT NULL"),
        postgresql_where=sa.text("text IS NOT NULL"),
    )
    op.drop_index("ix_post_account_id_created_at", table_name="post")
    op.drop_table("erasure")
    op.drop_column("account", "definition_version")
    op.drop_column("account", "pruned_before")
