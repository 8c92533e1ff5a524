"""Answers as the code that reads their headers takes them."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from monitor.http.answer import Answer, http_date
from tests.http.conftest import NOW


def head(
    status: int,
    headers: Sequence[tuple[str, str]],
    url: str = "https://api.test/api/v1/list?limit=2",
) -> Answer:
    read = httpx.Headers(list(headers))
    dated_at = http_date(read.get("date", ""))
    return Answer(httpx.URL(url), status, read, b"", NOW, NOW, dated_at)
