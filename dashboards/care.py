"""For those who lead the people who answer: are promises kept, who waits, when is help needed?"""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.dashboard import FieldColorModeId

from dashboards.frame import Rows, dashboard, of_target, offset, wallboard, window
from dashboards.panels import (
    BENCHMARKS,
    LATE,
    MINUTE,
    Columns,
    Panel,
    Query,
    Steps,
    bars,
    curves,
    figure,
    rows,
    spread,
    week,
)
from dashboards.queries import (
    OF_TARGET,
    RANGE,
    added,
    attainment,
    by_hour_of_week,
    chosen,
    growth,
    quantile,
    standing,
)

MARGIN: Steps = {0.0: "green"}
"""Of attainment above its objective."""

USUAL: Steps = {0.5: "orange", 0.9: "green"}
"""Of attainment where many objectives are mixed: the shipped ones are 90 %."""

OBJECTIVE = standing("sla_objective_ratio", "target", more=(OF_TARGET,))
BY_TARGET = ("account", "brand", "platform", "target")


def build() -> grafana.Dashboard:
    built = dashboard(
        "replywatch-care",
        "replywatch / Care",
        "Are people answered in time? Who waits now, and when are more hands needed?",
        _rows(),
        since="7d",
        refresh="1m",
    )
    for variable in (of_target(), window(), offset(), wallboard()):
        built.with_variable(variable)
    return built


def _rows() -> Rows:
    return {
        "Now": [*_now()],
        "Promises": [_kept(), _by_brand(), _promises(), _waiting()],
        "How long people wait": [_kaplan_meier(), _lengths(), _business(), _next()],
        "When": [_mentions_by_hour(), _attainment_by_hour()],
        "What is said": [_answers(), _mentions(), _excluded(), _nudges()],
    }


def _now() -> list[Builder[model.Panel]]:
    overdue = added(standing("waits_overdue", "target", more=(OF_TARGET,)))
    return [
        figure(
            Panel(
                "Waiting",
                "Customers who wait for an answer at this moment. Click for their names.",
                "none",
                4,
                4,
            ),
            Query(added(standing("waits_open", "kind"))),
            steps={},
        ),
        figure(
            Panel(
                "Too late already",
                "Open waits past the promise, once for each promise. Answer these first: click for "
                "the list, the longest waiting on top.",
                "none",
                4,
                4,
            ),
            Query(overdue),
            steps=LATE,
        ),
        figure(
            Panel(
                "Longest waiting",
                "How long the oldest open wait has lasted. Yellow from 6 minutes, orange from 15, "
                "red from an hour. Answer it, or dismiss it with a reason.",
                "s",
                4,
                4,
            ),
            Query(f"time() - min({standing('oldest_open_wait_timestamp_seconds')})"),
            steps=BENCHMARKS,
        ),
        figure(
            Panel(
                "Next falls due in",
                "Time left until the next promise breaks unless somebody answers. Red below a "
                "minute.",
                "s",
                4,
                4,
            ),
            Query(
                "min("
                + standing("next_due_timestamp_seconds", "target", more=(OF_TARGET,))
                + ") - time()"
            ),
            steps={MINUTE: "orange", 5 * MINUTE: "green"},
            base="red",
        ),
        figure(
            Panel(
                "Worst promise, against its objective",
                "Attainment less objective, of the promise that does worst in the time shown. Red "
                "below zero: the objective is missed. Find which one in the table below.",
                "percentunit",
                4,
                4,
            ),
            Query(f"min({attainment(RANGE, *BY_TARGET)} - {OBJECTIVE})"),
            steps=MARGIN,
            base="red",
        ),
        figure(
            Panel(
                "Eyes upon it",
                "Likes, reposts, replies and views of the posts whose authors wait. Where many "
                "look on, answer first.",
                "short",
                4,
                4,
            ),
            Query(added(standing("open_reach"))),
            steps={10_000: "orange"},
        ),
    ]


