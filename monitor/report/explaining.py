"""Loads a conversation and folds it again, to tell why it stands as it does. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from monitor.config import Account as Settings
from monitor.cycle.act import standing
from monitor.cycle.desk import account_of
from monitor.domain.account import Account
from monitor.domain.fold import fold
from monitor.domain.outcome import Folded, Outcome
from monitor.domain.target import judge
from monitor.domain.trace import Due, Step, explain_post, explain_wait
from monitor.store import accounts, history, posts, waits
from monitor.store.waits import StoredWait


@dataclass(frozen=True, slots=True)
class Explained:
    """What was asked about, in a line, its story, and its conversation's posts in their order."""

    title: str
    steps: list[Step]
    posts: Sequence[Outcome]


def explained_wait(tx: sa.Connection, settings: Settings, number: int, now: datetime) -> Explained:
    """The story of a wait, or of the one into which it was merged. Raises LookupError."""
    row = accounts.one(tx, settings.name)
    wait = standing(tx, row.id, number)
    account = account_of(settings, row.ids)
    folded = conversation_of(tx, row.id, account, wait.opened_by)
    if wait.status.is_gone:
        steps = explain_post(folded, wait.opened_by, account)
    else:
        between = settings.calendar.between
        dues = _dues(tx, row.id, wait, now)
        steps = explain_wait(folded, wait.opened_by, account, dues, between)
    return Explained(_title(settings, number, wait), steps, folded.outcomes)


def explained_post(tx: sa.Connection, settings: Settings, post_id: str, now: datetime) -> Explained:
    """What became of a post. Raises LookupError."""
    row = accounts.one(tx, settings.name)
    account = account_of(settings, row.ids)
    folded = conversation_of(tx, row.id, account, post_id)
    conversations = set(posts.conversations_of(tx, row.id, [post_id]).values())
    stored = waits.in_conversations(tx, row.id, conversations)
    dues = {wait.opened_by: _dues(tx, row.id, wait, now) for wait in stored}
    steps = explain_post(folded, post_id, account, dues, settings.calendar.between)
    return Explained(f"post {post_id} of {settings.name}", steps, folded.outcomes)


def conversation_of(tx: sa.Connection, account_id: int, account: Account, post_id: str) -> Folded:
    """The conversation of a stored post, folded anew. Raises LookupError."""
    conversations = set(posts.conversations_of(tx, account_id, [post_id]).values())
    known = posts.known_in(tx, account_id, conversations)
    acts = waits.acts_in(tx, account_id, conversations)
    for folded in fold((row.known for row in known.values()), acts, account):
        if any(outcome.post_id == post_id for outcome in folded.outcomes):
            return folded
    raise LookupError(f"no post {post_id} is stored of this account")


def _dues(tx: sa.Connection, account_id: int, wait: StoredWait, now: datetime) -> list[Due]:
    targets = history.targets(tx)
    watermark = accounts.watermark(tx, account_id)
    return [
        (
            targets[due.target_id].name,
            due.due_at,
            judge(due.due_at, wait.answered_at, wait.ended_at, watermark, now),
        )
        for due in waits.dues_of(tx, [wait.number]).get(wait.number, ())
    ]


def _title(settings: Settings, asked: int, wait: StoredWait) -> str:
    merged = f" (into which {asked} was merged)" if asked != wait.number else ""
    customer, kind = wait.columns["customer_handle"], wait.columns["kind"]
    return f"wait {wait.number}{merged}: {customer} at {settings.name}, {kind}, {wait.status}"
