"""The rules of the verification of requesters, for the replay of histories: who confirms, and when it takes two."""

from __future__ import annotations

from collections.abc import Collection

from casereview.schema.event_records import Event
from tests.support.histories.state import CaseState, RequestState

_REPRESENTATIVES = {"attorney", "accredited_representative"}


def required_kind(role: str) -> str:
    """Return what is verified of a role."""
    return "identity" if role == "self" else "g28" if role in _REPRESENTATIVES else "form_60_001"


def takes_two(case: CaseState, request: RequestState) -> bool:
    """Return whether a second person must confirm the holder of a request."""
    if case.restricted:
        return True
    if request.filing.role != "self":
        return False
    others = [one for one in case.all_requests() if one is not request]
    years = {one.facts.get("birth_year") for one in case.all_requests()} - {None}
    mismatch = len(years) > 1 and not case.findings_on("birth_year")
    return mismatch or any(one.filing.role == "self" and not one.refuted for one in others)


def apply_check(case: CaseState, request: RequestState, event: Event, cleared: Collection[str]) -> bool:
    """Apply an officer's check of a requester to the request.

    Returns:
        Whether it gave or ended rights, or completed a refutation.

    Raises:
        AssertionError: The officer must not check this requester, or the event is not of the kind that it should be.
    """
    officer, verdict = str(event.user_id), event.details["verdict"]
    assert event.details["kind"] == required_kind(str(request.filing.role)), (event, request)
    assert officer != request.filed_by, "who filed a request verified its holder"
    restricted = bool(case.restricted)
    before = request.has_rights(restricted=restricted)
    if verdict == "confirmed":
        _confirm(case, request, officer, is_cleared=officer in cleared)
    elif request.refuter is None:
        request.refuter = officer
    else:
        assert request.refuter != officer, "one person completed a refutation"
        request.refuter, request.verified, request.refuted = None, False, True
        request.confirmations.clear()
    completed = verdict == "refuted" and request.refuted and request.refuter is None
    established = before != request.has_rights(restricted=restricted) or completed
    assert (event.kind == "verified") == established, (event, request)
    assert (event.verification is not None) == established, event
    if request.is_told(restricted=restricted):
        request.escalation_kept = None
    request.dropped = request.dropped and not request.verified
    return established


def _confirm(case: CaseState, request: RequestState, officer: str, *, is_cleared: bool) -> None:
    two = takes_two(case, request)
    request.refuter = None
    request.confirmations[officer] = request.confirmations.get(officer, False) or is_cleared
    counted = [who for who, may in request.confirmations.items() if may or not case.restricted]
    if not two or len(counted) > 1:
        request.verified, request.refuted, request.asked = True, False, []