def _kept() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Attainment against objective",
            "Promises kept of those that fell due in the 24 hours before each moment; the never "
            "answered count as broken. Dashed: the objective. Below its dashes for days means: "
            "staff more hours, or promise less.",
            "percentunit",
            16,
            9,
        ),
        Query(attainment("1d", "account", "target"), "{{account}} {{target}}"),
        Query(f"max by (account, target) ({OBJECTIVE})", "{{account}} {{target}} objective"),
        most=1,
        dashed="objective$",
        per_account=True,
    )


def _by_brand() -> Builder[model.Panel]:
    return bars(
        Panel(
            "Attainment by brand and platform",
            "Promises kept of those that fell due in the time shown. Green from 90 %. Compare "
            "where the same people answer on several platforms: one of them may be forgotten.",
            "percentunit",
            8,
            9,
        ),
        Query(attainment(RANGE, "brand", "platform"), "{{brand}} on {{platform}}"),
        steps=USUAL,
        base="red",
    )


def _promises() -> Builder[model.Panel]:
    due = added(growth("sla_due_total", "target", over=RANGE, more=(OF_TARGET,)), *BY_TARGET)
    promises: Columns = {
        "Attainment": (Query(attainment(RANGE, *BY_TARGET)), "percentunit", None),
        "Objective": (Query(OBJECTIVE), "percentunit", None),
        "Margin": (
            Query(f"{attainment(RANGE, *BY_TARGET)} - {OBJECTIVE}"),
            "percentunit",
            {-1.0: "red", 0.0: "green"},
        ),
        "Within": (
            Query(standing("sla_within_seconds", "target", more=(OF_TARGET,))),
            "s",
            None,
        ),
        "Due": (Query(f"round({due})"), "none", None),
        "Overdue": (
            Query(standing("waits_overdue", "target", more=(OF_TARGET,))),
            "none",
            LATE,
        ),
        "Unconfirmed": (
            Query(standing("waits_unconfirmed", "target", more=(OF_TARGET,))),
            "none",
            {1: "orange"},
        ),
    }
    return rows(
        Panel(
            "Every promise",
            "Attainment in the time shown, the objective, and the margin between them: red is "
            "missed. Unconfirmed waits are past due but not observed so far, which is for those "
            "who run this. Click a row for the account's page.",
            "none",
            24,
            8,
        ),
        promises,
        labels=BY_TARGET,
    )


def _waiting() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Who waits",
            "Open waits by kind, and those past a promise. A staircase upwards means that more is "
            "asked than answered; one that never falls to zero holds forgotten waits: dismiss "
            "them.",
            "none",
            24,
            9,
        ),
        Query(added(standing("waits_open", "kind"), "kind"), "{{kind}}"),
        Query(
            added(standing("waits_overdue", "target", more=(OF_TARGET,)), "target"),
            "past {{target}}",
        ),
        dashed="^past",
    )


def _kaplan_meier() -> Builder[model.Panel]:
    percentiles = chosen("first_reply_kaplan_meier_seconds", 'window="$window"')
    return curves(
        Panel(
            "First reply, Kaplan-Meier",
            "Half of all customers, and nine of ten, are answered within so long, the unanswered "
            "counted in. Dashed: 6, 15 and 60 minutes. No line means not reached: too many wait "
            "still. Watch the upper line; the median forgives a lot.",
            "s",
            12,
            9,
        ),
        Query(f"max by (account, percentile) ({percentiles})", "{{account}} {{percentile}} of 100"),
        steps=BENCHMARKS,
        logarithmic=True,
        per_account=True,
    )


def _lengths() -> Builder[model.Panel]:
    return spread(
        Panel(
            "First replies by length",
            "How many first replies came after how long. A second band far up is a queue that "
            "nobody looks at. The unanswered are not in it: see Kaplan-Meier beside it.",
            "s",
            12,
            9,
        ),
        Query(added(growth("first_reply_seconds_bucket", "le"), "le"), "{{le}}"),
    )


