"""The tables. Times are whole microseconds since 1970 in UTC; spans are microseconds too.

Nothing here is peculiar to one database.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from monitor.domain.wait import Status

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

Number = BigInteger().with_variant(Integer, "sqlite")
"""Of rows that number themselves: SQLite does so for INTEGER alone."""

LARGEST = 2**63 - 1
"""A database counts no further, and SQLite cannot be asked for more."""


def _account() -> Column[int]:
    return Column("account_id", Number, ForeignKey("account.id"), nullable=False, primary_key=True)


def _of_account() -> Column[int]:
    return Column("account_id", Number, ForeignKey("account.id"), nullable=False)


account = Table(
    "account",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("ids", Text, nullable=False),  # JSON: handle -> platform id
    Column("cursor", Text, nullable=False),  # JSON, the connector's own
    Column("live_since", BigInteger),  # when the first poll ended
    Column("next_poll_at", BigInteger),
    Column("last_success_at", BigInteger),
    Column("failing_since", BigInteger),
    Column("failures", Integer, nullable=False),  # in a row
    Column("reason", Text),
    Column("clock_offset", BigInteger),  # the host's clock minus the platform's
    Column("rate_limit_left", BigInteger),
    Column("pruned_before", BigInteger),  # older posts that are not stored were removed
    Column("definition_version", Integer, nullable=False),
    Column("leased_by", Text),  # the process that asks the platform about it at this moment
    Column("leased_until", BigInteger),
    Index("ix_account_next_poll_at", "next_poll_at"),
)

coverage = Table(
    "coverage",
    metadata,
    _account(),
    Column("from_at", BigInteger, primary_key=True),
    Column("until_at", BigInteger, nullable=False),
    Column("live", Boolean, nullable=False, primary_key=True),  # the watermark is its end
)

target = Table(
    "target",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),
    Column("metric", Text, nullable=False),
    Column("within", BigInteger, nullable=False),
    Column("objective", Float, nullable=False),
)

# Every id ever named, unseen parents and roots too. A conversation is called by one of its ids.
node = Table(
    "node",
    metadata,
    _account(),
    Column("native_id", Text, primary_key=True),
    Column("conversation", Text, nullable=False),
    Index("ix_node_account_id_conversation", "account_id", "conversation"),
)

post = Table(
    "post",
    metadata,
    _account(),
    Column("native_id", Text, primary_key=True),
    Column("author_id", Text, nullable=False),
    Column("author_handle", Text, nullable=False),
    Column("author_name", Text),
    Column("author_followers", BigInteger),
    Column("author_is_bot", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("parent_id", Text),
    Column("parent_author_id", Text),
    Column("root_id", Text),
    Column("surface", Text, nullable=False),
    Column("text", Text),  # may go, by retention
    Column("lang", Text),
    Column("url", Text),
    Column("rating", Integer),
    Column("names", Text),  # JSON: name -> edited_at of the earliest version that carries it
    Column("edited_at", BigInteger),
    Column("deleted_at", BigInteger),
    Column("deleted_by", Text),
    Column("only_deleted", Boolean, nullable=False),
    Column("ignored_by", Text),
    Column("closer", Boolean, nullable=False),
    Column("reply_class", Text, nullable=False),
    Column("likes", BigInteger),
    Column("reposts", BigInteger),
    Column("replies", BigInteger),
    Column("views", BigInteger),
    Column("live", Boolean, nullable=False),  # first seen by a live poll
    Column("tallied", Integer, nullable=False),  # bits: in which counters it stands
    Index("ix_post_account_id_author_id", "account_id", "author_id"),
    Index("ix_post_account_id_created_at", "account_id", "created_at"),
)
Index(
    "ix_post_text",
    post.c.account_id,
    post.c.created_at,
    sqlite_where=post.c.text.is_not(None),
    postgresql_where=post.c.text.is_not(None),
)

# How far a post had reached by an instant, where that had changed.
reach_sample = Table(
    "reach_sample",
    metadata,
    _account(),
    Column("native_id", Text, primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("reach", BigInteger, nullable=False),
    Index("ix_reach_sample_at", "at"),
    sqlite_with_rowid=False,
)

wait = Table(
    "wait",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _of_account(),
    Column("opened_by", Text, nullable=False),
    Column("conversation", Text, nullable=False),  # the id of its earliest known post
    Column("customer", Text, nullable=False),
    Column("customer_handle", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("auto_replied_at", BigInteger),
    Column("answered_by", Text),
    Column("answered_at", BigInteger),
    Column("reply_class", Text),
    Column("reply_deleted", Boolean, nullable=False),
    Column("attribution", Text, nullable=False),
    Column("skewed", Boolean, nullable=False),
    Column("ended_at", BigInteger),
    Column("dismissal", Text),
    Column("nudges", Integer, nullable=False),
    Column("last_nudge_at", BigInteger),
    Column("link", Text, nullable=False),  # the post to show
    Column("looked_at", BigInteger),  # when that post was last asked for
    Column("found_at", BigInteger),  # when the platform last told of it, asked for it
    Column("acked_by", Text),
    Column("acked_at", BigInteger),
    Column("calendar_span", BigInteger),
    Column("business_span", BigInteger),
    Column("late_arrival", Boolean, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("merged_into", Number),
    Column("definition_version", Integer, nullable=False),
    Column("tallied", Integer, nullable=False),  # bits: in which counters it stands
    UniqueConstraint("account_id", "opened_by"),
    Index("ix_wait_account_id_opened_at", "account_id", "opened_at"),
)
IS_OPEN = wait.c.status == sa.literal_column(f"'{Status.OPEN.value}'")
"""Written out, as the partial index asks for: where a value may or may not fit one, SQLite plans
the query anew each time."""

Index(
    "ix_wait_open",  # counting them needs nothing but this
    wait.c.account_id,
    wait.c.live,
    wait.c.kind,
    wait.c.opened_at,
    wait.c.status,
    sqlite_where=IS_OPEN,
    postgresql_where=IS_OPEN,
)

due = Table(
    "due",
    metadata,
    Column("wait", Number, ForeignKey("wait.number"), primary_key=True),
    Column("target_id", Number, ForeignKey("target.id"), primary_key=True),
    _of_account(),
    Column("due_at", BigInteger, nullable=False),
    Column("next_at", BigInteger),  # the next instant to look at; none once judged
    Column("verdict", Text),  # once judged
    Column("late_detected", Boolean, nullable=False),
    Column("tallied", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "ix_due_next",
    due.c.account_id,
    due.c.next_at,
    sqlite_where=due.c.next_at.is_not(None),
    postgresql_where=due.c.next_at.is_not(None),
)
Index("ix_due_judged", due.c.account_id, due.c.target_id, due.c.due_at)

act = Table(
    "act",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    _of_account(),
    Column("post_id", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text),
    Column("note", Text),
    Index("ix_act_account_id_post_id", "account_id", "post_id"),
)

tally = Table(
    "tally",
    metadata,
    _account(),
    Column("metric", Text, primary_key=True),
    Column("label", Text, primary_key=True),  # the value of the metric's own label, or ""
    Column("value", Float, nullable=False),
)

# Not cumulative. One layout for all accounts; `le` is the upper bound in seconds, inf for the rest.
bucket = Table(
    "bucket",
    metadata,
    _account(),
    Column("metric", Text, primary_key=True),
    Column("le", Float, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("sum", Float, nullable=False),
)

# The histograms' layout by which the buckets were counted: every upper bound but inf.
bound = Table("bound", metadata, Column("le", Float, primary_key=True))

# What is measured now and then, since a scrape could not wait for it.
gauge = Table(
    "gauge",
    metadata,
    _account(),
    Column("metric", Text, primary_key=True),
    Column("label", Text, primary_key=True),  # the values of the metric's own labels
    Column("value", Float, nullable=False),
    Column("at", BigInteger, nullable=False),  # when it was measured
)

alert = Table(
    "alert",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    _of_account(),
    Column("kind", Text, nullable=False),
    Column("wait", Number, ForeignKey("wait.number")),
    Column("target_id", Number, ForeignKey("target.id")),
    Column("at", BigInteger, nullable=False),  # the instant it is about
    Column("written_at", BigInteger, nullable=False),
    Column("details", Text, nullable=False),  # JSON: what more is to be told of it
    Column("routed_at", BigInteger),  # when it was decided whom to tell
)
Index(
    "ix_alert_wait",
    alert.c.wait,
    sqlite_where=alert.c.wait.is_not(None),
    postgresql_where=alert.c.wait.is_not(None),
)
Index(
    "ix_alert_of_account",
    alert.c.kind,
    alert.c.account_id,
    alert.c.number,
    sqlite_where=alert.c.wait.is_(None),
    postgresql_where=alert.c.wait.is_(None),
)
Index(
    "ix_alert_unrouted",
    alert.c.number,
    sqlite_where=alert.c.routed_at.is_(None),
    postgresql_where=alert.c.routed_at.is_(None),
)

# One message to one notifier, as it was first composed.
message = Table(
    "message",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),  # the same however often it is tried
    Column("notifier", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("composed_at", BigInteger, nullable=False),
    Column("body", Text),  # JSON: what is told, until that is settled
    Column("next_try_at", BigInteger),  # none once settled
    Column("tries", Integer, nullable=False),
    Column("tried_at", BigInteger),
    Column("leased_by", Text),  # the process that tells it at this moment
    Column("leased_until", BigInteger),
    Column("told_at", BigInteger),
    Column("failed_at", BigInteger),  # for good
    Column("reason", Text),  # why it last failed
    Index("ix_message_notifier_route_composed_at", "notifier", "route", "composed_at"),
    Index("ix_message_notifier_tried_at", "notifier", "tried_at"),
)
Index(
    "ix_message_unsettled",
    message.c.notifier,
    message.c.next_try_at,
    sqlite_where=message.c.next_try_at.is_not(None),
    postgresql_where=message.c.next_try_at.is_not(None),
)

# That one notifier is to be told one fact; the `turn`-th reminder of it, or 0.
notice = Table(
    "notice",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("alert", Number, ForeignKey("alert.number"), nullable=False),
    Column("notifier", Text, nullable=False),
    Column("after", BigInteger, nullable=False),  # the route's
    Column("turn", Integer, nullable=False),
    Column("route", Text, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("look_again_at", BigInteger),  # it is silenced, or taken by somebody
    Column("message", Number, ForeignKey("message.number")),  # that tells it
    Column("dropped", Text),  # why it is told no more
    UniqueConstraint("alert", "notifier", "after", "turn"),
    Index("ix_notice_message", "message"),
)
Index(
    "ix_notice_pending",
    notice.c.notifier,
    notice.c.route,
    notice.c.not_before,
    sqlite_where=sa.and_(notice.c.message.is_(None), notice.c.dropped.is_(None)),
    postgresql_where=sa.and_(notice.c.message.is_(None), notice.c.dropped.is_(None)),
)

# Counted for ever: "" how many messages it was told, else how often telling failed, by reason.
# The row "" is also what a process holds while it decides what to tell.
notifier_tally = Table(
    "notifier_tally",
    metadata,
    Column("notifier", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

silence = Table(
    "silence",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("matchers", Text, nullable=False),  # JSON: brand, platform, account, target
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("until_at", BigInteger, nullable=False),
    Column("ended_by", Text),  # who ended it before its time
    Index("ix_silence_until_at", "until_at"),
)

# Who was erased, as digests that know a name when it comes again, and the pseudonym of each.
erasure = Table(
    "erasure",
    metadata,
    _account(),
    Column("digest", Text, primary_key=True),
    Column("salt", Text, nullable=False),  # one an account
    Column("pseudonym", Text, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until_at", BigInteger, nullable=False),
)

# With what the cookies of the pages' sessions are signed: one row.
signing = Table(
    "signing",
    metadata,
    Column("name", Text, primary_key=True),
    Column("key", Text, nullable=False),
)

# Sessions from which somebody has logged out, until they would have ended anyway.
ended_session = Table(
    "ended_session",
    metadata,
    Column("session", Text, primary_key=True),
    Column("until_at", BigInteger, nullable=False),
)
