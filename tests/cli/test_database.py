"""The database from the command line: copied, pruned, one person erased, an account renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from monitor.daemon import LEASE
from monitor.ports.notifier import AlertKind
from monitor.store import alerts, lease, schema
from monitor.store.alerts import Fact
from monitor.store.database import Store
from tests.cli.running import CONFIG, Desk, answers, asks, says

OTHER = "  - {name: other, connector: inbox, handle: other}\n"


def keep(desk: Desk, ages: str) -> None:
    desk.config.write_text(CONFIG + f"retention: {ages}\n", encoding="utf-8")


def waits(desk: Desk, *words: str) -> list[dict[str, object]]:
    out = desk.run("waits", "--all", "--format", "jsonl", *words).out
    return [json.loads(line) for line in out.splitlines()]


def posts(desk: Desk) -> dict[str, str | None]:
    with desk.reading() as tx:
        columns = schema.post.c.native_id, schema.post.c.text
        return dict(tx.execute(sa.select(*columns)).all())


def opened(desk: Desk) -> closing[Store]:
    return closing(Store(f"sqlite:///{desk.folder / 'acme.db'}"))


def age(desk: Desk) -> None:
    """Let what is stored have been stored long ago."""
    with opened(desk) as store, store.write() as tx:
        tx.execute(sa.update(schema.post).values(seen_at=0))


@contextmanager
def daemon(desk: Desk) -> Iterator[None]:
    """One that has taken the database, as another process on this host would."""
    with opened(desk) as store:
        with store.write() as tx:
            holder = f"{lease.own_name().rpartition('/')[0]}/{os.getppid()}"
            lease.take(tx, LEASE, holder, datetime.now(UTC))
        yield


# Copies.


def test_a_backup_tells_the_same(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 4, "a"))
    copy = desk.folder / "copy.db"
    desk.run("db", "backup", str(copy))

    for words in (["report", "--format", "json"], ["waits", "--all", "--format", "jsonl"]):
        told, as_told = (
            desk.bare(*words, "--store", f"sqlite:///{path}").out
            for path in (copy, desk.folder / "acme.db")
        )
        assert "acme" in told
        assert told == as_told
    assert copy.stat().st_mode & 0o077 == 0


def test_a_backup_replaces_nothing_unless_told_to(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    copy = desk.folder / "copy.db"
    copy.write_text("last week's")

    assert "--force" in desk.run("db", "backup", str(copy), code=2).err
    assert copy.read_text() == "last week's"
    desk.run("db", "backup", str(copy), "--force")
    assert copy.read_bytes().startswith(b"SQLite")


def test_a_backup_never_replaces_the_database_itself(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))

    desk.run("db", "backup", str(desk.folder / "acme.db"), "--force", code=2)
    assert len(waits(desk)) == 1


def test_a_backup_that_fails_leaves_what_was_there(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    before = sorted(desk.folder.iterdir())

    desk.run("db", "backup", str(desk.folder / "nowhere" / "copy.db"), code=3)
    assert sorted(desk.folder.iterdir()) == before


# Retention.


def test_prune_removes_at_once_what_is_too_old(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 4, "a"), asks("b", "bob", 1))
    age(desk)
    before = waits(desk), desk.run("report", "--format", "json").out
    keep(desk, "{text: 90d, posts: 90d}")

    out = desk.run("db", "prune").out
    assert out == "acme: 3 texts, 2 posts in 1 conversation, 0 facts about the account removed\n"
    assert posts(desk) == {"b": None}
    assert (waits(desk), desk.run("report", "--format", "json").out) == before


def test_prune_says_what_else_it_has_removed(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    old = datetime(2020, 3, 2, tzinfo=UTC)
    surges = [Fact(f"surge/acme/{n}", AlertKind.SURGE, old) for n in range(2)]
    with opened(desk) as store, store.write() as tx:
        alerts.write(tx, 1, surges, old)
    keep(desk, "{posts: 90d}")

    assert "1 fact about the account removed" in desk.run("db", "prune").out


def test_what_was_pruned_is_not_imported_again(desk: Desk) -> None:
    lines = asks("a", "ann", 0), answers("A", 4, "a")
    desk.take(*lines)
    age(desk)
    keep(desk, "{posts: 90d}")
    desk.run("db", "prune")
    desk.take(*lines)

    assert (posts(desk), len(waits(desk))) == ({}, 1)


def test_prune_without_retention_is_wrong_usage(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))

    assert "kept for ever" in desk.run("db", "prune", code=2).err


# One person.


def test_erase_leaves_the_numbers_and_nobody(desk: Desk) -> None:
    desk.take(
        asks("a", "ann", 0), answers("A", 4, "a"), says("b", "bob", 5, text="@ann?", parent_id="A")
    )
    before = desk.run("report", "--format", "json").out

    assert desk.run("db", "erase", "--author", "ann").out == (
        "acme: unknown from now on; 3 rows rewritten\n"
    )
    assert desk.run("report", "--format", "json").out == before
    wait, others = waits(desk)
    assert others["customer"] == "bob"
    assert str(wait["customer"]).startswith("erased-")
    assert wait["customer_handle"] == wait["customer"]
    assert not any(b"ann" in file.read_bytes() for file in desk.folder.glob("acme.db*"))


def test_a_wait_of_who_was_erased_is_still_explained(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 4, "a"))
    desk.run("db", "erase", "--author", "ann")

    assert "opens a wait of kind first" in desk.run("explain", "1").out


def test_an_import_of_who_was_erased_brings_nobody_back(desk: Desk) -> None:
    lines = asks("a", "ann", 0), answers("A", 4, "a")
    desk.take(*lines)
    desk.run("db", "erase", "--author", "ann")
    before = waits(desk)
    desk.take(*lines, asks("b", "ann", 60))

    assert waits(desk)[:1] == before
    assert {wait["customer"] for wait in waits(desk)} == {before[0]["customer"]}


def test_an_unknown_author_exits_with_1(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))

    assert "zoe" in desk.run("db", "erase", "--author", "zoe", code=1).err


def test_erased_twice_is_well(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    desk.run("db", "erase", "--author", "ann")

    assert "0 rows" in desk.run("db", "erase", "--author", "ann").out


def test_who_speaks_for_the_account_is_not_erased(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0), answers("A", 4, "a"))

    assert "speaks for acme" in desk.run("db", "erase", "--author", "acme", code=2).err


def test_an_id_that_several_accounts_know_asks_for_the_account(desk: Desk) -> None:
    desk.config.write_text(CONFIG + OTHER, encoding="utf-8")
    desk.take(asks("a", "ann", 0))
    path = str(desk.folder / "posts.jsonl")
    line = dict(asks("a", "ann", 0), mentions=["other"])
    (desk.folder / "posts.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    desk.run("import", path, "--account", "other")

    assert "acme, other" in desk.run("db", "erase", "--author", "ann", code=2).err
    desk.run("db", "erase", "--author", "ann", "--account", "other")
    assert [wait["customer"] == "ann" for wait in waits(desk)] == [True, False]


# Another name.


def test_a_renamed_account_keeps_its_past(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    before = waits(desk)
    desk.run("db", "rename-account", "acme", "acme-phone")
    desk.config.write_text(CONFIG.replace("name: acme,", "name: acme-phone,"), encoding="utf-8")

    assert waits(desk) == [{**wait, "account": "acme-phone"} for wait in before]


def test_what_was_told_of_a_renamed_account_ends_under_its_new_name(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    since = datetime(2026, 3, 2, 10, tzinfo=UTC)
    blind = Fact("blind/acme/2026-03-02T10:00:00Z", AlertKind.BLIND, since)
    with opened(desk) as store, store.write() as tx:
        alerts.write(tx, 1, [blind], since)
    desk.run("db", "rename-account", "acme", "acme-phone")

    with opened(desk) as store, store.read() as tx:
        keys = list(tx.scalars(sa.select(schema.alert.c.key).where(schema.alert.c.kind == "blind")))
    assert keys == ["blind/acme-phone/2026-03-02T10:00:00Z"]


def test_a_silence_goes_on_about_a_renamed_account(desk: Desk) -> None:
    desk.run("silence", "add", "account=acme", "--for", "1h", "--reason", "a drill")
    desk.run("db", "rename-account", "acme", "acme-phone")

    assert "account=acme-phone" in desk.run("silence", "list").out


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("ecma", "acme-phone", 'no account "ecma"; there are: acme'),
        ("acme", "acme", 'an account "acme" already'),
        ("acme", "x y", "is not a name; write letters"),
    ],
)
def test_a_name_that_cannot_be_given_is_refused(
    desk: Desk, old: str, new: str, sentence: str
) -> None:
    desk.take(asks("a", "ann", 0))

    assert sentence in desk.run("db", "rename-account", old, new, code=2).err


def test_no_account_is_renamed_under_a_daemon(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    with daemon(desk):
        assert "stop it first" in desk.run("db", "rename-account", "acme", "b", code=3).err

    assert waits(desk)[0]["account"] == "acme"
