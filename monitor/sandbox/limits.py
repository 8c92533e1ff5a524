"""Mastodon's rate limits (config/initializers/rack_attack.rb, 4.3), in windows of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` requests of one kind in each `period`."""

    name: str
    limit: int
    period: timedelta

    def ends_at(self, now: datetime) -> datetime:
        """When the window ends. Upstream keeps the fraction of a second of `now`."""
        period = int(self.period.total_seconds())
        return now + timedelta(seconds=period - int(now.timestamp()) % period)

    def window(self, now: datetime) -> int:
        return int(now.timestamp()) // int(self.period.total_seconds())


PER_ACCOUNT = Rule("account", 1500, timedelta(minutes=5))
PER_TOKEN = Rule("token", 300, timedelta(minutes=5))
PER_ADDRESS = Rule("address", 300, timedelta(minutes=5))
PAGED = Rule("paged", 300, timedelta(minutes=15))

MOST_COUNTERS = 1000


@dataclass(frozen=True, slots=True)
class Standing:
    """How near a request came to its limit; below none left, it must be refused."""

    limit: int
    remaining: int
    ends_at: datetime

    @property
    def is_exceeded(self) -> bool:
        return self.remaining < 0

    def headers(self) -> dict[str, str]:
        reset = self.ends_at.astimezone(UTC).isoformat(timespec="microseconds")
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(self.remaining, 0)),
            "X-RateLimit-Reset": reset.replace("+00:00", "Z"),
        }


class Limits:
    """Counts requests. Nothing is forgiven: refused ones count too."""

    def __init__(self) -> None:
        self._counts: dict[tuple[Rule, str, int], int] = {}

    def take(self, kinds: Sequence[tuple[Rule, str]], now: datetime) -> Standing:
        """Count a request of these kinds (rule, whose). Returns the one nearest its end."""
        self._drop_old(now)
        nearest = [self._count(rule, whose, now) for rule, whose in kinds]
        return min(nearest, key=lambda standing: standing.remaining)

    def _count(self, rule: Rule, whose: str, now: datetime) -> Standing:
        key = (rule, whose, rule.window(now))
        self._counts[key] = self._counts.get(key, 0) + 1
        return Standing(rule.limit, rule.limit - self._counts[key], rule.ends_at(now))

    def _drop_old(self, now: datetime) -> None:
        if len(self._counts) > MOST_COUNTERS:
            self._counts = {
                key: count for key, count in self._counts.items() if key[2] >= key[0].window(now)
            }
