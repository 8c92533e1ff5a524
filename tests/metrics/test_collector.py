"""What Prometheus scrapes keeps Prometheus' own rules, and says 0 before it says 1."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_metrics
from prometheus_client.samples import Sample

from monitor.cycle.measuring import measure
from monitor.metrics.catalogue import NAMES
from monitor.ports.connector import Reason
from monitor.store.schema import bound, bucket
from tests.acceptance.platform import Platform
from tests.acceptance.watching import TARGETS, Hands, configuration
from tests.web.conftest import House

OPEN = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"}
OF_PROCESS = {
    "replywatch_jobs_missed",
    "replywatch_config_last_reload_successful",
    "replywatch_config_last_reload_success_timestamp_seconds",
    "replywatch_store_bytes",
    "replywatch_build",
    "replywatch_notices",
    "replywatch_notice_failures",
    "replywatch_notices_pending",
}


def families(house: House) -> list[Metric]:
    return list(open_metrics(house.client.get("/metrics", OPEN).text))  # type: ignore[no-untyped-call]


def samples(house: House) -> Iterator[Sample]:
    return (sample for family in families(house) for sample in family.samples)


def value(house: House, name: str, **labels: str) -> float | None:
    """Of the only series of this name with these labels."""
    found = [
        sample.value
        for sample in samples(house)
        if sample.name == f"replywatch_{name}" and labels.items() <= sample.labels.items()
    ]
    assert len(found) < 2
    return found[0] if found else None


def busy(house: House, platform: Platform, clock: Hands) -> None:
    """A mention answered in time, one late, one open, one closing word."""
    house.poll()
    first, second = platform.says("ada"), platform.says("bo", "<b>4711</b>")
    clock.forward(60)
    answer = platform.replies(first)
    house.poll()
    platform.says("ada", "thanks", to=answer)
    clock.forward(310)
    house.poll()
    platform.replies(second)
    platform.says("cy")
    clock.forward(10)
    house.poll()


def test_the_format_is_the_one_that_was_asked_for(house: House) -> None:
    plain, asked = house.client.get("/metrics"), house.client.get("/metrics", OPEN)

    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert asked.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert asked.text.endswith("# EOF\n")
    assert "# EOF" not in plain.text
    names = {family.name for family in plain_metrics(plain.text)}
    assert names >= {family.name for family in families(house) if family.type != "info"}


def test_names_and_units_are_prometheus_own(house: House, platform: Platform, clock: Hands) -> None:
    busy(house, platform, clock)
    for family in families(house):
        assert re.fullmatch(r"replywatch_[a-z_]+", family.name)
        assert family.documentation.endswith(".")
        assert not re.search(r"_(minutes|hours|ms|percent|count|sum|created)$", family.name)
        names = {sample.name for sample in family.samples}
        ends = {"counter": {"_total"}, "histogram": {"_bucket", "_count", "_sum"}}
        expected = ends.get(family.type, {"_info"} if family.type == "info" else {""})
        assert names <= {family.name + end for end in expected}


def test_no_series_is_there_twice(house: House, platform: Platform, clock: Hands) -> None:
    busy(house, platform, clock)
    seen = Counter((sample.name, *sorted(sample.labels.items())) for sample in samples(house))

    assert max(seen.values()) == 1
    assert len({family.name for family in families(house)}) == len(families(house))


def test_every_series_of_an_account_names_it(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    ours = {"account": "acme", "brand": "Acme", "platform": "mastodon"}
    for family in families(house):
        for sample in family.samples:
            assert family.name in OF_PROCESS or ours.items() <= sample.labels.items()


def test_labels_hold_nothing_that_people_wrote(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    values = {text for sample in samples(house) for text in sample.labels.values()}

    assert not {text for text in values if "4711" in text or text in ("ada", "bo", "cy")}


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        *(("poll_failures_total", {"reason": reason.value}) for reason in Reason),
        ("notices_total", {"notifier": "log"}),
        ("notice_failures_total", {"notifier": "log", "reason": "auth"}),
        ("notices_pending", {"notifier": "log"}),
        ("mentions_total", {"surface": "public"}),
        ("replies_total", {"class": "human"}),
        ("waits_opened_total", {"kind": "first"}),
        ("waits_excluded_total", {"reason": "deleted"}),
        ("ignored_total", {"reason": "overheard"}),
        ("sla_due_total", {"target": "six"}),
        ("sla_met_total", {"target": "six"}),
        *(
            ("sla_corrections_total", {"target": "six", "to": to})
            for to in ("met", "breached", "excluded")
        ),
        ("sla_breached_late_detected_total", {"target": "six"}),
        ("unattributed_replies_total", {}),
        ("late_arrivals_total", {}),
        ("waits_answered_total", {"kind": "follow_up"}),
        ("waits_excluded_total", {"reason": "none-needed"}),
        ("polls_total", {}),
        ("waits_unconfirmed", {"target": "six"}),
        ("next_reply_business_seconds_count", {}),
        ("detection_lag_seconds_count", {}),
        ("poll_seconds_count", {}),
        ("nudges_total", {}),
        ("blind_seconds_total", {}),
        ("waits_open", {"kind": "follow_up"}),
        ("waits_overdue", {"target": "six"}),
        ("first_reply_seconds_count", {}),
    ],
)
def test_what_is_known_from_the_configuration_is_0_from_the_start(
    house: House, name: str, labels: dict[str, str]
) -> None:
    assert value(house, name, **labels) == 0


@pytest.mark.parametrize(
    "name",
    [
        "oldest_open_wait_timestamp_seconds",
        "next_due_timestamp_seconds",
        "watermark_timestamp_seconds",
        "clock_offset_seconds",
        "poll_last_success_timestamp_seconds",
        "open_reach",
        "first_reply_kaplan_meier_seconds",
        "rate_limit_remaining",
    ],
)
def test_what_is_not_known_yet_is_absent(house: House, name: str) -> None:
    assert value(house, name) is None


def test_how_far_behind_is_blind_goes_by_the_promise_and_the_polls(house: House) -> None:
    assert value(house, "blind_after_seconds") == 360
    house.write(poll="30m")
    house.program.reload()

    assert value(house, "blind_after_seconds") == 3 * 1800


def test_how_often_an_account_is_polled_is_told(house: House) -> None:
    house.write(poll="30m")
    house.program.reload()

    assert value(house, "poll_interval_seconds") == 1800


def test_a_histogram_adds_up_and_has_a_bucket_at_the_promise(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    buckets = {
        float(sample.labels["le"]): sample.value
        for sample in samples(house)
        if sample.name == "replywatch_first_reply_seconds_bucket"
    }

    assert list(buckets.values()) == sorted(buckets.values())
    assert (buckets[360.0], buckets[float("inf")]) == (1, 2)
    assert value(house, "first_reply_seconds_count") == 2
    assert value(house, "first_reply_seconds_sum") == 60 + 370


def test_the_numbers_are_those_of_what_happened(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)

    assert value(house, "mentions_total", surface="public") == 3
    assert value(house, "ignored_total", reason="closer") == 1
    assert value(house, "waits_answered_total", kind="first") == 2
    assert value(house, "sla_due_total", target="six") == 2
    assert value(house, "sla_met_total", target="six") == 1
    assert value(house, "waits_open", kind="first") == 1
    assert value(house, "polls_total") == 4
    assert value(house, "sla_within_seconds") == 360
    assert value(house, "sla_objective_ratio") == 0.9
    assert value(house, "watermark_timestamp_seconds") == clock.now.timestamp() - 1
    opened_at = clock.now.timestamp() - 10
    assert value(house, "oldest_open_wait_timestamp_seconds") == pytest.approx(opened_at, abs=1)
    assert value(house, "next_due_timestamp_seconds") == pytest.approx(opened_at + 360, abs=1)


def test_past_due_is_unconfirmed_until_it_was_observed(
    house: House, platform: Platform, clock: Hands
) -> None:
    house.poll()
    platform.says("ada")
    clock.forward(10)
    house.poll()
    clock.forward(400)
    overdue, unconfirmed = (value(house, f"waits_{name}") for name in ("overdue", "unconfirmed"))
    assert (overdue, unconfirmed) == (0, 1)

    house.poll()

    assert (value(house, "waits_overdue"), value(house, "waits_unconfirmed")) == (1, 0)


def test_what_is_measured_now_and_then_is_told_while_it_is_fresh(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    measure(house.program.store, house.program.watches["acme"], clock())

    def within(percentile: str, window: str) -> float | None:
        name = "first_reply_kaplan_meier_seconds"
        return value(house, name, percentile=percentile, window=window)

    assert [within("50", window) for window in ("1h", "24h", "7d")] == [60, 60, 60]
    assert within("90", "1h") == 370
    assert value(house, "open_reach") == 3
    clock.forward(301)
    assert within("50", "1h") is None
    assert value(house, "open_reach") is None


TWO = f"{TARGETS}\n  odd: {{metric: first_reply, within: 61m, objective: 80%}}"


def test_what_the_configuration_gives_up_has_no_series_and_what_it_takes_up_begins_at_0(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    house.write(targets=TWO)
    house.program.reload()
    assert value(house, "sla_due_total", target="odd") == 0
    assert value(house, "sla_corrections_total", target="odd", to="met") == 0
    house.write(targets="odd: {metric: first_reply, within: 61m, objective: 80%}")
    house.program.reload()
    assert {sample.labels.get("target", "odd") for sample in samples(house)} == {"odd"}

    house.write(targets=TWO)
    house.program.reload()

    assert value(house, "sla_due_total", target="six") == 2


@pytest.mark.parametrize(
    ("upgraded", "targets", "counted"),
    [(False, TARGETS, 2), (False, TWO, 0), (True, TARGETS, 2), (True, TWO, 2)],
)
def test_histograms_start_anew_for_another_layout_and_not_for_an_upgrade(
    house: House, platform: Platform, clock: Hands, *, upgraded: bool, targets: str, counted: int
) -> None:
    busy(house, platform, clock)
    if upgraded:  # from before the layout was noted
        with house.program.store.write() as tx:
            tx.execute(sa.delete(bound))
    house.write(targets=targets)
    house.program.reload()

    assert value(house, "first_reply_seconds_count") == counted


def test_an_upgrade_to_a_layout_without_a_used_bound_starts_the_histograms_anew(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    house.write(targets="odd: {metric: first_reply, within: 61m, objective: 80%}")
    with house.program.store.write() as tx:
        tx.execute(sa.delete(bound))
        tx.execute(sa.update(bucket).where(bucket.c.le == 600).values(le=361))
    house.program.reload()

    assert value(house, "first_reply_seconds_count") == 0


def test_an_account_that_is_given_up_has_no_series(house: House, platform: Platform) -> None:
    house.poll()
    two = configuration(platform.address, platform.address)
    house.path.write_text(two, encoding="utf-8")
    house.program.reload()
    assert value(house, "polls_total", account="acme-2") == 0
    assert value(house, "polls_total", account="acme") == 1

    house.path.write_text(two.replace("name: acme-2", "name: other"), encoding="utf-8")
    house.program.reload()

    names = {sample.labels["account"] for sample in samples(house) if "account" in sample.labels}
    assert names == {"acme", "other"}


def test_every_metric_is_in_the_catalogue_and_exposed(
    house: House, platform: Platform, clock: Hands
) -> None:
    busy(house, platform, clock)
    ends = {"counter": "_total", "info": "_info"}
    exposed = {family.name + ends.get(family.type, "") for family in families(house)}

    assert exposed == NAMES
