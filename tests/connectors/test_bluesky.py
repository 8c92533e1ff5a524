"""Bluesky: nothing is missed, whatever clocks and indexes do, and nobody logs in too often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.bluesky import Bluesky, BlueskyConfig
from monitor.http import Session, Sessions, Web
from monitor.ports.connector import Connector, FetchError, LooksUp, Presence, Reason
from tests.connectors.at_work import AtWork
from tests.connectors.connector_contract import ADDRESS, NOW, SECRET, ConnectorContract
from tests.connectors.fake_bluesky import FakeBluesky, error, iso

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BRAND = Presence("brand.test")
WITH_ANNA = Presence("brand.test", agents=("anna.test",))
LIST = "app.bsky.notification.listNotifications"


def connector(web: Web, presence: Presence = BRAND, password: str = SECRET) -> Bluesky:
    config = BlueskyConfig.model_validate({"server": ADDRESS, "app_password": password})
    return config.build(presence, web)


def fake(**more: Any) -> FakeBluesky:
    server = FakeBluesky(NOW - HOUR, SECRET, **more)
    for name in ("ana", "ben", "anna"):
        server.join(name)
    return server


class Running(AtWork[FakeBluesky, Bluesky]):
    def __init__(
        self, server: FakeBluesky, presence: Presence = BRAND, path: Path | None = None
    ) -> None:
        sessions = Sessions(lambda: server.now, path)
        web = Web(lambda: server.now, deadline=2 * SECOND, tries=1, sessions=sessions)
        super().__init__(server, web, connector, presence)

    def asked(self) -> Counter[str]:
        """Methods, by how often they were called since the last poll began."""
        paths = (request.url.path for request in self.server.requests)
        return Counter(path.rpartition(".")[2] for path in paths)


@pytest.fixture
def server() -> Iterator[FakeBluesky]:
    server = fake()
    with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
        router.route().mock(side_effect=server.answer)
        yield server


@pytest.fixture
def running(server: FakeBluesky) -> Running:
    return Running(server)


class TestContract(ConnectorContract):
    def make(self, web: Web) -> Connector:
        """Logged in already: what is sent with every request is the session's token."""
        session = Session(SECRET, SECRET, "did:plc:brand", ADDRESS)
        web.sessions.keep(f"brand.test on {ADDRESS}", session)
        return connector(web)

    def platform(self) -> Talking:
        return Talking()


class Talking:
    """A Bluesky on which ana never stops."""

    def __init__(self) -> None:
        self.server = fake(access={SECRET})

    def write(self) -> str:
        self.server.now += SECOND
        return self.server.mention("ana")

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.server.answer(request)


# What is found


def test_a_mention_is_told_as_the_server_has_it(running: Running, server: FakeBluesky) -> None:
    root = server.post("brand", "Sale!")
    reply = server.post("ben", "nice", to=root)
    asked = server.mention(
        "ana", "H\u00e9 \U0001f44b @brand.test is it on?", to=reply, langs=["sv", "en"]
    )

    running.poll()

    post = running.posts[asked]
    assert (post.author_id, post.author_handle, post.author_name) == (
        "did:plc:ana",
        "ana.test",
        "Ana",
    )
    assert (post.parent_id, post.parent_author_id, post.root_id) == (reply, "did:plc:ben", root)
    assert (post.mentions, post.lang) == (("did:plc:brand",), "sv")
    assert post.text == "H\u00e9 \U0001f44b @brand.test is it on?"
    assert post.url == f"https://bsky.app/profile/ana.test/post/{asked.rpartition('/')[2]}"
    assert post.created_at == NOW - HOUR


def test_only_facets_name(running: Running, server: FakeBluesky) -> None:
    root = server.post("brand")
    bare = server.post("ana", "@brand.test hello", to=root)
    link = {"$type": "app.bsky.richtext.facet#link", "uri": "https://a.test"}
    odd = {"$type": "com.example.sticker", "did": 7}
    facets = [{"index": {"byteStart": 0, "byteEnd": 999}, "features": [link, odd]}]
    linked = server.post("ana", "see there", to=root, facets=facets)

    running.poll()

    assert running.posts[bare].mentions == running.posts[linked].mentions == ()


