"""Reissue or freeze the access code of a request: with a reason and a proof, and with a message to its holder."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from casereview.crypto.macs import Macs
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OFFICIAL,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    post,
    verify,
)
from tests.support.system import Staff, System

LOST = {"proof": "document", "why": "Mirabel says that the code was lost."}


def reissue(system: System, user: Staff, held: FiledCase) -> dict[str, Any]:
    return system.work(user, held.case_id, "reissue-code", {"receipt": held.receipt, **LOST})


def freeze(system: System, user: Staff, held: FiledCase) -> dict[str, Any]:
    return system.work(user, held.case_id, "freeze", {"receipt": held.receipt, "why": "Mirabel called."})


def stored(system: System, held: FiledCase) -> Request:
    return system.read(Request, keys.request(held.receipt))


def test_after_a_reissue_only_the_new_code_is_valid(system: System) -> None:
    held = file_case(system)
    answer = reissue(system, OFFICER, held)
    assert answer == {"receipt": held.receipt, "access_code": answer["access_code"]}
    for method, what, given in (
        ("GET", "", None),
        ("POST", "/updates", {"statement": "x"}),
        ("POST", "/withdrawal", {}),
        ("POST", "/escalation", {"statement": "x"}),
    ):
        assert system.on(held.filed, method, what, given).status == 404
    assert system.look_up(answer)["receipt"] == held.receipt
    again = reissue(system, OFFICER, held)
    assert again["access_code"] not in {answer["access_code"], held.filed["access_code"]}
    assert system.on(answer, "GET").status == 404


def test_a_code_that_cannot_be_made_replaces_none(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    held = file_case(system)

    def unreachable(*_given: object) -> str:
        raise EndpointConnectionError(endpoint_url="kms")

    with monkeypatch.context() as broken:
        broken.setattr(Macs, "code", unreachable)
        given = {"receipt": held.receipt, **LOST}
        assert post(system, OFFICER, held.case_id, "reissue-code", given).status == 503
    assert stored(system, held).epoch == 0
    assert system.look_up(held.filed)["receipt"] == held.receipt


@pytest.mark.parametrize("missing", ["proof", "why"])
def test_a_reissue_needs_a_reason_and_a_proof(shared: System, missing: str) -> None:
    held = file_case(shared, 900)
    given = {name: value for name, value in {"receipt": held.receipt, **LOST}.items() if name != missing}
    answer = post(shared, OFFICER, held.case_id, "reissue-code", given)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, f"/{missing}")
    for blank in ("  ", "\u200b"):
        sent = {"receipt": held.receipt, **LOST, "why": blank}
        assert post(shared, OFFICER, held.case_id, "reissue-code", sent).status == 422
    assert shared.look_up(held.filed)["status"] == "received"


def test_the_holder_is_told_of_a_reissue_and_the_history_says_why(system: System) -> None:
    held = file_case(system)
    sent = len(system.outbox())
    answer = reissue(system, OFFICER, held)
    system.pump()
    (mail,) = system.outbox()[sent:]
    assert (mail.to, answer["access_code"] in mail.body) == ("ana@example.org", False)
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.receipt, event.details) == (
        "code_reissued",
        "omar",
        held.receipt,
        {"proof": "document"},
    )
    statements = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/statements").body
    assert "Mirabel" in statements
    assert "Mirabel" not in str(system.items())


def test_no_staff_route_returns_an_existing_access_code(system: System) -> None:
    held = claimed(system)
    code = reissue(system, OFFICER, held)["access_code"]
    base = f"/staff/cases/{held.case_id}"
    reads = ("", f"/requests/{held.receipt}", "/ranking", "/history", "/statements", "/notices")
    answers = [system.staff(OFFICER, "GET", base + what) for what in reads]
    answers += [system.staff(OFFICER, "GET", path) for path in ("/staff/worklist", "/staff/verifications")]
    answers.append(post(system, OFFICER, held.case_id, "contacts", {"why": "x"}))
    for answer in answers:
        assert answer.status == 200
        assert code not in answer.body
        assert held.filed["access_code"] not in answer.body
        assert "access_code" not in answer.body
    assert code not in str(system.items())


def test_a_code_can_be_reissued_after_a_decision_and_an_escalation(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    new = reissue(system, OFFICER, held)
    assert system.look_up(new)["decision"]["outcome"] == "declined"
    assert system.on(new, "POST", "/escalation", {"statement": "Look again."}).status == 202
    newest = reissue(system, COLLEAGUE, held)
    assert system.look_up(newest)["status"] == "with_senior_official"


def test_a_code_can_be_reissued_only_for_a_receipt_of_the_case_by_its_office(system: System) -> None:
    held, other = file_case(system, 1), file_case(system, 2)
    for what, more in (("reissue-code", LOST), ("freeze", {"why": "x"})):
        for user, receipt, status in (
            (OFFICER, other.receipt, 404),
            (ELSEWHERE, held.receipt, 404),
            (OFFICIAL, held.receipt, 403),
        ):
            assert post(system, user, held.case_id, what, {"receipt": receipt, **more}).status == status
    assert system.look_up(other.filed)["status"] == "received"
    assert [event.kind for event in system.history(system.case_of(held.filed))] == ["filed", "ranked"]
    reissue(system, SUPERVISOR, held)
    request = stored(system, held)
    assert (request.reissued_by, request.reissued_at) == (SUPERVISOR.id, system.time)


# ---- freeze


def test_a_frozen_code_opens_the_limited_view_alone_until_it_is_reissued(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.look_up(held.filed)["disclosure"] == "full"
    answer = freeze(system, COLLEAGUE, held)
    assert (answer["status"], answer["claimed_by"]) == ("in_review", "omar")
    shown = system.look_up(held.filed)
    assert (shown["disclosure"], shown["status"]) == ("limited", "received")
    for what, given in (
        ("/withdrawal", {}),
        ("/escalation", {"statement": "x"}),
        ("/updates", {"contact": {"email": "thief@example.org"}}),
    ):
        assert system.on(held.filed, "POST", what, given).status == 409
    new = reissue(system, OFFICER, held)
    assert system.look_up(new)["disclosure"] == "full"
    assert not stored(system, held).frozen


def test_who_is_frozen_gets_no_news(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    freeze(system, OFFICER, held)
    sent = len(system.outbox())
    answer = decide(system, OFFICER, held.case_id)
    assert (answer["will_learn"], answer["will_not_learn"]) == ([], [held.receipt])
    assert len(system.outbox()) == sent
    new = reissue(system, OFFICER, held)
    system.pump()
    assert len(system.outbox()) == sent + 1, "with the new code the news comes"
    assert system.look_up(new)["decision"]["outcome"] == "granted"


def test_freezing_again_changes_nothing(system: System) -> None:
    held = file_case(system)
    first = freeze(system, OFFICER, held)
    again = freeze(system, COLLEAGUE, held)
    assert again["case_version"] == first["case_version"]
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.receipt) == ("code_frozen", "omar", held.receipt)
    assert post(system, OFFICER, held.case_id, "freeze", {"receipt": held.receipt}).status == 422
