"""The flags of a case that staff see."""

from __future__ import annotations

from casereview.schema.records import Case


def flags_of(case: Case) -> tuple[str, ...]:
    """Return the flags of a case: those of its ranking, and ``stuck`` and ``safety``."""
    more = [name for name, holds in (("stuck", case.stuck), ("safety", case.safety)) if holds]
    return (*case.flags, *(flag for flag in more if flag not in case.flags))
