"""Apprise: a hundred chat rooms, telephones and pagers, each by one address.

https://appriseit.com/services/ (the addresses) https://appriseit.com/library/ (the Python API)
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import apprise
from pydantic import AfterValidator, BaseModel, ConfigDict, SecretStr

from monitor import __version__
from monitor.http import Web
from monitor.notifiers.patience import Patience
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind, Notice

LIMIT = timedelta(seconds=15)
SHORT_BELOW = 500  # characters; where a message has fewer (SMS), it is one line with a link
MARKUP_SHARE = 0.75  # of a message, where Apprise turns text into HTML, which makes it longer

# It prints addresses, secrets included, and the libraries below it print what is sent.
_MUTE = ("apprise",)
_QUIET = ("urllib3", "requests_oauthlib", "oauthlib", "slixmpp", "paho")
for _name in _MUTE:
    logging.getLogger(_name).addHandler(logging.NullHandler())
    logging.getLogger(_name).propagate = False
for _name in _QUIET:
    logging.getLogger(_name).setLevel(logging.ERROR)

_STATUS = re.compile(r"\berror=([45]\d\d)\b")
_GRAVE = frozenset({AlertKind.BREACH, AlertKind.BLIND, AlertKind.ACCOUNT_FAILING})
_CALM = frozenset({AlertKind.RECOVERED, AlertKind.BLIND_OVER, AlertKind.ACCOUNT_RECOVERED})


def _known(address: SecretStr) -> SecretStr:
    _service(address)
    return address


class AppriseConfig(BaseModel):
    """Keys of the notifier `apprise`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    apprise: Annotated[SecretStr, AfterValidator(_known)]
    """The address of one service, as Apprise writes it: a secret."""

    def build(self, web: Web, texts: Texts) -> Apprise:  # noqa: ARG002 - Apprise goes its own ways
        return Apprise(_service(self.apprise), texts)


class Apprise:
    """Its answer is yes or no. A no is taken for passing, unless its log tells a status that says
    otherwise. A service of several rooms that failed in one is told again in all of them."""

    def __init__(self, service: apprise.NotifyBase, texts: Texts, limit: timedelta = LIMIT) -> None:
        self._service = service
        self._texts = texts
        self._name = str(service.service_name)
        self._patience = Patience(self._name, limit)

    def tell(self, notice: Notice) -> None:
        title, body = self._worded(notice)
        self._patience.take(notice.key, lambda: self._send(title, body, _severity(notice)))

    def _worded(self, notice: Notice) -> tuple[str, str]:
        """The title, if there is one, and the body, as long as the service takes them."""
        service, title = self._service, self._texts.title(notice)
        if 0 < service.body_maxlen < SHORT_BELOW:
            return "", self._texts.short(notice, service.body_maxlen)
        most = service.body_maxlen - len(title) - len("\r\n")
        if self._format() == apprise.NotifyFormat.HTML:
            most = int(most * MARKUP_SHARE)
        return title, self._texts.body(notice, most) or title

    def _send(self, title: str, body: str, severity: apprise.NotifyType) -> None:
        sender = apprise.Apprise(self._service, asset=_asset())
        result = sender.notify(body, title, notify_type=severity, body_format=self._format())
        if not result:
            raise self._refusal({int(status) for status in _statuses(result)})

    def _format(self) -> apprise.NotifyFormat:
        """Our text has no mark-up of any kind in it, so it is Markdown as well: if Apprise quoted
        it for Markdown, its links would be broken. HTML alone needs quoting."""
        target = self._service.resolve_format(apprise.NotifyFormat.TEXT)
        is_markdown = target == apprise.NotifyFormat.MARKDOWN
        return apprise.NotifyFormat.MARKDOWN if is_markdown else apprise.NotifyFormat.TEXT

    def _refusal(self, statuses: set[int]) -> FetchError:
        if 429 in statuses:
            return FetchError(Reason.RATE_LIMITED, f"{self._name} answers 429: too many requests")
        if not statuses or any(status >= 500 or status == 408 for status in statuses):
            told = ", ".join(map(str, sorted(statuses))) or "no"
            return FetchError(Reason.UNAVAILABLE, f"{self._name} did not take it (answers {told})")
        worst = min(statuses)
        reason = Reason.AUTH if worst in (401, 403) else Reason.REJECTED
        return FetchError(reason, f"{self._name} answers {worst}; correct the address")


def _service(address: SecretStr) -> apprise.NotifyBase:
    """What Apprise makes of the address. Raises ValueError.

    A text that is too long is cut, not sent in parts, unless the address says `overflow=split`.
    """
    service = apprise.Apprise.instantiate(address.get_secret_value(), asset=_asset())
    if service is None:
        told = "is no address that Apprise knows, is not whole, or needs a package not installed"
        raise ValueError(f"{told}; see appriseit.com/services")
    if service.overflow_mode == apprise.OverflowMode.UPSTREAM:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    return service


def _asset() -> apprise.AppriseAsset:
    """Nothing is fetched from elsewhere, kept on disk, or read into our text."""
    return apprise.AppriseAsset(
        app_id="replywatch",
        app_desc=f"replywatch {__version__}",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        image_path_mask=False,
        async_mode=False,
        http_redirects=False,
        interpret_emojis=False,
        interpret_escapes=False,
        pem_autogen=False,
        pgp_autogen=False,
        allow_templates=False,
        service_timeout=0,
        storage_mode=apprise.PersistentStoreMode.MEMORY.value,
    )


def _severity(notice: Notice) -> apprise.NotifyType:
    """Services that show one give it a colour or a sign."""
    if notice.counts.keys() & _GRAVE:
        return apprise.NotifyType.FAILURE
    is_calm = notice.counts.keys() <= _CALM
    return apprise.NotifyType.SUCCESS if is_calm else apprise.NotifyType.WARNING


def _statuses(result: apprise.AppriseResult) -> Iterator[str]:
    return (status for entry in result.logs() for status in _STATUS.findall(entry.message))
