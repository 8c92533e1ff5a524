"""The client API, as a monitor meets it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.sandbox.instance import Visibility
from tests.sandbox.conftest import SITE, Peer

MENTIONS = "/api/v1/notifications?types[]=mention"


def ids(answer: list[dict[str, Any]]) -> list[int]:
    return [int(each["id"]) for each in answer]


def account_id(peer: Peer, username: str) -> str:
    answer = peer.get(f"/api/v1/accounts/lookup?acct={username}", {})
    return str(answer.json()["id"])


def test_notifications_come_newest_first_and_forty_at_once(peer: Peer) -> None:
    found = ids(peer.get(MENTIONS).json())

    assert len(found) == 40
    assert found == sorted(found, reverse=True)
    assert len(peer.get(f"{MENTIONS}&limit=200").json()) == 80


def test_following_next_reads_every_mention_once(peer: Peer) -> None:
    read: list[int] = []
    address: str | None = f"{MENTIONS}&limit=30"
    while address:
        answer = peer.get(address)
        read += ids(answer.json())
        address = answer.links.get("next", {}).get("url")
    brand = peer.world.cast.brands[0].account
    inbox = [told for told in peer.world.instance.inbox_of(brand) if told.kind == "mention"]

    assert read == [told.id for told in reversed(inbox) if not told.filtered]
    assert len(read) > 60


def test_min_id_takes_the_page_just_above(peer: Peer) -> None:
    oldest = ids(peer.get(f"{MENTIONS}&limit=3&min_id=0").json())
    above = ids(peer.get(f"{MENTIONS}&limit=2&min_id={oldest[0]}").json())

    assert oldest == sorted(oldest, reverse=True)
    assert oldest[0] < above[1] < above[0]
    assert above[0] < ids(peer.get(f"{MENTIONS}&limit=1").json())[0]


def test_links_are_built_from_the_host_that_was_asked(peer: Peer) -> None:
    answer = peer.get(f"{MENTIONS}&limit=2")
    newest, oldest = ids(answer.json())
    path = f"{SITE}/api/v1/notifications?limit=2"

    assert answer.links["next"]["url"] == f"{path}&max_id={oldest}&types%5B%5D=mention"
    assert answer.links["prev"]["url"] == f"{path}&min_id={newest}&types%5B%5D=mention"


def test_an_empty_page_has_no_link(peer: Peer) -> None:
    newest = ids(peer.get("/api/v1/notifications?limit=1").json())[0]
    answer = peer.get(f"{MENTIONS}&min_id={newest}")

    assert answer.json() == []
    assert "Link" not in answer.headers


def test_types_without_brackets_are_ignored(peer: Peer) -> None:
    def kinds(query: str) -> set[str]:
        return {told["type"] for told in peer.get(f"/api/v1/notifications?limit=80&{query}").json()}

    assert kinds("types[]=mention") == {"mention"}
    assert kinds("types=mention") > {"mention"}
    assert "mention" not in kinds("exclude_types[]=mention")
    assert kinds("types[]=bogus") == set()


def test_an_id_beyond_all_is_an_empty_500(peer: Peer) -> None:
    answer = peer.get(f"{MENTIONS}&min_id=99999999999999999999999")

    assert (answer.status_code, answer.text) == (500, "")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_direct_mentions_show_only_when_asked_for(peer: Peer) -> None:
    peer.clock.forward(timedelta(hours=6))

    def directs(query: str) -> int:
        found = peer.get(f"{MENTIONS}&limit=80{query}")
        count = 0
        while found.json():
            count += sum(told["status"]["visibility"] == "direct" for told in found.json())
            found = peer.get(found.links["next"]["url"])
        return count

    assert directs("") == 0
    assert directs("&include_filtered=true") > 0


def test_a_mention_has_the_shape_of_the_entity(peer: Peer) -> None:
    told = peer.get(f"{MENTIONS}&limit=1").json()[0]
    status = told["status"]

    assert told["group_key"] == f"ungrouped-{told['id']}"
    assert told["account"] == status["account"]
    assert status["url"] == f"{SITE}/@{status['account']['username']}/{status['id']}"
    assert "tarn_air" in [each["acct"] for each in status["mentions"]]
    assert len(status["id"]) == 18
    assert len(status["created_at"]) == len("2026-11-22T07:40:28.853Z")
    assert f'<a href="{SITE}/@tarn_air" class="u-url mention">' in status["content"]


def test_an_accounts_statuses_hold_its_replies_and_without_boosts_if_asked(peer: Peer) -> None:
    peer.clock.forward(timedelta(hours=1))
    path = f"/api/v1/accounts/{account_id(peer, 'kelda_mobile')}/statuses?limit=200"
    all_of_them, own = peer.get(path).json(), peer.get(f"{path}&exclude_reblogs=true").json()

    assert len(all_of_them) == len(own) == 40
    assert any(status["reblog"] for status in all_of_them)
    assert not any(status["reblog"] for status in own)
    assert any(status["in_reply_to_id"] for status in own)
    assert ids(own) == sorted(ids(own), reverse=True)


def test_a_status_and_its_context_agree_with_the_thread(peer: Peer) -> None:
    question = answered(peer)
    context = peer.get(f"/api/v1/statuses/{question}/context").json()
    answer = context["descendants"][0]
    back = peer.get(f"/api/v1/statuses/{answer['id']}/context").json()

    assert context["ancestors"] == []
    assert answer["in_reply_to_id"] == question
    assert ids(back["ancestors"]) == [int(question)]


def answered(peer: Peer) -> str:
    found = peer.get(f"{MENTIONS}&limit=80").json()
    tops = (told["status"] for told in found if not told["status"]["in_reply_to_id"])
    return str(next(status["id"] for status in tops if status["replies_count"]))


def test_many_statuses_are_asked_for_at_once_up_to_twenty(peer: Peer) -> None:
    some = [told["status"]["id"] for told in peer.get(f"{MENTIONS}&limit=3").json()]
    path = "/api/v1/statuses?" + "".join(f"id[]={each}&" for each in [*some, "1", "abc"])
    many = "/api/v1/statuses?" + "".join(f"id[]={number}&" for number in range(21))

    assert sorted(ids(peer.get(path).json())) == sorted(int(each) for each in some)
    assert peer.get(many).status_code == 422


def test_what_is_deleted_is_gone_at_once(peer: Peer) -> None:
    question = answered(peer)
    answer = peer.get(f"/api/v1/statuses/{question}/context").json()["descendants"][0]
    peer.world.instance.delete(int(question))
    gone, kept = (peer.get(f"/api/v1/statuses/{each}") for each in (question, answer["id"]))

    assert (gone.status_code, gone.json()) == (404, {"error": "Not Found"})
    assert peer.get(f"/api/v1/statuses/{question}/context").status_code == 404
    assert kept.json()["in_reply_to_id"] is None
    assert kept.json()["in_reply_to_account_id"] == answer["in_reply_to_account_id"]


def test_a_direct_post_is_not_for_others(peer: Peer) -> None:
    peer.clock.forward(timedelta(hours=2))
    peer.get("/health")
    peer.get(MENTIONS)
    phone = peer.world.cast.brands[1].account
    inbox = peer.world.instance.inbox_of(phone)
    direct = next(told.status_id for told in inbox if told.filtered)
    path = f"/api/v1/statuses/{direct}"

    assert peer.get(path).status_code == 404
    assert peer.get(path, {"Authorization": "Bearer sandbox-kelda_mobile"}).status_code == 200
    shown = peer.world.instance.status(direct)
    assert shown is not None
    assert shown.visibility is Visibility.DIRECT


@pytest.mark.parametrize("unknown", ["1", "abc", "9" * 5000, "-1"])
def test_an_unknown_id_is_not_found(peer: Peer, unknown: str) -> None:
    assert peer.get(f"/api/v1/statuses/{unknown}").status_code == 404
    assert peer.get(f"/api/v1/accounts/{unknown}/statuses").status_code == 404
    assert peer.get(f"/@tarn_air/{unknown}").status_code == 404
    assert peer.get(f"/api/v1/statuses?id[]={unknown}").json() == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Authorization": "Bearer sandbox-nobody"}, id="nobody's token"),
        pytest.param({"Authorization": "Bearer sandbox-tarn_anna"}, id="an agent's"),
        pytest.param({}, id="none"),
    ],
)
def test_a_wrong_token_is_refused_and_counts(peer: Peer, headers: dict[str, str]) -> None:
    first, second = peer.get(MENTIONS, headers), peer.get(MENTIONS, headers)

    assert (first.status_code, first.json()) == (401, {"error": "The access token is invalid"})
    assert "invalid_token" in first.headers["WWW-Authenticate"]
    assert second.headers["X-RateLimit-Remaining"] == "298"


def test_a_token_in_the_query_is_refused(peer: Peer) -> None:
    assert peer.get(f"{MENTIONS}&access_token=sandbox-tarn_air").status_code == 401


@pytest.mark.parametrize("path", ["verify_credentials", "lookup?acct=tarn_air"])
def test_the_token_has_no_scope_for_accounts(peer: Peer, path: str) -> None:
    answer = peer.get(f"/api/v1/accounts/{path}")

    assert answer.status_code == 403
    assert answer.json() == {"error": "This action is outside the authorized scopes"}


def test_a_lookup_without_token_finds_by_any_form_of_the_handle(peer: Peer) -> None:
    host = SITE.removeprefix("http://")
    forms = ("tarn_air", "@Tarn_Air", f"tarn_air@{host}")

    assert len({account_id(peer, form) for form in forms}) == 1
    assert peer.get("/api/v1/accounts/lookup?acct=nobody", {}).status_code == 404


def test_the_limit_for_paged_requests_runs_out_first(peer: Peer) -> None:
    for _ in range(300):
        assert peer.get(f"{MENTIONS}&limit=1&min_id=0").status_code == 200
        peer.clock.forward(timedelta(seconds=1.1))
    refused = peer.get(f"{MENTIONS}&limit=1&min_id=0")

    assert (refused.status_code, refused.json()) == (429, {"error": "Too many requests"})
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.headers["Connection"] == "close"
    assert "Retry-After" not in refused.headers
    assert datetime.fromisoformat(refused.headers["X-RateLimit-Reset"]).minute == 15
    assert peer.get(f"{MENTIONS}&limit=1").status_code == 200
    peer.clock.now = datetime(2026, 11, 22, 15, 15, tzinfo=UTC)
    assert peer.get(f"{MENTIONS}&limit=1&min_id=0").status_code == 200


def test_what_has_not_changed_is_not_sent_again(peer: Peer) -> None:
    first = peer.get(MENTIONS)
    headers = {**first.request.headers, "If-None-Match": first.headers["ETag"]}
    again = peer.get(MENTIONS, headers)
    peer.clock.forward(timedelta(minutes=5))

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["X-RateLimit-Remaining"] == "298"
    assert peer.get(MENTIONS, headers).status_code == 200


def test_the_date_is_the_worlds(peer: Peer) -> None:
    assert peer.get(MENTIONS).headers["Date"] == "Sun, 22 Nov 2026 15:00:00 GMT"


def test_an_unknown_path_is_a_page(peer: Peer) -> None:
    answer = peer.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_the_server_tells_who_it_is(peer: Peer) -> None:
    about = peer.get("/api/v1/instance", {}).json()

    assert (about["uri"], about["version"]) == (SITE.removeprefix("http://"), "4.3.23")
    assert peer.get("/health", {}).text == "OK"
