"""What came back: its shape, its limits, where it leads, and why it is of no use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from monitor.http.address import place, same_origin
from monitor.ports.connector import FetchError, Reason

LONGEST_WAIT = timedelta(days=1)  # a server that asks for more is not believed
UNIX_SECONDS = 1_000_000_000  # lower numbers are spans, not instants

_TRANSIENT = frozenset({502, 503, 504})
_RESETS = ("x-ratelimit-reset", "ratelimit-reset")
_NUMBER = re.compile(r"\d{1,12}(\.\d*)?")

T = TypeVar("T")


class PassingError(FetchError):
    """May be over in a moment: worth another try within the same poll."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How many requests are left, of how many, until `resets_at` (by our clock)."""

    remaining: int
    limit: int | None = None
    resets_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `asked_at` and `answered_at` are by our clock, `dated_at` by the host's."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    content: bytes
    asked_at: datetime
    answered_at: datetime
    dated_at: datetime | None

    @property
    def is_page(self) -> bool:
        """Whether it is meant for people, not programs: then it is no API that has answered."""
        return "text/html" in self.headers.get("content-type", "")

    @property
    def next_query(self) -> str | None:
        """What to ask the same path for the next page, as the `Link` header has it (RFC 8288).

        Its origin does not matter: a server behind a proxy may not know its own name (GoToSocial
        writes the configured one), and the secret stays where it belongs. Raises FetchError.
        """
        links = httpx.Response(self.status, headers=self.headers).links
        if "next" not in links:
            return None
        target = _joined(self.url, links["next"].get("url", ""))
        if not target.path or not self.url.path.endswith(target.path):
            told = f"{place(self.url)} links its next page elsewhere; correct the address"
            raise FetchError(Reason.REJECTED, told)
        return target.query.decode()

    def read(self, shape: TypeAdapter[T]) -> T:
        """The JSON in it. Raises FetchError, `bad_payload`, where it is not of this shape."""
        try:
            return shape.validate_json(self.content)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
            where = ".".join(str(step) for step in first["loc"]) or "the whole"
            told = f"answers in another shape ({first['type']}, {where}); is this the right API?"
            raise FetchError(Reason.BAD_PAYLOAD, f"{place(self.url)} {told}") from None


def refusal(head: Answer) -> FetchError:
    """Why an answer of this status is of no use, and what the reader can do about it."""
    told, status = f"{place(head.url)} answers {head.status}", head.status
    if status == 429:
        again = _instant(head, "retry-after") or _instant(head, *_RESETS)
        told = f"{told}: too many requests; poll less often"
        return FetchError(Reason.RATE_LIMITED, told, retry_at=again)
    if status >= 500 or status == 408:
        again = _instant(head, "retry-after")
        kind = PassingError if status in _TRANSIENT and again is None else FetchError
        return kind(Reason.UNAVAILABLE, f"{told}: the platform is not well", retry_at=again)
    if status == 401:
        return FetchError(Reason.AUTH, f"{told}: the credential is not valid; renew it")
    if status == 403 and not head.is_page:
        return FetchError(Reason.AUTH, f"{told}: the credential may not do this; see its scopes")
    return FetchError(Reason.REJECTED, f"{told}; correct the address or the handle")


def rate_limit(head: Answer) -> RateLimit | None:
    remaining = _number(head, "x-ratelimit-remaining", "ratelimit-remaining")
    if remaining is None:
        return None
    limit = _number(head, "x-ratelimit-limit", "ratelimit-limit")
    return RateLimit(remaining, limit, _instant(head, *_RESETS))


def clock_offset(head: Answer) -> timedelta | None:
    """Our clock less the host's: the middle of the request against the middle of its second."""
    if head.dated_at is None:
        return None
    middle = head.asked_at + (head.answered_at - head.asked_at) / 2
    return middle - (head.dated_at + timedelta(seconds=0.5))


def redirected(answer: Answer) -> httpx.URL:
    """Where a redirect leads. Raises FetchError where that is another host."""
    target = _joined(answer.url, answer.headers.get("location", ""))
    if not same_origin(target, answer.url):
        told = f"{place(answer.url)} redirects to another host; write its new address"
        raise FetchError(Reason.REJECTED, told)
    return target


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7)."""
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        return None


def _joined(url: httpx.URL, reference: str) -> httpx.URL:
    try:
        return url.join(reference)
    except httpx.InvalidURL:
        raise FetchError(Reason.BAD_PAYLOAD, f"{place(url)} links to no address") from None


def _number(head: Answer, *names: str) -> int | None:
    found = (head.headers.get(name, "") for name in names)
    return next((int(float(text)) for text in found if _NUMBER.fullmatch(text)), None)


def _instant(head: Answer, *names: str) -> datetime | None:
    """The latest sensible instant, by our clock, that headers of these names tell."""
    texts = (text.strip() for name in names for text in head.headers.get_list(name))
    waits = (_wait(text, head) for text in texts)
    sensible = [wait for wait in waits if wait and timedelta() < wait <= LONGEST_WAIT]
    return head.answered_at + max(sensible) if sensible else None


def _wait(text: str, head: Answer) -> timedelta | None:
    """From seconds, Unix seconds, ISO 8601 (Mastodon) or an HTTP date, by the host's clock."""
    if _NUMBER.fullmatch(text) and float(text) < UNIX_SECONDS:
        return timedelta(seconds=float(text))
    until = _unix(text) or _iso(text) or http_date(text)
    return until - (head.dated_at or head.answered_at) if until else None


def _unix(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        return _in_utc(datetime.fromisoformat(text))
    except ValueError:
        return None


def _in_utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
