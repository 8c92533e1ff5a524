"""For those who run replywatch: does it see everything, in time, and does it tell people?"""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from dashboards.frame import Rows, dashboard, wallboard
from dashboards.panels import LATE, MINUTE, Panel, Query, Steps, curves, figure
from dashboards.queries import RANGE, added, chosen, growth, quantile, standing

PATIENCE: Steps = {5 * MINUTE: "red"}
"""Of what should happen each minute or so."""


def build() -> grafana.Dashboard:
    built = dashboard(
        "replywatch-operations",
        "replywatch / Operations",
        "Does replywatch see everything, in time, and does it tell people?",
        _rows(),
        since="6h",
        refresh="30s",
    )
    return built.with_variable(wallboard())


def _rows() -> Rows:
    return {
        "Now": [*_now()],
        "Seeing": [_watermarks(), _lag(), _blindness(), _late()],
        "Polls": [_polls(), _failures(), _durations(), _successes()],
        "Platforms": [_requests(), _limits(), _clocks(), _unread()],
        "Telling": [_notices(), _notice_failures(), _pending()],
        "The program": [_store(), _jobs(), _corrections()],
    }


def _now() -> list[Builder[model.Panel]]:
    return [
        figure(
            Panel(
                "Least observed",
                "How long ago the account that lags most was completely observed. Beyond its "
                "tightest promise it is blind: see which one below.",
                "s",
                4,
                4,
            ),
            Query(f"time() - min({standing('watermark_timestamp_seconds')})"),
            steps=PATIENCE,
        ),
        figure(
            Panel(
                "Failed polls",
                "Polls that failed in the time shown. A few `unavailable` are the platform's own; "
                "for others see the reasons below.",
                "none",
                4,
                4,
            ),
            Query(f"round({added(growth('poll_failures_total', 'reason', over=RANGE))})"),
            steps={1: "orange", 20: "red"},
        ),
        figure(
            Panel(
                "Notices not yet out",
                "Messages that notifiers are still to be told. Growing means that people are not "
                "told: see the failures below.",
                "none",
                4,
                4,
            ),
            Query("sum(max by (notifier) (replywatch_notices_pending))"),
            steps={20: "orange"},
        ),
        figure(
            Panel(
                "Configuration",
                "1 where the configuration was last taken, 0 where it was refused and the old one "
                "is still in force: `replywatch check -c FILE` says why.",
                "none",
                4,
                4,
            ),
            Query("min(replywatch_config_last_reload_successful)"),
            steps={1: "green"},
            base="red",
        ),
        figure(
            Panel(
                "Configuration taken",
                "When a configuration was last taken. Older than your last change means that "
                "nobody reloaded: `kill -HUP` or `POST /-/reload`.",
                "dateTimeFromNow",
                4,
                4,
            ),
            Query("1000 * max(replywatch_config_last_reload_success_timestamp_seconds)"),
            steps={},
        ),
        figure(
            Panel(
                "Daemons",
                "How many daemons Prometheus sees. On SQLite there is one; on PostgreSQL as many "
                "as you have started. Fewer: see to the machine that is missing.",
                "none",
                4,
                4,
            ),
            Query("count(replywatch_build_info)"),
            steps={1: "green"},
            base="red",
        ),
    ]


def _watermarks() -> Builder[model.Panel]:
    return curves(
        Panel(
            "How far behind each account is observed",
            "The age of the watermark. It saws between zero and the poll interval; a slope means "
            "that polls fail or do not reach the newest posts. Beyond the tightest promise "
            "verdicts wait.",
            "s",
        ),
        Query(f"time() - {standing('watermark_timestamp_seconds')}", "{{account}}"),
        steps=PATIENCE,
        per_account=True,
    )


def _lag() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Detection lag",
            "From a mention's own time until it was seen: half of them, and 95 of 100, over an "
            "hour. The poll interval plus what the platform needs. If it nears a promise, poll "
            "more often.",
            "s",
        ),
        Query(quantile(0.5, "detection_lag_seconds", over="1h"), "half"),
        Query(quantile(0.95, "detection_lag_seconds", over="1h"), "95 of 100"),
    )


def _blindness() -> Builder[model.Panel]:
    blind = added(growth("blind_seconds_total", over="1h"), "account")
    return curves(
        Panel(
            "Blind",
            "Which share of the last hour each account was blind: promises could break unseen. It "
            "is counted when sight returns. Above zero, look at the failures of that time.",
            "percentunit",
        ),
        Query(f"{blind} / 3600", "{{account}}"),
        per_account=True,
    )


def _late() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Learnt too late",
            "Mentions first seen after their earliest warning, and breaches learnt of after "
            "blindness, an hour. Federated servers deliver some late; many mean blindness or slow "
            "polls.",
            "none",
        ),
        Query(
            added(growth("late_arrivals_total", over="1h"), "account"), "{{account}} arrived late"
        ),
        Query(
            added(growth("sla_breached_late_detected_total", "target", over="1h"), "account"),
            "{{account}} breached unseen",
        ),
        Query(
            added(standing("waits_unconfirmed", "target"), "account"), "{{account}} unconfirmed now"
        ),
    )


