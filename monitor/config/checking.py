"""From a file's values to its checked sections, or to all its problems without its secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from monitor.config.examination import Checked, examine
from monitor.config.installed import Installed
from monitor.config.problems import Complaint, Loc, Problem, key_path
from monitor.config.substitution import Substitution, as_written
from monitor.config.yaml_lines import Document


def check(
    document: Document, environ: Mapping[str, str], folder: Path, installed: Installed
) -> Checked | list[Problem]:
    """What a file says, or all its problems. `folder` is where its relative paths begin."""
    written = {} if document.tree is None else document.tree
    put_in = Substitution(environ, folder)
    checked, found = examine(put_in.resolved(written), installed)
    missing = {loc for loc, _ in put_in.complaints}
    found = [complaint for complaint in found if complaint[0] not in missing]
    if found and put_in.places:
        _, shown = examine(as_written(written), installed)
        found = [_without_secrets(each, put_in.places, dict(shown)) for each in found]
    problems = list(document.problems)
    for loc, message in put_in.complaints + found:
        problems.append(Problem(document.line(loc), key_path(loc), message))
    return checked if checked and not problems else problems


def _without_secrets(
    complaint: Complaint, places: Mapping[Loc, str], shown: Mapping[Loc, str]
) -> Complaint:
    """The complaint in words that can only hold what is written in the file.

    A message may quote the value that it is about. Where one was put in there, or beneath, the
    message is that about the text as written (`shown`).
    """
    loc, _ = complaint
    inside = [text for place, text in places.items() if place[: len(loc)] == loc]
    if not inside:
        return complaint
    return loc, shown.get(loc, f"what {' and '.join(inside)} holds cannot be used here")
