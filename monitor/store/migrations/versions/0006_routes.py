"""Who is told what: notices, messages as they were composed, silences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNROUTED, UNTOLD = sa.text("routed_at IS NULL"), sa.text("told_at IS NULL")
UNSETTLED = sa.text("next_try_at IS NOT NULL")
PENDING = sa.text("message IS NULL AND dropped IS NULL")


def upgrade() -> None:
    _route_alerts()
    op.create_table(
        "message",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("notifier", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("composed_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("next_try_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    for columns in (["notifier", "route", "composed_at"], ["notifier", "tried_at"]):
        op.create_index(f"ix_message_{'_'.join(columns)}", "message", columns)
    op.create_index(
        "ix_message_unsettled",
        "message",
        ["notifier", "next_try_at"],
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )
    op.create_table(
        "notice",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("alert", NUMBER, nullable=False),
        sa.Column("notifier", sa.Text(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("look_again_at", sa.BigInteger(), nullable=True),
        sa.Column("message", NUMBER, nullable=True),
        sa.Column("dropped", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alert"], ["alert.number"], name=op.f("fk_notice_alert")),
        sa.ForeignKeyConstraint(["message"], ["message.number"], name=op.f("fk_notice_message")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "alert", "notifier", "after", "turn", name=op.f("uq_notice_alert_notifier_after_turn")
        ),
    )
    op.create_index("ix_notice_message", "notice", ["message"])
    op.create_index(
        "ix_notice_pending",
        "notice",
        ["notifier", "route", "not_before"],
        sqlite_where=PENDING,
        postgresql_where=PENDING,
    )
    op.create_table(
        "notifier_tally",
        sa.Column("notifier", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("notifier", "reason", name=op.f("pk_notifier_tally")),
    )
    op.create_table(
        "silence",
        sa.Column("number", NUMBER, autoincrement=True, nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("until_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_silence")),
    )
    op.create_index("ix_silence_until_at", "silence", ["until_at"])


def downgrade() -> None:
    for table in ("silence", "notifier_tally", "notice", "message"):
        op.drop_table(table)
    op.drop_index("ix_alert_unrouted", table_name="alert")
    op.add_column("alert", sa.Column("told_at", sa.BigInteger(), nullable=True))
    op.add_column("alert", sa.Column("leased_until", sa.BigInteger(), nullable=True))
    alert = sa.table("alert", sa.column("told_at"), sa.column("routed_at"))
    op.execute(sa.update(alert).values(told_at=alert.c.routed_at))
    op.drop_column("alert", "routed_at")
    op.create_index(
        "ix_alert_untold",
        "alert",
        ["number"],
        sqlite_where=UNTOLD,
        postgresql_where=UNTOLD,
    )


def _route_alerts() -> None:
    """What was told is routed; what was not will be."""
    op.drop_index("ix_alert_untold", table_name="alert")
    op.add_column("alert", sa.Column("routed_at", sa.BigInteger(), nullable=True))
    alert = sa.table("alert", sa.column("told_at"), sa.column("routed_at"))
    op.execute(sa.update(alert).values(routed_at=alert.c.told_at))
    op.drop_column("alert", "leased_until")
    op.drop_column("alert", "told_at")
    op.create_index(
        "ix_alert_unrouted",
        "alert",
        ["number"],
        sqlite_where=UNROUTED,
        postgresql_where=UNROUTED,
    )
