"""Where a secret may go: over TLS, or on this machine, and to one origin."""

from __future__ import annotations

import ipaddress

import httpx
from pydantic import SecretStr


def web_address(url: str) -> str:
    """`url` without a trailing slash, if a secret may be sent there; else ValueError."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise ValueError("is not an address; write https://HOST") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError("is not an address; write https://HOST")
    if parts.userinfo or parts.query or parts.fragment:
        raise ValueError("holds more than a host and a path; write https://HOST")
    if parts.scheme == "http" and not is_loopback(parts.host):
        raise ValueError("would send secrets in the clear; write https:// (http: loopback only)")
    return url.rstrip("/")


def hidden_address(url: SecretStr) -> SecretStr:
    """For models: an address that is a secret itself, as those of chat rooms are, if it can be
    kept: over TLS or on this machine, its path and query told nobody else; else ValueError."""
    try:
        parts = httpx.URL(url.get_secret_value())
    except httpx.InvalidURL:
        raise ValueError("is not an address; write https://HOST/..") from None
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError("is not an address; write https://HOST/..")
    if parts.userinfo or parts.fragment:
        raise ValueError(
            "holds a user or a fragment (#), which are not sent; write https://HOST/.."
        )
    if parts.scheme == "http" and not is_loopback(parts.host):
        raise ValueError("would send secrets in the clear; write https:// (http: loopback only)")
    return url


def is_sendable(secret: str) -> bool:
    """Whether a header can carry it. One that cannot was cut or read wrongly."""
    return bool(secret) and secret.isascii() and secret.isprintable() and secret == secret.strip()


def whole_secret(secret: SecretStr) -> SecretStr:
    """For models: the secret if a header can carry it; else ValueError."""
    if not is_sendable(secret.get_secret_value()):
        raise ValueError("is empty or has characters that no secret has; copy it again")
    return secret


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    return _origin(one) == _origin(other)


def place(url: httpx.URL) -> str:
    """An address as errors tell it: nothing that could be a secret."""
    return f"{url.host}{url.path}"


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
