"""A real Alertmanager takes what we tell it, groups it, sends it on, and lets it go."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.http import Web
from monitor.notifiers.alertmanager import LASTS, Alertmanager, AlertmanagerConfig
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError
from monitor.ports.notifier import AlertKind, Item
from tests.notifiers.notices import BREACH, HOSTILE, is_live, written_by_a_stranger
from tests.notifiers.receiver import Receiver
from tests.services.alerting import NotInstalledError, OwnAlertmanager

pytestmark = pytest.mark.service

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """Where it sends on to."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def server(hook: Receiver) -> Iterator[OwnAlertmanager]:
    try:
        server = OwnAlertmanager(hook.address)
    except NotInstalledError as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.fixture
def notifier(server: OwnAlertmanager) -> Iterator[Alertmanager]:
    web = Web(now)
    yield AlertmanagerConfig(alertmanager=server.address).build(web, Texts("en"))
    web.close()


def now() -> datetime:
    return datetime.now(UTC)


def breach(wait: int, **more: Any) -> Item:
    due_at = now() - 5 * MINUTE
    about = {"opened_at": due_at - 6 * MINUTE, "due_at": due_at, "at": due_at}
    key = f"breach/{wait}/airline-6m"
    return replace(BREACH, **{"key": key, "wait": wait, **about, **more})


def until(found: Callable[[], Any], seconds: float = 15) -> Any:
    end = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
    return value


def sent_on(hook: Receiver, status: str) -> list[dict[str, Any]]:
    told = [json.loads(each.body) for each in hook.received]
    return [alert for each in told for alert in each["alerts"] if alert["status"] == status]


def test_what_fires_arrives_with_all_that_is_known(
    server: OwnAlertmanager, notifier: Alertmanager
) -> None:
    item = breach(17)
    notifier.stand([item], [], now())

    (alert,) = server.alerts()
    assert alert["labels"]["alertname"] == "ReplywatchOverdue"
    assert alert["labels"]["wait"] == "17"
    assert alert["annotations"]["age"] == "11m"
    assert alert["generatorURL"] == BREACH.link
    assert datetime.fromisoformat(alert["startsAt"]) - item.at < timedelta(milliseconds=1)
    assert alert["status"]["state"] in ("active", "unprocessed")


def test_alerts_of_one_kind_are_one_message(
    server: OwnAlertmanager, notifier: Alertmanager, hook: Receiver
) -> None:
    """If it is told before its `group_wait` is over: that runs from when the alert began."""
    items = [breach(wait, at=now()) for wait in range(1, 4)]
    blind = breach(4, kind=AlertKind.BLIND, key="blind/acme/1")
    notifier.stand([*items, blind], [], now())
    until(lambda: len(sent_on(hook, "firing")) == 4)

    sizes = sorted(len(json.loads(each.body)["alerts"]) for each in hook.received)
    assert sizes == [1, 3]
    assert sorted(len(group["alerts"]) for group in server.groups()) == [1, 3]


def test_what_is_told_again_is_the_same_alert_and_no_second_message(
    server: OwnAlertmanager, notifier: Alertmanager, hook: Receiver
) -> None:
    item = breach(17)
    notifier.stand([item], [], now())
    until(lambda: sent_on(hook, "firing"))
    first = server.alerts()[0]
    for nudges in range(1, 4):
        notifier.stand([replace(item, nudges=nudges, reach=1_000 * nudges)], [], now())
        time.sleep(0.6)

    (alert,) = server.alerts()
    assert alert["fingerprint"] == first["fingerprint"]
    assert alert["endsAt"] > first["endsAt"]
    assert "3 nudges" in alert["annotations"]["description"]
    assert len(sent_on(hook, "firing")) == 1


def test_what_has_ended_is_resolved_and_sent_on_as_that(
    server: OwnAlertmanager, notifier: Alertmanager, hook: Receiver
) -> None:
    item = breach(17)
    notifier.stand([item], [], now())
    until(lambda: sent_on(hook, "firing"))
    notifier.stand([], [replace(item, ended_at=now())], now())

    (resolved,) = until(lambda: sent_on(hook, "resolved"))
    assert resolved["labels"]["wait"] == "17"
    assert not server.alerts()


def test_what_is_told_no_more_ends_by_itself(
    server: OwnAlertmanager, notifier: Alertmanager, hook: Receiver
) -> None:
    """Told as of almost the time for which it lasts ago."""
    notifier.stand([breach(17)], [], now() - LASTS + timedelta(seconds=2))
    until(lambda: sent_on(hook, "firing"))

    assert until(lambda: sent_on(hook, "resolved"))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert_in_what_it_sends_on(
    server: OwnAlertmanager, notifier: Alertmanager, hook: Receiver, name: str
) -> None:
    item = replace(written_by_a_stranger(HOSTILE[name][0]), at=now())
    notifier.stand([item], [], now())
    (alert,) = until(lambda: sent_on(hook, "firing"))

    told = "\n".join(alert["annotations"].values())
    assert "Wait 17" in told
    assert not is_live(name, told)


def test_two_thousand_alerts_are_taken(server: OwnAlertmanager, notifier: Alertmanager) -> None:
    notifier.stand([breach(wait) for wait in range(2_000)], [], now())

    assert len(server.alerts()) == 2_000


def test_what_it_refuses_is_an_error(server: OwnAlertmanager, notifier: Alertmanager) -> None:
    with pytest.raises(FetchError, match="400") as caught:
        notifier.stand([breach(17, at=now() + timedelta(days=400))], [], now())

    assert caught.value.reason.needs_a_person
