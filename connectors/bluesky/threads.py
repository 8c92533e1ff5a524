"""Conversations, and when to read them anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import nlargest

from connectors.bluesky.posts import POST_URI
from connectors.bluesky.wire import Branch, View
from monitor.domain.post import Post

THREAD_LIFE = timedelta(days=1)  # after its last post a thread is left alone
SOONEST = timedelta(minutes=1)  # between two readings of a thread; later, a quarter of its rest
MOST_THREADS = 100  # kept in the cursor
MOST_THREADS_READ = 5  # in one poll


@dataclass(slots=True)
class Threads:
    """Roots of recent conversations, with when each was last written in, and read.

    A thread is read when it has rested for a quarter of the time since its last post.
    """

    now: datetime
    known: dict[str, tuple[datetime, datetime]]

    @classmethod
    def resumed(cls, marks: Mapping[str, Sequence[str]], now: datetime) -> Threads:
        at = datetime.fromisoformat
        return cls(now, {root: (at(active), at(read)) for root, (active, read) in marks.items()})

    def mark(self) -> Mapping[str, Sequence[str]]:
        return {
            root: [active.isoformat(), read.isoformat()]
            for root, (active, read) in sorted(self.known.items())
            if self.now - active < THREAD_LIFE
        }

    def note(self, posts: Iterable[Post]) -> None:
        """Only the threads last written in are kept."""
        for post in posts:
            root = post.root_id or post.id
            active, read = self.known.get(root, (post.created_at, self.now))
            if POST_URI.fullmatch(root) and self.now - post.created_at < THREAD_LIFE:
                self.known[root] = max(active, post.created_at), read
        self.known = dict(nlargest(MOST_THREADS, self.known.items(), key=lambda one: one[1]))

    def due(self) -> list[str]:
        """The threads to be read now, those that have waited longest first; they count as read."""
        waits = {
            root: self.now - read - max(SOONEST, (self.now - active) / 4)
            for root, (active, read) in self.known.items()
        }
        late = sorted((root for root in waits if waits[root] >= timedelta()), key=waits.__getitem__)
        chosen = late[-MOST_THREADS_READ:]
        for root in chosen:
            self.known[root] = self.known[root][0], self.now
        return chosen

    def forget(self, root: str) -> None:
        self.known.pop(root, None)


def views_of(branch: Branch) -> Iterator[View]:
    """All posts of a thread. What is deleted or blocked is a branch without a post."""
    if branch.post:
        yield branch.post
    for reply in branch.replies:
        yield from views_of(reply)
