"""E-mail by SMTP: plain text and HTML in one mail.

RFC 5321 (SMTP) and RFC 3463 (its codes); RFC 3207 (STARTTLS); RFC 5322 (the mail, its ids);
RFC 3834 (Auto-Submitted, so that no robot answers a robot)
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Annotated, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from monitor.http import Web, is_loopback, whole_secret
from monitor.notifiers.patience import Patience
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import Item, Notice

LIMIT = timedelta(seconds=20)  # of one mail; some servers greet only after ten
PATIENCE = 10.0  # seconds without a byte
PORTS = {"smtp": 587, "smtps": 465}
_AUTH_CODES = frozenset({530, 534, 535, 538})  # RFC 4954


def _address(text: str) -> str:
    """`name@host`, or `Name <name@host>`."""
    try:
        found = _parsed(text)
    except (ValueError, IndexError):
        found = None
    is_whole = found and found.username and found.domain and found.addr_spec.isascii()
    if not is_whole or not text.isprintable():
        raise ValueError(f'"{text}" is no mail address; write name@example.com')
    return text


def _server(url: str) -> str:
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        parts, has_port = SplitResult("", "", "", "", ""), False
    if parts.scheme not in PORTS or not parts.hostname or not has_port:
        raise ValueError("is no mail server; write smtp://user@HOST:587 or smtps://user@HOST:465")
    if parts.password is not None:
        raise ValueError("holds a password; write it under password: instead")
    if not unquote(parts.username or "").isascii():
        raise ValueError("holds a user of other letters than ASCII, which mail servers do not know")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("holds more than a server; write smtp://user@HOST:587")
    return url


def _list(value: object) -> object:
    return [value] if isinstance(value, str) else value


_ONE_OR_MORE = BeforeValidator(_list, json_schema_input_type=str | list[str])
MailAddress = Annotated[str, AfterValidator(_address)]


class Mailbox(BaseModel):
    """What `email` holds."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    to: Annotated[list[MailAddress], _ONE_OR_MORE, Field(min_length=1)]
    """One address, or a list."""
    smtp: Annotated[str, AfterValidator(_server)]
    """The server, and who logs in there: `smtp://` with STARTTLS, or `smtps://`."""
    password: Annotated[SecretStr, AfterValidator(whole_secret)] | None = None
    sender: Annotated[MailAddress | None, Field(alias="from")] = None
    """Unless set, who logs in."""
    starttls: bool = True
    """False allows mail in the clear beyond this machine; a password never goes there so."""

    @model_validator(mode="after")
    def _works(self) -> Self:
        parts = urlsplit(self.smtp)
        if self.password and not parts.username:
            raise ValueError("there is a password, but nobody to log in; write smtp://user@HOST")
        if parts.username and not self.password:
            raise ValueError(f'"{unquote(parts.username)}" logs in; write the password, too')
        if self.password and not self.starttls and parts.scheme == "smtp" and not self.is_local:
            raise ValueError("would send the password in the clear; leave out starttls: false")
        _address(self.mail_from)
        return self

    @property
    def is_local(self) -> bool:
        return is_loopback(urlsplit(self.smtp).hostname or "")

    @property
    def mail_from(self) -> str:
        parts = urlsplit(self.smtp)
        user = unquote(parts.username or "replywatch")
        return self.sender or (user if "@" in user else f"{user}@{parts.hostname}")


