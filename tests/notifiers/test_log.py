"""The log is told facts, and nothing that people wrote."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from pydantic import ValidationError

from monitor.http import Web
from monitor.notifiers.log import LogConfig
from monitor.notifiers.texts import Texts
from tests.notifiers.notices import notice, written_by_a_stranger
from tests.notifiers.notifier_contract import NotifierContract, Tell


class TestLog(NotifierContract):
    @pytest.fixture
    def place(self) -> Iterator[list[MutableMapping[str, Any]]]:
        with structlog.testing.capture_logs() as lines:
            yield lines

    def teller(self, place: Any, web: Web, texts: Texts) -> Tell:
        return LogConfig(log="warning").build(web, texts).tell

    def shown(self, place: list[MutableMapping[str, Any]]) -> str:
        return str(place[-1])

    def test_it_tells_which_facts_there_are(self, place: Any, web: Web, texts: Texts) -> None:
        self.tell(place, notice(), web, texts)

        (line,) = place
        assert (line["log_level"], line["total"], line["counts"]) == ("warning", 1, {"breach": 1})
        assert line["items"][0]["key"] == "breach/17/airline-6m"

    def test_nobody_s_words_are_in_it(self, place: Any, web: Web, texts: Texts) -> None:
        self.tell(place, notice(written_by_a_stranger("w0rds")), web, texts)

        assert "w0rds" not in self.shown(place)


def test_there_is_no_other_level() -> None:
    with pytest.raises(ValidationError):
        LogConfig.model_validate({"log": "loud"})
