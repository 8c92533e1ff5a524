"""What is worth telling of waits, each under a key of its own, written once.

A breach can prove wrong, and history can prove it after all: the n-th breach of one promise to one
wait is `breach/17/airline-6m/n`, the first without number. What ends it has the same number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import count, takewhile

import sqlalchemy as sa

from monitor.cycle.desk import Desk
from monitor.domain.target import Verdict
from monitor.domain.value import value
from monitor.domain.wait import Status
from monitor.ports.notifier import AlertKind
from monitor.store import alerts
from monitor.store.alerts import Fact
from monitor.store.waits import StoredDue, StoredWait


@value()
class _Turn:
    """What a wait was owed, and the wait itself, before and after something was learnt. `wait` is
    None if it exists no more."""

    before: StoredDue
    after: StoredDue
    was: StoredWait | None
    wait: StoredWait | None

    @property
    def was_broken(self) -> bool:
        return self.before.verdict == Verdict.BREACHED

    @property
    def is_broken(self) -> bool:
        return self.after.verdict == Verdict.BREACHED and self.wait is not None

    @property
    def is_told_of(self) -> bool:
        return self.is_broken and self.wait is not None and self.wait.live

    @property
    def is_news(self) -> bool:
        """That the promise is broken, to those who are told of live waits."""
        return not self.was_broken or (self.was is not None and not self.was.live)

    @property
    def asked_again(self) -> bool:
        return bool(self.was and self.wait and self.wait.nudges > self.was.nudges)


class Facts:
    """Gathers what one transaction finds, and writes it once. Of waits that are not live nothing
    is told, but that what was told of them before is wrong."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._warnings: list[Fact] = []
        self._turns: list[_Turn] = []

    def warn(self, due: StoredDue, wait: StoredWait, passed: Collection[datetime]) -> None:
        """So many steps of the promise are used up; of several at once the last is told."""
        if wait.live and wait.status is Status.OPEN and passed:
            kind = AlertKind.WARNING
            key = f"{self._key(kind, due)}/{len(passed)}"
            self._warnings.append(Fact(key, kind, max(passed), due.wait, due.target_id))

    def turn(
        self,
        before: StoredDue,
        after: StoredDue,
        was: StoredWait | None,
        wait: StoredWait | None,
    ) -> None:
        """A promise was judged, or looked at again."""
        turn = _Turn(before, after, was, wait)
        if turn.was_broken or turn.is_told_of:
            self._turns.append(turn)

    def write(self, tx: sa.Connection, now: datetime) -> None:
        if self._desk.is_silent:
            return
        facts = list(self._warnings)
        told = alerts.keys_of(tx, {turn.after.wait for turn in self._turns})
        for turn in self._turns:
            for fact in self._of(turn, told):
                if fact.key not in told:
                    facts.append(fact)
                    told.add(fact.key)
        alerts.write(tx, self._desk.id, facts, now)

    def _of(self, turn: _Turn, told: Collection[str]) -> Iterator[Fact]:
        """`told` grows while this goes on."""
        due, wait = turn.after, turn.wait
        if turn.was_broken and not turn.is_broken:
            yield from self._end(AlertKind.CORRECTED, due, due.due_at, told)
        if wait is None or not turn.is_told_of:
            return
        number = self._times(due, told)
        if self._is_over(due, wait, number, told) if number else turn.is_news:
            key = self._key(AlertKind.BREACH, due, number + 1)
            yield Fact(key, AlertKind.BREACH, due.due_at, due.wait, due.target_id)
        if turn.asked_again or turn.is_news:
            yield from _nudge(due, wait)
        if wait.answered_at:
            yield from self._end(AlertKind.RECOVERED, due, wait.answered_at, told)

    def _is_over(
        self, due: StoredDue, wait: StoredWait, number: int, told: Collection[str]
    ) -> bool:
        """Whether those who were told of this breach were told that it does not stand, or that the
        customer has been answered, which is not so after all."""
        if self._key(AlertKind.CORRECTED, due, number) in told:
            return True
        return not wait.answered_at and self._key(AlertKind.RECOVERED, due, number) in told

    def _end(
        self, kind: AlertKind, due: StoredDue, at: datetime, told: Collection[str]
    ) -> Iterator[Fact]:
        """For those who were told of the last breach."""
        number = self._times(due, told)
        if number:
            yield Fact(self._key(kind, due, number), kind, at, due.wait, due.target_id)

    def _times(self, due: StoredDue, told: Collection[str]) -> int:
        """How often this promise to this wait was told to be broken."""
        breaches = (self._key(AlertKind.BREACH, due, number) for number in count(1))
        return sum(1 for _ in takewhile(told.__contains__, breaches))

    def _key(self, kind: AlertKind, due: StoredDue, number: int = 1) -> str:
        name = self._desk.targets[due.target_id].name
        return f"{kind.value}/{due.wait}/{name}" + (f"/{number}" if number > 1 else "")


def _nudge(due: StoredDue, wait: StoredWait) -> Iterator[Fact]:
    """Several that came at once are one fact, as are those that were told under another promise."""
    asked_at = wait.last_nudge_at
    if wait.status is Status.OPEN and asked_at and asked_at > due.due_at:
        key = f"{AlertKind.NUDGED.value}/{wait.number}/{wait.nudges}"
        details = {"nudges": wait.nudges}
        yield Fact(key, AlertKind.NUDGED, asked_at, wait.number, details=details)
