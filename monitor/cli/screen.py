"""Where output for people goes: coloured on a terminal, and as wide as it needs elsewhere."""

from __future__ import annotations

import sys

import typer
from rich.console import Console, RenderableType

_WIDE = 200
"""Columns where there is no terminal: tables are not to be cut for a file."""


def show(renderable: RenderableType) -> None:
    """To standard output; what is printed is text, never mark-up."""
    width = None if sys.stdout.isatty() else _WIDE
    console = Console(markup=False, emoji=False, highlight=False, width=width)
    with console.capture() as captured:
        console.print(renderable)
    for line in captured.get().splitlines():
        typer.echo(line.rstrip())


def margin() -> Console:
    """Standard error, for progress."""
    return Console(stderr=True, markup=False, emoji=False, highlight=False)
