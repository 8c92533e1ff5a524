"""The metrics: their names without the prefix, their help, and what is known of their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.cycle.measuring import KAPLAN_MEIER, OPEN_REACH
from monitor.domain.post import ReplyClass, Surface
from monitor.domain.target import Verdict
from monitor.domain.wait import Dismissal, Kind, Status
from monitor.ports.connector import Reason

PREFIX = "replywatch_"


@dataclass(frozen=True, slots=True)
class Counter:
    """A business counter from the tallies. `labels` are its own, beside the account's; `known` are
    the values exported as 0 from the start. One `by_target` has them for each of the targets."""

    name: str
    help: str
    labels: Sequence[str] = ()
    known: Sequence[str] = ()
    by_target: bool = False


COUNTERS = (
    Counter("mentions", "Posts that address the brand.", ["surface"], [*Surface]),
    Counter("nudges", "Further mentions by a customer who waits already.", known=[""]),
    Counter(
        "ignored",
        "Posts that would be mentions but for a rule.",
        ["reason"],
        ["overheard", "closer"],
    ),
    Counter("unattributed_replies", "Brand posts that answer nobody knows whom.", known=[""]),
    Counter("late_arrivals", "Mentions first seen after their earliest warning.", known=[""]),
    Counter("waits_opened", "Waits that began.", ["kind"], [*Kind]),
    Counter("waits_answered", "Waits that a reply ended.", ["kind"], [*Kind]),
    Counter(
        "waits_excluded",
        "Waits that ended otherwise.",
        ["reason"],
        [Status.DELETED, *Dismissal],
    ),
    Counter("replies", "Brand posts that answer a customer.", ["class"], [*ReplyClass]),
    Counter("sla_due", "Waits whose due instant has been observed.", ["target"], by_target=True),
    Counter("sla_met", "Those of them that were answered in time.", ["target"], by_target=True),
    Counter(
        "sla_corrections",
        "Verdicts that history changed afterwards.",
        ["target", "to"],
        [verdict for verdict in Verdict if verdict.is_final],
        by_target=True,
    ),
    Counter(
        "sla_breached_late_detected",
        "Breaches learnt of after blindness.",
        ["target"],
        by_target=True,
    ),
    Counter("polls", "Polls that ended.", known=[""]),
    Counter("poll_failures", "Polls that failed.", ["reason"], [*Reason]),
    Counter("platform_requests", "Requests to the platform, by what it answered.", ["code"]),
    Counter("blind_seconds", "Time in which promises could break unseen.", known=[""]),
)

HISTOGRAMS = {
    "first_reply_seconds": "Length of answered first waits, on the wall.",
    "next_reply_seconds": "Length of answered follow-up waits, on the wall.",
    "first_reply_business_seconds": "Length of answered first waits, in business time.",
    "next_reply_business_seconds": "Length of answered follow-up waits, in business time.",
    "detection_lag_seconds": "From a mention's own time until it was seen.",
    "poll_seconds": "How long polls took.",
}

OPEN_WAITS = "waits_open"
OPEN_WAITS_HELP = "Waits that nothing has ended."

ACCOUNT_GAUGES = {
    "oldest_open_wait_timestamp_seconds": "When the oldest open wait began; absent where none is.",
    OPEN_REACH: "Likes, reposts, replies and views of the posts behind open waits.",
    "watermark_timestamp_seconds": "Up to when the account has been completely observed.",
    "blind_after_seconds": "How old the watermark gets before the account is called blind.",
    "poll_interval_seconds": "How often it is polled, and more often where something falls due.",
    "clock_offset_seconds": "The host's clock minus the platform's.",
    "poll_last_success_timestamp_seconds": "When a poll last read everything.",
    "rate_limit_remaining": "Requests that the platform still allows.",
}

TARGET_GAUGES = {
    "waits_overdue": "Open waits that were surely not answered in time.",
    "waits_unconfirmed": "Open waits past due that have not been observed that far.",
    "next_due_timestamp_seconds": "When the next open wait falls due; absent where none will.",
    "sla_within_seconds": "The promise: answered within.",
    "sla_objective_ratio": "The promise: of how many.",
}

NOTIFIER_COUNTERS = {
    "notices": "Messages that a notifier was told.",
    "notice_failures": "Times that telling a notifier failed.",
}

NOTIFIER_GAUGES = {"notices_pending": "Messages that a notifier is still to be told."}

REPLY_TIME_HELP = (
    "Within how long so many percent of first waits are answered, the unanswered counted in, over "
    "the window until now; absent where it is not reached."
)

PROCESS_COUNTERS = {"jobs_missed": "Runs of fixed jobs that were skipped."}

PROCESS_GAUGES = {
    "config_last_reload_successful": "Whether the configuration was last taken.",
    "config_last_reload_success_timestamp_seconds": "When a configuration was last taken.",
    "store_bytes": "Size of the database on disk.",
}

BUILD = "build"
BUILD_HELP = "The program that runs."

NAMES = frozenset(
    PREFIX + name
    for name in (
        *(f"{counter.name}_total" for counter in COUNTERS),
        *HISTOGRAMS,
        OPEN_WAITS,
        *ACCOUNT_GAUGES,
        *TARGET_GAUGES,
        KAPLAN_MEIER,
        *(f"{name}_total" for name in NOTIFIER_COUNTERS),
        *NOTIFIER_GAUGES,
        *(f"{name}_total" for name in PROCESS_COUNTERS),
        *PROCESS_GAUGES,
        f"{BUILD}_info",
    )
)
"""Of all metrics, as a query names them; of a histogram without `_bucket`, `_sum`, `_count`."""
