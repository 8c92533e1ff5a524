"""What a piece of work came to, and whether that is as promised."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Goal:
    """The value must be at most `limit`, or at least it; `stretch` is wished for."""

    limit: float
    stretch: float | None = None
    at_least: bool = False

    def is_met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def is_exceeded_by(self, value: float) -> bool:
        """Whether even what is wished for is reached."""
        return self.stretch is not None and replace(self, limit=self.stretch).is_met_by(value)


@dataclass(frozen=True, slots=True)
class Result:
    """`value` is held against the goal, in `unit` ("x" is a ratio of `ours` to `peer`).

    `ours` and `peer` tell what was measured, in words; `peer` is empty where nothing is beside it.
    """

    work: str
    ours: str
    peer: str
    value: float
    unit: str
    goal: Goal | None
    """None where it is only told."""

    @property
    def is_met(self) -> bool:
        return self.goal is None or self.goal.is_met_by(self.value)

    @property
    def is_stretched(self) -> bool:
        return self.goal is not None and self.goal.is_exceeded_by(self.value)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.is_met, "stretch_met": self.is_stretched}


@dataclass(frozen=True, slots=True)
class Skipped:
    """Work that could not be measured here, and why."""

    work: str
    reason: str


Outcome = Result | Skipped


def interleaved(
    ours: Callable[[], object],
    peer: Callable[[], object],
    times: int,
    before: Callable[[], object] = lambda: None,
) -> tuple[float, float]:
    """The median seconds of each. They take turns, so that a busy machine hurts both; `before`
    each turn something may be made ready. Neither pays for what stood before, or for what the other
    has left behind."""
    mine: list[float] = []
    others: list[float] = []
    both = [(others, peer), (mine, ours)]
    gc.collect()
    gc.freeze()
    for _ in range(times):
        before()
        for took, work in both:
            gc.collect()
            took.append(seconds(work))
        both.reverse()
    gc.unfreeze()
    return median(mine), median(others)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def ms(took: float) -> str:
    return f"{took * 1_000:.2f} ms"
