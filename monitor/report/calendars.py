"""In whose open time a promise is tried."""

from __future__ import annotations

from monitor.config import Config
from monitor.domain.calendar import ALWAYS, Calendar
from monitor.report.question_error import QuestionError


def called(config: Config | None, name: str | None) -> Calendar | None:
    """The calendar of this name, None if none was asked for. Raises QuestionError."""
    if name is None:
        return None
    known = config.calendars if config else {"always": ALWAYS}
    if name not in known:
        raise QuestionError(f'there is no calendar "{name}"; there are: {", ".join(known)}')
    return known[name]
