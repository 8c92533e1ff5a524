"""Rows that take more than a look at the figures: the worst waits, gaps, what was tried."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.domain.statistics import Span
from monitor.report.classes import Outcome
from monitor.report.cleaning import shown, web_address
from monitor.report.figures import Report, Worst
from monitor.report.numbers import Attained
from monitor.report.telling import OUTCOMES
from monitor.report.trying import Trial
from monitor.report.wording import day_and_time, in_words, objective
from monitor.store.instants import instant, instant_or_none, span_or_none

FIRST_WORDS = 110
LONGEST_NAME = 60
GAPS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class WorstRow:
    """Texts from outside are on one line, without control characters, and not too long. `link` is
    that of the post, http or https; None where there is none."""

    number: int
    account: str
    customer: str
    words: str
    lang: str | None
    link: str | None
    waited: str
    business: str
    nudges: int
    reach: int | None
    outcome: str
    is_answered: bool
    asked: str
    past_due: str
    target: str


def worst_rows(report: Report) -> list[WorstRow]:
    return [_worst_row(one, report) for one in report.worst]


def _worst_row(one: Worst, report: Report) -> WorstRow:
    row, late = one.row, one.late
    opened_at = instant(row["opened_at"])
    business = span_or_none(row["business_span"]) if late.answered else None
    known = [row[name] for name in ("likes", "reposts", "replies", "views")]
    counts = [count for count in known if count is not None]
    return WorstRow(
        number=late.wait,
        account=row["account"],
        customer=cut(row["author_name"] or row["customer_handle"], LONGEST_NAME),
        words=cut(row["text"] or "", FIRST_WORDS),
        lang=row["lang"],
        link=web_address(row["url"]),
        waited=in_words(_waited(row, report)),
        business=f"{in_words(business)} business" if business is not None else "",
        nudges=late.nudges,
        reach=sum(counts) if counts else None,
        outcome=_outcome(row, is_answered=late.answered),
        is_answered=late.answered,
        asked=day_and_time(opened_at, report.zone),
        past_due=in_words(late.past_due),
        target=late.target,
    )


def _waited(row: Mapping[Any, Any], report: Report) -> timedelta:
    """Until the answer or another end; else as far as was observed."""
    end = instant_or_none(row["answered_at"]) or instant_or_none(row["ended_at"])
    until = report.observed[row["account"]].watermark or report.made_at
    return min(end or until, until) - instant(row["opened_at"])


def _outcome(row: Mapping[Any, Any], *, is_answered: bool) -> str:
    if is_answered:
        return f"Answered, {row['reply_class'] or 'human'}"
    return {"deleted": "Deleted", "dismissed": "Dismissed"}.get(row["status"], "No answer yet")


def outcome(one: Outcome) -> tuple[str, str]:
    """Its name, and what it does."""
    return OUTCOMES[one]


def cut(text: str, most: int) -> str:
    """What people wrote, as one line."""
    line = shown(re.sub(r"\s+", " ", text[: 10 * most])).strip()
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class Gap:
    """A span in which an account was not observed."""

    account: str
    span: Span
    length: str
    start: str
    end: str


def gaps(report: Report) -> list[Gap]:
    """The longest first."""
    every = [(name, gap) for name, one in report.observed.items() for gap in one.gaps]
    every.sort(key=lambda item: item[1].start - item[1].end)
    return [
        Gap(
            name,
            gap,
            in_words(gap.end - gap.start),
            day_and_time(gap.start, report.zone),
            day_and_time(gap.end, report.zone),
        )
        for name, gap in every
    ]


@dataclass(frozen=True, slots=True)
class TriedRow:
    """One length of what was tried; `judgement` by the objective that was tried with it."""

    within: str
    is_promised: bool
    plain: Attained
    judgement: tuple[str, bool] | None
    otherwise: Attained | None
    other_judgement: tuple[str, bool] | None


def tries(trial: Trial) -> Iterator[TriedRow]:
    for one in trial.tries:
        yield TriedRow(
            in_words(one.within),
            one.is_promised,
            one.as_promised,
            _judgement(one.as_promised),
            one.otherwise,
            _judgement(one.otherwise) if one.otherwise else None,
        )


def _judgement(attained: Attained) -> tuple[str, bool] | None:
    """None where nothing is judged."""
    if attained.is_kept is None:
        return None
    wanted = objective(attained.exact_objective)
    return f"would {'keep' if attained.is_kept else 'miss'} {wanted}", attained.is_kept
