"""Values: what is made by the thousand, and never changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A frozen dataclass to whoever reads it and to the type checker. At run time nothing watches,
    since that would double the time that it takes to make one."""
    return dataclass(unsafe_hash=True, slots=True, kw_only=kw_only)
