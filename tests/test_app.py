"""Building the program: from a configuration to accounts that are watched on a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from monitor.app import Program
from monitor.config import ConfigError
from monitor.cycle.promises import put_in_force
from monitor.store import accounts, schema, tallies
from monitor.store.database import Store
from tests.acceptance.watching import TARGETS, Hands, configuration

ADDRESS = "http://127.0.0.1:1"


class Building:
    def __init__(self, folder: Path, opened: ExitStack) -> None:
        self.path, self._opened = folder / "acme.yml", opened

    def write(self, *addresses: str, **fields: str) -> None:
        self.path.write_text(configuration(*addresses, **fields), encoding="utf-8")

    def program(self) -> Program:
        """Under its configuration, though its jobs do not run."""
        program = Program(self.path, Hands())
        self._opened.callback(program.store.close)
        with program.store.write() as tx:
            put_in_force(tx, program.watches.values())
        return program


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    with ExitStack() as opened:
        building = Building(tmp_path, opened)
        building.write(ADDRESS)
        yield building


def ids(store: Store) -> dict[str, int]:
    with store.read() as tx:
        return {name: row.id for name, row in accounts.all_of(tx).items()}


def test_a_new_store_is_made_and_nothing_is_kept_of_before(building: Building) -> None:
    building.program()

    assert building.path.with_name("rw.db").exists()
    assert not list(building.path.parent.glob("*before-upgrade*"))


def test_an_account_keeps_its_row_when_it_comes_back(building: Building) -> None:
    building.write(ADDRESS, ADDRESS)
    program = building.program()
    before = ids(program.store)
    building.write(ADDRESS)
    program.reload()
    assert list(program.watches) == ["acme"]
    building.write(ADDRESS, ADDRESS)
    program.reload()

    assert ids(program.store) == before
    assert list(program.watches) == ["acme", "acme-2"]


def test_every_account_has_a_connector_and_a_way_to_the_web_of_its_own(building: Building) -> None:
    building.write(ADDRESS, ADDRESS)
    one, two = building.program().watches.values()

    assert one.connector is not two.connector
    assert one.web is not two.web


def test_all_accounts_share_one_layout_of_buckets(building: Building) -> None:
    building.write(
        ADDRESS,
        ADDRESS,
        targets="""six: {metric: first_reply, within: 6m, objective: 90%}
  odd: {metric: first_reply, within: 61m, objective: 90%, filter: {account: [acme-2]}}""",
    )
    one, two = building.program().watches.values()

    assert one.bounds == two.bounds
    assert {360.0, 3660.0} <= set(one.bounds)
    assert len(one.targets) == 1
    assert len(two.targets) == 2


ODD = "odd: {metric: first_reply, within: 301s, objective: 90%}"


@pytest.mark.parametrize(
    ("before", "after", "left"),
    [
        pytest.param(ODD, ODD, 1, id="the same thresholds"),
        pytest.param(ODD, TARGETS, 0, id="a threshold is given up"),
        pytest.param(TARGETS, f"{TARGETS}\n  {ODD}", 0, id="a threshold is no bucket yet"),
    ],
)
def test_histograms_start_anew_where_their_layout_changes(
    building: Building, before: str, after: str, left: int
) -> None:
    building.write(ADDRESS, targets=before)
    program = building.program()
    observed = {"first_reply_seconds": [300.5], "poll_seconds": [0.1]}
    with program.store.write() as tx:
        bounds = program.watches["acme"].bounds
        tallies.observe(tx, ids(program.store)["acme"], observed, bounds)
    building.write(ADDRESS, targets=after)
    program.reload()

    found = stored(program)
    assert (found["first_reply_seconds"], found["poll_seconds"]) == (left, 1)


def stored(program: Program) -> Counter[str]:
    """How many lengths each histogram holds."""
    with program.store.read() as tx:
        found = tallies.histograms(tx)
    return Counter({name: sum(one.counts.values()) for (_, name), one in found.items()})


def test_a_refused_configuration_leaves_everything_as_it_was(building: Building) -> None:
    program = building.program()
    before = program.watches["acme"]
    building.write(ADDRESS, poll="20 sec")

    with pytest.raises(ConfigError, match="is not a duration"):
        program.reload()

    assert program.watches["acme"] is before
    assert not program.reloads.successful
    building.write(ADDRESS)
    program.reload()
    assert program.reloads.successful


def test_a_configuration_that_is_refused_at_the_last_changes_no_promise(building: Building) -> None:
    program = building.program()
    observed = {"first_reply_seconds": [300.5]}
    with program.store.write() as tx:
        promised = tx.scalar(sa.select(schema.target.c.within))
        bounds = program.watches["acme"].bounds
        tallies.observe(tx, ids(program.store)["acme"], observed, bounds)
    building.write(
        ADDRESS,
        targets=TARGETS.replace("6m", "301s"),
        head="notifiers: {room: {log: info, language: tlh}}\n",
    )

    with pytest.raises(ConfigError, match="tlh"):
        program.reload()

    assert stored(program)["first_reply_seconds"] == 1
    with program.store.read() as tx:
        assert tx.scalar(sa.select(schema.target.c.within)) == promised


@pytest.mark.parametrize(
    ("key", "head"),
    [
        ("http.listen", "http: {listen: '127.0.0.1:1'}\n"),
        ("sandbox", "sandbox: {listen: '127.0.0.1:2'}\n"),
    ],
)
def test_what_a_running_program_cannot_change_is_refused_by_name(
    building: Building, key: str, head: str
) -> None:
    program = building.program()
    building.write(ADDRESS, head=head)

    with pytest.raises(ConfigError, match=f"{key}: changes with a restart only"):
        program.reload()
