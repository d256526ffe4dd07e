"""The publication of a policy: draft, approval by another person, effective time, amendment."""

from __future__ import annotations

from http import HTTPStatus

import pytest

from casereview.policy import packaged
from casereview.schema.policy_records import PolicyHead, PolicyInForce
from casereview.store import keys
from casereview.store.table import Table
from casereview.store.transaction import RefusedError, Write, put_over
from review.authorization import caller_from_claims
from review.policies.writes import approve_draft
from review.schema.policies import PolicyApproval
from tests.support.aws_faults import intercept, refuses
from tests.support.policy.drafts import (
    APPROVER,
    AUTHOR,
    EARLIER,
    ORDER,
    amendment,
    approve,
    ask,
    draft,
    preview_silently,
    publish,
    read,
    send,
)
from tests.support.system import Answer, Staff, System


def attempt(system: System, policy_id: str, staff: Staff = APPROVER, **more: object) -> Answer:
    body = {"approve": True, "why": "Read.", **more}
    return system.staff(staff, "POST", f"/staff/policies/{policy_id}/approval", body)


def states(system: System) -> dict[str, str]:
    answer = system.staff(AUTHOR, "GET", "/staff/policies").json()
    return {item["policy_id"]: item["state"] for item in answer["policies"]}


def test_the_packaged_documents_are_the_first_entries(system: System) -> None:
    answer = system.staff(AUTHOR, "GET", "/staff/policies").json()
    assert [item["policy_id"] for item in answer["policies"]] == list(packaged.PACKAGED)
    assert answer["in_force"] == ORDER
    assert states(system) == dict(zip(packaged.PACKAGED, ("superseded", "superseded", "in_force"), strict=True))
    assert all(item["packaged"] and item["author"] is None for item in answer["policies"])
    assert read(system, ORDER)["document"] == packaged.text_of(ORDER)


def test_a_draft_of_one_person_comes_into_force_by_the_approval_of_another(system: System) -> None:
    sent = send(system, draft("next", since="2026-12-01T00:00:00-05:00"))
    assert (sent["state"], sent["author"], sent["governs"]) == ("draft", "paula", False)
    assert (sent["issued"], sent["created_at"]) == ("2025-01-20", "2026-11-24T15:00:00.000Z")
    preview_silently(system, "next")
    approved = approve(system, "next", digest=sent["digest"])
    assert (approved["state"], approved["approver"], approved["why"]) == ("approved", "peter", "Read and agreed.")
    assert approved["in_force"] == [{"since": "2026-12-01T05:00:00.000Z", "until": None}]
    system.later(days=6, hours=14)
    assert (states(system)["next"], states(system)[ORDER]) == ("in_force", "superseded")


def test_an_author_cannot_approve_their_own_draft(system: System) -> None:
    send(system, EARLIER)
    assert attempt(system, "earlier", AUTHOR).status == HTTPStatus.CONFLICT
    assert states(system)["earlier"] == "draft"


def test_the_condition_of_the_write_refuses_the_author(system: System) -> None:
    send(system, EARLIER)
    head, author = system.read(PolicyHead, keys.policy_draft("earlier")), caller_from_claims(AUTHOR.claims())
    mine = PolicyApproval(approve=True, why="Mine.")
    with pytest.raises(RefusedError):
        system.intake.table.write(*approve_draft(head, EARLIER, author, mine, system.time))
    assert system.read(PolicyHead, keys.policy_draft("earlier")) == head


def test_an_approved_document_never_changes(system: System) -> None:
    publish(system, draft("next", since="2026-12-01T00:00:00Z"))
    before = system.read(PolicyHead, keys.approved_head("next"))
    again = system.staff(AUTHOR, "POST", "/staff/policies", {"document": draft("next", ("cap: 20", "cap: 21"))})
    assert again.status == HTTPStatus.CONFLICT
    assert attempt(system, "next").status == HTTPStatus.CONFLICT
    assert attempt(system, "next", approve=False).status == HTTPStatus.CONFLICT
    assert system.read(PolicyHead, keys.approved_head("next")) == before
    with pytest.raises(RefusedError):
        system.intake.table.write(put_over(before.evolve(title="other"), state="draft"))


