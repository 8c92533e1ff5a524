"""Tells the log."""

from __future__ import annotations

from typing import Any

import structlog
from pydantic import BaseModel, ConfigDict

from monitor.ports.notifier import Notice

log = structlog.get_logger()


class LogConfig(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    log: bool = True

    def build(self, web: Any, texts: Any) -> LogNotifier:  # noqa: ARG002  it needs neither
        return LogNotifier()


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
