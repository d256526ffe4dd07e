"""Count how often the reasons of decisions were given; those of a decision that is taken back count no more."""

from __future__ import annotations

from casereview.schema.decision_records import CountedReasons
from casereview.schema.office_records import ReasonUse
from casereview.schema.records import Case
from casereview.store.transaction import Write, add


def count_reasons(reasons: CountedReasons) -> tuple[Write, ...]:
    """Return the writes that count each reason once more; those of a restricted case apart."""
    return _added(reasons, 1)


def uncount_reasons(case: Case) -> tuple[Write, ...]:
    """Return the writes that count the reasons of a decision once less, if one awaits approval and is taken back."""
    return _added(case.counted, -1) if case.counted else ()


def _added(reasons: CountedReasons, number: int) -> tuple[Write, ...]:
    uses, restricted_uses = (0, number) if reasons.restricted else (number, 0)
    return tuple(
        add(ReasonUse(reason=mac, mac_key=reasons.mac_key, uses=uses, restricted_uses=restricted_uses))
        for mac in sorted(set(reasons.macs))
    )
