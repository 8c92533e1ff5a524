"""Tells the log."""

from __future__ import annotations

import structlog

from monitor.ports.notifier import Notice

log = structlog.get_logger()


class LogNotifier:
    def tell(self, notice: Notice) -> None:
        for item in notice.items:
            log.info(
                "notice",
                key=item.key,
                kind=item.kind.value,
                account=item.account,
                at=item.at.isoformat(),
                wait=item.wait,
                target=item.target,
                customer=item.handle,
            )
