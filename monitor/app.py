"""The only place that builds things, and that owns the clock."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp

from monitor import logs, web, wiring
from monitor.config import Config, ConfigError, Problem, load
from monitor.cycle.desk import Watch
from monitor.daemon import Daemon
from monitor.domain.statistics import bucket_bounds
from monitor.http import Sessions, Web
from monitor.metrics.collector import Process, exposition
from monitor.ports.clock import Clock
from monitor.ports.connector import Reason
from monitor.report.digest import digest
from monitor.sandbox.serving import Sandbox
from monitor.sandbox.world import Scenario
from monitor.store import accounts, targets
from monitor.store.database import Store, StoreError, file_of, is_sqlite
from monitor.supervisor import Supervisor

log = structlog.get_logger()


class StartError(Exception):
    """The daemon cannot start; the text says why, and what to do."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def open_store(url: str) -> Store:
    """A database of this program's version. Raises StoreError."""
    store = Store(url)
    try:
        store.require_current()
    except StoreError:
        store.close()
        raise
    return store


def open_own_store(config: Config, clock: Clock) -> Store:
    """The database of a configuration. SQLite is made or upgraded where needed, after a copy;
    PostgreSQL must be of this version. Raises StoreError."""
    if is_sqlite(config.store_url):
        return upgraded_store(config, clock)
    return open_store(config.store_url)


def upgraded_store(config: Config, clock: Clock) -> Store:
    """The database of a configuration, made or upgraded where needed; SQLite after a copy."""
    store = Store(config.store_url)
    if store.path and store.is_outdated():
        stamp = clock().strftime("%Y%m%dT%H%M%SZ")
        store.copy_to(store.path.with_name(f"{store.path.name}.before-upgrade-{stamp}"))
    store.upgrade()
    return store


def open_sessions(config: Config, clock: Clock) -> Sessions:
    """The logins to platforms, in a file of their own. Raises StartError."""
    path = config.sessions or (file_of(config.store_url) or config.path).with_suffix(".sessions")
    try:
        return Sessions(clock, path)
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}; is it yours? It can be deleted") from None


def watches(
    config: Config, store: Store, clock: Clock, sessions: Sessions | None = None
) -> Mapping[str, Watch]:
    """Every account by name, with its own connector, and rows for accounts and targets. What is in
    force is not changed. Logins are kept in memory alone without `sessions`."""
    known = {target.name: target for each in config.accounts for target in each.targets}
    bounds = bucket_bounds(target.within for target in known.values())
    with store.write() as tx:
        accounts.ensure(tx, [account.name for account in config.accounts])
        numbers = targets.ensure(tx, known.values())
    found: dict[str, Watch] = {}
    for account in config.accounts:
        door = Web(clock, sessions=sessions)
        mine = {numbers[target.name]: target for target in account.targets}
        found[account.name] = Watch(account, account.build(door), door, mine, bounds)
    return found


@dataclass(frozen=True, slots=True)
class Reloads:
    """How the last try to take a new configuration went, and when one last succeeded."""

    successful: bool
    succeeded_at: datetime


class Program:
    """A running replywatch: the configuration in force, and all that was built from it."""

    def __init__(self, path: Path, clock: Clock = system_clock) -> None:
        self._path, self.clock = path, clock
        self._reloading = threading.Lock()
        self.ending = threading.Event()
        self.config = load(path)
        self.store = open_own_store(self.config, clock)
        self._sessions = open_sessions(self.config, clock)
        watched = watches(self.config, self.store, clock, self._sessions)
        plan = wiring.plan(self.config, watched, clock)
        heartbeat = wiring.heartbeat(self.config, clock)
        self.daemon = Daemon(self.store, watched, plan, clock, digest, heartbeat)
        self.reloads = Reloads(successful=True, succeeded_at=clock())

    def reload(self) -> None:
        """Take the configuration as the file now has it, or raise ConfigError or StoreError and
        keep the old."""
        with self._reloading:
            try:
                config = load(self._path)
                _refuse_to_move(self.config, config)
                watched = watches(config, self.store, self.clock, self._sessions)
                plan = wiring.plan(config, watched, self.clock)
                self.daemon.take(watched, plan, wiring.heartbeat(config, self.clock))
            except (ConfigError, StoreError) as error:
                self.reloads = replace(self.reloads, successful=False)
                log.error("reload.refused", error=str(error))
                raise
            self.config = config
            self.reloads = Reloads(successful=True, succeeded_at=self.clock())
            log.info("reload.done", accounts=len(config.accounts))

    @property
    def watches(self) -> Mapping[str, Watch]:
        return self.daemon.watches

    def is_ready(self) -> bool:
        return self.daemon.is_ready()

    def metrics(self, accept: str) -> tuple[bytes, str]:
        """What Prometheus scrapes, and its content type."""
        process = Process(
            self.daemon.jobs_missed,
            self.reloads.successful,
            self.reloads.succeeded_at,
            [*self.daemon.plan.places],
        )
        return exposition(self.store, self.watches, process, self.clock(), accept)


