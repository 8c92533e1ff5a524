"""What every notifier must keep. The test class of a notifier inherits these tests."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.http import Web
from monitor.notifiers.texts import Texts
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import Notice
from tests.notifiers.notices import BREACH, HOSTILE, NOW, is_live, notice, written_by_a_stranger
from tests.notifiers.receiver import Receiver

SECRET = "s3cr3t-token-for-tests"
DEADLINE = timedelta(seconds=0.5)


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(lambda: NOW, deadline=DEADLINE, tries=1)
    yield web
    web.close()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return Texts("en")


class NotifierContract:
    """Its class has a fixture `place`: a receiver that plays where it is told."""

    def tell(self, place: Any, notice: Notice, web: Web, texts: Texts) -> None:
        """Build the notifier with SECRET as its secret, and have it tell."""
        raise NotImplementedError

    def shown(self, place: Any) -> str:
        """All text that the place has got, as it would show it."""
        raise NotImplementedError

    def test_what_is_told_arrives(self, place: Any, web: Web, texts: Texts) -> None:
        self.tell(place, notice(), web, texts)

        assert "17" in self.shown(place)
        assert "https://care.example.com/waits/17" in self.shown(place)

    @pytest.mark.parametrize("name", HOSTILE)
    def test_hostile_text_stays_text(self, place: Any, web: Web, texts: Texts, name: str) -> None:
        words, _ = HOSTILE[name]
        assert is_live(name, words)  # otherwise the last line proves nothing

        self.tell(place, notice(written_by_a_stranger(words)), web, texts)

        assert "17" in self.shown(place)
        assert not is_live(name, self.shown(place))

    def test_a_very_long_text_is_cut(self, place: Any, web: Web, texts: Texts) -> None:
        self.tell(place, notice(written_by_a_stranger("long " * 20_000)), web, texts)

        assert 0 < len(self.shown(place)) < 10_000

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "data:text/html,x", "https://bank.example@evil.example/"]
    )
    def test_a_link_leads_to_a_page_of_the_web(
        self, place: Any, web: Web, texts: Texts, url: str
    ) -> None:
        self.tell(place, notice(replace(BREACH, url=url)), web, texts)

        assert url not in self.shown(place)


class HttpNotifierContract(NotifierContract):
    """Of notifiers that make a request."""

    @pytest.fixture
    def place(self) -> Iterator[Receiver]:
        with Receiver() as receiver:
            yield receiver

    @pytest.mark.parametrize(
        ("status", "reason"),
        [
            (400, Reason.REJECTED),
            (401, Reason.AUTH),
            (403, Reason.AUTH),
            (404, Reason.REJECTED),
            (410, Reason.REJECTED),
            (429, Reason.RATE_LIMITED),
            (500, Reason.UNAVAILABLE),
            (503, Reason.UNAVAILABLE),
        ],
    )
    def test_names_the_reason(
        self, place: Receiver, web: Web, texts: Texts, status: int, reason: Reason
    ) -> None:
        place.answers(status)

        assert self.refusal(place, web, texts).reason is reason

    def test_a_place_that_hangs_is_given_up(self, place: Receiver, web: Web, texts: Texts) -> None:
        place.hangs()

        assert self._seconds_until_given_up(place, web, texts) < 5

    def test_a_place_that_drips_is_given_up(self, place: Receiver, web: Web, texts: Texts) -> None:
        place.drips()

        assert self._seconds_until_given_up(place, web, texts) < 5

    def test_a_place_that_is_down_is_not_available(
        self, place: Receiver, web: Web, texts: Texts
    ) -> None:
        with Receiver() as gone:
            pass

        assert self.refusal(gone, web, texts).reason is Reason.UNAVAILABLE

    def test_goes_nowhere_else(self, place: Receiver, web: Web, texts: Texts) -> None:
        with Receiver() as elsewhere:
            place.answers(307, ("Location", f"{elsewhere.address}/{SECRET}"))
            refusal = self.refusal(place, web, texts)

        assert not elsewhere.received
        assert SECRET not in str(refusal)

    @pytest.mark.parametrize("status", [200, 400, 404, 500])
    def test_sends_the_secret_and_never_tells_it(
        self,
        place: Receiver,
        web: Web,
        texts: Texts,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
        status: int,
    ) -> None:
        caplog.set_level(0)
        logging.getLogger().addHandler(logging.StreamHandler())
        place.answers(status, body=SECRET.encode())
        told = ""
        try:
            self.tell(place, notice(), web, texts)
        except FetchError as error:
            told = f"{error} {error!r}"
        finally:
            logging.getLogger().handlers.pop()

        sent = place.received[-1]
        assert SECRET in f"{sent.path} {sent.headers}"  # otherwise the next lines prove nothing
        assert (status == 200) is (told == "")
        assert SECRET not in told + caplog.text + "".join(capfd.readouterr())

    def refusal(self, place: Receiver, web: Web, texts: Texts) -> FetchError:
        with pytest.raises(FetchError) as caught:
            self.tell(place, notice(), web, texts)
        return caught.value

    def _seconds_until_given_up(self, place: Receiver, web: Web, texts: Texts) -> float:
        begun = time.monotonic()
        assert self.refusal(place, web, texts).reason is Reason.UNAVAILABLE
        return time.monotonic() - begun
