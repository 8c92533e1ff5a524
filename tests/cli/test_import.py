"""`import` on the command line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from monitor.cli.failing import UsageError
from monitor.cli.importing import archive_for
from tests.cli.running import Desk, asks


def write(desk: Desk, *lines: str, name: str = "posts.jsonl") -> str:
    path = desk.folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_the_summary_says_what_became_of_the_lines(desk: Desk) -> None:
    stranger = {**asks("s", "sam", 0), "mentions": []}
    file = write(desk, json.dumps(asks("a", "ann", 0)), json.dumps(stranger), "no json")
    out = desk.run("import", file, "--account", "acme").out
    assert out == "3 lines read; 1 post new or changed; 1 not about the account; 1 rejected\n"


def test_a_second_import_changes_nothing(desk: Desk) -> None:
    file = write(desk, json.dumps(asks("a", "ann", 0)))
    desk.run("import", file, "--account", "acme")
    before = desk.run("report", "--format", "json").out
    assert "0 posts new" in desk.run("import", file, "--account", "acme").out
    assert desk.run("report", "--format", "json").out == before


def test_rejected_lines_are_kept_with_their_reason(desk: Desk) -> None:
    file = write(desk, json.dumps(asks("a", "ann", 0)), '{"id": "b"}')
    desk.run("import", file, "--account", "acme")
    kept = json.loads((desk.folder / "posts.jsonl.rejected.jsonl").read_text())
    assert (kept["line"], kept["raw"]) == (2, '{"id": "b"}')
    assert "author_id: is missing" in kept["reason"]


def test_no_file_is_made_where_nothing_is_rejected(desk: Desk) -> None:
    desk.run("import", write(desk, json.dumps(asks("a", "ann", 0))), "--account", "acme")
    assert not (desk.folder / "posts.jsonl.rejected.jsonl").exists()


def test_a_second_import_writes_its_default_rejected_file_anew(desk: Desk) -> None:
    file, kept = write(desk, "no json"), desk.folder / "posts.jsonl.rejected.jsonl"
    desk.run("import", file, "--account", "acme")
    write(desk, "nor this")
    desk.run("import", file, "--account", "acme")
    assert json.loads(kept.read_text())["raw"] == "nor this"


@pytest.mark.parametrize("name", ["posts.jsonl", "acme.yml", "acme.db", "acme.db-wal", "notes"])
def test_rejected_lines_are_written_over_nothing_of_worth(desk: Desk, name: str) -> None:
    file, other = write(desk, "no json", json.dumps(asks("a", "ann", 0))), desk.folder / name
    (desk.folder / "notes").write_text("mine")
    outcome = desk.run("import", file, "--account", "acme", "--rejected", str(other), code=2)
    assert (outcome.out, len(outcome.err.splitlines())) == ("", 1)
    assert str(other) in outcome.err
    assert "1 post new" in desk.run("import", file, "--account", "acme").out
    assert (desk.folder / "notes").read_text() == "mine"


@pytest.mark.parametrize("name", ["symlink", "hardlink", "posts.jsonl.rejected.jsonl"])
def test_a_link_to_the_imported_file_is_that_file(desk: Desk, name: str) -> None:
    file, link = Path(write(desk, "no json")), desk.folder / name
    if name == "hardlink":
        link.hardlink_to(file)
    else:
        link.symlink_to(file)
    chosen = [] if name.startswith("posts") else ["--rejected", str(link)]
    assert "written over" in desk.run("import", str(file), "--account", "acme", *chosen, code=2).err
    assert file.read_text() == "no json"


def test_an_empty_file_may_take_rejected_lines(desk: Desk) -> None:
    file, kept = write(desk, "no json"), desk.folder / "kept"
    kept.touch()
    desk.run("import", file, "--account", "acme", "--rejected", str(kept))
    assert json.loads(kept.read_text())["raw"] == "no json"


def test_strict_fails_after_all_that_is_good_was_stored(desk: Desk) -> None:
    file, kept = write(desk, "no json", json.dumps(asks("a", "ann", 0))), desk.folder / "kept"
    desk.run("import", file, "--account", "acme", "--strict", "--rejected", str(kept), code=1)
    assert kept.exists()
    assert desk.run("report", "--format", "json").json["accounts"][0]["opened"] == 1


def test_columns_of_a_csv_are_mapped(desk: Desk) -> None:
    header = "ticket,author_id,author_handle,created_at,mentions"
    file = write(desk, header, "7,ann,ann,2025-03-03T10:00:00Z,acme", name="desk.csv")
    desk.run("import", file, "--account", "acme", "--map", "id=ticket")
    assert '"opened_by":"7"' in desk.run("waits", "--format", "jsonl").out


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jsonl", "JsonLines"),
        ("a.NDJSON.gz", "JsonLines"),
        ("a.csv.gz", "Csv"),
        ("twcs.csv", "Twcs"),
    ],
)
def test_the_format_is_told_by_the_name(name: str, kind: str) -> None:
    assert type(archive_for(Path(name), None)).__name__ == kind


def test_an_unknown_name_asks_for_the_format() -> None:
    with pytest.raises(UsageError, match="csv, jsonl, twcs"):
        archive_for(Path("posts.xlsx"), None)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["--account", "nobody"], id="unknown account"),
        pytest.param(["--account", "acme", "--format", "xml"], id="unknown format"),
        pytest.param(["--account", "acme", "--map", "id"], id="no column"),
        pytest.param(["--account", "acme", "--map", "id=x"], id="nothing to map"),
    ],
)
def test_wrong_usage_exits_with_2(desk: Desk, words: list[str]) -> None:
    file = write(desk, json.dumps(asks("a", "ann", 0)))
    assert desk.run("import", file, *words, code=2).err


def test_a_damaged_file_says_so(desk: Desk) -> None:
    whole = gzip.compress(b"\n" * 9_999)
    path = desk.folder / "posts.jsonl"
    path.write_bytes(whole[:-9])
    assert "gzip" in desk.run("import", str(path), "--account", "acme", code=2).err