class EmailConfig(BaseModel):
    """Keys of the notifier `email`."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    email: Mailbox

    def build(self, web: Web, texts: Texts) -> Email:  # noqa: ARG002 - mail has its own way
        return Email(self.email, texts)


class Email:
    """A mail for each notice. Its id comes from the notice's key, so that one that is tried again
    can be known; and mails about one wait refer to one another."""

    def __init__(self, mailbox: Mailbox, texts: Texts, limit: timedelta = LIMIT) -> None:
        parts = urlsplit(mailbox.smtp)
        self._mailbox = mailbox
        self._texts = texts
        self._host = parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._user = unquote(parts.username or "")
        self._is_tls = parts.scheme == "smtps"
        self._patience = Patience(self._host, limit)

    def tell(self, notice: Notice) -> None:
        mail = written(notice, self._mailbox, self._texts)
        self._patience.take(notice.key, lambda: self._deliver(mail))

    def _deliver(self, mail: EmailMessage) -> None:
        try:
            with self._connected() as server:
                self._secure(server)
                if self._mailbox.password:
                    server.login(self._user, self._mailbox.password.get_secret_value())
                refused = server.send_message(mail)
        except smtplib.SMTPNotSupportedError:
            told = f"{self._host} offers no way to log in that is known; correct the server"
            raise FetchError(Reason.REJECTED, told) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refusal(_mildest(error.recipients)) from None
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code) from None
        except ssl.SSLCertVerificationError:
            told = f"{self._host} shows a certificate that is not valid for it"
            raise FetchError(Reason.REJECTED, told) from None
        except (OSError, UnicodeError, smtplib.SMTPException) as error:
            told = f"{self._host} cannot be reached ({type(error).__name__})"
            raise FetchError(Reason.UNAVAILABLE, told) from None
        if refused:  # the others have it: to send it again would tell them twice
            raise FetchError(Reason.REJECTED, f"{self._host} refuses some of the addresses")

    def _connected(self) -> smtplib.SMTP:
        if self._is_tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=PATIENCE, context=self._tls())
        return smtplib.SMTP(self._host, self._port, timeout=PATIENCE)

    def _secure(self, server: smtplib.SMTP) -> None:
        server.ehlo()
        if self._is_tls:
            return
        if server.has_extn("starttls"):
            server.starttls(context=self._tls())
            server.ehlo()
        elif self._mailbox.starttls and not self._mailbox.is_local:
            told = f"{self._host} offers no STARTTLS; use smtps:// or another server"
            raise FetchError(Reason.REJECTED, told)

    def _tls(self) -> ssl.SSLContext:
        """A server on this machine may show any certificate: nobody can stand between."""
        context = ssl.create_default_context()
        if self._mailbox.is_local:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def _refusal(self, code: int) -> FetchError:
        if code < 400:
            return FetchError(Reason.UNAVAILABLE, f"{self._host} does not speak SMTP")
        told = f"{self._host} answers {code}"
        if code in _AUTH_CODES:
            return FetchError(Reason.AUTH, f"{told}: it does not let us in; correct the password")
        if code >= 500:
            return FetchError(Reason.REJECTED, f"{told}; correct the addresses or ask its keeper")
        return FetchError(Reason.UNAVAILABLE, f"{told}: not now")


def written(notice: Notice, mailbox: Mailbox, texts: Texts) -> EmailMessage:
    """The mail, the same each time."""
    sender = _parsed(mailbox.mail_from)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = [_parsed(each) for each in mailbox.to]
    mail["Subject"] = texts.title(notice)
    mail["Date"] = notice.at
    mail["Message-ID"] = _id(notice.key, sender.domain)
    if thread := _thread(notice.items, sender.domain):
        mail["In-Reply-To"] = mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = texts.language
    mail.set_content(texts.body(notice), cte="quoted-printable")
    mail.add_alternative(texts.html(notice), subtype="html", cte="quoted-printable")
    return mail


def _thread(items: Sequence[Item], domain: str) -> str | None:
    """What all mails about one wait, or one account, refer to: mail programs show them together.
    It is the id of no mail, since the first about a wait may be about others as well."""
    about = {f"wait {item.wait}" if item.wait else f"account {item.account}" for item in items}
    return _id(about.pop(), domain) if len(about) == 1 else None


def _id(key: str, domain: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _mildest(refused: Mapping[str, tuple[int, bytes]]) -> int:
    """If one address may be taken later, the mail is tried again."""
    return min(code for code, _ in refused.values())


def _parsed(text: str) -> Address:
    """Raises ValueError."""
    name, address = parseaddr(text)
    try:
        return Address(display_name=name, addr_spec=address)
    except MessageError as error:
        raise ValueError(str(error)) from None
