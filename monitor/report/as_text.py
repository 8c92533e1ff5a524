"""The report as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from monitor.domain.duration import written
from monitor.domain.target import Metric, Verdict
from monitor.report.cleaning import shown
from monitor.report.numbers import AccountNumbers, Attained
from monitor.report.wording import (
    NOTHING,
    counted,
    on_the_clock,
    percentile,
    plural,
    share,
    spell,
)
from monitor.store.instants import instant

_REPLIES = {Metric.FIRST_REPLY: "first reply", Metric.NEXT_REPLY: "next reply"}
_INDENT = (0, 0, 0, 2)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown with the figures: clock times in `zone`, and the rows of the worst waits."""

    zone: ZoneInfo
    waits: Mapping[int, Mapping[Any, Any]]


def account_text(numbers: AccountNumbers, beside: Beside) -> RenderableType:
    """The figures of one account."""
    parts: list[RenderableType] = [Text(_facts(numbers, beside.zone))]
    if numbers.targets and numbers.watermark:
        parts += [Text(), promises_table(numbers.targets)]
    if numbers.opened:
        parts += [Text(), _reply_table(numbers)]
    if numbers.worst:
        parts += [Text(), _worst_table(numbers, beside)]
    return Group(_heading(numbers), Padding(Group(*parts), _INDENT))


def promises_table(targets: Iterable[Attained], label: str = "promise") -> Table:
    """A line a promise: counts beside the rate, and what the objective allows."""
    table = _table(label, "within", "objective", "met", "breached", "pending", "unconfirmed")
    table.add_column("attainment", justify="right")
    table.add_column("")
    for each in targets:
        table.add_row(
            shown(each.target),
            written(each.within),
            f"{each.objective:.4%}".rstrip("0%").rstrip(".") + "\u00a0%",
            *(counted(each.of(verdict)) for verdict in _COUNTED),
            share(each.share),
            _kept(each),
        )
    return table


_COUNTED = (Verdict.MET, Verdict.BREACHED, Verdict.PENDING, Verdict.UNCONFIRMED)


def _heading(numbers: AccountNumbers) -> Text:
    subject = numbers.subject
    called = [name for name in (subject.brand, subject.platform) if name and name != subject.name]
    also = f" ({', '.join(map(shown, called))})" if called else ""
    return Text.assemble((shown(subject.name), "bold"), also)


def _facts(numbers: AccountNumbers, zone: ZoneInfo) -> str:
    return "\n".join(_fact_lines(numbers, zone))


def _fact_lines(numbers: AccountNumbers, zone: ZoneInfo) -> Iterator[str]:
    if numbers.watermark is None:
        yield "Not observed yet: nothing can be said."
        return
    covered = "" if numbers.coverage is None else f", {share(numbers.coverage)} of the time covered"
    yield f"Observed until {on_the_clock(numbers.watermark, zone)}{covered}."
    yield (
        f"{plural(numbers.mentions, 'mention')}: {plural(numbers.opened, 'wait')} opened"
        f" and {plural(numbers.nudges, 'nudge')}."
    )
    if numbers.opened:
        answered = f"{numbers.answered:,} of {numbers.answered + numbers.open:,}"
        yield f"Answered {answered} ({share(numbers.reply_rate)}); {_excluded(numbers)}."
        yield _waiting(numbers, zone)


def _excluded(numbers: AccountNumbers) -> str:
    if not numbers.excluded:
        return "none excluded"
    reasons = (f"{count:,} {reason}" for reason, count in sorted(numbers.excluded.items()))
    return f"beside them excluded: {', '.join(reasons)}"


def _waiting(numbers: AccountNumbers, zone: ZoneInfo) -> str:
    if numbers.oldest_open_at is None:
        return "Nobody is waiting."
    since = on_the_clock(numbers.oldest_open_at, zone)
    return f"{numbers.open:,} waiting, the oldest since {since}."


def _reply_table(numbers: AccountNumbers) -> Table:
    table = _table("reply time", "half within", "9 in 10 within", "naive half", "naive 9 in 10")
    table.add_column("answered", justify="right")
    for metric, label in _REPLIES.items():
        times = numbers.replies[metric]
        if times.n:
            table.add_row(
                label,
                percentile(times.km_p50),
                percentile(times.km_p90),
                percentile(times.naive_p50) if times.answered else NOTHING,
                percentile(times.naive_p90) if times.answered else NOTHING,
                f"{times.answered:,} of {times.n:,}",
            )
    table.caption = "Kaplan–Meier: who still waits counts. Naive: of the answered alone."
    table.caption_justify = "left"
    return table


def _worst_table(numbers: AccountNumbers, beside: Beside) -> Table:
    table = _table("worst waits", "nudges", "late", "")
    for column in ("customer", "opened", "promise"):
        table.add_column(column)
    for late in numbers.worst:
        row = beside.waits[late.wait]
        table.add_row(
            str(late.wait),
            counted(late.nudges),
            spell(late.past_due),
            "answered" if late.answered else "no answer",
            Text(shown(row["customer_handle"])),
            on_the_clock(instant(row["opened_at"]), beside.zone),
            shown(late.target),
        )
    return table


def _table(first: str, *rest: str) -> Table:
    """Aligned columns without rules: a name, then figures."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(first, no_wrap=True)
    for name in rest:
        table.add_column(name, justify="right")
    return table


def _kept(each: Attained) -> Text:
    if each.is_kept is None:
        return Text("nothing to judge yet", style="dim")
    late = each.of(Verdict.BREACHED)
    counts = f"{late:,} of {each.judged:,} late; the objective allows {each.allowed:,}"
    return Text.assemble(
        ("kept", "green") if each.is_kept else ("missed", "bold red"), f": {counts}"
    )
