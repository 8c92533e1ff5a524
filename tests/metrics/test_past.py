"""The past played through is, at every instant, what was then true."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.wait import Kind
from monitor.metrics.past import Key, Past, Promise
from monitor.store.past import PastDue, PastWait
from tests.building import at

SIX, HOUR = 1, 2
PROMISES = {SIX: Promise("six", 360.0, 0.9), HOUR: Promise("hour", 3_600.0, 0.8)}
BOUNDS = (60.0, 360.0, 3_600.0)


def wait(
    opened: float,
    answered: float | None = None,
    ended: float | None = None,
    kind: Kind = Kind.FIRST,
    dismissal: str | None = None,
    late: bool = False,
) -> PastWait:
    """Minutes after ten o'clock."""
    span = timedelta(minutes=answered - opened) if answered is not None else None
    return PastWait(
        kind=kind,
        opened_at=at(opened),
        answered_at=at(answered) if answered is not None else None,
        ended_at=at(ended) if ended is not None else None,
        dismissal=dismissal,
        calendar_span=span,
        business_span=span,
        late_arrival=False,
        dues=(PastDue(SIX, at(opened + 6), late), PastDue(HOUR, at(opened + 60), late)),
    )


def played(*waits: PastWait, since: float = 0) -> Past:
    past = Past(at(since), [("sla_met_total", "six")], PROMISES, BOUNDS)
    for one in sorted(waits, key=lambda one: one.opened_at):
        past.take(one)
    return past


def test_what_happens_at_an_instant_is_counted_after_it() -> None:
    past = played(wait(1, answered=3))

    assert past.at(at(1)).get(("waits_opened_total", "first"), 0) == 0
    assert past.at(at(1.01))["waits_opened_total", "first"] == 1
    assert ("waits_answered_total", "first") not in past.at(at(3))
    assert past.at(at(3.01))["waits_answered_total", "first"] == 1


def test_a_promise_is_counted_at_its_due_instant_and_never_at_the_reply() -> None:
    past = played(wait(0, answered=1))

    assert past.at(at(6))["sla_met_total", "six"] == 0
    found = past.at(at(6.01))
    assert (found["sla_due_total", "six"], found["sla_met_total", "six"]) == (1, 1)
    assert ("sla_due_total", "hour") not in found


def test_who_waits_beyond_due_is_overdue_until_the_answer() -> None:
    past = played(wait(0, answered=10), wait(1))
    overdue = [past.at(at(minute))["waits_overdue", "six"] for minute in (5, 6.5, 8, 10.5)]

    assert overdue == [0, 1, 2, 1]


def test_a_breach_learnt_after_blindness_is_told() -> None:
    past = played(wait(0, late=True), wait(1))

    assert past.at(at(9))["sla_breached_late_detected_total", "six"] == 1


def test_what_was_dismissed_in_time_owes_nothing_and_has_its_reason() -> None:
    found = played(wait(0, ended=5, dismissal="spam"), wait(0, ended=5)).at(at(7))

    assert ("sla_due_total", "six") not in found
    assert found["waits_excluded_total", "spam"] == 1
    assert found["waits_excluded_total", "deleted"] == 1
    assert found["waits_overdue", "six"] == 0


def test_what_stood_before_the_beginning_stands_and_is_not_counted() -> None:
    past = played(wait(-100), wait(-50, answered=-40), wait(-3, answered=20), since=0)
    found = past.at(at(0))

    assert found["waits_open", "first"] == 2
    assert ("waits_opened_total", "first") not in found
    assert found["oldest_open_wait_timestamp_seconds", ""] == at(-100).timestamp()
    assert past.at(at(30))["waits_answered_total", "first"] == 1
    assert past.histograms["first_reply_seconds"].total == 23 * 60


def test_percentiles_are_measured_anew_as_their_window_goes_by() -> None:
    past = played(wait(0, answered=2), wait(1, answered=60))
    key = ("first_reply_kaplan_meier_seconds", "50\t24h")

    assert past.at(at(10))[key] == 120
    assert past.at(at(69))[key] == 120
    later = {**past.at(at(70))}
    assert later["first_reply_kaplan_meier_seconds", "90\t24h"] == 59 * 60


def test_a_promise_that_was_made_meanwhile_is_left_out() -> None:
    past = Past(at(0), [], {HOUR: PROMISES[HOUR]}, BOUNDS)
    past.take(wait(0))
    found = past.at(at(90))

    assert found["sla_due_total", "hour"] == 1
    assert ("sla_due_total", "six") not in found


minutes = st.integers(-60, 200).map(float)


@st.composite
def some_wait(draw: st.DrawFn) -> PastWait:
    opened = draw(minutes)
    end = draw(st.none() | st.integers(0, 150).map(lambda after: opened + after))
    is_answered = draw(st.booleans())
    kind = draw(st.sampled_from(Kind))
    if end is None:
        return wait(opened, kind=kind)
    return wait(opened, answered=end, kind=kind) if is_answered else wait(opened, ended=end)


@given(st.lists(some_wait(), max_size=12), st.lists(minutes, min_size=1).map(sorted))
def test_at_every_instant_it_is_what_counting_all_of_it_gives(
    waits: list[PastWait], instants: list[float]
) -> None:
    past = played(*waits)
    for minute in instants:
        found = past.at(at(minute))
        for key, value in counted(waits, at(minute)).items():
            assert found.get(key, 0) == value, key
        for key in ("oldest_open_wait_timestamp_seconds", ""), *_next_due_keys():
            assert found.get(key) == standing(waits, at(minute)).get(key), key


def _next_due_keys() -> list[Key]:
    return [("next_due_timestamp_seconds", name) for name in ("six", "hour")]


def counted(waits: list[PastWait], now: datetime) -> Counter[Key]:
    """By going through all of them."""

    def new(instant: datetime | None) -> bool:
        return instant is not None and at(0) <= instant < now

    found: Counter[Key] = Counter()
    for one in waits:
        is_open = one.opened_at < now and (one.end is None or one.end >= now)
        found["waits_open", one.kind.value] += is_open
        found["waits_opened_total", one.kind.value] += new(one.opened_at)
        found["waits_answered_total", one.kind.value] += new(one.answered_at)
        found["waits_excluded_total", "deleted"] += new(one.ended_at)
        for due in one.dues:
            name = PROMISES[due.target_id].name
            is_met = one.answered_at is not None and one.answered_at <= due.due_at
            is_excluded = one.ended_at is not None and one.ended_at <= due.due_at
            found["sla_due_total", name] += new(due.due_at) and not is_excluded
            found["sla_met_total", name] += new(due.due_at) and is_met
            found["waits_overdue", name] += is_open and due.due_at < now
    return found


def standing(waits: list[PastWait], now: datetime) -> dict[Key, float]:
    there = [one for one in waits if one.opened_at < now and (one.end is None or one.end >= now)]
    found: dict[Key, float] = {}
    if there:
        oldest = min(one.opened_at for one in there)
        found["oldest_open_wait_timestamp_seconds", ""] = oldest.timestamp()
    for number, promise in PROMISES.items():
        coming = [
            due.due_at
            for one in there
            for due in one.dues
            if due.target_id == number and due.due_at >= now
        ]
        if coming:
            found["next_due_timestamp_seconds", promise.name] = min(coming).timestamp()
    return found
