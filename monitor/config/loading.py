"""Reads a configuration file, and makes of it what the rest of the program works with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from monitor.config.access import login, token
from monitor.config.accounts import AccountSection
from monitor.config.addresses import store_url
from monitor.config.calendars import ALWAYS_OPEN
from monitor.config.checking import check
from monitor.config.document import DocumentSection, HttpSection, SandboxSection
from monitor.config.examination import Checked
from monitor.config.installed import (
    Connectors,
    ConnectorSettings,
    Installed,
    Notifiers,
    installed_connectors,
    installed_notifiers,
)
from monitor.config.problems import ConfigError, Problem
from monitor.config.routing import NotifierEntry
from monitor.config.settings import Account, Config, Http, Retention, Sandbox, Surge
from monitor.config.targets import PRESETS
from monitor.config.yaml_lines import Document, read_yaml
from monitor.domain.calendar import ALWAYS, Calendar
from monitor.domain.post import bare_handle
from monitor.domain.target import Target
from monitor.ports.connector import Presence


def load(
    path: Path,
    environ: Mapping[str, str] = os.environ,
    connectors: Connectors | None = None,
    notifiers: Notifiers | None = None,
) -> Config:
    """The configuration in a file, with its secrets resolved.

    `connectors` and `notifiers` are those installed unless given. Raises ConfigError, which lists
    all problems.
    """
    document = read_yaml(_content(path))
    if document.root is None and document.problems:
        raise ConfigError(document.problems, path)
    known = Installed(
        installed_connectors() if connectors is None else connectors,
        installed_notifiers() if notifiers is None else notifiers,
    )
    checked = check(document, environ, path.parent, known)
    if isinstance(checked, Checked):
        return _config(path, checked, document)
    raise ConfigError(checked, path)


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        why = f"cannot be read: {error.strerror or 'it is no file'}"
    except UnicodeDecodeError:
        why = "is not a text in UTF-8"
    raise ConfigError([Problem(1, "", why)], path)


def _config(path: Path, checked: Checked, document: Document) -> Config:
    sections = checked.sections
    calendars = {name: entry.built() for name, entry in sections.calendars.items()}
    calendars[ALWAYS_OPEN] = ALWAYS
    promises = {**PRESETS, **sections.targets}
    return Config(
        path=path,
        store_url=store_url(sections.store.get_secret_value(), path.parent),
        sessions=(path.parent / sections.sessions).resolve() if sections.sessions else None,
        timezone=sections.timezone,
        http=_http(sections.http),
        sandbox=_sandbox(sections.sandbox) if sections.sandbox else None,
        calendars=calendars,
        targets={name: entry.built(name, calendars, ALWAYS) for name, entry in promises.items()},
        accounts=tuple(
            _account(entry, own, sections, calendars)
            for entry, own in zip(sections.accounts, checked.own, strict=True)
        ),
        notifiers={
            name: _notifier(name, checked, document.line(("notifiers", name)))
            for name in sections.notifiers
        },
        routes=tuple(entry.built(calendars) for entry in sections.routes),
        maintenance=tuple(entry.built(calendars) for entry in sections.maintenance),
        heartbeat=sections.heartbeat,
        templates=(path.parent / sections.templates).resolve() if sections.templates else None,
    )


def _notifier(name: str, checked: Checked, line: int) -> NotifierEntry:
    common, (kind, own) = checked.sections.notifiers[name], checked.notifiers[name]
    return NotifierEntry(name, kind, own, common.language, common.rate, line)


def _http(section: HttpSection) -> Http:
    hosts = {host.lower() for host in section.hosts}
    if section.external_url:
        hosts.add(urlsplit(section.external_url).hostname or "")
    url = section.external_url or f"http://{section.listen}"
    return Http(
        host=section.listen.host,
        port=section.listen.port,
        external_url=url,
        hosts=tuple(sorted(hosts)),
        tokens=tuple(map(token, section.tokens)),
        basic=tuple(map(login, section.basic)),
    )


def _sandbox(section: SandboxSection) -> Sandbox:
    return Sandbox(
        host=section.listen.host,
        port=section.listen.port,
        seed=section.seed,
        customers=section.customers,
        languages=section.languages,
        speed=section.speed,
    )


def _account(
    entry: AccountSection,
    own: ConnectorSettings,
    sections: DocumentSection,
    calendars: Mapping[str, Calendar],
) -> Account:
    calendar = calendars[entry.calendar]
    sisters = _sisters(entry, sections.accounts)
    return Account(
        name=entry.name,
        brand=entry.brand or entry.name,
        connector=entry.connector,
        presence=Presence(
            handle=entry.handle,
            agents=entry.agents,
            sisters=tuple(dict.fromkeys(sister.handle for sister in sisters)),
            history=entry.history,
        ),
        sisters=tuple(sister.name for sister in sisters),
        poll=entry.poll,
        polls=getattr(own, "polls", True),
        calendar=calendar,
        targets=_targets(entry, sections, calendars),
        reopen_after=entry.reopen_after,
        burst=entry.burst,
        wording=entry.wording(),
        settings=own,
        retention=Retention(sections.retention.text, sections.retention.posts),
        timezone=sections.timezone,
        surge=Surge(sections.surge.reach, sections.surge.reach_per_10m),
        digest=sections.digest.at if sections.digest else None,
    )


def _sisters(entry: AccountSection, accounts: Sequence[AccountSection]) -> list[AccountSection]:
    """The other accounts of the brand on this platform, if they are not among its agents."""
    ours = {bare_handle(handle) for handle in (entry.handle, *entry.agents)}
    return [
        other
        for other in accounts
        if other.connector == entry.connector
        and (other.brand or other.name) == (entry.brand or entry.name)
        and bare_handle(other.handle) not in ours
    ]


def _targets(
    entry: AccountSection, sections: DocumentSection, calendars: Mapping[str, Calendar]
) -> tuple[Target, ...]:
    promises = {**PRESETS, **sections.targets}
    names = sections.targets if entry.targets is None else entry.targets
    return tuple(
        promises[name].built(name, calendars, calendars[entry.calendar])
        for name in names
        if promises[name].is_for(entry.name)
    )
