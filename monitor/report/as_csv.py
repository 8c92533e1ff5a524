"""The report as CSV: a figure a line, exact, in a form that a spreadsheet can pivot."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, TextIO

from monitor.domain.target import Verdict
from monitor.report import plain
from monitor.report.curves import Curve
from monitor.report.figures import Group, Promise, Report
from monitor.report.sums import Sums
from monitor.report.tables import gaps, worst_rows
from monitor.report.telling import PERCENTILES, SHARES_AT

COLUMNS = ["part", "of", "figure", "value", "before"]


class Figure(NamedTuple):
    """`part` of the report, `of` what in it; `before` is that of the window before."""

    part: str
    of: str
    figure: str
    value: Any
    before: Any = None


def write_figures(report: Report, out: TextIO) -> None:
    """With a header; shares as numbers up to 1, spans in seconds, instants in UTC."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in figures(report):
        writer.writerow([plain.csv_cell(value) for value in one])


def figures(report: Report) -> Iterator[Figure]:
    yield from _window(report)
    yield from _beside(
        "total", "", _total(report.sums), _total(report.earlier) if report.earlier else None
    )
    yield Figure("total", "", "coverage", report.coverage)
    for promise in report.promises:
        yield from _promise(promise)
    for metric, curve in report.curves.items():
        earlier = report.earlier_curves.get(metric)
        yield from _beside(
            "reply_time", metric.value, _times(curve), _times(earlier) if earlier else None
        )
    yield from _still_waiting(report)
    yield from _hours(report)
    for axis, groups in report.groups.items():
        for group in groups:
            yield from _beside(axis, group.name, _group(group), None)
    for row in report.classes.rows():
        yield Figure("reply_class", row.outcome, "waits", row.waits)
        yield Figure("reply_class", row.outcome, "median_seconds", row.median)
    for reason, count in sorted(report.sums.excluded.items()):
        yield Figure("excluded", reason, "waits", count)
    for reason, count in report.unheard.most_common():
        yield Figure("no_wait", reason, "posts", count)
    yield from _tried(report)
    yield from _worst(report)
    yield from _observed(report)


def _beside(
    part: str, of: str, now: Mapping[str, Any], then: Mapping[str, Any] | None
) -> Iterator[Figure]:
    for name, value in now.items():
        yield Figure(part, of, name, value, then[name] if then else None)


def _window(report: Report) -> Iterator[Figure]:
    now, then = report.request.asked, report.request.before
    yield Figure("window", "", "since", now.since, then and then.since)
    yield Figure("window", "", "until", now.until, then and then.until)
    yield Figure("window", "", "complete_until", report.complete_until)


def _total(sums: Sums) -> dict[str, Any]:
    return {
        "mentions": sums.mentions,
        "opened": sums.opened,
        "answered": sums.answered,
        "open": sums.open,
        "nudges": sums.nudges,
        "reply_rate": sums.reply_rate,
        "oldest_open_at": sums.oldest_open_at,
        "late_detected": sums.late_detected,
    }


def _promise(promise: Promise) -> Iterator[Figure]:
    attained, before = promise.attained, promise.before
    name = attained.target
    for verdict in Verdict:
        then = before.of(verdict) if before else None
        yield Figure("promise", name, verdict.value, attained.of(verdict), then)
    yield Figure("promise", name, "attainment", attained.share, promise.share_before)
    found = {
        "attainment_low": promise.interval.low if promise.interval else None,
        "attainment_high": promise.interval.high if promise.interval else None,
        "objective": attained.exact_objective,
        "within_seconds": attained.within,
        "late_allowed": attained.allowed,
        "change": promise.change,
        "change_is_clear": promise.is_clear if promise.change is not None else None,
    }
    yield from _beside("promise", name, found, None)


def _times(curve: Curve) -> dict[str, Any]:
    found: dict[str, Any] = {"n": curve.n, "answered": len(curve.answered)}
    for p, _ in PERCENTILES:
        found[f"km_p{p * 100}_seconds"] = curve.percentile(p)
        found[f"naive_p{p * 100}_seconds"] = curve.naive_percentile(p)
    return found


def _still_waiting(report: Report) -> Iterator[Figure]:
    now, then = report.curve, report.earlier_curve
    for span in SHARES_AT:
        of, band = f"{span // timedelta(seconds=1)} s", now.band(span)
        yield Figure("still_waiting", of, "share", now.share(span), then and then.share(span))
        yield Figure("still_waiting", of, "low", band.low if band else None)
        yield Figure("still_waiting", of, "high", band.high if band else None)
        yield Figure("still_waiting", of, "answered_only", now.naive_share(span))


def _hours(report: Report) -> Iterator[Figure]:
    for name, hour in report.heat.named():
        yield Figure("hour", name, "opened", hour.opened)
        yield Figure("hour", name, "judged", hour.due)
        yield Figure("hour", name, "met", hour.met)


def _group(group: Group) -> dict[str, Any]:
    return {
        **_total(group.sums),
        "km_p50_seconds": group.curve.percentile(PERCENTILES[0][0]),
        "km_p90_seconds": group.curve.percentile(PERCENTILES[2][0]),
        "judged": group.in_time.judged,
        "met": group.in_time.met,
    }


def _tried(report: Report) -> Iterator[Figure]:
    for one in report.trial.tries if report.trial else ():
        of = f"{plain.seconds(one.within)} s"
        yield Figure("what_if", of, "attainment", one.as_promised.share)
        yield Figure("what_if", of, "breached", one.as_promised.of(Verdict.BREACHED))
        if one.otherwise and report.trial:
            where = f"{of} in {report.trial.calendar}"
            yield Figure("what_if", where, "attainment", one.otherwise.share)
            yield Figure("what_if", where, "breached", one.otherwise.of(Verdict.BREACHED))


def _worst(report: Report) -> Iterator[Figure]:
    for late, row in zip(report.worst, worst_rows(report), strict=True):
        of = str(row.number)
        yield Figure("worst", of, "account", row.account)
        yield Figure("worst", of, "customer", row.customer)
        yield Figure("worst", of, "nudges", row.nudges)
        yield Figure("worst", of, "past_due_seconds", late.late.past_due)
        yield Figure("worst", of, "outcome", row.outcome)
        yield Figure("worst", of, "url", row.link)


def _observed(report: Report) -> Iterator[Figure]:
    for name, one in report.observed.items():
        yield Figure("observed", name, "coverage", one.share)
        yield Figure("observed", name, "watermark", one.watermark)
    for gap in gaps(report):
        of = f"{gap.account} {plain.rfc3339(gap.span.start)}"
        yield Figure("not_observed", of, "until", gap.span.end)
