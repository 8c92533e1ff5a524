"""What a person does from the command line, and asks of a wait."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from monitor.daemon import LEASE
from monitor.store import lease, schema
from monitor.store.database import Store
from tests.cli.running import CONFIG, Desk, answers, asks, says


def test_ack_and_release(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    assert desk.run("ack", "1", "--by", "Kim").out == "wait 1 of ann: Kim has it\n"
    assert desk.run("ack", "1", "--release").out == "wait 1 of ann: nobody has it\n"


def test_a_dismissed_wait_is_no_longer_open(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    assert "dismissed" in desk.run("dismiss", "1", "--reason", "elsewhere", "--note", "shop").out
    assert desk.run("waits", "--open", "--format", "jsonl").out == ""


def test_a_dismissal_needs_a_reason(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    desk.run("dismiss", "1", code=2)
    desk.run("dismiss", "1", "--reason", "bored", code=2)


@pytest.mark.parametrize(
    "words",
    [
        ["ack", "7"],
        ["dismiss", "7", "--reason", "spam"],
        ["explain", "7"],
        ["ack", "9" * 24],
        ["dismiss", "9" * 24, "--reason", "spam"],
        ["explain", "9" * 24],
        ["explain", "acme", "7"],
        ["explain", "https://acme.example/7"],
    ],
)
def test_an_unknown_id_exits_with_1(desk: Desk, words: list[str]) -> None:
    desk.take(asks("a", "ann", 0))
    outcome = desk.run(*words, code=1)
    assert (outcome.out, len(outcome.err.splitlines())) == ("", 1)


def test_a_command_under_an_edited_configuration_changes_nothing_of_what_runs(desk: Desk) -> None:
    def promised() -> timedelta:
        with desk.reading() as tx:
            return timedelta(microseconds=tx.scalar(sa.select(schema.target.c.within)) or 0)

    desk.take(asks("a", "ann", 0))
    with closing(Store(f"sqlite:///{desk.folder / 'acme.db'}")) as store:
        with store.write() as tx:
            lease.take(tx, LEASE, "elsewhere/1", datetime.now(UTC))
        desk.config.write_text(CONFIG.replace("6m", "9m"))
        desk.run("ack", "1")
        assert promised() == timedelta(minutes=6)
        with store.write() as tx:
            lease.release(tx, LEASE, "elsewhere/1")
    desk.run("ack", "1")

    assert promised() == timedelta(minutes=9)


def test_what_is_too_long_for_a_number_exits_with_2(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    assert "write a wait's number" in desk.run("explain", "9" * 5_000, code=2).err


def test_refold_says_what_todays_settings_change(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0, text="giveaway"), asks("b", "bob", 1))
    rule = ", ignore: [{name: prizes, text: giveaway}]}"
    desk.config.write_text(CONFIG.replace("handle: acme}", "handle: acme" + rule))
    assert desk.run("refold").out == "acme: 1 wait from first, open to first, withdrawn\n"
    assert desk.run("refold").out == "acme: nothing changes\n"


def test_refold_since_leaves_the_past_alone(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0, text="giveaway"))
    rule = ", ignore: [{name: prizes, text: giveaway}]}"
    desk.config.write_text(CONFIG.replace("handle: acme}", "handle: acme" + rule))
    assert desk.run("refold", "--since", "2025-03-04").out == "acme: nothing changes\n"


def test_a_wait_is_explained_with_both_clocks_and_every_verdict(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 7, "a"), until=60)
    out = desk.run("explain", "1").out
    assert out.startswith("wait 1: ann at acme, first, answered\n")
    assert "opens a wait of kind first" in out
    assert "7m by the wall, 7m in business time" in out
    assert "due under six at 10:06:00: breached" in out


def test_a_post_is_explained_by_its_account_and_id_or_its_url(desk: Desk) -> None:
    url = "https://acme.example/n"
    desk.take(asks("a", "ann", 0), asks("n", "ann", 1, parent_id="a", url=url))
    by_id = desk.run("explain", "acme", "n").out
    assert "does not restart the clock" in by_id
    assert desk.run("explain", url).out == by_id


def test_a_merged_wait_is_explained_by_what_it_became(desk: Desk) -> None:
    second = asks("2", "bob", 5, parent_id="9")
    desk.take(asks("1", "bob", 0), second)
    desk.take(says("9", "cem", 1, parent_id="1"), second)
    assert desk.run("explain", "2").out.startswith("wait 1 (into which 2 was merged): bob")


def test_a_withdrawn_wait_is_explained_by_its_post(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0, text="giveaway"))
    rule = ", ignore: [{name: prizes, text: giveaway}]}"
    desk.config.write_text(CONFIG.replace("handle: acme}", "handle: acme" + rule))
    desk.run("refold")
    assert "left out by the ignore rule prizes" in desk.run("explain", "1").out


def test_explain_writes_nothing(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    before = json.dumps(desk.run("waits", "--all", "--format", "jsonl").out)
    desk.run("explain", "1")
    assert json.dumps(desk.run("waits", "--all", "--format", "jsonl").out) == before


def test_a_post_is_explained_with_the_verdicts_of_its_wait(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))

    outcome = desk.run("explain", "acme", "a")

    assert "names the account" in outcome.out
    assert "due under" in outcome.out
