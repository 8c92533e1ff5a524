"""`import`: history from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import entry_points
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self, TextIO

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.cli.failing import NotWellError, UsageError
from monitor.cli.moments import moment_or_none
from monitor.cli.opening import Writing, writing
from monitor.cli.options import ConfigFile
from monitor.cli.screen import margin
from monitor.cycle.importing import Imported, import_archive
from monitor.ports.archive import Archive, Rejected
from monitor.report import plain
from monitor.report.wording import plural

app = typer.Typer()

_GROUP = "replywatch.archives"
_SHOWN_EVERY = 500
"""Lines: to move the display takes as long as to read some."""


SourceFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="It may be gzip.", exists=True, dir_okay=False)
]


@app.command("import", epilog="Example: replywatch import posts.jsonl.gz --account acme-inbox")
def import_file(
    file: SourceFile,
    *,
    account: Annotated[str, typer.Option(metavar="NAME", help="Whose history it is.")],
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="jsonl, csv or twcs; else by FILE's name."),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="FIELD=COLUMN", help="Where a CSV has it; may be repeated."),
    ] = None,
    complete_until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Until when nothing is missing; else its newest post."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if a line was rejected.")
    ] = False,
    rejected: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="A new file for rejected lines; else FILE.rejected.jsonl."
        ),
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Store the conversations of a file that concern an account, as often as you like."""
    archive, mapping = archive_for(file, form), _mapping(columns or [])
    with writing(config) as here, _Rejects(_rejects_path(here, file, rejected)) as rejects:
        (watch,) = here.chosen([account])
        until = moment_or_none(complete_until, here.config.timezone, here.now)
        try:
            with _progress() as progress:
                imported = import_archive(
                    here.store,
                    watch,
                    archive,
                    file,
                    mapping,
                    now=here.now,
                    complete_until=until,
                    reject=rejects.take,
                    progress=progress,
                )
        except ValueError as error:
            raise UsageError(str(error)) from None
    typer.echo(_summary(imported))
    if imported.rejected:
        told = f"{plural(imported.rejected, 'line')} rejected: see {rejects.path}"
        if strict:
            raise NotWellError(told)
        typer.echo(told, err=True)


def archive_for(file: Path, form: str | None) -> Archive:
    """The archive of that name, or the one whose suffix fits the file's name longest.

    Raises UsageError.
    """
    found: dict[str, Archive] = {point.name: point.load()() for point in entry_points(group=_GROUP)}
    there = ", ".join(sorted(found))
    if form is not None:
        if form not in found:
            raise UsageError(f'there is no format "{form}"; there are: {there}')
        return found[form]
    name = file.name.lower().removesuffix(".gz")
    ends = {end: each for each in found.values() for end in each.suffixes if name.endswith(end)}
    if not ends:
        raise UsageError(f"what is {file.name}? say it by --format; there are: {there}")
    return ends[max(ends, key=len)]


def _mapping(columns: list[str]) -> Mapping[str, str]:
    pairs = [each.partition("=") for each in columns]
    for field, _, column in pairs:
        if not field or not column:
            raise UsageError("write --map FIELD=COLUMN, such as --map id=ticket")
    return {field: column for field, _, column in pairs}


def _rejects_path(here: Writing, file: Path, given: Path | None) -> Path:
    """Where rejected lines go. By default that is written anew by each import. Raises UsageError
    where something else would be lost."""
    path = given or file.with_name(f"{file.name}.rejected.jsonl")
    for needed in (file, here.config.path, *here.store.files):
        if _is_same(path, needed):
            raise UsageError(
                f"rejected lines would be written over {needed}: name another file by --rejected"
            )
    if given and given.exists() and given.stat().st_size:
        raise UsageError(f"{given} is there already: name another file by --rejected, or remove it")
    return path


def _is_same(path: Path, other: Path) -> bool:
    """Whatever links lead there. Neither needs to exist yet."""
    there = path.exists() and other.exists()
    return path.samefile(other) if there else path.resolve() == other.resolve()


class _Rejects:
    """Writes rejected lines down. The file is made with the first of them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def take(self, line: Rejected) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8")
        tree = {"line": line.line, "reason": line.reason, "raw": line.raw}
        self._file.write(plain.line(tree) + "\n")


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """What to call with lines read; they are shown on a terminal only."""
    console = margin()
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} lines"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        task, read = shown.add_task(""), count(1)

        def progress(_lines: int) -> None:
            if (lines := next(read)) % _SHOWN_EVERY == 0:
                shown.update(task, completed=lines)

        yield progress


def _summary(imported: Imported) -> str:
    return (
        f"{plural(imported.read, 'line')} read; {plural(imported.stored, 'post')} new or changed;"
        f" {imported.not_about:,} not about the account; {imported.rejected:,} rejected"
    )
