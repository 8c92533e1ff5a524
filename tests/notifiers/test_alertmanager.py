"""Alertmanager is told what stands, each time the same."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.http import Web
from monitor.notifiers.alertmanager import LARGEST_ROUND, Alertmanager, AlertmanagerConfig
from monitor.notifiers.texts import Texts
from monitor.ports.notifier import AlertKind, Item, Notice, StandingNotifier
from tests.notifiers.notices import BREACH, DUE, NOW, notice
from tests.notifiers.notifier_contract import SECRET, HttpNotifierContract
from tests.notifiers.receiver import Receiver

MINUTE = timedelta(minutes=1)


def build(place: Receiver, web: Web, texts: Texts, **keys: str) -> Alertmanager:
    keys = {"alertmanager": place.address, **(keys or {"token": SECRET})}
    return AlertmanagerConfig.model_validate(keys).build(web, texts)


def alerts(place: Receiver) -> list[dict[str, Any]]:
    return [alert for each in place.received for alert in json.loads(each.body)]


class TestAlertmanager(HttpNotifierContract):
    def tell(self, place: Receiver, notice: Notice, web: Web, texts: Texts) -> None:
        build(place, web, texts).stand(notice.items, (), notice.at)

    def shown(self, place: Receiver) -> str:
        """Labels are ours; annotations are what it hands on to people."""
        told = alerts(place)[-1]
        assert told["labels"]["wait"] == "17"
        return "\n".join([*told["annotations"].values(), *told["labels"].values()])

    def test_it_is_a_standing_notifier(self, place: Receiver, web: Web, texts: Texts) -> None:
        assert isinstance(build(place, web, texts), StandingNotifier)

    def test_an_alert_has_the_same_labels_for_as_long_as_it_stands(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        notifier = build(place, web, texts)
        notifier.stand([BREACH], [], NOW)
        changed = replace(BREACH, nudges=3, reach=9_000, acked_by="Anna", ended_at=NOW)
        notifier.stand([], [changed], NOW + MINUTE)

        first, then = alerts(place)
        assert first["labels"] == then["labels"]
        assert first["startsAt"] == then["startsAt"] == "2026-06-01T12:06:00Z"
        assert first["labels"]["alertname"] == "ReplywatchOverdue"

    def test_what_fires_ends_by_itself_when_nobody_tells_it_again(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        notifier = build(place, web, texts)
        notifier.stand([BREACH], [], NOW)

        ends_at = datetime.fromisoformat(alerts(place)[0]["endsAt"])
        assert NOW + 3 * notifier.every < ends_at < NOW + 10 * MINUTE

    @pytest.mark.parametrize(
        ("ended_at", "told"),
        [
            pytest.param(NOW - MINUTE, NOW - MINUTE, id="as it was"),
            pytest.param(None, NOW, id="just now"),
            pytest.param(NOW + MINUTE, NOW, id="not later than now"),
            pytest.param(DUE - MINUTE, DUE, id="not before it began"),
        ],
    )
    def test_what_has_ended_says_when(
        self,
        place: Receiver,
        web: Web,
        texts: Texts,
        ended_at: datetime | None,
        told: datetime,
    ) -> None:
        build(place, web, texts).stand([], [replace(BREACH, ended_at=ended_at)], NOW)

        assert datetime.fromisoformat(alerts(place)[0]["endsAt"]) == told

    def test_annotations_have_link_age_due_and_words(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        build(place, web, texts).stand([BREACH], [], NOW)

        told = alerts(place)[0]["annotations"]
        assert told["summary"] == "Overdue: Grace Adeyemi waits for acme on Mastodon, 12 min late"
        assert told["link"] == alerts(place)[0]["generatorURL"] == BREACH.link
        assert (told["age"], told["due"]) == ("18m", "2026-06-01T12:06:00Z")
        assert told["text"] == "My booking is gone. Can anybody help?"

    def test_many_alerts_go_in_rounds(self, place: Receiver, web: Web, texts: Texts) -> None:
        many = [replace(BREACH, key=f"breach/{n}/x", wait=n) for n in range(LARGEST_ROUND + 1)]
        build(place, web, texts).stand(many, [], NOW)

        assert [len(json.loads(each.body)) for each in place.received] == [LARGEST_ROUND, 1]

    def test_what_cannot_stand_is_left_out(self, place: Receiver, web: Web, texts: Texts) -> None:
        ends = [AlertKind.RECOVERED, AlertKind.BLIND_OVER, AlertKind.DIGEST]
        items: list[Item] = [replace(BREACH, kind=kind) for kind in ends]
        build(place, web, texts).stand(items, [], NOW)

        assert not place.received

    def test_a_user_logs_in(self, place: Receiver, web: Web, texts: Texts) -> None:
        build(place, web, texts, user="care", password=SECRET).stand([BREACH], [], NOW)

        sent = place.received[0].headers["authorization"].removeprefix("Basic ")
        assert base64.b64decode(sent).decode() == f"care:{SECRET}"

    def test_a_notice_in_another_language(self, place: Receiver, web: Web) -> None:
        self.tell(place, notice(), web, Texts("sv"))

        assert "Försenat" in alerts(place)[0]["annotations"]["summary"]


@pytest.mark.parametrize(
    "keys",
    [
        {"alertmanager": "http://alerts.example.com"},
        {"alertmanager": "http://127.0.0.1:9093", "user": "care"},
        {"alertmanager": "http://127.0.0.1:9093", "token": "x", "user": "a", "password": "b"},
    ],
)
def test_what_cannot_work_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AlertmanagerConfig.model_validate(keys)
