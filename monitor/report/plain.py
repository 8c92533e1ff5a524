"""Instants, spans and texts as machine-readable output holds them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import orjson

from monitor.report.cleaning import cell, json_line
from monitor.store import instants

_SECOND = timedelta(seconds=1)


def rfc3339(at: datetime | None) -> str | None:
    """In UTC, with fractions of a second only where there are any."""
    return instants.rfc3339(at) if at else None


def seconds(span: timedelta | None) -> float | int | None:
    """A whole number where it is one."""
    if span is None:
        return None
    whole, rest = divmod(span, _SECOND)
    return whole if not rest else span / _SECOND


def document(tree: Mapping[str, Any]) -> str:
    """JSON for files and pipes, indented."""
    return _safe_lines(orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode())


def line(tree: Any) -> str:
    """JSON on one line."""
    return json_line(orjson.dumps(tree).decode())


def csv_cell(value: Any) -> Any:
    """A value as a CSV cell holds it: shares as numbers, spans in seconds, lists as JSON."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return cell(value)
        case list():
            return line(value)
        case Fraction():
            return float(value)
        case timedelta():
            return seconds(value)
        case datetime():
            return rfc3339(value)
    return value


def _safe_lines(text: str) -> str:
    return "\n".join(map(json_line, text.split("\n")))
