"""The report as JSON: `report --format json`."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from monitor.domain.target import Metric, Verdict
from monitor.domain.wait import DEFINITION_VERSION
from monitor.report import plain
from monitor.report.numbers import AccountNumbers, Asked, Attained
from monitor.report.reply_times import ReplyTimes


def report_tree(numbers: Iterable[AccountNumbers], asked: Asked) -> dict[str, Any]:
    """What does not exist is null: a percentile not reached, the rate of nothing."""
    return {
        "definition_version": DEFINITION_VERSION,
        "since": plain.rfc3339(asked.since),
        "until": plain.rfc3339(asked.until),
        "accounts": [_account(one) for one in numbers],
    }


def attained_tree(attained: Attained) -> dict[str, Any]:
    """One promise."""
    return {
        "target": attained.target,
        "within_seconds": plain.seconds(attained.within),
        "objective": attained.objective,
        "met": attained.of(Verdict.MET),
        "breached": attained.of(Verdict.BREACHED),
        "pending": attained.of(Verdict.PENDING),
        "unconfirmed": attained.of(Verdict.UNCONFIRMED),
        "attainment": decimal(attained.share),
    }


def _account(numbers: AccountNumbers) -> dict[str, Any]:
    return {
        "account": numbers.subject.name,
        "brand": numbers.subject.brand,
        "platform": numbers.subject.platform,
        "mentions": numbers.mentions,
        "opened": numbers.opened,
        "answered": numbers.answered,
        "open": numbers.open,
        "excluded": dict(sorted(numbers.excluded.items())),
        "nudges": numbers.nudges,
        "reply_rate": decimal(numbers.reply_rate),
        "first_reply": times_tree(numbers.replies[Metric.FIRST_REPLY]),
        "next_reply": times_tree(numbers.replies[Metric.NEXT_REPLY]),
        "targets": [attained_tree(each) for each in numbers.targets],
        "oldest_open_at": plain.rfc3339(numbers.oldest_open_at),
        "coverage": decimal(numbers.coverage),
    }


def times_tree(times: ReplyTimes) -> dict[str, Any]:
    """Of one metric."""
    return {
        "km_p50_seconds": plain.seconds(times.km_p50),
        "km_p90_seconds": plain.seconds(times.km_p90),
        "naive_p50_seconds": plain.seconds(times.naive_p50),
        "naive_p90_seconds": plain.seconds(times.naive_p90),
        "n": times.n,
        "answered": times.answered,
    }


def decimal(share: Fraction | None) -> float | None:
    return None if share is None else float(share)
