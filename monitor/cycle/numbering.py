"""Which stored wait each folded wait is, so that it keeps its number (rule 5). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.domain.value import value
from monitor.domain.wait import Wait
from monitor.store.waits import StoredWait


@value()
class Numbered:
    """A folded wait with the stored one that it continues; None if it is new."""

    wait: Wait
    stored: StoredWait | None


@value()
class Gone:
    """A stored wait that ceased to exist; `into` is the opener of what it was merged into."""

    stored: StoredWait
    into: str | None


def numbered(
    waits: Sequence[Wait], stored: Iterable[StoredWait]
) -> tuple[list[Numbered], list[Gone]]:
    """A wait keeps its number if its opener stands, else it takes that of the oldest stored wait
    whose opener is now among its mentions."""
    free = {each.opened_by: each for each in stored}
    by_opener = {wait.opened_by: free.pop(wait.opened_by, None) for wait in waits}
    for wait in waits:
        if by_opener[wait.opened_by] is None:
            heirs = [free[mention] for mention in wait.mentions if mention in free]
            if heirs:
                oldest = min(heirs, key=_age)
                by_opener[wait.opened_by] = free.pop(oldest.opened_by)
    now_in = {mention: wait.opened_by for wait in waits for mention in wait.mentions}
    gone = [Gone(each, now_in.get(each.opened_by)) for each in free.values()]
    return [Numbered(wait, by_opener[wait.opened_by]) for wait in waits], gone


def _age(stored: StoredWait) -> tuple[bool, object, int]:
    """One that stands before one that ceased to exist, then by age."""
    return stored.status.is_gone, stored.opened_at, stored.number
