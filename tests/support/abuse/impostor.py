"""Somebody who files as ``self`` about a person who has a case already, or before that person does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from casereview.schema.records import Case
from tests.support.docket import bodies
from tests.support.proofs.tally import Tally
from tests.support.staff import LAWYER, OFFICER, SISTER, ask, decide, verify
from tests.support.system import Staff, System

CLERK = Staff("omar", "officer,restricted")
LIE: dict[str, Any] = {
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
"""The worst that one can say of a person whom one wants to wait."""
Filed = Mapping[str, Any]


def impostor(of: Mapping[str, Any], number: int, **facts: Any) -> dict[str, Any]:  # noqa: ANN401  # any fact
    """Return the request of somebody who says to be the person of another request."""
    contact = {"email": f"impostor{number}@example.org", "language": "en"}
    requester = {"role": "self", "name": "Not Them", "contact": contact}
    return {**of, "requester": requester, "facts": facts, "grounds": "Let me wait."}


def owners(number: int, seed: int) -> Iterator[dict[str, Any]]:
    """Give requests of persons at one office, filed by themselves, a lawyer or a sister in turn."""
    for index, found in enumerate(islice(bodies(number, seed), number)):
        who = (found["requester"] | {"role": "self", "authority": "none"}, LAWYER, SISTER)[index % 3]
        facts = {**found["facts"], "custody": "detained", "facility": "STWRTGA"}
        yield {**found, "requester": who, "facts": facts}


def joins(system: System, tally: Tally, number: int = 12, seed: int = 0) -> None:
    """File as persons who have a case, worst facts first: nothing is learned, and nothing moves down."""
    for index, (owner, other) in enumerate(zip(owners(number, seed), bodies(number, seed + 1), strict=True)):
        filed = system.file(owner)
        system.pump()
        before = system.case_of(filed)
        system.later(minutes=5)
        lied = system.file(impostor(owner, index, **(LIE if index % 2 else other["facts"])))
        system.pump()
        with tally.case(f"joins case {index}"):
            _not_worse(system, before, lied)
            assert system.on(lied, "POST", "/updates", {"facts": LIE}).status == 202
            system.pump()
            _not_worse(system, before, lied)


def _not_worse(system: System, before: Case, lied: Filed) -> None:
    after = system.case_of(lied)
    assert after.case_id == before.case_id
    assert after.rank is not None
    assert before.rank is not None
    assert after.rank <= before.rank, "moved down"
    assert (after.office, after.filed_at) == (before.office, before.filed_at), "moved to another office or time"
    assert after.restricted >= before.restricted, "the restriction was lifted"
    _learns_nothing(system, lied)


def _learns_nothing(system: System, lied: Filed) -> None:
    assert system.look_up(lied) == {
        "receipt": lied["receipt"],
        "status": "received",
        "status_since": lied["received_at"],
        "disclosure": "limited",
        "lane": None,
        "people_ahead": None,
        "asked_for": None,
        "decision": None,
    }, "learns of the case"


def stages(system: System, tally: Tally) -> None:
    """Let a case go all its way beside an impostor's request, which learns nothing at any step, nor is written to."""
    (owner,) = owners(1, 5)
    filed, lied = system.file(owner), system.file(impostor(owner, 999, **LIE))
    case_id = system.case_of(filed).case_id

    def step(name: str) -> None:
        system.pump()
        with tally.case(f"at its step: {name}"):
            _learns_nothing(system, lied)
            assert system.on(lied, "POST", "/escalation", {"statement": "Look again."}).status == 409
            written = [sent for sent in system.outbox() if sent.to == "impostor999@example.org"]
            assert len(written) == 1, "is written to"
        system.on(lied, "POST", "/updates", {"statement": "I answer."})

    step("received")
    system.work(CLERK, case_id, "claim")
    step("claimed")
    verify(system, CLERK, case_id, receipt=filed["receipt"], identity=True)
    step("the owner verified")
    ask(system, CLERK, case_id)
    step("asked")
    with tally.case("the clock still stands after the impostor's answer"):
        system.pump()
        assert system.case_of(filed).status == "information_needed"
    assert system.on(filed, "POST", "/updates", {"statement": "Here it is."}).status == 202
    system.pump()
    system.work(CLERK, case_id, "claim")
    decide(system, CLERK, case_id)
    step("decided")
    with tally.case("the owner is told the decision"):
        assert system.look_up(filed)["decision"]["outcome"] == "granted"
    with tally.case("the owner's escalation"):
        assert system.on(filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    step("with the official")
    assert system.on(lied, "POST", "/withdrawal", {}).status == 202
    with tally.case("a withdrawal of the impostor's"):
        assert system.case_of(filed).status == "with_senior_official"


def first(system: System, tally: Tally) -> None:
    """Let the impostor file first: the decision is told to neither before identity was verified."""
    (owner,) = owners(1, 6)
    lied = system.file(impostor(owner, 998, **owner["facts"]))
    filed = system.file(owner)
    system.pump()
    case_id = system.case_of(lied).case_id
    system.work(OFFICER, case_id, "claim")
    decide(system, OFFICER, case_id)
    with tally.case("filed first: the decision"):
        assert system.look_up(lied)["decision"] is None, "is told the decision"
    with tally.case("filed first: staff data"):
        assert system.call("GET", f"/staff/cases/{case_id}").status == 404
    with tally.case("filed first: the person's own request counts"):
        assert system.case_of(filed).case_id == case_id
        _learns_nothing(system, filed)


def refuted(system: System, tally: Tally) -> None:
    """Have an officer find that the opener is not the person: from then on nothing is told."""
    (owner,) = owners(1, 7)
    lied = system.file(impostor(owner, 997, **owner["facts"]))
    system.file(owner)
    system.pump()
    case_id = system.case_of(lied).case_id
    system.work(OFFICER, case_id, "claim")
    given = {"receipt": lied["receipt"], "identity": True, "verdict": "refuted", "why": "Another person."}
    system.work(OFFICER, case_id, "verifications", given)
    system.pump()
    with tally.case("refuted"):
        _learns_nothing(system, lied)
        assert system.on(lied, "POST", "/escalation", {"statement": "Look again."}).status == 409
