"""A fact as a notifier is told it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.cycle.notify.plan import Plan
from monitor.ports.connector import Reason
from monitor.ports.notifier import AlertKind, Digest, Item, Kept
from monitor.store.cases import Case, CaseWait

IN_FULL = 10
"""Facts of a message that are told in full; of the rest their number."""

_WORST = (
    AlertKind.BREACH,
    AlertKind.ACCOUNT_FAILING,
    AlertKind.BLIND,
    AlertKind.SURGE,
    AlertKind.NUDGED,
    AlertKind.WARNING,
    AlertKind.CORRECTED,
    AlertKind.RECOVERED,
    AlertKind.ACCOUNT_RECOVERED,
    AlertKind.BLIND_OVER,
    AlertKind.DIGEST,
)


def worst_first(cases: Sequence[Case]) -> list[Case]:
    """By what is at stake; of one kind what is longest past, then who has asked most often."""

    def order(case: Case) -> tuple[int, datetime, int, int]:
        nudges = case.wait.nudges if case.wait else 0
        return _WORST.index(case.kind), case.at, -nudges, case.number

    return sorted(cases, key=order)


def counted(cases: Sequence[Case]) -> Mapping[AlertKind, int]:
    counts = Counter(case.kind for case in cases)
    return {kind: counts[kind] for kind in _WORST if kind in counts}


def item(case: Case, plan: Plan) -> Item:
    settings, details = plan.watches[case.account].settings, case.details
    reason = details.get("reason")
    return Item(
        key=case.key,
        kind=case.kind,
        at=case.at,
        account=case.account,
        brand=settings.brand,
        platform=settings.platform,
        link=_link(case, plan),
        target=case.target,
        within=case.within,
        due_at=case.due_at,
        late_detected=case.late_detected,
        growth=details.get("growth"),
        reason=Reason(reason) if reason else None,
        count=details.get("waits", details.get("mentions")),
        usual=details.get("usual"),
        digest=_digest(details) if case.kind is AlertKind.DIGEST else None,
        **(_of_wait(case.wait) if case.wait else {}),
    )


def _link(case: Case, plan: Plan) -> str:
    page = f"waits/{case.wait.number}" if case.wait else f"accounts/{case.account}"
    return f"{plan.url}/{page}"


def _of_wait(wait: CaseWait) -> dict[str, Any]:
    return {
        "wait": wait.number,
        "opened_at": wait.opened_at,
        "ended_at": wait.answered_at or wait.ended_at,
        "customer": wait.customer,
        "handle": wait.handle,
        "text": wait.text,
        "language": wait.language,
        "url": wait.url,
        "nudges": wait.nudges,
        "reach": wait.reach,
        "acked_by": wait.acked_by,
        "late_arrival": wait.late_arrival,
    }


def _digest(details: Mapping[str, Any]) -> Digest:
    half = details["half_within"]
    return Digest(
        since=datetime.fromisoformat(details["since"]),
        until=datetime.fromisoformat(details["until"]),
        mentions=details["mentions"],
        opened=details["opened"],
        answered=details["answered"],
        still_open=details["still_open"],
        half_within=None if half is None else timedelta(seconds=half),
        targets=[Kept(**kept) for kept in details["targets"]],
    )
