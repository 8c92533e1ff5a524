"""Where to listen, where to be found, where to store."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, PlainValidator, SecretStr

from monitor.config.fields import matching, text_of, written_as
from monitor.config.problems import quoted

_LAST_PORT = 65_535
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_SQLITE = re.compile(r"sqlite:///(?P<file>(?!:memory:)[^?]+)(?P<options>\?.*)?")
_POSTGRESQL = re.compile(r"postgresql\+psycopg://.+")


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: an IP address or `localhost`, and a port (0: any that is free)."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def is_loopback(self) -> bool:
        return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback


def address(value: Any) -> Address:
    text = text_of(value, 'an address such as "127.0.0.1:9877"')
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (_is_local_name(host) and re.fullmatch("[0-9]{1,5}", port) and int(port) <= _LAST_PORT):
        raise ValueError(f"{quoted(text)} is not an address such as 127.0.0.1:9877")
    return Address(host, int(port))


def _is_local_name(host: str) -> bool:
    try:
        return host == "localhost" or bool(ipaddress.ip_address(host))
    except ValueError:
        return False


def _web_address(text: str) -> str:
    try:
        url = urlsplit(text)
        usable = url.scheme in {"http", "https"} and bool(url.hostname) and url.port != 0
    except ValueError:
        usable = False
    if not usable or set(text) & set("@?# "):
        raise ValueError("is not an address such as https://care.example.com")
    return text.rstrip("/")


def _store(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if _SQLITE.fullmatch(text) or _POSTGRESQL.fullmatch(text):
        return url
    raise ValueError(
        "is not a store; write sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    )


def _secret_address(url: SecretStr) -> SecretStr:
    """An address that may hold a secret, so it goes over TLS, or stays on this machine."""
    try:
        parts = urlsplit(url.get_secret_value())
        secure = parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))
        usable = bool(parts.hostname) and parts.port != 0 and " " not in url.get_secret_value()
    except ValueError:
        secure = usable = False
    if not (secure and usable):
        raise ValueError("is not an address; write https://HOST/.. (http: on loopback only)")
    return url


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def store_url(text: str, folder: Path) -> str:
    """A checked address of a store, with the file of an SQLite one found from `folder`."""
    found = _SQLITE.fullmatch(text)
    if found is None:
        return text
    return f"sqlite:///{(folder / found['file']).resolve()}{found['options'] or ''}"


Listen = Annotated[Address, PlainValidator(address), written_as(examples=["127.0.0.1:9878"])]
HostName = Annotated[str, matching(_HOST, "a host name; write it without scheme, port and path")]
WebAddress = Annotated[str, AfterValidator(_web_address)]
StoreUrl = Annotated[SecretStr, AfterValidator(_store)]
SecretAddress = Annotated[SecretStr, AfterValidator(_secret_address)]
