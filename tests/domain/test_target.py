"""Promises and verdicts (rule 7)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.calendar import Calendar, parse_hours
from monitor.domain.post import TEXT_SEEN, Surface
from monitor.domain.target import Filter, Metric, Target, Verdict, judge
from monitor.domain.wait import Kind
from tests.building import at, mention

DUE = at(6)
OPENER = mention("1", "ana", 0, lang="en-GB", author_followers=10, text="a refund, please")
instants = st.none() | st.integers(0, 12).map(at)


def maybe(minutes: int | None) -> datetime | None:
    return None if minutes is None else at(minutes)


def promise(**changes: Any) -> Target:
    return replace(
        Target("t", Metric.FIRST_REPLY, timedelta(minutes=6), Fraction(9, 10)), **changes
    )


class TestVerdicts:
    @pytest.mark.parametrize(
        ("answered", "ended", "watermark", "now", "verdict"),
        [
            pytest.param(6, None, 0, 6, Verdict.MET, id="answered at due"),
            pytest.param(7, None, 6, 7, Verdict.BREACHED, id="answered after, observed at due"),
            pytest.param(7, None, 5, 7, Verdict.UNCONFIRMED, id="answered beyond the watermark"),
            pytest.param(None, 6, 0, 6, Verdict.EXCLUDED, id="ended at due"),
            pytest.param(None, 7, 9, 9, Verdict.BREACHED, id="ended after due leaves the breach"),
            pytest.param(None, 7, 5, 9, Verdict.UNCONFIRMED, id="ended after due, blind"),
            pytest.param(None, None, 6, 6, Verdict.BREACHED, id="observed up to due inclusive"),
            pytest.param(None, None, 5, 6, Verdict.PENDING, id="now at due is not past it"),
            pytest.param(None, None, 5, 7, Verdict.UNCONFIRMED, id="past due and blind"),
            pytest.param(None, None, None, 7, Verdict.UNCONFIRMED, id="never observed"),
            pytest.param(None, None, None, 5, Verdict.PENDING, id="never observed, before due"),
        ],
    )
    def test_instants_are_compared_with_due(
        self,
        answered: int | None,
        ended: int | None,
        watermark: int | None,
        now: int,
        verdict: Verdict,
    ) -> None:
        assert judge(DUE, maybe(answered), maybe(ended), maybe(watermark), at(now)) is verdict

    def test_a_microsecond_after_due_is_after_due(self) -> None:
        late = DUE + timedelta(microseconds=1)

        assert judge(DUE, late, None, late, late) is Verdict.BREACHED

    @given(instants, instants, instants, st.integers(0, 12).map(at), st.integers(0, 12))
    def test_more_observation_changes_no_final_verdict(
        self,
        answered: datetime | None,
        ended: datetime | None,
        watermark: datetime | None,
        now: datetime,
        more: int,
    ) -> None:
        before = judge(DUE, answered, ended, watermark, now)
        later = max(now, watermark or now) + timedelta(minutes=more)

        assert not before.is_final or judge(DUE, answered, ended, later, later) is before


class TestWhatATargetJudges:
    @pytest.mark.parametrize(
        ("metric", "kind", "applies"),
        [
            (Metric.FIRST_REPLY, Kind.FIRST, True),
            (Metric.FIRST_REPLY, Kind.FOLLOW_UP, False),
            (Metric.NEXT_REPLY, Kind.FIRST, False),
            (Metric.NEXT_REPLY, Kind.FOLLOW_UP, True),
        ],
    )
    def test_its_metric_fits_the_kind(self, metric: Metric, kind: Kind, applies: bool) -> None:
        assert promise(metric=metric).applies(kind, OPENER) is applies

    @pytest.mark.parametrize(
        ("wanted", "applies"),
        [
            pytest.param(Filter(languages=("en",)), True, id="a language covers its regions"),
            pytest.param(Filter(languages=("EN-gb",)), True, id="without case"),
            pytest.param(Filter(languages=("en-US", "sv")), False, id="another region"),
            pytest.param(Filter(languages=("e",)), False, id="not any beginning"),
            pytest.param(Filter(surfaces=(Surface.PUBLIC,)), True, id="surface"),
            pytest.param(Filter(surfaces=(Surface.REVIEW,)), False, id="another surface"),
            pytest.param(Filter(min_followers=10), True, id="just enough followers"),
            pytest.param(Filter(min_followers=11), False, id="too few followers"),
            pytest.param(Filter(text=re.compile("refund")), True, id="text anywhere"),
            pytest.param(Filter(text=re.compile("^refund")), False, id="text elsewhere"),
            pytest.param(
                Filter(text=re.compile("refund"), languages=("sv",)), False, id="all must fit"
            ),
        ],
    )
    def test_its_filter_fits_the_opener(self, wanted: Filter, applies: bool) -> None:
        assert promise(filter=wanted).applies(Kind.FIRST, OPENER) is applies

    def test_of_unknown_language_and_followers_a_post_fits_no_such_filter(self) -> None:
        unknown = mention("1", "ana", 0, text=None)

        for wanted in (Filter(languages=("en",)), Filter(min_followers=1)):
            assert not promise(filter=wanted).applies(Kind.FIRST, unknown)

    def test_a_text_beyond_what_is_seen_fits_nothing(self) -> None:
        long = mention("1", "ana", 0, text="." * TEXT_SEEN + "refund")
        wanted = Filter(text=re.compile("refund"))

        assert not promise(filter=wanted).applies(Kind.FIRST, long)


class TestDue:
    CALENDAR = Calendar(ZoneInfo("UTC"), {0: (parse_hours("10:00-10:05"),)})

    def test_it_runs_on_the_wall_unless_a_calendar_is_set(self) -> None:
        assert promise().due(at(0)) == DUE

    def test_it_runs_in_the_targets_calendar(self) -> None:
        assert promise(calendar=self.CALENDAR).due(at(0)) == at(7 * 24 * 60 + 1)

    def test_warnings_run_in_the_same_calendar(self) -> None:
        steps = tuple(timedelta(minutes=step) for step in (3, 5.5))

        assert promise(calendar=self.CALENDAR, warn_at=steps).warnings(at(0)) == [
            at(3),
            at(7 * 24 * 60 + 0.5),
        ]
