"""The past that is exported has the names, labels and figures of the live series."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.samples import Sample

from monitor.metrics.catalogue import NAMES, PREFIX
from monitor.metrics.chronicle import OF_THE_RUN
from monitor.metrics.history import Asked, export
from tests.acceptance.platform import Platform
from tests.acceptance.watching import NOON, TARGETS, Hands, configuration
from tests.metrics.test_collector import OF_PROCESS, busy, families
from tests.web.conftest import House

Labels = tuple[tuple[str, str], ...]
Series = tuple[str, Labels]

OURS = {"account": "acme", "brand": "Acme", "platform": "mastodon"}
SOON = timedelta(seconds=15)


def exported(house: House, folder: Path, since: datetime, every: timedelta = SOON) -> list[Path]:
    asked = Asked(since, house.clock(), every)
    return list(export(house.program.store, house.program.config.accounts, asked, folder))


def instants(file: Path) -> list[int]:
    """Of all samples, each once, ascending."""
    lines = file.read_text().splitlines()
    return sorted({int(line.rsplit(" ", 1)[1]) for line in lines if not line.startswith("#")})


def values(file: Path, instant: int) -> dict[Series, float]:
    """At one of its instants. The parser insists on the format, but muddles histograms that have
    several."""
    lines = file.read_text().splitlines(keepends=True)
    one = "".join(line for line in lines if line[0] == "#" or line.endswith(f" {instant}\n"))
    metrics = open_metrics(one)  # type: ignore[no-untyped-call]
    return {series(sample): sample.value for metric in metrics for sample in metric.samples}


def series(sample: Sample) -> Series:
    return sample.name, tuple(sorted(sample.labels.items()))


def named(name: str, **own: str) -> Series:
    return PREFIX + name, tuple(sorted({**OURS, **own}.items()))


def live(house: House) -> dict[Series, float]:
    """What a scrape says of waits and posts."""
    without = OF_PROCESS | {PREFIX + name.removesuffix("_total") for name in OF_THE_RUN}
    return {
        series(sample): sample.value
        for family in families(house)
        if family.name not in without
        for sample in family.samples
    }


def test_it_ends_with_what_was_counted_live(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    clock.forward(3_700)
    house.poll()
    (file,) = exported(house, tmp_path, NOON)
    found = values(file, instants(file)[-1])
    reply_times = {key: value for key, value in found.items() if "kaplan_meier" in key[0]}

    assert {key: found[key] for key in found.keys() - reply_times.keys()} == live(house)
    key = named("first_reply_kaplan_meier_seconds", percentile="50", window="7d")
    assert reply_times[key] == 370
    assert found[named("sla_due_total", target="six")] == 3
    assert found[named("sla_met_total", target="six")] == 1
    assert found[named("ignored_total", reason="closer")] == 1


def test_every_metric_of_an_account_has_a_past_or_is_of_the_run(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    (file,) = exported(house, tmp_path, NOON)
    told = {line.split()[2] for line in file.read_text().splitlines() if line.startswith("# TYPE")}
    ours = {re.sub("_(total|info)$", "", name) for name in NAMES} - OF_PROCESS
    of_the_run = {PREFIX + name.removesuffix("_total") for name in OF_THE_RUN}

    assert told == ours - of_the_run
    assert of_the_run <= ours


def test_each_day_has_a_file_that_begins_at_midnight(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    clock.forward(60 * 60 * 48)
    house.poll()
    every = timedelta(minutes=5)
    files = exported(house, tmp_path, NOON - timedelta(days=3), every)

    assert [file.name for file in files] == [f"2026-06-0{day}.openmetrics" for day in (1, 2, 3)]
    midnight = int(NOON.replace(hour=0, microsecond=0).timestamp())
    assert instants(files[1]) == [midnight + 86_400 + 300 * n for n in range(288)]
    assert instants(files[0])[0] == midnight + 11 * 3_600  # an hour's history was read at first
    assert all(later - earlier == 300 for earlier, later in _steps(files))


def _steps(files: Sequence[Path]) -> list[tuple[int, int]]:
    return list(pairwise(at for file in files for at in instants(file)))


def test_it_says_nothing_beyond_what_was_observed(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    observed = clock()
    clock.forward(3_600)
    (file,) = exported(house, tmp_path, NOON)

    assert observed.timestamp() - 16 < instants(file)[-1] < observed.timestamp()


def test_counters_run_from_the_beginning_of_the_export(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    (file,) = exported(house, tmp_path, NOON + timedelta(seconds=30))
    first, last = (values(file, instants(file)[place]) for place in (0, -1))

    assert first[named("mentions_total", surface="public")] == 0
    assert first[named("waits_open", kind="first")] == 2
    assert last[named("waits_opened_total", kind="first")] == 1
    assert last[named("waits_answered_total", kind="first")] == 2


def test_labels_are_added_where_they_are_asked_for(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    asked = Asked(NOON, clock(), SOON, {"job": "replywatch"})
    (file,) = export(house.program.store, house.program.config.accounts, asked, tmp_path)
    found = values(file, instants(file)[-1])

    assert all(("job", "replywatch") in labels for _, labels in found)


def test_a_promise_that_was_given_up_keeps_its_past(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    house.write(targets=TARGETS.replace("six", "other"))
    house.program.reload()
    (file,) = exported(house, tmp_path, NOON)
    found = values(file, instants(file)[-1])

    assert found[named("sla_due_total", target="six")] == 2
    assert found[named("sla_objective_ratio", target="six")] == 0.9
    assert found[named("sla_due_total", target="other")] == 0


def test_an_account_of_which_nothing_is_known_has_no_series(
    house: House, platform: Platform, clock: Hands, tmp_path: Path
) -> None:
    busy(house, platform, clock)
    two = configuration(platform.address, platform.address)
    house.path.write_text(two, encoding="utf-8")
    house.program.reload()
    since = NOON.replace(microsecond=0)
    asked = Asked(since, since + timedelta(minutes=5), timedelta(minutes=5))
    accounts = house.program.config.accounts
    (file,) = export(house.program.store, accounts, asked, tmp_path)

    assert len(accounts) == 2
    told = {dict(labels)["account"] for _, labels in values(file, instants(file)[-1])}
    assert told == {"acme"}
