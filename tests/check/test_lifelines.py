"""Our Kaplan-Meier estimate beside that of lifelines."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.statistics import Length, survival

pytestmark = pytest.mark.check

spans = st.integers(1, 50).map(lambda seconds: timedelta(seconds=seconds))
lengths = st.lists(st.builds(Length, spans, st.booleans()), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def lifelines() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip("lifelines")


def fitted(lifelines: Any, waits: Sequence[Length]) -> Any:
    seconds = [wait.span.total_seconds() for wait in waits]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lifelines.KaplanMeierFitter().fit(seconds, [wait.answered for wait in waits])


@settings(max_examples=60, deadline=None)
@given(waits=lengths)
def test_every_step_is_that_of_lifelines(lifelines: Any, waits: Sequence[Length]) -> None:
    fitter = fitted(lifelines, waits)
    estimate = survival(waits)

    table = fitter.event_table[fitter.event_table.observed > 0]
    for step, (seconds, row) in zip(estimate.steps, table.iterrows(), strict=True):
        assert (step.at.total_seconds(), step.at_risk, step.answered) == (
            *(seconds, row.at_risk, row.observed),
        )
        assert float(fitter.predict(seconds)) == pytest.approx(step.share)
        assert step.share == pytest.approx(float(estimate.share(step.at)))


@settings(max_examples=60, deadline=None)
@given(waits=lengths)
def test_every_band_is_that_of_lifelines(lifelines: Any, waits: Sequence[Length]) -> None:
    theirs = fitted(lifelines, waits).confidence_interval_

    for step in survival(waits).steps:
        if step.share > 0:
            low, high = theirs.loc[step.at.total_seconds()]
            assert step.band == pytest.approx((low, high))


@pytest.mark.filterwarnings("ignore:Approximating")
@settings(max_examples=60, deadline=None)
@given(waits=lengths, percent=st.integers(1, 99))
def test_every_percentile_is_that_of_lifelines(
    lifelines: Any, waits: Sequence[Length], percent: int
) -> None:
    """A hair beside the percentile, since at ties lifelines' floating point decides by chance."""
    p = Fraction(percent, 100) + Fraction(1, 10**7)
    theirs = fitted(lifelines, waits).percentile(float(1 - p))
    ours = survival(waits).percentile(p)

    assert float("inf" if ours is None else ours.total_seconds()) == theirs
