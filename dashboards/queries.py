"""Pieces of PromQL that the panels share.

Several daemons on one database tell the same counters: `max` over an account's labels takes one of
them, and what is added up is added up after that.
"""

from __future__ import annotations

ACCOUNT = ("account", "brand", "platform")
CHOSEN = 'account=~"$account", brand=~"$brand", platform=~"$platform"'
OF_TARGET = 'target=~"$target"'

STEP = "$__rate_interval"
RANGE = "$__range"
"""The time that the dashboard shows."""


def chosen(metric: str, *more: str) -> str:
    """The series of an account's metric that the variables leave."""
    return f"replywatch_{metric}{{{', '.join([CHOSEN, *more])}}}"


def standing(metric: str, *own: str, more: tuple[str, ...] = ()) -> str:
    """A gauge, by the account and the metric's own labels."""
    return _once(chosen(metric, *more), own)


def growth(metric: str, *own: str, over: str = STEP, more: tuple[str, ...] = ()) -> str:
    """By how much a counter has grown, by the account and the metric's own labels."""
    return _once(f"increase({chosen(metric, *more)}[{over}])", own)


def added(expression: str, *by: str) -> str:
    return f"sum by ({', '.join(by)}) ({expression})" if by else f"sum({expression})"


def attainment(over: str, *by: str) -> str:
    """Promises kept of those that fell due: absent where none did, and at most 1, since a
    correction counts as kept when it is learnt."""
    met, due = (
        added(growth(f"sla_{each}_total", "target", over=over, more=(OF_TARGET,)), *by)
        for each in ("met", "due")
    )
    return f"clamp_max({met} / ({due} > 0), 1)"


def quantile(share: float, histogram: str, *by: str, over: str = STEP) -> str:
    """Of a histogram, by linear interpolation inside its buckets."""
    buckets = added(growth(f"{histogram}_bucket", "le", over=over), *by, "le")
    return f"histogram_quantile({share}, {buckets})"


def by_hour_of_week(hourly: str) -> str:
    """Add up what was true of each hour in the time shown, by hour and day of the week (1 is
    Monday), as clocks show them $offset hours ahead of UTC.

    `count_values` makes a label of the clock; a second before the hour, since a value looks back.
    """
    local = "vector(time() - 1 + 3600 * $offset)"
    hour = f'count_values("hour", hour({local}))'
    day = f'count_values("day", (day_of_week({local}) + 6) % 7 + 1)'
    labelled = f"({hourly}) * on () group_right () ({hour} * on () group_left (day) {day})"
    total = f"sum by (day, hour) (sum_over_time(({labelled})[{RANGE}:1h]))"
    padded = f'label_replace({total}, "hour", "0$1", "hour", "(.)")'
    return f'label_join({padded}, "slot", " ", "day", "hour")'


def _once(expression: str, own: tuple[str, ...]) -> str:
    return f"max by ({', '.join([*ACCOUNT, *own])}) ({expression})"
