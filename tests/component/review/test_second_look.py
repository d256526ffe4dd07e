"""The second look, and reopening: what became of each decision, who acts next, and who must not."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.store import keys
from tests.support.bodies import reasons
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    OFFICER,
    OFFICIAL,
    OTHER_SUPERVISOR,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    read,
    statements,
    take_next,
    verify,
)
from tests.support.system import Staff, System

BOTH = Staff("omar", "officer,supervisor")
"""The officer who decides, with the role of a supervisor as well."""


def decided(system: System, outcome: str = "declined", by: Staff = OFFICER) -> FiledCase:
    held = claimed(system, by=by)
    verify(system, by, held.case_id, receipt=held.receipt, identity=True)
    decide(system, by, held.case_id, outcome=outcome)
    return held


def second_look(system: System, held: FiledCase, outcome: str, **changes: Any) -> None:  # noqa: ANN401  # any field
    """Have the requester ask for the Senior Reviewing Official, who decides."""
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome=outcome, **changes)


def shown(system: System, held: FiledCase) -> list[tuple[str, str, str]]:
    answer = system.look_up(held.filed)
    found = [answer["decision"], *answer["earlier_decisions"]]
    return [(one["outcome"], one["by"], one["state"]) for one in found if one]


def news(system: System) -> int:
    return sum(notice.template == "news" for notice in system.notices)


def kinds(system: System, user: Staff = OFFICER) -> list[str]:
    found = (one["kind"] for one in system.staff(user, "GET", "/staff/duties").json()["items"])
    return [kind for kind in found if kind != "translate"]


# ---- the second look


def test_an_override_stands_beside_the_decision_that_it_replaced_and_is_carried_out(system: System) -> None:
    """A3: nobody was told to carry an override out."""
    held = decided(system)
    granted = [{"what": "release", "conditions": None}]
    second_look(system, held, "override", granted=granted)
    assert shown(system, held) == [
        ("override", "senior_official", "stands"),
        ("declined", "field_office", "overridden"),
    ]
    (duty,) = system.staff(OFFICER, "GET", "/staff/duties?kind=carry_out").json()["items"]
    assert (duty["kind"], duty["case_id"]) == ("carry_out", held.case_id)
    given = {"what": "released", "done_at": rfc3339(system.time), "why": "As ordered."}
    system.work(COLLEAGUE, held.case_id, f"duties/{duty['duty']}", given)
    assert kinds(system) == []
    assert system.look_up(held.filed)["decision"]["carried_out_at"] == rfc3339(system.time)


def test_an_upheld_decision_keeps_what_is_to_be_carried_out(system: System) -> None:
    held = decided(system, "granted_in_part")
    assert kinds(system) == ["carry_out"]
    second_look(system, held, "uphold")
    assert shown(system, held) == [
        ("uphold", "senior_official", "stands"),
        ("granted_in_part", "field_office", "upheld"),
    ]
    assert kinds(system) == ["carry_out"]


def test_a_remand_is_told_says_what_to_do_and_excludes_the_author(system: System) -> None:
    """A5: the same author could take the case again, and the requester saw no decision."""
    held = decided(system)
    before = news(system)
    second_look(system, held, "remand", **reasons("Weigh the vacated conviction."))
    assert news(system) == before + 1
    assert shown(system, held) == [("remand", "senior_official", "stands"), ("declined", "field_office", "remanded")]
    assert system.look_up(held.filed)["decision"]["reasons"] == ["Weigh the vacated conviction."]
    assert "remanded" in item(system, held.case_id)["flags"]
    assert "Weigh the vacated conviction." in str(statements(system, COLLEAGUE, held.case_id))
    refused = post(system, OFFICER, held.case_id, "claim")
    assert refused.json()["type"] == "/problems/was-reviewer"
    assert take_next(system, OFFICER) is None
    assert take_next(system, COLLEAGUE) == held.case_id
    decide(system, COLLEAGUE, held.case_id, outcome="granted")
    assert [state for _outcome, _by, state in shown(system, held)] == ["stands", "stands", "remanded"]
    assert "remanded" not in read(system, COLLEAGUE, held.case_id)["flags"]


def test_a_supervisor_whose_decision_was_remanded_does_not_approve_the_next(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, by=SUPERVISOR)
    verify(system, SUPERVISOR, held.case_id, receipt=held.receipt, identity=True)
    decide(system, SUPERVISOR, held.case_id, outcome="declined")
    system.work(OTHER_SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Right."})
    second_look(system, held, "remand")
    system.work(OFFICER, held.case_id, "claim")
    decide(system, OFFICER, held.case_id, outcome="declined")
    answer = post(system, SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Again."})
    assert answer.json()["type"] == "/problems/was-reviewer"
    system.work(OTHER_SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Right."})


# ---- reopening


def test_a_reopened_decision_is_news_and_stays_visible_as_reopened(system: System) -> None:
    """A4: the requester's decision vanished without a message."""
    held = decided(system, "granted")
    before = news(system)
    assert post(system, COLLEAGUE, held.case_id, "reopening", {"why": "No."}).status == 403
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    assert news(system) == before + 1
    assert shown(system, held) == [("granted", "field_office", "reopened")]
    assert "reopened" in item(system, held.case_id)["flags"]
    system.work(COLLEAGUE, held.case_id, "claim")
    decide(system, COLLEAGUE, held.case_id, outcome="declined")
    assert shown(system, held) == [("declined", "field_office", "stands"), ("granted", "field_office", "reopened")]


