"""Who lives on the simulated server: brands, their agents, and customers of many languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp
from random import Random

from monitor.sandbox.phrases import load

FIRST_ID = 109_000_000_000_000_000
ID_STEP = 7_919_000_000_003
CUSTOMERS_FOR_A_BOT = 60


@dataclass(frozen=True, slots=True)
class Person:
    """An account. `username` is unique without regard to case; `calls_name` is how to greet."""

    id: int
    username: str
    name: str
    language: str
    followers: int
    created_at: datetime
    bot: bool = False
    note: str = ""
    calls_name: str = ""


@dataclass(frozen=True, slots=True)
class Brand:
    """An account that is asked for help.

    `trade` chooses its phrases. Agents answer from their own accounts; `signers` are the names
    under answers that the brand's own account gives.
    """

    account: Person
    trade: str
    agents: Sequence[Person]
    signers: Sequence[str]

    def speaks_as(self, person: Person) -> bool:
        return person == self.account or person in self.agents


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody. Bots are not among the customers."""

    brands: Sequence[Brand]
    customers: Sequence[Person]
    bots: Sequence[Person]

    def everyone(self) -> Iterator[Person]:
        for brand in self.brands:
            yield brand.account
            yield from brand.agents
        yield from self.customers
        yield from self.bots

    def brand_of(self, person: Person) -> Brand | None:
        """The brand for which this person speaks."""
        return next((brand for brand in self.brands if brand.speaks_as(person)), None)


def make_cast(rng: Random, customers: int, languages: Sequence[str], born: datetime) -> Cast:
    """Two brands and `customers` people, who share the languages evenly.

    A few of them more are bots. No account is younger than `born`.
    """
    maker = _Maker(rng, born)
    brands = (maker.tarn_air(), maker.kelda_mobile())
    bots = 1 + customers // CUSTOMERS_FOR_A_BOT
    people = [maker.customer(languages[at % len(languages)]) for at in range(customers)]
    return Cast(brands, people, [maker.bot(at, languages[0]) for at in range(bots)])


class _Maker:
    def __init__(self, rng: Random, born: datetime) -> None:
        self._rng = rng
        self._born = born
        self._taken: set[str] = set()

    def tarn_air(self) -> Brand:
        account = self._person("tarn_air", "Tarn Air", "en", 48_210, note="We fly north.")
        agents = tuple(
            self._person(f"tarn_{name.lower()}", f"{name} at Tarn Air", "en", 310, calls_name=name)
            for name in ("Anna", "Jon")
        )
        return Brand(account, "airline", agents, ("Anna", "Jon", "Tarn Air"))

    def kelda_mobile(self) -> Brand:
        note = "Calls, data, people who answer."
        account = self._person("kelda_mobile", "Kelda Mobile", "en", 31_977, note=note)
        return Brand(account, "telephone", (), ("Mia", "Ravi", "Elin"))

    def customer(self, language: str) -> Person:
        book = load(language)
        given, given_latin = self._rng.choice(book.pairs("given"))
        family, family_latin = self._rng.choice(book.pairs("family"))
        shape = self._rng.choice(("{given}_{family}", "{given}{year}", "{family}_{given}"))
        year = self._rng.randint(60, 99)
        username = shape.format(given=given_latin, family=family_latin, year=year)
        name = book.sections["full name"][0].format(given=given, family=family)
        calls_name = family if language == "ja" else given
        username = self._free(username)
        return self._person(username, name, language, self._followers(), calls_name=calls_name)

    def bot(self, number: int, language: str) -> Person:
        username = self._free(f"daily_deals_{number + 1}")
        return self._person(username, "Daily Deals", language, self._followers(), bot=True)

    def _followers(self) -> int:
        """Lognormal: half have fewer than 150, one in fifty more than 3,000."""
        return int(150 * exp(self._rng.gauss(0, 1.5)))

    def _free(self, username: str) -> str:
        free, number = username, 1
        while free in self._taken:
            number += 1
            free = f"{username}{number}"
        return free

    def _person(
        self,
        username: str,
        name: str,
        language: str,
        followers: int,
        *,
        bot: bool = False,
        note: str = "",
        calls_name: str = "",
    ) -> Person:
        self._taken.add(username)
        born = self._born - timedelta(days=self._rng.randint(30, 2000))
        number = FIRST_ID + ID_STEP * len(self._taken)
        return Person(number, username, name, language, followers, born, bot, note, calls_name)
