"""The report as Markdown, for a wiki, an issue or a chat room."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from monitor.domain.target import Verdict
from monitor.report import telling
from monitor.report.as_html import FEW, Links
from monitor.report.cleaning import shown
from monitor.report.figures import Report
from monitor.report.heat import DAYS, HOURS, Hour
from monitor.report.numbers import Attained
from monitor.report.tables import GAPS_SHOWN, gaps, outcome, tries, worst_rows
from monitor.report.telling import METRICS, PERCENTILES
from monitor.report.wording import (
    NOTHING,
    bounds,
    counted,
    day_and_time,
    in_words,
    objective,
    part_of,
    per_wait,
    points,
    reached,
    round_length,
    share,
    short,
    waiting,
)

# What marks up, in CommonMark and in GitHub's dialect, and what makes an address a link.
_MARKING = re.compile(r"[\\`*_{}\[\]()<>#|~!&$@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_WORD_JOINER = "\u2060"

Row = Sequence[str]


def markdown(report: Report, links: Links) -> str:
    """Every chart of the page is a table here. Texts from outside mark up nothing, lead nowhere
    and call nobody."""
    return "\n".join(_lines(report, links)) + "\n"


def plainly(text: str) -> str:
    """As text and nothing else: no mark-up, no HTML, no link, no `@name` that somebody hears."""
    return _MARKING.sub(r"\\\g<0>", shown(text)).replace("\\@", f"\\@{_WORD_JOINER}")


def _lines(report: Report, links: Links) -> Iterator[str]:
    bold, rest = telling.headline(report)
    yield f"# {telling.title(report)}"
    yield from ("", plainly(telling.scope(report)), "", f"**{bold}** {plainly(rest)}".rstrip(), "")
    yield from _facts(report)
    if report.promises:
        yield from _promises(report)
    if report.sums.opened:
        yield from _waiting(report)
        yield from _within(report)
        yield from _heat(report)
        yield from _groups(report)
        yield from _classes(report)
        yield from _what_if(report)
        yield from _worst(report, links)
    yield from _coverage(report)
    yield from ("", telling.footing(report))


def _table(head: Row, rows: Iterable[Row], *, words: int = 1) -> Iterator[str]:
    """The first columns hold words, the others figures."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "|".join("---" if place < words else "---:" for place in range(len(head))) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _facts(report: Report) -> Iterator[str]:
    now, then, curve, was = report.sums, report.earlier, report.curve, report.earlier_curve
    half, nine = PERCENTILES[0][0], PERCENTILES[2][0]

    def before(text: str) -> str:
        return text if then else NOTHING

    yield from _table(
        ("", "this window", "before"),
        [
            ("Waits opened", counted(now.opened), before(counted(then.opened if then else 0))),
            ("Nudges", counted(now.nudges), before(counted(then.nudges if then else 0))),
            ("Reply rate", share(now.reply_rate), share(then.reply_rate if then else None)),
            *(
                (
                    label,
                    reached(curve.percentile(p), curve.n),
                    reached(was.percentile(p), was.n) if was else NOTHING,
                )
                for p, label in ((half, "Half answered within"), (nine, "9 in 10 within"))
            ),
            ("Still waiting", counted(now.open), before(counted(then.open if then else 0))),
            ("Oldest of them", _oldest(report), ""),
            ("Coverage", share(report.coverage), ""),
        ],
    )


def _oldest(report: Report) -> str:
    oldest = report.sums.oldest_open_at
    return day_and_time(oldest, report.zone) if oldest else NOTHING


def _promises(report: Report) -> Iterator[str]:
    yield from ("## Were the promises kept?", "")
    head = ("target", "for", "attainment", "95 %", "objective", "", "before", "change", "late")
    yield from _table((*head, "allowed"), _promise_rows(report), words=2)


def _promise_rows(report: Report) -> Iterator[Row]:
    for one in report.promises:
        it = one.attained
        verdict = {True: "✓ kept", False: "▼ missed", None: "nothing to judge yet"}[it.is_kept]
        chance = "clear" if one.is_clear else "may be chance"
        yield (
            f"**{plainly(it.target)}**, {plainly(telling.terms(report, one))}",
            plainly(telling.brands(report, one)),
            share(it.share),
            bounds(one.interval),
            objective(it.exact_objective),
            verdict,
            share(one.share_before),
            f"{points(one.change)}, {chance}" if one.change is not None else NOTHING,
            ", ".join((telling.late(one), *telling.not_judged(one))),
            counted(it.allowed),
        )


def _waiting(report: Report) -> Iterator[str]:
    now, then = report.curve, report.earlier_curve
    yield from (f"## How long people waited for a {METRICS[report.metric]}", "")
    head = ("still waiting after", "this window", "95 % band", "before", "answered only")
    yield from _table(
        head,
        (
            (
                round_length(span),
                waiting(now.share(span)),
                bounds(now.band(span)),
                waiting(then.share(span)) if then else NOTHING,
                waiting(now.naive_share(span)),
            )
            for span in telling.SHARES_AT
        ),
    )


