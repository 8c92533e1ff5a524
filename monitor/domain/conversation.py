"""Which posts belong together, and in which order they are taken (rules 1 and 2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from monitor.domain.account import Cast, Role
from monitor.domain.post import KnownPost
from monitor.domain.value import value


def conversations(posts: Iterable[KnownPost]) -> list[list[KnownPost]]:
    """Posts joined by `parent_id` or a common `root_id`, seen or not."""
    leaders: dict[str, str] = {}
    members = list(posts)
    for post in members:
        for name in (post.parent_id, post.root_id):
            if name:
                _join(leaders, post.id, name)
    joined: defaultdict[str, list[KnownPost]] = defaultdict(list)
    for post in members:
        joined[_leader(leaders, post.id)].append(post)
    return list(joined.values())


def joined_ids(post: KnownPost) -> list[str]:
    """The ids that a post brings together, its own among them."""
    return [name for name in (post.id, post.parent_id, post.root_id) if name]


def _leader(leaders: dict[str, str], name: str) -> str:
    if name not in leaders:
        return name
    root = name
    while (above := leaders.get(root, root)) != root:
        root = above
    while (above := leaders.get(name, name)) != root:
        leaders[name], name = root, above
    return root


def _join(leaders: dict[str, str], one: str, other: str) -> None:
    one, other = _leader(leaders, one), _leader(leaders, other)
    if one != other:
        leaders[max(one, other)] = min(one, other)


IdOrder = tuple[int, int, str]


def id_order(name: str) -> IdOrder:
    """Strings of digits first, by length, then by code point."""
    if name.isdigit() and name.isascii():
        return 0, len(name), name
    return 1, 0, name


PlaceInOrder = tuple[datetime, int, bool, IdOrder]


@value()
class Thread:
    """The posts of one conversation with their parents.

    All lists run beside `posts`: the index of the known parent (None where there is none or it lies
    on the same circle), whether a parent counts at all, and the place in the order.
    """

    posts: Sequence[KnownPost]
    parents: Sequence[int | None]
    has_parent: Sequence[bool]
    order: Sequence[PlaceInOrder]


def thread(posts: Collection[KnownPost], cast: Cast) -> Thread:
    members = list(posts)
    index = {post.id: i for i, post in enumerate(members)}
    parents = [index.get(post.parent_id) if post.parent_id else None for post in members]
    circular = _on_circles(parents)
    for i in circular:
        parents[i] = None
    has_parent = [bool(post.parent_id) and i not in circular for i, post in enumerate(members)]
    is_brand = [cast.role(post.author_id) in (Role.ACCOUNT, Role.AGENT) for post in members]
    times, depths = _effective(members, parents, is_brand)
    order = [
        (times[i], depths[i], is_brand[i], id_order(post.id)) for i, post in enumerate(members)
    ]
    return Thread(members, parents, has_parent, order)


def _on_circles(parents: Sequence[int | None]) -> set[int]:
    """The posts that are among their own ancestors."""
    circular: set[int] = set()
    if _are_strangers(parents):
        return circular
    visited = [0] * len(parents)
    for start in range(len(parents)):
        at: int | None = start
        path = []
        while at is not None and not visited[at]:
            visited[at] = start + 1
            path.append(at)
            at = parents[at]
        if at is not None and visited[at] == start + 1:
            circular.update(path[path.index(at) :])
    return circular


def _effective(
    posts: Sequence[KnownPost], parents: Sequence[int | None], is_brand: Sequence[bool]
) -> tuple[list[datetime], list[int]]:
    """The instants by which posts are ordered, and how many known ancestors each has.

    A customer's clock may err, so brand posts above and below bound it; what is above rules.
    """
    times = [post.created_at for post in posts]
    depths = [0] * len(posts)
    if _are_strangers(parents):
        return times, depths
    downwards = _from_the_top(parents)
    earliest_below: list[datetime | None] = [None] * len(posts)
    for i in reversed(downwards):
        parent = parents[i]
        if parent is not None:
            own = posts[i].created_at if is_brand[i] else None
            below = _least(own, earliest_below[i])
            earliest_below[parent] = _least(below, earliest_below[parent])
    latest_above: list[datetime | None] = [None] * len(posts)
    for i in downwards:
        parent = parents[i]
        if parent is not None:
            depths[i] = depths[parent] + 1
            latest_above[i] = _latest(
                latest_above[parent], posts[parent].created_at if is_brand[parent] else None
            )
        if not is_brand[i]:
            times[i] = min(times[i], earliest_below[i] or times[i])
            times[i] = max(times[i], latest_above[i] or times[i])
        elif parent is not None:
            times[i] = max(times[i], times[parent])
    return times, depths


def _are_strangers(parents: Sequence[int | None]) -> bool:
    """Whether nobody's parent is known: most conversations have but one post."""
    return parents.count(None) == len(parents)


def _least(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _latest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _from_the_top(parents: Sequence[int | None]) -> list[int]:
    """All posts, each after its parent."""
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    for i, parent in enumerate(parents):
        children[parent].append(i)
    downwards = list(children[None])
    for i in downwards:
        downwards += children.get(i, ())
    return downwards
