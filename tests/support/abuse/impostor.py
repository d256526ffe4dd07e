"""An impostor who files with the role ``self`` about another person, after or before that person files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from casereview.schema.records import Case
from tests.support.docket import bodies
from tests.support.proofs.tally import Tally
from tests.support.staff import COLLEAGUE, LAWYER, OFFICER, SISTER, ask, decide, verify
from tests.support.system import Staff, System

CLEARED_OFFICER = Staff("omar", "officer,restricted")
WORST_FACTS: dict[str, Any] = {
    "custody": "not_detained",
    "facility": None,
    "residence": {"state": "WA", "county": "King"},
    "removal_at": None,
    "removal_soon": False,
    "removal_order": "none",
    "check_in_on": None,
    "serious_illness": False,
    "pregnant": False,
    "claims_us_citizenship": False,
    "convictions": [{"kind": "aggravated_felony", "convicted_on": "2020"}],
    "national_security_concern": True,
    "gang_participation_age": 20,
    "relief_pending": [],
    "minor_children": 0,
}
"""Facts that give a person the lowest rank."""
FiledResponse = Mapping[str, Any]


def impersonating_request(of: Mapping[str, Any], number: int, **facts: Any) -> dict[str, Any]:  # noqa: ANN401  # any fact
    """Return a request of an impostor who claims to be the person of another request."""
    contact = {"email": f"impostor{number}@example.org", "language": "en"}
    requester = {"role": "self", "name": "Not Them", "contact": contact}
    return {**of, "requester": requester, "facts": facts, "grounds": "Let me wait."}


def owner_requests(number: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield requests for persons of one office, filed by themselves, a lawyer or a sister in turn."""
    for index, found in enumerate(islice(bodies(number, seed), number)):
        who = (found["requester"] | {"role": "self", "authority": "none"}, LAWYER, SISTER)[index % 3]
        facts = {**found["facts"], "custody": "detained", "facility": "STWRTGA"}
        yield {**found, "requester": who, "facts": facts}


def prove_joins(system: System, tally: Tally, number: int = 12, seed: int = 0) -> None:
    """File as persons with a case, and check that the impostor learns nothing and no case gets a lower rank."""
    for index, (owner, other) in enumerate(zip(owner_requests(number, seed), bodies(number, seed + 1), strict=True)):
        filed = system.file(owner)
        system.pump()
        before = system.case_of(filed)
        system.later(minutes=5)
        lied = system.file(impersonating_request(owner, index, **(WORST_FACTS if index % 2 else other["facts"])))
        system.pump()
        with tally.case(f"joins case {index}"):
            _check_not_worse(system, before, lied)
            assert system.on(lied, "POST", "/updates", {"facts": WORST_FACTS}).status == 202
            system.pump()
            _check_not_worse(system, before, lied)


def _check_not_worse(system: System, before: Case, lied: FiledResponse) -> None:
    after = system.case_of(lied)
    assert after.case_id == before.case_id
    assert after.rank is not None
    assert before.rank is not None
    assert after.rank <= before.rank, "lower rank"
    assert (after.office, after.filed_at) == (before.office, before.filed_at), "another office or filing time"
    assert after.restricted >= before.restricted, "the restriction was lifted"
    _check_learns_nothing(system, lied)


def _check_learns_nothing(system: System, lied: FiledResponse) -> None:
    shown = system.look_up(lied)
    expected = {
        "receipt": lied["receipt"],
        "status": "received",
        "status_since": lied["received_at"],
        "disclosure": "limited",
        "people_ahead": None,
        "asked_for": [],
        "decision": None,
    }
    assert expected.items() <= shown.items(), "the case is disclosed"


def prove_stages(system: System, tally: Tally) -> None:
    """Process a case to its end, and check that an impostor's request gets no disclosure and no notices at any step."""
    (owner,) = owner_requests(1, 5)
    filed, lied = system.file(owner), system.file(impersonating_request(owner, 999, **WORST_FACTS))
    case_id = system.case_of(filed).case_id

    def step(name: str) -> None:
        system.pump()
        with tally.case(f"at its step: {name}"):
            _check_learns_nothing(system, lied)
            before = system.case_of(filed).status
            assert system.on(lied, "POST", "/escalation", {"statement": "Look again."}).status == 202
            assert system.case_of(filed).status == before, "it is kept until verification"
            notices = [sent for sent in system.outbox() if sent.to == "impostor999@example.org"]
            assert len(notices) == 1, "a notice was sent"
        system.on(lied, "POST", "/updates", {"statement": "I answer."})

    step("received")
    system.work(CLEARED_OFFICER, case_id, "claim")
    step("claimed")
    verify(system, CLEARED_OFFICER, case_id, receipt=filed["receipt"], identity=True)
    step("the owner verified")
    ask(system, CLEARED_OFFICER, case_id)
    step("information requested")
    with tally.case("the impostor's answer does not resume the case"):
        system.pump()
        assert system.case_of(filed).status == "information_needed"
    assert system.on(filed, "POST", "/updates", {"statement": "Here it is."}).status == 202
    system.pump()
    system.work(CLEARED_OFFICER, case_id, "claim")
    decide(system, CLEARED_OFFICER, case_id)
    step("decided")
    with tally.case("the decision is disclosed to the owner"):
        assert system.look_up(filed)["decision"]["outcome"] == "granted"
    with tally.case("the owner's escalation"):
        assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    step("with the official")
    assert system.on(lied, "POST", "/withdrawal", {}).status == 202
    with tally.case("the impostor's withdrawal"):
        assert system.case_of(filed).status == "with_senior_official"


def prove_first_filing(system: System, tally: Tally) -> None:
    """Have the impostor file first, and check that an unverified requester gets no decision."""
    (owner,) = owner_requests(1, 6)
    lied = system.file(impersonating_request(owner, 998, **owner["facts"]))
    filed = system.file(owner)
    system.pump()
    case_id = system.case_of(lied).case_id
    system.work(OFFICER, case_id, "claim")
    decide(system, OFFICER, case_id)
    with tally.case("filed first: the decision"):
        assert system.look_up(lied)["decision"] is None, "the decision is disclosed"
    with tally.case("filed first: staff data"):
        assert system.call("GET", f"/staff/cases/{case_id}").status == 404
    with tally.case("filed first: the person's own request"):
        assert system.case_of(filed).case_id == case_id
        _check_learns_nothing(system, filed)


def prove_refutation(system: System, tally: Tally) -> None:
    """Have an officer refute the identity of the first requester, and check that nothing is disclosed from then on."""
    (owner,) = owner_requests(1, 7)
    lied = system.file(impersonating_request(owner, 997, **owner["facts"]))
    system.file(owner)
    system.pump()
    case_id = system.case_of(lied).case_id
    system.work(OFFICER, case_id, "claim")
    given = {"receipt": lied["receipt"], "identity": True, "verdict": "refuted", "why": "Another person."}
    for officer in (OFFICER, COLLEAGUE):
        system.work(officer, case_id, "verifications", {**given, "reason": "not_the_person"})
    system.pump()
    with tally.case("refuted"):
        _check_learns_nothing(system, lied)
        assert system.on(lied, "POST", "/escalation", {"statement": "Look again."}).status == 202
        assert system.case_of(lied).status == "in_review", "it is kept until verification"
