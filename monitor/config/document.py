"""The whole of a configuration file, as its author may write it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PlainValidator,
    PositiveInt,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from monitor.config.access import LoginSections, TokenSections
from monitor.config.accounts import AccountSection
from monitor.config.addresses import (
    Address,
    HostName,
    Listen,
    SecretAddress,
    StoreUrl,
    WebAddress,
    address,
)
from monitor.config.calendars import CalendarSection, NewCalendarName, Zone, zone
from monitor.config.fields import (
    Label,
    Language,
    Line,
    Many,
    Section,
    Span,
    at_least,
    default,
    text_of,
    written_as,
)
from monitor.config.routes import MaintenanceSection, NotifierSection, RouteSection
from monitor.config.targets import TargetSection
from monitor.domain.rhythm import Rhythm, parse_rhythm

SPOKEN = ("en", "ja", "ru", "sv", "zh", "de")
"""What the simulated people can write in."""


def _or_empty(empty: type[dict[str, Any]] | type[list[Any]]) -> BeforeValidator:
    """A heading with nothing under it."""
    return BeforeValidator(lambda value: empty() if value is None else value)


def _not_none(accounts: tuple[AccountSection, ...]) -> tuple[AccountSection, ...]:
    if not accounts:
        raise ValueError("names no account to watch")
    return accounts


class HttpSection(Section):
    tokens: Annotated[TokenSections, _or_empty(list)] = ()
    """What programs show to be let in. Once this or `basic` is set, nobody else is."""
    basic: Annotated[LoginSections, _or_empty(list)] = ()
    """Whom to let in by name and password."""
    listen: Listen = default("127.0.0.1:9877", address)
    """Where the page and the metrics are served; beyond loopback with `tokens` or `basic` only."""
    external_url: WebAddress | None = None
    """How people reach it: the links in notices and rules. Its host may be asked for."""
    hosts: Many[HostName] = ()
    """Further host names that may be asked for."""

    @field_validator("listen")
    @classmethod
    def _is_not_open_to_all(cls, where: Address, info: ValidationInfo) -> Address:
        """What stands above `listen` is known here, if it is well."""
        if where.is_loopback() or any(info.data.get(key, True) for key in ("tokens", "basic")):
            return where
        raise ValueError(
            f"{where} listens beyond loopback, where anybody could read and act; "
            f"set http.tokens or http.basic, or write 127.0.0.1:{where.port}"
        )


class RetentionSection(Section):
    text: Annotated[Span, at_least("1d")] | None = None
    """How old a post's text may become; what was read in it stays."""
    posts: Annotated[Span, at_least("1d")] | None = None
    """How old conversations may become in which nobody waits; their waits and figures stay."""


def _rhythm(value: Any) -> Rhythm:
    return parse_rhythm(text_of(value, 'a time such as "mon 08:00" or "daily 08:00"'))


class DigestSection(Section):
    at: Annotated[
        Rhythm, PlainValidator(_rhythm), written_as(examples=["mon 08:00", "daily 08:00"])
    ]
    """When the figures of the week or day before are told, on the clocks of `timezone`."""


class SurgeSection(Section):
    reach: PositiveInt | None = None
    """Likes, reposts, replies and views of a post from which on it is worth telling that nobody has
    answered it."""
    reach_per_10m: PositiveInt | None = None
    """By how many they grow in ten minutes from which on it is."""


class SandboxSection(Section):
    listen: Listen = default("127.0.0.1:9878", address)
    """Where the simulated platform is served."""
    seed: NonNegativeInt = 1
    """Which of all simulations."""
    languages: Many[Language] = Field(default=SPOKEN, min_length=1)
    """What the simulated people write in."""
    customers: PositiveInt = 200
    """How many they are; at least two a language."""
    speed: float = Field(default=1, gt=0, le=1_000)
    """The rate of events; their times are those of the wall clock."""

    @field_validator("languages")
    @classmethod
    def _are_spoken(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        for language in languages:
            if language not in SPOKEN:
                raise ValueError(f'nobody there writes "{language}"; write {", ".join(SPOKEN)}')
        return languages

    @field_validator("customers")
    @classmethod
    def _have_company(cls, customers: int, info: ValidationInfo) -> int:
        """The languages stand above, and are known here if they are well."""
        least = 2 * len(info.data.get("languages", ()))
        if customers < least:
            raise ValueError(
                f"{customers} are too few: each needs another of the same language; "
                f"write {least} or more"
            )
        return customers


class DocumentSection(Section):
    store: StoreUrl = default("sqlite:///replywatch.db", SecretStr)
    """Where everything is kept: sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME."""
    sessions: Line | None = None
    """The file in which logins to platforms are kept; beside the store's file unless set."""
    timezone: Zone = default("UTC", zone)
    """Of reports, of "today", of the hours of the week."""
    http: Annotated[HttpSection, _or_empty(dict)] = Field(default_factory=HttpSection)
    """The page, the API and the metrics."""
    retention: Annotated[RetentionSection, _or_empty(dict)] = Field(
        default_factory=RetentionSection
    )
    """How long what people wrote is kept; for ever unless set."""
    digest: DigestSection | None = None
    """When figures are told; never unless set."""
    surge: Annotated[SurgeSection, _or_empty(dict)] = Field(default_factory=SurgeSection)
    """From when on an open wait is one that spreads; more mentions than usual are told always."""
    sandbox: Annotated[SandboxSection | None, _or_empty(dict)] = None
    """The simulated platform, started beside the daemon if this stands here."""
    calendars: Annotated[dict[NewCalendarName, CalendarSection], _or_empty(dict)] = Field(
        default_factory=dict
    )
    """Opening hours by name. `always` is built in."""
    targets: Annotated[dict[Label, TargetSection], _or_empty(dict)] = Field(default_factory=dict)
    """Promises by name. An entry of a preset's name replaces it."""
    accounts: Annotated[Many[AccountSection], _or_empty(list), AfterValidator(_not_none)]
    """What is watched."""
    notifiers: Annotated[dict[Label, NotifierSection], _or_empty(dict)] = Field(
        default_factory=dict
    )
    """Places to tell, by name."""
    routes: Annotated[Many[RouteSection], _or_empty(list)] = ()
    """Which facts go to which notifiers: the first that fits, unless it says `continue`. Without
    routes all facts go to the log."""
    maintenance: Annotated[Many[MaintenanceSection], _or_empty(list)] = ()
    """Recurring times in which nobody is told."""
    heartbeat: SecretAddress | None = None
    """An address that is asked for each healthy minute, so that silence is noticed elsewhere."""
    templates: Line | None = None
    """A folder with own notice texts, over those that are shipped."""
