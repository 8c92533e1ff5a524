"""How the API says what is wrong, as tests read it."""

from __future__ import annotations

from typing import Any

import httpx


def problem(response: httpx.Response) -> tuple[int, Any]:
    """The status, and what can be done."""
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == response.status_code
    return told["status"], told["detail"]