def test_nobody_who_was_overruled_reopens(system: System) -> None:
    """A3: the overruled officer reopened the case and declined it again."""
    held = decided(system, by=BOTH)
    second_look(system, held, "override")
    given = {"why": "I disagree.", "changed_facts": ["convictions"]}
    answer = post(system, BOTH, held.case_id, "reopening", given)
    assert (answer.status, answer.json()["type"]) == (409, "/problems/overruled")
    assert shown(system, held)[0] == ("override", "senior_official", "stands")
    assert system.case_of(held.filed).status == "closed"


def test_who_approved_what_was_overridden_does_not_reopen_it(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Right."})
    second_look(system, held, "override")
    given = {"why": "I disagree.", "changed_facts": ["convictions"]}
    assert post(system, SUPERVISOR, held.case_id, "reopening", given).json()["type"] == "/problems/overruled"
    assert post(system, OTHER_SUPERVISOR, held.case_id, "reopening", given).status == 200


def test_a_supervisor_names_what_changed_to_reopen_what_the_official_decided(system: System) -> None:
    held = decided(system)
    second_look(system, held, "uphold")
    answer = post(system, SUPERVISOR, held.case_id, "reopening", {"why": "Please."})
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, "/changed_facts")
    unknown = {"why": "Please.", "changed_facts": ["mood"]}
    assert post(system, SUPERVISOR, held.case_id, "reopening", unknown).json()["errors"][0]["code"] == "unknown_subject"
    changed = {"why": "A court vacated it.", "changed_facts": ["convictions"]}
    system.work(SUPERVISOR, held.case_id, "reopening", changed)
    event = system.history(system.case_of(held.filed))[-1]
    assert event.details["changed_facts"] == ["convictions"]
    assert shown(system, held)[0] == ("uphold", "senior_official", "reopened")


def test_the_official_reopens_what_the_official_decided(system: System) -> None:
    held = decided(system)
    second_look(system, held, "uphold")
    answer = system.work(OFFICIAL, held.case_id, "reopening", {"why": "I was wrong."})
    assert (answer["status"], answer["office"]) == ("in_line", "ATL")


def test_a_verified_third_party_sees_what_became_of_decisions(system: System) -> None:
    held = claimed(system, requester={**SISTER, "authority": "form_60_001"})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    decide(system, OFFICER, held.case_id, outcome="granted")
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    answer = system.look_up(held.filed)
    assert (answer["status"], answer["decision"]["state"]) == ("received", "reopened")
    system.work(COLLEAGUE, held.case_id, "claim")
    answer = system.look_up(held.filed)
    assert (answer["status"], answer["decision"]["state"]) == ("in_review", "reopened")


@pytest.mark.parametrize("outcome", ["uphold", "override", "remand"])
def test_the_field_office_goes_on_reading(system: System, outcome: str) -> None:
    held = decided(system)
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    assert read(system, COLLEAGUE, held.case_id)["status"] == "with_senior_official"
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome=outcome)
    assert len(read(system, COLLEAGUE, held.case_id)["decisions"]) == 2


# ---- what an older release stored, and what goes on elsewhere


def by_older_release(system: System, held: FiledCase) -> None:
    """Have the case as a release stored it that kept the newest decision alone, with the name of its author."""
    system.tamper(keys.case(held.case_id), decisions=None, decided_by_id=None)


def test_who_was_overruled_after_a_decision_of_an_older_release_does_not_reopen(system: System) -> None:
    held = decided(system, by=BOTH)
    by_older_release(system, held)
    second_look(system, held, "override")
    given = {"why": "I disagree.", "changed_facts": ["convictions"]}
    assert post(system, BOTH, held.case_id, "reopening", given).json()["type"] == "/problems/overruled"
    assert post(system, SUPERVISOR, held.case_id, "reopening", given).status == 200


def test_nobody_of_the_review_reopens_what_was_overridden_under_an_older_release(system: System) -> None:
    held = decided(system, by=BOTH)
    second_look(system, held, "override")
    by_older_release(system, held)
    given = {"why": "I disagree.", "changed_facts": ["convictions"]}
    assert post(system, BOTH, held.case_id, "reopening", given).json()["type"] == "/problems/overruled"
    assert post(system, SUPERVISOR, held.case_id, "reopening", given).status == 200


def test_a_second_look_at_a_decision_of_an_older_release_changes_nothing_for_third_parties(system: System) -> None:
    held = claimed(system, requester={**SISTER, "authority": "form_60_001"})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    decide(system, OFFICER, held.case_id, outcome="declined")
    by_older_release(system, held)
    before = system.look_up(held.filed)
    system.later(days=1)
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    asked_at = rfc3339(system.time)
    system.pump()
    assert system.case_of(held.filed).status == "with_senior_official"
    own = {"escalation": {"received_at": asked_at}, "decision": {**before["decision"], "how_to_go_on": None}}
    assert system.look_up(held.filed) == {**before, **own}


