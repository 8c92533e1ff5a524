"""The simulation: who writes what, and when. Pure: time is an argument, chance has a seed.

The same scenario and start give the same posts, however often and in whatever steps the world
is advanced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random

from monitor.sandbox.cases import Case, Fate, chime_in
from monitor.sandbox.incidents import Incidents
from monitor.sandbox.instance import Instance, Status, Visibility
from monitor.sandbox.pace import cases_per_minute, viral_fame
from monitor.sandbox.people import Brand, Person, make_cast
from monitor.sandbox.phrases import LANGUAGES, hostile
from monitor.sandbox.stage import Stage

KINDS = {"ordinary": 0.88, "giveaway": 0.05, "direct": 0.03, "hostile": 0.02, "by edit": 0.02}
ANNOUNCEMENT_MINUTES = (8, 15)
BOOST_MINUTES = (10, 20)
FRIEND_SHARE = 0.4
STEADINESS = 3
SWEEP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What to simulate.

    `speed` multiplies the rate of new events; answers take as long at any speed, and stamps are
    those of the wall. `history` is simulated before the start. Of what was posted, about the
    newest `keep` statuses are remembered, for about `remember` at most.
    """

    seed: int = 1
    customers: int = 200
    languages: Sequence[str] = LANGUAGES
    speed: float = 1.0
    history: timedelta = timedelta(hours=1)
    keep: int = 20_000
    remember: timedelta = timedelta(hours=12)

    def __post_init__(self) -> None:
        unknown = [name for name in self.languages if name not in LANGUAGES]
        if unknown or not self.languages:
            known = ", ".join(LANGUAGES)
            raise ValueError(f"languages: {', '.join(unknown) or 'none'}; there are: {known}")
        if self.customers < 2 * len(self.languages):
            least = 2 * len(self.languages)
            raise ValueError(f"customers: {self.customers}; two a language at least, {least}")
        if not 0 < self.speed <= 1000:
            raise ValueError(f"speed: {self.speed}; write a number above 0, up to 1000")
        if self.keep < 1 or self.history < timedelta() or self.remember <= timedelta():
            raise ValueError("keep and remember must be above 0, history not below")


