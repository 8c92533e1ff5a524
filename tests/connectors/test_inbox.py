"""The inbox asks nobody."""

from __future__ import annotations

import pytest
import respx
from pydantic import ValidationError

from connectors.inbox import InboxConfig
from monitor.http import Web
from monitor.ports.connector import Presence
from tests.connectors.connector_contract import NOW


def test_it_polls_nothing() -> None:
    with respx.mock as router:
        batches = list(InboxConfig().build(Presence("care"), Web(lambda: NOW)).fetch({}, NOW))

    assert batches == []
    assert not router.calls
    assert not InboxConfig.polls


def test_it_has_no_keys_of_its_own() -> None:
    with pytest.raises(ValidationError, match="server"):
        InboxConfig.model_validate({"server": "https://api.test"})
