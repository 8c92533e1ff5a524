"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="The configuration; else $REPLYWATCH_CONFIG, else ./replywatch.yml.",
    ),
]
StoreUrl = Annotated[
    str | None,
    typer.Option("--store", metavar="URL", help="The database alone, without a configuration."),
]
Accounts = Annotated[
    list[str] | None,
    typer.Option("--account", metavar="NAME", help="Only this account; may be repeated."),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="From then on: 2026-03-02, 2026-03-02T10:00:00Z, or 7d for seven days back.",
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="TIME", help="Before then; written like --since.")
]
WaitNumber = Annotated[
    int, typer.Argument(metavar="ID", help="A wait's number.", show_default=False)
]
By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does it; you unless given.")
]
