"""`export`: what other programs take from this one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from monitor import shipped
from monitor.cli.chronicling import openmetrics
from monitor.cli.failing import UsageError
from monitor.config import load
from monitor.report.cleaning import shown

app = typer.Typer()
export = typer.Typer(help="What other programs take from this one.", no_args_is_help=True)
app.add_typer(export, name="export")

STANDARD_OUTPUT = "-"

Output = Annotated[
    str,
    typer.Option(metavar="DIR", help="The folder to put files in; - is standard output."),
]
Address = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="A configuration, whose http.external_url the links then lead to.",
    ),
]


@export.callback(epilog="Example: replywatch export rules --output /etc/prometheus/replywatch")
def _group() -> None:
    pass


export.command(epilog="Example: replywatch export openmetrics --since 28d --output history")(
    openmetrics
)


@export.command(epilog="Example: replywatch export rules -c acme.yml > replywatch.rules.yml")
def rules(*, output: Output = STANDARD_OUTPUT, config: Address = None) -> None:
    """The recording rules and alerts for Prometheus."""
    _put(shipped.rules(_address(config)), output)


@export.command(epilog="Example: replywatch export dashboards --output /var/lib/grafana/dashboards")
def dashboards(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Only this one: care or operations.")
    ] = None,
    *,
    output: Output = STANDARD_OUTPUT,
    config: Address = None,
) -> None:
    """The dashboards for Grafana."""
    found = shipped.dashboards(_address(config))
    if name:
        if f"{name}.json" not in found:
            there = ", ".join(each.removesuffix(".json") for each in found)
            raise UsageError(f'there is no dashboard "{name}"; there are: {there}')
        found = {f"{name}.json": found[f"{name}.json"]}
    _put(found, output)


@export.command(epilog="Example: replywatch export examples --output replywatch-examples")
def examples(
    *, output: Annotated[Path, typer.Option(metavar="DIR", help="The folder to put files in.")]
) -> None:
    """Example configurations: of this program, systemd, Prometheus, Alertmanager, Grafana."""
    _put(shipped.examples(), str(output))


def _address(config: Path | None) -> str:
    return load(config).http.external_url if config else ""


def _put(files: Mapping[str, str], output: str) -> None:
    """Write the files, and print where to; or print the one that there is."""
    if output == STANDARD_OUTPUT:
        if len(files) > 1:
            names = ", ".join(name.partition(".")[0] for name in files)
            raise UsageError(f"name one of {names}, or give --output DIR for all of them")
        typer.echo("".join(files.values()), nl=False)
        return
    for name, text in files.items():
        path = Path(output) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        typer.echo(shown(str(path)))
