"""The flows of requesters."""

from __future__ import annotations

from typing import Any

from tests.support.crashes.flow import Flow
from tests.support.crashes.rig import Rig
from tests.support.staff import (
    AT_HOME,
    LAWYER,
    OFFICER,
    SISTER,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    person,
    verify,
)
from tests.support.system import Answer

KEY = "key-of-a-request-0001"
UNDO = {"undo": True}
PROTECTED: dict[str, Any] = {"relief_pending": ["vawa"]}
LOOK_AGAIN = {"statement": "You overlooked Mirabel."}
MORE: dict[str, Any] = {
    "facts": {"serious_illness": True},
    "contact": {"email": "new@example.org"},
    "statement": "I fell ill.",
}


def file(rig: Rig, sent: Any, key: str | None = KEY) -> Answer:  # noqa: ANN401  # a body
    """Send a request, with an Idempotency-Key if one is given."""
    return rig.call("POST", "/requests", sent, {"Idempotency-Key": key} if key else {})


def empty_docket(rig: Rig) -> None:
    """Run one tick on an empty docket, which stores the policy in force; notify reads it, in each run of a flow."""
    rig.sweep()
    rig.notify.policies.registry(fresh=True)


def ranked_case(rig: Rig) -> FiledCase:
    """File a person's own request, and return its case, ranked and acknowledged."""
    empty_docket(rig)
    return file_case(rig)


def _filed_before(rig: Rig) -> None:
    empty_docket(rig)
    rig.file(person(11), KEY)
    rig.pump()


def joined_case(rig: Rig) -> tuple[FiledCase, dict[str, Any]]:
    """Return a person's case, and the request of a sister that joined it."""
    first = ranked_case(rig)
    rig.later(hours=1)
    hers = rig.file(person(11, requester=SISTER))
    rig.pump()
    return first, hers


def information_requested(rig: Rig) -> FiledCase:
    """Return a case that waits for the answer of its verified requester."""
    found = _verified_case(rig)
    ask(rig, OFFICER, found.case_id)
    return found


def claimed_case(rig: Rig) -> FiledCase:
    """Return a case that an officer has claimed."""
    empty_docket(rig)
    return claimed(rig)


def declined_case(rig: Rig) -> FiledCase:
    """Return a declined case with a verified requester."""
    found = claimed_case(rig)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    decide(rig, OFFICER, found.case_id, outcome="declined")
    return found


def _withdrawn_case(rig: Rig) -> FiledCase:
    """Return a case that its only requester withdrew, and that closed with it."""
    empty_docket(rig)
    found = file_case(rig, facts=AT_HOME)
    assert rig.on(found.filed, "POST", "/withdrawal", {}).status == 202
    assert rig.case_of(found.filed).status == "withdrawn"
    rig.pump()
    return found


def _withdrawn_before_the_decision(rig: Rig) -> FiledCase:
    """Return the withdrawn request of a verified person, whose case was decided meanwhile."""
    found = claimed_case(rig)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    rig.file(person(11, requester=SISTER))
    assert rig.on(found.filed, "POST", "/withdrawal", {}).status == 202
    decide(rig, OFFICER, found.case_id)
    return found


def _reissued(rig: Rig) -> FiledCase:
    """Return a request whose code was reissued: a withdrawal now waits for a supervisor."""
    found = ranked_case(rig)
    given = {"receipt": found.receipt, "proof": "document", "why": "Lost."}
    new = FiledCase(rig.work(OFFICER, found.case_id, "reissue-code", given), found.case_id)
    rig.pump()
    return new


def _withdrawal_waits(rig: Rig) -> FiledCase:
    found = _reissued(rig)
    assert rig.on(found.filed, "POST", "/withdrawal", {}).json()["waits"]
    rig.pump()
    return found


def _verified_case(rig: Rig) -> FiledCase:
    found = claimed_case(rig)
    verify(rig, OFFICER, found.case_id, receipt=found.receipt, identity=True)
    return found


def _nameless(rig: Rig) -> FiledCase:
    """Return a request without an A-number and a birth date."""
    empty_docket(rig)
    return file_case(rig, subject={"a_number": None, "born_on": None})


def _nameless_beside(rig: Rig) -> FiledCase:
    """Return such a request about a person who has another open case."""
    found = _nameless(rig)
    file_case(rig, requester=LAWYER)
    return found


def _post(what: str, sent: object) -> Any:  # noqa: ANN401  # an act
    def act(rig: Rig, found: Any) -> Answer:  # noqa: ANN401  # what was prepared
        first = found if isinstance(found, FiledCase) else found[0]
        return rig.on(first.filed, "POST", what, sent)

    return act


def _look_up(rig: Rig, found: FiledCase) -> Answer:
    return rig.on(found.filed, "GET")


IDENTITY = {"subject": {"a_number": "A000-000-011", "born_on": "1980-02-03"}}
_LAWYERS = person(11, requester=LAWYER)
PUBLIC = [
    Flow("file", "requester", empty_docket, lambda rig, _: file(rig, person(11)), 201, idempotent=True),
    Flow("file without a key", "requester", empty_docket, lambda rig, _: file(rig, person(11), None), 201),
    Flow("file again", "requester", _filed_before, lambda rig, _: file(rig, person(11)), 201, idempotent=True),
    Flow(
        "another body, same key", "requester", _filed_before, lambda rig, _: file(rig, _LAWYERS), 422, idempotent=True
    ),
    Flow("file, joining a case", "requester", ranked_case, lambda rig, _: file(rig, _LAWYERS), 201, idempotent=True),
    Flow("look up", "requester", ranked_case, _look_up, 200, idempotent=True),
    Flow("look up a verified request", "requester", _verified_case, _look_up, 200, idempotent=True),
    Flow("update", "requester", ranked_case, _post("/updates", MORE), 202),
    Flow("state protected relief", "requester", ranked_case, _post("/updates", {"facts": PROTECTED}), 202),
    Flow("complete an identity", "requester", _nameless, _post("/updates", IDENTITY), 202),
    Flow("complete an identity beside another case", "requester", _nameless_beside, _post("/updates", IDENTITY), 202),
    Flow("answer a question", "requester", information_requested, _post("/updates", MORE), 202),
    Flow("withdraw", "requester", ranked_case, _post("/withdrawal", {}), 202, idempotent=True),
    Flow("withdraw a claimed case", "requester", claimed_case, _post("/withdrawal", {}), 202, idempotent=True),
    Flow("withdraw one of two", "requester", joined_case, _post("/withdrawal", {}), 202, idempotent=True),
    Flow("ask to withdraw", "requester", _reissued, _post("/withdrawal", {}), 202, idempotent=True),
    Flow("cancel a withdrawal", "requester", _withdrawal_waits, _post("/withdrawal", UNDO), 202, idempotent=True),
    Flow("undo a withdrawal", "requester", _withdrawn_case, _post("/withdrawal", UNDO), 202, idempotent=True),
    Flow(
        "undo a withdrawal after the decision",
        "requester",
        _withdrawn_before_the_decision,
        _post("/withdrawal", UNDO),
        202,
        idempotent=True,
    ),
    Flow("ask for an escalation", "requester", ranked_case, _post("/escalation", LOOK_AGAIN), 202),
    Flow("escalate", "requester", declined_case, _post("/escalation", LOOK_AGAIN), 202, idempotent=True),
]
