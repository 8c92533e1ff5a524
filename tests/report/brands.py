"""Two brands with an account each, for tests of what is made of their figures."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from functools import cache

from monitor.domain.target import Metric, Target
from monitor.domain.wait import Kind
from monitor.report.numbers import Subject
from tests.report.stocked import Asking, Stock

MINUTE = timedelta(minutes=1)
ACME = Subject("acme", "Acme Air", "mastodon", ("six", "again"))
UMBRA = Subject("umbra", "Umbra", "inbox", ("six", "again"))
SIX = Target("six", Metric.FIRST_REPLY, 6 * MINUTE, Fraction(9, 10))
AGAIN = Target("again", Metric.NEXT_REPLY, 10 * MINUTE, Fraction(1, 2))

SMALL = (
    Asking("acme", 0, answered=5),
    Asking("acme", 10, answered=20, nudges=2, lang="sv-SE"),
    Asking("umbra", 1, answered=4, lang="sv", reply_class="deflection"),
    Asking("umbra", 30, nudges=1, auto=31),
    Asking("umbra", 40, ended=42, lang=None),
    Asking("umbra", 5, answered=12, kind=Kind.FOLLOW_UP),
)


@cache
def brands() -> Stock:
    return Stock([ACME, UMBRA], [SIX, AGAIN])


def stock(*waits: Asking, acme: float = 60, umbra: float = 60) -> Stock:
    """Both with these waits and no others, each observed up to its minute."""
    brands().put(waits, acme=acme, umbra=umbra)
    return brands()
