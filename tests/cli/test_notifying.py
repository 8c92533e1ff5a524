"""`notify test`, and what `check` says of who is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import CONFIG, Desk
from tests.receiving import Hook

ROUTE = "routes: [{on: [%s], to: [room]%s}]\n"


@pytest.fixture
def receiver() -> Iterator[Hook]:
    with Hook() as receiver:
        yield receiver


def configured(folder: Path, address: str, more: str = "") -> Desk:
    return Desk(folder, f"{CONFIG}notifiers: {{room: {{webhook: '{address}'}}}}\n{more}")


def test_a_test_notice_says_that_it_is_one(tmp_path: Path, receiver: Hook) -> None:
    desk = configured(tmp_path, receiver.hook)
    assert desk.run("notify", "test", "room").out == "room was told\n"

    (brought,) = receiver.brought
    assert brought.payload["test"] is True
    assert not (tmp_path / "acme.db").exists()


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [(401, 1, "auth"), (404, 1, "rejected"), (503, 3, "unavailable")],
)
def test_how_it_went_is_told_and_is_the_exit_code(
    tmp_path: Path, receiver: Hook, status: int, code: int, reason: str
) -> None:
    receiver.status = status
    desk = configured(tmp_path, receiver.hook)

    outcome = desk.run("notify", "test", "room", code=code)
    assert (outcome.out, outcome.err.startswith(f"room: {reason}: ")) == ("", True)


def test_a_notifier_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    outcome = configured(tmp_path, "http://127.0.0.1:1").run("notify", "test", "rom", code=2)

    assert outcome.err == 'there is no notifier "rom"; did you mean "room"?\n'


def test_without_routes_the_log_alone_is_told(desk: Desk) -> None:
    assert "what happens is told to the log, and to nobody else" in desk.run("check").out


def test_check_tells_who_is_told_what(tmp_path: Path) -> None:
    desk = configured(tmp_path, "http://127.0.0.1:1", ROUTE % ("breach", ", after: 15m"))
    out = desk.run("check").out

    assert "\nroom (webhook)\n  breach, 15m later: to room\n" in out
    assert "WARNING" not in out


@pytest.mark.parametrize(
    "route",
    [ROUTE % ("warning", ""), ROUTE % ("breach", ", match: {target: airline-6m}")],
)
def test_a_breach_of_which_nobody_is_told_is_warned_of(tmp_path: Path, route: str) -> None:
    out = configured(tmp_path, "http://127.0.0.1:1", route).run("check").out

    assert "WARNING: nobody is told of a breach of six at acme\n" in out


def test_a_notifier_without_a_route_is_warned_of(tmp_path: Path) -> None:
    more = "  room: {webhook: 'http://127.0.0.1:1'}\n  journal: {log: info}\n"
    desk = Desk(tmp_path, f"{CONFIG}notifiers:\n{more}{ROUTE % ('breach', '')}")

    assert "journal (log): WARNING, no route leads to it\n" in desk.run("check").out


def test_a_language_without_texts_is_a_problem_with_its_line(tmp_path: Path) -> None:
    more = "  room: {log: info, language: tlh}\n"
    err = Desk(tmp_path, f"{CONFIG}notifiers:\n{more}").run("check", code=2).err

    assert 'line 8  notifiers.room: there are no texts in "tlh"; there are: ' in err
