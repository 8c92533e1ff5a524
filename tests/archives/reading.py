"""Reading a file's text with an archive, and posts of every kind to write into one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from monitor.domain.post import DeletedBy, Post, Reach, Surface
from monitor.ports.archive import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.ports.archive import Archive


def read(
    archive: Archive, path: Path, content: str | bytes, columns: Mapping[str, str] | None = None
) -> list[Post | Rejected]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(archive.read(path, columns or {}))


def posts_of(found: list[Post | Rejected]) -> list[Post]:
    return [one for one in found if isinstance(one, Post)]


def refusals_of(found: list[Post | Rejected]) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in found if isinstance(one, Rejected)]


_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
_names = _texts.filter(bool)
_counts = st.none() | st.integers(0, 2**63 - 1)
_zones = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
_instants = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=_zones)  # noqa: DTZ001

posts = st.builds(
    Post,
    id=_names,
    author_id=_names,
    author_handle=_names,
    created_at=_instants,
    text=st.none() | _texts,
    parent_id=st.none() | _names,
    parent_author_id=st.none() | _names,
    root_id=st.none() | _names,
    mentions=st.lists(_names, max_size=3).map(tuple),
    surface=st.sampled_from(Surface),
    lang=st.none() | _texts,
    url=st.none() | _texts,
    author_name=st.none() | _texts,
    author_followers=_counts,
    author_is_bot=st.booleans(),
    rating=st.none() | st.integers(1, 5),
    reach=st.builds(Reach, _counts, _counts, _counts, _counts),
    edited_at=st.none() | _instants,
    deleted_at=st.none() | _instants,
    deleted_by=st.sampled_from(DeletedBy),
)


def at(moment: str) -> datetime:
    """UTC."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)
