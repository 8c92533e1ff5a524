"""The files that ship with the program for others to read: rules, dashboards, examples.

They lie in `config/` and `dashboards/` of the repository; in a wheel, in `monitor/carried`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent

LISTENS_AT = "http://127.0.0.1:9877"
"""Where links lead as the files are shipped: to the default address."""


def rules(address: str = "") -> Mapping[str, str]:
    """The rules for Prometheus, by file name, with links to this address."""
    return _told("config/prometheus", "rules.yml", address)


def dashboards(address: str = "") -> Mapping[str, str]:
    """The dashboards for Grafana, by file name, with links to this address."""
    return _told("dashboards", "*.json", address)


def examples() -> Mapping[str, str]:
    """Every example of a configuration, ours and that of programs beside, by its path."""
    root = _root()
    files = sorted(path for path in (root / "config").rglob("*") if path.is_file())
    return {
        str(path.relative_to(root / "config")): path.read_text(encoding="utf-8") for path in files
    }


def _told(folder: str, pattern: str, address: str) -> Mapping[str, str]:
    found = sorted((_root() / folder).glob(pattern))
    links = (address or LISTENS_AT).rstrip("/")
    return {
        path.name: path.read_text(encoding="utf-8").replace(LISTENS_AT, links) for path in found
    }


def _root() -> Path:
    """The folder that holds them: in a wheel beside this file, else the repository."""
    carried = HERE / "carried"
    return carried if carried.is_dir() else HERE.parent
