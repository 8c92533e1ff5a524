"""Waits are chosen in the database as they would be one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from monitor.domain.target import Verdict, judge
from monitor.domain.wait import Deed, Dismissal, Status
from monitor.store import accounts, schema, waits
from monitor.store.choosing import Choice, page
from monitor.store.database import Store
from monitor.store.history import Window
from tests import databases
from tests.building import at, mention, reply
from tests.cycle.house import House

NOW = at(20)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Waits that end, or do not, about each deadline; observed until minute 12."""
    with closing(Store(databases.url_for(tmp_path / "rw.db"))) as store:
        house = House(store=store)
        customers = [mention(f"m{n}", f"c{n}", n / 2, lang="en") for n in range(30)]
        house.take(*customers, minute=15)
        answers = [reply(f"r{n}", n / 2 + 6 + (n % 3 - 1) / 60, f"m{n}") for n in range(0, 12, 2)]
        house.take(*answers, minute=15)
        house.act(2, Deed.DISMISS, 3, Dismissal.SPAM)
        house.act(4, Deed.DISMISS, 10, Dismissal.SPAM)
        house.observe(12)
        yield house


def chosen(house: House, **asked: Any) -> list[int]:
    with house.store.read() as tx:
        choice = Choice(accounts=[house.desk.id], statuses=[*Status], opened=Window(), **asked)
        marks = accounts.watermarks(tx)
        rows = page(tx, choice, marks, NOW, after=None, newest_first=False, limit=1000)
    return [row["number"] for row in rows]


def verdicts(house: House) -> Mapping[int, Verdict]:
    """One by one, of the only target."""
    with house.store.read() as tx:
        watermark = accounts.watermark(tx, house.desk.id)
        found = {row["number"]: waits.stored(row) for row in house.rows().values()}
        owed = waits.dues_of(tx, found)
    return {
        number: judge(owed[number][0].due_at, wait.answered_at, wait.ended_at, watermark, NOW)
        for number, wait in found.items()
    }


def test_every_verdict_is_there_to_be_asked_for(house: House) -> None:
    assert set(verdicts(house).values()) == set(Verdict)


def test_a_verdict_in_the_database_is_that_of_the_rules(house: House) -> None:
    judged = verdicts(house)

    for asked in chain.from_iterable(combinations(Verdict, many) for many in (1, 2, 3, 4, 5)):
        expected = [number for number, verdict in judged.items() if verdict in asked]
        assert chosen(house, verdicts=asked) == sorted(expected)


def test_an_account_that_was_never_observed_has_broken_nothing(house: House) -> None:
    with house.store.read() as tx:
        choice = Choice(
            accounts=[house.desk.id],
            statuses=[*Status],
            opened=Window(),
            verdicts=[Verdict.BREACHED],
        )
        assert page(tx, choice, {}, NOW, after=None, newest_first=False, limit=9) == []


@pytest.mark.sqlite
def test_the_open_ones_are_found_by_their_index(house: House) -> None:
    choice = Choice(accounts=[house.desk.id], statuses=[Status.OPEN], opened=Window())
    with house.store.read() as tx:
        number = schema.wait.c.number
        query = sa.select(number).where(*choice.conditions({}, NOW)).order_by(number).limit(100)
        plan = _plan(tx, query)

    assert "ix_wait_open" in plan


def _plan(tx: sa.Connection, query: sa.Select[Any]) -> str:
    compiled = query.compile(tx, compile_kwargs={"render_postcompile": True})
    asked = tuple(compiled.params[name] for name in compiled.positiontup or ())
    rows = tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", asked)
    return "\n".join(str(row[-1]) for row in rows)
