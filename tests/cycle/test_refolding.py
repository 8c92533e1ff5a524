"""Today's settings applied to the past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.cycle.desk import desk
from monitor.cycle.ingest import ingest
from monitor.cycle.refolding import refold_account
from monitor.domain.post import Post
from monitor.store import accounts, schema
from tests.building import at, mention, post, reply
from tests.cycle.house import LONG_AGO, watched

Changes = Counter[tuple[str, str]]

NOW = at(60)


def refolded(
    room: Path,
    before: str,
    after: str,
    posts: Sequence[Post],
    since: datetime | None = None,
    *,
    forgotten: bool = False,
) -> tuple[Changes, list[tuple[object, ...]]]:
    """What changes when an account whose settings were `before` is refolded under `after`, and the
    waits thereafter: who opened them, their status, who answered."""
    with watched(room, before) as (store, watch), store.write() as tx:
        accounts.update(tx, accounts.one(tx, "acme").id, live_since=LONG_AGO)
        here = desk(watch, accounts.one(tx, "acme"))
        ingest(tx, here, posts, now=NOW, live=True)
        accounts.cover(tx, here.id, LONG_AGO, NOW, live=True)
        if forgotten:
            tx.execute(sa.update(schema.post).values(text=None))
    with watched(room, after) as (store, watch):
        changes = refold_account(store, watch, since, NOW)
        with store.read() as tx:
            columns = schema.wait.c
            query = sa.select(columns.opened_by, columns.status, columns.answered_by)
            return changes, sorted(map(tuple, tx.execute(query)), key=str)


ASKED = [mention("1", "ana", 0), post("2", "acme_anna", 4, parent_id="1"), reply("3", 8, "1")]
AGENT = ", agents: [acme_anna]"


def test_an_agent_added_later_answers_the_past(tmp_path: Path) -> None:
    changes, waits = refolded(tmp_path, "", AGENT, ASKED[:2])

    assert changes == {("first, open", "first, answered"): 1}
    assert waits == [("1", "answered", "2")]


def test_an_earlier_answer_is_a_change_too(tmp_path: Path) -> None:
    changes, waits = refolded(tmp_path, "", AGENT, ASKED)

    assert changes == {("first, answered", "first, answered by another post"): 1}
    assert waits == [("1", "answered", "2")]


def test_a_rule_to_ignore_withdraws_what_it_fits(tmp_path: Path) -> None:
    rule = ", ignore: [{name: giveaways, text: give}]"
    changes, _ = refolded(tmp_path, "", rule, [mention("1", "ana", 0, text="@acme giveaway")])

    assert changes == {("first, open", "first, withdrawn"): 1}


THANKED = [*ASKED[::2], post("4", "ana", 20, parent_id="3", text="thanks")]


def test_closers_switched_off_open_waits(tmp_path: Path) -> None:
    changes, waits = refolded(tmp_path, "", ", closers: false", THANKED)

    assert changes == {("none", "follow_up, open"): 1}
    assert ("4", "open", None) in waits


def test_where_the_text_is_gone_its_reading_is_kept(tmp_path: Path) -> None:
    changes, _ = refolded(tmp_path, "", ", closers: false", THANKED, forgotten=True)

    assert changes == {}


def test_an_answer_that_proves_automated_opens_its_wait_again(tmp_path: Path) -> None:
    rule = ', automated: [{text: "^post 3"}]'
    changes, waits = refolded(tmp_path, "", rule, ASKED[::2])

    assert changes == {("first, answered", "first, open"): 1}
    assert waits == [("1", "open", None)]


@pytest.mark.parametrize(("minute", "changed"), [(4, 1), (5, 0)])
def test_conversations_not_touched_since_are_left_alone(
    minute: float, changed: int, tmp_path: Path
) -> None:
    changes, _ = refolded(tmp_path, "", AGENT, ASKED[:2], at(minute))

    assert changes.total() == changed


def test_what_a_refold_opens_is_judged_and_not_told(tmp_path: Path) -> None:
    rule = ", ignore: [{name: help, text: post}]"
    changes, _ = refolded(tmp_path, rule, "", [mention("1", "ana", 0)])
    with watched(tmp_path) as (store, _), store.read() as tx:
        verdict = tx.scalar(sa.select(schema.due.c.verdict))
        is_late = tx.scalar(sa.select(schema.wait.c.late_arrival))

    assert changes == {("none", "first, open"): 1}
    assert (verdict, is_late) == ("breached", True)
