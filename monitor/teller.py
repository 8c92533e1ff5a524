"""Tells: a lane for each notifier, so that one that hangs delays no other.

What is to be told stands in the store. (Kept in memory only: which lanes are under way, and when
what stands was last told.)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import structlog

from monitor.cycle.notify.adopting import adopt, rehouse
from monitor.cycle.notify.composing import compose
from monitor.cycle.notify.plan import Plan
from monitor.cycle.notify.routing import route
from monitor.cycle.notify.sending import send
from monitor.cycle.notify.standing import stand
from monitor.ports.clock import Clock
from monitor.ports.connector import Reason
from monitor.ports.notifier import StandingNotifier
from monitor.store import messages
from monitor.store.database import Store, StoreError

log = structlog.get_logger()

LANES = 32
"""Notifiers told at once."""

GRACE = timedelta(seconds=3)
"""For what is being told at the end: cut off, it would be told twice."""

REST = timedelta(seconds=15)
"""Before a lane goes on that the store has failed, or a defect of ours."""


class Teller:
    """Tells by `plan`, under the name `holder`. `alone`: no other process tells from this store."""

    def __init__(self, store: Store, plan: Plan, holder: str, clock: Clock, *, alone: bool) -> None:
        self._store, self._holder, self._clock, self._alone = store, holder, clock, alone
        self.plan = plan
        self._lanes = ThreadPoolExecutor(LANES, thread_name_prefix="tell")
        self._under_way: dict[str, Future[None]] = {}
        self._resting: dict[str, datetime] = {}
        self._stood_at: dict[str, datetime] = {}
        self._stopping = threading.Event()
        self._planning = threading.Lock()  # what one plan decides is decided before another's turn
        self._stepped_at: datetime | None = None

    def start(self) -> None:
        """Raises StoreError."""
        adopt(self._store, self.plan, self._clock(), alone=self._alone)

    def take(self, plan: Plan) -> None:
        """Go on under another plan. What is being told is told by the old one. Raises
        StoreError."""
        with self._planning:
            adopt(self._store, plan, self._clock(), alone=False)
            before, self.plan = self.plan, plan
            self._resting.clear()
        for name, place in before.places.items():
            if self._is_idle(name):
                place.close()

    def rest_no_longer(self) -> None:
        """Nothing in memory waits for an instant of the clock as it was."""
        self._resting.clear()
        self._stood_at.clear()

    def step(self) -> None:
        """Decide whom to tell what, and set the lanes going. Raises StoreError."""
        with self._planning:
            plan = self.plan
            self._prepare(plan)
            for name in self._due(plan):
                if self._is_idle(name) and self._resting.get(name, self._clock()) <= self._clock():
                    self._under_way[name] = self._lanes.submit(self._tell, plan, name)
        self._stepped_at = self._clock()

    def once(self) -> set[Reason]:
        """Tell what there is to be told now; why telling failed. Raises StoreError."""
        plan = self.plan
        self._prepare(plan)
        told = (each for name in self._due(plan) for each in self._tellings(plan, name))
        return {reason for reason in told if reason}

    def has_stepped_since(self, at: datetime) -> bool:
        return self._stepped_at is not None and self._stepped_at >= at

    def stop(self) -> bool:
        """Whether everything that was being told has come to an end."""
        self._stopping.set()
        self._lanes.shutdown(wait=False, cancel_futures=True)
        begun = [future for future in self._under_way.values() if not future.cancelled()]
        _, late = wait(begun, timeout=GRACE.total_seconds())
        for place in self.plan.places.values():
            place.close()
        return not late

    def _prepare(self, plan: Plan) -> None:
        now = self._clock()
        rehouse(self._store, plan, now)
        route(self._store, plan, now)
        compose(self._store, plan, now)

    def _due(self, plan: Plan) -> list[str]:
        now = self._clock()
        with self._store.read() as tx:
            names = [name for name in messages.due(tx, now) if name in plan.places]
        return names + [name for name in plan.places if self._has_to_stand(plan, name, now)]

    def _has_to_stand(self, plan: Plan, name: str, now: datetime) -> bool:
        notifier, last = plan.places[name].notifier, self._stood_at.get(name)
        if not isinstance(notifier, StandingNotifier):
            return False
        return last is None or now >= last + notifier.every

    def _tell(self, plan: Plan, name: str) -> None:
        try:
            for _ in self._tellings(plan, name):
                pass
        except StoreError as error:
            self._resting[name] = self._clock() + REST
            log.error("notice.not_stored", notifier=name, error=str(error))
        except Exception as error:  # noqa: BLE001  a lane that ends in silence tells nobody
            self._resting[name] = self._clock() + REST
            log.error("notice.internal", notifier=name, error=type(error).__name__)
        finally:
            if self.plan is not plan:  # another was taken meanwhile
                plan.places[name].close()

    def _tellings(self, plan: Plan, name: str) -> Iterator[Reason | None]:
        """Tell a notifier what it is to be told now; why each telling failed, if it did."""
        if plan.places[name].is_standing:
            now = self._stood_at[name] = self._clock()
            sent = stand(self._store, plan, name, now)
            yield sent.reason if sent else None
            return
        while not self._stopping.is_set():
            sent = send(self._store, plan, name, self._holder, self._clock)
            if sent is None:
                return
            yield sent.reason

    def _is_idle(self, name: str) -> bool:
        under_way = self._under_way.get(name)
        return under_way is None or under_way.done()
