"""What is told to whom: a table to be read, each line of which is run.

A customer asks an account that promises an answer within six minutes, with warnings after three and
five. `room` is told; times are minutes. Each line is run over a store of its own, through the real
judge, routes, outbox and notifier, on a clock that stands at each minute of the line in turn.

What can happen: the customer `asks` (`asks@0`: at 0, but it is seen now only), or asks again
(`nudges`); the platform is `seen` up to that minute, and what has fallen due is judged
(`seen-blind`: that ends a span of blindness); the brand `answers` (`answers@5`: at 5, but it is
seen now only); somebody `acks`, `releases` or `dismisses`; a `silence-9` begins that ends at 9, or
is `unsilence`d; the account goes `blind`, `failing`, or is `sighted`, `healed`; the room is `down`,
`refuses`, or is `up`; the program is `killed` between telling and noting that it has, or does a
`restart`. `-` is time that passes.

What the room hears: at which minute, which facts in one message, the worst first. `held` marks what
was gathered while nobody was there, and `=` what it has heard before, under the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from monitor.config import Route
from monitor.cycle import silencing
from monitor.cycle.notify import everything_to
from monitor.domain.calendar import Calendar, Hours
from monitor.domain.wait import Deed, Dismissal
from monitor.ports.connector import FetchError, Reason
from monitor.ports.notifier import AlertKind, Notice
from monitor.store import alerts
from monitor.store.alerts import Fact
from tests.building import at, mention, reply
from tests.cycle.house import House
from tests.telling import Ears, begin, plan_to, tell

ALL = everything_to("room")
BREACHES = replace(ALL, on=frozenset({AlertKind.BREACH, AlertKind.RECOVERED}))
OPEN_FROM_TEN_PAST = Calendar(ZoneInfo("UTC"), {0: (Hours(10 * 60 + 10, 24 * 60),)})
SHUT_FROM_SEVEN_TO_TWELVE_PAST = Calendar(
    ZoneInfo("UTC"), {0: (Hours(0, 10 * 60 + 7), Hours(10 * 60 + 12, 24 * 60))}
)

ROUTES: dict[str, Route] = {
    "all": ALL,
    "breaches": BREACHES,
    "after 5": replace(BREACHES, after=timedelta(minutes=5)),
    "every 10": replace(BREACHES, repeat_every=timedelta(minutes=10), max_repeats=2),
    "from :10": replace(ALL, active=OPEN_FROM_TEN_PAST),
    "but 7-12": replace(ALL, active=SHUT_FROM_SEVEN_TO_TWELVE_PAST),
    "gather 4": replace(ALL, group_interval=timedelta(minutes=4)),
    "late too": replace(ALL, late_arrivals=True),
    "no breach": replace(ALL, on=ALL.on - {AlertKind.BREACH}),
}

TABLE = """
# Facts, told as they come to be
| all       | 0 asks, 3 seen, 5 seen, 6 seen        | 3 warning; 5 warning; 6 breach   |
| all       | 0 asks, 2 answers, 6 seen             |                                  |
| all       | 0 asks, 6 answers, 7 seen             |                                  |
| breaches  | 0 asks, 3 seen, 6 seen                | 6 breach                         |
| breaches  | 0 asks, 6 seen, 8 answers             | 6 breach; 8 recovered            |
| all       | 0 asks, 6 seen, 8 answers@5           | 6 breach; 8 corrected            |
| all       | 0 asks, 6 seen, 8 nudges, 9 nudges    | 6 breach; 8 nudged; 9 nudged     |
| all       | 0 asks, 6 seen, 8 dismisses, 9 seen   | 6 breach                         |
| all       | 1 blind, 9 sighted                    | 1 blind; 9 blind_over            |
| all       | 1 failing, 9 healed                   | 1 failing; 9 healed              |

# What ends something is for those alone who heard that it began
| no breach | 0 asks, 6 seen, 8 answers             |                                  |
| no breach | 0 asks, 6 seen, 8 answers@5           |                                  |

# Of a wait that is over nobody is called any more
| all       | 0 asks, 8 answers, 9 seen             |                                  |
| all       | 0 asks, 9 seen-blind                  | 9 breach                         |
| all       | 0 asks, 8 answers, 9 seen-blind       |                                  |
| all       | 0 asks, 4 seen, 9 seen                | 4 warning; 9 breach              |

