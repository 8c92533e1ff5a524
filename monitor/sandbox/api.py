"""The answers of the client API. Each takes a call and returns JSON, or raises `Refusal`.

https://docs.joinmastodon.org/methods/ for the documented part; where a real 4.3 server was seen
to do something else, that is done here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from monitor.sandbox.instance import Notification, Status, may_see
from monitor.sandbox.paging import link, pick, read_id, read_page
from monitor.sandbox.people import Person
from monitor.sandbox.wire import Wire

NOTIFICATIONS, MOST_NOTIFICATIONS = 40, 80
STATUSES, MOST_STATUSES = 20, 40
SIGNED_IN_CONTEXT = (4096, 4096, 4096)
ANONYMOUS_CONTEXT = (40, 60, 20)
OUT_OF_SCOPE = "This action is outside the authorized scopes"
TRUE = ("true", "1", "t", "on")


class Refusal(Exception):  # noqa: N818
    """An error that the API answers with: `{"error": reason}` under this HTTP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Call:
    """A request that has passed the door."""

    request: Request
    wire: Wire

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    def asked(self, name: str) -> Sequence[str]:
        """All values of an array parameter, written `name[]`."""
        return self.request.query_params.getlist(f"{name}[]")

    def kept(self, *names: str) -> list[tuple[str, str]]:
        """The parameters of these names, to be repeated in links."""
        pairs = self.request.query_params.multi_items()
        return [(name, value) for name, value in pairs if name.removesuffix("[]") in names]


@dataclass(frozen=True, slots=True)
class Reply:
    body: Any
    link: str | None = None


Answer = Callable[[Call], Reply]


def lookup(call: Call) -> Reply:
    """GET /api/v1/accounts/lookup?acct=: with or without the server's own domain.

    Open to all, but a token must have `read:accounts`, which the sandbox's have not.
    """
    if call.wire.viewer is not None:
        raise Refusal(403, OUT_OF_SCOPE)
    host = call.wire.site.partition("://")[2]
    acct = call.query.get("acct", "").removeprefix("@").removesuffix(f"@{host}")
    person = call.wire.instance.find(acct)
    if person is None:
        raise Refusal(404, "Record not found")
    return Reply(call.wire.account(person))


def verify_credentials(call: Call) -> Reply:
    """GET /api/v1/accounts/verify_credentials: it needs more than the least scopes."""
    _signed_in(call)
    raise Refusal(403, OUT_OF_SCOPE)


def notifications(call: Call) -> Reply:
    """GET /api/v1/notifications."""
    viewer = _signed_in(call)
    page = read_page(call.query, NOTIFICATIONS, MOST_NOTIFICATIONS)
    found = pick(call.wire.instance.inbox_of(viewer), page, _wanted(call))
    kept = call.kept("limit", "types", "exclude_types", "include_filtered", "account_id")
    shown = [call.wire.notification(told) for told in found]
    return Reply(shown, link(_address(call), kept, found) if found else None)


def account_statuses(call: Call) -> Reply:
    """GET /api/v1/accounts/{id}/statuses."""
    person = call.wire.instance.person(_id(call))
    if person is None:
        raise Refusal(404, "Record not found")
    page = read_page(call.query, STATUSES, MOST_STATUSES)
    found = pick(call.wire.instance.statuses_of(person), page, _shown_on_profile(call))
    kept = call.kept("limit", "exclude_reblogs", "exclude_replies")
    shown = [call.wire.status(status) for status in found]
    return Reply(shown, link(_address(call), kept, found) if found else None)


def status(call: Call) -> Reply:
    """GET /api/v1/statuses/{id}."""
    return Reply(call.wire.status(_status(call)))


def statuses(call: Call) -> Reply:
    """GET /api/v1/statuses?id[]=: those that are still there; of more than 20, none."""
    if len(set(call.asked("id"))) > STATUSES:
        raise Refusal(422, "Mastodon::ValidationError")
    found = map(call.wire.instance.status, map(read_id, dict.fromkeys(call.asked("id"))))
    seen = [each for each in found if each and may_see(call.wire.viewer, each)]
    return Reply([call.wire.status(each) for each in seen])


def context(call: Call) -> Reply:
    """GET /api/v1/statuses/{id}/context."""
    bounds = SIGNED_IN_CONTEXT if call.wire.viewer else ANONYMOUS_CONTEXT
    return Reply(call.wire.context(_status(call), *bounds))


def instance(call: Call) -> Reply:
    """GET /api/v1/instance."""
    return Reply(call.wire.about())


def _signed_in(call: Call) -> Person:
    if call.wire.viewer is None:
        raise Refusal(401, "The access token is invalid")
    return call.wire.viewer


def _status(call: Call) -> Status:
    found = call.wire.instance.status(_id(call))
    if found is None or not may_see(call.wire.viewer, found):
        raise Refusal(404, "Not Found")
    return found


def _id(call: Call) -> int:
    number = read_id(call.request.path_params["id"])
    if number is None:
        raise Refusal(404, "Not Found")
    return number


def _wanted(call: Call) -> Callable[[Notification], bool]:
    types, excluded = call.asked("types"), call.asked("exclude_types")
    filtered_too = _is_true(call, "include_filtered")
    sender = call.query.get("account_id")

    def wanted(told: Notification) -> bool:
        return (
            (not types or told.kind in types)
            and told.kind not in excluded
            and (filtered_too or not told.filtered)
            and (sender is None or sender == str(told.sender.id))
        )

    return wanted


def _shown_on_profile(call: Call) -> Callable[[Status], bool]:
    no_boosts, no_replies = _is_true(call, "exclude_reblogs"), _is_true(call, "exclude_replies")

    def shown(each: Status) -> bool:
        if each.boost_of is not None and call.wire.instance.status(each.boost_of) is None:
            return False
        return (
            may_see(call.wire.viewer, each)
            and not (no_boosts and each.boost_of is not None)
            and not (no_replies and each.parent_author_id is not None)
        )

    return shown


def _is_true(call: Call, name: str) -> bool:
    return call.query.get(name, "") in TRUE


def _address(call: Call) -> str:
    return f"{call.wire.site}{call.request.url.path}"
