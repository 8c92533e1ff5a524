"""`export openmetrics`: the past, for Prometheus."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.failing import NotWellError, UsageError
from monitor.cli.moments import moment, moment_or_none
from monitor.cli.opening import reading
from monitor.cli.options import Accounts, ConfigFile, Until
from monitor.config import Account, Config
from monitor.domain import duration
from monitor.metrics.chronicle import LABELS
from monitor.metrics.history import DAY, Asked, export

_SECOND = timedelta(seconds=1)
_LONGEST = timedelta(minutes=5)
"""Prometheus takes a series for gone when its last sample is older."""

_LABEL = re.compile(r"([a-zA-Z_][a-zA-Z0-9_]*)=(.+)")


def openmetrics(
    *,
    since: Annotated[
        str,
        typer.Option(metavar="TIME", help="From then on: 2026-03-02, or 28d for four weeks back."),
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="The folder for the files.")],
    until: Until = None,
    every: Annotated[
        str, typer.Option(metavar="SPAN", help="How far apart the samples are; 5m at most.")
    ] = "5m",
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Added to every series, such as instance=history; may be repeated.",
        ),
    ] = None,
    account: Accounts = None,
    config: ConfigFile = None,
) -> None:
    """The past as Prometheus would have scraped it: a file a day, for promtool.

    Prints each file's name when it is whole.
    """
    step, labels = _step(every), _labels(label or ())
    with reading(config, None) as here:
        assert here.config  # noqa: S101  no --store was given
        begin = moment(since, here.zone, here.now)
        end = min(moment_or_none(until, here.zone, here.now) or here.now, here.now)
        if end <= begin:
            raise UsageError("--until must lie after --since, and --since in the past")
        chosen = _chosen(here.config, account)
        found = False
        for path in export(here.store, chosen, Asked(begin, end, step, labels), output):
            found = True
            typer.echo(path)
    if not found:
        raise NotWellError("nothing is known of that time")


def _step(text: str) -> timedelta:
    try:
        step = duration.parse(text)
    except ValueError as error:
        raise UsageError(f"--every: {error}") from None
    if not _SECOND <= step <= _LONGEST or step % _SECOND or DAY % step:
        raise UsageError("--every must be a whole part of a day and 5m at most: 15s, 1m, 5m")
    return step


def _labels(given: Sequence[str]) -> Mapping[str, str]:
    labels = {}
    for each in given:
        match = _LABEL.fullmatch(each)
        if match is None:
            raise UsageError(f'"{each}" is no label; write --label instance=history')
        if match[1] in LABELS:
            raise UsageError(f'the label "{match[1]}" is taken')
        labels[match[1]] = match[2]
    return labels


def _chosen(config: Config, names: Sequence[str] | None) -> list[Account]:
    known = {one.name: one for one in config.accounts}
    for name in names or ():
        if name not in known:
            raise UsageError(f'there is no account "{name}"; there are: {", ".join(known)}')
    return [known[name] for name in dict.fromkeys(names or known)]
