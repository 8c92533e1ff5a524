"""From facts to messages: whom to tell (`routing`), what goes together (`composing`), telling it
(`sending`), and what stands for those who ask again and again (`standing`).

All of it is in the store, and nothing in memory: a killed process goes on where its last
transaction ended.
"""

from __future__ import annotations

from monitor.cycle.notify.plan import Place, Plan, everything_to

__all__ = ["Place", "Plan", "everything_to"]
