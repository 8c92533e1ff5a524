"""When the platform last told of a wait's post: to ask for it is not to be told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("wait", sa.Column("found_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("wait", "found_at")
