"""The flows of staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.schema.records import Case
from casereview.store import keys
from tests.support.crashes.calls import Act, get_case, post_to_case
from tests.support.crashes.flow import Flow
from tests.support.crashes.flows_policy_office import POLICY_OFFICE
from tests.support.crashes.flows_public import (
    LOOK_AGAIN,
    claimed_case,
    declined_case,
    empty_docket,
    joined_case,
    ranked_case,
)
from tests.support.crashes.flows_requesters import CONFIRMED, REQUESTERS
from tests.support.crashes.flows_workers import POSTAL
from tests.support.crashes.rig import Rig
from tests.support.staff import (
    COLLEAGUE,
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
    verify,
)
from tests.support.system import Answer, Staff

REMOVED = {"removed_at": "2026-11-24T10:30:00-05:00", "why": "By the log."}


def _with_decision(prepare: Callable[[Rig], FiledCase], user: Staff, outcome: str) -> Callable[[Rig], Any]:
    """Return a preparation that also returns the decision to send."""

    def prepared(rig: Rig) -> tuple[FiledCase, dict[str, Any]]:
        found = prepare(rig)
        return found, decision(rig, user, found.case_id, outcome=outcome)

    return prepared


def _employed(rig: Rig) -> FiledCase:
    """Return a claimed case, while the colleague who is to get it has an account."""
    rig.employ(COLLEAGUE)
    return claimed_case(rig)


def _draft(rig: Rig, found: FiledCase) -> Answer:
    return rig.staff(OFFICER, "PUT", f"/staff/cases/{found.case_id}/draft", {"text": "So far."})


def _prepared_decision(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return found[1]


def _decides(user: Staff) -> Act:
    return post_to_case(user, "decision", _prepared_decision)


def _verified(rig: Rig, **more: Any) -> FiledCase:  # noqa: ANN401  # any part of a body
    found = claimed(rig, **more)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    return found


_BY_LETTER: dict[str, Any] = {"postal": POSTAL, "phone": "+12025550123", "preferred": "letter"}


def _verified_today(rig: Rig) -> FiledCase:
    empty_docket(rig)
    return _verified(rig)


def _verified_under_policy_a(rig: Rig) -> FiledCase:
    rig.time = POLICY_A
    empty_docket(rig)
    return _verified(rig)


def _proposed(rig: Rig) -> FiledCase:
    found = _verified_under_policy_a(rig)
    assert decide(rig, OFFICER, found.case_id, outcome="declined")["status"] == "awaiting_approval"
    return found


def _proposed_with_two_approvals(rig: Rig) -> FiledCase:
    rig.time = POLICY_A
    empty_docket(rig)
    found = _verified(rig, facts={"serious_illness": True, "removal_order": "final"})
    decide(rig, OFFICER, found.case_id, outcome="declined")
    return found


def _granted(rig: Rig) -> FiledCase:
    found = _verified_today(rig)
    decide(rig, OFFICER, found.case_id, outcome="granted")
    return found


def _carry_out(rig: Rig, found: FiledCase) -> Answer:
    (duty,) = (duty for duty in rig.all(Duty, "DUTY#") if duty.kind == "carry_out" and duty.case_id == found.case_id)
    sent = {"what": "released", "done_at": rfc3339(rig.time), "why": "As decided."}
    return rig.staff(OFFICER, "POST", f"/staff/cases/{found.case_id}/duties/{duty.duty_id}", sent)


def _called(*results: str) -> Callable[[Rig], FiledCase]:
    """Return what prepares an open duty of a requester who wants letters, after these results of the ones before."""

    def prepare(rig: Rig) -> FiledCase:
        empty_docket(rig)
        found = file_case(rig, requester={"name": "Ana", "role": "self", "contact": _BY_LETTER})
        for what in results:
            assert _record_attempt(what)(rig, found).status == 200
            rig.pump()
        return found

    return prepare


def _record_attempt(what: str) -> Callable[[Rig, FiledCase], Answer]:
    """Return what records the result of the newest call or letter."""

    def act(rig: Rig, found: FiledCase) -> Answer:
        known = [duty for duty in rig.all(Duty, "DUTY#") if duty.kind in {"call", "letter"}]
        duty = next((duty for duty in known if duty.state == "open"), known[-1])
        sent = {"what": what, "done_at": rfc3339(rig.time), "why": "As recorded."}
        return rig.staff(OFFICER, "POST", f"/staff/cases/{found.case_id}/duties/{duty.duty_id}", sent)

    return act


def _proposed_before_a_switch(rig: Rig) -> FiledCase:
    rig.time = SWITCH - timedelta(hours=1)
    empty_docket(rig)
    found = _verified(rig)
    decide(rig, OFFICER, found.case_id, outcome="declined")
    rig.time = SWITCH + timedelta(minutes=1)
    return found


def _escalated(rig: Rig) -> FiledCase:
    found = declined_case(rig)
    assert rig.on(found.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    rig.pump()
    rig.work(OFFICIAL, found.case_id, "claim")
    return found


def _all_withdrawn(rig: Rig) -> FiledCase:
    """Return a claimed case of two requests, both withdrawn."""
    first, hers = joined_case(rig)
    for filed in (first.filed, hers):
        assert rig.on(filed, "POST", "/withdrawal", {}).status == 202
    rig.pump()
    rig.work(OFFICER, first.case_id, "claim")
    return first


def _to_link(rig: Rig) -> tuple[FiledCase, FiledCase]:
    empty_docket(rig)
    source = claimed(rig, 12, requester=LAWYER, subject={"a_number": None})
    return source, file_case(rig)


def _numbered(rig: Rig) -> tuple[FiledCase, FiledCase]:
    empty_docket(rig)
    return file_case(rig, 12, requester=LAWYER), file_case(rig)


def _to_unlink(rig: Rig) -> tuple[FiledCase, int]:
    source, target = _to_link(rig)
    rig.work(OFFICER, source.case_id, "link", _link((source, target)))
    rig.pump()
    return source, rig.read(Case, keys.case(source.case_id)).version


def _removed(rig: Rig) -> tuple[FiledCase, int]:
    found = ranked_case(rig)
    sent = {"removed_at": (rig.time - timedelta(minutes=1)).isoformat(), "why": "Recorded by mistake."}
    return found, rig.work(OFFICER, found.case_id, "removal", sent)["case_version"]


def _an_hour_ago(rig: Rig) -> FiledCase:
    found = ranked_case(rig)
    rig.later(hours=1)
    return found


def _link(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return {"case_id": found[1].case_id, "why": "The same man."}


def _last_event(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return {"event": found[1], "why": "It was a mistake."}


def _second_receipt(found: Any) -> Any:  # noqa: ANN401  # what was prepared
    return {"receipt": found[1]["receipt"]}


STAFF = [
    Flow("claim", "staff", ranked_case, post_to_case(OFFICER, "claim"), 200, idempotent=True),
    Flow(
        "next",
        "staff",
        ranked_case,
        lambda rig, _: rig.staff(OFFICER, "POST", "/staff/worklist/next", {}),
        200,
        idempotent=True,
        last_reads_may_fail=True,
    ),
    Flow("release", "staff", claimed_case, post_to_case(OFFICER, "release"), 200, idempotent=True),
    Flow(
        "look up a case",
        "staff",
        ranked_case,
        lambda rig, _: rig.staff(OFFICER, "POST", "/staff/lookups", {"a_number": "A000-000-011", "why": "He called."}),
        200,
    ),
    Flow(
        "assign",
        "staff",
        _employed,
        post_to_case(SUPERVISOR, "assignment", {"to": COLLEAGUE.user, "why": "Leave."}),
        200,
        idempotent=True,
    ),
    Flow("save a draft", "staff", claimed_case, _draft, 200, idempotent=True),
    Flow("read a draft", "staff", claimed_case, get_case("/draft"), 200),
    Flow("note", "staff", ranked_case, post_to_case(OFFICER, "notes", {"kind": "call", "text": "She called."}), 200),
    Flow("read a case", "staff", ranked_case, get_case(""), 200),
    Flow("read a ranking", "staff", ranked_case, get_case("/ranking"), 200),
    Flow(
        "read a request",
        "staff",
        ranked_case,
        lambda rig, first: get_case(f"/requests/{first.receipt}")(rig, first),
        200,
    ),
    Flow(
        "read what a holder is shown",
        "staff",
        ranked_case,
        lambda rig, first: get_case(f"/requests/{first.receipt}/view")(rig, first),
        200,
    ),
    Flow("read statements", "staff", ranked_case, get_case("/statements"), 200),
    Flow("read notices", "staff", ranked_case, get_case("/notices"), 200),
    Flow("read a history", "staff", ranked_case, get_case("/history"), 200),
    Flow(
        "verify facts",
        "staff",
        claimed_case,
        post_to_case(OFFICER, "verifications", {"facts": {"pregnant": True}, **CONFIRMED}),
        200,
    ),
    Flow(
        "verify facts that close the case",
        "staff",
        claimed_case,
        post_to_case(OFFICER, "verifications", {"facts": {"protected": True}, **CONFIRMED}),
        200,
        idempotent=True,
    ),
    Flow(
        "transfer",
        "staff",
        claimed_case,
        post_to_case(SUPERVISOR, "transfer", {"office": "ELP", "why": "Moved."}),
        200,
        idempotent=True,
    ),
    Flow("link", "staff", _to_link, post_to_case(OFFICER, "link", _link), 200, idempotent=True),
    Flow("correct a link", "staff", _to_unlink, post_to_case(SUPERVISOR, "corrections", _last_event), 200),
    Flow("correct a removal", "staff", _removed, post_to_case(SUPERVISOR, "corrections", _last_event), 200),
    Flow(
        "link cases with A-numbers", "staff", _numbered, post_to_case(SUPERVISOR, "link", _link), 200, idempotent=True
    ),
    Flow(
        "correct an identity",
        "staff",
        joined_case,
        post_to_case(
            OFFICER,
            "identity",
            {"a_number": "A000000099", "given_name": "Eva", "born_on": "1981", "why": "By the log."},
        ),
        200,
    ),
    Flow(
        "split",
        "staff",
        joined_case,
        post_to_case(OFFICER, "split", lambda found: {**_second_receipt(found), "why": "No."}),
        200,
        idempotent=True,
    ),
    Flow(
        "decide",
        "staff",
        _with_decision(_verified_today, OFFICER, "granted"),
        _decides(OFFICER),
        200,
        idempotent=True,
    ),
    Flow(
        "propose",
        "staff",
        _with_decision(_verified_under_policy_a, OFFICER, "declined"),
        _decides(OFFICER),
        200,
        idempotent=True,
    ),
    Flow(
        "approve",
        "staff",
        _proposed,
        post_to_case(SUPERVISOR, "approval", {"approve": True, "why": "Yes."}),
        200,
        idempotent=True,
    ),
    Flow(
        "return",
        "staff",
        _proposed,
        post_to_case(SUPERVISOR, "approval", {"approve": False, "why": "No."}),
        200,
        idempotent=True,
    ),
    Flow(
        "give one of two approvals",
        "staff",
        _proposed_with_two_approvals,
        post_to_case(SUPERVISOR, "approval", {"approval": "compelling_reason", "approve": True, "why": "Yes."}),
        200,
        idempotent=True,
    ),
    Flow(
        "take a decision back",
        "staff",
        _proposed,
        post_to_case(OFFICER, "decision/withdrawal", {"why": "A date is wrong."}),
        200,
        idempotent=True,
    ),
    Flow("record a duty", "staff", _granted, _carry_out, 200, idempotent=True),
    Flow("record a letter", "staff", _called(), _record_attempt("sent"), 200, idempotent=True),
    Flow("record that a letter came back", "staff", _called("sent"), _record_attempt("returned"), 200, idempotent=True),
    Flow("record a call without an answer", "staff", _called("returned"), _record_attempt("no_answer"), 200),
    Flow(
        "record that contact is not safe", "staff", _called("returned"), _record_attempt("unsafe"), 200, idempotent=True
    ),
    Flow(
        "approve after a switch",
        "staff",
        _proposed_before_a_switch,
        post_to_case(SUPERVISOR, "approval", {"approve": True, "why": "Yes."}),
        200,
        idempotent=True,
        done_alone=True,
    ),
    *(
        Flow(outcome, "staff", _with_decision(_escalated, OFFICIAL, outcome), _decides(OFFICIAL), 200, idempotent=True)
        for outcome in ("override", "uphold", "remand")
    ),
    Flow(
        "confirm a withdrawal",
        "staff",
        _with_decision(_all_withdrawn, OFFICER, "withdrawn"),
        _decides(OFFICER),
        200,
        idempotent=True,
    ),
    Flow(
        "reopen",
        "staff",
        declined_case,
        post_to_case(SUPERVISOR, "reopening", {"why": "Changed."}),
        200,
        idempotent=True,
    ),
    Flow("record a removal", "staff", _an_hour_ago, post_to_case(OFFICER, "removal", REMOVED), 200),
    *REQUESTERS,
    *POLICY_OFFICE,
]
