"""`export openmetrics` on the command line."""

from __future__ import annotations

import pytest

from tests.cli.running import Desk, answers, asks


@pytest.fixture
def filled(desk: Desk) -> Desk:
    desk.take(asks("1", "ana", 0), answers("2", 3, "1"), asks("3", "bo", 1), until=2_000)
    return desk


def test_it_prints_the_files_that_it_wrote(filled: Desk) -> None:
    folder = filled.folder / "days"
    told = filled.run("export", "openmetrics", "--since", "2025-03-03", "--output", str(folder))
    files = [str(folder / f"2025-03-0{day}.openmetrics") for day in (3, 4)]

    assert told.out.split() == files
    text = (folder / "2025-03-03.openmetrics").read_text()
    labels = 'account="acme",brand="Acme Air",platform="inbox",target="six"'
    assert f"replywatch_sla_due_total{{{labels}}} 2 1741000200\n" in text
    assert text.endswith("# EOF\n")


def test_labels_and_a_shorter_step_are_taken(filled: Desk) -> None:
    filled.run(
        *("export", "openmetrics", "--since", "2025-03-03", "--until", "2025-03-03T10:02:00Z"),
        *("--output", str(filled.folder), "--every", "1m", "--label", "job=replywatch"),
        *("--label", "instance=care:9877", "--account", "acme"),
    )
    text = (filled.folder / "2025-03-03.openmetrics").read_text()
    told = [line for line in text.splitlines() if "replywatch_waits_open{" in line]

    assert {line.split("{")[1].split(",account=")[0] for line in told} == {
        'job="replywatch",instance="care:9877"'
    }
    assert [line.split("} ")[1] for line in told if "first" in line] == [
        f"{waiting} {1_740_996_000 + 60 * minute}" for minute, waiting in enumerate((0, 1, 2))
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--every", "10m"], "--every must be a whole part of a day and 5m at most"),
        (["--every", "7s"], "--every must be a whole part of a day"),
        (["--every", "five"], '--every: "five" is not a duration'),
        (["--label", "job"], '"job" is no label; write --label instance=history'),
        (["--label", "le=x"], 'the label "le" is taken'),
        (["--account", "umbrella"], 'there is no account "umbrella"; there are: acme'),
        (["--until", "2025-01-01"], "--until must lie after --since"),
    ],
)
def test_what_cannot_be_meant_is_refused(filled: Desk, words: list[str], said: str) -> None:
    asked = ["export", "openmetrics", "--since", "2025-03-03", "--output", str(filled.folder)]

    assert said in filled.run(*asked, *words, code=2).err


def test_a_time_of_which_nothing_is_known_is_said_to_be_so(filled: Desk) -> None:
    asked = ["export", "openmetrics", "--since", "2025-04-03", "--output", str(filled.folder)]

    assert "nothing is known of that time" in filled.run(*asked, code=1).err
