"""Apprise, through its services' own code against servers on loopback."""

from __future__ import annotations

import json
import logging
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from pydantic import SecretStr, ValidationError

from monitor.http import Web
from monitor.notifiers.apprise import Apprise, AppriseConfig
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError
from monitor.ports.notifier import AlertKind, Notice
from tests.notifiers.notices import BREACH, HOSTILE, is_live, notice, written_by_a_stranger
from tests.notifiers.notifier_contract import DEADLINE, SECRET, HttpNotifierContract
from tests.notifiers.receiver import Answer, Receiver


def build(address: str, web: Web, texts: Texts) -> Apprise:
    built = AppriseConfig(apprise=SecretStr(address)).build(web, texts)
    return Apprise(built.service, texts, DEADLINE)


class TestApprise(HttpNotifierContract):
    """By its `json://`, which hands over what a service is given."""

    def tell(self, place: Receiver, notice: Notice, web: Web, texts: Texts) -> None:
        host = urlsplit(place.address).netloc
        build(f"json://{host}/{SECRET}?+X-Token={SECRET}", web, texts).tell(notice)

    def shown(self, place: Receiver) -> str:
        told = json.loads(place.received[-1].body)
        return f"{told['title']}\n{told['message']}"

    def test_a_failure_without_a_status_may_pass(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        place.script = lambda _: [b"nonsense\r\n\r\n"]

        assert not self.refusal(place, web, texts).reason.needs_a_person

    def test_what_arrives_late_is_not_told_again(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        def late(_: Any) -> Answer:
            time.sleep(2 * DEADLINE.total_seconds())
            return Answer()

        place.script = late
        notifier = build(f"json://{urlsplit(place.address).netloc}", web, texts)
        with pytest.raises(FetchError, match="in time"):
            notifier.tell(notice())
        time.sleep(2 * DEADLINE.total_seconds())
        notifier.tell(notice())

        assert len(place.received) == 1

    @pytest.mark.parametrize(
        ("kind", "told"),
        [
            (AlertKind.BREACH, "failure"),
            (AlertKind.WARNING, "warning"),
            (AlertKind.RECOVERED, "success"),
        ],
    )
    def test_a_service_that_shows_gravity_is_told_it(
        self, place: Receiver, web: Web, texts: Texts, kind: AlertKind, told: str
    ) -> None:
        self.tell(place, notice(counts={kind: 1}), web, texts)

        assert json.loads(place.received[-1].body)["type"] == told


def at(path: str, place: Receiver) -> str:
    return f"{place.address}/{path}"


@pytest.fixture
def place() -> Any:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def slack(place: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    """Slack's host is fixed in Apprise."""
    monkeypatch.setattr(NotifySlack, "webhook_url", place.address)
    place.answers(200, body=b"ok")
    return "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/"


@pytest.fixture
def discord(place: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(NotifyDiscord, "notify_url", place.address)
    return "discord://123456789/abcdefghijklmnop/"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert_in_slack(
    slack: str, place: Receiver, web: Web, texts: Texts, name: str
) -> None:
    build(slack, web, texts).tell(notice(written_by_a_stranger(HOSTILE[name][0])))

    (told,) = json.loads(place.received[-1].body)["attachments"]
    assert "Wait 17" in told["text"]
    assert not is_live(name, told["title"] + "\n" + told["text"])


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert_in_discord(
    discord: str, place: Receiver, web: Web, texts: Texts, name: str
) -> None:
    build(discord, web, texts).tell(notice(written_by_a_stranger(HOSTILE[name][0])))

    told = json.loads(place.received[-1].body)["content"]
    assert "Wait 17" in told
    assert not is_live(name, told)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("scheme", ["mmost", "ntfy", "gotify", "rocket"])
def test_hostile_text_is_inert_in_rooms_of_ones_own(
    place: Receiver, web: Web, texts: Texts, scheme: str, name: str
) -> None:
    """The last of them takes Markdown only, so Apprise is told that ours is some."""
    host = urlsplit(place.address).netloc
    address = {
        "mmost": f"mmost://{host}/3ccdd113474722377935511fc85d3dd4",
        "ntfy": f"ntfy://{host}/topic",
        "gotify": f"gotify://{host}/abcdefghijklmno",
        "rocket": f"rocket://c3d4/e5f6@{host}/#room?avatar=no",
    }[scheme]
    build(address, web, texts).tell(notice(written_by_a_stranger(HOSTILE[name][0])))

    sent = json.loads(place.received[-1].body)
    told = "\n".join(str(value) for value in sent.values())
    assert "https://care.example.com/waits/17" in told
    assert not is_live(name, told)


def test_a_service_with_short_messages_gets_fewer_facts_and_their_number(
    discord: str, place: Receiver, web: Web, texts: Texts
) -> None:
    words = written_by_a_stranger("a long complaint " * 20)
    build(discord, web, texts).tell(notice(*[words] * 10, counts={AlertKind.BREACH: 14}))

    told = json.loads(place.received[-1].body)["content"]
    shown = told.count("Wait 17:")
    assert 1 <= shown < 10
    assert f"and {14 - shown} more" in told
    assert len(told) <= 2_000


def test_apprise_reaches_no_log(capfd: pytest.CaptureFixture[str]) -> None:
    """Nor the place where Python writes what no log takes."""
    ours = logging.StreamHandler()
    logging.getLogger().addHandler(ours)
    try:
        logging.getLogger("apprise").error("something that %s has", SECRET)
        logging.getLogger().error("heard")
    finally:
        logging.getLogger().removeHandler(ours)
    heard = capfd.readouterr().err

    assert "heard" in heard
    assert SECRET not in heard


@pytest.mark.parametrize("scheme", ["slack", "nonsense", "json://[", ""])
def test_what_apprise_does_not_know_is_refused_and_not_told(
    scheme: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(0)
    with pytest.raises(ValidationError, match="Apprise knows") as caught:
        AppriseConfig(apprise=SecretStr(f"{scheme}://{SECRET}"))

    assert SECRET not in str(caught.value) + caplog.text + "".join(capfd.readouterr())


def test_a_title_of_many_facts_counts_them(web: Web, place: Receiver) -> None:
    host = urlsplit(place.address).netloc
    build(f"json://{host}/", web, Texts("sv")).tell(notice(*[BREACH] * 3))

    assert json.loads(place.received[-1].body)["title"] == "acme: 3 försenade"
