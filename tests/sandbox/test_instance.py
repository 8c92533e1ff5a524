"""What the simulated server keeps, and what goes with what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.sandbox.instance import Instance, Notification, Status, Visibility, may_see
from monitor.sandbox.people import Person

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BRAND, ANA, BEN = (
    Person(number, name, name, "en", 1, NOW) for number, name in enumerate(("brand", "ana", "ben"))
)


@pytest.fixture
def server() -> Instance:
    return Instance([BRAND, ANA, BEN], [BRAND], Random(1))


def say(
    server: Instance, author: Person, text: str, parent: Status | None = None, second: int = 0
) -> Status:
    at = NOW + timedelta(seconds=second)
    return server.publish(author, text, at, language="en", parent=parent)


def test_a_status_id_tells_its_time(server: Instance) -> None:
    assert say(server, ANA, "hi").id >> 16 == NOW.timestamp() * 1000


def test_ids_rise_within_one_millisecond(server: Instance) -> None:
    ids = [say(server, ANA, str(number)).id for number in range(50)]

    assert ids == sorted(set(ids))


def test_a_name_counts_once_and_in_any_case(server: Instance) -> None:
    assert say(server, ANA, "@Brand @brand @nobody mail@ben").names == (BRAND,)


def test_what_was_deleted_leaves_its_replies_and_takes_its_notifications(server: Instance) -> None:
    question = say(server, ANA, "@brand?")
    answer = say(server, BRAND, "@ana yes", question)
    server.tell(BRAND, Notification(1, "mention", NOW, ANA, question.id))
    server.delete(question.id)

    assert server.status(question.id) is None
    assert server.inbox_of(BRAND) == []
    assert server.status(answer.id) == answer
    assert server.ancestors(answer) == []


def test_a_notification_of_what_is_gone_is_never_shown(server: Instance) -> None:
    question = say(server, ANA, "@brand?")
    server.delete(question.id)
    server.tell(BRAND, Notification(1, "mention", NOW, ANA, question.id))

    assert server.inbox_of(BRAND) == []


def test_an_edit_tells_whom_it_names_anew(server: Instance) -> None:
    question = say(server, ANA, "@ben hello?")
    named = server.edit(question.id, "@ben @brand hello?", NOW + timedelta(seconds=9))
    edited = server.status(question.id)

    assert named == [BRAND]
    assert edited is not None
    assert (edited.created_at, edited.edited_at) == (NOW, NOW + timedelta(seconds=9))


def test_a_reply_to_ones_own_reply_keeps_the_first_addressee(server: Instance) -> None:
    post = say(server, BRAND, "news")
    question = say(server, ANA, "@brand?", post)
    nudge = say(server, ANA, "@brand??", question)

    assert (nudge.parent_id, nudge.parent_author_id) == (question.id, BRAND.id)


def test_descendants_come_by_branch_and_not_by_time(server: Instance) -> None:
    root = say(server, ANA, "@brand?")
    answer = say(server, BRAND, "@ana yes", root, 1)
    other = say(server, BEN, "@ana me too", root, 2)
    later = say(server, ANA, "@brand thanks", answer, 3)

    assert list(server.descendants(root, 20)) == [answer, later, other]
    assert list(server.descendants(root, 1)) == [answer, other]
    assert server.ancestors(later) == [root, answer]


def test_a_direct_post_is_for_those_it_names(server: Instance) -> None:
    direct = server.publish(ANA, "@brand psst", NOW, language="en", visibility=Visibility.DIRECT)

    assert [may_see(viewer, direct) for viewer in (ANA, BRAND, BEN, None)] == [
        True,
        True,
        False,
        False,
    ]


def test_the_oldest_are_forgotten(server: Instance) -> None:
    posts = [say(server, ANA, f"@brand {second}", second=second) for second in range(10)]
    for number, post in enumerate(posts):
        server.tell(BRAND, Notification(number, "mention", NOW, ANA, post.id))
    server.forget(keep=5, older_than=NOW + timedelta(seconds=7))

    assert server.statuses_of(ANA) == posts[7:]
    assert [told.status_id for told in server.inbox_of(BRAND)] == [post.id for post in posts[7:]]
    server.forget(keep=2, older_than=NOW)
    assert len(server) == 2
