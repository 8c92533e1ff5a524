"""What every command keeps: exit codes, help with an example, no tracebacks, quiet pipes."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor import __version__
from monitor.cli.application import COMMANDS, app
from tests.cli.running import CONFIG, Desk, asks

SHOW = """
from monitor.cli.screen import show
from rich.text import Text
show(Text("late", style="red"))
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(desk: Desk, command: str) -> None:
    outcome = desk.bare(command, "--help")
    assert outcome.code == 0
    assert f"Example: replywatch {command}" in outcome.out


def commands(one: Any, context: typer.Context) -> Iterator[Any]:
    yield one
    if hasattr(one, "list_commands"):
        for name in one.list_commands(context):
            yield from commands(one.get_command(context, name), context)


def test_every_command_and_option_says_what_it_is_for() -> None:
    top = typer.main.get_command(app)
    every = [*commands(top, typer.Context(top))]

    assert len(every) > 30
    for each in every:
        assert each.help
        assert each.epilog.startswith("Example: replywatch ")
        assert all(option.help for option in each.params), each.name


def test_the_version_is_told(desk: Desk) -> None:
    assert desk.bare("--version").out == f"replywatch {__version__}\n"


def test_the_version_is_told_without_loading_the_program() -> None:
    code = "import sys; from monitor.cli import application; print('sqlalchemy' in sys.modules)"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"False\n"


def test_an_unknown_command_exits_with_2(desk: Desk) -> None:
    assert desk.bare("reprot").code == 2


def test_a_wrong_configuration_exits_with_2_and_tells_all_problems(desk: Desk) -> None:
    desk.config.write_text("accounts:\n  - {name: acme, connector: inbox, handel: acme}\n")
    err = desk.run("check", code=2).err
    assert err.startswith(f"{desk.config}: 2 problems\n")


def test_without_a_database_reading_could_not_tell_and_makes_none(desk: Desk) -> None:
    outcome = desk.run("report", code=3)
    assert "there is no database" in outcome.err
    assert not (desk.folder / "acme.db").exists()


def test_a_file_that_is_no_database_exits_with_3(desk: Desk) -> None:
    (desk.folder / "acme.db").write_text("not a database, but long enough to look at" * 99)
    outcome = desk.run("report", code=3)
    assert (outcome.out, len(outcome.err.splitlines())) == ("", 1)


def test_a_defect_is_one_sentence(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    desk.folder.joinpath("acme.yml").write_text(CONFIG)
    with desk.reading() as tx:
        tx.exec_driver_sql("DELETE FROM due")
        tx.exec_driver_sql("DELETE FROM wait")
        tx.exec_driver_sql("UPDATE post SET surface = 'moon'")
    outcome = desk.run("explain", "acme", "a", code=3)
    assert "a defect in replywatch: KeyError" in outcome.err
    assert "Traceback" not in outcome.err


def test_the_configuration_is_found_by_the_environment(desk: Desk) -> None:
    desk.take(asks("a", "ann", 0))
    found = desk.bare("waits", "--format", "jsonl", env={"REPLYWATCH_CONFIG": str(desk.config)})
    assert found.out.count("\n") == 1


def test_the_configuration_is_found_in_the_folder(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.take(asks("a", "ann", 0))
    desk.config.rename(desk.folder / "replywatch.yml")
    monkeypatch.chdir(desk.folder)
    monkeypatch.delenv("REPLYWATCH_CONFIG", raising=False)
    assert desk.bare("waits", "--format", "jsonl").out.count("\n") == 1


def test_without_any_configuration_it_says_how_to_give_one(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REPLYWATCH_CONFIG", raising=False)
    outcome = desk.bare("report")
    assert (outcome.code, "give -c FILE" in outcome.err) == (2, True)


@pytest.mark.parametrize(("name", "coloured"), [("REPLYWATCH_NONE", True), ("NO_COLOR", False)])
def test_a_terminal_gets_colours_unless_it_wants_none(name: str, coloured: bool) -> None:
    assert ("\x1b[31m" in _on_a_terminal({name: "1"})) is coloured


def test_a_pipe_gets_no_colours() -> None:
    command = [sys.executable, "-c", SHOW]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b"late\n"


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_a_pipe_that_nobody_reads_ends_quietly(desk: Desk, form: str) -> None:
    desk.take(asks("a", "ann", 0))
    ours, its = os.pipe()
    os.close(ours)
    ended = subprocess.run(_waits(desk, form), stdout=its, stderr=subprocess.PIPE, check=False)
    os.close(its)
    assert (ended.returncode, ended.stderr) == (141, b"")


@pytest.mark.parametrize("form", ["table", "jsonl", "csv"])
def test_a_closed_output_is_as_good_as_none(desk: Desk, form: str) -> None:
    desk.take(asks("a", "ann", 0))
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", *_waits(desk, form)]
    ended = subprocess.run(closed, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def _waits(desk: Desk, form: str) -> list[str]:
    begin = [sys.executable, "-c", "from monitor.cli import main; main()"]
    return [*begin, "waits", "--format", form, "-c", str(desk.config)]


def _on_a_terminal(env: dict[str, str]) -> str:
    """What the program `SHOW` writes to a terminal."""
    ours, its = pty.openpty()
    own = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    command = [sys.executable, "-c", SHOW]
    subprocess.run(command, stdout=its, env={**own, "TERM": "xterm", **env}, check=True)
    os.close(its)
    written = os.read(ours, 9_999).decode()
    os.close(ours)
    return written