def _refuse_to_move(old: Config, new: Config) -> None:
    """Some things a running process cannot change."""
    fixed = [
        ("store", old.store_url, new.store_url),
        ("sessions", old.sessions, new.sessions),
        ("http.listen", (old.http.host, old.http.port), (new.http.host, new.http.port)),
        ("sandbox", old.sandbox, new.sandbox),
    ]
    moved = [key for key, before, after in fixed if before != after]
    if moved:
        problems = [Problem(1, key, "changes with a restart only") for key in moved]
        raise ConfigError(problems, new.path)


def run(path: Path, *, once: bool, clock: Clock = system_clock) -> int:
    """The daemon, until a signal ends it; with `once`, one poll of every account. The exit code.

    Raises ConfigError, StoreError, lease.HeldError, StartError.
    """
    logs.configure()
    program = Program(path, clock)
    with _sandbox(program.config, clock):
        if once:
            return _exit_code(program.daemon.once())
        _serve(program)
    return 0


def _exit_code(failed: Collection[Reason]) -> int:
    if not failed:
        return 0
    return 1 if any(reason.needs_a_person for reason in failed) else 3


@contextlib.contextmanager
def _sandbox(config: Config, clock: Clock) -> Iterator[None]:
    """The simulated platform, where the configuration asks for it."""
    if config.sandbox is None:
        yield
        return
    asked = config.sandbox
    scenario = Scenario(
        seed=asked.seed,
        customers=asked.customers,
        languages=asked.languages,
        speed=asked.speed,
    )
    sandbox = Sandbox(asked.host, asked.port, scenario, clock)
    sandbox.start()
    try:
        yield
    finally:
        sandbox.stop()


def _serve(program: Program) -> None:
    ended, reload_wanted = threading.Event(), threading.Event()
    _on_signals(ended, reload_wanted)
    supervisor = Supervisor(os.environ)
    place = program.config.http
    with _listening(place.host, place.port) as listener:
        server = _Server(web.build(program), listener)
        program.daemon.start()
        server.start()
        log.info("listening", url=f"http://{place.host}:{place.port}/")
        supervisor.ready()
        while not ended.wait(timeout=0.2) and not program.daemon.displaced:
            program.daemon.keep_time()
            if program.daemon.is_turning() and server.is_up():
                supervisor.alive()
            if reload_wanted.is_set():
                reload_wanted.clear()
                supervisor.reloading()
                with contextlib.suppress(ConfigError, StoreError):
                    program.reload()
                supervisor.ready()
        program.ending.set()
        supervisor.stopping()
        server.begin_to_stop()
        all_ended = program.daemon.stop()
        server.stop()
    program.store.close()
    log.info("stopped")
    if program.daemon.displaced:
        raise program.daemon.displaced
    if not all_ended:  # a thread hangs in a platform's answer, and Python would wait for it
        os._exit(0)


def _on_signals(ended: threading.Event, reload_wanted: threading.Event) -> None:
    def note(event: threading.Event) -> Callable[[int, object], None]:
        return lambda _number, _frame: event.set()

    signal.signal(signal.SIGTERM, note(ended))
    signal.signal(signal.SIGINT, note(ended))
    signal.signal(signal.SIGHUP, note(reload_wanted))


def _listening(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise StartError(
            f"cannot listen on {host}:{port}: {error.strerror}; "
            "end what listens there, or choose another http.listen"
        ) from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # answers go in two writes
    return listener


class _Server:
    """The pages, served from a thread of their own."""

    def __init__(self, site: ASGIApp, listener: socket.socket) -> None:
        settings = uvicorn.Config(
            site,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        self._server = uvicorn.Server(settings)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="web", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def is_up(self) -> bool:
        return self._thread.is_alive()

    def begin_to_stop(self) -> None:
        self._server.should_exit = True

    def stop(self) -> None:
        self.begin_to_stop()
        self._thread.join(timeout=5)
