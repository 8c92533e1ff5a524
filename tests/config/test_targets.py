"""Targets: what they promise, to whom, and when they warn."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.config.targets import TargetSection
from monitor.domain.calendar import ALWAYS
from monitor.domain.post import Surface
from monitor.domain.target import Metric
from tests.config.files import ACCOUNTS, Files, account_with

FAST = "targets:\n  fast: {metric: first_reply, within: 10m, objective: 90%%, %s}\n"
TWO = """
calendars: {desk: {timezone: UTC, open: {mon: ["08:00-12:00"]}}}
targets:
  fast: {metric: first_reply, within: 10m, objective: 90%}
  again: {metric: next_reply, within: 1h, objective: 0.8, calendar: always}
"""


def target(**keys: Any) -> TargetSection:
    least = {"metric": "first_reply", "within": "10m", "objective": "90%"}
    return TargetSection.model_validate(least | keys)


def test_an_account_has_all_configured_targets_unless_it_names_some(files: Files) -> None:
    assert [each.name for each in files.account("", TWO).targets] == ["fast", "again"]
    assert [each.name for each in files.account("targets: [again]", TWO).targets] == ["again"]
    assert files.account("targets: []", TWO).targets == ()
    assert files.account().targets == ()


def test_a_target_runs_in_its_own_calendar_or_in_the_account_s(files: Files) -> None:
    config = files.load(TWO + account_with("calendar: desk"))

    fast, again = config.accounts[0].targets

    assert fast.calendar is config.accounts[0].calendar is config.calendars["desk"]
    assert again.calendar is ALWAYS


@pytest.mark.parametrize(
    ("name", "minutes"), [("airline-6m", 6), ("facebook-badge", 15), ("within-the-hour", 60)]
)
def test_a_preset_is_known_by_its_name(files: Files, name: str, minutes: int) -> None:
    (preset,) = files.account(f"targets: [{name}]").targets

    assert (preset.name, preset.metric) == (name, Metric.FIRST_REPLY)
    assert (preset.within, preset.objective) == (timedelta(minutes=minutes), Fraction(9, 10))


def test_an_entry_of_the_same_name_replaces_a_preset(files: Files) -> None:
    sections = FAST.replace("fast", "airline-6m") % "warn_at: []"

    config = files.with_account(sections)

    assert config.targets["airline-6m"].within == timedelta(minutes=10)
    assert [each.name for each in config.accounts[0].targets] == ["airline-6m"]


@pytest.mark.parametrize(
    ("keys", "minutes"),
    [
        ({}, [8]),
        ({"warn_at": []}, []),
        ({"warn_at": ["80%", "9m", "50%", "5m"]}, [5, 8, 9]),
    ],
)
def test_it_warns_at_shares_of_within_and_at_spans(
    keys: dict[str, Any], minutes: list[int]
) -> None:
    built = target(**keys).built("fast", {}, ALWAYS)

    assert built.warn_at == tuple(timedelta(minutes=each) for each in minutes)


@given(st.integers(1, 10_000_000), st.integers(1, 9_999))
def test_a_warning_comes_before_due(seconds: int, share: int) -> None:
    built = target(within=f"{seconds}s", warn_at=[f"{share / 100:.2f}%"]).built("x", {}, ALWAYS)

    assert timedelta(0) < built.warn_at[0] < built.within


@given(st.integers(1, 10_000))
def test_an_objective_is_exact(hundredths: int) -> None:
    percent = target(objective=f"{hundredths / 100:.2f}%").objective
    number = target(objective=hundredths / 10_000).objective

    assert percent == number == Fraction(hundredths, 10_000)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("objective: 90", '"90" is not a share of all waits; write 90% or 0.9'),
        ("objective: 0%", '"0%" is not a share of all waits; write 90% or 0.9'),
        ("objective: 101%", '"101%" is not a share of all waits; write 90% or 0.9'),
        (
            "objective: true",
            "true or false where there should be a share of all waits; write 90% or",
        ),
        ("metric: first", '"first" is not a metric; did you mean "first_reply"?'),
        ("within: 0s", "0s is too short; write 1s or more"),
        ("warn_at: [10m]", "10m does not lie between the opening and `within`, 10m"),
        ("warn_at: [100%]", '"100%" does not lie between 0% and 100%'),
        ("filter: {account: [acne]}", 'no account named "acne"; did you mean "acme"?'),
        ("filter: {surface: [comments]}", '"comments" is not a surface; did you mean "comment"?'),
        ("filter: {min_followers: -1}", "Input should be greater than or equal to 0"),
    ],
)
def test_a_promise_that_cannot_be_kept_is_refused(files: Files, keys: str, message: str) -> None:
    lines = {"metric": "first_reply", "within": "10m", "objective": "90%"}
    name, _, value = keys.partition(": ")
    lines[name] = value
    entry = ", ".join(f"{key}: {value}" for key, value in lines.items())

    problem = files.problem(f"targets: {{fast: {{{entry}}}}}" + ACCOUNTS)

    assert problem.key.startswith(f"targets.fast.{name}")
    assert problem.message.startswith(message)


def test_a_filter_says_to_which_posts_a_target_applies(files: Files) -> None:
    keys = 'filter: {language: [en], surface: [review], text: "(?i)refund", min_followers: 5}'

    found = files.with_account(FAST % keys).targets["fast"].filter

    assert (found.languages, found.surfaces) == (("en",), (Surface.REVIEW,))
    assert found.text is not None
    assert found.text.search("A REFUND, please")
    assert found.min_followers == 5


def test_a_filter_by_account_leaves_the_others_without_the_target(files: Files) -> None:
    text = FAST % "filter: {account: [acme]}" + ACCOUNTS
    text += "  - {name: desk, connector: drawer, handle: x, targets: [fast, airline-6m]}"

    acme, desk = files.load(text).accounts

    assert [each.name for each in acme.targets] == ["fast"]
    assert [each.name for each in desk.targets] == ["airline-6m"]


def test_a_target_is_named_once(files: Files) -> None:
    problem = files.problem(account_with("targets: [airline-6m, airline-6m]"))

    assert problem.message == '"airline-6m" stands here 2 times'
