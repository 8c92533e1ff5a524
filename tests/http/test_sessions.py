"""Sessions: kept from others' eyes, renewed once, and no login is tried twice in a hurry."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.http import Answer, Session, Sessions, SignedIn, Site, Web
from monitor.ports.connector import FetchError, Reason
from tests.http.conftest import NOW, Serve
from tests.http.loopback import answer

MINUTE = timedelta(minutes=1)
PASSWORD = "abcd-efgh-ijkl-mnop"
FIRST = Session("access-0", "refresh-0", "did:plc:brand", "https://api.test")


class Door:
    """A platform's way of letting somebody in. `opens`: whether it takes the credential."""

    def __init__(self, web: Web, *, key: str = "brand", credential: str = PASSWORD) -> None:
        self.key = key
        self.credential = credential
        self.opens = True
        self.refreshes = True
        self.logins = 0
        self.refreshed = 0
        self.spent = {"access-0"}
        self._web = web

    def login(self) -> Session | None:
        self.logins += 1
        return replace(FIRST, access=f"login-{self.logins}") if self.opens else None

    def refresh(self, session: Session) -> Session | None:
        time.sleep(0.02)  # so that others come meanwhile
        self.refreshed += 1
        return replace(session, access=f"access-{self.refreshed}") if self.refreshes else None

    def site(self, session: Session) -> Site:
        return self._web.site(session.address, {"Authorization": session.access})

    def is_spent(self, answer: Answer) -> bool:
        return b"expired" in answer.content


