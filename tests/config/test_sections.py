"""The store, the page, the sandbox."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Http, Retention, Sandbox, Surge
from monitor.domain.rhythm import Rhythm
from monitor.sandbox.phrases import LANGUAGES
from monitor.sandbox.world import Scenario
from tests.config.files import ACCOUNTS, Files


def test_what_is_left_out_has_its_default(files: Files) -> None:
    config = files.with_account("")

    assert config.store_url == f"sqlite:///{files.path.with_name('replywatch.db')}"
    assert config.timezone == ZoneInfo("UTC")
    assert config.http == Http("127.0.0.1", 9877, "http://127.0.0.1:9877", ())
    assert config.sandbox is None


@pytest.mark.parametrize("sections", ["http:\ncalendars:\ntargets:\n", "http: {}\ntargets: {}\n"])
def test_a_heading_with_nothing_under_it_is_as_if_left_out(files: Files, sections: str) -> None:
    assert files.with_account(sections) == files.with_account("")


@pytest.mark.parametrize("sections", ["sandbox:\n", "sandbox: {}\n"])
def test_the_sandbox_is_started_where_its_heading_stands(files: Files, sections: str) -> None:
    languages = ("en", "ja", "ru", "sv", "zh", "de")

    assert files.with_account(sections).sandbox == Sandbox("127.0.0.1", 9878, 1, 200, languages, 1)


def test_the_file_of_the_store_is_found_from_the_configuration(files: Files) -> None:
    config = files.with_account("store: sqlite:///../other.db?timeout=5\n")

    assert config.store_url == f"sqlite:///{files.path.parent.parent / 'other.db'}?timeout=5"


def test_the_file_of_sessions_is_found_from_the_configuration(files: Files) -> None:
    assert files.with_account("").sessions is None
    assert files.with_account("sessions: ../s").sessions == files.path.parent.parent / "s"


@pytest.mark.parametrize(
    "store",
    [
        *("mysql://root:s3cr3t@db/x", "postgresql://db/x", "replywatch.db"),
        *("sqlite://", "sqlite:///", "sqlite:///:memory:"),
    ],
)
def test_another_store_is_refused_without_showing_it(files: Files, store: str) -> None:
    problem = files.problem(f'store: "{store}"' + ACCOUNTS)

    assert problem.message == (
        "is not a store; write sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
    )


def test_the_page_is_asked_for_by_its_address_and_further_names(files: Files) -> None:
    config = files.with_account(
        'http: {listen: "[::1]:80", external_url: https://Care.example/rw/, hosts: [IN.example]}\n'
    )

    assert config.http == Http("::1", 80, "https://Care.example/rw", ("care.example", "in.example"))


@pytest.mark.parametrize("listen", ["0.0.0.0:9877", "192.0.2.1:9877", "[::]:9877"])
def test_beyond_loopback_it_listens_with_auth_only(files: Files, listen: str) -> None:
    problem = files.problem(f'http: {{listen: "{listen}"}}' + ACCOUNTS)

    assert problem.message == (
        f"{listen} listens beyond loopback, where anybody could read and act;"
        " set http.tokens or http.basic, or write 127.0.0.1:9877"
    )


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("listen: 9877", 'a number where there should be an address such as "127.0.0.1:9877"'),
        ("listen: localhost", '"localhost" is not an address such as 127.0.0.1:9877'),
        ('listen: "127.0.0.1:65536"', '"127.0.0.1:65536" is not an address such as 127.0.0.1:9877'),
        ("external_url: care.example", "is not an address such as https://care.example.com"),
        ("external_url: https://me:s3cr3t@x", "is not an address such as https://care.example.com"),
        ("external_url: 'http://[x'", "is not an address such as https://care.example.com"),
        ("hosts: ['a:80']", '"a:80" is not a host name; write it without scheme, port and path'),
    ],
)
def test_an_address_that_cannot_be_one_is_refused(files: Files, keys: str, message: str) -> None:
    problem = files.problem(f"http: {{{keys}}}" + ACCOUNTS)

    assert problem.message.startswith(message)


@pytest.mark.parametrize(
    "keys", ["seed: -1", "customers: 0", "speed: 0", "speed: .inf", "languages: []", "seed: true"]
)
def test_a_sandbox_that_does_nothing_is_refused(files: Files, keys: str) -> None:
    problem = files.problem(f"sandbox: {{{keys}}}" + ACCOUNTS)

    assert problem.key == f"sandbox.{keys.partition(':')[0]}"


@pytest.mark.parametrize(
    ("keys", "key", "message"),
    [
        ("customers: 11", "customers", "11 are too few: "),
        ("customers: 3, languages: [en, sv]", "customers", "3 are too few: "),
        ("languages: [en, fr]", "languages", 'nobody there writes "fr"; write en, ja, ru, sv, '),
    ],
)
def test_a_sandbox_of_whom_nobody_could_talk_is_refused(
    files: Files, keys: str, key: str, message: str
) -> None:
    problem = files.problem(f"sandbox: {{{keys}}}" + ACCOUNTS)

    assert (problem.line, problem.key) == (1, f"sandbox.{key}")
    assert problem.message.startswith(message)


@pytest.mark.parametrize("languages", [LANGUAGES, ("en",)])
def test_the_sandbox_plays_what_may_be_written(files: Files, languages: tuple[str, ...]) -> None:
    least = 2 * len(languages)
    written = f"sandbox: {{customers: {least}, languages: [{', '.join(languages)}]}}\n"
    asked = files.with_account(written).sandbox

    assert asked is not None
    Scenario(customers=asked.customers, languages=asked.languages)
    with pytest.raises(ValueError, match="two a language"):
        Scenario(customers=least - 1, languages=languages)


@pytest.mark.parametrize("sections", ["", "retention:\n", "retention: {text: null}\n"])
def test_what_people_wrote_is_kept_for_ever_unless_set(files: Files, sections: str) -> None:
    assert files.with_account(sections).accounts[0].retention == Retention(None, None)


def test_every_account_knows_how_long_it_may_keep_what_people_wrote(files: Files) -> None:
    config = files.with_account("retention: {text: 90d, posts: 400d}\n")

    ages = Retention(timedelta(days=90), timedelta(days=400))
    assert [account.retention for account in config.accounts] == [ages]


@pytest.mark.parametrize("keys", ["text: 1h", "posts: 23h"])
def test_nothing_goes_within_a_day(files: Files, keys: str) -> None:
    problem = files.problem(f"retention: {{{keys}}}" + ACCOUNTS)

    assert problem.message.endswith("is too short; write 1d or more")


@pytest.mark.parametrize("sections", ["", "surge:\n", "surge: {}\n"])
def test_neither_figures_nor_spreading_posts_are_told_unless_set(
    files: Files, sections: str
) -> None:
    account = files.with_account(sections).accounts[0]

    assert (account.digest, account.surge) == (None, Surge(None, None))


def test_every_account_knows_when_its_figures_are_told_and_by_which_clock(files: Files) -> None:
    account = files.with_account(
        "timezone: Asia/Tokyo\ndigest: {at: sun 06:30}\nsurge: {reach: 10000, reach_per_10m: 5}\n"
    ).accounts[0]

    assert account.digest == Rhythm(time(6, 30), weekday=6)
    assert account.timezone == ZoneInfo("Asia/Tokyo")
    assert account.surge == Surge(10_000, 5)


@pytest.mark.parametrize(
    ("sections", "key", "message"),
    [
        (
            'digest: {at: "8:00"}',
            "digest.at",
            '"8:00" is no time of a week or day; write "mon 08:00" or "daily 08:00"',
        ),
        (
            "digest: {at: 800}",
            "digest.at",
            'a number where there should be a time such as "mon 08:00" or "daily 08:00"',
        ),
        ("digest: {}", "digest.at", "is missing"),
        ("surge: {reach: 0}", "surge.reach", "Input should be greater than 0"),
        ("surge: {reach_per_10m: many}", "surge.reach_per_10m", "a text where there should be"),
        ("surge: {reech: 1}", "surge.reech", 'unknown key; did you mean "reach"?'),
    ],
)
def test_what_cannot_be_told_is_refused(
    files: Files, sections: str, key: str, message: str
) -> None:
    problem = files.problem(f"timezone: UTC\n{sections}{ACCOUNTS}")

    assert (problem.line, problem.key) == (2, key)
    assert problem.message.startswith(message)
