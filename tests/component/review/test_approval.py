"""Approval: if the policy requires one, a decision awaits a supervisor who is not its author."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    OTHER_SUPERVISOR,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    SWITCH,
    FiledCase,
    claimed,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    read,
    statements,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System


def _proposed(system: System, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """Return a case whose decision awaits the approval that the policy of February 2021 requires."""
    system.time = POLICY_A
    held = claimed(system, **changes)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "awaiting_approval"
    return held


def test_a_decision_that_awaits_approval_is_not_disclosed(system: System) -> None:
    held = _proposed(system)
    answer = system.look_up(held.filed)
    assert (answer["status"], answer["decision"]) == ("in_review", None)
    assert "news" not in {notice.template for notice in system.notices}
    assert item(system, held.case_id)["status"] == "awaiting_approval"


def _shown(system: System, held: FiledCase) -> tuple[str, str]:
    answer = system.look_up(held.filed)
    return answer["status"], answer["status_since"]


def test_status_since_does_not_disclose_a_proposed_and_returned_decision(system: System) -> None:
    """A decision is proposed and returned twice; the requester sees "in review" since the claim all the time."""
    system.time = POLICY_A
    held = claimed(system)
    recognized(system, held.filed)
    since = rfc3339(system.time)
    assert _shown(system, held) == ("in_review", since)
    for _ in range(2):
        system.later(hours=2)
        decide(system, OFFICER, held.case_id, outcome="declined")
        assert _shown(system, held) == ("in_review", since)
        system.later(hours=2)
        system.on(held.filed, "POST", "/updates", {"statement": "One thing more."})
        system.pump()
        assert _shown(system, held) == ("in_review", since)
        system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Not yet."})
        system.pump()
        assert _shown(system, held) == ("in_review", since)
    system.later(hours=1)
    system.work(OFFICER, held.case_id, "release")
    assert _shown(system, held) == ("in_line", rfc3339(system.time))
    system.later(hours=1)
    system.work(OFFICER, held.case_id, "claim")
    assert _shown(system, held) == ("in_review", rfc3339(system.time))


def test_an_approved_decision_is_shown_with_the_time_of_its_approval(system: System) -> None:
    held = _proposed(system)
    system.later(hours=2)
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    assert _shown(system, held) == ("decided", rfc3339(system.time))
    assert system.case_of(held.filed).shown_since is None


def test_staff_see_since_when_a_decision_awaits_approval(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    system.later(hours=2)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert read(system, SUPERVISOR, held.case_id)["status_since"] == rfc3339(system.time)


@pytest.mark.parametrize("verified", [False, True])
def test_status_since_does_not_disclose_an_approval_to_a_third_party(
    system: System,
    verified: bool,  # noqa: FBT001
) -> None:
    """A verified one sees since when the case is in review, any other when the request was received."""
    system.time = POLICY_A
    held = file_case(system, requester=SISTER)
    system.later(hours=1)
    system.work(OFFICER, held.case_id, "claim")
    if verified:
        recognized(system, held.filed)
    before = ("in_review" if verified else "received", rfc3339(system.time - timedelta(hours=not verified)))
    assert _shown(system, held) == before
    system.later(hours=2)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert _shown(system, held) == before
    system.later(hours=2)
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Not yet."})
    assert _shown(system, held) == before
    decide(system, OFFICER, held.case_id, outcome="granted")
    assert _shown(system, held) == (("decided", rfc3339(system.time)) if verified else before)


def test_a_supervisor_who_is_not_the_author_can_approve(system: System) -> None:
    held = _proposed(system)
    assert post(system, OFFICER, held.case_id, "approval", {"approve": True, "why": "x"}).status == 403
    approved = system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    assert (approved["status"], approved["claimed_by"]) == ("decided", None)
    system.pump()
    assert system.look_up(held.filed)["decision"]["outcome"] == "declined"
    event = next(event for event in system.history(system.case_of(held.filed)) if event.kind == "approved")
    assert (event.user, event.details["approve"]) == ("sue", True)


def test_a_supervisor_cannot_approve_their_own_decision(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, by=SUPERVISOR)
    decide(system, SUPERVISOR, held.case_id, outcome="declined")
    own = post(system, SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"})
    assert own.status == 409
    assert post(system, SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "x"}).status == 409
    system.work(OTHER_SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"})


def test_a_refused_decision_returns_to_its_author(system: System) -> None:
    held = _proposed(system)
    returned = system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Weigh the children."})
    assert (returned["status"], returned["claimed_by"]) == ("in_review", "omar")
    assert returned["lease_until"] == rfc3339(system.time + timedelta(hours=8))
    system.pump()
    assert "children" in str(statements(system, OFFICER, held.case_id))
    assert read(system, OFFICER, held.case_id)["outcome"] is None
    assert decide(system, OFFICER, held.case_id, outcome="granted")["status"] == "decided"
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"


def test_after_a_policy_switch_an_approved_decision_returns_to_its_author(system: System) -> None:
    system.time = SWITCH - timedelta(hours=1)
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.time = SWITCH
    returned = system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    assert (returned["status"], returned["claimed_by"]) == ("in_review", "omar")
    event = next(event for event in system.history(system.case_of(held.filed)) if event.kind == "decision_returned")
    assert event.details["policy_changed"] is True
    system.settle(3)
    assert read(system, OFFICER, held.case_id)["policy"] == "2021-09-30-guidelines"
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "decided"


def test_an_update_while_a_decision_awaits_approval_returns_it_to_its_author(system: System) -> None:
    held = _proposed(system)
    system.later(hours=1)
    assert system.on(held.filed, "POST", "/updates", {"facts": {"serious_illness": True}}).status == 202
    system.pump()
    returned = system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    assert (returned["status"], returned["claimed_by"]) == ("in_review", "omar")
    event = next(event for event in system.history(system.case_of(held.filed)) if event.kind == "decision_returned")
    assert (event.details["case_changed"], event.details["policy_changed"]) == (True, False)
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "awaiting_approval"
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    assert system.look_up(held.filed)["status"] == "decided"


def _approve(system: System, case_id: str) -> str:
    """Approve a decision; return the status of the case, which shows whether the decision returned to its author."""
    return str(system.work(SUPERVISOR, case_id, "approval", {"approve": True, "why": "Agreed."})["status"])


@pytest.mark.parametrize("ranked", [False, True], ids=["at once", "after ranking"])
@pytest.mark.parametrize("said", [None, {"statement": "."}, {"facts": {"serious_illness": True}}])
def test_what_a_stranger_says_does_not_return_a_decision(
    system: System,
    said: dict[str, Any] | None,
    ranked: bool,  # noqa: FBT001
) -> None:
    """C2: one character of a stranger who joined returned every decision that awaited approval."""
    held = _proposed(system)
    system.later(seconds=1)
    stranger = file_case(system, requester=SISTER)
    assert stranger.case_id == held.case_id
    if said:
        system.later(seconds=1)
        assert system.on(stranger.filed, "POST", "/updates", said).status == 202
    if ranked:
        system.pump()
    seen = read(system, SUPERVISOR, held.case_id)
    assert ("new_words" in seen["flags"], [one["receipt"] for one in seen["new_words"]]) == (True, [stranger.receipt])
    assert _approve(system, held.case_id) == "decided"


@pytest.mark.parametrize("ranked", [False, True], ids=["at once", "after ranking"])
@pytest.mark.parametrize("joins", [False, True], ids=["of the case", "who joins"])
def test_a_stranger_who_lifts_the_lane_returns_a_decision(
    system: System,
    joins: bool,  # noqa: FBT001
    ranked: bool,  # noqa: FBT001
) -> None:
    system.time = POLICY_A
    held = claimed(system)
    lift = {"facts": {"removal_soon": True}}
    stranger = None if joins else file_case(system, requester=SISTER)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.later(seconds=1)
    if stranger:
        system.on(stranger.filed, "POST", "/updates", lift)
    else:
        system.file(person(11, requester=SISTER, **lift))
    if ranked:
        system.pump()
    assert _approve(system, held.case_id) == "in_review"
    event = next(event for event in system.history(system.case_of(held.filed)) if event.kind == "decision_returned")
    assert (event.details["case_changed"], event.details["policy_changed"]) == (True, False)


def test_a_verification_returns_a_decision(system: System) -> None:
    held = _proposed(system)
    joined = file_case(system, requester=LAWYER)
    verify(system, COLLEAGUE, held.case_id, receipt=joined.receipt, authority="g28")
    assert _approve(system, held.case_id) == "in_review"


def test_a_new_contact_does_not_return_a_decision(system: System) -> None:
    held = _proposed(system)
    system.later(seconds=1)
    assert system.on(held.filed, "POST", "/updates", {"contact": {"language": "en"}}).status == 202
    assert _approve(system, held.case_id) == "decided"


@pytest.mark.parametrize("outcome", ["granted", "granted_in_part", "moot"])
def test_a_decision_that_does_not_lead_to_removal_needs_no_approval(system: System, outcome: str) -> None:
    system.time = POLICY_A
    held = claimed(system)
    assert decide(system, OFFICER, held.case_id, outcome=outcome)["status"] == "decided"


def test_a_presumed_category_needs_no_approval_of_the_director(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, facts={"convictions": [{"kind": "aggravated_felony"}]})
    assert decide(system, OFFICER, held.case_id, outcome="declined")["status"] == "decided"


def test_only_a_decision_that_awaits_approval_can_be_approved(system: System) -> None:
    held = file_case(system)
    assert post(system, SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"}).status == 409
    for wrong in ({"approve": "yes", "why": "x"}, {"approve": True}, {"approve": True, "why": " "}):
        assert post(system, SUPERVISOR, held.case_id, "approval", wrong).status == 422


def test_a_decision_that_awaits_approval_stays_claimed_by_its_author(system: System) -> None:
    held = _proposed(system)
    system.later(days=3)
    system.settle(5)
    assert post(system, COLLEAGUE, held.case_id, "claim").status == 409
    assert system.case_of(held.filed).claimed_by == "omar"


def test_a_decision_on_a_restricted_case_is_approved_by_a_supervisor_with_access(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, by=CLEARED, facts={"relief_pending": ["t_visa"]}, requester=LAWYER)
    decide(system, CLEARED, held.case_id, outcome="declined")
    given = {"approve": True, "why": "x"}
    assert post(system, SUPERVISOR, held.case_id, "approval", given).status == 404
    assert post(system, Staff("sy", "supervisor,restricted"), held.case_id, "approval", given).status == 200


def test_citizenship_confirmed_while_a_decline_awaits_approval_returns_the_decision(system: System) -> None:
    held = _proposed(system)
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True})
    returned = system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    assert returned["status"] == "in_review"
    system.pump()
    again = decision(system, OFFICER, held.case_id, outcome="declined")
    assert post(system, OFFICER, held.case_id, "decision", again).status == 409
    assert decide(system, OFFICER, held.case_id, outcome="referred")["status"] == "decided"
