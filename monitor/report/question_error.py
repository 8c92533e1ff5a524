"""How it is told that something cannot be reported."""

from __future__ import annotations


class QuestionError(Exception):
    """What was asked for is not there, or says nothing; the text tells what can be asked."""
