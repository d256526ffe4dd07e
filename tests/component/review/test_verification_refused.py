"""Verifications that are refused: not valid, or about a request of another case."""

from __future__ import annotations

import pytest

from tests.support.staff import CLEARED, OFFICER, claimed, file_case, post
from tests.support.system import System


@pytest.mark.parametrize(
    "given",
    [
        {"verdict": "confirmed", "why": "x"},
        {"facts": {}, "verdict": "confirmed", "why": "x"},
        {"facts": {"pregnant": True}, "identity": True, "receipt": "R", "verdict": "confirmed", "why": "x"},
        {"identity": True, "verdict": "confirmed", "why": "x"},
        {"identity": False, "receipt": "R", "verdict": "confirmed", "why": "x"},
        {"authority": True, "receipt": "R", "verdict": "confirmed", "why": "x"},
        {"facts": {"pregnant": "yes"}, "verdict": "confirmed", "why": "x"},
        {"facts": {"office": "ELP"}, "verdict": "confirmed", "why": "x"},
        {"facts": {"pregnant": True}, "verdict": "perhaps", "why": "x"},
        {"facts": {"pregnant": True}, "verdict": "confirmed", "why": "  "},
        {"facts": {"pregnant": True}, "verdict": "confirmed"},
    ],
)
def test_a_verification_requires_exactly_one_subject_and_a_reason(shared: System, given: dict[str, object]) -> None:
    held = claimed(shared, 900)
    assert post(shared, OFFICER, held.case_id, "verifications", given).status == 422
    shared.work(OFFICER, held.case_id, "release")


@pytest.mark.parametrize("verdict", ["confirmed", "refuted"])
@pytest.mark.parametrize("relief", [["vawa"], []], ids=["protected", "not protected"])
def test_a_protection_mark_cannot_be_made_unknown(system: System, verdict: str, relief: list[str]) -> None:
    """It would lift the restriction of a case, and keep later claims of other requests from raising one."""
    held = claimed(system, by=CLEARED, facts={"relief_pending": relief})
    given = {"facts": {"protected": None}, "verdict": verdict, "why": "x"}
    answer = post(system, CLEARED, held.case_id, "verifications", given)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/facts/protected")
    system.pump()
    assert system.case_of(held.filed).restricted == bool(relief)


@pytest.mark.parametrize("about", [{"identity": True}, {"authority": "g28"}, {"facts": {"pregnant": True}}])
def test_a_receipt_of_another_case_is_not_found(shared: System, about: dict[str, object]) -> None:
    held, other = claimed(shared, 901), file_case(shared, 902)
    given = {"receipt": other.receipt, "verdict": "confirmed", "proof": "document", "why": "x", **about}
    assert post(shared, OFFICER, held.case_id, "verifications", given).status == 404
    shared.work(OFFICER, held.case_id, "release")


@pytest.mark.parametrize(("stated", "verdict"), [(None, "confirmed"), (None, "refuted"), (False, "refuted")])
def test_a_claim_of_citizenship_cannot_be_made_unknown(shared: System, stated: bool | None, verdict: str) -> None:  # noqa: FBT001
    held = claimed(shared, 903, facts={"claims_us_citizenship": True})
    given = {"facts": {"claims_us_citizenship": stated}, "verdict": verdict, "why": "x"}
    answer = post(shared, OFFICER, held.case_id, "verifications", given)
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/facts/claims_us_citizenship")
    assert shared.case_of(held.filed).lane == "citizenship_claim"
    shared.work(OFFICER, held.case_id, "release")
