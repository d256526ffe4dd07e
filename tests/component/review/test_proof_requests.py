"""Questions of the catalog to requesters who are not verified: they change no status and stop no clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    COLLEAGUE,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    SISTER,
    claimed,
    decide,
    file_case,
    person,
    post,
    verify,
)
from tests.support.system import Answer, Staff, System


def ask(system: System, case_id: str, user: Staff = OFFICER, **given: Any) -> Answer:  # noqa: ANN401  # any field
    return post(system, user, case_id, "information-requests", given)


def asks(system: System, receipt: str) -> list[tuple[str, ...]]:
    return [one.codes for one in system.read(Request, keys.request(receipt)).asks]


def code_of(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["errors"][0]["code"]


def test_a_requester_is_asked_how_to_prove_the_identity_without_a_claim(system: System) -> None:
    held = claimed(system)
    before = system.case_of(held.filed)
    sent = len(system.outbox())
    by = (system.time + timedelta(days=5)).isoformat()
    answer = ask(system, held.case_id, COLLEAGUE, to=[held.receipt], codes=["prove_identity"], answer_by=by)
    assert (answer.status, answer.json()["status"], answer.json()["claimed_by"]) == (200, "in_review", "omar")
    case = system.case_of(held.filed)
    assert (case.first_look, case.hold, case.answer_by) == (before.first_look, before.hold, None)
    system.pump()
    assert len(system.outbox()) == sent + 1
    (asked,) = system.look_up(held.filed)["asked_for"]
    assert asked["answer_by"] is not None
    assert system.look_up(held.filed)["status"] == "received"
    assert system.history(case)[-1].kind == "proof_asked"


def test_without_receipts_all_who_fit_are_asked(system: System) -> None:
    held = file_case(system)
    sister = system.file(person(11, requester=SISTER))
    lawyer = system.file(person(11, requester=LAWYER))
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    assert ask(system, held.case_id, codes=["prove_authority"]).status == 200
    assert [asks(system, one) for one in (held.receipt, sister["receipt"], lawyer["receipt"])] == [
        [],
        [("prove_authority",)],
        [],
    ]
    both = ask(system, held.case_id, codes=["prove_authority", "prove_identity"])
    assert both.status == 200
    assert asks(system, held.receipt) == [("prove_identity",)]


def test_the_newest_five_are_kept_until_the_holder_is_verified(system: System) -> None:
    held = file_case(system)
    for _ in range(7):
        system.later(minutes=1)
        ask(system, held.case_id, codes=["prove_identity"])
    assert len(asks(system, held.receipt)) == 5
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert asks(system, held.receipt) == []
    assert system.look_up(held.filed)["asked_for"] == []


def test_a_question_that_reaches_nobody_is_refused(system: System) -> None:
    held = file_case(system)
    assert code_of(ask(system, held.case_id, codes=["prove_authority"])) == (422, "wrong_kind")
    assert code_of(ask(system, held.case_id, to=[held.receipt], codes=["prove_authority"])) == (422, "wrong_kind")
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    found = ask(system, held.case_id, to=[held.receipt], codes=["prove_identity"])
    assert code_of(found) == (409, "already_verified")
    other = file_case(system, 12)
    assert ask(system, held.case_id, to=[other.receipt], codes=["prove_identity"]).status == 404


def test_it_can_be_asked_in_every_state(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    assert ask(system, held.case_id, codes=["prove_identity"]).json()["status"] == "decided"
    assert asks(system, held.receipt) == [("prove_identity",)]


def test_the_office_that_the_answer_named_asks_its_own_requesters(system: System) -> None:
    held = file_case(system)
    lawyer = system.file(person(11, requester=LAWYER, facts={"facility": "EPC"}))
    assert ask(system, held.case_id, ELSEWHERE, codes=["prove_identity", "prove_authority"]).status == 200
    assert (asks(system, held.receipt), asks(system, lawyer["receipt"])) == ([], [("prove_authority",)])
    refused = ask(system, held.case_id, ELSEWHERE, to=[held.receipt], codes=["prove_identity"])
    assert code_of(refused) == (403, "other_office")


# ---- free text


def test_free_text_is_put_to_verified_requesters_only(system: System) -> None:
    held = claimed(system)
    by = (system.time + timedelta(days=5)).isoformat()
    given: dict[str, Any] = {"asked": [{"text": "A letter of Dr Mirabel.", "language": "en"}], "answer_by": by}
    refused = ask(system, held.case_id, **given)
    assert code_of(refused) == (409, "no_verified_requester")
    assert system.case_of(held.filed).status == "in_review"
    lawyer = system.file(person(11, requester=LAWYER))
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    named = ask(system, held.case_id, to=[held.receipt], **given)
    assert (*code_of(named), named.json()["errors"][0]["pointer"]) == (409, "no_verified_requester", "/to/0")
    assert ask(system, held.case_id, **given).json()["status"] == "information_needed"
    assert "Mirabel" in str(system.look_up(lawyer)["asked_for"])
    assert system.look_up(held.filed)["asked_for"] == []


def test_a_question_to_one_is_not_shown_to_another(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    verify(system, OFFICER, held.case_id, receipt=lawyer["receipt"], authority="g28")
    sent = len(system.outbox())
    by = (system.time + timedelta(days=5)).isoformat()
    assert (
        ask(system, held.case_id, to=[held.receipt], asked=[{"text": "x", "language": "en"}], answer_by=by).status
        == 200
    )
    system.pump()
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]
    assert [len(system.look_up(one)["asked_for"]) for one in (held.filed, lawyer)] == [1, 0]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"asked": [{"text": "x", "language": "en"}]},
        {"asked": [{"text": "x", "language": "en"}], "codes": ["prove_identity"], "answer_by": "2027-01-01"},
        {"asked": [], "answer_by": "2027-01-01"},
        {"codes": []},
        {"codes": ["prove_innocence"]},
        {"codes": ["prove_identity"], "to": []},
        {"codes": ["prove_identity"], "answer_by": "2020-01-01"},
    ],
)
def test_malformed_questions_are_refused(shared: System, given: dict[str, Any]) -> None:
    held = file_case(shared, 910)
    assert ask(shared, held.case_id, **given).status == 422
    assert asks(shared, held.receipt) == []


def test_a_question_that_fits_no_requester_is_refused_by_what_is_wrong(system: System) -> None:
    held = file_case(system)
    given = {"codes": ["prove_authority"]}
    answer = post(system, OFFICER, held.case_id, "information-requests", given)
    (error,) = answer.json()["errors"]
    assert (answer.status, error["pointer"], error["code"]) == (422, "/codes", "wrong_kind")
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    answer = post(system, OFFICER, held.case_id, "information-requests", given)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (409, "already_verified")


def test_a_question_that_is_put_again_is_shown_once_as_it_was_last_put(system: System) -> None:
    held = file_case(system)
    for _ in range(2):
        system.later(hours=1)
        system.work(OFFICER, held.case_id, "information-requests", {"codes": ["prove_identity"]})
    (shown,) = system.look_up(held.filed)["asked_for"]
    assert shown["asked_at"] == rfc3339(system.time)


def test_a_receipt_of_another_case_is_refused_in_words_for_staff(system: System) -> None:
    held, other = file_case(system), file_case(system, 12)
    given = {"codes": ["prove_identity"], "to": [other.receipt]}
    (error,) = post(system, OFFICER, held.case_id, "information-requests", given).json()["errors"]
    assert (error["code"], error["pointer"]) == ("no_such_request", "/to/0")
    assert "access code" not in error["message"]
