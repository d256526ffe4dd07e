"""What a requester is told of where the request stands."""

from __future__ import annotations

from casereview import keys
from casereview.desk import Desk
from casereview.disclosure import sees_all
from casereview.lifecycle import QUEUED
from casereview.records import Case, Request
from intake.access import admit
from intake.answers import WhereItStands


def look_up(desk: Desk, receipt: str, authorization: str | None) -> WhereItStands:
    """Return the answer of ``GET /requests/{receipt}``. Raises Problem 404."""
    request = admit(desk, receipt, authorization)
    case = desk.table.get(Case, keys.case(request.case_id))
    if request.state == "withdrawn" or case is None or not sees_all(request, case):
        return _limited(request)
    return WhereItStands(
        receipt=request.receipt,
        status=case.status,
        status_since=case.status_since,
        disclosure="full",
        lane=case.shown_lane,
        people_ahead=_people_ahead(desk, case),
        asked_for=(),
    )


def _limited(request: Request) -> WhereItStands:
    """Return the same for every third party, whatever happened to the case."""
    withdrawn = request.state == "withdrawn"
    return WhereItStands(
        receipt=request.receipt,
        status="withdrawn" if withdrawn else "received",
        status_since=request.state_since if withdrawn else request.received_at,
        disclosure="limited",
    )


def _people_ahead(desk: Desk, case: Case) -> int | None:
    if case.rank is None or case.status not in QUEUED:
        return None
    return desk.table.ahead(case.office, case.rank)
