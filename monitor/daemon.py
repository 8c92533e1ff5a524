"""The background service: a few fixed jobs, a pool of pollers, signals.

No job adds, changes or removes a job. Who is due is asked of the store each time, so nothing is
lost with the process. (Kept in memory only: which polls are under way.) Of several processes on
one PostgreSQL, each account is polled by the one that takes its lease.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor as JobPool
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.cycle.blindness import Lookout
from monitor.cycle.desk import Watch
from monitor.cycle.digest import Figures, write_digests
from monitor.cycle.heartbeat import Heartbeat
from monitor.cycle.measuring import measure
from monitor.cycle.notify import Plan
from monitor.cycle.poll import poll
from monitor.cycle.promises import put_in_force
from monitor.cycle.replanning import plan_anew
from monitor.cycle.retention import Retention
from monitor.cycle.surges import look_for_surges
from monitor.cycle.upgrading import bring_up_to_date
from monitor.cycle.upkeep import forget_old_reach, look_at_open_waits
from monitor.ports.clock import Clock
from monitor.ports.connector import Reason
from monitor.store import accounts, lease
from monitor.store.database import Store, StoreError
from monitor.teller import Teller

log = structlog.get_logger()

POLLERS = 16
"""Polls at once: they wait for the network, and the database takes one writer at a time anyway."""

GRACE = timedelta(seconds=8)
"""For polls under way at the end."""

STORE_REST = timedelta(seconds=15)
"""Before what the store has failed is tried again: a poll whose failure could not even be stored,
or a job."""

BEAT = timedelta(minutes=1)
"""Between heartbeats; telling must have come round meanwhile."""

STALL = 60.0
"""Seconds without a dispatch, of four a second: something hangs that only a restart can end."""

LEAP = timedelta(seconds=1)
"""A clock that goes back by less makes nobody wait."""

LEASE = "daemon"

Take = Callable[[sa.Connection, str, str, datetime], bool]
"""How an account is leased: by its name, for a holder, now."""


class Daemon:
    """Polls `watches` (by account name) and tells by `plan` until stopped. `figures` are those of
    digests. `displaced` says by whom, where another daemon has taken the database over while this
    one slept: then it must be stopped."""

    def __init__(
        self,
        store: Store,
        watches: Mapping[str, Watch],
        plan: Plan,
        clock: Clock,
        figures: Figures,
        heartbeat: Heartbeat | None = None,
    ) -> None:
        self._store, self._clock, self._heartbeat = store, clock, heartbeat
        self.watches = watches
        self.jobs_missed = 0
        self._figures = figures
        self._retention = Retention(store)
        self._lookout = Lookout(store)
        self._is_alone = store.is_sqlite
        self._holder = lease.own_name() if self._is_alone else lease.shared_name()
        self._teller = Teller(store, plan, self._holder, clock, alone=self._is_alone)
        self._polls = ThreadPoolExecutor(POLLERS, thread_name_prefix="poll")
        self._under_way: dict[str, tuple[Future[None], Watch]] = {}
        self._resting: dict[str, datetime] = {}
        self._jobs_resting: dict[str, datetime] = {}
        self._turned_at = time.monotonic()
        self._read_at = clock()
        self._times_back = 0
        self._planned_after = 0
        self.displaced: lease.HeldError | None = None
        self._choosing = threading.Lock()
        self._stopping = threading.Event()
        self._jobs = self._scheduled()

    def _scheduled(self) -> BackgroundScheduler:
        jobs = BackgroundScheduler(
            timezone="UTC",
            executors={"default": JobPool(4)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        every: list[tuple[Callable[[], None], float]] = [
            (self._dispatch, 0.25),
            (self._look_out, 2),
            (self._teller.step, 0.25),
            (self._hold, lease.TERM.total_seconds() / 3),
            (self._upkeep, 30),
            (self._beat, BEAT.total_seconds()),
            (self._measure, 60),
            (self._look_for_more, 30),
        ]
        for job, seconds in every:
            jobs.add_job(self._careful, "interval", [job], name=job.__name__, seconds=seconds)
        jobs.add_listener(self._note_trouble, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        return jobs

    def start(self) -> None:
        """Raises lease.HeldError where another daemon has this database for itself."""
        self._take_over()
        for watch in self.watches.values():
            bring_up_to_date(self._store, watch, self._clock(), self._renew)
        self._teller.start()
        self._jobs.start()

    def stop(self) -> bool:
        """Stop within GRACE, whatever a platform does; whether all polls had ended, and all that
        was being told."""
        self._stopping.set()
        self._jobs.shutdown(wait=False)
        under_way = list(self._under_way.values())
        for watch in (*self.watches.values(), *(watch for _, watch in under_way)):
            watch.web.close()
        self._polls.shutdown(wait=False, cancel_futures=True)
        all_told = self._teller.stop()
        if self._heartbeat:
            self._heartbeat.close()
        begun = [future for future, _ in under_way if not future.cancelled()]
        _, late = wait(begun, timeout=GRACE.total_seconds())
        self._release()
        return all_told and not late

    def take(
        self, watches: Mapping[str, Watch], plan: Plan, heartbeat: Heartbeat | None = None
    ) -> None:
        """Go on under another configuration. What is under way ends under the old one. Raises
        StoreError, and then goes on under the old one."""
        with self._store.write() as tx:
            put_in_force(tx, watches.values())
            soon = self._clock()
            for name, row in accounts.all_of(tx).items():
                if name not in watches or row.reason == Reason.RATE_LIMITED:
                    continue
                if row.failures:  # what was refused may be mended: ask again
                    accounts.update(tx, row.id, next_poll_at=soon)
                gap = watches[name].connector.least_gap
                accounts.bring_forward(tx, row.id, soon + gap)
        self._teller.take(plan)  # the last that can fail: nothing else has changed until then
        with self._choosing:
            before, self.watches = self.watches, watches
            idle = [watch for name, watch in before.items() if self._is_idle(name)]
        self._resting.clear()
        before_beat, self._heartbeat = self._heartbeat, heartbeat
        if before_beat:
            before_beat.close()
        for watch in idle:
            watch.web.close()

    def once(self) -> set[Reason]:
        """Poll every account once, judge, tell; why that failed. What another process polls or
        tells at this moment is left to it. Raises lease.HeldError where a daemon has this database
        for itself."""
        self._take_over()
        for watch in self.watches.values():
            bring_up_to_date(self._store, watch, self._clock())
        self._teller.start()
        polled = [watch for watch in self.watches.values() if watch.settings.polls]
        reasons = self._polls.map(self._poll_in_turn, polled)
        failed = {reason for reason in reasons if reason}
        self._look_out()
        self._look_for_more()
        failed |= self._teller.once()
        self._release()
        return failed

    @property
    def plan(self) -> Plan:
        return self._teller.plan

    def is_ready(self) -> bool:
        """Whether every polled account has had its first poll, good or bad."""
        with self._store.read() as tx:
            rows = accounts.all_of(tx)
        polled = [name for name, watch in self.watches.items() if watch.settings.polls]
        return all(rows[name].last_success_at or rows[name].failures for name in polled)

    def keep_time(self) -> None:
        """Call it often, and from no job: the scheduler too waits for instants of the clock, and
        would stand still when that goes back."""
        before, self._read_at = self._read_at, self._clock()
        back = before - self._read_at
        if back < LEAP:
            return
        log.warning("clock.went_back", seconds=back.total_seconds())
        self._resting.clear()
        self._jobs_resting.clear()
        self._teller.rest_no_longer()
        self._times_back += 1
        for job in self._jobs.get_jobs():
            job.reschedule("interval", seconds=job.trigger.interval_length)

    def is_turning(self, within: float = STALL) -> bool:
        """Whether it has looked for who is due in the last seconds, be it in vain."""
        return time.monotonic() - self._turned_at < within

    def _careful(self, job: Callable[[], None]) -> None:
        """Do it, unless the store has failed it a moment ago."""
        name, now = job.__name__, self._clock()
        if self._jobs_resting.get(name, now) > now:
            return
        try:
            job()
        except StoreError as error:
            self._jobs_resting[name] = self._clock() + STORE_REST
            log.error("job.not_stored", job=name.strip("_"), error=str(error))

    def _dispatch(self) -> None:
        self._turned_at = time.monotonic()
        times_back, now = self._times_back, self._clock()
        if times_back != self._planned_after:
            plan_anew(self._store, self.watches, now)
            self._planned_after = times_back
        with self._store.read() as tx:
            due = accounts.due_for_poll(tx, now)
        with self._choosing:
            for name in due:
                watch = self.watches.get(name)
                if watch and watch.settings.polls and self._is_free(name, now):
                    self._begin(self._poll, watch)

    def _begin(self, step: Callable[[Watch], None], watch: Watch) -> None:
        def taken() -> None:
            try:
                step(watch)
            finally:
                if self.watches.get(watch.name) is not watch:  # a reload has put another in place
                    watch.web.close()

        self._under_way[watch.name] = self._polls.submit(taken), watch

    def _is_free(self, name: str, now: datetime) -> bool:
        return self._is_idle(name) and self._resting.get(name, now) <= now

    def _is_idle(self, name: str) -> bool:
        under_way = self._under_way.get(name)
        return under_way is None or under_way[0].done()

    def _poll_in_turn(self, watch: Watch, take: Take = lease.take_account) -> Reason | None:
        with self._turn(watch, take) as is_mine:
            return poll(self._store, watch, self._clock) if is_mine else None

    @contextmanager
    def _turn(self, watch: Watch, take: Take) -> Iterator[bool]:
        """Whether the account is this process's for a while. Who runs alone need not ask."""
        if self._is_alone:
            yield True
            return
        with self._store.write() as tx:
            is_mine = take(tx, watch.name, self._holder, self._clock())
        try:
            yield is_mine
        finally:
            if is_mine:
                with self._store.write() as tx:
                    lease.release_account(tx, watch.name, self._holder)

    def _poll(self, watch: Watch) -> None:
        if self._stopping.is_set():
            return
        try:
            self._poll_in_turn(watch, lease.take_due_account)
        except StoreError as error:
            self._resting[watch.name] = self._clock() + STORE_REST
            log.error("poll.not_stored", account=watch.name, error=str(error))

    def _beat(self) -> None:
        """The jobs run, the store can be written, and telling has come round: all is well."""
        if self._heartbeat and self._teller.has_stepped_since(self._clock() - BEAT):
            self._renew()
            self._heartbeat.beat()

    def _look_out(self) -> None:
        self._lookout.look(self.watches, self._clock())

    def _look_for_more(self) -> None:
        """What is worth telling beside what polls bring to light."""
        now = self._clock()
        look_for_surges(self._store, self.watches, now)
        write_digests(self._store, self.watches, self._figures, now)

    def _take_over(self) -> None:
        self._renew()
        with self._store.write() as tx:
            put_in_force(tx, self.watches.values())
        plan_anew(self._store, self.watches, self._clock())

    def _renew(self) -> None:
        with self._store.write() as tx:
            hold = lease.take if self._is_alone else lease.join
            hold(tx, LEASE, self._holder, self._clock())

    def _release(self) -> None:
        try:
            with self._store.write() as tx:
                lease.release(tx, LEASE, self._holder)
        except StoreError as error:  # it runs out by itself
            log.error("lease.not_released", error=str(error))

    def _hold(self) -> None:
        try:
            self._renew()
        except lease.HeldError as error:
            self.displaced = error
        except StoreError as error:  # tried again soon, since it must not run out
            log.error("lease.not_renewed", error=str(error))

    def _upkeep(self) -> None:
        now = self._clock()
        for watch in self.watches.values():
            self._retention.step(watch, now)
        forget_old_reach(self._store, now)
        with self._choosing:
            for watch in self.watches.values():
                if watch.settings.polls and self._is_free(watch.name, now):
                    self._begin(self._look, watch)

    def _measure(self) -> None:
        now = self._clock()
        for watch in self.watches.values():
            measure(self._store, watch, now)

    def _look(self, watch: Watch) -> None:
        try:
            with self._turn(watch, lease.take_account) as is_mine:
                if is_mine:
                    look_at_open_waits(self._store, watch, self._clock)
        except StoreError as error:
            log.error("look_up.not_stored", account=watch.name, error=str(error))
        except Exception as error:  # noqa: BLE001  nobody else would hear of it
            log.error("look_up.internal", account=watch.name, error=type(error).__name__)

    def _note_trouble(self, event: JobExecutionEvent) -> None:
        self.jobs_missed += event.code == EVENT_JOB_MISSED
        if event.code == EVENT_JOB_ERROR and not self._stopping.is_set():
            kind = type(event.exception).__name__  # its text may hold what a platform wrote
            log.error("job.failed", job=event.job_id, error=kind, where=event.traceback)
