"""Each reason of a refusal by the policy routes has a problem type or an error code of its own."""

from __future__ import annotations

from tests.support.policy.drafts import APPROVER, AUTHOR, EARLIER, ORDER, approve, draft, preview_silently, send
from tests.support.problem_types import reason
from tests.support.system import Answer, Staff, System


def _approve(system: System, policy_id: str, by: Staff = APPROVER, **more: object) -> Answer:
    sent = {"approve": True, "why": "Read.", **more}
    return system.staff(by, "POST", f"/staff/policies/{policy_id}/approval", sent)


def _send(system: System, by: Staff, text: str) -> Answer:
    return system.staff(by, "POST", "/staff/policies", {"document": text})


def test_an_approval_that_is_not_possible(system: System) -> None:
    sent = send(system, EARLIER)
    assert reason(_approve(system, "earlier", AUTHOR)) == ("own-decision", "own_decision", "")
    assert reason(_approve(system, "earlier", digest="0" * 64)) == ("moved", "moved", "")
    assert reason(_approve(system, "earlier")) == ("preview-required", "preview_required", "")
    assert reason(_approve(system, "none")) == ("not-found", "no_such_policy", "")
    assert reason(_approve(system, ORDER)) == ("wrong-state", "policy_packaged", "")
    preview_silently(system, "earlier")
    approve(system, "earlier", digest=sent["digest"])
    assert reason(_approve(system, "earlier")) == ("wrong-state", "policy_decided", "")


def test_a_draft_that_cannot_be_stored(system: System) -> None:
    send(system, EARLIER)
    assert reason(_send(system, APPROVER, EARLIER)) == ("wrong-state", "policy_id_taken", "")
    assert reason(_send(system, AUTHOR, draft(ORDER))) == ("wrong-state", "policy_packaged", "")
    assert reason(_send(system, AUTHOR, "{")) == ("invalid", "yaml", "/document")
    assert reason(_send(system, AUTHOR, "")) == ("invalid", "required", "/document")
