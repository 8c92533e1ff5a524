"""Waits as rows, many at a time: read in a stream, and judged by whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from monitor.domain.target import Metric
from monitor.domain.wait import Kind, Status
from monitor.store import lean
from monitor.store.instants import instant, instant_or_none, micros
from monitor.store.schema import LARGEST, account, due, post, target, wait

_AT_ONCE = 2_000
"""Rows fetched together: memory does not grow with the history."""

GONE = (Status.MERGED.value, Status.WITHDRAWN.value)

# An enumeration's own look-up takes longer than all else that is done with a row.
_KINDS = {kind.value: kind for kind in Kind}
_STATUSES = {status.value: status for status in Status}

_OPENER = (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.opened_by)


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to before `until`, and not after `through`; None: unbounded on that side."""

    since: datetime | None = None
    until: datetime | None = None
    through: datetime | None = None

    def holds(self, column: sa.ColumnElement[int]) -> list[sa.ColumnElement[bool]]:
        bounds = []
        if self.since is not None:
            bounds.append(column >= micros(self.since))
        if self.until is not None:
            bounds.append(column < micros(self.until))
        if self.through is not None:
            bounds.append(column <= micros(self.through))
        return bounds


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Only waits that were opened in one of these `languages` (`pt` covers `pt-BR`), and that owe
    one of the targets of these numbers; empty or None: all."""

    languages: Sequence[str] = ()
    target_ids: Collection[int] | None = None

    def speaks(self, opener: sa.FromClause = post) -> list[sa.ColumnElement[bool]]:
        if not self.languages:
            return []
        spoken = sa.func.lower(opener.c.lang)
        names = [name.lower() for name in self.languages]
        broader = [spoken.startswith(f"{name}-", autoescape=True) for name in names]
        return [sa.or_(spoken.in_(names), *broader)]

    def owes(self) -> list[sa.ColumnElement[bool]]:
        if self.target_ids is None:
            return []
        theirs = sa.select(due.c.wait).where(due.c.wait == wait.c.number, self._is_theirs)
        return [theirs.exists()]

    def dues(self) -> list[sa.ColumnElement[bool]]:
        return [] if self.target_ids is None else [self._is_theirs]

    @property
    def _is_theirs(self) -> sa.ColumnElement[bool]:
        return due.c.target_id.in_(sorted(self.target_ids or ()))


EVER, ALL = Window(), Narrowing()


class Opened(NamedTuple):
    """A wait, as far as statistics need it. `dismissal` is None unless a person ended it; `lang` is
    that of the post that opened it, as far as it is still known."""

    kind: Kind
    status: Status
    opened_at: datetime
    auto_replied_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    dismissal: str | None
    reply_class: str | None
    nudges: int
    lang: str | None


class Owed(NamedTuple):
    """What a wait owes under one target, with what a verdict needs."""

    wait: int
    target_id: int
    opened_at: datetime
    due_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    nudges: int
    late_detected: bool
    lang: str | None


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A promise as it is now in force, or last was."""

    id: int
    name: str
    metric: Metric
    within: timedelta
    objective: float


def opened(
    tx: sa.Connection,
    account_id: int,
    window: Window,
    narrowed: Narrowing = ALL,
    *,
    spoken: bool = False,
) -> Iterator[Opened]:
    """The waits opened in the window, but those that ceased to exist; in no order. `lang` is told
    where it is `spoken` of: it takes a second look for each."""
    columns = wait.c
    query = sa.select(
        columns.kind,
        columns.status,
        columns.opened_at,
        columns.auto_replied_at,
        columns.answered_at,
        columns.ended_at,
        columns.dismissal,
        columns.reply_class,
        columns.nudges,
    ).where(*standing(account_id), *window.holds(columns.opened_at), *narrowed.owes())
    rows = _stream(tx, _in_language(query, narrowed, spoken=spoken))
    for kind, status, begun, auto, answered, ended, dismissal, how, nudges, lang in rows:
        yield Opened(
            _KINDS[kind],
            _STATUSES[status],
            instant(begun),
            instant_or_none(auto),
            instant_or_none(answered),
            instant_or_none(ended),
            dismissal,
            how,
            nudges,
            lang,
        )


def owed(
    tx: sa.Connection,
    account_id: int,
    window: Window,
    narrowed: Narrowing = ALL,
    *,
    by_due: bool = False,
    spoken: bool = False,
) -> Iterator[Owed]:
    """What the waits opened in the window owe, or what falls due in it; in no order. `lang` is told
    as by `opened`."""
    query = (
        sa.select(
            due.c.wait,
            due.c.target_id,
            wait.c.opened_at,
            due.c.due_at,
            wait.c.answered_at,
            wait.c.ended_at,
            wait.c.nudges,
            due.c.late_detected,
        )
        .join(wait, wait.c.number == due.c.wait)
        .where(
            *standing(account_id),
            *window.holds(due.c.due_at if by_due else wait.c.opened_at),
            *narrowed.dues(),
        )
    )
    rows = _stream(tx, _in_language(query, narrowed, spoken=spoken))
    for number, target_id, begun, due_at, answered, ended, nudges, late, lang in rows:
        yield Owed(
            number,
            target_id,
            instant(begun),
            instant(due_at),
            instant_or_none(answered),
            instant_or_none(ended),
            nudges,
            late,
            lang,
        )


