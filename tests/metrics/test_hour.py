"""One hour with a restart, reloads, an outage and late corrections, scraped all along."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics

from monitor import web
from monitor.app import Program
from monitor.cycle.measuring import measure
from tests.acceptance.platform import Platform, whole
from tests.acceptance.watching import NOON, Hands, configuration
from tests.web.conftest import Client

Series = tuple[str, tuple[tuple[str, str], ...]]

SIX = "six: {metric: first_reply, within: 6m, objective: 90%, warn_at: []}"
ODD = "odd: {metric: first_reply, within: 61s, objective: 80%}"
STEP, POLLED_EVERY = 30, 60
"""Seconds."""


class Hour:
    """The program on a clock by hand; its counters after each step, and before it."""

    def __init__(self, folder: Path, platform: Platform, clock: Hands) -> None:
        self.path, self.platform, self.clock = folder / "acme.yml", platform, clock
        self.accounts, self.targets = 1, SIX
        self.write()
        self.program = Program(self.path, clock)
        self.asked: deque[str] = deque()
        self.counters: dict[Series, float] = {}
        self.fallen: list[tuple[int, Series]] = []
        self.lost: list[tuple[int, Series]] = []
        self.strange: list[tuple[int, Series]] = []
        self.layout_is_new = False

    def write(self) -> None:
        addresses = [self.platform.address] * self.accounts
        self.path.write_text(configuration(*addresses, targets=self.targets), encoding="utf-8")

    # What happens.

    def restart(self) -> None:
        self.close()
        self.program = Program(self.path, self.clock)

    def has(self, accounts: int = 1, targets: str = SIX) -> None:
        """A reload."""
        self.layout_is_new = self.targets != targets
        self.accounts, self.targets = accounts, targets
        self.write()
        self.program.reload()

    def goes_down(self) -> None:
        self.platform.fails(whole(status="401 No"))

    def is_back(self) -> None:
        self.platform.fails(None)

    def answers(self, *, seconds_ago: int = 0) -> None:
        """Whoever has waited the longest. A platform may show a post late."""
        to = self.asked.popleft()
        self.platform.mastodon.now = self.clock() - timedelta(seconds=seconds_ago)
        self.platform.mastodon.post("brand", "we look into it", to=to)

    def asks(self) -> None:
        self.asked.append(self.platform.says(f"customer{len(self.platform.mastodon.statuses)}"))

    # What is seen of it.

    def step(self) -> None:
        self.clock.forward(STEP)
        if self.seconds % POLLED_EVERY == 0:
            self.program.daemon.once()
            for watch in self.program.watches.values():
                measure(self.program.store, watch, self.clock())
        self.scrape()

    @property
    def seconds(self) -> int:
        return round((self.clock() - NOON).total_seconds())

    def scrape(self) -> None:
        told = Client(web.build(self.program)).get("/metrics", {"accept": OPEN}).text
        metrics = list(open_metrics(told))  # type: ignore[no-untyped-call]
        now = dict(_counters(metrics))
        if self.layout_is_new:
            self.layout_is_new = False
            self.counters = {one: n for one, n in self.counters.items() if not _starts_anew(one)}
        for series, before in self.counters.items():
            if now.get(series, before) < before:
                self.fallen.append((self.seconds, series))
            if series not in now and self.is_configured(dict(series[1])):
                self.lost.append((self.seconds, series))
        every = ((one.name, tuple(one.labels.items())) for each in metrics for one in each.samples)
        self.strange += [
            (self.seconds, one) for one in every if not self.is_configured(dict(one[1]))
        ]
        self.counters |= now

    def is_configured(self, labels: Mapping[str, str]) -> bool:
        accounts, target = ["acme", "acme-2"][: self.accounts], labels.get("target")
        is_held_to = target is None or f"{target}:" in self.targets
        return labels.get("account", "acme") in accounts and is_held_to

    def close(self) -> None:
        for watch in self.program.watches.values():
            watch.web.close()
        self.program.store.close()


OPEN = "application/openmetrics-text;version=1.0.0"


def _starts_anew(series: Series) -> bool:
    """Where the buckets change: the one exception to what the test promises."""
    is_of_a_histogram = series[0].endswith(("_bucket", "_sum", "_count"))
    return is_of_a_histogram and not series[0].startswith("replywatch_poll_seconds")


def _counters(metrics: list[Metric]) -> Iterator[tuple[Series, float]]:
    """All that may only go up, but for what the process itself counts."""
    for metric in metrics:
        for sample in metric.samples:
            if metric.type in ("counter", "histogram") and "account" in sample.labels:
                yield (sample.name, tuple(sorted(sample.labels.items()))), sample.value


@pytest.fixture
def hour(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[Hour]:
    hour = Hour(tmp_path, platform, clock)
    yield hour
    hour.close()


def played(hour: Hour) -> None:
    """By minute, what happens then. Somebody asks every other minute."""
    script: dict[int, Callable[[], None]] = {
        **dict.fromkeys((3, 9, 14, 16, 18, 33, 43, 47, 56), hour.answers),
        12: hour.restart,
        20: lambda: hour.has(accounts=2),
        24: hour.goes_down,
        32: hour.is_back,
        35: lambda: hour.answers(seconds_ago=1_200),  # in time after all
        36: lambda: hour.answers(seconds_ago=60),
        40: lambda: hour.has(accounts=2, targets=f"{SIX}\n  {ODD}"),
        45: lambda: hour.has(targets=f"{SIX}\n  {ODD}"),
        50: lambda: hour.has(accounts=2),
        52: hour.restart,
        54: lambda: hour.has(accounts=2, targets=ODD),
        57: lambda: hour.has(accounts=2, targets=f"{SIX}\n  {ODD}"),
    }
    for minute in range(60):
        if minute % 2:
            hour.asks()
        if minute in script:
            script[minute]()
        for _ in range(60 // STEP):
            hour.step()


def test_nothing_falls_and_no_series_is_lost_or_left_behind(hour: Hour) -> None:
    played(hour)

    assert hour.fallen == []
    assert hour.lost == []
    assert hour.strange == []
    labels = {"account": "acme", "brand": "Acme", "platform": "mastodon"}

    def counted(name: str, **own: str) -> float:
        return hour.counters[f"replywatch_{name}", tuple(sorted({**labels, **own}.items()))]

    # Else nothing was proved.
    assert counted("waits_opened_total", kind="first") == 30
    assert counted("waits_answered_total", kind="first") == 11
    assert counted("sla_corrections_total", target="six", to="met") > 0
    assert counted("sla_breached_late_detected_total", target="six") > 0
    assert counted("poll_failures_total", reason="auth") == 8
    assert counted("blind_seconds_total") > 0
    assert counted("first_reply_seconds_count") < 11