@pytest.mark.parametrize("name", [*packaged.PACKAGED, packaged.DEFAULT])
def test_the_id_of_a_packaged_policy_cannot_be_used(system: System, name: str) -> None:
    answer = system.staff(AUTHOR, "POST", "/staff/policies", {"document": draft(name)})
    assert answer.status == HTTPStatus.CONFLICT


def test_only_the_author_can_replace_a_draft(system: System) -> None:
    first = send(system, EARLIER)
    second = send(system, EARLIER.replace("first_look: 7d", "first_look: 6d"))
    assert second["digest"] != first["digest"]
    other = system.staff(APPROVER, "POST", "/staff/policies", {"document": EARLIER})
    assert other.status == HTTPStatus.CONFLICT
    preview_silently(system, "earlier")
    assert attempt(system, "earlier", digest=first["digest"]).json()["type"] == "/problems/moved"
    assert approve(system, "earlier", digest=second["digest"])["governs"]


def test_a_refused_draft_stays_refused(system: System) -> None:
    send(system, EARLIER)
    refused = system.staff(APPROVER, "POST", "/staff/policies/earlier/approval", {"approve": False, "why": "No."})
    assert refused.json()["state"] == "refused"
    assert attempt(system, "earlier").status == HTTPStatus.CONFLICT
    assert not read(system, "earlier")["governs"]


@pytest.mark.parametrize("path", ["/nothing", "/nothing/preview", "/nothing/approval"])
def test_an_unknown_policy_is_not_found(system: System, path: str) -> None:
    method = "GET" if path == "/nothing" else "POST"
    body = {"approve": True, "why": "x"} if path.endswith("approval") else {}
    assert system.staff(AUTHOR, method, f"/staff/policies{path}", body).status == HTTPStatus.NOT_FOUND


def test_a_packaged_policy_cannot_be_approved_or_refused(system: System) -> None:
    assert attempt(system, ORDER).status == HTTPStatus.CONFLICT


def test_a_faulty_document_is_refused_with_every_fault(system: System) -> None:
    text = draft("bad", ("{custody: {is: detained}}", "{language: {is: es}}"), ("earlier_by: 30d", "earlier_by: 40d"))
    answer = system.staff(AUTHOR, "POST", "/staff/policies", {"document": text})
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    [fault] = answer.json()["errors"]
    assert fault["pointer"] == "/document"
    assert "lanes detained when" in fault["message"]
    assert fault["message"].startswith("line ")
    assert fault["code"] == "unknown_fact"
    assert "bad" not in states(system)


def test_a_policy_is_vacated_and_revived_without_a_deployment(system: System) -> None:
    publish(system, EARLIER)
    assert states(system)[ORDER] == "superseded"
    vacated = publish(system, amendment("vacatur", "earlier", "2026-11-24T15:00:00Z/2026-11-25T00:00:00Z"))
    assert (vacated["kind"], vacated["amends"], vacated["governs"]) == ("amendment", "earlier", False)
    system.later(days=1)
    assert (states(system)["earlier"], states(system)[ORDER]) == ("vacated", "in_force")
    spans = ("2026-11-24T15:00:00Z/2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z")
    publish(system, amendment("revival", "earlier", *spans))
    assert states(system)["earlier"] == "approved"
    system.later(days=1)
    assert states(system)["earlier"] == "in_force"
    assert [item["policy_id"] for item in read(system, "earlier")["amendments"]] == ["vacatur", "revival"]


def test_an_amendment_can_leave_no_policy_in_force(system: System) -> None:
    publish(system, amendment("end", ORDER, "2025-01-20T05:00:00Z/2026-11-24T15:00:00Z"))
    assert system.staff(AUTHOR, "GET", "/staff/policies").json()["in_force"] is None
    named = system.read(PolicyInForce, keys.IN_FORCE)
    assert (named.policy, named.digest) == (None, packaged.compiled(packaged.DEFAULT).digest)


