"""An hour of the sandbox: the report, on paper and on the page, is the JSON figure by figure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from selectolax.lexbor import LexborHTMLParser

from monitor import web
from monitor.app import Program
from monitor.cycle.poll import poll
from monitor.report import telling
from monitor.report.unheard import CLOSERS, OVERHEARD, UNATTRIBUTED
from monitor.report.wording import counted, day_and_time, in_words, objective, share
from monitor.sandbox.serving import Sandbox
from monitor.sandbox.world import Scenario
from monitor.store import accounts, tallies
from monitor.store.instants import instant
from monitor.store.schema import post
from tests.acceptance.watching import Hands
from tests.cli.running import Desk
from tests.web.conftest import Client

ROOT = Path(__file__).parents[2]
STEP = timedelta(seconds=30)
HOUR = timedelta(hours=1)
AGO = timedelta(minutes=10)
"""The command line has the machine's time: no promise may fall due while the tests run."""

SCENARIO = Scenario(speed=4, history=timedelta(minutes=15))

Tree = Mapping[str, Any]


class Hour:
    """What was watched for an hour, with the command line and the page over it."""

    def __init__(self, folder: Path) -> None:
        clock = Hands(datetime.now(UTC) - HOUR - AGO)
        sandbox = Sandbox("127.0.0.1", 0, SCENARIO, clock)
        sandbox.start()
        try:
            text = (ROOT / "config" / "sandbox.yml").read_text(encoding="utf-8")
            text = re.sub(r"(?m)^sandbox:\n(  .*\n)+", "", text)
            text = text.replace("http://127.0.0.1:9878", sandbox.url)
            self.desk = Desk(folder, text.replace("sqlite:///../", "sqlite:///"))
            self.program = Program(self.desk.config, clock)
            for _ in range(HOUR // STEP):
                self._read(clock, STEP)
            while self._is_ahead():  # a report ends at the watermark, the counters do not
                self._read(clock, timedelta(seconds=1))
        finally:
            sandbox.stop()
        self.client = Client(web.build(self.program))

    def _read(self, clock: Hands, after: timedelta) -> None:
        clock.now += after
        for watch in self.program.watches.values():
            assert poll(self.program.store, watch, clock) is None

    def _is_ahead(self) -> bool:
        """Whether a post is stored that lies behind its account's watermark."""
        newest = sa.select(post.c.account_id, sa.func.max(post.c.created_at))
        with self.program.store.read() as tx:
            seen = accounts.watermarks(tx)
            rows = tx.execute(newest.group_by(post.c.account_id)).all()
        return any(instant(at) > seen[account_id] for account_id, at in rows)

    @property
    def accounts(self) -> list[Tree]:
        tree = self.desk.run("report", "--format", "json").json
        return list(tree["accounts"])

    def close(self) -> None:
        for watch in self.program.watches.values():
            watch.web.close()
        self.program.store.close()


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hour]:
    hour = Hour(tmp_path_factory.mktemp("hour"))
    yield hour
    hour.close()


def shown(text: str) -> LexborHTMLParser:
    return LexborHTMLParser(text)


def facts(page: LexborHTMLParser) -> dict[str, tuple[str, ...]]:
    """Each figure of the head with what stands below it, by its label."""
    found = {}
    for each in page.css("dl.facts > div"):
        below = (node.text() for node in each.css(".sub"))
        figure = each.css_first("b")
        label = each.css_first("dt")
        assert figure
        assert label
        found[label.text()] = (figure.text(), *below)
    return found


def rows(page: LexborHTMLParser, caption: str) -> list[list[str]]:
    (found,) = [
        table
        for table in page.css("table")
        if caption in "".join(node.text() for node in table.css("caption, thead"))
    ]
    return [[cell.text() for cell in row.css("th, td")] for row in found.css("tbody tr")]


def part(value: float | None) -> str:
    """A share of the JSON, in the words of the page."""
    return share(None if value is None else Fraction(value).limit_denominator(10**6))


def length(seconds: float | None) -> str:
    return "not reached" if seconds is None else in_words(timedelta(seconds=seconds))


def assert_is(page: LexborHTMLParser, account: Tree) -> None:
    """Every figure of the JSON stands on the page, in the place that says what it is."""
    found = facts(page)
    told = f"{account['mentions']:,} mentions, {account['nudges']:,} nudges"
    assert found["Waits opened"] == (counted(account["opened"]), told)
    meant = account["answered"] + account["open"]
    of = f"{counted(account['answered'])} of {counted(meant)}"
    assert found["Reply rate"] == (part(account["reply_rate"]), of)
    assert found["Half answered within"][0] == length(account["first_reply"]["km_p50_seconds"])
    assert found["9 in 10 within"][0] == length(account["first_reply"]["km_p90_seconds"])
    oldest = datetime.fromisoformat(account["oldest_open_at"])
    since = f"oldest: {day_and_time(oldest, ZoneInfo('UTC'))}"
    assert found["Still waiting"] == (counted(account["open"]), since)
    assert found["Coverage"][0] == part(account["coverage"])
    assert_times(rows(page, "Answered within"), account)
    assert_promises(rows(page, "95 % interval"), account)
    ended = {name: counted(account["excluded"].get(name, 0)) for name in telling.REASONS}
    excluded = [[telling.REASONS[name], count] for name, count in ended.items()]
    assert rows(page, "Ended without an answer") == excluded


