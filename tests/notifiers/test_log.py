"""The log is told facts, and nothing that people wrote."""

from __future__ import annotations

import pytest
import structlog
from pydantic import ValidationError

from monitor.http import Web
from monitor.notifiers.log import LogConfig
from monitor.notifiers.texts import Texts
from tests.notifiers.notices import notice, written_by_a_stranger


def test_it_tells_which_facts_there_are(web: Web, texts: Texts) -> None:
    with structlog.testing.capture_logs() as logs:
        LogConfig(log="warning").build(web, texts).tell(notice())

    (line,) = logs
    assert (line["log_level"], line["total"], line["counts"]) == ("warning", 1, {"breach": 1})
    assert line["items"][0]["key"] == "breach/17/airline-6m"
    assert line["items"][0]["link"] == "https://care.example.com/waits/17"


def test_nobody_s_words_are_in_it(web: Web, texts: Texts) -> None:
    with structlog.testing.capture_logs() as logs:
        LogConfig(log="info").build(web, texts).tell(notice(written_by_a_stranger("w0rds")))

    assert logs
    assert "w0rds" not in str(logs)


def test_there_is_no_other_level() -> None:
    with pytest.raises(ValidationError):
        LogConfig.model_validate({"log": "loud"})