class World:
    """The simulated platform and all who write there, from `history` before `start` on."""

    def __init__(self, scenario: Scenario, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start has no time zone; give it one")
        rng = Random(scenario.seed)  # noqa: S311
        began = start - scenario.history
        cast = make_cast(rng, scenario.customers, scenario.languages, began)
        listeners = [brand.account for brand in cast.brands]
        numbers = Random(f"ids of {scenario.seed}")  # noqa: S311
        self.cast = cast
        self.instance = Instance(cast.everyone(), listeners, numbers)
        self._scenario = scenario
        self._stage = Stage(cast, self.instance, rng)
        self._plan(began, start)
        self.advance(start)

    def advance(self, now: datetime) -> None:
        """Let everything happen that happens up to `now`. Going back does nothing."""
        self._stage.agenda.run_until(now)

    def _plan(self, began: datetime, start: datetime) -> None:
        incidents = Incidents(self._stage, self._scenario.speed)
        self._stage.strain = incidents.strain
        incidents.plan(began, start)
        self._next_arrival(began)
        for brand in self.cast.brands:
            announce = partial(self._announce, brand)
            self._every(began, ANNOUNCEMENT_MINUTES, announce)
            self._every(began, BOOST_MINUTES, partial(self._boost, brand))
        self._open_with_something_to_see(start)
        self._sweep(began)

    def _open_with_something_to_see(self, start: datetime) -> None:
        """Whatever the hour: questions that nobody answers in time, within the first minute."""
        first, second = self.cast.brands
        opening = ((3, first, Fate.NEVER), (8, second, Fate.SLOW), (14, first, Fate.QUICK))
        for seconds, brand, fate in opening:
            at = start + timedelta(seconds=seconds)
            self._stage.agenda.add(at, partial(self._ask, brand, fate=fate))
        self._stage.agenda.add(start + timedelta(seconds=20), partial(self._attack, second))

    def _every(
        self, at: datetime, minutes: tuple[int, int], action: Callable[[datetime], None]
    ) -> None:
        def act_and_plan_next(at: datetime) -> None:
            action(at)
            self._every(at, minutes, action)

        gap = timedelta(minutes=self._stage.rng.uniform(*minutes)) / self._scenario.speed
        self._stage.agenda.add(at + gap, act_and_plan_next)

    def _next_arrival(self, at: datetime) -> None:
        """Steadier than Poisson, so that no hour of a demonstration falls silent."""
        rate = cases_per_minute(at) * self._scenario.speed
        gap = timedelta(minutes=self._stage.rng.gammavariate(STEADINESS, 1 / STEADINESS / rate))
        self._stage.agenda.add(at + gap, self._arrive)

    def _arrive(self, at: datetime) -> None:
        self._next_arrival(at)
        rng = self._stage.rng
        brand = rng.choice(self.cast.brands)
        match rng.choices(list(KINDS), list(KINDS.values()))[0]:
            case "giveaway":
                self._advertise(brand, at)
            case "direct":
                self._case(brand, Visibility.DIRECT).open(at)
            case "hostile":
                self._attack(brand, at)
            case "by edit":
                self._case(brand).open_by_edit(at)
            case _:
                self._ask(brand, at)

    def _ask(self, brand: Brand, at: datetime, *, fate: Fate | None = None) -> None:
        self._case(brand).open(at, fate=fate)

    def _case(self, brand: Brand, visibility: Visibility = Visibility.PUBLIC) -> Case:
        return Case(self._stage, brand, self._anybody(), visibility=visibility)

    def _anybody(self) -> Person:
        return self._stage.rng.choice(self.cast.customers)

    def _attack(self, brand: Brand, at: datetime) -> None:
        case = self._case(brand)
        case.open(at, text=hostile(case.question(), self._stage.rng))

    def _advertise(self, brand: Brand, at: datetime) -> None:
        """A bot names the brand and wants nothing of it."""
        bot = self._stage.rng.choice(self.cast.bots)
        text = self._stage.phrase(bot.language, "giveaway")
        text = f"{text} @{brand.account.username}"
        fame = viral_fame(self._stage.rng, 0, 30)
        self._stage.say(bot, text, at, language=bot.language, fame=fame)

    def _announce(self, brand: Brand, at: datetime) -> None:
        """The brand writes of its own accord; customers ask below it, and friends join in."""
        rng, stage = self._stage.rng, self._stage
        language = rng.choice(self._scenario.languages)
        text = stage.phrase(language, f"{brand.trade} announcement")
        fame = viral_fame(rng, 3, 120)
        post = stage.say(brand.account, text, at, language=language, fame=fame)
        speakers = [person for person in self.cast.customers if person.language == language]
        for customer in rng.sample(speakers, rng.randint(0, min(2, len(speakers)))):
            stage.later(at, 20, 300, partial(self._ask_below, brand, post, customer))

    def _ask_below(self, brand: Brand, post: Status, customer: Person, at: datetime) -> None:
        if self.instance.status(post.id):
            said = Case(self._stage, brand, customer).open(at, parent=post)
            if self._stage.rng.random() < FRIEND_SHARE:
                friendly = partial(chime_in, self._stage, said, section="chat")
                self._stage.later(at, 10, 60, friendly)

    def _boost(self, brand: Brand, at: datetime) -> None:
        posts = self.instance.statuses_of(self._anybody())
        if posts and posts[-1].visibility is Visibility.PUBLIC:
            self.instance.boost(brand.account, posts[-1], at)

    def _sweep(self, at: datetime) -> None:
        self.instance.forget(self._scenario.keep, at - self._scenario.remember)
        self._stage.agenda.add(at + SWEEP / self._scenario.speed, self._sweep)
