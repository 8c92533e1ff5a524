"""An account that cannot be read is told of when that does not pass by itself, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from monitor.store.instants import rfc3339
from tests.acceptance.platform import Platform, whole
from tests.acceptance.watching import Hands, Watched
from tests.http.loopback import Script

REFUSED, DOWN = whole(status="401 No"), whole(status="503 Oh")


class Polled:
    def __init__(self, watched: Watched, platform: Platform, clock: Hands) -> None:
        self.watched, self.platform, self.clock = watched, platform, clock

    def poll(self, *troubles: Script | None) -> datetime:
        """A minute apart, each in this trouble; when the first of these was."""
        first = self.clock.now
        for trouble in troubles:
            self.platform.fails(trouble)
            self.watched.poll()
            self.clock.forward(60)
        return first

    def told(self) -> dict[str, str]:
        """The reason, by key."""
        return {key: self.watched.details(key)["reason"] for key in self.watched.alerts()}


@pytest.fixture
def acme(tmp_path: Path, platform: Platform, clock: Hands) -> Iterator[Polled]:
    watched = Watched(tmp_path, platform.address, clock)
    yield Polled(watched, platform, clock)
    watched.close()


def test_what_passes_by_itself_is_not_told(acme: Polled) -> None:
    acme.poll(None, DOWN, DOWN, None, DOWN, None)

    assert acme.told() == {}


def test_three_in_a_row_are_told_and_so_is_their_end(acme: Polled) -> None:
    acme.poll(None)
    since = rfc3339(acme.poll(DOWN, DOWN, DOWN, DOWN, None, None))

    assert acme.told() == {
        f"account_failing/acme/{since}": "unavailable",
        f"account_recovered/acme/{since}": "unavailable",
    }


def test_a_refused_credential_is_told_at_once(acme: Polled) -> None:
    since = rfc3339(acme.poll(REFUSED))
    assert acme.told() == {f"account_failing/acme/{since}": "auth"}
    acme.poll(REFUSED, REFUSED, DOWN, DOWN, DOWN, REFUSED)

    assert acme.told() == {f"account_failing/acme/{since}": "auth"}


def test_a_credential_that_is_refused_after_other_trouble_is_told_too(acme: Polled) -> None:
    since = rfc3339(acme.poll(DOWN, DOWN, DOWN, REFUSED, DOWN, REFUSED, None))

    assert acme.told() == {
        f"account_failing/acme/{since}": "unavailable",
        f"account_failing/acme/{since}/auth": "auth",
        f"account_recovered/acme/{since}": "auth",
    }


def test_a_credential_that_is_refused_after_what_nobody_was_told_of_is_told_once(
    acme: Polled,
) -> None:
    since = rfc3339(acme.poll(DOWN, REFUSED, REFUSED, DOWN, DOWN))

    assert acme.told() == {f"account_failing/acme/{since}": "auth"}


def test_each_time_is_told(acme: Polled) -> None:
    acme.poll(*[REFUSED, None] * 3)

    kinds = [key.split("/")[0] for key in acme.watched.alerts()]
    assert kinds == ["account_failing", "account_recovered"] * 3


def test_what_an_account_fails_of_is_told_without_its_secret(
    acme: Polled, platform: Platform
) -> None:
    acme.poll(whole(b"s3cr3t-token-for-tests", status="401 No"))

    assert platform.secrets_seen()
    assert "s3cr3t" not in str(acme.told())
