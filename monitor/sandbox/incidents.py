"""Now and then something breaks: many complain of one thing at once, and answers take longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from monitor.sandbox.cases import Case, Fate
from monitor.sandbox.pace import viral_fame
from monitor.sandbox.people import Brand
from monitor.sandbox.stage import Stage

TOPICS = {"airline": ("check-in", "strike"), "telephone": ("outage", "billing")}
FIRST_MINUTES = (3, 6)
GAP_MINUTES = (20, 30)
PAST_MINUTES = (28, 40)  # before the start: so that the first page of history shows one
LASTING_MINUTES = (4, 6)
COMPLAINTS = (12, 22)
MOST_COMPLAINTS = 300
STATEMENT_MINUTES = (2, 4)
STRAIN = 3.0
RECOVERY = timedelta(minutes=3)
LOUDEST = 10


@dataclass(frozen=True, slots=True)
class Incident:
    brand: Brand
    topic: str
    began_at: datetime
    ended_at: datetime

    def strain(self, at: datetime) -> float:
        """By how much answers are slower: fully while it lasts, then less and less."""
        if not self.began_at <= at < self.ended_at + RECOVERY:
            return 1.0
        over = max(at - self.ended_at, timedelta())
        return STRAIN - (STRAIN - 1) * (over / RECOVERY)


class Incidents:
    """Plans them one after another on the stage; two never overlap."""

    def __init__(self, stage: Stage, speed: float) -> None:
        self._stage = stage
        self._speed = speed
        self._latest: Incident | None = None

    def plan(self, began: datetime, start: datetime) -> None:
        """One in the past, if the past (since `began`) is long enough, and the first to be seen."""
        rng = self._stage.rng
        past = start - timedelta(minutes=rng.uniform(*PAST_MINUTES))
        if past >= began:
            self._stage.agenda.add(past, self._begin)
        first = timedelta(minutes=rng.uniform(*FIRST_MINUTES)) / self._speed
        self._stage.agenda.add(start + first, self._begin_and_plan_next)

    def strain(self, brand: Brand, at: datetime) -> float:
        incident = self._latest
        return incident.strain(at) if incident and incident.brand == brand else 1.0

    def _begin_and_plan_next(self, at: datetime) -> None:
        self._begin(at)
        gap = timedelta(minutes=self._stage.rng.uniform(*GAP_MINUTES)) / self._speed
        over = timedelta(minutes=LASTING_MINUTES[1]) + RECOVERY
        self._stage.agenda.add(at + max(gap, over), self._begin_and_plan_next)

    def _begin(self, at: datetime) -> None:
        rng = self._stage.rng
        brand = rng.choice(self._stage.cast.brands)
        topic = rng.choice(TOPICS[brand.trade])
        lasting = timedelta(minutes=rng.uniform(*LASTING_MINUTES))
        self._latest = incident = Incident(brand, topic, at, at + lasting)
        self._raise_alarm(incident, at)
        complaints = min(int(rng.randint(*COMPLAINTS) * self._speed), MOST_COMPLAINTS)
        for _ in range(complaints):
            share = rng.triangular(0.02, 1, 0.25)
            self._stage.agenda.add(at + lasting * share, partial(self._complain, incident))
        least, most = STATEMENT_MINUTES
        self._stage.later(at, least * 60, most * 60, partial(self._state, incident))

    def _raise_alarm(self, incident: Incident, at: datetime) -> None:
        """Somebody whom many follow is hit first; that post travels."""
        loudest = sorted(self._stage.cast.customers, key=lambda person: -person.followers)
        customer = self._stage.rng.choice(loudest[:LOUDEST])
        case = Case(self._stage, incident.brand, customer, section=f"incident: {incident.topic}")
        case.open(at, fate=Fate.SLOW, fame=viral_fame(self._stage.rng, 800, 6000))

    def _complain(self, incident: Incident, at: datetime) -> None:
        customer = self._stage.rng.choice(self._stage.cast.customers)
        case = Case(self._stage, incident.brand, customer, section=f"incident: {incident.topic}")
        case.open(at, fame=viral_fame(self._stage.rng, 5, 5 + customer.followers // 4))

    def _state(self, incident: Incident, at: datetime) -> None:
        account = incident.brand.account
        text = self._stage.phrase(account.language, f"{incident.brand.trade} statement")
        self._stage.say(account, text, at, language=account.language)