def test_a_second_look_under_an_older_release_is_not_shown_to_third_parties(system: System) -> None:
    held = claimed(system, requester={**SISTER, "authority": "form_60_001"})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="form_60_001")
    decide(system, OFFICER, held.case_id, outcome="declined")
    before = system.look_up(held.filed)
    system.later(days=1)
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    by_older_release(system, held)
    assert system.look_up(held.filed) == before


def test_a_second_look_that_goes_on_after_a_withdrawal_still_knows_whose_decision_it_is_about(system: System) -> None:
    held = decided(system)
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="withdrawn")
    assert system.case_of(held.filed).status == "withdrawn"
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="remand")
    assert post(system, OFFICER, held.case_id, "claim").json()["type"] == "/problems/was-reviewer"


def test_a_remanded_case_that_is_linked_to_another_goes_on_without_its_author(system: System) -> None:
    held = decided(system)
    second_look(system, held, "remand")
    other = file_case(system, 12)
    system.work(SUPERVISOR, held.case_id, "link", {"case_id": other.case_id, "why": "The same man."})
    system.pump()
    assert post(system, OFFICER, other.case_id, "claim").json()["type"] == "/problems/was-reviewer"
    system.work(COLLEAGUE, other.case_id, "claim")


def test_a_request_that_is_split_off_a_remanded_case_goes_on_without_its_author(system: System) -> None:
    held = decided(system)
    second_look(system, held, "remand")
    hers = system.file(person(11, requester=SISTER))
    system.pump()
    assert system.case_of(hers).case_id == held.case_id
    split = system.work(SUPERVISOR, held.case_id, "split", {"receipt": hers["receipt"], "why": "Another Ana."})
    system.pump()
    assert post(system, OFFICER, split["case_id"], "claim").json()["type"] == "/problems/was-reviewer"


def test_a_remanded_case_is_not_assigned_to_its_author(system: System) -> None:
    for user in (OFFICER, COLLEAGUE):
        system.employ(user)
    held = decided(system)
    second_look(system, held, "remand")
    answer = post(system, SUPERVISOR, held.case_id, "assignment", {"to": "omar", "why": "Again."})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "not_assignable")
    system.work(SUPERVISOR, held.case_id, "assignment", {"to": "olga", "why": "Fresh eyes."})


def test_who_is_verified_after_a_reopening_gets_the_news_of_the_decision_before(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="granted")
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    assert news(system) == 0
    verify(system, COLLEAGUE, held.case_id, receipt=held.receipt, identity=True)
    assert shown(system, held) == [("granted", "field_office", "reopened")]
    assert news(system) == 1


def test_who_missed_a_reopened_decision_while_the_case_was_marked_gets_its_news(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, receipt=held.receipt, identity=True)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    marked = system.case_of(held.filed)
    event = [one for one in system.history(marked) if one.kind == "verified"][-1]
    decide(system, CLEARED, held.case_id, outcome="granted")
    supervisor = Staff("cora", "supervisor,restricted")
    system.work(supervisor, held.case_id, "reopening", {"why": "New facts."})
    assert (shown(system, held), news(system)) == ([], 0)
    system.work(supervisor, held.case_id, "corrections", {"event": event.version, "why": "Another case."})
    assert shown(system, held) == [("granted", "field_office", "reopened")]
    assert news(system) == 1


def test_who_missed_a_decision_while_the_case_was_restricted_gets_its_news_when_that_ends(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, receipt=held.receipt, identity=True)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    decide(system, CLEARED, held.case_id, outcome="granted")
    system.work(Staff("cora", "supervisor,restricted"), held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    system.work(CLEARED, held.case_id, "claim")
    assert news(system) == 0
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    assert shown(system, held) == [("granted", "field_office", "reopened")]
    assert news(system) == 1
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    assert news(system) == 1


def test_no_earlier_decision_is_shown_in_place_of_one_that_cannot_be_read(system: System) -> None:
    held = decided(system)
    second_look(system, held, "override")
    newest = system.case_of(held.filed).decisions[-1].text or ""
    system.tamper(keys.text(held.case_id, newest), part="of_another_release")
    answer = system.look_up(held.filed)
    assert (answer["decision"], answer["earlier_decisions"][0]["state"]) == (None, "overridden")


@pytest.mark.parametrize(
    ("outcome", "granted", "code"),
    [
        ("override", [], "grants_required"),
        ("uphold", [{"what": "release"}], "grants_not_available"),
        ("remand", [{"what": "release"}], "grants_not_available"),
    ],
)
def test_only_an_override_grants_something(
    system: System, outcome: str, granted: list[dict[str, Any]], code: str
) -> None:
    held = decided(system)
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    given = decision(system, OFFICIAL, held.case_id, outcome=outcome, granted=granted)
    answer = post(system, OFFICIAL, held.case_id, "decision", given)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, code)