class Wall:
    """A clock on which a test sets the time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "replywatch.sessions"


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def door(web: Web) -> Door:
    return Door(web)


def test_a_session_outlives_the_process(path: Path, wall: Wall, door: Door) -> None:
    granted = Sessions(wall, path).current(door)

    assert Sessions(wall, path).current(door) == granted
    assert door.logins == 1


def test_nobody_else_can_read_the_file(path: Path, wall: Wall, door: Door) -> None:
    Sessions(wall, path).current(door)
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)

    Sessions(wall, path)

    assert path.stat().st_mode & 0o777 == 0o600


def test_no_credential_is_in_the_file(path: Path, wall: Wall, door: Door) -> None:
    door.opens = False

    with pytest.raises(FetchError):
        Sessions(wall, path).current(door)

    assert "refusals" in path.read_text()
    assert PASSWORD not in path.read_text()


def test_of_many_who_find_a_token_spent_one_renews_it(wall: Wall, door: Door) -> None:
    sessions = Sessions(wall)
    sessions.keep("brand", FIRST)

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: sessions.renewed(door, FIRST).access, range(8)))

    assert found == {"access-1"}
    assert door.refreshed == 1


def test_one_slow_login_holds_up_no_other_account(wall: Wall, web: Web) -> None:
    sessions, slow, quick = Sessions(wall), Door(web), Door(web, key="other")
    begun, done = threading.Event(), threading.Event()

    def login() -> Session | None:
        begun.set()
        done.wait(2)
        return FIRST

    slow.login = login  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sessions.current, slow)
        assert begun.wait(2)
        sessions.current(quick)
        was_waiting = not waiting.done()
        done.set()

    assert was_waiting


def test_where_a_refresh_is_refused_a_login_helps(wall: Wall, door: Door) -> None:
    sessions = Sessions(wall)
    sessions.keep("brand", FIRST)
    door.refreshes = False

    assert sessions.renewed(door, FIRST).access == "login-1"


@pytest.mark.parametrize(("rest", "tried"), [(14, 1), (15, 2)])
def test_a_refused_login_rests_a_quarter_of_an_hour_and_over_restarts(
    path: Path, wall: Wall, door: Door, rest: int, tried: int
) -> None:
    door.opens = False
    with pytest.raises(FetchError) as caught:
        Sessions(wall, path).current(door)
    wall.now += rest * MINUTE
    with pytest.raises(FetchError, match="renew the credential"):
        Sessions(wall, path).current(door)

    assert (caught.value.reason, caught.value.retry_at) == (Reason.AUTH, NOW + 15 * MINUTE)
    assert door.logins == tried


def test_another_credential_need_not_rest(path: Path, wall: Wall, web: Web, door: Door) -> None:
    door.opens = False
    with pytest.raises(FetchError):
        Sessions(wall, path).current(door)

    assert Sessions(wall, path).current(Door(web, credential="corrected")).access == "login-1"


def test_a_refusal_is_forgotten_once_somebody_is_in(path: Path, wall: Wall, door: Door) -> None:
    sessions, door.opens = Sessions(wall, path), False
    with pytest.raises(FetchError):
        sessions.current(door)
    wall.now, door.opens = wall.now + 15 * MINUTE, True
    sessions.current(door)

    assert '"refusals":{}' in path.read_text()


@pytest.mark.parametrize("content", ["", "{", '{"sessions": {"brand": {"access": "only"}}}'])
def test_a_damaged_file_is_as_good_as_none(
    path: Path, wall: Wall, door: Door, content: str
) -> None:
    path.write_text(content)

    with capture_logs() as told:
        sessions = Sessions(wall, path)

    assert [line["event"] for line in told] == ["sessions.damaged"]
    assert sessions.current(door).access == "login-1"


def test_what_cannot_be_written_holds_all_the_same(tmp_path: Path, wall: Wall, door: Door) -> None:
    sessions = Sessions(wall, tmp_path / "missing" / "sessions")

    with capture_logs() as told:
        sessions.current(door)

    assert sessions.current(door).access == "login-1"
    assert [line["event"] for line in told] == ["sessions.not_kept"]


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, wall: Wall) -> None:
    with pytest.raises(OSError, match="Is a directory"):
        Sessions(wall, tmp_path)


def test_a_session_tells_nobody_its_tokens() -> None:
    assert "access-0" not in repr(FIRST)
    assert "refresh-0" not in repr(FIRST)


@pytest.mark.parametrize("keys", [{"access": "two\nlines"}, {"address": "http://example.com"}])
def test_a_session_that_cannot_be_used_is_none(keys: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"cannot be sent|in the clear"):
        replace(FIRST, **keys)


# Asking with a session


def test_a_spent_token_is_renewed_and_the_question_asked_again(
    serve: Serve, wall: Wall, door: Door
) -> None:
    def script(visit: object) -> list[bytes]:
        is_first = len(server.visits) == 1
        return [answer(b"expired", status="400 Bad Request") if is_first else answer()]

    server = serve(script)
    sessions = Sessions(wall)
    sessions.keep("brand", replace(FIRST, address=server.address))

    found = SignedIn(sessions, door).get("/list", {"limit": "1"})

    assert found.status == 200
    assert [visit.header("authorization") for visit in server.visits] == ["access-0", "access-1"]
    assert {visit.target for visit in server.visits} == {"/list?limit=1"}


@pytest.mark.parametrize(
    ("status", "content", "reason"),
    [
        ("400 Bad Request", b"expired", Reason.AUTH),
        ("400 Bad Request", b"limit", Reason.REJECTED),
        ("401 Unauthorized", b"who?", Reason.AUTH),
        ("429 Too Many Requests", b"", Reason.RATE_LIMITED),
    ],
)
def test_another_refusal_is_what_it_is(
    serve: Serve, wall: Wall, door: Door, status: str, content: bytes, reason: Reason
) -> None:
    server = serve(lambda visit: [answer(content, status=status)])
    sessions = Sessions(wall)
    sessions.keep("brand", replace(FIRST, address=server.address))

    with pytest.raises(FetchError) as caught:
        SignedIn(sessions, door).get("/list")

    assert caught.value.reason is reason


def test_an_answer_that_is_asked_for_is_given(serve: Serve, wall: Wall, door: Door) -> None:
    server = serve(lambda visit: [answer(b"gone", status="400 Bad Request")])
    sessions = Sessions(wall)
    sessions.keep("brand", replace(FIRST, address=server.address))

    assert SignedIn(sessions, door).get("/list", also=(400,)).content == b"gone"


# Posting


def test_a_post_of_nothing_has_no_body(serve: Serve, web: Web) -> None:
    server = serve(lambda visit: [answer()])

    web.site(server.address).post("/refresh")

    (visit,) = server.visits
    assert visit.head.startswith(b"POST /refresh ")
    assert (visit.header("content-length"), visit.header("content-type")) == ("0", None)


def test_a_post_carries_its_json(serve: Serve, web: Web) -> None:
    server = serve(lambda visit: [answer()])
    site = web.site(server.address)

    site.post("/login", {"identifier": "brand"})
    site.post("/next")  # the server takes the body before it for the beginning of this request

    login, following = server.visits
    assert (login.header("content-length"), login.header("content-type")) == (
        "22",
        "application/json",
    )
    assert following.head.startswith(b'{"identifier":"brand"}POST /next ')


def test_a_post_is_led_nowhere_else(serve: Serve, web: Web) -> None:
    elsewhere = answer(status="307 Temporary Redirect", headers="Location: /other\n")
    server = serve(lambda visit: [elsewhere])

    with pytest.raises(FetchError) as caught:
        web.site(server.address).post("/login", {"password": PASSWORD})

    assert caught.value.reason is Reason.REJECTED
    assert len(server.visits) == 1