@pytest.mark.parametrize("with_media", [False, True])
def test_a_quote_names_the_one_who_is_quoted(
    running: Running, server: FakeBluesky, with_media: bool
) -> None:
    quoted = server.post("brand")
    embed: dict[str, Any] = {"record": {"uri": quoted}}
    quoting = server.post("ana", "look at this", quotes=quoted)
    server.written[quoting].record["embed"] = {"record": embed, "media": 1} if with_media else embed

    running.poll()

    assert running.posts[quoting].mentions == ("did:plc:brand",)


@pytest.mark.parametrize("embed", [7, {"record": 7}, {"external": {"uri": "https://a.test"}}])
def test_what_a_program_wrote_oddly_stops_nobody(
    running: Running, server: FakeBluesky, embed: object
) -> None:
    odd = server.mention("ana", embed=embed)
    server.post("brand", langs="en", to=odd)

    running.poll()

    assert running.posts[odd].mentions == ("did:plc:brand",)
    assert len(running.posts) == 2


def test_other_notifications_are_no_mentions(running: Running, server: FakeBluesky) -> None:
    for reason in ("like", "follow", "repost"):
        server.notify(reason, server.now)

    assert running.poll() == []


def test_posts_of_the_account_and_its_agents_are_found(server: FakeBluesky) -> None:
    written = {server.post("brand"), server.post("anna"), server.mention("ana")}
    server.post("ben", "not to us")

    running = Running(server, WITH_ANNA)
    running.poll()

    assert running.posts.keys() == written


