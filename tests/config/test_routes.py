"""Who is told what: a route or a notifier that cannot work is a problem of the file."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.config import Match, Rate, Route, Subject, schema
from monitor.ports.notifier import AlertKind
from tests.config.files import ACCOUNTS, CONNECTORS, NOTIFIERS, Files

ROOM = "notifiers: {room: {bell: s3cr3t}}\n"
HOURS = "calendars: {desk: {timezone: UTC, open: {mon: ['08:00-12:00']}}}\n"


def routes(*entries: str) -> str:
    return ROOM + HOURS + "routes:\n" + "".join(f"  - {{{each}}}\n" for each in entries)


def test_a_notifier_has_its_kind_its_own_keys_and_those_of_all(files: Files) -> None:
    text = (
        "notifiers: {room: {bell: s3cr3t, loud: true, language: sv, rate: 20/m}, pole: {flag: x}}"
    )
    config = files.with_account(text)
    bell, pole = config.notifiers["room"], config.notifiers["pole"]

    assert (bell.name, bell.kind, bell.language) == ("room", "bell", "sv")
    assert bell.rate == Rate(20, timedelta(minutes=1))
    assert (pole.kind, pole.language, pole.rate) == ("flag", "en", None)
    assert "s3cr3t" not in repr(config)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{bel: x}", '"bel" is no notifier that is installed; did you mean "bell"?'),
        ("{slack: x}", '"slack" is no notifier that is installed; installed are: bell, flag, h'),
        ("{language: sv}", "names no kind; installed are: bell, flag, hollow"),
        ("{bell: x, flag: x}", "names 2 kinds: bell, flag; give each its own name"),
        ("{hollow: x}", '"hollow" cannot be used: its model has no build()'),
        ("{bell: x, lout: true}", 'unknown key; did you mean "loud"? bell has: bell, loud; every'),
        ("{bell: x, rate: 20}", "a number where there should be a rate such as 20/m"),
        ("{bell: x, rate: 0/m}", '"0/m" is not a rate; write 1/s, 20/m or 100/h'),
        ("{bell: x, language: '?'}", '"?" is not a language; write one such as en or pt-BR'),
        ("bell", "a text where there should be a mapping of keys to values"),
    ],
)
def test_a_notifier_that_cannot_be_used_is_a_problem(
    files: Files, entry: str, message: str
) -> None:
    problem = files.problem(f"notifiers:\n  room: {entry}" + ACCOUNTS)

    assert (problem.line, problem.key.startswith("notifiers.room")) == (2, True)
    assert problem.message.startswith(message)


def test_a_secret_of_a_notifier_is_never_shown(files: Files) -> None:
    told = str(files.refusal("notifiers: {r: {flag: ['${KEY}']}}" + ACCOUNTS, {"KEY": "s3cr3t"}))

    assert "notifiers.r.flag" in told
    assert "s3cr3t" not in told


def test_a_route_is_as_it_is_written(files: Files) -> None:
    (route,) = files.with_account(
        routes(
            "on: [breach, warning], to: [room], match: {brand: acme, language: [en, sv]},"
            "after: 15m, repeat_every: 1h, max_repeats: 3, active: desk, group_interval: 0s,"
            "late_arrivals: true, continue: true"
        )
    ).routes

    assert route.on == {AlertKind.BREACH, AlertKind.WARNING}
    assert route.match == Match(brands=("acme",), languages=("en", "sv"))
    assert (route.after, route.group_interval) == (timedelta(minutes=15), timedelta(0))
    assert (route.repeat_every, route.max_repeats) == (timedelta(hours=1), 3)
    assert route.active
    assert route.late_arrivals
    assert route.goes_on


def test_what_a_route_leaves_out_has_its_default(files: Files) -> None:
    config = files.with_account(routes("on: [breach], to: [room]"))

    assert config.routes == (Route(on=frozenset({AlertKind.BREACH}), to=("room",)),)


@pytest.mark.parametrize("sections", ["", "notifiers:\nroutes:\nmaintenance:\n"])
def test_nobody_need_be_told(files: Files, sections: str) -> None:
    config = files.with_account(sections)

    assert (config.notifiers, config.routes, config.maintenance) == ({}, (), ())


@pytest.mark.parametrize(
    ("entry", "key", "message"),
    [
        ("on: [breach], to: [rom]", "to[0]", 'no notifier named "rom"; did you mean "room"?'),
        ("on: [breach], to: []", "to", "names nothing"),
        ("on: [breach], to: [room, room]", "to", "names something twice"),
        ("on: [breech], to: [room]", "on[0]", '"breech" is not a fact; did you mean "breach"?'),
        ("on: [], to: [room]", "on", "names nothing"),
        ("on: [breach]", "to", "is missing"),
        ("on: [breach], to: [room], after: -5m", "after", '"-5m" is not a duration; write 20s'),
        ("on: [breach], to: [room], active: dusk", "active", 'no calendar named "dusk"; did you'),
        ("on: [breach], to: [room], match: {brand: acne}", "match.brand", 'no brand named "acne"'),
        ("on: [breach], to: [room], match: {account: b}", "match.account", 'no account named "b"'),
        ("on: [breach], to: [room], match: {target: b}", "match.target", 'no target named "b"; th'),
        ("on: [breach], to: [room], match: {platform: x}", "match.platform", "no platform named"),
        ("on: [breach], to: [room], match: {language: ''}", "match.language", '"" is not a lang'),
        ("on: [breach], to: [room], match: {surface: x}", "match.surface", '"x" is not a surface'),
        ("on: [breach], to: [room], match: {brands: x}", "match.brands", "unknown key; did you"),
        ("on: [breach], to: [room], match: {brand: []}", "match.brand", "a list where there shou"),
        ("on: [breach], to: [room], max_repeats: 3", "max_repeats", "is of no use without repeat"),
        ("on: [breach], to: [room], repeat_every: 1s", "repeat_every", "1s is too short; write"),
        ("on: [breach], to: [room], goes_on: true", "goes_on", "unknown key; there are: active, "),
    ],
)
def test_a_route_that_cannot_work_is_a_problem_with_its_line(
    files: Files, entry: str, key: str, message: str
) -> None:
    problem = files.problem(routes(entry) + ACCOUNTS)

    assert (problem.line, problem.key) == (4, f"routes[0].{key}")
    assert problem.message.startswith(message)


def test_a_route_that_fits_no_account_is_a_problem(files: Files) -> None:
    other = "  - {name: other, connector: drawer, handle: x}\n"
    entry = "on: [breach], to: [room], match: {brand: other, platform: kiosk}"
    problem = files.problem(routes(entry) + ACCOUNTS + other)

    assert problem.message == "fits no account: none has all of this"


ALL, LATE = "on: [breach, warning], to: [room]", "on: [breach], to: [room], late_arrivals: true"


@pytest.mark.parametrize(
    ("above", "below", "is_dead"),
    [
        (ALL, "on: [breach], to: [room]", True),
        (ALL, "on: [breach, blind], to: [room]", False),
        (ALL, LATE, False),
        (LATE, LATE, True),
        (ALL + ", continue: true", "on: [breach], to: [room]", False),
        (ALL + ", match: {brand: acme}", "on: [breach], to: [room]", False),
    ],
)
def test_a_route_below_one_that_takes_all_is_a_problem(
    files: Files, above: str, below: str, *, is_dead: bool
) -> None:
    text = routes(above, below)
    if is_dead:
        assert files.problem(text + ACCOUNTS).message.startswith("is never reached")
    else:
        assert len(files.with_account(text).routes) == 2


def test_maintenance_is_about_what_it_names(files: Files) -> None:
    config = files.with_account(
        HOURS + "maintenance: [{name: a, calendar: desk, match: {brand: acme}},"
        " {name: b, calendar: always}]\n"
    )
    acme = Subject(account="acme", brand="acme", platform="kiosk")

    assert [each.name for each in config.maintenance] == ["a", "b"]
    assert all(each.match.fits(acme) for each in config.maintenance)
    other = replace(acme, brand="other")
    assert [each.match.fits(other) for each in config.maintenance] == [False, True]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{name: a}", "is missing"),
        ("{name: a, calendar: desk, match: {}}", "is about nothing; leave it out to mean everyth"),
        ("{name: a, calendar: desk, match: {language: en}}", "unknown key; there are: account, "),
    ],
)
def test_maintenance_without_hours_or_sense_is_a_problem(
    files: Files, entry: str, message: str
) -> None:
    problem = files.problem(HOURS + f"maintenance: [{entry}]\n" + ACCOUNTS)

    assert problem.message.startswith(message)


@pytest.mark.parametrize("url", ["http://beats.example/x", "beats", "https://", "https://a b/"])
def test_a_heartbeat_goes_to_an_address_that_keeps_its_secret(files: Files, url: str) -> None:
    problem = files.problem("heartbeat: ${URL}" + ACCOUNTS, {"URL": url})

    assert problem.message == "is not an address; write https://HOST/.. (http: on loopback only)"


def test_a_heartbeat_and_own_texts_are_found(files: Files) -> None:
    url = "http://127.0.0.1:1/ping?key=s3cr3t"
    config = files.load("heartbeat: ${URL}\ntemplates: ../texts" + ACCOUNTS, {"URL": url})

    assert config.heartbeat
    assert config.heartbeat.get_secret_value() == url
    assert config.templates == files.path.parent.parent / "texts"
    assert "s3cr3t" not in repr(config)


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (Match(), True),
        (Match(brands=("acme",), platforms=("kiosk",)), True),
        (Match(brands=("acme",), platforms=("drawer",)), False),
        (Match(accounts=("other", "acme")), True),
        (Match(targets=("six",)), True),
        (Match(targets=("ten",)), False),
        (Match(languages=("pt",)), True),
        (Match(languages=("pt-PT",)), False),
        (Match(surfaces=("public",)), True),
        (Match(surfaces=("review",)), False),
        (Match(min_reach=100), True),
        (Match(min_reach=101), False),
    ],
)
def test_all_keys_of_a_match_must_fit(match: Match, *, fits: bool) -> None:
    subject = Subject(
        account="acme",
        brand="acme",
        platform="kiosk",
        target="six",
        language="pt-BR",
        surface="public",
        reach=100,
    )
    assert match.fits(subject) is fits


def test_what_is_about_no_wait_has_no_target_to_choose_by() -> None:
    blind = Subject(account="acme", brand="acme", platform="kiosk")

    assert not Match(targets=("six",)).fits(blind)
    assert not Match(languages=("en",)).fits(blind)


def test_a_route_keeps_its_key_however_it_is_told_and_not_what_it_is_about() -> None:
    route = Route(on=frozenset({AlertKind.BREACH, AlertKind.BLIND}), to=("room",))

    assert route.key == replace(route, to=("pager",), group_interval=timedelta(hours=1)).key
    assert route.key != replace(route, after=timedelta(minutes=1)).key
    assert route.key != replace(route, match=Match(brands=("acme",))).key


def test_the_schema_knows_each_notifier_s_own_keys() -> None:
    whole = schema(CONNECTORS, NOTIFIERS)
    bell, *_ = whole["properties"]["notifiers"]["additionalProperties"]["anyOf"]

    assert bell["required"] == ["bell"]
    assert {"bell", "loud", "language", "rate"} == set(bell["properties"])
    assert not bell["additionalProperties"]
    assert "continue" in whole["$defs"]["RouteSection"]["properties"]
