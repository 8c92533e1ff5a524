"""A database of before: its schema is brought up to date, and its past folded by today's rules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config as Alembic

from monitor.app import open_own_store
from monitor.config import load
from monitor.cycle.desk import Desk, Watch, desk
from monitor.cycle.ingest import ingest
from monitor.cycle.judge import judge_account
from monitor.cycle.upgrading import bring_up_to_date
from monitor.daemon import Daemon
from monitor.domain.post import Post
from monitor.domain.wait import DEFINITION_VERSION
from monitor.store import accounts, schema
from monitor.store.database import MIGRATIONS, Store
from monitor.store.instants import micros
from tests.building import at, mention, reply
from tests.cycle.house import LONG_AGO, watched
from tests.telling import Ears, plan_to

NOW = at(60)


@dataclass
class Past:
    """A live account, of which the older rules may have thought otherwise."""

    store: Store
    watch: Watch

    def poll(self, *batch: Post, minute: float = 60) -> None:
        with self.store.write() as tx:
            here = self._desk(tx)
            ingest(tx, here, batch, now=at(minute), live=True)
            accounts.cover(tx, here.id, LONG_AGO, at(minute), live=True)
            judge_account(tx, here, at(minute), at(minute), was_blind=False)

    def older_rules(self, **columns: Any) -> None:
        """They gave all waits these columns; None of them: they knew of no wait."""
        with self.store.write() as tx:
            tx.execute(sa.update(schema.account).values(definition_version=0))
            if columns:
                tx.execute(sa.update(schema.wait).values(definition_version=0, **columns))
            else:
                for table in (schema.alert, schema.due, schema.wait, schema.tally, schema.bucket):
                    tx.execute(sa.delete(table))
                tx.execute(sa.update(schema.post).values(tallied=0))

    def upgraded(self) -> int:
        return bring_up_to_date(self.store, self.watch, NOW)

    def waits(self) -> list[dict[str, Any]]:
        return self._all(schema.wait)

    def figures(self) -> list[list[dict[str, Any]]]:
        """What was counted and told."""
        told = [
            {name: value for name, value in row.items() if name != "written_at"}
            for row in self._all(schema.alert)
        ]
        return [self._all(schema.tally), self._all(schema.bucket), told]

    def _all(self, table: sa.Table) -> list[dict[str, Any]]:
        with self.store.read() as tx:
            rows = tx.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            return [dict(row) for row in rows]

    def _desk(self, tx: sa.Connection) -> Desk:
        return desk(self.watch, accounts.one(tx, "acme"))


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Past]:
    with watched(tmp_path) as (store, watch):
        with store.write() as tx:
            accounts.update(tx, accounts.one(tx, "acme").id, live_since=LONG_AGO)
        yield Past(store, watch)


ANSWERED = [mention("1", "ana", 0), mention("2", "ana", 1, parent_id="1"), reply("3", 8, "1")]


def test_old_waits_become_what_the_rules_say_now(past: Past) -> None:
    past.poll(*ANSWERED)
    as_now = past.waits()
    past.older_rules(status="open", answered_at=None, answered_by=None, nudges=0)

    assert past.waits() != as_now
    assert past.upgraded() == 1
    assert past.waits() == as_now


def test_what_was_counted_and_told_stays_as_it_was(past: Past) -> None:
    past.poll(*ANSWERED, mention("4", "bo", 2))
    before = past.figures()
    past.older_rules(status="open", answered_at=None, answered_by=None, kind="follow_up")
    past.upgraded()

    assert past.figures() == before


def test_a_wait_that_older_rules_did_not_know_is_history(past: Past) -> None:
    past.poll(*ANSWERED)
    past.older_rules()
    past.upgraded()

    assert [(one["opened_by"], one["live"]) for one in past.waits()] == [("1", False)]
    assert past.figures() == [[], [], []]


def test_nobody_is_told_of_a_breach_that_only_the_new_rules_see(past: Past) -> None:
    past.poll(mention("4", "bo", 2))
    with past.store.write() as tx:
        tx.execute(sa.delete(schema.alert))
        tx.execute(sa.update(schema.due).values(verdict="met"))
    past.older_rules(status="answered", answered_at=micros(at(3)), answered_by="5")
    past.upgraded()

    _, _, alerts = past.figures()
    assert ([one["status"] for one in past.waits()], alerts) == (["open"], [])


def test_nor_is_it_counted_once_its_conversation_goes_on(past: Past) -> None:
    past.poll(*ANSWERED)
    past.older_rules()
    past.upgraded()
    past.poll(mention("9", "ana", 70, parent_id="3"), minute=71)

    tallies, _, _ = past.figures()
    counted = {row["metric"]: row["value"] for row in tallies}
    assert counted["mentions_total"] == counted["waits_opened_total"] == 1


def test_texts_are_not_read_again(past: Past) -> None:
    past.poll(*ANSWERED)
    with past.store.write() as tx:
        tx.execute(sa.update(schema.post).values(ignored_by="giveaways"))
    past.older_rules(status="open")
    past.upgraded()

    assert [one["status"] for one in past.waits()] == ["withdrawn"]


def test_it_is_done_once(past: Past) -> None:
    past.poll(*ANSWERED)
    past.older_rules(status="open")
    ticks: list[None] = []

    assert bring_up_to_date(past.store, past.watch, NOW, lambda: ticks.append(None)) == 1
    assert (past.upgraded(), len(ticks)) == (0, 1)


def test_cut_short_it_begins_anew(past: Past) -> None:
    past.poll(*ANSWERED)
    past.older_rules(status="open")

    def stopped() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(past.store, past.watch, NOW, stopped)
    assert past.upgraded() == 1


@pytest.mark.parametrize("begin", [Daemon.start, Daemon.once])
def test_the_daemon_does_it_before_all_else(past: Past, begin: Any) -> None:
    past.poll(*ANSWERED)
    past.older_rules(status="open")
    daemon = Daemon(past.store, {"acme": past.watch}, plan_to(Ears()), lambda: NOW)
    begin(daemon)
    if begin is Daemon.start:
        daemon.stop()

    assert [one["status"] for one in past.waits()] == ["answered"]


def test_a_new_account_is_of_todays_rules(past: Past) -> None:
    with past.store.write() as tx:
        accounts.ensure(tx, ["new"])
        assert accounts.one(tx, "new").definition_version == DEFINITION_VERSION


# The schema.


def to(store: Store, revision: str) -> None:
    with store.write() as tx:
        config = Alembic()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = tx
        move = command.downgrade if revision != "head" else command.upgrade
        move(config, revision)


def test_a_filled_database_goes_down_and_up_and_keeps_its_waits(past: Past) -> None:
    past.poll(*ANSWERED, mention("4", "bo", 2))
    before = past.waits(), past.figures()
    to(past.store, "0001")
    to(past.store, "head")

    past.store.require_current()
    assert (past.waits(), past.figures()) == before


@pytest.mark.sqlite
def test_a_database_of_the_first_version_is_copied_then_upgraded(
    past: Past, tmp_path: Path
) -> None:
    past.poll(*ANSWERED)
    to(past.store, "0001")
    config = load(tmp_path / "replywatch.yml")
    with closing(open_own_store(config, lambda: NOW)) as store:
        store.require_current()
        with store.read() as tx:
            assert accounts.one(tx, "acme").definition_version == 1

    (copy,) = tmp_path.glob("history.db.before-upgrade-*")
    with closing(Store(f"sqlite:///{copy}")) as before:
        assert before.is_outdated()
        before.upgrade()
        with before.read() as tx:
            assert tx.scalar(sa.select(sa.func.count()).select_from(schema.post)) == 3