def test_an_own_post_is_found_before_the_appview_knows_it(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana")
    reply = server.post("brand", "On it!", to=asked, indexed=False)

    running.poll()

    assert running.posts[reply].parent_author_id == "did:plc:ana"


@pytest.mark.parametrize("key", ["self", "zzzzzzzzzzzzz"])
def test_a_key_that_is_no_time_hides_no_later_posts(
    running: Running, server: FakeBluesky, key: str
) -> None:
    server.post("brand", key=key)
    running.poll()
    server.now += HOUR
    later = server.post("brand")

    running.poll()

    assert later in running.posts


def test_a_post_by_a_clock_that_is_slow_is_found(running: Running, server: FakeBluesky) -> None:
    server.post("brand")
    running.poll()
    slow = server.post("brand", key=server.key_at(server.now - 5 * MINUTE))

    running.poll()

    assert slow in running.posts


def test_handles_are_resolved_once_and_told_in_each_poll(server: FakeBluesky) -> None:
    presence = Presence("@brand.test", agents=("anna.test",), sisters=("ben.test", "ghost.test"))
    running = Running(server, presence)

    running.poll()
    running.ids.clear()
    running.poll()

    known = {"@brand.test": "brand", "anna.test": "anna", "ben.test": "ben"}
    assert running.ids == {handle: f"did:plc:{name}" for handle, name in known.items()}
    assert not running.asked()["resolveHandle"]


def test_a_handle_that_was_unknown_is_tried_again_after_a_day(server: FakeBluesky) -> None:
    running = Running(server, Presence("brand.test", agents=("late.test",)))
    running.poll()
    server.join("late")
    server.now += timedelta(days=1)
    written = server.post("late")

    running.poll()

    assert written in running.posts


def test_a_new_agent_s_posts_are_read_back_to_the_history(
    running: Running, server: FakeBluesky
) -> None:
    earlier = server.post("anna")
    server.now += HOUR
    running.poll()

    running.poll(WITH_ANNA)

    assert earlier in running.posts


def test_an_agent_who_blocks_the_account_stops_nobody(server: FakeBluesky) -> None:
    server.blocked.add("did:plc:anna")
    asked = server.mention("ana")

    assert [post.id for post in Running(server, WITH_ANNA).poll()] == [asked]


def test_a_repost_is_no_post(server: FakeBluesky) -> None:
    server.post("anna")
    running = Running(server, WITH_ANNA)

    def reposted(request: httpx.Request) -> httpx.Response | None:
        if "getAuthorFeed" not in request.url.path:
            return None
        feed = server._feed(request.url.params).json()["feed"]
        reason = {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": iso(server.now)}
        return httpx.Response(200, json={"feed": [{**one, "reason": reason} for one in feed]})

    server.fails = reposted

    assert running.poll() == []


def test_nothing_before_the_history_is_told(running: Running, server: FakeBluesky) -> None:
    server.now -= timedelta(days=8)
    server.mention("ana")
    server.post("brand")
    server.now += timedelta(days=8)
    new = {server.mention("ben"), server.post("brand")}

    running.poll()
    server.now += timedelta(days=2)
    running.poll()

    assert running.posts.keys() == new


def test_who_quotes_themselves_names_nobody(running: Running, server: FakeBluesky) -> None:
    earlier = server.mention("ana")
    quoting = server.post("ana", "as I said", to=server.post("brand"), quotes=earlier)

    running.poll()

    assert running.posts[quoting].mentions == ()


def test_an_author_whose_handle_has_lapsed_is_linked_by_id(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana", "help\0me")
    server.notices[0][3]["author"]["handle"] = "handle.invalid"

    running.poll()

    assert running.posts[asked].text == "helpme"
    assert running.posts[asked].url == (
        f"https://bsky.app/profile/did:plc:ana/post/{asked.rpartition('/')[2]}"
    )


def test_a_server_that_tells_no_reasons_apart_is_understood(
    running: Running, server: FakeBluesky
) -> None:
    liked, asked = server.post("ben", "not to us"), server.mention("ana")
    server.notify("like", server.now, server.written[liked])
    everything = {"notifications": [told for *_, told in server.notices]}
    answer = httpx.Response(200, json=everything)
    server.fails = lambda request: answer if LIST in request.url.path else None

    assert [post.id for post in running.poll()] == [asked]


# When it was written


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        pytest.param(-30 * MINUTE, -30 * MINUTE, id="backdated"),
        pytest.param(5 * SECOND, timedelta(0), id="by a clock that is ahead"),
        pytest.param(timedelta(days=9_000), timedelta(0), id="in the far future"),
    ],
)
def test_the_earlier_of_both_times_holds(
    running: Running, server: FakeBluesky, claims: timedelta, told: timedelta
) -> None:
    asked = server.mention("ana", claims=server.now + claims)
    reply = server.post("brand", to=asked, claims=server.now + claims)

    running.poll()

    at = server.now + told
    assert running.posts[asked].created_at == running.posts[reply].created_at == at


def test_a_thread_tells_when_an_own_post_came_that_claims_the_future(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana")
    reply = server.post("brand", to=asked, claims=server.now + HOUR)
    server.now += 10 * SECOND
    running.poll()
    server.now += 2 * MINUTE

    told = [post.created_at for post in running.poll() if post.id == reply]

    assert min(told) == NOW - HOUR


def test_a_time_that_is_none_is_not_believed(running: Running, server: FakeBluesky) -> None:
    asked = server.mention("ana")
    server.written[asked].record["createdAt"] = "yesterday"

    running.poll()

    assert running.posts[asked].created_at == server.now


# That nothing is missed, and little is asked


def test_a_quiet_account_costs_a_request_a_stream(server: FakeBluesky) -> None:
    running = Running(server, WITH_ANNA)
    for _ in range(50):
        server.now += SECOND
        server.mention("ana")
    server.now += timedelta(days=2)
    running.poll()

    assert running.poll() == []
    assert running.asked() == {"listNotifications": 1, "listRecords": 1, "getAuthorFeed": 1}


def test_items_of_one_millisecond_are_found_across_pages(
    running: Running, server: FakeBluesky
) -> None:
    server.page_size = 5
    written = {server.mention("ana") for _ in range(3)}
    server.now += SECOND
    written |= {server.mention("ben") for _ in range(4)}
    server.now += SECOND
    written |= {server.mention("ana") for _ in range(3)}

    brought = running.poll()

    assert sorted(post.id for post in brought) == sorted(written)


def test_a_millisecond_fuller_than_a_page_ends(running: Running, server: FakeBluesky) -> None:
    server.page_size = 5
    earlier = server.mention("ana")
    server.now += SECOND
    for _ in range(12):
        server.mention("ben")

    running.poll()

    assert earlier in running.posts


def test_pages_of_likes_only_do_not_end_the_list(running: Running, server: FakeBluesky) -> None:
    server.page_size = 5
    asked = server.mention("ana")
    for _ in range(23):
        server.now += SECOND
        server.notify("like", server.now)

    running.poll()

    assert asked in running.posts


def test_what_is_indexed_late_below_newer_ones_is_found(
    running: Running, server: FakeBluesky
) -> None:
    server.page_size = 5
    late = server.mention("ben", indexed=False)
    for _ in range(12):
        server.now += 5 * SECOND
        server.mention("ana")
    running.poll()
    server.index(late)
    server.now += SECOND

    running.poll()

    assert late in running.posts


def test_what_is_backdated_by_days_is_found_by_and_by(
    running: Running, server: FakeBluesky
) -> None:
    server.page_size = 5
    for _ in range(30):
        server.now += 5 * MINUTE
        server.mention("ana")
    running.poll()
    backdated = server.mention("ben", claims=server.now - timedelta(minutes=128))
    for _ in range(8):
        server.now += 20 * SECOND
        running.poll()

    assert backdated in running.posts


def test_a_read_that_is_cut_off_loses_nothing(running: Running, server: FakeBluesky) -> None:
    running.poll()
    written = set()
    for _ in range(900):
        server.now += SECOND
        written |= {server.mention("ana"), server.post("brand")}
    server.fails = lambda _: error("appview_down") if len(server.requests) > 7 else None
    with pytest.raises(FetchError):
        running.poll()
    assert 0 < len(running.posts) < len(written)
    server.fails = lambda _: None
    server.now += HOUR
    written |= {server.mention("ben") for _ in range(50)}

    running.poll()

    assert running.posts.keys() == written


def test_only_a_whole_poll_says_how_far_it_has_read(running: Running, server: FakeBluesky) -> None:
    for _ in range(500):
        server.now += SECOND
        server.mention("ana")

    *others, last = running.connector.fetch({}, server.now)

    assert len(others) > 1
    assert {batch.complete_until for batch in others} == {None}
    assert last.complete_until == server.now - 2 * SECOND


def test_a_list_that_leads_in_circles_ends(running: Running, server: FakeBluesky) -> None:
    again = httpx.Response(200, json={"notifications": [], "cursor": "again"})
    server.fails = lambda request: again if LIST in request.url.path else None

    with pytest.raises(FetchError, match="without end") as caught:
        running.poll()

    assert caught.value.reason is Reason.BAD_PAYLOAD


@pytest.mark.parametrize(
    ("a_minute", "every"),
    [pytest.param(1, HOUR, id="1 a minute"), pytest.param(300, MINUTE, id="300 a minute")],
)
def test_ten_thousand_mentions_that_arrive_while_being_read_are_found_once_each(
    running: Running, server: FakeBluesky, a_minute: int, every: timedelta
) -> None:
    stream = Stream(server, MINUTE / a_minute, 10_000)
    server.fails = stream.flow
    while len(stream.written) < 10_000:
        server.now += every
        listed = [post.id for post in running.poll() if post.reach.likes is None]
        assert len(listed) == len(set(listed))
    server.now += every
    running.poll()

    assert running.posts.keys() == stream.written


class Stream:
    """People who write at a steady rate, whether somebody reads or not; a request takes 200 ms.

    Of a hundred, three share a millisecond, and one is indexed half a minute late.
    """

    def __init__(self, server: FakeBluesky, between: timedelta, most: int) -> None:
        self.server = server
        self.between = between
        self.most = most
        self.next_at = server.now
        self.late: list[tuple[Any, str]] = []
        self.written: set[str] = set()

    def flow(self, request: httpx.Request) -> httpx.Response | None:
        """Everything that has been written by the time of a request; the truth is answered."""
        now = self.server.now + SECOND / 5
        while self.next_at <= now and len(self.written) < self.most:
            self.server.now = self.next_at
            number = len(self.written)
            uri = self.server.mention("ana", indexed=number % 100 != 50)
            if number % 100 == 50:
                self.late.append((self.next_at + 30 * SECOND, uri))
            self.written.add(uri)
            self.next_at += timedelta(0) if number % 100 in (7, 8) else self.between
        self.server.now = now
        while self.late and self.late[0][0] <= now:
            self.server.index(self.late.pop(0)[1])
        return None


PAGE = 4
STEPS = st.lists(
    st.sampled_from(
        ["mention", "twin", "reply", "late", "like", "index", "delete", "poll", "wait"]
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_between_polls_all_that_stays_is_found(steps: list[str]) -> None:
    with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
        server = fake(page_size=PAGE)
        router.route().mock(side_effect=server.answer)
        history = History(server)
        for step in [*steps, "index", "poll"]:
            history.take(step)

        assert history.lost() == set()


class History:
    """Steps taken by a server and whoever polls it. Posts are indexed within 100 seconds, and no
    page is full of one millisecond, which would hide what else is in it."""

    def __init__(self, server: FakeBluesky) -> None:
        self.server = server
        self.running = Running(server, WITH_ANNA)
        self.late: list[tuple[str, Any]] = []
        self.twins = 0

    def take(self, step: str) -> None:
        server = self.server
        self.twins = self.twins + 1 if step == "twin" else 0
        server.now += 7 * SECOND if self.twins in (0, PAGE) else timedelta(0)
        self._index(within=90 * SECOND)
        match step:
            case "mention" | "twin":
                server.mention("ana")
            case "reply":
                server.post("brand")
                server.post("anna")
            case "late":
                self.late.append((server.mention("ben", indexed=False), server.now))
            case "like":
                server.notify("like", server.now)
            case "index":
                self._index(within=timedelta(0))
            case "delete" if server.notices:
                told = server.notices[len(server.notices) // 2][3]
                if told["uri"] in server.written:
                    server.delete(told["uri"])
            case "wait":
                self._index(within=timedelta(0))
                self.running.poll()
                server.now += HOUR
            case "poll":
                self.running.poll()

    def _index(self, within: timedelta) -> None:
        due = [(uri, at) for uri, at in self.late if self.server.now - at >= within]
        for uri, _ in due:
            self.server.index(uri)
        self.late = [one for one in self.late if one not in due]

    def lost(self) -> set[str]:
        """What can be seen on the server and was not found."""
        return self.server.written.keys() - self.running.posts.keys()


# Threads


def test_a_reply_deep_in_a_thread_is_found_though_it_notifies_nobody(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana")
    running.poll()
    deep = server.post("brand", to=asked)
    for author in ("ana", "ben", "ana", "ben", "ana", "ben", "ana"):
        deep = server.post(author, to=deep)
    assert deep not in {told["uri"] for *_, told in server.notices}
    server.now += MINUTE

    running.poll()

    assert deep in running.posts


def test_a_reply_that_was_indexed_before_its_parent_is_found(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana")
    answer = server.post("brand", to=asked, indexed=False)
    running.poll()
    again = server.post("ana", "and now?", to=answer)
    server.index(answer)
    server.now += MINUTE

    running.poll()

    assert again in running.posts


def test_what_stands_in_a_thread_since_before_the_history_is_not_told(
    running: Running, server: FakeBluesky
) -> None:
    server.now -= timedelta(days=8)
    old = server.post("ana", "years ago")
    server.now += timedelta(days=8)
    server.mention("ben", to=old)
    running.poll()
    server.now += MINUTE

    running.poll()

    assert running.asked()["getPostThread"] == 1
    assert old not in running.posts


def test_a_thread_is_read_less_and_less_often(running: Running, server: FakeBluesky) -> None:
    server.mention("ana")
    read = Counter[int]()
    for minute in range(60 * 30):
        server.now += MINUTE
        running.poll()
        read[minute // 60] += running.asked()["getPostThread"]

    assert 8 < read[0] < 25
    assert 1 <= sum(read[hour] for hour in range(9, 21)) <= 4
    assert read[25] == read[29] == 0


def test_few_threads_are_read_in_one_poll(running: Running, server: FakeBluesky) -> None:
    for _ in range(300):
        server.now += SECOND
        server.mention("ana")
    running.poll()
    server.now += 10 * MINUTE

    running.poll()

    assert running.asked()["getPostThread"] == 5
    assert len(running.cursor["threads"]) == 100


def test_a_thread_whose_root_is_deleted_is_forgotten(running: Running, server: FakeBluesky) -> None:
    asked = server.mention("ana")
    running.poll()
    server.delete(asked)
    server.now += MINUTE
    running.poll()

    assert running.cursor["threads"] == {}


def test_blocked_and_deleted_branches_hide_only_themselves(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana")
    running.poll()
    server.post("ben", to=asked)
    shown = server.post("anna", to=asked)
    server.blocked.add("did:plc:ben")
    server.now += MINUTE

    running.poll()

    assert running.posts.keys() == {asked, shown}


def test_a_thread_that_the_server_fails_at_waits_for_its_next_turn(
    running: Running, server: FakeBluesky
) -> None:
    asked = server.mention("ana")
    running.poll()
    server.now += MINUTE
    failure = httpx.Response(502, text="Bad Gateway")
    server.fails = lambda request: failure if "getPostThread" in request.url.path else None

    running.poll()

    assert running.complete_until == server.now - 2 * SECOND
    assert running.cursor["threads"].keys() == {asked}


def test_a_thread_that_cannot_be_read_stops_one_poll_at_most(
    running: Running, server: FakeBluesky
) -> None:
    server.mention("ana")
    running.poll()
    server.now += MINUTE
    hangs = httpx.ReadTimeout("")

    def hang(request: httpx.Request) -> httpx.Response | None:
        if "getPostThread" in request.url.path:
            raise hangs
        return None

    server.fails = hang
    with pytest.raises(FetchError):
        running.poll()
    server.now += 10 * SECOND

    running.poll()

    assert running.complete_until == server.now - 2 * SECOND


# Sessions


def test_one_login_serves_all_polls_and_restarts(server: FakeBluesky, tmp_path: Path) -> None:
    Running(server, path=tmp_path / "sessions").poll()
    restarted = Running(server, path=tmp_path / "sessions")

    for _ in range(3):
        restarted.poll()
        assert not restarted.asked()["createSession"]


def test_an_expired_token_is_refreshed_and_the_poll_goes_on(
    running: Running, server: FakeBluesky
) -> None:
    running.poll()
    server.access.clear()
    asked = server.mention("ana")

    running.poll()

    assert asked in running.posts
    assert running.asked()["refreshSession"] == 1
    assert not running.asked()["createSession"]


def test_a_session_that_cannot_be_refreshed_is_begun_anew(
    running: Running, server: FakeBluesky
) -> None:
    running.poll()
    server.access.clear()
    server.refresh.clear()

    running.poll()

    assert running.asked()["createSession"] == 1


def test_a_refused_password_is_not_tried_again_for_a_while_even_after_a_restart(
    server: FakeBluesky, tmp_path: Path
) -> None:
    server.password = "another"
    with pytest.raises(FetchError, match="refused") as caught:
        Running(server, path=tmp_path / "sessions").poll()
    server.now += 14 * MINUTE
    restarted = Running(server, path=tmp_path / "sessions")
    with pytest.raises(FetchError):
        restarted.poll()
    assert not restarted.asked()

    server.now += MINUTE
    server.password = SECRET
    restarted.poll()

    assert caught.value.reason is Reason.AUTH
    assert restarted.asked()["createSession"] == 1


def test_a_corrected_password_is_tried_at_once(running: Running, server: FakeBluesky) -> None:
    server.password = "another"
    with pytest.raises(FetchError):
        running.poll()
    running.connector = connector(running.web, password="another")

    assert running.poll() == []


def test_a_token_that_is_never_taken_is_told_and_costs_one_login(
    running: Running, server: FakeBluesky
) -> None:
    server.fails = lambda request: error("expired_token") if LIST in request.url.path else None
    with pytest.raises(FetchError) as caught:
        running.poll()

    assert caught.value.reason is Reason.AUTH
    assert running.asked()["createSession"] == 1


def test_requests_go_to_the_server_that_the_account_lies_on(server: FakeBluesky) -> None:
    config = BlueskyConfig.model_validate({"app_password": SECRET})
    web = Web(lambda: server.now, deadline=2 * SECOND, tries=1)
    with respx.mock(base_url="https://bsky.social") as entrance:
        login = entrance.post("/xrpc/com.atproto.server.createSession")
        login.mock(side_effect=server.answer)
        list(config.build(BRAND, web).fetch({}, server.now))

    hosts = {request.url.host for request in server.requests[1:]}
    assert (login.call_count, hosts) == (1, {"api.test"})


def test_no_token_goes_to_a_server_in_the_clear(running: Running, server: FakeBluesky) -> None:
    server.home = "http://pds.internal:2583"

    running.poll()

    assert {f"{one.url.scheme}://{one.url.host}" for one in server.requests} == {ADDRESS}


def test_a_page_for_people_is_no_word_on_a_password(running: Running, server: FakeBluesky) -> None:
    page = httpx.Response(403, html="<h1>Who are you?</h1>")
    server.fails = lambda request: page if "createSession" in request.url.path else None
    with pytest.raises(FetchError) as caught:
        running.poll()
    server.fails = lambda _: None

    assert caught.value.reason is Reason.BAD_PAYLOAD
    assert running.poll() == []


@pytest.mark.parametrize(
    ("name", "method", "reason"),
    [
        ("appview_down", LIST, Reason.UNAVAILABLE),
        ("bad_cursor", LIST, Reason.UNAVAILABLE),
        ("too_many_requests", LIST, Reason.RATE_LIMITED),
        ("too_many_logins", "createSession", Reason.RATE_LIMITED),
        ("wrong_password", "createSession", Reason.AUTH),
        ("limit_too_high", LIST, Reason.REJECTED),
    ],
)
def test_recorded_refusals_have_their_reasons(
    running: Running, server: FakeBluesky, name: str, method: str, reason: Reason
) -> None:
    server.fails = lambda request: error(name) if method in request.url.path else None

    with pytest.raises(FetchError) as caught:
        running.poll()

    assert caught.value.reason is reason


@pytest.mark.parametrize(("name", "seconds"), [("too_many_requests", 4), ("too_many_logins", 290)])
def test_the_platform_says_when_to_ask_again(
    running: Running, server: FakeBluesky, name: str, seconds: int
) -> None:
    server.fails = lambda _: error(name)

    with pytest.raises(FetchError) as caught:
        running.poll()

    assert caught.value.retry_at == server.now + seconds * SECOND


def test_an_appview_that_hangs_is_unavailable(running: Running, server: FakeBluesky) -> None:
    def hang(request: httpx.Request) -> httpx.Response | None:
        if LIST in request.url.path:
            raise httpx.ReadTimeout("")
        return None

    server.fails = hang

    with pytest.raises(FetchError, match="in time") as caught:
        running.poll()

    assert caught.value.reason is Reason.UNAVAILABLE


def test_the_people_s_unread_badge_is_left_alone(running: Running, server: FakeBluesky) -> None:
    server.mention("ana")
    running.poll()

    posted = {request.url.path for request in server.requests if request.method != "GET"}
    assert posted == {"/xrpc/com.atproto.server.createSession"}


# Looking up


def test_a_look_up_tells_what_is_there_and_what_is_surely_gone(
    running: Running, server: FakeBluesky
) -> None:
    asked = [server.mention("ana", f"no {n}") for n in range(60)]
    hidden = server.mention("ben")
    server.written[asked[3]].likes = 40
    server.delete(asked[7])
    server.blocked.add("did:plc:ben")

    seen = {one.id: one.post for one in running.connector.look_up([*asked, hidden, "imported-7"])}

    assert isinstance(running.connector, LooksUp)
    assert seen.keys() == set(asked)
    assert [id_ for id_, post in seen.items() if post is None] == [asked[7]]
    liked = seen[asked[3]]
    assert liked is not None
    assert (liked.reach.likes, liked.reach.reposts, liked.reach.views) == (40, 2, None)


def test_a_look_up_says_of_a_post_what_a_poll_says(running: Running, server: FakeBluesky) -> None:
    root = server.post("brand")
    asked = server.mention("ana", to=root, quotes=root)
    running.poll()

    (seen,) = running.connector.look_up([asked])

    assert seen.post == running.posts[asked]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: error("appview_down"),
        lambda: error("no_thread"),
        lambda: httpx.Response(400, html="<h1>Not here</h1>"),
    ],
)
def test_other_words_on_a_record_are_no_word_on_a_post(
    running: Running, server: FakeBluesky, answer: Callable[[], httpx.Response]
) -> None:
    asked = server.mention("ana")
    server.delete(asked)
    server.fails = lambda request: answer() if "getRecord" in request.url.path else None

    assert list(running.connector.look_up([asked])) == []


# Its configuration


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"server": "http://pds.example"}, "in the clear"),
        ({"server": "pds.example"}, "is not an address"),
        ({"app_password": ""}, "is empty"),
        ({"app_password": f"{SECRET}\n"}, "characters that no secret has"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(keys: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as caught:
        BlueskyConfig.model_validate({"app_password": SECRET, **keys})

    assert SECRET not in str(caught.value)


def test_the_more_agents_the_seldomer_the_polls() -> None:
    web = Web(lambda: NOW)

    assert connector(web).least_gap == 3 * SECOND
    assert connector(web, WITH_ANNA).least_gap == 4 * SECOND
