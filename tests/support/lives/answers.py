"""Check what the look-up of a request discloses, by what the histories tell of it and of its case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casereview.cases.withdrawal import UNDO_WITHIN
from casereview.schema.base import rfc3339
from tests.support.controlled_system import Snapshot
from tests.support.expected_state import shows_the_case
from tests.support.histories.checks import required_kind
from tests.support.histories.state import CaseState, RequestState, ShownBefore
from tests.support.lives.people import ASKED, INTERNAL, REASONS, STAFF, WHY
from tests.support.system import Answer

_FINAL = {"decided", "closed", "with_senior_official"}


def check_nothing_internal(answer: Answer) -> None:
    """Check that an answer to a requester contains no internal text and no user name of staff."""
    assert all(word not in answer.body for word in (INTERNAL, WHY, *(f'"{user.user}"' for user in STAFF))), answer


def check_answer(answer: Answer, receipt: str, now: Snapshot) -> None:
    """Check that the look-up of a request discloses exactly what its holder may know.

    Raises:
        AssertionError: It discloses more or less.
    """
    check_nothing_internal(answer)
    assert answer.status == 200, answer
    found, request, case = answer.json(), now.world.requests[receipt], now.world.case_of(receipt)
    _check_own_words(found, request, now.at)
    if not shows_the_case(receipt, now):
        _check_nothing_of_the_case(answer, found, request, knows=request.still_knows(case))
        return
    told = request.is_told(restricted=case.restricted)
    seen = case.seen() if told else case.shown_before_to(request) or case.seen()
    if required_kind(str(request.filing.role)) == "form_60_001":
        _check_decision_alone(answer, found, request, case, seen)
    else:
        _check_case(answer, found, case, seen)


def _check_own_words(found: dict[str, Any], request: RequestState, at: datetime) -> None:
    """Check what follows from the request alone."""
    codes = {item["code"] for item in found["missing"]}
    kind = "identity_unverified" if request.filing.role == "self" else "authority_unverified"
    expected = "proof_not_accepted" if request.refuted else None if request.verified else kind
    named = codes & {"identity_unverified", "authority_unverified", "proof_not_accepted"}
    assert named == ({expected} if expected and request.live else set()), (found, request)
    assert request.live or not (found["missing"] or found["usual_wait"]), (found, request)
    if request.withdrawal_waits is not None:
        withdrawn = request.withdrawn is not None and at <= request.withdrawn + UNDO_WITHIN
        assert (found["withdrawal"] is not None) == (request.withdrawal_waits or withdrawn), (found, request)


def _check_nothing_of_the_case(answer: Answer, found: dict[str, Any], request: RequestState, *, knows: bool) -> None:
    """Check a look-up that follows from the request, but for the decisions that its holder knows of.

    Args:
        answer: The answer.
        found: Its body.
        request: The request.
        knows: Whether its holder withdrew after having been shown decisions.
    """
    assert found["disclosure"] == "limited", found
    assert found["status"] == ("received" if request.live else "withdrawn"), found
    assert found["status_since"] == rfc3339(request.withdrawn or request.filed_at), found
    assert (found["decision"] is not None) == knows, (found, request)
    assert found["people_ahead"] is None, found
    asked = set(request.asked) if request.live else set()  # each question is shown once, as it was last put
    assert len(found["asked_for"]) == len(asked), (found, request)
    assert ASKED not in answer.body, found
    assert (REASONS in answer.body) == knows, (found, request)


def _check_decision_alone(
    answer: Answer, found: dict[str, Any], request: RequestState, case: CaseState, seen: ShownBefore
) -> None:
    """Check the look-up of a verified third party: whether the case is in review, and how it was decided."""
    final = seen.status in _FINAL and case.linked_to is None
    expected = "decided" if final else "in_review" if seen.review_since else "received"
    since = seen.decision_of if final else seen.review_since or request.filed_at
    assert since is not None, case
    assert (found["status"], found["status_since"]) == (expected, rfc3339(since)), (found, case)
    assert (REASONS in answer.body) == (seen.decision_of is not None), (found, case)
    assert found["people_ahead"] is None, found
    assert ASKED not in answer.body, found


def _check_case(answer: Answer, found: dict[str, Any], case: CaseState, seen: ShownBefore) -> None:
    assert found["disclosure"] == "full", found
    assert (found["status"], found["status_since"]) == (seen.status, rfc3339(seen.since)), (found, case)
    assert (ASKED in answer.body) == (seen.status == "information_needed"), (found, case)
    assert (REASONS in answer.body) == (seen.decision_of is not None), (found, case)
