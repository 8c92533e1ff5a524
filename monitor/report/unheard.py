"""Posts that opened no wait, and why; of those that were seen live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from monitor.cycle.counting import PostIn
from monitor.domain.post import EARLIEST
from monitor.report.gathering import Gathered
from monitor.report.numbers import Asked
from monitor.store import history
from monitor.store.history import Narrowing, Unheard, Window

CLOSERS = "Closing words (“thanks”, an emoji)"
OVERHEARD = "Said to somebody else (overheard)"
UNATTRIBUTED = "Replies that name nobody, with several people waiting"


def unheard(tx: sa.Connection, parts: Iterable[Gathered], asked: Asked) -> Counter[str]:
    """How many, by reason in words. A promise says nothing of posts that no wait came of."""
    found: Counter[str] = Counter()
    narrowed = Narrowing(asked.languages)
    for part in parts:
        window = Window(asked.since, asked.until, part.observation.watermark or EARLIEST)
        for one in history.counted_as(tx, part.account_id, window, PostIn.IGNORED, narrowed):
            found[_reason(one)] += one.posts
        for one in history.counted_as(tx, part.account_id, window, PostIn.UNATTRIBUTED, narrowed):
            found[UNATTRIBUTED] += one.posts
    return found


def _reason(one: Unheard) -> str:
    if one.rule is not None:
        return f"Ignored by the rule “{one.rule}”"
    return CLOSERS if one.closer and not one.tallied & PostIn.OVERHEARD else OVERHEARD
