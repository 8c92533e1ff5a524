"""Tells the log."""

from __future__ import annotations

import structlog

from monitor.ports.notifier import Notice

log = structlog.get_logger()


class LogNotifier:
    def tell(self, notice: Notice) -> None:
        log.info(
            "notice",
            key=notice.key,
            kind=notice.kind.value,
            account=notice.account,
            at=notice.at.isoformat(),
            text=notice.text,
        )