def test_only_an_approved_policy_can_be_amended(system: System) -> None:
    answer = system.staff(AUTHOR, "POST", "/staff/policies", {"document": amendment("x", "nothing")})
    assert answer.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer.json()["errors"][0]["code"] == "unknown_policy"


@pytest.mark.parametrize("groups", ["officer", "supervisor", "sro", "restricted", ""])
def test_only_the_policy_office_can_use_the_policy_routes(system: System, groups: str) -> None:
    assert system.staff(Staff("x", groups), "GET", "/staff/policies").status == HTTPStatus.FORBIDDEN


@pytest.mark.moto
def test_a_conflict_with_another_transaction_is_answered_with_503(system: System) -> None:
    send(system, EARLIER)
    preview_silently(system, "earlier")
    conflict = refuses("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}])
    with intercept("dynamodb.TransactWriteItems", conflict):
        answers = [
            system.staff(AUTHOR, "POST", "/staff/policies", {"document": EARLIER}),
            attempt(system, "earlier"),
        ]
    assert [answer.status for answer in answers] == [HTTPStatus.SERVICE_UNAVAILABLE] * 2
    assert approve(system, "earlier")["state"] == "in_force"


def test_a_draft_is_approved_only_after_a_preview_of_exactly_this_draft(system: System) -> None:
    """A21: a draft was approved without a preview."""
    send(system, EARLIER)
    assert attempt(system, "earlier").json()["type"] == "/problems/preview-required"
    preview_silently(system, "earlier")
    send(system, EARLIER.replace("first_look: 7d", "first_look: 6d"))
    assert attempt(system, "earlier").json()["type"] == "/problems/preview-required"
    ask(system, "earlier")
    assert attempt(system, "earlier").json()["type"] == "/problems/preview-required"
    assert states(system)["earlier"] == "draft"
    system.pump()
    assert approve(system, "earlier")["state"] == "in_force"


def test_a_draft_is_refused_without_a_preview(system: System) -> None:
    send(system, EARLIER)
    assert approve(system, "earlier", approve=False)["state"] == "refused"


def test_a_preview_that_was_replaced_just_before_the_approval_is_found_by_the_write(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(system, EARLIER)
    preview_silently(system, "earlier")
    write, overtaken = Table.write, list[str]()

    def after_another_preview(table: Table, *writes: Write) -> None:
        if not overtaken:
            overtaken.append("earlier")
            ask(system, "earlier")
        write(table, *writes)

    monkeypatch.setattr(Table, "write", after_another_preview)
    assert attempt(system, "earlier").json()["type"] == "/problems/preview-required"
    assert overtaken == ["earlier"]
    assert states(system)["earlier"] == "draft"


def test_an_author_is_known_by_the_subject_of_the_token(system: System) -> None:
    """A user name can be given to another person, who is not the author then; and an author can be renamed."""
    renamed = Staff("pauline", "policy", None, AUTHOR.id)
    namesake = Staff("paula", "policy", None, "another-person")
    send(system, EARLIER)
    preview_silently(system, "earlier")
    assert system.staff(namesake, "POST", "/staff/policies", {"document": EARLIER}).status == HTTPStatus.CONFLICT
    assert attempt(system, "earlier", renamed).json()["type"] == "/problems/own-decision"
    assert attempt(system, "earlier", namesake).status == HTTPStatus.OK


def test_a_draft_of_an_older_release_belongs_to_its_user_name(system: System) -> None:
    send(system, EARLIER)
    system.tamper(keys.policy_draft("earlier"), author_id=None)
    assert system.staff(APPROVER, "POST", "/staff/policies", {"document": EARLIER}).status == HTTPStatus.CONFLICT
    preview_silently(system, "earlier")
    assert attempt(system, "earlier", AUTHOR).json()["type"] == "/problems/own-decision"
    assert send(system, EARLIER)["author"] == "paula"
    assert system.read(PolicyHead, keys.policy_draft("earlier")).author_id


# ---- what an approver must acknowledge

WITHOUT_CITIZENS = draft(
    "lacking",
    (
        "when: {claims_us_citizenship: {is: true}}",
        "when: {all: [{claims_us_citizenship: {is: true}}, {custody: {is: detained}}]}",
    ),
)


def test_a_policy_without_a_lane_for_claims_of_citizenship_is_approved_only_knowing_it(system: System) -> None:
    """A25: it passed the check, and the approver was not informed."""
    sent = send(system, WITHOUT_CITIZENS)
    assert [one["code"] for one in sent["warnings"]] == ["no_citizenship_lane"]
    preview_silently(system, "lacking")
    for acknowledged in ([], ["no_removal_lane"]):
        refused = attempt(system, "lacking", acknowledged=acknowledged)
        assert refused.status == HTTPStatus.UNPROCESSABLE_ENTITY
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/acknowledged", "not_acknowledged")
        assert "US citizenship" in error["message"]
    assert states(system)["lacking"] == "previewed"
    approved = approve(system, "lacking", acknowledged=["no_citizenship_lane"])
    assert (approved["state"], approved["acknowledged"]) == ("in_force", ["no_citizenship_lane"])


def test_a_preview_repeats_the_warnings_and_a_refusal_needs_none(system: System) -> None:
    send(system, WITHOUT_CITIZENS)
    asked = system.staff(AUTHOR, "POST", "/staff/policies/lacking/preview", {})
    assert [one["code"] for one in asked.json()["warnings"]] == ["no_citizenship_lane"]
    assert attempt(system, "lacking", approve=False).json()["state"] == "refused"


def test_a_packaged_policy_and_an_amendment_have_no_warnings(system: System) -> None:
    assert read(system, ORDER)["warnings"] == []
    assert send(system, amendment("pause", ORDER, "2026-12-01T00:00:00Z"))["warnings"] == []


# ---- deleting a draft


def deleted(system: System, policy_id: str, staff: Staff = AUTHOR) -> tuple[int, str]:
    answer = system.staff(staff, "DELETE", f"/staff/policies/{policy_id}")
    return answer.status, answer.json()["errors"][0]["code"] if answer.body else ""


def test_an_author_deletes_a_draft_whose_id_is_then_free(system: System) -> None:
    send(system, EARLIER)
    preview_silently(system, "earlier")
    assert deleted(system, "earlier") == (204, "")
    assert "earlier" not in states(system)
    assert attempt(system, "earlier").status == 404
    system.settle(3)
    assert system.staff(APPROVER, "POST", "/staff/policies", {"document": EARLIER}).status == 201


def test_what_is_not_ones_own_draft_is_not_deleted(system: System) -> None:
    send(system, EARLIER)
    assert deleted(system, "earlier", APPROVER) == (409, "policy_id_taken")
    assert deleted(system, "none") == (404, "no_such_policy")
    assert deleted(system, ORDER) == (409, "policy_packaged")
    preview_silently(system, "earlier")
    approve(system, "earlier")
    assert deleted(system, "earlier") == (409, "policy_decided")
    assert states(system)["earlier"] != "draft"


def test_a_draft_that_is_approved_meanwhile_is_not_deleted(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    send(system, EARLIER)
    preview_silently(system, "earlier")
    write = Table.write

    def after_the_approval(table: Table, *writes: Write) -> None:
        monkeypatch.setattr(Table, "write", write)
        approve(system, "earlier")
        table.write(*writes)

    monkeypatch.setattr(Table, "write", after_the_approval)
    answer = system.staff(AUTHOR, "DELETE", "/staff/policies/earlier")
    assert (answer.status, answer.json()["type"]) == (409, "/problems/moved")
    assert states(system)["earlier"] != "draft"
