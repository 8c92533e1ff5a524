"""A webhook is signed, and knows a notice that it has seen."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.http import Web
from monitor.notifiers.texts import Texts
from monitor.notifiers.webhook import WebhookConfig
from monitor.ports.notifier import Notice
from tests.notifiers.notices import NOW, notice, written_by_a_stranger
from tests.notifiers.notifier_contract import SECRET, HttpNotifierContract
from tests.notifiers.receiver import Receiver


def config(receiver: Receiver, secret: str | None = SECRET) -> WebhookConfig:
    keys = {"webhook": f"{receiver.address}/in/{SECRET}?token={SECRET}"}
    return WebhookConfig.model_validate(keys | ({"secret": secret} if secret else {}))


class TestWebhook(HttpNotifierContract):
    def tell(self, place: Receiver, notice: Notice, web: Web, texts: Texts) -> None:
        config(place).build(web, texts).tell(notice)

    def shown(self, place: Receiver) -> str:
        told = json.loads(place.received[-1].body)
        return f"{told['title']}\n{told['text']}"

    def test_it_is_signed(self, place: Receiver, web: Web, texts: Texts) -> None:
        self.tell(place, notice(key="notice/ö 1"), web, texts)

        headers, body = place.received[-1].headers, place.received[-1].body
        id_, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        signed = f"{id_}.{stamp}.{body}".encode()
        right = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest())
        assert headers["webhook-signature"] == f"v1,{right.decode()}"
        assert headers["idempotency-key"] == id_ == "notice/%C3%B6%201"
        assert int(stamp) == NOW.timestamp()

    def test_a_written_key_signs_as_the_bytes_that_it_stands_for(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        written = "whsec_" + base64.b64encode(SECRET.encode()).decode()
        config(place).build(web, texts).tell(notice())
        config(place, written).build(web, texts).tell(notice())

        one, other = (each.headers["webhook-signature"] for each in place.received)
        assert one == other

    def test_without_a_secret_there_is_no_signature(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        config(place, None).build(web, texts).tell(notice())

        assert "webhook-signature" not in place.received[-1].headers

    def test_what_was_written_is_there_as_text(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        self.tell(place, notice(written_by_a_stranger("<b>\x1b*so*\n@all")), web, texts)

        (item,) = json.loads(place.received[-1].body)["items"]
        assert item["text"] == "<b>*so* @all"

    def test_too_many_requests_say_until_when(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        place.answers(429, ("Retry-After", "90"))

        retry_at = self.refusal(place, web, texts).retry_at
        assert retry_at is not None
        assert (retry_at - NOW).total_seconds() == 90


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"webhook": "http://example.com/in"}, "in the clear"),
        ({"webhook": "https://user:s3cr3t@example.com/in"}, "user"),
        ({"webhook": "example.com"}, "https://HOST"),
        ({"webhook": "https://example.com", "secret": ""}, "empty"),
        ({"webhook": "https://example.com", "secret": "whsec_s3cr3t!"}, "base64"),
        ({"webhook": "https://example.com", "token": "x"}, "token"),
    ],
)
def test_what_cannot_work_is_refused(keys: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as caught:
        WebhookConfig.model_validate(keys)

    assert "s3cr3t" not in str(caught.value)