# History is never told, and what arrives late only where it is asked for
| all       | 0 asked-before, 3 seen, 6 seen        |                                  |
| all       | 4 asks@0, 6 seen                      |                                  |
| late too  | 4 asks@0, 6 seen                      | 6 breach                         |

# Who takes a customer on is not reminded, and whoever hears of it sees who has them
| all       | 0 asks, 1 acks, 3 seen, 6 seen        | 6 breach                         |
| all       | 0 asks, 1 acks, 2 releases, 3 seen    | 3 warning                        |
| all       | 0 asks, 6 seen, 7 acks, 8 answers     | 6 breach; 8 recovered            |
| all       | 0 asks, 6 seen, 7 acks, 8 nudges      | 6 breach; 8 nudged               |

# An escalation comes if nobody has answered by then, as far as has been seen
| after 5   | 0 asks, 6 seen, 11 seen               | 11 breach                        |
| after 5   | 0 asks, 6 seen, 10 answers, 11 seen   |                                  |
| after 5   | 0 asks, 6 seen, 10 dismisses, 11 seen |                                  |
| after 5   | 0 asks, 6 seen, 10 acks, 11 seen      |                                  |
| after 5   | 0 asks, 6 seen, 8 acks, 12 seen, 13 releases, 14 seen | 13 breach        |
| after 5   | 0 asks, 6 seen, 11 -, 12 -, 13 seen   | 13 breach                        |
| after 5   | 0 asks, 6 seen, 11 -, 13 answers, 14 seen |                              |
| after 5   | 0 asks, 6 seen, 11 seen, 12 answers   | 11 breach; 12 recovered          |

# Reminders, while it stands and nobody has taken it
| every 10  | 0 asks, 6 seen, 15 seen, 16 seen, 26 seen, 36 seen | 6 breach; 16 breach; 26 breach |
| every 10  | 0 asks, 6 seen, 12 answers, 16 seen   | 6 breach; 12 recovered           |
| every 10  | 0 asks, 6 seen, 12 acks, 16 seen, 26 seen | 6 breach                     |
| every 10  | 0 asks, 6 seen, 12 acks, 16 seen, 18 releases, 19 seen | 6 breach; 18 breach |
| every 10  | 0 asks, 6 seen, 90 seen               | 6 breach; 90 breach              |
| every 10  | 0 asks, 6 seen, 8 restart, 16 seen    | 6 breach; 16 breach              |

# Outside the hours all is held, and what still stands is told as one
| from :10  | 0 asks, 6 seen, 9 -, 10 -             | 10 held breach                   |
| from :10  | 0 asks, 3 seen, 8 answers, 10 seen    |                                  |
| from :10  | 0 asks, 6 seen, 7 answers@5, 10 -     |                                  |
| from :10  | 0 asks, 6 seen, 7 nudges, 8 nudges, 10 - | 10 held breach+nudged         |
| from :10  | 1 blind, 3 sighted, 10 -              |                                  |
| from :10  | 1 blind, 2 failing, 10 -, 12 sighted  | 10 held failing+blind; 12 blind_over |
| from :10  | 6 asks, 12 seen                       | 12 breach                        |
| but 7-12  | 0 asks, 5 down, 6 seen, 8 up, 9 blind, 12 -, 13 - | 12 breach; 13 held blind |
| but 7-12  | 0 asks, 5 down, 6 seen, 8 up, 9 answers, 12 -, 13 - | 12 breach; 13 held recovered |
| but 7-12  | 0 asks, 6 seen+killed, 8 restart, 12 - | 6 breach; 12 = breach          |

