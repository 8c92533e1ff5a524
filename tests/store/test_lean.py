"""Statements past Core's handling find what Core's would."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from monitor.store import lean
from monitor.store.posts import put_members
from monitor.store.schema import node
from tests.cycle.house import House

_AMONG = sa.select(node.c.native_id).where(
    node.c.account_id == sa.bindparam("of"),
    node.c.native_id.in_(sa.bindparam("names", expanding=True)),
)


@pytest.mark.parametrize("length", [0, 1, 2, 3, 511, 512, 513, 1025])
def test_a_list_may_have_any_length(length: int) -> None:
    house, names = House(), [str(number) for number in range(length)]
    with house.store.write() as tx:
        put_members(tx, house.desk.id, dict.fromkeys([*names, "another"], "0"))
        found = list(lean.rows_among(tx, _AMONG, {"of": house.desk.id}, names))

    assert sorted(row.native_id for row in found) == sorted(names)