def _business() -> Builder[model.Panel]:
    return curves(
        Panel(
            "First reply in opening hours",
            "Median and ninth decile of the answered, over six hours, counting open hours only, "
            "beside the same on the wall. Far apart means that people write when the desk is "
            "closed.",
            "s",
        ),
        Query(quantile(0.5, "first_reply_business_seconds", over="6h"), "open hours, half"),
        Query(quantile(0.9, "first_reply_business_seconds", over="6h"), "open hours, 9 of 10"),
        Query(quantile(0.5, "first_reply_seconds", over="6h"), "wall, half"),
        Query(quantile(0.9, "first_reply_seconds", over="6h"), "wall, 9 of 10"),
        dashed="^wall",
        logarithmic=True,
    )


def _next() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Next reply",
            "How long those wait who ask again: median and ninth decile of the answered, over six "
            "hours. Longer than the first reply means that conversations are opened and left.",
            "s",
        ),
        Query(quantile(0.5, "next_reply_seconds", over="6h"), "wall, half"),
        Query(quantile(0.9, "next_reply_seconds", over="6h"), "wall, 9 of 10"),
        Query(quantile(0.9, "next_reply_business_seconds", over="6h"), "open hours, 9 of 10"),
        steps=BENCHMARKS,
        logarithmic=True,
    )


def _mentions_by_hour() -> Builder[model.Panel]:
    hourly = added(growth("mentions_total", "surface", over="1h"))
    return week(
        Panel(
            "Mentions by hour of the week",
            "All mentions in the time shown, by the hour in which they came; choose whole weeks. "
            "Hours are UTC plus the variable above. Staff the dark cells.",
            "none",
            24,
            9,
        ),
        Query(f"round({by_hour_of_week(hourly)})"),
        colours=FieldColorModeId.CONTINUOUS_BLUES,
        most=None,
    )


def _attainment_by_hour() -> Builder[model.Panel]:
    met, due = (
        by_hour_of_week(added(growth(f"sla_{each}_total", "target", over="1h", more=(OF_TARGET,))))
        for each in ("met", "due")
    )
    return week(
        Panel(
            "Attainment by hour of the week",
            "Promises kept of those that fell due in that hour, over the time shown. Red cells are "
            "hours with too few hands, however good the week looks as a whole.",
            "percentunit",
            24,
            9,
        ),
        Query(f"clamp_max({met} / ({due} > 0), 1)"),
        colours=FieldColorModeId.CONTINUOUS_RD_YL_GR,
        most=1,
    )


def _answers() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Answers by class",
            "What the brand writes, an hour: `human` answers, `deflection` sends people elsewhere, "
            "`automated` stops no clock. Much deflection looks fast and helps nobody.",
            "none",
        ),
        Query(added(growth("replies_total", "class", over="1h"), "class"), "{{class}}"),
        stacked=True,
    )


def _mentions() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Mentions, and what is usual",
            "Mentions an hour by surface. Dashed: the mean of this hour of the week in past weeks, "
            "from the recording rules. Far above it something has happened: find out what.",
            "none",
        ),
        Query(added(growth("mentions_total", "surface", over="1h"), "surface"), "{{surface}}"),
        Query(f"sum({_recorded('replywatch:mentions:usual1h')})", "usual"),
        dashed="^usual$",
    )


def _excluded() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Waits that ended otherwise",
            "Begun, answered, and ended without an answer, by reason, a day. Many dismissals: "
            "look at the reasons, since dismissing in time keeps a wait out of attainment.",
            "none",
        ),
        Query(added(growth("waits_opened_total", "kind", over="1d")), "begun"),
        Query(added(growth("waits_answered_total", "kind", over="1d")), "answered"),
        Query(added(growth("waits_excluded_total", "reason", over="1d"), "reason"), "{{reason}}"),
        dashed="^(begun|answered)$",
    )


def _nudges() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Nudges",
            "Customers who had to ask again before they were answered, of each begun wait, over 24 "
            "hours. It rises before attainment falls where promises are long.",
            "none",
        ),
        Query(
            f"{added(growth('nudges_total', over='1d'), 'account')} / "
            f"({added(growth('waits_opened_total', 'kind', over='1d'), 'account')} > 0)",
            "{{account}}",
        ),
        per_account=True,
    )


def _recorded(name: str) -> str:
    """What a recording rule has written, under the variables."""
    return name + chosen("")[len("replywatch_") :]
