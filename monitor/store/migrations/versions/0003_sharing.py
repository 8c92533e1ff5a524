"""What several processes on one database need: who polls which account, and tells which alert."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("account", sa.Column("leased_by", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("leased_until", sa.BigInteger(), nullable=True))
    op.add_column("alert", sa.Column("leased_until", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("alert", "leased_until")
    op.drop_column("account", "leased_until")
    op.drop_column("account", "leased_by")
