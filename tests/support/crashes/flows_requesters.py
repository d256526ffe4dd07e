"""The flows of staff about requesters: verification, codes, questions, withdrawals, contacts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casereview.store import keys
from casereview.usecases.file_request import MAX_LIVE
from tests.support.crashes.calls import post_to_case
from tests.support.crashes.flow import Flow
from tests.support.crashes.flows_public import LOOK_AGAIN, claimed_case, empty_docket, joined_case, ranked_case
from tests.support.crashes.rig import Rig
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    person,
)
from tests.support.system import Staff

CONFIRMED = {"verdict": "confirmed", "why": "Seen."}
REFUTED = {"verdict": "refuted", "why": "Not so.", "reason": "details_differ"}
SEEN = {**CONFIRMED, "proof": "in_person"}
_OTHER_CLEARED = Staff("clio", "officer,restricted")


def _of_receipt(**given: object) -> Callable[[Any], Any]:
    return lambda found: {"receipt": found.receipt, **given}


def _of_second_receipt(**given: object) -> Callable[[Any], Any]:
    return lambda found: {"receipt": found[1]["receipt"], **given}


def _represented(rig: Rig) -> FiledCase:
    empty_docket(rig)
    return file_case(rig, requester=LAWYER)


def _restricted(rig: Rig) -> FiledCase:
    """Return a restricted case whose requester one officer has confirmed."""
    empty_docket(rig)
    found = file_case(rig, facts={"relief_pending": ["vawa"]})
    rig.work(CLEARED, found.case_id, "verifications", {"receipt": found.receipt, "identity": True, **SEEN})
    return found


def _refuted_once(rig: Rig) -> FiledCase:
    found = ranked_case(rig)
    rig.work(COLLEAGUE, found.case_id, "verifications", {"receipt": found.receipt, "identity": True, **REFUTED})
    return found


def _decided_with_kept_escalation(rig: Rig) -> FiledCase:
    empty_docket(rig)
    found = claimed(rig)
    decide(rig, OFFICER, found.case_id, outcome="declined")
    assert rig.on(found.filed, "POST", "/escalation", LOOK_AGAIN).status == 202
    return found


def _beside_strangers(rig: Rig) -> FiledCase:
    """Return the case of a person beside one of strangers, which holds the person's guard."""
    found = ranked_case(rig)
    case = rig.case_of(found.filed)
    rig.tamper(keys.case(case.case_id), live=MAX_LIVE)
    apart = file_case(rig, requester={"contact": {"email": "ana2@example.org"}})
    rig.tamper(keys.case(case.case_id), live=1)
    assert rig.case_of(apart.filed).apart_from == case.person
    return apart


def _verified(rig: Rig) -> FiledCase:
    found = claimed_case(rig)
    rig.work(OFFICER, found.case_id, "verifications", {"receipt": found.receipt, "identity": True, **SEEN})
    rig.pump()
    return found


def _withdrawal_waits(rig: Rig) -> FiledCase:
    empty_docket(rig)
    found = claimed(rig, facts=AT_HOME)
    given = {"receipt": found.receipt, "proof": "document", "why": "Lost."}
    new = FiledCase(rig.work(OFFICER, found.case_id, "reissue-code", given), found.case_id)
    assert rig.on(new.filed, "POST", "/withdrawal", {}).json()["waits"]
    rig.pump()
    return new


def _suppressed(rig: Rig) -> FiledCase:
    found = ranked_case(rig)
    rig.pump()
    (notice,) = rig.notices
    tags = {"case": [found.case_id], "notice": [notice.notice_id]}
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    rig.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"messageId": notice.provider_id, "tags": tags}})
    return found


def _verification(name: str, prepare: Callable[[Rig], Any], user: Staff, **given: object) -> Flow:
    """Return a flow that verifies a requester; to do so again changes nothing, or is refused."""
    return Flow(name, "staff", prepare, post_to_case(user, "verifications", _of_receipt(**given)), 200, idempotent=True)


REQUESTERS = [
    _verification("verify an identity", claimed_case, OFFICER, identity=True, **SEEN),
    _verification("verify an authority", _represented, OFFICER, authority="g28", **SEEN),
    _verification("verify with a kept escalation", _decided_with_kept_escalation, COLLEAGUE, identity=True, **SEEN),
    _verification("verify where strangers hold the guard", _beside_strangers, OFFICER, identity=True, **SEEN),
    _verification("confirm as the second person", _restricted, _OTHER_CLEARED, identity=True, **SEEN),
    _verification("refute as the first person", ranked_case, OFFICER, identity=True, **REFUTED),
    _verification("refute as the second person", _refuted_once, OFFICER, identity=True, **REFUTED),
    Flow(
        "request information",
        "staff",
        _verified,
        post_to_case(
            OFFICER,
            "information-requests",
            {"asked": [{"text": "Proof.", "language": "en"}], "answer_by": "2026-12-04"},
        ),
        200,
        idempotent=True,
    ),
    Flow(
        "request a proof",
        "staff",
        claimed_case,
        post_to_case(OFFICER, "information-requests", {"codes": ["prove_identity"]}),
        200,
    ),
    Flow(
        "read contacts",
        "staff",
        ranked_case,
        post_to_case(OFFICER, "contacts", {"why": "call"}),
        200,
    ),
    Flow(
        "reissue a code",
        "staff",
        joined_case,
        post_to_case(OFFICER, "reissue-code", _of_second_receipt(proof="document", why="Lost.")),
        200,
    ),
    Flow(
        "freeze a code",
        "staff",
        joined_case,
        post_to_case(OFFICER, "freeze", _of_second_receipt(why="Lost.")),
        200,
        idempotent=True,
    ),
    *(
        Flow(
            f"{what} a withdrawal that waits",
            "staff",
            _withdrawal_waits,
            post_to_case(SUPERVISOR, "withdrawals", _of_receipt(confirm=what == "confirm", why="Called.")),
            200,
            idempotent=True,
        )
        for what in ("confirm", "cancel")
    ),
    Flow(
        "lift a suppression",
        "staff",
        _suppressed,
        post_to_case(SUPERVISOR, "unsuppress", _of_receipt(why="Mailbox emptied.")),
        200,
        idempotent=True,
    ),
    Flow(
        "file for someone",
        "staff",
        empty_docket,
        lambda rig, _: rig.staff(
            OFFICER,
            "POST",
            "/staff/requests",
            {**person(11, channel="phone"), "seen": {"identity": True, "proof": "document"}},
        ),
        201,
    ),
]
