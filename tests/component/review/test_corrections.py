"""Every act of staff has a correcting act: removals, verifications of facts, refutations and questions (A17)."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.evidence import Findings
from casereview.schema.records import Case, Guard
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.controlled_system import Known, look_at
from tests.support.invariants import check
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    LAWYER,
    OFFICER,
    OTHER_SUPERVISOR,
    SISTER,
    SUPERVISOR,
    FiledCase,
    ask,
    asked,
    claimed,
    decide,
    decision,
    file_case,
    item,
    post,
    read,
    statements,
    verify,
)
from tests.support.system import Answer, Staff, System

HEAD = Staff("rosa", "supervisor,restricted")
WHY = "It was about another person, named Mirabel."


def correct(system: System, user: Staff, case_id: str, event: int) -> Answer:
    return post(system, user, case_id, "corrections", {"event": event, "why": WHY})


def corrected(system: System, user: Staff, case_id: str, event: int) -> dict[str, Any]:
    """Correct an event; all invariants of the table hold before and after the ranking that follows."""
    known: Known = {}
    before = look_at(system, known)
    answer = correct(system, user, case_id, event)
    assert answer.status == 200, answer.body
    check(before, look_at(system, known))
    system.pump()
    check(before, look_at(system, known))
    found: dict[str, Any] = answer.json()
    return found


def last(system: System, case_id: str, kind: str) -> int:
    """Return the version of the newest event of a kind."""
    case = system.read(Case, keys.case(case_id))
    return max(event.version for event in system.history(case) if event.kind == kind)


def message(answer: Answer) -> str:
    assert (answer.status, answer.json()["type"]) == (409, "/problems/not-correctable"), answer.body
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/event"
    return str(error["message"])


def events(system: System, user: Staff, case_id: str) -> list[dict[str, Any]]:
    answer = system.staff(user, "GET", f"/staff/cases/{case_id}/history")
    found: list[dict[str, Any]] = [one for one in answer.json()["events"] if one["version"]]
    return found


# ---- what every correction does


def test_a_correction_is_an_event_that_names_the_event_it_corrects(system: System) -> None:
    held = file_case(system)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": rfc3339(system.time), "why": "Flight list."})
    number = last(system, held.case_id, "removal_recorded")
    done = corrected(system, SUPERVISOR, held.case_id, number)
    found = events(system, OFFICER, held.case_id)
    by = next(one for one in found if one["kind"] == "corrected")
    assert by["details"] == {"event": number, "kind": "removal_recorded"}
    assert (by["user"], by["version"]) == ("sue", done["case_version"])
    assert {one["version"]: one["corrected_by"] for one in found if one["corrected_by"]} == {number: by["version"]}
    assert {"why": WHY} in [one["words"] for one in statements(system, OFFICER, held.case_id)]
    assert "Mirabel" not in str(system.items())


def test_an_event_is_corrected_once(system: System) -> None:
    held = file_case(system)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": rfc3339(system.time), "why": "x"})
    number = last(system, held.case_id, "removal_recorded")
    corrected(system, SUPERVISOR, held.case_id, number)
    assert "already" in message(correct(system, SUPERVISOR, held.case_id, number))
    assert "again" in message(correct(system, SUPERVISOR, held.case_id, number + 1))
    assert "no event" in message(correct(system, SUPERVISOR, held.case_id, 999))


def test_only_a_supervisor_of_the_case_or_the_author_corrects_an_act(system: System) -> None:
    held = file_case(system)
    for _ in range(2):
        system.work(OFFICER, held.case_id, "removal", {"removed_at": rfc3339(system.time), "why": "x"})
    number = last(system, held.case_id, "removal_recorded")
    assert correct(system, COLLEAGUE, held.case_id, number).status == 403
    assert correct(system, ELSEWHERE, held.case_id, number).status == 404
    assert correct(system, Staff("sid", "supervisor", "ELP"), held.case_id, number).status == 404
    corrected(system, OFFICER, held.case_id, number)
    corrected(system, OTHER_SUPERVISOR, held.case_id, number - 1)


def test_a_reason_and_a_number_are_required(system: System) -> None:
    held = file_case(system)
    for given in ({"event": 1}, {"why": "x"}, {"event": 0, "why": "x"}, {"event": True, "why": "x"}):
        assert post(system, SUPERVISOR, held.case_id, "corrections", given).status == 422


@pytest.mark.parametrize(
    ("kind", "instead"),
    [
        ("filed", "split"),
        ("ranked", "verify"),
        ("claimed", "release"),
        ("verified", "refute the requester"),
        ("decided", "a supervisor reopens the case"),
    ],
)
def test_the_refusal_says_what_undoes_the_act_instead(system: System, kind: str, instead: str) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id)
    assert instead in message(correct(system, SUPERVISOR, held.case_id, last(system, held.case_id, kind)))


def test_a_decision_that_awaits_its_approval_is_not_corrected(system: System) -> None:
    system.time = system.time.replace(year=2021, month=6)
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    number = last(system, held.case_id, "decision_proposed")
    assert "takes the decision back" in message(correct(system, SUPERVISOR, held.case_id, number))


# ---- removals


def test_a_removal_of_the_wrong_person_is_taken_back(system: System) -> None:
    """A17: the safety event stayed on the case for ever."""
    held = file_case(system)
    system.later(days=1)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": rfc3339(system.time), "why": "x"})
    assert "safety" in item(system, held.case_id)["flags"]
    corrected(system, OFFICER, held.case_id, last(system, held.case_id, "removal_recorded"))
    assert "safety" not in item(system, held.case_id)["flags"]


def test_another_removal_still_counts(system: System) -> None:
    held = file_case(system)
    system.later(days=1)
    for at in (rfc3339(system.time), "2020-01-01", rfc3339(system.time)):
        system.work(OFFICER, held.case_id, "removal", {"removed_at": at, "why": "x"})
    third = last(system, held.case_id, "removal_recorded")
    corrected(system, SUPERVISOR, held.case_id, third)
    assert read(system, OFFICER, held.case_id)["flags"].count("safety") == 1
    corrected(system, SUPERVISOR, held.case_id, third - 2)
    assert "safety" not in read(system, OFFICER, held.case_id)["flags"]


def test_a_decision_must_consider_a_correction(system: System) -> None:
    held = claimed(system)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": rfc3339(system.time), "why": "x"})
    sent = decision(system, OFFICER, held.case_id)
    corrected(system, SUPERVISOR, held.case_id, last(system, held.case_id, "removal_recorded"))
    assert post(system, OFFICER, held.case_id, "decision", sent).json()["type"] == "/problems/moved"


# ---- verifications of facts


def test_a_verification_of_facts_is_taken_out_and_the_words_count_again(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True}, verdict="refuted")
    assert item(system, held.case_id)["lane"] == "detained"
    corrected(system, OFFICER, held.case_id, last(system, held.case_id, "verified"))
    found = item(system, held.case_id)
    assert (found["lane"], "verify" in found["flags"]) == ("citizenship_claim", True)


def test_the_verification_before_it_counts_again(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"removal_soon": True, "pregnant": True})
    verify(system, OFFICER, held.case_id, facts={"removal_soon": False})
    verify(system, OFFICER, held.case_id, facts={"removal_soon": False, "pregnant": False})
    newest = last(system, held.case_id, "verified")
    assert item(system, held.case_id)["lane"] == "detained"
    corrected(system, SUPERVISOR, held.case_id, newest)
    facts = system.case_of(held.filed).facts
    assert (facts.removal_soon, facts.pregnant) == (False, True)
    second = max(
        one["version"]
        for one in events(system, OFFICER, held.case_id)
        if one["verification"] and one["version"] < newest
    )
    corrected(system, SUPERVISOR, held.case_id, second)
    assert item(system, held.case_id)["lane"] == "imminent_removal"


def test_a_decision_that_awaits_approval_returns_to_its_author_after_a_correction(system: System) -> None:
    system.time = system.time.replace(year=2021, month=6)
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"pregnant": False})
    decide(system, OFFICER, held.case_id, outcome="declined")
    corrected(system, SUPERVISOR, held.case_id, last(system, held.case_id, "verified"))
    answer = system.work(OTHER_SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"})
    assert answer["status"] == "in_review"


def test_a_finding_that_went_to_another_case_is_not_corrected_here(system: System) -> None:
    held = claimed(system)
    other = file_case(system, requester=LAWYER)
    verify(system, OFFICER, held.case_id, facts={"pregnant": True}, receipt=other.receipt)
    number = last(system, held.case_id, "verified")
    system.work(OFFICER, held.case_id, "split", {"receipt": other.receipt, "why": "x"})
    assert "another case" in message(correct(system, SUPERVISOR, held.case_id, number))


def test_a_place_that_was_verified_by_mistake_is_flagged_where_the_case_went(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts={"facility": "EPC"})
    there = Staff("sal", "supervisor", "ELP")
    corrected(system, there, held.case_id, last(system, held.case_id, "verified"))
    case = system.case_of(held.filed)
    assert (case.office, case.facts.facility, "office_differs" in case.flags) == ("ELP", "STWRTGA", True)
    assert system.work(there, held.case_id, "transfer", {"office": "ATL", "why": "Back."})["office"] == "ATL"


# ---- protection marks


def test_a_mark_that_was_set_by_mistake_is_taken_back(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 404
    number = last(system, held.case_id, "verified")
    assert correct(system, SUPERVISOR, held.case_id, number).status == 404
    corrected(system, HEAD, held.case_id, number)
    assert read(system, OFFICER, held.case_id)["restricted"] is False


def test_no_correction_lifts_what_a_requester_says_of_protection(system: System) -> None:
    held = file_case(system, facts={"relief_pending": ["vawa"]})
    system.work(CLEARED, held.case_id, "claim")
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    corrected(system, HEAD, held.case_id, last(system, held.case_id, "verified"))
    assert read(system, CLEARED, held.case_id)["restricted"] is True


def test_a_mark_that_was_lifted_by_mistake_restricts_the_case_again(system: System) -> None:
    held = file_case(system, facts={"relief_pending": ["vawa"]})
    system.work(CLEARED, held.case_id, "claim")
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    assert read(system, OFFICER, held.case_id)["restricted"] is False
    corrected(system, SUPERVISOR, held.case_id, last(system, held.case_id, "verified"))
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 404


def test_another_officers_mark_still_counts(system: System) -> None:
    held = claimed(system, by=CLEARED)
    for _ in range(2):
        verify(system, CLEARED, held.case_id, facts={"protected": True})
    corrected(system, HEAD, held.case_id, last(system, held.case_id, "verified"))
    assert read(system, CLEARED, held.case_id)["restricted"] is True


def test_a_holder_who_missed_the_decision_because_of_the_mark_learns_of_it(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, receipt=held.receipt, identity=True)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    decide(system, CLEARED, held.case_id)
    assert system.look_up(held.filed)["decision"] is None
    sent = len(system.outbox())
    corrected(system, HEAD, held.case_id, next(iter(marks(system, held.case_id))))
    assert system.look_up(held.filed)["decision"]["outcome"] == "granted"
    assert len(system.outbox()) == sent + 1


def marks(system: System, case_id: str) -> list[int]:
    case = system.read(Case, keys.case(case_id))
    return [one.version for one in system.history(case) if one.claims and one.claims.protected and one.verification]


# ---- refutations


def refute(system: System, user: Staff, held: FiledCase) -> int:
    """Refute the identity of a requester; return the version of the event."""
    given = {"receipt": held.receipt, "identity": True, "verdict": "refuted", "reason": "details_differ", "why": "x"}
    version: int = system.work(user, held.case_id, "verifications", given)["case_version"]
    system.pump()
    return version


def test_a_refutation_is_undone_and_the_requester_is_in_the_queue_again_and_informed(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held)
    second = refute(system, COLLEAGUE, held)
    assert "proof_not_accepted" in str(system.look_up(held.filed)["missing"])
    sent = len(system.outbox())
    corrected(system, SUPERVISOR, held.case_id, second)
    assert "proof_not_accepted" not in str(system.look_up(held.filed)["missing"])
    assert len(system.outbox()) == sent + 1
    request = system.read(Request, keys.request(held.receipt))
    assert (request.refuted, request.verified, request.refuted_by) == (False, False, ())
    assert request.verify_by is not None
    (waiting,) = system.staff(OFFICER, "GET", "/staff/verifications").json()["items"]
    assert (waiting["receipt"], waiting["second"]) == (held.receipt, False)
    refute(system, OFFICER, held)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.look_up(held.filed)["disclosure"] == "full"


def test_a_refutation_that_waits_for_a_second_person_is_dropped(system: System) -> None:
    held = file_case(system)
    first = refute(system, OFFICER, held)
    sent = len(system.outbox())
    corrected(system, OFFICER, held.case_id, first)
    assert system.read(Request, keys.request(held.receipt)).refuted_by == ()
    assert len(system.outbox()) == sent
    refute(system, COLLEAGUE, held)
    assert not system.read(Request, keys.request(held.receipt)).refuted


def test_a_verified_holder_whose_refutation_is_dropped_waits_for_nothing(system: System) -> None:
    held = file_case(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    corrected(system, SUPERVISOR, held.case_id, refute(system, COLLEAGUE, held))
    request = system.read(Request, keys.request(held.receipt))
    assert (request.verified, request.verify_by) == (True, None)
    assert system.staff(OFFICER, "GET", "/staff/verifications").json()["items"] == []


def test_only_the_event_that_completed_a_refutation_undoes_it(system: System) -> None:
    held = file_case(system)
    first = refute(system, OFFICER, held)
    refute(system, COLLEAGUE, held)
    assert "another event" in message(correct(system, SUPERVISOR, held.case_id, first))


def test_a_refutation_that_was_overcome_does_not_stand_any_more(system: System) -> None:
    held = file_case(system)
    refute(system, OFFICER, held)
    second = refute(system, COLLEAGUE, held)
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Here is my passport."}).status == 202
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert "not stand" in message(correct(system, SUPERVISOR, held.case_id, second))


def test_the_office_of_the_answer_corrects_only_what_it_did_about_the_requester(system: System) -> None:
    held = file_case(system)
    system.work(SUPERVISOR, held.case_id, "transfer", {"office": "ELP", "why": "x"})
    system.work(Staff("elle", "officer", "ELP"), held.case_id, "removal", {"removed_at": "2020-01-01", "why": "x"})
    removal = last(system, held.case_id, "removal_recorded")
    assert correct(system, SUPERVISOR, held.case_id, removal).status == 403
    refutation = refute(system, OFFICER, held)
    assert correct(system, COLLEAGUE, held.case_id, refutation).status == 403
    corrected(system, OFFICER, held.case_id, refutation)


# ---- questions


def test_a_question_is_taken_back_and_who_was_asked_is_informed(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    ask(system, OFFICER, held.case_id)
    assert asked(system, held.filed) == ["Proof of residence."]
    system.later(days=1)
    sent = len(system.outbox())
    done = corrected(system, OFFICER, held.case_id, last(system, held.case_id, "information_asked"))
    assert (done["status"], asked(system, held.filed)) == ("in_line", [])
    case = system.case_of(held.filed)
    assert (case.answer_by, case.first_look.stopped_since) == (None, None)
    assert case.first_look.stopped_ms == 86_400_000
    assert len(system.outbox()) == sent + 1


def test_a_question_that_was_answered_is_not_taken_back(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"statement": "Here."})
    system.pump()
    number = last(system, held.case_id, "information_asked")
    assert "does not wait" in message(correct(system, SUPERVISOR, held.case_id, number))


def test_a_question_of_the_catalogue_is_taken_back(system: System) -> None:
    held = file_case(system)
    system.work(OFFICER, held.case_id, "information-requests", {"codes": ["prove_identity"]})
    system.pump()
    assert len(system.look_up(held.filed)["asked_for"]) == 1
    sent = len(system.outbox())
    corrected(system, OFFICER, held.case_id, last(system, held.case_id, "proof_asked"))
    assert system.look_up(held.filed)["asked_for"] == []
    assert len(system.outbox()) == sent + 1


# ---- links

NAMELESS: dict[str, Any] = {"subject": {"a_number": None}, "facts": AT_HOME}


def linked(system: System, **changes: Any) -> tuple[FiledCase, FiledCase]:  # noqa: ANN401  # any field
    """Link a case of a lawyer into one of a person; return both as they were."""
    target = file_case(system)
    source = claimed(system, 12, **{"requester": LAWYER, **NAMELESS, **changes})
    system.later(minutes=1)
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "The same man."})
    system.pump()
    return source, target


def case_at(system: System, case_id: str) -> Case:
    return system.read(Case, keys.case(case_id))


def findings_of(system: System, case_id: str) -> Findings:
    return system.read(Findings, keys.findings(case_id))


@pytest.mark.parametrize("by_event_of", [0, 1])
def test_a_link_is_undone_and_everything_is_where_it_was(system: System, by_event_of: int) -> None:
    target = file_case(system)
    source = file_case(system, 12, requester=LAWYER, **NAMELESS)
    before = [case_at(system, one.case_id) for one in (source, target)]
    system.later(minutes=1)
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "The same man."})
    system.pump()
    system.later(minutes=1)
    named = (source, target)[by_event_of]
    corrected(system, OFFICER, named.case_id, last(system, named.case_id, "linked"))
    after = [case_at(system, one.case_id) for one in (source, target)]
    for was, now in zip(before, after, strict=True):
        same = (
            *("office", "filed_at", "requests", "live", "restricted", "lane", "linked_to", "status", "facts", "flags"),
            *("verify_by", "asking"),
        )
        assert [getattr(now, name) for name in same] == [getattr(was, name) for name in same]
        assert now.first_look.lane_since == was.first_look.lane_since
    request = system.read(Request, keys.request(source.receipt))
    assert (request.case_id, request.opened) == (source.case_id, True)
    assert item(system, source.case_id)["lane"] == before[0].lane
    for one in (source, target):
        (mark,) = [each for each in events(system, OFFICER, one.case_id) if each["corrected_by"]]
        assert mark["kind"] == "linked"
        assert WHY in str(statements(system, OFFICER, one.case_id))
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "The same man after all."})


def test_what_was_found_goes_back_with_a_link_that_is_undone(system: System) -> None:
    target = claimed(system, facts={"pregnant": False})
    verify(system, OFFICER, target.case_id, facts={"serious_illness": True})
    source = claimed(system, 12, requester=LAWYER, **NAMELESS)
    verify(system, OFFICER, source.case_id, facts={"pregnant": True})
    before = findings_of(system, target.case_id), findings_of(system, source.case_id)
    system.later(minutes=1)
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "x"})
    verify(system, OFFICER, target.case_id, facts={"pregnant": False, "serious_illness": False})
    verify(system, OFFICER, target.case_id, facts={"disability": True}, receipt=source.receipt)
    corrected(system, SUPERVISOR, source.case_id, last(system, source.case_id, "linked"))
    stays, returns = findings_of(system, target.case_id), findings_of(system, source.case_id)
    assert stays.linked == before[0].linked == 0
    assert [one.facts.model_dump(exclude_unset=True) for one in stays.found] == [
        {"pregnant": False, "serious_illness": False}
    ]
    assert returns.found[0] == before[1].found[0]
    assert (returns.found[1].receipt, returns.found[1].facts.disability) == (source.receipt, True)
    assert case_at(system, source.case_id).facts.pregnant is True
    assert case_at(system, target.case_id).facts.pregnant is False


def test_a_restriction_that_came_by_a_link_goes_with_it(system: System) -> None:
    target = file_case(system)
    facts = {**AT_HOME, "relief_pending": ["u_visa"]}
    source = file_case(system, 12, requester=LAWYER, subject={"a_number": None}, facts=facts)
    system.work(CLEARED, source.case_id, "link", {"case_id": target.case_id, "why": "x"})
    assert case_at(system, target.case_id).restricted
    corrected(system, HEAD, source.case_id, last(system, source.case_id, "linked"))
    assert not case_at(system, target.case_id).restricted
    assert case_at(system, source.case_id).restricted


def test_a_link_is_not_undone_once_a_request_has_ended(system: System) -> None:
    source, _target = linked(system)
    system.later(minutes=1)
    assert system.on(source.filed, "POST", "/withdrawal", {}).status == 202
    number = last(system, source.case_id, "linked")
    assert "withdrawn" in message(correct(system, SUPERVISOR, source.case_id, number))


def test_a_link_is_not_undone_once_a_request_has_moved_on(system: System) -> None:
    source, target = linked(system)
    system.work(OFFICER, target.case_id, "split", {"receipt": source.receipt, "why": "x"})
    number = last(system, target.case_id, "linked")
    assert "moved on" in message(correct(system, SUPERVISOR, target.case_id, number))


def test_a_link_is_not_undone_where_no_request_would_be_left(system: System) -> None:
    source, target = linked(system)
    system.work(OFFICER, target.case_id, "split", {"receipt": target.receipt, "why": "x"})
    number = last(system, source.case_id, "linked")
    assert "No request would be left" in message(correct(system, SUPERVISOR, source.case_id, number))


def test_a_request_that_a_link_left_behind_is_of_its_case_again(system: System) -> None:
    source = file_case(system, 12, requester=LAWYER, **NAMELESS)
    sister = file_case(system, 12, requester=SISTER, **NAMELESS)
    system.work(OFFICER, sister.case_id, "link", {"case_id": source.case_id, "why": "x"})
    assert system.on(sister.filed, "POST", "/withdrawal", {}).status == 202
    system.later(days=4)
    target = file_case(system)
    system.work(OFFICER, source.case_id, "link", {"case_id": target.case_id, "why": "x"})
    assert case_at(system, target.case_id).requests == 2
    corrected(system, SUPERVISOR, target.case_id, last(system, target.case_id, "linked"))
    found = case_at(system, source.case_id)
    assert (found.requests, found.live) == (2, 1)


def test_a_link_is_not_undone_once_the_case_is_decided(system: System) -> None:
    source, target = linked(system)
    system.work(OFFICER, target.case_id, "claim")
    decide(system, OFFICER, target.case_id)
    number = last(system, source.case_id, "linked")
    assert "not open" in message(correct(system, SUPERVISOR, source.case_id, number))


def test_a_link_is_undone_only_with_access_to_both_cases(system: System) -> None:
    source, target = linked(system)
    system.work(SUPERVISOR, target.case_id, "transfer", {"office": "ELP", "why": "x"})
    number = last(system, source.case_id, "linked")
    assert correct(system, SUPERVISOR, source.case_id, number).status == 404


def test_new_requests_stay_and_new_words_return_when_a_link_is_undone(system: System) -> None:
    source, target = linked(system)
    system.later(minutes=1)
    sister = file_case(system)
    assert system.case_of(sister.filed).case_id == target.case_id
    assert system.on(source.filed, "POST", "/updates", {"facts": {"minor_children": 3}}).status == 202
    corrected(system, SUPERVISOR, target.case_id, last(system, target.case_id, "linked"))
    assert case_at(system, source.case_id).facts.minor_children == 3
    assert case_at(system, target.case_id).requests == 2


# ---- links of cases with A-numbers


def number_of(case: Case) -> tuple[str | None, str | None, bool]:
    return case.person, case.apart_from, case.over_limit


def guarded(system: System, person: str | None) -> str | None:
    """Return the case that has the guard of a person."""
    found = system.intake.table.get(Guard, keys.guard(person or ""))
    return found.case if found else None


def undone(system: System, source: FiledCase, target: FiledCase) -> None:
    """Link a case to another as a supervisor, and correct that: both have their A-numbers and guards again."""
    before = [case_at(system, one.case_id) for one in (source, target)]
    guards = [guarded(system, case.person or case.apart_from) for case in before]
    system.later(minutes=1)
    system.work(SUPERVISOR, source.case_id, "link", {"case_id": target.case_id, "why": "A digit was mistyped."})
    system.pump()
    corrected(system, SUPERVISOR, target.case_id, last(system, target.case_id, "linked"))
    after = [case_at(system, one.case_id) for one in (source, target)]
    assert [number_of(case) for case in after] == [number_of(case) for case in before]
    assert [guarded(system, case.person or case.apart_from) for case in after] == guards
    assert after[0].before_link is None
    for case in after:
        assert set(persons_of(system, case.case_id)) == {case.person or case.apart_from} - {None}


def keys_of(system: System) -> list[tuple[str, str]]:
    return [(item["pk"]["S"], item["sk"]["S"]) for item in system.items()]


def persons_of(system: System, case_id: str) -> list[str]:
    """Return the MACs of the A-numbers that find a case."""
    found = (key.removeprefix("PERSON#") for key, sort in keys_of(system) if sort == f"CASE#{case_id}")
    return [person for person in found if not person.startswith("NAME#")]


def test_both_numbers_return_when_a_link_is_undone(system: System) -> None:
    undone(system, file_case(system, 12, requester=LAWYER), file_case(system))


def test_a_number_that_a_link_brought_returns_with_its_guard(system: System) -> None:
    undone(system, file_case(system, 12, requester=LAWYER), file_case(system, 13, **NAMELESS))


def test_a_number_that_another_case_has_by_now_stays_there(system: System) -> None:
    target, source = file_case(system), file_case(system, 12, requester=LAWYER)
    system.work(SUPERVISOR, source.case_id, "link", {"case_id": target.case_id, "why": "A digit was mistyped."})
    system.work(OFFICER, target.case_id, "identity", {"a_number": "A000000011", "why": "By the passport."})
    newer = file_case(system, 12)
    corrected(system, SUPERVISOR, source.case_id, last(system, source.case_id, "linked"))
    again, other = case_at(system, source.case_id), case_at(system, newer.case_id)
    assert (again.person, again.apart_from, again.over_limit) == (None, other.person, False)
    assert guarded(system, other.person) == newer.case_id


def test_a_number_that_was_corrected_since_stays(system: System) -> None:
    target, source = file_case(system, 13, **NAMELESS), file_case(system, 12, requester=LAWYER)
    system.work(SUPERVISOR, source.case_id, "link", {"case_id": target.case_id, "why": "The same man."})
    system.work(OFFICER, target.case_id, "identity", {"a_number": "A000000099", "why": "By the log."})
    now = case_at(system, target.case_id).person
    corrected(system, SUPERVISOR, source.case_id, last(system, source.case_id, "linked"))
    assert case_at(system, target.case_id).person == now
    assert guarded(system, case_at(system, source.case_id).person) == source.case_id


def found_by_name(system: System, source: FiledCase, target: FiledCase) -> set[str]:
    """Undo a link; return the cases that the name in the request that returns finds."""
    name = system.read(Request, keys.request(source.receipt)).name
    corrected(system, SUPERVISOR, target.case_id, last(system, target.case_id, "linked"))
    return {sk.removeprefix("CASE#") for pk, sk in keys_of(system) if pk == f"NAME#{name}"}


def test_the_names_of_requests_that_return_do_not_find_the_other_case(system: System) -> None:
    source, target = linked(system, subject={"a_number": None, "given_name": "Eva"})
    assert found_by_name(system, source, target) == {source.case_id}


def test_a_name_that_stands_in_a_request_that_stays_finds_both_cases(system: System) -> None:
    source, target = linked(system)
    assert found_by_name(system, source, target) == {source.case_id, target.case_id}
