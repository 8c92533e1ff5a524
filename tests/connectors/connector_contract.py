"""What every connector must keep. The test class of a connector inherits these tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx
import pytest
import respx

from monitor.domain.post import Post
from monitor.http import Web
from monitor.ports.connector import Connector, Cursor, FetchError, Reason

ADDRESS = "https://api.test"
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
SECRET = "s3cr3t-token-for-tests"


class Platform(Protocol):
    """A connector's platform, played in memory."""

    def write(self) -> str:
        """Have somebody write to the account now; the id of the post that must be found."""
        ...

    def answer(self, request: httpx.Request) -> httpx.Response: ...


def poll(connector: Connector, cursor: Cursor, now: datetime = NOW) -> tuple[list[Post], Cursor]:
    """One whole poll. The cursor is as a database would give it back."""
    posts: list[Post] = []
    for batch in connector.fetch(cursor, now):
        posts.extend(batch.posts)
        cursor = batch.cursor
    return posts, json.loads(json.dumps(dict(cursor)))


class ConnectorContract:
    def make(self, web: Web) -> Connector:
        """Build the connector with SECRET as its credential, against ADDRESS."""
        raise NotImplementedError

    def platform(self) -> Platform:
        """One on which the account that `make` reads is known, and nothing has been written."""
        raise NotImplementedError

    @pytest.fixture
    def web(self) -> Iterator[Web]:
        web = Web(lambda: NOW, deadline=timedelta(seconds=2), tries=1)
        yield web
        web.close()

    @pytest.fixture
    def router(self) -> Iterator[respx.Router]:
        with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
            yield router

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (401, Reason.AUTH),
            (403, Reason.AUTH),
            (404, Reason.REJECTED),
            (422, Reason.REJECTED),
            (429, Reason.RATE_LIMITED),
            (500, Reason.UNAVAILABLE),
            (503, Reason.UNAVAILABLE),
        ],
    )
    def test_names_the_reason(
        self, web: Web, router: respx.Router, status: int, reason: Reason
    ) -> None:
        router.route().respond(status, text=SECRET)

        with pytest.raises(FetchError) as caught:
            poll(self.make(web), {})

        assert caught.value.reason is reason

    @pytest.mark.parametrize(
        "content", ['{"not": ["what", "we"]}', "[1]", "", "<html></html>", '[{"id": 1}']
    )
    def test_a_payload_of_the_wrong_shape_is_a_bad_payload(
        self, web: Web, router: respx.Router, content: str
    ) -> None:
        router.route().respond(200, text=content)

        with pytest.raises(FetchError) as caught:
            poll(self.make(web), {})

        assert caught.value.reason is Reason.BAD_PAYLOAD

    @pytest.mark.parametrize(
        "outcome",
        [
            pytest.param(httpx.ConnectError(f"refused {SECRET}"), id="no connection"),
            pytest.param(httpx.Response(500, text=SECRET), id="server error"),
            pytest.param(httpx.Response(200, json={SECRET: SECRET}), id="wrong shape"),
        ],
    )
    def test_sends_the_secret_and_never_tells_it(
        self,
        web: Web,
        router: respx.Router,
        caplog: pytest.LogCaptureFixture,
        outcome: httpx.Response | Exception,
    ) -> None:
        caplog.set_level(0)
        route = router.route().mock(side_effect=[outcome])

        with pytest.raises(FetchError) as caught:
            poll(self.make(web), {})

        sent = route.calls.last.request
        assert SECRET in f"{sent.headers.raw}"  # otherwise the next line proves nothing
        assert SECRET not in f"{caught.value} {caught.value!r} {caplog.text} {sent.url}"

    def test_misses_nothing_that_arrives_while_it_reads(
        self, web: Web, router: respx.Router
    ) -> None:
        platform = self.platform()
        written = {platform.write() for _ in range(200)}

        def one_more(request: httpx.Request) -> httpx.Response:
            written.add(platform.write())
            return platform.answer(request)

        route = router.route().mock(side_effect=one_more)
        found, cursor = poll(self.make(web), {})
        route.side_effect = platform.answer
        rest, _ = poll(self.make(web), cursor)

        assert {post.id for post in [*found, *rest]} == written

    def test_two_polls_of_a_platform_at_rest_find_the_same(
        self, web: Web, router: respx.Router
    ) -> None:
        platform = self.platform()
        written = {platform.write() for _ in range(3)}
        router.route().mock(side_effect=platform.answer)
        connector = self.make(web)

        first, cursor = poll(connector, {})
        second, after = poll(connector, cursor)

        assert {post.id for post in first} == written
        assert {post.id for post in second} <= written
        assert after == cursor

    def test_a_closed_way_to_the_web_ends_a_poll(self, web: Web, router: respx.Router) -> None:
        route = router.route().mock(side_effect=self.platform().answer)
        connector = self.make(web)
        web.close()

        with pytest.raises(FetchError) as caught:
            poll(connector, {})

        assert caught.value.reason is Reason.UNAVAILABLE
        assert not route.called

    def test_says_how_far_it_has_read(self, web: Web, router: respx.Router) -> None:
        router.route().mock(side_effect=self.platform().answer)
        connector = self.make(web)

        *others, last = connector.fetch({}, NOW)

        assert last.complete_until == NOW - connector.settle
        assert all(batch.complete_until is None for batch in others)
        assert connector.least_gap > timedelta(0)