# Silences keep back what still stands, and lose what does not
| all       | 0 silence-9, 0 asks, 6 seen, 8 -, 9 - | 9 breach                         |
| all       | 0 silence-9, 0 asks, 6 seen, 8 answers, 9 - |                            |
| all       | 0 silence-9, 0 asks, 3 seen, 6 seen, 9 - | 9 breach                      |
| all       | 0 silence-90, 0 asks, 6 seen, 8 unsilence | 8 breach                     |
| all       | 0 asks, 6 seen, 7 silence-9, 8 answers, 9 - | 6 breach; 9 recovered      |
| all       | 0 silence-9, 1 blind, 3 sighted, 9 -  |                                  |
| all       | 0 silence-9, 1 blind, 9 -, 12 sighted | 9 blind; 12 blind_over           |
| all       | 0 silence-9, 0 asks, 6 seen, 7 restart, 9 - | 9 breach                   |
| every 10  | 0 asks, 6 seen, 7 silence-20, 16 seen, 20 seen | 6 breach; 20 breach     |
| after 5   | 0 silence-20, 0 asks, 6 seen, 11 seen, 20 seen | 20 breach               |
| from :10  | 0 silence-12, 0 asks, 6 seen, 10 -, 12 - | 12 held breach                |

# The first of a quiet group leaves at once, what follows is gathered
| gather 4  | 0 asks, 3 seen, 6 seen, 7 -           | 3 warning; 7 breach              |
| gather 4  | 0 asks, 6 seen, 7 blind, 8 nudges, 10 - | 6 breach; 10 blind+nudged      |
| gather 4  | 0 asks, 6 seen, 7 blind, 8 sighted, 10 - | 6 breach                      |

# A restart tells nothing twice, and loses nothing
| all       | 0 asks, 6 seen, 7 restart, 8 restart  | 6 breach                         |
| all       | 0 asks, 6 seen, 7 restart, 8 answers  | 6 breach; 8 recovered            |
| all       | 0 asks, 6 seen+killed, 8 restart      | 6 breach; 8 = breach             |
| all       | 0 asks, 6 seen+killed, 8 -, 9 seen    | 6 breach; 8 = breach             |

# While the room is down nothing is lost, and what is over meanwhile is not told
| all       | 0 asks, 5 down, 6 seen, 7 -, 8 up     | 8 breach                         |
| all       | 0 asks, 5 down, 6 seen, 7 nudges, 8 blind, 9 up, 10 - | 9 breach; 10 blind+nudged |
| all       | 0 asks, 5 down, 6 seen, 7 answers, 8 up, 9 - | 8 breach; 9 recovered    |
| all       | 0 asks, 5 down, 6 seen, 7 blind, 8 sighted, 9 up | 9 breach                |
| all       | 0 asks, 5 down, 6 seen, 1446 -, 1500 up |                                |

# What the room refuses is not tried again before a restart: then it may have been mended
| all       | 0 asks, 5 refuses, 6 seen, 7 up, 8 -  |                                  |
| all       | 0 asks, 5 refuses, 6 seen, 7 up, 8 restart | 8 breach                    |
| all       | 0 asks, 5 refuses, 6 seen, 7 up, 8 answers | |

