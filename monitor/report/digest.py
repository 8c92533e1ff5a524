"""The report's figures, as a digest tells them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from monitor.cycle.desk import Watch
from monitor.domain.statistics import Span
from monitor.domain.target import Metric, Verdict
from monitor.ports.notifier import Digest, Kept
from monitor.report.numbers import Asked, Subject, account_numbers


def digest(tx: sa.Connection, watch: Watch, span: Span, now: datetime) -> Digest:
    """Of the waits opened in the span, as far as they were observed by now; reply times are those
    of first replies."""
    settings = watch.settings
    subject = Subject(
        settings.name,
        settings.brand,
        settings.platform,
        tuple(target.name for target in settings.targets),
    )
    numbers = account_numbers(tx, subject, Asked(span.start, span.end), now)
    return Digest(
        since=span.start,
        until=span.end,
        mentions=numbers.mentions,
        opened=numbers.opened,
        answered=numbers.answered,
        still_open=numbers.open,
        half_within=numbers.replies[Metric.FIRST_REPLY].km_p50,
        targets=tuple(
            Kept(one.target, one.of(Verdict.MET), one.judged, one.objective)
            for one in numbers.targets
        ),
    )
