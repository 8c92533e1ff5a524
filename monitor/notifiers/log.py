"""Tells the log: which facts there are and where to look, but nothing that people wrote."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field

from monitor.http import Web
from monitor.notifiers.texts import Texts
from monitor.ports.notifier import Item, Notice

log = structlog.get_logger()


class LogConfig(BaseModel):
    """Keys of the notifier `log`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    log: Annotated[Literal["info", "warning"], Field(default="info")]
    """At which level."""

    def build(self, web: Web, texts: Texts) -> LogNotifier:  # noqa: ARG002 - it needs neither
        return LogNotifier(self.log)


class LogNotifier:
    def __init__(self, level: Literal["info", "warning"] = "info") -> None:
        self._level = level

    def tell(self, notice: Notice) -> None:
        tell = log.warning if self._level == "warning" else log.info
        tell(
            "notice",
            key=notice.key,
            total=notice.total,
            counts={kind.value: count for kind, count in notice.counts.items()},
            items=[_fact(item) for item in notice.items],
            held=notice.held,
            test=notice.test,
        )


def _fact(item: Item) -> dict[str, str]:
    fact = {"key": item.key, "account": item.account, "link": item.link}
    return fact | {"at": item.at.isoformat()}
