"""A webhook: one POST of JSON for each notice, signed.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
(the headers and what is signed; libraries that check it exist for most languages)
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from monitor.http import Hook, Web, hidden_address, whole_secret
from monitor.notifiers.payload import payload
from monitor.notifiers.texts import Texts
from monitor.ports.notifier import Notice

WRITTEN_KEY = "whsec_"  # what follows is a key in base64, as the specification has it


def _whole_key(secret: SecretStr) -> SecretStr:
    _key(whole_secret(secret))
    return secret


class WebhookConfig(BaseModel):
    """Keys of the notifier `webhook`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    webhook: Annotated[SecretStr, AfterValidator(hidden_address)]
    """Where to: an address that often is a secret itself."""
    secret: Annotated[SecretStr, AfterValidator(_whole_key)] | None = None
    """What notices are signed with. Without it they are not, and the receiver must trust that
    nobody else knows its address."""

    def build(self, web: Web, texts: Texts) -> Webhook:
        return Webhook(web, web.hook(self.webhook), self.secret, texts)


class Webhook:
    """Redirects are not followed. Any answer of 2xx means that the notice has arrived."""

    def __init__(self, web: Web, hook: Hook, secret: SecretStr | None, texts: Texts) -> None:
        self._web = web
        self._hook = hook
        self._secret = secret
        self._texts = texts

    def tell(self, notice: Notice) -> None:
        content, sent_at = payload(notice, self._texts), int(self._web.now().timestamp())
        id_ = quote(notice.key, safe="/")
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": id_,
            "Webhook-Id": id_,
            "Webhook-Timestamp": str(sent_at),
        }
        if self._secret:
            headers["Webhook-Signature"] = signature(_key(self._secret), id_, sent_at, content)
        self._hook.post(content, headers)


def signature(key: bytes, id_: str, sent_at: int, content: bytes) -> str:
    """HMAC-SHA256 of `ID.TIMESTAMP.CONTENT`, in base64, with the version of the way of signing."""
    signed = f"{id_}.{sent_at}.".encode() + content
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _key(secret: SecretStr) -> bytes:
    written = secret.get_secret_value()
    if not written.startswith(WRITTEN_KEY):
        return written.encode()
    try:
        return base64.b64decode(written.removeprefix(WRITTEN_KEY), validate=True)
    except binascii.Error:
        raise ValueError("begins with whsec_, but is no base64 after it; copy it again") from None
