"""What the staff do, as flows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.support.crashes.flow import Flow
from tests.support.crashes.flows_public import LOOK_AGAIN, declined, held, joined, nothing, own
from tests.support.crashes.rig import Rig
from tests.support.policy.drafts import APPROVER, AUTHOR, EARLIER, ORDER, amendment, send
from tests.support.staff import (
    LAWYER,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SUPERVISOR,
    SWITCH,
    FiledCase,
    claimed,
    decide,
    decision,
    file_case,
    person,
    verify,
)
from tests.support.system import Answer, Staff

Act = Callable[[Rig, Any], Answer]
REMOVED = {"removed_at": "2026-11-24T10:30:00-05:00", "why": "By the log."}
SEEN = {"verdict": "confirmed", "why": "Seen."}


def _on(user: Staff, what: str, sent: object = None) -> Act:
    """Act on the case that was prepared."""

    def act(rig: Rig, found: Any) -> Answer:  # noqa: ANN401  # what was prepared
        first = found if isinstance(found, FiledCase) else found[0]
        body = sent(found) if callable(sent) else sent
        return rig.staff(user, "POST", f"/staff/cases/{first.case_id}/{what}", {} if body is None else body)

    return act


def _reads(what: str) -> Act:
    return lambda rig, first: rig.staff(OFFICER, "GET", f"/staff/cases/{first.case_id}{what}")


def _with_decision(prepare: Callable[[Rig], FiledCase], user: Staff, outcome: str) -> Callable[[Rig], Any]:
    """Prepare a case, and the decision that its holder is about to send."""

    def prepared(rig: Rig) -> tuple[FiledCase, dict[str, Any]]:
        found = prepare(rig)
        return found, decision(rig, user, found.case_id, outcome=outcome)

    return prepared


def _second(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return found[1]


def _decides(user: Staff) -> Act:
    return _on(user, "decision", _second)


def _verified(rig: Rig, **more: Any) -> FiledCase:  # noqa: ANN401  # any part of a body
    found = claimed(rig, **more)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    return found


def _verified_today(rig: Rig) -> FiledCase:
    nothing(rig)
    return _verified(rig)


def _early(rig: Rig) -> FiledCase:
    rig.time = POLICY_A
    nothing(rig)
    return _verified(rig)


def _proposed(rig: Rig) -> FiledCase:
    found = _early(rig)
    assert decide(rig, OFFICER, found.case_id, outcome="declined")["status"] == "awaiting_approval"
    return found


def _proposed_before_a_switch(rig: Rig) -> FiledCase:
    rig.time = SWITCH - timedelta(hours=1)
    nothing(rig)
    found = _verified(rig)
    decide(rig, OFFICER, found.case_id, outcome="declined")
    rig.time = SWITCH + timedelta(minutes=1)
    return found


def _escalated(rig: Rig) -> FiledCase:
    found = declined(rig)
    assert rig.on(found.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    rig.pump()
    rig.work(OFFICIAL, found.case_id, "claim")
    return found


def _nobody_left(rig: Rig) -> FiledCase:
    """A case of two requests, both withdrawn, that an officer holds."""
    first, hers = joined(rig)
    for filed in (first.filed, hers):
        assert rig.on(filed, "POST", "/withdrawal", {}).status == 202
    rig.pump()
    rig.work(OFFICER, first.case_id, "claim")
    return first


def _ended(rig: Rig) -> FiledCase:
    return declined(rig)


def _to_link(rig: Rig) -> tuple[FiledCase, FiledCase]:
    nothing(rig)
    source = claimed(rig, 12, requester=LAWYER, subject={"a_number": None})
    return source, file_case(rig)


def _an_hour_ago(rig: Rig) -> FiledCase:
    found = own(rig)
    rig.later(hours=1)
    return found


def _drafted(rig: Rig) -> None:
    own(rig)
    send(rig, EARLIER)


def _to_vacate(rig: Rig) -> None:
    own(rig)
    send(rig, amendment("end", ORDER, "2025-01-20T05:00:00Z/2026-11-24T15:00:00Z"))


def _policy(user: Staff, path: str, sent: object) -> Act:
    return lambda rig, _: rig.staff(user, "POST", f"/staff/policies{path}", sent)


def _link(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return {"case_id": found[1].case_id, "why": "The same man."}


def _hers(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return {"receipt": found[1]["receipt"]}


def _of_receipt(**about: object) -> Callable[[Any], Any]:
    return lambda found: {"receipt": found.receipt, **about, **SEEN}


STAFF = [
    Flow("claim", "staff", own, _on(OFFICER, "claim"), 200, once=True),
    Flow("next", "staff", own, lambda rig, _: rig.staff(OFFICER, "POST", "/staff/worklist/next", {}), 200, once=True),
    Flow("release", "staff", held, _on(OFFICER, "release"), 200, once=True),
    Flow("read a case", "staff", own, _reads(""), 200, again=False),
    Flow("read contacts", "staff", own, _reads("/contacts?why=call"), 200, again=False),
    Flow("read a ranking", "staff", own, _reads("/ranking"), 200, again=False),
    Flow("read a history", "staff", own, _reads("/history"), 200, again=False),
    Flow("verify facts", "staff", held, _on(OFFICER, "verifications", {"facts": {"pregnant": True}, **SEEN}), 200),
    Flow(
        "verify facts that close the case",
        "staff",
        held,
        _on(OFFICER, "verifications", {"facts": {"protected": True}, **SEEN}),
        200,
        once=True,
    ),
    Flow("verify an identity", "staff", held, _on(OFFICER, "verifications", _of_receipt(identity=True)), 200),
    Flow("verify an authority", "staff", held, _on(OFFICER, "verifications", _of_receipt(authority="g28")), 200),
    Flow(
        "ask",
        "staff",
        held,
        _on(OFFICER, "information-requests", {"asked": ["Proof."], "answer_by": "2026-12-04"}),
        200,
        once=True,
    ),
    Flow("transfer", "staff", held, _on(SUPERVISOR, "transfer", {"office": "ELP", "why": "Moved."}), 200, once=True),
    Flow("link", "staff", _to_link, _on(OFFICER, "link", _link), 200, once=True),
    Flow("split", "staff", joined, _on(OFFICER, "split", lambda found: {**_hers(found), "why": "No."}), 200, once=True),
    Flow("reissue a code", "staff", joined, _on(OFFICER, "reissue-code", _hers), 200),
    Flow(
        "decide",
        "staff",
        _with_decision(_verified_today, OFFICER, "granted"),
        _decides(OFFICER),
        200,
        once=True,
    ),
    Flow("propose", "staff", _with_decision(_early, OFFICER, "declined"), _decides(OFFICER), 200, once=True),
    Flow("approve", "staff", _proposed, _on(SUPERVISOR, "approval", {"approve": True, "why": "Yes."}), 200, once=True),
    Flow("return", "staff", _proposed, _on(SUPERVISOR, "approval", {"approve": False, "why": "No."}), 200, once=True),
    Flow(
        "approve after a switch",
        "staff",
        _proposed_before_a_switch,
        _on(SUPERVISOR, "approval", {"approve": True, "why": "Yes."}),
        200,
        once=True,
    ),
    *(
        Flow(outcome, "staff", _with_decision(_escalated, OFFICIAL, outcome), _decides(OFFICIAL), 200, once=True)
        for outcome in ("override", "uphold", "remand")
    ),
    Flow(
        "confirm a withdrawal",
        "staff",
        _with_decision(_nobody_left, OFFICER, "withdrawn"),
        _decides(OFFICER),
        200,
        once=True,
    ),
    Flow("reopen", "staff", _ended, _on(OFFICER, "reopening", {"why": "Changed."}), 200, once=True),
    Flow("record a removal", "staff", _an_hour_ago, _on(OFFICER, "removal", REMOVED), 200),
    Flow(
        "file for someone",
        "staff",
        nothing,
        lambda rig, _: rig.staff(OFFICER, "POST", "/staff/requests", person(11, channel="phone")),
        201,
    ),
    Flow("send a draft", "staff", own, _policy(AUTHOR, "", {"document": EARLIER}), 201, once=True, again=False),
    Flow("ask for a preview", "staff", _drafted, _policy(AUTHOR, "/earlier/preview", {}), 202, once=True, again=False),
    Flow(
        "approve a policy",
        "staff",
        _drafted,
        _policy(APPROVER, "/earlier/approval", {"approve": True, "why": "Yes."}),
        200,
        once=True,
        again=False,
    ),
    Flow(
        "refuse a policy",
        "staff",
        _drafted,
        _policy(APPROVER, "/earlier/approval", {"approve": False, "why": "No."}),
        200,
        once=True,
        again=False,
    ),
    Flow(
        "vacate a policy",
        "staff",
        _to_vacate,
        _policy(APPROVER, "/end/approval", {"approve": True, "why": "A court."}),
        200,
        once=True,
        again=False,
    ),
]