def _within(report: Report) -> Iterator[str]:
    rows = []
    for metric, name in METRICS.items():
        it, was = report.curves[metric], report.earlier_curves.get(metric)
        for p, label in PERCENTILES if it.n else ():
            rows.append(
                (
                    f"{name}: {label}",
                    reached(it.percentile(p), it.n),
                    reached(was.percentile(p), was.n) if was else NOTHING,
                    reached(it.naive_percentile(p), len(it.answered)),
                    f"{len(it.answered):,} of {it.n:,}",
                )
            )
    yield from _table(("answered within", "Kaplan–Meier", "before", "naive", "answered"), rows)
    yield from (f"**Why they differ:** {telling.why_they_differ(report)}", "")


def _heat(report: Report) -> Iterator[str]:
    heat = report.heat
    yield from ("## When people ask, and when they are answered in time", "")
    head = ("opened", *(f"{hour:02}" for hour in HOURS), "all")
    rows = [
        (day, *(counted(hour.opened) for hour in hours), counted(heat.day(place).opened))
        for place, (day, hours) in enumerate(zip(DAYS, heat.days, strict=True))
    ]
    whole = ("all", *(counted(heat.hour(hour).opened) for hour in HOURS), counted(heat.all.opened))
    yield from _table(head, [*rows, whole])
    rows = [
        (day, *map(_percent, hours), _percent(heat.day(place)))
        for place, (day, hours) in enumerate(zip(DAYS, heat.days, strict=True))
    ]
    whole = ("all", *(_percent(heat.hour(hour)) for hour in HOURS), _percent(heat.all))
    yield from _table(("met, %", *head[1:]), [*rows, whole])


def _percent(hour: Hour) -> str:
    """Nothing where too few are judged."""
    return f"{hour.met * 100 // hour.due}" if hour.due >= FEW else "·"


def _groups(report: Report) -> Iterator[str]:
    half, nine = PERCENTILES[0][0], PERCENTILES[2][0]
    yield from ("## By platform, brand and language", "")
    head = ("", "waits", "reply rate", "half within", "9 in 10 within", "in time", "nudges a wait")
    yield from _table(
        head,
        (
            (
                f"{axis}: {plainly(group.name)}",
                counted(group.sums.opened),
                share(group.sums.reply_rate),
                reached(group.curve.percentile(half), group.curve.n),
                reached(group.curve.percentile(nine), group.curve.n),
                f"{'' if group.in_time.is_kept else '▼ '}{share(group.in_time.share)}",
                per_wait(group.sums.nudges, group.sums.opened),
            )
            for axis in ("platform", "brand", "language")
            for group in report.groups[axis]
        ),
    )


def _classes(report: Report) -> Iterator[str]:
    yield from ("## What kind of reply", "")
    yield from _table(
        ("reply", "waits", "share", "median"),
        (
            (
                ": ".join(outcome(row.outcome)),
                counted(row.waits),
                part_of(row.waits, report.sums.opened),
                in_words(row.median) if row.median is not None else NOTHING,
            )
            for row in report.classes.rows()
        ),
    )


def _what_if(report: Report) -> Iterator[str]:
    trial = report.trial
    if trial is None:
        return
    yield from (f"## What if {plainly(trial.in_force.target)} had promised …", "")
    head = [f"{METRICS[trial.in_force.metric]} in", "attainment", "late", "judgement"]
    if trial.calendar:
        head += [f"in {plainly(trial.calendar)}", "late", "judgement"]
    rows = []
    for row in tries(trial):
        cells = [f"{row.within}{' (now)' if row.is_promised else ''}"]
        cells += _tried(row.plain, row.judgement)
        if row.otherwise:
            cells += _tried(row.otherwise, row.other_judgement)
        rows.append(cells)
    yield from _table(head, rows)
    yield from (telling.DUES_ANEW, "")


def _tried(attained: Attained, judgement: tuple[str, bool] | None) -> list[str]:
    words = judgement[0] if judgement else NOTHING
    return [share(attained.share), counted(attained.of(Verdict.BREACHED)), words]


def _worst(report: Report, links: Links) -> Iterator[str]:
    yield from ("## Ten worst waits", "", "Most nudges first, then the longest past due.", "")
    rows = []
    for row in worst_rows(report):
        place, name = links.wait(row.number), f"w{row.number}"
        rows.append(
            (
                f"[{name}](<{place}>)" if place else name,
                f"{plainly(row.customer)} at {plainly(row.account)} – {plainly(row.words)}",
                row.waited,
                counted(row.nudges),
                short(row.reach),
                f"{row.outcome}, asked {row.asked}",
            )
        )
    head = ("wait", "customer and first words", "waited", "nudges", "reach", "outcome")
    yield from _table(head, rows, words=2)


def _coverage(report: Report) -> Iterator[str]:
    yield from ("## What was seen, and what was left out", "", telling.coverage(report), "")
    yield from _table(
        ("account", "observed"),
        ((plainly(name), share(one.share)) for name, one in report.observed.items()),
    )
    every = gaps(report)
    if every:
        rows = [(plainly(gap.account), gap.start, gap.end, gap.length) for gap in every]
        yield from _table(("not observed", "from", "to", "length"), rows[:GAPS_SHOWN])
    ended = report.sums.excluded
    reasons = [(words, counted(ended.get(name, 0))) for name, words in telling.REASONS.items()]
    yield from _table(("ended without an answer", "waits"), reasons)
    never = [(plainly(reason), counted(posts)) for reason, posts in report.unheard.most_common()]
    yield from _table(("never opened a wait", "posts seen live"), never or [("nothing", NOTHING)])
    yield telling.LATE_ALL_THE_SAME