def _polls() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Polls a minute",
            "How often each account is read: at its interval, and at every deadline. Zero means "
            "that it rests after failures, or that the daemon is busy.",
            "none",
        ),
        Query(f"60 * {added(_rate('polls_total'), 'account')}", "{{account}}"),
        per_account=True,
    )


def _failures() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Failed polls by reason",
            "`unavailable` and `rate_limited` pass by themselves. `auth`: make a new credential. "
            "`rejected`, `bad_payload`: the platform has changed. `store`, `internal`: see the "
            "log.",
            "none",
        ),
        Query(
            added(growth("poll_failures_total", "reason"), "account", "reason"),
            "{{account}} {{reason}}",
        ),
        stacked=True,
    )


def _durations() -> Builder[model.Panel]:
    return curves(
        Panel(
            "How long polls take",
            "Half of them, and 95 of 100, by account, over an hour. Above a few seconds the "
            "platform is slow; all accounts at once, this machine or the database is.",
            "s",
        ),
        Query(quantile(0.5, "poll_seconds", "account", over="1h"), "{{account}} half"),
        Query(quantile(0.95, "poll_seconds", "account", over="1h"), "{{account}} 95 of 100"),
        dashed="half$",
    )


def _successes() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Since the last good poll",
            "How long ago a poll last read everything. A slope that goes on is an account that "
            "fails: its page says why.",
            "s",
        ),
        Query(f"time() - {standing('poll_last_success_timestamp_seconds')}", "{{account}}"),
        steps=PATIENCE,
        per_account=True,
    )


def _requests() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Requests by answer",
            "Requests to the platforms a minute, by what they answered. 4xx and 5xx beside 200 are "
            "worth a look; 429 means too many: lengthen `poll`.",
            "none",
        ),
        Query(
            f"60 * {added(_rate('platform_requests_total', 'code'), 'platform', 'code')}",
            "{{platform}} {{code}}",
        ),
        stacked=True,
    )


def _limits() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Requests still allowed",
            "What the platform has last said of its limit. It falls and is refilled; near zero at "
            "the end of each period, lengthen `poll` or watch fewer accounts with one credential.",
            "none",
        ),
        Query(standing("rate_limit_remaining"), "{{account}}"),
        per_account=True,
    )


def _clocks() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Offset of this machine's clock",
            "This machine's clock less the platform's. Beyond 5 seconds either way the slower is "
            "believed and the account called blind: mend the time synchronisation.",
            "s",
        ),
        Query(f"abs({standing('clock_offset_seconds')})", "{{account}}"),
        steps={5.0: "red"},
    )


def _unread() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Mentions that open nothing",
            "Posts an hour that a rule keeps from being mentions, and brand posts that answer "
            "nobody knows whom. A rule that takes most of them is too wide: `replywatch explain` "
            "one.",
            "none",
        ),
        Query(added(growth("ignored_total", "reason", over="1h"), "reason"), "{{reason}}"),
        Query(added(growth("unattributed_replies_total", over="1h")), "unattributed replies"),
        dashed="^unattributed",
    )


def _notices() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Notices sent",
            "Notices an hour that went out, by notifier. None in a day with breaches means that no "
            "route takes them.",
            "none",
        ),
        Query("max by (notifier) (increase(replywatch_notices_total[1h]))", "{{notifier}}"),
        stacked=True,
    )


def _notice_failures() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Notices that failed",
            "Tries an hour that failed, by notifier and reason. `auth`, `rejected` and "
            "`bad_payload` need a person; `replywatch notify test NAME` tries again at once.",
            "none",
        ),
        Query(
            "max by (notifier, reason) (increase(replywatch_notice_failures_total[1h]))",
            "{{notifier}} {{reason}}",
        ),
        stacked=True,
    )


def _pending() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Notices waiting",
            "Messages that a notifier is still to be told. They go within seconds; steadily "
            "upwards means that it cannot be reached.",
            "none",
            24,
        ),
        Query("max by (notifier) (replywatch_notices_pending)", "{{notifier}}"),
    )


def _store() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Size of the database",
            "Bytes on disk. It grows with posts; `retention` lets it stay where it is.",
            "bytes",
            8,
        ),
        Query("max(replywatch_store_bytes)", "database"),
    )


def _jobs() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Fixed jobs skipped",
            "Runs an hour that were skipped since the one before had not ended. Now and then is "
            "nothing; steadily, the machine or the database is too slow.",
            "none",
            8,
        ),
        Query("sum(increase(replywatch_jobs_missed_total[1h]))", "skipped"),
        steps=LATE,
    )


def _corrections() -> Builder[model.Panel]:
    return curves(
        Panel(
            "Verdicts corrected",
            "Verdicts a day that history changed afterwards, by what they turned to. Many mean "
            "that posts arrive late; the report is always right.",
            "none",
            8,
        ),
        Query(
            added(growth("sla_corrections_total", "target", "to", over="1d"), "target", "to"),
            "{{target}} to {{to}}",
        ),
    )


def _rate(metric: str, *own: str) -> str:
    labels = ", ".join(["account", "brand", "platform", *own])
    return f"max by ({labels}) (rate({chosen(metric)}[$__rate_interval]))"