def listed(
    tx: sa.Connection,
    accounts: Collection[int],
    statuses: Collection[Status],
    window: Window = EVER,
    narrowed: Narrowing = ALL,
) -> Iterator[Mapping[Any, Any]]:
    """Whole rows of waits with their account's name and the `url` of the post to show, in the
    order of their numbers."""
    query = LISTED.where(
        wait.c.account_id.in_(sorted(accounts)),
        wait.c.status.in_(sorted(status.value for status in statuses)),
        *window.holds(wait.c.opened_at),
        *narrowed.owes(),
    ).order_by(wait.c.number)
    if narrowed.languages:
        opener = post.alias("opener")
        is_opener = (opener.c.account_id == wait.c.account_id) & (
            opener.c.native_id == wait.c.opened_by
        )
        query = query.join(opener, is_opener).where(*narrowed.speaks(opener))
    yield from tx.execute(query.execution_options(yield_per=_AT_ONCE)).mappings()


def listed_one(tx: sa.Connection, number: int) -> Mapping[Any, Any]:
    """The same of one wait. Raises LookupError."""
    row = tx.execute(LISTED.where(wait.c.number == number)).mappings().one_or_none()
    if row is None:
        raise LookupError(f"there is no wait {number}")
    return row


LISTED = (
    sa.select(wait, account.c.name.label("account"), post.c.url)
    .join(account, account.c.id == wait.c.account_id)
    .outerjoin(post, (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link))
)


def rows(tx: sa.Connection, numbers: Iterable[int]) -> dict[int, Mapping[Any, Any]]:
    """Whole rows of waits, by number."""
    found: dict[int, Mapping[Any, Any]] = {}
    for part in lean.in_parts(numbers):
        for row in tx.execute(sa.select(wait).where(wait.c.number.in_(part))).mappings():
            found[row["number"]] = row
    return found


def shown(tx: sa.Connection, numbers: Iterable[int]) -> dict[int, Mapping[Any, Any]]:
    """Whole rows of waits with their account's name and the post to show, by number. What is known
    of that post is None where it was removed."""
    found: dict[int, Mapping[Any, Any]] = {}
    columns = [column for column in post.c if column.name not in wait.c]
    query = (
        sa.select(wait, account.c.name.label("account"), *columns)
        .join(account, account.c.id == wait.c.account_id)
        .outerjoin(
            post, (post.c.account_id == wait.c.account_id) & (post.c.native_id == wait.c.link)
        )
    )
    for part in lean.in_parts(numbers):
        for row in tx.execute(query.where(wait.c.number.in_(part))).mappings():
            found[row["number"]] = row
    return found


class Unheard(NamedTuple):
    """Posts that opened no wait: by which rule they were ignored, whether they are but closing
    words, and in which counters they stand."""

    rule: str | None
    closer: bool
    tallied: int
    posts: int


def counted_as(
    tx: sa.Connection, account_id: int, window: Window, bit: int, narrowed: Narrowing = ALL
) -> Iterator[Unheard]:
    """Posts of the window that stand in the counter of this bit, which are those seen live."""
    alike = (post.c.ignored_by, post.c.closer, post.c.tallied)
    query = (
        sa.select(*alike, sa.func.count())
        .where(
            post.c.account_id == account_id,
            post.c.tallied.bitwise_and(bit) != 0,
            *window.holds(post.c.created_at),
            *narrowed.speaks(),
        )
        .group_by(*alike)
        .order_by(*alike)
    )
    for row in tx.execute(query):
        yield Unheard(*row)


def account_of(tx: sa.Connection, number: int) -> str:
    """The name of the account that a wait belongs to. Raises LookupError."""
    query = (
        sa.select(account.c.name)
        .join(wait, wait.c.account_id == account.c.id)
        .where(wait.c.number == number)
    )
    name = tx.scalar(query) if abs(number) <= LARGEST else None
    if name is None:
        raise LookupError(f"there is no wait {number}")
    return str(name)


def posts_at(tx: sa.Connection, url: str) -> list[tuple[str, str]]:
    """The accounts, by name, and ids of the posts of that address."""
    query = (
        sa.select(account.c.name, post.c.native_id)
        .join(account, account.c.id == post.c.account_id)
        .where(post.c.url == url)
        .order_by(account.c.id, post.c.native_id)
    )
    return [(name, native_id) for name, native_id in tx.execute(query)]


def targets(tx: sa.Connection) -> dict[int, TargetRow]:
    """Every promise that was ever in force, by number."""
    return {
        row.id: TargetRow(
            id=row.id,
            name=row.name,
            metric=Metric(row.metric),
            within=timedelta(microseconds=row.within),
            objective=row.objective,
        )
        for row in tx.execute(sa.select(target).order_by(target.c.id))
    }


def _in_language(query: sa.Select[Any], narrowed: Narrowing, *, spoken: bool) -> sa.Select[Any]:
    """With the opening post's language as last column, and narrowed to those asked for."""
    if not spoken and not narrowed.languages:
        return query.add_columns(sa.null())
    told = query.add_columns(post.c.lang).outerjoin(post, _OPENER)
    return told.where(*narrowed.speaks())


def standing(account_id: int) -> list[sa.ColumnElement[bool]]:
    """Of the account's waits, those that have not ceased to exist."""
    return [wait.c.account_id == account_id, wait.c.status.not_in(GONE)]


def _stream(tx: sa.Connection, query: sa.Select[Any]) -> Iterator[Any]:
    for part in tx.execute(query.execution_options(yield_per=_AT_ONCE)).partitions():
        yield from part
