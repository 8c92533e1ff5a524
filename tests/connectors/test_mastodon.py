"""Mastodon: nothing is missed, whatever its lists do, and little is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.mastodon import Mastodon, MastodonConfig
from monitor.domain.post import Surface
from monitor.http import Web
from monitor.ports.connector import Connector, FetchError, LooksUp, Presence, Reason
from tests.connectors.at_work import AtWork
from tests.connectors.connector_contract import ADDRESS, NOW, SECRET, ConnectorContract
from tests.connectors.fake_mastodon import Entry, FakeMastodon, error

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def connector(web: Web, presence: Presence = Presence("brand")) -> Mastodon:  # noqa: B008 - frozen
    config = MastodonConfig.model_validate({"server": ADDRESS, "access_token": SECRET})
    return config.build(presence, web)


def fake(**more: Any) -> FakeMastodon:
    server = FakeMastodon(NOW - HOUR, SECRET, **more)
    for name in ("ana", "ben", "anna"):
        server.join(name)
    return server


class Session(AtWork[FakeMastodon, Mastodon]):
    def __init__(self, server: FakeMastodon, presence: Presence = Presence("brand")) -> None:  # noqa: B008
        web = Web(lambda: server.now, deadline=2 * SECOND, tries=1)
        super().__init__(server, web, connector, presence)

    def asked(self) -> list[str]:
        return [request.url.path for request in self.server.requests]

    def paged(self) -> int:
        return sum("max_id" in request.url.params for request in self.server.requests)


@pytest.fixture(params=[False, True], ids=["mastodon", "gotosocial"])
def server(request: pytest.FixtureRequest) -> Iterator[FakeMastodon]:
    server = fake(gotosocial=request.param)
    with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
        router.route().mock(side_effect=server.answer)
        yield server


@pytest.fixture
def session(server: FakeMastodon) -> Session:
    return Session(server)


class TestContract(ConnectorContract):
    def make(self, web: Web) -> Connector:
        return connector(web)

    def platform(self) -> Talking:
        return Talking()


class Talking:
    """A Mastodon on which ana never stops."""

    def __init__(self) -> None:
        self.server = fake()

    def write(self) -> str:
        self.server.now += SECOND
        return self.server.mention("ana").id

    def answer(self, request: httpx.Request) -> httpx.Response:
        return self.server.answer(request)


# What is found


def test_a_mention_is_told_as_the_server_has_it(session: Session, server: FakeMastodon) -> None:
    root = server.post("brand", "Sale!")
    asked = server.mention("ana", "is <b>it</b> on?", to=root.id, language="sv", spoiler_text="cw")

    session.poll()

    post = session.posts[asked.id]
    assert (post.author_id, post.author_handle) == (server.accounts["ana"]["id"], "ana@api.test")
    assert (post.parent_id, post.parent_author_id) == (root.id, server.accounts["brand"]["id"])
    assert post.mentions == (server.accounts["brand"]["id"],)
    assert (post.text, post.lang, post.root_id) == ("cw\n\nis it on?", "sv", None)
    assert (post.reach.likes, post.reach.reposts, post.reach.views) == (1, 2, None)
    assert post.created_at == NOW - HOUR


def test_posts_of_the_account_and_its_agents_are_found(server: FakeMastodon) -> None:
    presence = Presence("@brand", agents=("@anna@mastodon.example",))
    written = {server.post("brand").id, server.post("anna").id, server.mention("ana").id}
    server.post("ben", "not to us")

    session = Session(server, presence)
    session.poll()

    assert session.posts.keys() == written


def test_handles_are_resolved_once_and_told_in_each_poll(server: FakeMastodon) -> None:
    session = Session(server, Presence("@brand", agents=("anna",), sisters=("ben", "ghost")))

    session.poll()
    session.ids.clear()
    session.poll()

    known = {"@brand": "brand", "anna": "anna", "ben": "ben"}
    assert session.ids == {name: server.accounts[acct]["id"] for name, acct in known.items()}
    assert not any("lookup" in path for path in session.asked())


def test_a_handle_that_was_unknown_is_tried_again_after_a_day(server: FakeMastodon) -> None:
    session = Session(server, Presence("brand", agents=("late",)))
    session.poll()
    server.join("late")
    server.now += timedelta(days=1)
    written = server.post("late")

    session.poll()

    assert written.id in session.posts


def test_an_account_that_the_server_does_not_know_says_so(server: FakeMastodon) -> None:
    with pytest.raises(FetchError, match="knows no account brnad") as caught:
        Session(server, Presence("brnad")).poll()

    assert caught.value.reason is Reason.REJECTED


def test_a_new_agent_s_posts_are_read_back_to_the_history(
    session: Session, server: FakeMastodon
) -> None:
    earlier = server.post("anna")
    server.now += HOUR
    session.poll()

    session.poll(Presence("brand", agents=("anna",)))

    assert earlier.id in session.posts


def test_an_agent_that_has_left_stops_nobody(session: Session, server: FakeMastodon) -> None:
    session.poll(Presence("brand", agents=("anna",)))
    gone = f"/accounts/{server.accounts['anna']['id']}/"
    server.fails = lambda request: error(404) if gone in request.url.path else None
    server.now += HOUR
    asked = server.mention("ana")

    session.poll()

    assert asked.id in session.posts


def test_an_agent_that_leaves_while_its_past_is_read_stops_nobody(server: FakeMastodon) -> None:
    session = Session(server, Presence("brand", agents=("anna",)))
    for _ in range(400):
        server.post("anna")
    server.fails = lambda _: error(503) if len(server.requests) > 12 else None
    with pytest.raises(FetchError):
        session.poll()
    gone = f"/accounts/{server.accounts['anna']['id']}/"
    server.fails = lambda request: error(404) if gone in request.url.path else None

    session.poll()

    assert session.complete_until == server.now - SECOND


def test_nothing_before_the_history_is_told(session: Session, server: FakeMastodon) -> None:
    server.now -= timedelta(days=8)
    old = {server.mention("ana").id, server.post("brand").id}
    server.now += timedelta(days=8)
    new = server.mention("ben").id

    session.poll()
    server.now += timedelta(days=2)
    newer = server.mention("ben").id
    session.poll()

    assert session.posts.keys() == {new, newer}
    assert not old & session.posts.keys()


def test_other_notifications_are_no_mentions(session: Session, server: FakeMastodon) -> None:
    server.notify("favourite", server.post("brand"), server.now)
    server.notify("follow", None, server.now)
    liked = server.post("ben", "not to us")
    server.notify("status", liked, server.now)

    assert liked.id not in {post.id for post in session.poll()}


def test_a_boost_is_no_post(session: Session, server: FakeMastodon) -> None:
    boosted = server.post("brand", reblog={"id": "1"})

    session.poll()

    assert boosted.id not in session.posts


def test_a_quote_names_the_one_who_is_quoted(session: Session, server: FakeMastodon) -> None:
    quoting = server.post("ana", "look at this")
    server.notify("quote", quoting, server.now)

    session.poll()

    assert session.posts[quoting.id].mentions == (server.accounts["brand"]["id"],)


def test_mentions_that_the_server_would_hide_are_read(
    session: Session, server: FakeMastodon
) -> None:
    private = server.mention("ana", visibility="direct")
    server.notifications[-1].hidden = not server.gotosocial

    session.poll()

    assert session.posts[private.id].surface is Surface.PUBLIC


@pytest.mark.parametrize(
    ("more", "link"),
    [
        ({"url": "javascript:alert(1)", "uri": "https://a.test/1"}, "https://a.test/1"),
        ({"url": None, "uri": "tag:a.test:1"}, None),
    ],
)
def test_only_web_links_are_told(
    session: Session, server: FakeMastodon, more: dict[str, str], link: str | None
) -> None:
    asked = server.mention("ana", **more)

    session.poll()

    assert session.posts[asked.id].url == link


def test_a_conversation_number_of_pleroma_joins_a_thread(
    session: Session, server: FakeMastodon
) -> None:
    asked = server.mention("ana", pleroma={"conversation_id": 77})

    session.poll()

    assert session.posts[asked.id].root_id == "thread:77"


# When it was written


@pytest.mark.parametrize(
    ("claimed", "noticed", "told"),
    [
        pytest.param(0, 3, 0, id="the status came first"),
        pytest.param(500, 3, 3, id="its author's clock is ahead"),
        pytest.param(0, 0, 0, id="at once"),
    ],
)
def test_the_earlier_of_both_times_holds(
    session: Session, server: FakeMastodon, claimed: float, noticed: float, told: float
) -> None:
    begin = server.now = NOW - HOUR + timedelta(milliseconds=60)
    claim = (begin + claimed * SECOND).isoformat()
    asked = server.mention("ana", created_at=claim, noticed=noticed * SECOND)
    cut = timedelta(milliseconds=60) if server.gotosocial and told else timedelta(0)

    session.poll()

    assert session.posts[asked.id].created_at == begin + told * SECOND - cut


def test_a_name_that_an_edit_adds_counts_from_the_edit(
    session: Session, server: FakeMastodon
) -> None:
    post = server.post("ana", "this brand!")
    server.now += timedelta(minutes=5)
    server.edit(post, "this @brand!", names=["brand"])

    before, after = session.poll()

    assert (before.edited_at, before.mentions) == (None, ())
    assert (after.edited_at, after.mentions) == (server.now, (server.accounts["brand"]["id"],))
    assert before.created_at == after.created_at == NOW - HOUR


def test_an_edited_mention_is_told_anew(session: Session, server: FakeMastodon) -> None:
    asked = server.mention("ana", "hlep")
    session.poll()
    server.now += timedelta(minutes=5)
    server.edit(asked, "help", names=["brand"])

    (post,) = session.poll()

    assert (post.text, post.edited_at) == ("help", server.now)


# That nothing is missed, and little is asked


def test_a_quiet_account_costs_a_request_a_stream(server: FakeMastodon) -> None:
    session = Session(server, Presence("brand", agents=("anna", "ben")))
    for _ in range(100):
        server.now += SECOND
        server.mention("ana")
        server.post("brand")
    server.now += HOUR
    session.poll()

    assert session.poll() == []
    assert len(session.asked()) == 4
    assert session.paged() == 0


def test_a_busy_account_s_polls_ask_for_the_newest_page_only(
    session: Session, server: FakeMastodon
) -> None:
    for _ in range(200):
        server.now += 10 * SECOND
        server.mention("ana")
    session.poll()
    server.mention("ben")

    session.poll()

    assert len(session.asked()) == 2
    assert session.paged() == 0


def test_a_burst_between_two_polls_is_found(session: Session, server: FakeMastodon) -> None:
    session.poll()
    written = set()
    for _ in range(500):
        server.now += SECOND / 2
        written |= {server.mention("ana").id, server.post("brand").id}

    session.poll()

    assert session.posts.keys() == written


def test_a_read_that_is_cut_off_loses_nothing(session: Session, server: FakeMastodon) -> None:
    session.poll()
    written = set()
    for _ in range(700):
        server.now += SECOND
        written.add(server.mention("ana").id)
    server.fails = lambda _: error(503) if len(server.requests) > 6 else None
    with pytest.raises(FetchError):
        session.poll()
    assert 0 < len(session.posts) < len(written)
    server.fails = lambda _: None
    server.now += HOUR
    written |= {server.mention("ben").id for _ in range(100)}

    session.poll()

    assert session.posts.keys() == written


def test_only_a_whole_poll_says_how_far_it_has_read(session: Session, server: FakeMastodon) -> None:
    for _ in range(500):
        server.mention("ana")

    *others, last = session.connector.fetch({}, server.now)

    assert len(others) > 1
    assert {batch.complete_until for batch in others} == {None}
    assert last.complete_until == server.now - SECOND


def test_a_history_longer_than_the_limits_allow_is_read_in_several_polls(
    session: Session, server: FakeMastodon
) -> None:
    written = set()
    for _ in range(600):
        server.now += SECOND
        written |= {server.mention("ana").id, server.post("brand").id}
    server.fails = lambda _: error(429) if len(server.requests) > 14 else None
    for _ in range(2):
        with pytest.raises(FetchError):
            session.poll()
        written.add(server.mention("ben").id)

    session.poll()

    assert session.posts.keys() == written


def test_hidden_entries_do_not_end_a_list() -> None:
    with respx.mock(base_url=ADDRESS) as router:
        server = fake(gotosocial=True, page_size=5)
        router.route().mock(side_effect=server.answer)
        session = Session(server)
        asked = server.mention("ana")
        for _ in range(20):
            server.now += SECOND
            server.mention("ben")
            server.notifications[-1].hidden = True

        session.poll()

        assert asked.id in session.posts


def test_an_equal_page_with_other_hidden_entries_is_read_on(server: FakeMastodon) -> None:
    server.page_size = 5
    session = Session(server)

    def hide_five() -> None:
        for _ in range(5):
            server.now += HOUR
            server.mention("ben")
            server.notifications[-1].hidden = server.gotosocial

    hide_five()
    session.poll()
    asked = server.mention("ana")
    hide_five()
    session.poll()

    assert asked.id in session.posts


def test_what_is_committed_after_later_ids_is_found(server: FakeMastodon) -> None:
    server.page_size = 3
    session = Session(server)
    late = server.mention("ben", committed=False)
    for _ in range(3):
        server.now += 10 * SECOND
        server.mention("ana")
    session.poll()
    server.commit(late)
    server.mention("ana")

    session.poll()

    assert late.id in session.posts


def test_what_is_committed_below_an_equal_page_is_found(server: FakeMastodon) -> None:
    server.page_size = 3
    session = Session(server)
    late = server.mention("ben", committed=False)
    for _ in range(3):
        server.mention("ana")
    session.poll()
    server.commit(late)

    session.poll()

    assert late.id in session.posts


def test_a_list_that_leads_in_circles_ends(session: Session, server: FakeMastodon) -> None:
    again = httpx.Response(200, json=[], headers={"link": '<?max_id=7>; rel="next"'})
    server.fails = lambda request: again if "notifications" in request.url.path else None

    with pytest.raises(FetchError, match="without end") as caught:
        session.poll()

    assert caught.value.reason is Reason.BAD_PAYLOAD


STEPS = st.lists(
    st.sampled_from(["mention", "reply", "late", "commit", "delete", "hide", "poll", "wait"]),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, gotosocial=st.booleans())
def test_whatever_happens_between_polls_all_that_stays_is_found(
    steps: list[str], gotosocial: bool
) -> None:
    with respx.mock(base_url=ADDRESS, assert_all_called=False) as router:
        server = fake(gotosocial=gotosocial, page_size=3)
        router.route().mock(side_effect=server.answer)
        history = History(server)
        for step in [*steps, "commit", "poll"]:
            history.take(step)

        assert history.lost() == set()


class History:
    """Steps taken by a server and whoever polls it. Entries are committed within 50 seconds."""

    def __init__(self, server: FakeMastodon) -> None:
        self.server = server
        self.session = Session(server)
        self.late: list[tuple[Entry, Any]] = []

    def take(self, step: str) -> None:
        server = self.server
        server.now += 7 * SECOND
        self._commit(within=50 * SECOND)
        match step:
            case "mention":
                server.mention("ana")
            case "reply":
                server.post("brand")
            case "late":
                self.late.append((server.mention("ben", committed=False), server.now))
            case "commit":
                self._commit(within=timedelta(0))
            case "delete" if server.statuses:
                server.delete(server.statuses[len(server.statuses) // 2])
            case "hide" if server.gotosocial:
                server.notify("mention", server.post("ben", "muted"), server.now).hidden = True
            case "wait":
                server.now += HOUR
                self._commit(within=timedelta(0))
            case "poll":
                self.session.poll()

    def _commit(self, within: timedelta) -> None:
        due = [entry for entry, at in self.late if self.server.now - at >= within]
        for entry in due:
            self.server.commit(entry)
        self.late = [(entry, at) for entry, at in self.late if entry not in due]

    def lost(self) -> set[str]:
        """What can be seen on the server and concerns the account, and was not found."""
        told = {each.json["status"]["id"] for each in self.server.notifications if not each.hidden}
        own = {each.id for each in self.server.statuses if each.json["account"]["acct"] == "brand"}
        return (told | own) - self.session.posts.keys()


def test_a_date_from_the_future_hides_no_later_posts(server: FakeMastodon) -> None:
    server.page_size = 5
    session = Session(server, Presence("brand", agents=("anna",)))
    server.post("anna", created_at="2099-01-01T00:00:00.000Z")
    session.poll()
    server.now += HOUR
    written = set()
    for _ in range(20):
        server.now += SECOND
        written.add(server.post("anna").id)

    session.poll()

    assert written <= session.posts.keys()


def test_a_date_beyond_all_dates_stops_nobody(session: Session, server: FakeMastodon) -> None:
    asked = server.mention("ana", created_at="0001-01-01T00:00:00+05:00")
    written = server.post("brand", created_at="9999-12-31T23:00:00-05:00")

    session.poll()

    assert {asked.id, written.id} <= session.posts.keys()


# Looking up


def test_a_look_up_tells_what_is_there_and_what_is_gone(
    session: Session, server: FakeMastodon
) -> None:
    asked = [server.mention("ana", f"no {n}") for n in range(45)]
    server.delete(asked[7])
    server.requests.clear()

    seen = {one.id: one.post for one in session.connector.look_up([each.id for each in asked])}

    assert isinstance(session.connector, LooksUp)
    assert seen.keys() == {each.id for each in asked}
    assert [id_ for id_, post in seen.items() if post is None] == [asked[7].id]
    assert len(server.requests) == (3 + 45 if server.gotosocial else 3 + 1)


def test_a_page_for_people_is_no_word_on_a_post(session: Session, server: FakeMastodon) -> None:
    asked = server.mention("ana")
    server.fails = lambda _: httpx.Response(404, html="<h1>Not here</h1>")

    assert list(session.connector.look_up([asked.id])) == []


# Its configuration


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"server": "http://mastodon.example"}, "in the clear"),
        ({"server": "mastodon.example"}, "is not an address"),
        ({"access_token": ""}, "is empty"),
        ({"access_token": f"{SECRET}\n"}, "characters that no secret has"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(keys: dict[str, str], told: str) -> None:
    with pytest.raises(ValidationError, match=told) as caught:
        MastodonConfig.model_validate({"server": ADDRESS, "access_token": SECRET, **keys})

    assert SECRET not in str(caught.value)


def test_the_more_agents_the_seldomer_the_polls() -> None:
    web = Web(lambda: NOW)

    assert connector(web).least_gap == 3 * SECOND
    assert connector(web, Presence("brand", agents=("a", "b"))).least_gap == 6 * SECOND
