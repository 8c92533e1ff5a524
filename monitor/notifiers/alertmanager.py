"""Prometheus' Alertmanager, API v2: what fires is told again and again, and it groups by itself.

https://prometheus.io/docs/alerting/latest/alerts_api/
https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr, model_validator

from monitor.http import Site, Web, web_address, whole_secret
from monitor.notifiers.inert import inert, web_link
from monitor.notifiers.texts import Texts
from monitor.ports.notifier import AlertKind, Item

EVERY = timedelta(minutes=1)  # as Prometheus re-sends
LASTS = 4 * EVERY  # so that three lost rounds end nothing, as Prometheus has it
LARGEST_ROUND = 200  # alerts in one request
MOST_SAID = 200

ALERTS = "/api/v2/alerts"
_NAMES = {
    AlertKind.WARNING: ("ReplywatchDueSoon", "warning"),
    AlertKind.BREACH: ("ReplywatchOverdue", "critical"),
    AlertKind.BLIND: ("ReplywatchBlind", "critical"),
    AlertKind.ACCOUNT_FAILING: ("ReplywatchAccountFailing", "critical"),
    AlertKind.NUDGED: ("ReplywatchAskedAgain", "warning"),
    AlertKind.SURGE: ("ReplywatchSurge", "warning"),
}
"""Of facts that can stand, the `alertname` and `severity`. The others end one, or are figures."""
_UTC = ZoneInfo("UTC")
_MINUTE = timedelta(minutes=1)


class AlertmanagerConfig(BaseModel):
    """Keys of the notifier `alertmanager`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    alertmanager: Annotated[str, AfterValidator(web_address)]
    """Its address."""
    user: str | None = None
    """Of its `basic_auth_users`, with `password`."""
    password: SecretStr | None = None
    token: Annotated[SecretStr, AfterValidator(whole_secret)] | None = None
    """Sent as a bearer token, for a proxy before it."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password come together; write both or none")
        if self.token and self.user:
            raise ValueError("write either token, or user and password")
        return self

    def build(self, web: Web, texts: Texts) -> Alertmanager:
        return Alertmanager(web.site(self.alertmanager, self._headers()), texts)

    def _headers(self) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token.get_secret_value()}"}
        if self.user is None or self.password is None:
            return {}
        both = f"{self.user}:{self.password.get_secret_value()}".encode()
        return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}


class Alertmanager:
    """A StandingNotifier. An alert is the same for as long as its labels are, so nothing in them
    changes while a fact stands."""

    every = EVERY

    def __init__(self, site: Site, texts: Texts) -> None:
        self._site = site
        self._texts = texts

    def stand(self, firing: Sequence[Item], resolved: Sequence[Item], now: datetime) -> None:
        alerts = [self._alert(item, now, now + LASTS) for item in _standing(firing)]
        for item in _standing(resolved):
            ended_at = min(item.ended_at or now, now)
            alerts.append(self._alert(item, now, max(ended_at, item.at)))
        for start in range(0, len(alerts), LARGEST_ROUND):
            self._site.post(ALERTS, alerts[start : start + LARGEST_ROUND])

    def _alert(self, item: Item, now: datetime, ends_at: datetime) -> dict[str, Any]:
        said = self._texts.said(item, now, _UTC)
        annotations = {
            "summary": said.headline,
            "description": said.details,
            "text": inert(item.text or "", MOST_SAID),
            "age": _age(item, now),
            "due": _instant(item.due_at) if item.due_at else "",
            "link": web_link(item.link) or "",
            "post": web_link(item.url) or "",
        }
        return {
            "labels": _labels(item),
            "annotations": {name: told for name, told in annotations.items() if told},
            "startsAt": _instant(item.at),
            "endsAt": _instant(ends_at),
            "generatorURL": web_link(item.link) or "",
        }


def _standing(items: Sequence[Item]) -> Iterator[Item]:
    return (item for item in items if item.kind in _NAMES)


def _labels(item: Item) -> dict[str, str]:
    """Empty ones are left out, as Alertmanager does."""
    name, severity = _NAMES[item.kind]
    labels = {
        "alertname": name,
        "severity": severity,
        "service": "replywatch",
        "key": item.key,
        "kind": item.kind.value,
        "account": item.account,
        "brand": item.brand,
        "platform": item.platform,
        "target": item.target or "",
        "wait": "" if item.wait is None else str(item.wait),
    }
    return {label: value for label, value in labels.items() if value}


def _age(item: Item, now: datetime) -> str:
    """How long somebody has waited, or the fact has stood: `1h6m`, rounded down."""
    minutes = max((item.ended_at or now) - (item.opened_at or item.at), timedelta()) // _MINUTE
    return f"{minutes // 60}h{minutes % 60}m" if minutes >= 60 else f"{minutes}m"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
