"""The report as HTML: a part of a page, or one file that needs nothing else and prints well."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from monitor.domain.duration import written
from monitor.report import telling, wording
from monitor.report.charts.dots import axis_start, dots
from monitor.report.charts.lanes import lanes
from monitor.report.charts.survival import survival_chart
from monitor.report.cleaning import shown
from monitor.report.figures import Report
from monitor.report.heat import DAYS, HOURS, Hour
from monitor.report.tables import GAPS_SHOWN, gaps, outcome, tries, worst_rows

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters.update(
    share=wording.share,
    waiting=wording.waiting,
    objective=wording.objective,
    points=wording.points,
    bounds=wording.bounds,
    counted=wording.counted,
    short=wording.short,
    words=wording.in_words,
    written=written,
    shown=shown,
)

FEW = 8
"""Of fewer judged waits no share is shown: one more or less would turn it."""

_TINTS = 5
_BELOW = ((Fraction(0), "b0"), (Fraction(5, 100), "b1"), (Fraction(15, 100), "b2"))


@dataclass(frozen=True, slots=True)
class Links:
    """Where a wait's page is, if there is one to lead to; and the form that asks what if."""

    wait: Callable[[int], str | None]
    what_form: str = ""


def body(report: Report, links: Links) -> Markup:
    """All sections, to stand in a page that wears the style sheet."""
    start = axis_start(report.promises)
    objectives = {one.attained.exact_objective for one in report.promises if one.attained.judged}
    found = _TEMPLATES.get_template("body.html").render(
        report=report,
        links=links,
        telling=telling,
        wording=wording,
        survival=survival_chart(report.curve, report.earlier_curve),
        axis_start=start,
        dots=[dots(one, start) for one in report.promises],
        lanes=lanes(report.observed, report.zone),
        gaps=gaps(report),
        gaps_shown=GAPS_SHOWN,
        one_objective=next(iter(objectives)) if len(objectives) == 1 else None,
        week=list(zip(DAYS, report.heat.days, strict=True)),
        hours=HOURS,
        volume=_volume(report.heat.busiest),
        tint=_tint(report.in_time.objective),
        limits=_limits(report.in_time.objective),
        few=FEW,
        worst=worst_rows(report),
        outcome=outcome,
        tries=tries(report.trial) if report.trial else [],
    )
    return Markup(found)  # noqa: S704  the template escapes


def document(report: Report, style: str, links: Links) -> str:
    """One file with the style sheet in it, which loads and runs nothing, and says so."""
    return _TEMPLATES.get_template("document.html").render(
        title=telling.title(report),
        footing=telling.footing(report),
        body=body(report, links),
        style=Markup(style),  # noqa: S704  it is ours
        digest=_digest(style),
    )


def language(tag: str | None) -> str | None:
    """A language tag that may stand in an attribute; None where it is none."""
    return tag if tag and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}", tag) else None


def _digest(style: str) -> str:
    """As a Content-Security-Policy names what it allows."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _volume(busiest: int) -> Callable[[int], str]:
    """The tint of a count: five steps up to the busiest hour."""

    def tint(count: int) -> str:
        return f"h{-(-_TINTS * count // busiest)}" if count else "few"

    return tint


def _tint(objective: Fraction | None) -> Callable[[Hour], str]:
    """The tint of an hour's attainment, by how far it lies below the objective."""

    def tint(hour: Hour) -> str:
        if hour.due < FEW or objective is None:
            return "few"
        below = objective - Fraction(hour.met, hour.due)
        return next((name for limit, name in _BELOW if below <= limit), "b3")

    return tint


def _limits(objective: Fraction | None) -> Mapping[str, Any]:
    """Where the tints change, in percent."""
    if objective is None:
        return {}
    return {name: wording.limit(max(objective - limit, Fraction(0))) for limit, name in _BELOW}


_TEMPLATES.filters["language"] = language
