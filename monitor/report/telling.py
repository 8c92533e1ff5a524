"""The sentences of the report, for every form of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction

from monitor.domain.target import Metric, Verdict
from monitor.domain.wait import DEFINITION_VERSION, Dismissal, Status
from monitor.report.classes import Outcome
from monitor.report.figures import Promise, Report
from monitor.report.languages import called, spoken
from monitor.report.windows import Bounds, told, told_before
from monitor.report.wording import (
    NOTHING,
    full_moment,
    in_words,
    listed,
    objective,
    plural,
    points,
    share,
)

SHARES_AT = tuple(timedelta(minutes=each) for each in (1, 6, 15, 60, 240, 1440))
PERCENTILES = (
    (Fraction(1, 2), "Half (p50)"),
    (Fraction(3, 4), "3 in 4 (p75)"),
    (Fraction(9, 10), "9 in 10 (p90)"),
    (Fraction(19, 20), "19 in 20 (p95)"),
)
METRICS = {Metric.FIRST_REPLY: "first reply", Metric.NEXT_REPLY: "next reply"}
REASONS = {
    Status.DELETED.value: "Deleted by the customer",
    Dismissal.SPAM.value: "Dismissed: spam or abuse",
    Dismissal.NOT_FOR_US.value: "Dismissed: not meant for us",
    Dismissal.ELSEWHERE.value: "Dismissed: answered somewhere else",
    Dismissal.NONE_NEEDED.value: "Dismissed: nothing to answer",
}
OUTCOMES = {
    Outcome.HUMAN: ("Human", "Closes the wait"),
    Outcome.DEFLECTION: (
        "Deflection",
        "Closes it; not resolved in the channel (“please DM us”)",
    ),
    Outcome.AUTOMATED_ONLY: ("Automated only", "Closes nothing: still open"),
    Outcome.NONE: ("None", "Still open"),
    Outcome.EXCLUDED: ("Excluded", "Deleted or dismissed, see below"),
}
DUES_ANEW = (
    "The due instants of what is tried are reckoned anew, from today's calendars;"
    " those in force were fixed when each wait was stored."
)
LATE_ALL_THE_SAME = "What was deleted or dismissed after its due instant is late all the same."


def title(report: Report) -> str:
    return f"Replies, {window(report)}"


def window(report: Report) -> str:
    asked = report.request.asked
    return told(Bounds(asked.since, asked.until), report.zone, report.made_at)


def scope(report: Report) -> str:
    """What is in it, beside what, and how far it is complete."""
    return " ".join(_scope(report))


def _scope(report: Report) -> Iterator[str]:
    asked = report.request.asked
    brands = dict.fromkeys(subject.brand for subject in report.subjects)
    parts = [f"{listed([*brands])}, {plural(len(report.subjects), 'account')}"]
    if asked.languages:
        parts.append(f"posts in {listed([called(spoken(each)) for each in asked.languages])} only")
    if asked.targets:
        parts.append(f"what {listed(asked.targets)} judges only")
    if asked.by_due:
        parts.append("promises by the instant of their due")
    yield f"{', '.join(parts)}."
    if report.request.before:
        bounds = Bounds(asked.since, asked.until)
        then = told_before(report.request.before, bounds, report.zone, report.made_at)
        yield f"Compared with {then}."
    until = report.complete_until
    if until is None:
        yield "Nothing was observed yet."
    else:
        yield f"Complete up to {full_moment(until, report.zone)}."
    yield f"Times in {report.zone.key}."


def headline(report: Report) -> tuple[str, str]:
    """The sentence to remember, and what belongs to it."""
    judged = [one for one in report.promises if one.attained.is_kept is not None]
    if not report.sums.opened:
        return "Nobody asked.", ""
    if not judged:
        return "No promise could be judged yet.", ""
    missed = [one for one in judged if not one.attained.is_kept]
    kept = len(judged) - len(missed)
    if not missed:
        every = "The promise was" if kept == 1 else f"All {kept} promises were"
        return f"{every} kept.", ""
    return (
        f"{kept} of {len(judged)} promises kept.",
        f"Missed: {'; '.join(_missed(one) for one in missed)}.",
    )


def _missed(one: Promise) -> str:
    wanted = objective(one.attained.exact_objective)
    found = f"{one.attained.target}, {share(one.attained.share)} of {wanted}"
    if one.change and one.is_clear:
        way = "up" if one.change > 0 else "down"
        return f"{found}, {points(one.change)[2:]} points {way}"
    return found


def terms(report: Report, one: Promise) -> str:
    """`first reply in 6 min, always open`"""
    attained = one.attained
    hours = report.calendars.get(attained.target)
    what = f"{METRICS[attained.metric]} in {in_words(attained.within)}"
    return f"{what}, {hours}" if hours else what


def brands(report: Report, one: Promise) -> str:
    every = {subject.brand for subject in report.subjects}
    if len(every) > 1 and set(one.brands) == every:
        return "all brands"
    return listed(one.brands)


def late(one: Promise) -> str:
    """`264 of 1,695`"""
    attained = one.attained
    if not attained.judged:
        return NOTHING
    return f"{attained.of(Verdict.BREACHED):,} of {attained.judged:,}"


def not_judged(one: Promise) -> list[str]:
    """What is left beside those, if anything."""
    attained = one.attained
    return [
        f"{attained.of(verdict):,} {word}"
        for verdict, word in (
            (Verdict.PENDING, "not due yet"),
            (Verdict.UNCONFIRMED, "unconfirmed"),
        )
        if attained.of(verdict)
    ]


def why_they_differ(report: Report) -> str:
    curve = report.curve
    silent = curve.n - len(curve.answered)
    return (
        f"the naive numbers look only at the {len(curve.answered):,} waits that got an"
        f" answer; Kaplan–Meier also counts the {silent:,} that got none, each for as long"
        " as it was seen to last, so it cannot be made better by ignoring them."
    )


def coverage(report: Report) -> str:
    if report.coverage is None:
        return "Nothing of the window was observed."
    observed = f"{share(report.coverage)} of the window was observed, over all accounts."
    if not report.sums.late_detected:
        return observed
    breaches = plural(report.sums.late_detected, "breach", "breaches")
    return (
        f"{observed} What happened in a blind span was read afterwards: {breaches}"
        " learnt late, which count at their due time."
    )


def footing(report: Report) -> str:
    which = "due" if report.request.asked.by_due else "opened"
    return (
        f"replywatch, definitions version {DEFINITION_VERSION}. Made"
        f" {full_moment(report.made_at, report.zone)} from the waits {which} in the window. Never a"
        " mean; percentiles are Kaplan–Meier estimates: who still waits counts, for as long as"
        " everything was observed."
    )
