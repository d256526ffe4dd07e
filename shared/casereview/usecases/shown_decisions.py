"""The final decisions of a case, as its holders are shown them, with their reasons opened."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.decision_records import FinalDecision
from casereview.schema.event_records import Event
from casereview.schema.records import Case
from casereview.schema.status_responses import ShownDecision
from casereview.store import keys
from casereview.usecases.sealed_text import open_if_whole, read_words
from casereview.usecases.services import CaseServices


class ShownDecisions(NamedTuple):
    """The final decisions of a case as they are shown: the newest one, and those before it, newest first."""

    newest: ShownDecision | None
    earlier: tuple[ShownDecision, ...]


def shown_decisions(
    services: CaseServices, case: Case, decisions: tuple[FinalDecision, ...], go_on: str | None
) -> ShownDecisions:
    """Return the decisions that can be read; no earlier one takes the place of the newest one.

    Args:
        services: The table and the keys.
        case: The case, as its holder is shown it.
        decisions: Its final decisions, oldest first.
        go_on: How to ask for a second look at the newest one, in the holder's language; None if that is impossible.
    """
    if not decisions:
        return ShownDecisions(None, ())
    newest = _decision(services, case, decisions[-1], go_on)
    before = (_decision(services, case, one, None) for one in reversed(decisions[:-1]))
    return ShownDecisions(newest, tuple(one for one in before if one))


def _decision(
    services: CaseServices, case: Case, decision: FinalDecision, how_to_go_on: str | None
) -> ShownDecision | None:
    """Return a final decision as it is shown; None if its reasons cannot be read."""
    words = _reasons(services, case, decision)
    if "reasons_for_requester" not in words:
        return None
    return ShownDecision(
        outcome=decision.outcome,
        reasons=tuple(reason["text"] for reason in words.get("reasons", ())) or (words["reasons_for_requester"],),
        language=words.get("language"),
        granted=words.get("granted", ()),
        decided_at=_decided_at(services, case, decision),
        by="senior_official" if decision.by_official else "field_office",
        state=decision.state,
        carried_out_at=decision.carried_out_at,
        how_to_go_on=how_to_go_on,
    )


def _decided_at(services: CaseServices, case: Case, decision: FinalDecision) -> datetime:
    """Return when a decision became final; of one that went to the official under an older release, its event says."""
    if case.decisions or case.office != SENIOR_REVIEWING_OFFICIAL:
        return decision.decided_at
    event = services.table.get(Event, keys.event(decision.case_id or case.case_id, decision.version))
    return event.at if event else decision.decided_at


def _reasons(services: CaseServices, case: Case, decision: FinalDecision) -> dict[str, Any]:
    """Open the reasons of a decision, which an older release sealed in its event."""
    case_id = decision.case_id or case.case_id
    if decision.text:
        return read_words(services.table, services.seal, case_id, decision.text)
    event = services.table.get(Event, keys.event(case_id, decision.version))
    return open_if_whole(services.seal, "decision", case_id, event.sealed) if event and event.sealed else {}
