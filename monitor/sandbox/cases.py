"""One customer's conversation with one brand: asking, waiting, nudging, being answered or not."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import partial

from monitor.sandbox.instance import Status, Visibility
from monitor.sandbox.pace import UNKNOWN, Fame, ordinary_fame
from monitor.sandbox.people import Brand, Person
from monitor.sandbox.stage import Stage


class Fate(StrEnum):
    """What a question meets with."""

    QUICK = "quick"
    SLOW = "slow"
    AUTOMATED = "automated"
    DEFLECTED = "deflected"
    NEVER = "never"


FATES = {
    Fate.QUICK: 0.55,
    Fate.SLOW: 0.15,
    Fate.AUTOMATED: 0.08,
    Fate.DEFLECTED: 0.07,
    Fate.NEVER: 0.15,
}
FATES_OF_FOLLOW_UPS = {Fate.QUICK: 0.6, Fate.SLOW: 0.15, Fate.NEVER: 0.25}

# Seconds to an answer by a person. Of an automated one: 1 to 4.
DELAYS = {
    Fate.QUICK: (5, 25),
    Fate.SLOW: (35, 180),
    Fate.AUTOMATED: (20, 150),
    Fate.DEFLECTED: (5, 40),
}
MOST_ROUNDS = 3
MOST_NUDGES = 3
NUDGE_SHARE = 0.45
THANKS_SHARE = 0.35
FOLLOW_UP_SHARE = 0.25
BRAND_ITSELF_SHARE = 0.3
NAMED_LAST_SHARE = 0.2
NEIGHBOUR_SHARE = 0.12
DELETED_SHARE = 0.03
CORRECTED_SHARE = 0.02
HASHTAG_SHARE = 0.06
LINK_SHARE = 0.06
PICTURES = "https://pictures.example.com/seen/"


class Case:
    """Plans itself on the stage's agenda, one step after another.

    `section` chooses its questions. A turn ends with an answer; what was planned for an
    earlier turn (a nudge, an answer) then falls away.
    """

    def __init__(
        self,
        stage: Stage,
        brand: Brand,
        customer: Person,
        *,
        section: str = "question",
        visibility: Visibility = Visibility.PUBLIC,
    ) -> None:
        self._stage = stage
        self._brand = brand
        self._customer = customer
        self._section = f"{brand.trade} {section}"
        self._visibility = visibility
        self._asked: list[int] = []
        self._turn = 0
        self._rounds = 0

    def question(self) -> str:
        """What to ask, now and then with a hashtag or a link to a picture of it."""
        rng = self._stage.rng
        text = self._stage.phrase(self._customer.language, self._section)
        chance = rng.random()
        if chance < HASHTAG_SHARE:
            return f"{text} #{self._brand.account.name.replace(' ', '')}"
        if chance < HASHTAG_SHARE + LINK_SHARE:
            return f"{text} {PICTURES}{rng.randint(1000, 9999)}?size=large&from=post"
        return text

    def open(
        self,
        at: datetime,
        *,
        text: str | None = None,
        parent: Status | None = None,
        fate: Fate | None = None,
        fame: Fame | None = None,
    ) -> Status:
        """Ask. Under `parent` (the brand's own post) or, without one, naming the brand."""
        asked = text or self.question()
        text = asked if parent else self._addressed(asked)
        fame = fame or ordinary_fame(self._stage.rng, self._customer.followers)
        status = self._say(text, at, parent, fame)
        self._wait(status, at, fate or self._draw(FATES))
        if fate is None and self._visibility is Visibility.PUBLIC:
            self._embroider(status, at)
        return status

    def open_by_edit(self, at: datetime) -> None:
        """Ask nobody, and add the brand's name some time later: from then on they wait."""
        text = self.question()
        status = self._say(text, at)

        def add_name(at: datetime) -> None:
            if self._stage.instance.status(status.id):
                self._stage.correct(status, f"@{self._brand.account.username} {text}", at)
                self._wait(status, at, self._draw(FATES))

        self._stage.later(at, 20, 60, add_name)

    def _addressed(self, text: str) -> str:
        name = f"@{self._brand.account.username}"
        if self._stage.rng.random() < NAMED_LAST_SHARE:
            return f"{text} {name}"
        return f"{name} {text}"

    def _embroider(self, status: Status, at: datetime) -> None:
        rng, later = self._stage.rng, self._stage.later
        if rng.random() < NEIGHBOUR_SHARE:
            later(at, 15, 120, partial(chime_in, self._stage, status))
        if rng.random() < DELETED_SHARE:
            later(at, 15, 120, partial(self._delete, status))
        elif rng.random() < CORRECTED_SHARE:
            later(at, 10, 60, partial(self._correct, status))

    def _wait(self, status: Status, at: datetime, fate: Fate) -> None:
        self._turn += 1
        self._asked = [status.id]
        if fate is Fate.AUTOMATED:
            self._stage.later(at, 1, 4, partial(self._acknowledge, self._turn))
        if fate is not Fate.NEVER:
            strain = self._stage.strain(self._brand, at)
            least, most = DELAYS[fate]
            answer = partial(self._answer, self._turn, fate)
            self._stage.later(at, least * strain, most * strain, answer)
        self._stage.later(at, 40, 120, partial(self._nudge, self._turn))

    def _nudge(self, turn: int, at: datetime) -> None:
        parent = self._latest()
        if turn != self._turn or parent is None or self._stage.rng.random() > NUDGE_SHARE:
            return
        text = self._stage.phrase(self._customer.language, "nudge")
        self._asked.append(self._say(text, at, parent).id)
        if len(self._asked) <= MOST_NUDGES:
            self._stage.later(at, 60, 180, partial(self._nudge, turn))

    def _acknowledge(self, turn: int, at: datetime) -> None:
        parent = self._latest()
        if turn == self._turn and parent is not None:
            self._reply("automated", parent, self._brand.account, self._brand.signers[0], at)

    def _answer(self, turn: int, fate: Fate, at: datetime) -> None:
        parent = self._latest()
        if turn != self._turn or parent is None:
            return
        self._turn += 1
        author, signer = self._answerer()
        section = "deflection" if fate is Fate.DEFLECTED else "answer"
        self._react(self._reply(section, parent, author, signer, at), fate, at)

    def _answerer(self) -> tuple[Person, str]:
        """The brand's own account, or an agent; agents do not see what is direct."""
        rng, brand = self._stage.rng, self._brand
        direct = self._visibility is Visibility.DIRECT
        if direct or not brand.agents or rng.random() < BRAND_ITSELF_SHARE:
            return brand.account, rng.choice(brand.signers)
        agent = rng.choice(brand.agents)
        return agent, agent.calls_name

    def _react(self, answer: Status, fate: Fate, at: datetime) -> None:
        chance = self._stage.rng.random()
        if chance < THANKS_SHARE:
            self._stage.later(at, 10, 60, partial(self._thank, answer))
        elif (
            chance < THANKS_SHARE + FOLLOW_UP_SHARE
            and fate is not Fate.DEFLECTED
            and self._rounds < MOST_ROUNDS
        ):
            self._stage.later(at, 10, 90, partial(self._follow_up, answer))

    def _thank(self, answer: Status, at: datetime) -> None:
        if self._stage.instance.status(answer.id):
            self._say(self._stage.phrase(self._customer.language, "thanks"), at, answer)

    def _follow_up(self, answer: Status, at: datetime) -> None:
        if self._stage.instance.status(answer.id):
            self._rounds += 1
            section = f"{self._brand.trade} follow-up"
            text = self._stage.phrase(self._customer.language, section)
            status = self._say(text, at, answer)
            self._wait(status, at, self._draw(FATES_OF_FOLLOW_UPS))

    def _delete(self, status: Status, _at: datetime) -> None:
        if self._stage.instance.status(status.id):
            self._stage.instance.delete(status.id)

    def _correct(self, status: Status, at: datetime) -> None:
        if self._stage.instance.status(status.id):
            note = self._stage.phrase(self._customer.language, "edit")
            self._stage.correct(status, f"{status.text}\n\n{note}", at)

    def _latest(self) -> Status | None:
        """The newest of this turn's mentions that is still there."""
        found = (self._stage.instance.status(number) for number in reversed(self._asked))
        return next((status for status in found if status is not None), None)

    def _say(
        self, text: str, at: datetime, parent: Status | None = None, fame: Fame = UNKNOWN
    ) -> Status:
        return self._stage.say(
            self._customer,
            text,
            at,
            language=self._customer.language,
            parent=parent,
            visibility=self._visibility,
            fame=fame,
        )

    def _reply(
        self, section: str, parent: Status, author: Person, signer: str, at: datetime
    ) -> Status:
        language = self._customer.language
        text = self._stage.phrase(language, section, name=self._customer.calls_name, agent=signer)
        return self._stage.say(
            author, text, at, language=language, parent=parent, visibility=self._visibility
        )

    def _draw(self, fates: dict[Fate, float]) -> Fate:
        return self._stage.rng.choices(list(fates), list(fates.values()))[0]


def chime_in(stage: Stage, status: Status, at: datetime, *, section: str = "neighbour") -> None:
    """A friend answers the customer; the brand's name is copied along, and nobody asks for it."""
    if stage.instance.status(status.id) is None:
        return
    friend = stage.companion(status.author)
    said = stage.say(
        friend,
        stage.phrase(status.language, section),
        at,
        language=status.language,
        parent=status,
    )
    if section == "neighbour" and stage.rng.random() < 1 / 2:
        stage.later(at, 10, 60, partial(_chat_back, stage, status.author, said))


def _chat_back(stage: Stage, customer: Person, said: Status, at: datetime) -> None:
    if stage.instance.status(said.id):
        text = stage.phrase(said.language, "chat")
        stage.say(customer, text, at, language=said.language, parent=said)