def assert_times(found: list[list[str]], account: Tree) -> None:
    first, following = account["first_reply"], account["next_reply"]
    assert found[0] == [f"First reply: {first['answered']:,} of {first['n']:,} answered"]
    assert found[1] == ["Half (p50)", *both(first, "p50")]
    assert found[3] == ["9 in 10 (p90)", *both(first, "p90")]
    assert found[5] == [f"Next reply: {following['answered']:,} of {following['n']:,} answered"]
    assert [row[1:] for row in found[6:]] == [both(following, "p50"), both(following, "p90")]


def both(times: Tree, which: str) -> list[str]:
    """A percentile by Kaplan-Meier and naively."""
    return [length(times[f"{how}_{which}_seconds"]) for how in ("km", "naive")]


def assert_promises(found: list[list[str]], account: Tree) -> None:
    assert len(found) == len(account["targets"])
    for cells, target in zip(found, account["targets"], strict=True):
        judged = target["met"] + target["breached"]
        assert cells[0].startswith(target["target"])
        assert in_words(timedelta(seconds=target["within_seconds"])) in cells[0]
        assert cells[2].startswith(part(target["attainment"]))
        assert cells[4] == objective(Fraction(target["objective"]).limit_denominator(1000))
        assert cells[-1].startswith(f"{target['breached']:,} of {judged:,}")
        for word, name in (("not due yet", "pending"), ("unconfirmed", "unconfirmed")):
            assert (f"{target[name]:,} {word}" in cells[-1]) is bool(target[name])


def together(accounts: list[Tree]) -> dict[str, int]:
    """What can be added up."""
    found: Counter[str] = Counter()
    for account in accounts:
        for name in ("mentions", "opened", "answered", "open", "nudges"):
            found[name] += account[name]
    return dict(found)


def test_something_happened(hour: Hour) -> None:
    for account in hour.accounts:
        assert account["opened"] > 20
        assert account["nudges"]
        assert account["first_reply"]["km_p50_seconds"]


def test_the_file_of_an_account_is_its_json(hour: Hour) -> None:
    for account in hour.accounts:
        only = ("--account", account["account"])
        assert_is(shown(hour.desk.run("report", "--format", "html", *only).out), account)


def test_the_page_of_an_account_is_its_json(hour: Hour) -> None:
    for name in hour.program.watches:
        asked = f"?window=all&account={name}"
        (account,) = hour.client.get(f"/report.json{asked}").json()["accounts"]
        assert_is(shown(hour.client.get(f"/report{asked}").text), account)


def test_the_report_of_all_is_their_sum(hour: Hour) -> None:
    sums = together(hour.accounts)
    found = facts(shown(hour.desk.run("report", "--format", "html").out))
    told = f"{sums['mentions']:,} mentions, {sums['nudges']:,} nudges"
    assert found["Waits opened"] == (counted(sums["opened"]), told)
    meant = sums["answered"] + sums["open"]
    rate = share(Fraction(sums["answered"], meant))
    assert found["Reply rate"] == (rate, f"{counted(sums['answered'])} of {counted(meant)}")
    assert found["Still waiting"][0] == counted(sums["open"])


def test_the_csv_has_the_same_figures_exactly(hour: Hour) -> None:
    for account in hour.accounts:
        text = hour.desk.run("report", "--format", "csv", "--account", account["account"]).out
        found = {tuple(line.split(",")[:3]): line.split(",")[3] for line in text.splitlines()}
        for name in ("mentions", "opened", "answered", "open", "nudges", "reply_rate"):
            assert float(found["total", "", name]) == account[name]
        for metric in ("first_reply", "next_reply"):
            for figure, value in account[metric].items():
                assert found["reply_time", metric, figure] == ("" if value is None else str(value))
        for target in account["targets"]:
            for name in ("met", "breached", "pending", "unconfirmed", "attainment"):
                assert float(found["promise", target["target"], name]) == target[name]


def test_posts_that_opened_no_wait_are_those_that_the_counters_know(hour: Hour) -> None:
    counters: Counter[str] = Counter()
    with hour.program.store.read() as tx:
        for (_, metric, reason), count in tallies.counts(tx).items():
            if metric in ("ignored_total", "unattributed_replies_total"):
                counters[reason] += int(count)
    counters = +counters
    words = {"closer": CLOSERS, "overheard": OVERHEARD, "": UNATTRIBUTED}
    wanted = {words.get(name, f"Ignored by the rule “{name}”"): n for name, n in counters.items()}
    shown_rows = rows(shown(hour.client.get("/report?window=all").text), "Never opened a wait")
    assert dict(shown_rows) == {reason: counted(posts) for reason, posts in wanted.items()}
    assert counters["closer"] > 5