# After a day without us only what still stands is news
| all       | 0 asks, 6 off, 1500 on                | 1500 breach                      |
| all       | 0 asks, 6 off, 8 nudges, 1500 on      | 1500 breach                      |
| all       | 0 asks, 6 off, 8 answers, 1500 on     |                                  |
| all       | 1 off, 1 blind, 1500 on               | 1500 blind                       |
| all       | 1 off, 1 blind, 3 sighted, 1500 on    |                                  |
"""


class Line(NamedTuple):
    route: Route
    happens: list[tuple[int, str]]
    heard: str


def lines() -> Iterator[Any]:
    for text in TABLE.splitlines():
        if text.startswith("|"):
            route, happens, heard = (cell.strip() for cell in text.strip("|").split("|"))
            events = [event.split(" ", 1) for event in happens.split(", ")]
            line = Line(ROUTES[route], [(int(minute), what) for minute, what in events], heard)
            yield pytest.param(line, id=f"{route}: {happens}")


class Killed(BaseException):
    """So a process ends."""


class Life:
    """A store, the platform's side, and the program on it."""

    def __init__(self, route: Route) -> None:
        self.house, self.ears, self.minute = House(), Ears(), 0
        self.plan = plan_to(self.ears, route)
        self.is_off = False
        self._posts = 0
        self._since: dict[str, str] = {}
        self.heard: list[str] = []
        begin(self.house.store, self.plan, at(0))

    def live(self, minute: int, what: str) -> None:
        self.minute = minute
        for each in what.split("+"):
            self._happens(each)
        if not self.is_off:
            self._tell()

    def _happens(self, what: str) -> None:
        name, _, number = what.replace("silence-", "silence@").partition("@")
        name = {"-": "passes"}.get(name, name.replace("-", "_"))
        happens: Callable[..., None] = getattr(self, name)
        happens(*([int(number)] if number else []))

    def _tell(self) -> None:
        before = {notice.key for notice in self.ears.notices}
        count = len(self.ears.notices)
        with suppress(Killed):
            tell(self.house.store, self.plan, at(self.minute))
        self.ears.then = lambda: None
        for notice in self.ears.notices[count:]:
            self.heard.append(_written(self.minute, notice, notice.key in before))

    def passes(self) -> None:
        pass

    def asks(self, since: int | None = None) -> None:
        self._say(self.minute if since is None else since)

    def asked_before(self) -> None:
        self._posts += 1
        self.house.take(mention("1", "ana", self.minute), minute=self.minute, live=False)

    def answers(self, since: int | None = None) -> None:
        self._posts += 1
        written = self.minute if since is None else since
        self.house.take(reply(str(self._posts), written, "1"), minute=self.minute)
        self.house.observe(self.minute)

    def nudges(self) -> None:
        self._say(self.minute, parent_id="1")

    def _say(self, written: int, **fields: str) -> None:
        self._posts += 1
        self.house.take(mention(str(self._posts), "ana", written, **fields), minute=self.minute)

    def seen(self) -> None:
        self.house.observe(self.minute)

    def seen_blind(self) -> None:
        self.house.observe(self.minute, was_blind=True)

    def acks(self) -> None:
        self.house.act(1, Deed.ACK, self.minute)

    def releases(self) -> None:
        self.house.act(1, Deed.RELEASE, self.minute)

    def dismisses(self) -> None:
        self.house.act(1, Deed.DISMISS, self.minute, Dismissal.NONE_NEEDED)

    def silence(self, until: int) -> None:
        with self.house.store.write() as tx:
            silencing.add(tx, {"brand": ["Acme"]}, at(until), "drill", "kim", at(self.minute))

    def unsilence(self) -> None:
        with self.house.store.write() as tx:
            silencing.expire(tx, 1, "kim", at(self.minute))

    def blind(self) -> None:
        self._write(AlertKind.BLIND, str(self.minute), {"waits": 1})

    def sighted(self) -> None:
        self._write(AlertKind.BLIND_OVER, self._since["blind"], {})

    def failing(self) -> None:
        self._write(AlertKind.ACCOUNT_FAILING, str(self.minute), {"reason": "auth"})

    def healed(self) -> None:
        self._write(AlertKind.ACCOUNT_RECOVERED, self._since["account_failing"], {})

    def _write(self, kind: AlertKind, since: str, details: dict[str, object]) -> None:
        self._since[kind] = since
        fact = Fact(f"{kind.value}/acme/{since}", kind, at(self.minute), details=details)
        with self.house.store.write() as tx:
            alerts.write(tx, self.house.desk.id, [fact], at(self.minute))

    def down(self) -> None:
        self.ears.fails = FetchError(Reason.UNAVAILABLE, "the room is not there")

    def refuses(self) -> None:
        self.ears.fails = FetchError(Reason.AUTH, "the room does not know us")

    def up(self) -> None:
        self.ears.fails = None

    def killed(self) -> None:
        def end() -> None:
            raise Killed

        self.ears.then = end

    def restart(self) -> None:
        begin(self.house.store, self.plan, at(self.minute))

    def off(self) -> None:
        self.house.observe(self.minute)
        self.is_off = True

    def on(self) -> None:
        self.is_off = False
        self.restart()


SHORT = {"account_failing": "failing", "account_recovered": "healed"}


def _written(minute: int, notice: Notice, is_known: bool) -> str:
    kinds = "+".join(
        f"{count} " * (count > 1) + SHORT.get(kind, kind.value)
        for kind, count in notice.counts.items()
    )
    marks = [*(["held"] if notice.held else []), *(["="] if is_known else [])]
    return " ".join([str(minute), *marks, kinds])


@pytest.mark.parametrize("line", [*lines()])
def test_what_is_told_to_whom(line: Line) -> None:
    life = Life(line.route)
    for minute, what in line.happens:
        life.live(minute, what)

    assert "; ".join(life.heard) == line.heard
