"""Two months of a simulated brand's posts, as JSON Lines: the report's picture is of these."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

Post = dict[str, Any]

DAYS = 60
BUSY = (1, 1, 1, 1, 1, 2, 4, 8, 13, 13, 11, 9, 10, 9, 9, 10, 12, 13, 14, 12, 10, 9, 6, 3)
"""How much is asked in each hour of the day."""

ASKED = {
    "en": "Gate changed twice, no announcement, doors closed. What now?",
    "sv": "Appen drar fyra gånger för samma räkning. Vem kan hjälpa mig?",
    "ja": "返金の連絡が三週間ありません。問い合わせ番号も届いていません。",
    "ru": "Рейс отменили, а в приложении он всё ещё по расписанию.",
    "zh": "投诉编号已经发了三次，没有任何人回复。",
    "ar": "وصل السرير بدون مسامير ولا أحد يرد على الرسائل.",
}
PEOPLE = {
    "en": ("Grace Adeyemi", "Callum Reid", "Imani Okoro"),
    "sv": ("Nils Forsberg", "Elin Ahlgren"),
    "ja": ("石井 悠斗", "森田 結衣"),
    "ru": ("Ирина Белова", "Пётр Лунин"),
    "zh": ("周敏", "韩雨桐"),
    "ar": ("سامر خوري", "ليلى حداد"),
}
NEVER, NUDGE, AGAIN, DEFLECTED = 0.035, 0.16, 0.2, 0.09


def write(path: Path, brand: str, median: float, seed: int, now: datetime) -> None:
    """Half of all are answered within about `median` minutes; evenings are slower."""
    chance = Random(seed)
    lines = (json.dumps(post, ensure_ascii=False) for post in _posts(brand, median, chance, now))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _posts(brand: str, median: float, chance: Random, now: datetime) -> Iterator[Post]:
    first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    number = 0
    for day in range(DAYS + 1):
        busy = 26 if (first + timedelta(days=day)).weekday() < 5 else 17
        for hour in chance.choices(range(24), BUSY, k=round(chance.gauss(busy, 4))):
            number += 1
            at = first + timedelta(days=day, hours=hour, seconds=chance.randrange(3_600))
            talk = _talk(f"{brand}-{number}", brand, at, median, chance)
            yield from (post for post in talk if post["created_at"] <= now.isoformat())


def _talk(name: str, brand: str, at: datetime, median: float, chance: Random) -> Iterator[Post]:
    language = chance.choices([*ASKED], (33, 38, 12, 7, 7, 3))[0]
    customer = chance.choice(PEOPLE[language])
    asked = _post(name, customer, at, ASKED[language], language, brand)
    yield asked
    slow = 2.2 if at.weekday() < 5 and 17 <= at.hour < 21 else 1.0
    waited = timedelta(minutes=median * slow * chance.lognormvariate(0, 1.1))
    is_forgotten = chance.random() < NEVER
    for place in range(chance.choice((1, 1, 2, 4, 6)) if chance.random() < NUDGE else 0):
        later = at + timedelta(minutes=20 * (place + 1) ** 2)
        if is_forgotten or later < at + waited:
            again = _post(f"{name}-n{place}", customer, later, "?", language, brand)
            yield {**again, "parent_id": name, "root_id": name}
    if is_forgotten:
        return
    text = "Please send us a DM." if chance.random() < DEFLECTED else "We are looking into it now."
    answer = _post(f"{name}-a", brand, at + waited, text, "en", customer)
    yield {**answer, "parent_id": name, "root_id": name}
    if chance.random() < AGAIN:
        later = at + waited + timedelta(minutes=chance.uniform(3, 90))
        more = _post(f"{name}-m", customer, later, ASKED[language], language, brand)
        yield {**more, "parent_id": f"{name}-a", "root_id": name}
        if chance.random() > NEVER:
            end = later + timedelta(minutes=3 * median * chance.lognormvariate(0, 1.2))
            last = _post(f"{name}-b", brand, end, "It is on its way.", "en", customer)
            yield {**last, "parent_id": f"{name}-m", "root_id": name}


def _post(name: str, author: str, at: datetime, text: str, language: str, to: str) -> Post:
    return {
        "id": name,
        "author_id": author,
        "author_handle": author.replace(" ", "_").lower(),
        "author_name": author,
        "created_at": at.isoformat(),
        "text": text,
        "lang": language,
        "mentions": [to],
        "url": f"https://social.example/{name}",
    }
