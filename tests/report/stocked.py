"""A store with waits put straight into its tables: as many as a property wants, in no time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from monitor.domain.target import Metric, Target
from monitor.domain.wait import Kind
from monitor.report.figures import Report, Request, made
from monitor.report.numbers import Asked, Subject
from monitor.report.trying import AS_IT_IS, WhatIf
from monitor.report.windows import Bounds
from monitor.store import accounts, targets
from monitor.store.instants import micros
from monitor.store.schema import coverage, due, post, wait
from tests import databases
from tests.cli.running import START, at

LATER = at(99_999)


@dataclass(frozen=True, slots=True)
class Asking:
    """A wait in few words, in minutes after START; `ended` is a deletion, `post` what else is known
    of the post that opened it."""

    account: str
    opened: float
    answered: float | None = None
    ended: float | None = None
    nudges: int = 0
    lang: str | None = "en"
    kind: Kind = Kind.FIRST
    reply_class: str = "human"
    auto: float | None = None
    post: tuple[tuple[str, Any], ...] = ()


class Stock:
    """Of these accounts; `promises` judge all their waits."""

    def __init__(self, subjects: Iterable[Subject], promises: Iterable[Target]) -> None:
        self.store = databases.lent_to(self)
        self.store.upgrade()
        self.subjects = [*subjects]
        self._promises = list(promises)
        with self.store.write() as tx:
            accounts.ensure(tx, [subject.name for subject in self.subjects])
            self._targets = targets.ensure(tx, self._promises)
            self._ids = {one.name: accounts.one(tx, one.name).id for one in self.subjects}

    def put(self, waits: Iterable[Asking], **until: float) -> None:
        """These waits and no others; each account was observed up to its minute."""
        rows = [self._rows(number, one) for number, one in enumerate(waits, 1)]
        with self.store.write() as tx:
            for table in (due, wait, post, coverage):
                tx.execute(sa.delete(table))
            for name, minute in until.items():
                accounts.cover(tx, self._ids[name], START, at(minute), live=True)
            for table, theirs in zip((post, wait, due), zip(*rows, strict=True), strict=False):
                tx.execute(sa.insert(table), [row for some in theirs for row in some])

    def report(
        self,
        asked: Asked | None = None,
        before: Bounds | None = None,
        what_if: WhatIf = AS_IT_IS,
        zone: str = "UTC",
        now: datetime = LATER,
    ) -> Report:
        request = Request(asked or Asked(), before, what_if)
        with self.store.read() as tx:
            return made(tx, self.subjects, request, ZoneInfo(zone), now)

    def _rows(self, number: int, one: Asking) -> tuple[list[dict[str, Any]], ...]:
        """Of posts, waits and dues."""
        account_id, opened, name = self._ids[one.account], at(one.opened), f"p{number}"
        owed = [
            {
                "wait": number,
                "target_id": self._targets[promise.name],
                "account_id": account_id,
                "due_at": micros(promise.due(opened)),
                "late_detected": False,
                "tallied": 0,
            }
            for promise in self._promises
            if (promise.metric is Metric.FIRST_REPLY) is (one.kind is Kind.FIRST)
        ]
        return (
            [{**_post(account_id, name, one, opened), **dict(one.post)}],
            [_wait(account_id, number, name, one, opened)],
            owed,
        )


def _post(account_id: int, name: str, one: Asking, opened: datetime) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "native_id": name,
        "author_id": name,
        "author_handle": f"who-{name}",
        "author_name": None,
        "author_is_bot": False,
        "created_at": micros(opened),
        "seen_at": micros(opened),
        "text": f"post {name}",
        "lang": one.lang,
        "url": f"https://social.example/{name}",
        "surface": "public",
        "only_deleted": False,
        "closer": False,
        "reply_class": "human",
        "live": True,
        "tallied": 1,
    }


def _wait(account_id: int, number: int, name: str, one: Asking, opened: datetime) -> dict[str, Any]:
    status = "answered" if one.answered is not None else "deleted" if one.ended else "open"
    length = None if one.answered is None else timedelta(minutes=one.answered - one.opened)
    return {
        "number": number,
        "account_id": account_id,
        "opened_by": name,
        "conversation": name,
        "customer": name,
        "customer_handle": f"who-{name}",
        "kind": one.kind.value,
        "status": status,
        "opened_at": micros(opened),
        "auto_replied_at": None if one.auto is None else micros(at(one.auto)),
        "answered_at": None if one.answered is None else micros(at(one.answered)),
        "reply_class": one.reply_class if one.answered is not None else None,
        "ended_at": None if one.ended is None else micros(at(one.ended)),
        "reply_deleted": False,
        "attribution": "told",
        "skewed": False,
        "nudges": one.nudges,
        "link": name,
        "calendar_span": micros(length),
        "business_span": micros(length),
        "late_arrival": False,
        "live": True,
        "definition_version": 1,
        "tallied": 1,
    }
