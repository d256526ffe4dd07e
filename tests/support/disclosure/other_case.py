"""The case of another person, in every state of the lifecycle, and how the office goes on with it day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, Literal

from casereview.cases.disclosure import shown_to
from casereview.cases.verification import required_kind
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.disclosure.worlds import World
from tests.support.staff import decision, post
from tests.support.system import Staff, System, body

Kind = Literal["plain", "restricted"]
KINDS: Final[tuple[Kind, ...]] = ("plain", "restricted")
A_NUMBER: Final = "A000-000-011"
HER_ADDRESS: Final = "ana@example.org"
OFFICE: Final = "ATL"
RITA, ROLF = Staff("rita", "officer,restricted", OFFICE), Staff("rolf", "officer,restricted", OFFICE)
ROSA = Staff("rosa", "supervisor,restricted", OFFICE)
RUTH = Staff("ruth", "sro,restricted", None)
"""Staff who can open restricted cases."""
RESTS: Final = timedelta(hours=40)
"""How long a case that has ended rests before it goes on."""

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "received": (),
    "in_line": ("rank",),
    "in_review": ("rank", "claim"),
    "information_needed": ("rank", "verify", "claim", "ask"),
    "awaiting_approval": ("rank", "verify", "claim", "propose"),
    "decided": ("rank", "verify", "claim", "decide"),
    "decided unverified": ("rank", "claim", "decide"),
    "with_senior_official": ("rank", "verify", "claim", "decide", "escalate"),
    "closed": ("rank", "verify", "claim", "decide", "escalate", "uphold"),
    "remanded": ("rank", "verify", "claim", "decide", "escalate", "remand"),
    "withdrawn": ("rank", "withdraw"),
    "reopened": ("rank", "verify", "claim", "decide", "reopen"),
    "linked": ("rank", "link"),
    "split": ("rank", "join", "split"),
    "transferred": ("rank", "transfer"),
    "removed": ("rank", "remove"),
    "in a top lane": ("rank", "lift"),
    "full": ("rank", "crowd"),
}
"""The states of a case, each with the acts that lead to it, an hour for each."""


class OtherCase:
    """A case about the A-number that the observed actor writes about."""

    def __init__(self, world: World, filed: Mapping[str, Any]) -> None:
        self.world, self.system = world, world.system
        self.filed = filed
        self.case_id = self.system.case_of(filed).case_id

    @property
    def case(self) -> Case:
        return self.system.read(Case, keys.case(self.case_id))

    def reach(self, state: str) -> None:
        """Bring the case into a state."""
        for act in STATES[state]:
            self.system.later(hours=1)
            with self.world.acting("others"):
                getattr(self, act)()

    def carry_on(self, _day: int = 0) -> None:
        """Do what comes next, in whichever state the case is."""
        with self.world.acting("others"):
            _go_on(self)

    def file(self, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
        """File another request about the same A-number."""
        with self.world.acting("others"):
            return self.system.file(body(**{"subject": {"a_number": A_NUMBER}, **changes}))

    # ---- the acts

    def rank(self) -> None:
        self.system.pump()

    def verify(self) -> None:
        verify_requester(self.system, self.filed)

    def claim(self) -> None:
        self.system.work(RITA, self.case_id, "claim")

    def ask(self) -> None:
        by = (self.system.time + timedelta(days=5)).isoformat()
        given = {"asked": [{"text": "Where do you live?", "language": "en"}], "answer_by": by}
        self.system.work(RITA, self.case_id, "information-requests", given)

    def propose(self) -> None:
        self._decide("declined")
        assert self.case.status == "awaiting_approval"

    def decide(self) -> None:
        self._decide("granted")

    def _decide(self, outcome: str, user: Staff = RITA) -> None:
        given = decision(self.system, user, self.case_id, outcome=outcome)
        self.system.work(user, self.case_id, "decision", given)

    def escalate(self) -> None:
        assert self.system.on(self.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
        self.system.pump()

    def uphold(self) -> None:
        self.official("uphold")

    def remand(self) -> None:
        self.official("remand")

    def official(self, outcome: str) -> None:
        self.system.work(RUTH, self.case_id, "claim")
        self._decide(outcome, RUTH)
        self.system.pump()

    def withdraw(self) -> None:
        assert self.system.on(self.filed, "POST", "/withdrawal", {}).status == 202

    def reopen(self) -> None:
        self.system.work(ROSA, self.case_id, "reopening", {"why": "News.", "changed_facts": ["convictions"]})
        self.system.pump()

    def link(self) -> None:
        """Link another case to this one: of a sister who did not know the A-number."""
        self.link_case(self.file(requester={"role": "family"}, subject={"a_number": None}))

    def link_case(self, filed: Mapping[str, Any]) -> None:
        self.system.pump()
        source = self.system.case_of(filed).case_id
        self.system.work(RITA, source, "link", {"case_id": self.case_id, "why": "The same person."})
        self.system.pump()

    def join(self) -> dict[str, Any]:
        """File another request, which states protection too if the case is restricted."""
        facts = {"relief_pending": ["vawa"]} if self.case.restricted else {}
        return self.file(requester={"role": "family"}, facts=facts)

    def split(self) -> None:
        self.split_request(self.join())

    def split_request(self, filed: Mapping[str, Any]) -> None:
        self.system.work(RITA, self.case_id, "split", {"receipt": filed["receipt"], "why": "Another person."})
        self.system.pump()

    def transfer(self) -> None:
        self.system.work(ROSA, self.case_id, "transfer", {"office": "ELP", "why": "She moved."})

    def remove(self) -> None:
        given = {"removed_at": self.system.time.isoformat(), "why": "The report of the night."}
        self.system.work(RITA, self.case_id, "removal", given)

    def lift(self) -> None:
        assert self.system.on(self.filed, "POST", "/updates", {"facts": {"removal_soon": True}}).status == 202
        self.system.pump()

    def crowd(self) -> None:
        """Fill the case with as many requests as it may have."""
        for number in range(20 - self.case.live):
            self.file(requester={"role": "family", "contact": {"email": f"many{number}@example.org"}})
        self.system.pump()


def _go_on(other: OtherCase) -> None:
    """Do the next act of the office, or of the holder, on a case."""
    system = other.system
    system.pump()
    case = other.case
    officer = Staff("rolf", "officer,restricted", case.office)
    supervisor = Staff("rosa", "supervisor,restricted", case.field_office or case.office)
    rests = system.time - case.status_since < RESTS
    match case.status:
        case "in_line":
            system.work(officer, case.case_id, "claim")
        case "in_review":
            user = RITA if case.claimed_by == RITA.user else officer
            outcome = "referred" if case.facts.claims_us_citizenship else "granted"
            system.work(user, case.case_id, "decision", decision(system, user, case.case_id, outcome=outcome))
        case "information_needed":
            assert system.on(other.filed, "POST", "/updates", {"statement": "In Macon."}).status == 202
        case "awaiting_approval":
            for approval in case.approvals:  # each is given by another person
                user = Staff(f"rosa-{approval.id}", supervisor.groups, supervisor.office)
                given = {"approval": approval.id, "approve": True, "why": "I agree."}
                if system.work(user, case.case_id, "approval", given)["returned"]:
                    break
        case "decided" if not rests and _is_shown_a_decision(other):
            other.escalate()
        case "decided" | "closed" | "withdrawn" if not rests:
            # refused where a newer case of the person is open
            answer = post(
                system, supervisor, case.case_id, "reopening", {"why": "News.", "changed_facts": ["convictions"]}
            )
            assert answer.status in {200, 409}, answer.body
        case "with_senior_official":
            other.official("uphold")
        case _:
            pass
    system.pump()


def _is_shown_a_decision(other: OtherCase) -> bool:
    """Return whether the holder may ask for a second look: not where the case was restricted before its decision."""
    shown = shown_to(other.system.read(Request, keys.request(other.filed["receipt"])), other.case)
    return shown is not None and shown.status == "decided"


def file_other(world: World, kind: Kind) -> OtherCase:
    """File the request of another person, who is not detained."""
    facts: dict[str, Any] = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    if kind == "restricted":
        facts["relief_pending"] = ["vawa"]
    contact = {"email": HER_ADDRESS, "language": "es", "safe_to_contact": True}
    given = body(requester={"contact": contact}, subject={"a_number": A_NUMBER}, facts=facts)
    with world.acting("others"):
        return OtherCase(world, world.system.file(given))


def verify_requester(system: System, filed: Mapping[str, Any]) -> None:
    """Verify a requester, by a second officer too where that is needed."""
    request = system.read(Request, keys.request(filed["receipt"]))
    kind = required_kind(request.role)
    what: dict[str, Any] = {"identity": True} if kind == "identity" else {"authority": kind}
    given = {"receipt": request.receipt, **what, "verdict": "confirmed", "proof": "in_person", "why": "Seen."}
    if system.work(RITA, request.case_id, "verifications", given)["needs_second"]:
        system.work(ROLF, request.case_id, "verifications", given)
    assert system.read(Request, keys.request(request.receipt)).verified
    system.pump()
