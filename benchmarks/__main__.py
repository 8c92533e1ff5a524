"""`python -m benchmarks [NAME ..] [--json PATH]`: what is claimed to be fast, measured.

Exits with 1 if a goal is not met.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from benchmarks.business_time import business_time
from benchmarks.events import events
from benchmarks.folding import long_conversation
from benchmarks.importing import import_memory, import_speed
from benchmarks.memory import daemon_memory
from benchmarks.polling import polling
from benchmarks.reporting import reporting
from benchmarks.result import Goal, Outcome, Result, Skipped
from benchmarks.stores import stores
from benchmarks.telling import telling
from benchmarks.verdicts import verdicts
from monitor.cli import collect_seldom

BENCHMARKS: Mapping[str, Callable[[], Iterator[Outcome]]] = {
    "polling": polling,
    "import": import_speed,
    "import-memory": import_memory,
    "stores": stores,
    "conversation": long_conversation,
    "business-time": business_time,
    "verdicts": verdicts,
    "memory": daemon_memory,
    "events": events,
    "report": reporting,
    "telling": telling,
}
RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    collect_seldom()  # as the command does
    asked = _arguments()
    progress = Console(stderr=True)
    outcomes: list[Outcome] = []
    for name in asked.names or BENCHMARKS:
        with progress.status(f"measuring: {name}"):
            outcomes += BENCHMARKS[name]()
    Console().print(_table(outcomes))
    results = [one for one in outcomes if isinstance(one, Result)]
    asked.json.write_bytes(
        orjson.dumps([one.as_json() for one in results], option=orjson.OPT_INDENT_2)
    )
    return int(not all(one.is_met for one in results))


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(BENCHMARKS)}")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="PATH")
    asked = parser.parse_args()
    unknown = set(asked.names) - BENCHMARKS.keys()
    if unknown:
        parser.error(
            f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}"
        )
    return asked


def _table(outcomes: Iterable[Outcome]) -> Table:
    table = Table("work", "ours", "beside", "measured", "goal", "met")
    for one in outcomes:
        if isinstance(one, Skipped):
            table.add_row(one.work, f"skipped: {one.reason}")
        else:
            measured = f"{one.value:,.2f} {one.unit}"
            table.add_row(one.work, one.ours, one.peer, measured, _told(one.goal), _met(one))
    return table


def _told(goal: Goal | None) -> str:
    if goal is None:
        return "none"
    sign = ">=" if goal.at_least else "<="
    stretch = f", stretch {goal.stretch:g}" if goal.stretch else ""
    return f"{sign} {goal.limit:g}{stretch}"


def _met(result: Result) -> str:
    if result.goal is None:
        return ""
    if not result.is_met:
        return "[red]no[/]"
    return "stretch" if result.is_stretched else "yes"


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # of peers: they are not ours to mend
    raise SystemExit(main())
