"""Helpers for tests of the staff API: users, filed and claimed cases, verifications, decisions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tests.support.bodies import granted, reasons
from tests.support.standing import recognized
from tests.support.system import Answer, Staff, System, body

OFFICER, COLLEAGUE = Staff("omar"), Staff("olga")
CLEARED = Staff("cleo", "officer,restricted")
SUPERVISOR, OTHER_SUPERVISOR = Staff("sue", "supervisor"), Staff("sid", "supervisor")
OFFICIAL = Staff("sam", "sro", None)
ELSEWHERE = Staff("elle", "officer", "ELP")

POLICY_A = datetime.fromisoformat("2021-06-15T12:00:00-04:00")
"""A time at which the interim guidance of 18 February 2021 is in force, which requires approvals."""
SWITCH = datetime.fromisoformat("2021-11-29T00:00:00-05:00")
"""The time from which the guidelines of 30 September 2021 are in force."""

AT_HOME: dict[str, Any] = {
    "custody": "not_detained",
    "facility": None,
    "residence": {"state": "GA", "county": "Fulton"},
}
"""The facts of a person who is not detained and lives in the area of Atlanta."""
LAWYER: dict[str, Any] = {
    "role": "attorney",
    "name": "Lee Example",
    "authority": "g28",
    "contact": {"email": "lee@example.org", "language": "en"},
}
SISTER: dict[str, Any] = {
    "role": "family",
    "name": "Eva Example",
    "relationship": "sister",
    "contact": {"email": "eva@example.org", "language": "en"},
}


class FiledCase(NamedTuple):
    """The answer to a filed request, and the id of its case."""

    filed: Mapping[str, Any]
    case_id: str

    @property
    def receipt(self) -> str:
        return str(self.filed["receipt"])


def person(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """Return a request body about the person whose A-number ends in a number."""
    return body(**{**changes, "subject": {"a_number": f"A000-000-{number:03d}", **changes.get("subject", {})}})


def file_case(system: System, number: int = 11, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """File a request a second later, and have its case ranked."""
    system.later(seconds=1)
    filed = system.file(person(number, **changes))
    system.pump()
    return FiledCase(filed, system.case_of(filed).case_id)


def claimed(system: System, number: int = 11, by: Staff = OFFICER, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """File a request, and have an officer claim its case."""
    found = file_case(system, number, **changes)
    system.work(by, found.case_id, "claim")
    return found


def read(system: System, user: Staff, case_id: str) -> dict[str, Any]:
    """Read a case to which the user has access."""
    answer = system.staff(user, "GET", f"/staff/cases/{case_id}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def statements(system: System, user: Staff, case_id: str) -> list[dict[str, Any]]:
    """Read the first page of what requesters and staff wrote about a case."""
    answer = system.staff(user, "GET", f"/staff/cases/{case_id}/statements")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def contacts(system: System, user: Staff, case_id: str) -> dict[str, dict[str, Any]]:
    """Read the contact data of the requesters of a case, by receipt."""
    found: dict[str, dict[str, Any]] = system.work(user, case_id, "contacts", {"why": "To call."})["contacts"]
    return found


def post(system: System, user: Staff, case_id: str, what: str, given: object = None) -> Answer:
    """Post to a route of a case, which may refuse it."""
    return system.staff(user, "POST", f"/staff/cases/{case_id}/{what}", {} if given is None else given)


def verify(system: System, user: Staff, case_id: str, **given: Any) -> None:  # noqa: ANN401  # any field
    """Record a verification, of facts on a claimed case, and have the case ranked."""
    proof = {} if "facts" in given else {"proof": "in_person"}
    system.work(user, case_id, "verifications", {"verdict": "confirmed", "why": "Seen.", **proof, **given})
    system.pump()


def ask(system: System, user: Staff, case_id: str, days: int = 10) -> None:
    """Ask for information on a claimed case; if no holder of a request is verified, the opener is first."""
    requests = [request for request in system.requests if request.case_id == case_id]
    if not any(request.verified for request in requests):
        opener = next(request for request in requests if request.opened or len(requests) == 1)
        recognized(system, {"receipt": opener.receipt})
    by = system.time.replace(microsecond=0).timestamp() + days * 86_400
    answer_by = datetime.fromtimestamp(by, system.time.tzinfo).isoformat()
    system.work(
        user,
        case_id,
        "information-requests",
        {"asked": [{"text": "Proof of residence.", "language": "en"}], "answer_by": answer_by},
    )
    system.pump()


def asked(system: System, filed: Mapping[str, Any]) -> list[str]:
    """Return the texts of the questions that a requester is shown."""
    return [str(each["text"]) for each in system.look_up(filed)["asked_for"]]


def ask_at_version(system: System, case_id: str, filed: Mapping[str, Any], version: int) -> None:
    """Claim a case, raise its version by reissuing a code, and ask for information as the given version."""
    system.work(OFFICER, case_id, "claim")
    while system.case_of(filed).version + 1 < version:
        sent = {"receipt": filed["receipt"], "proof": "document", "why": "The code was lost."}
        system.work(OFFICER, case_id, "reissue-code", sent)
    assert system.case_of(filed).version + 1 == version
    ask(system, OFFICER, case_id)


def decision(system: System, user: Staff, case_id: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """Return the body of a decision on the current version of a case."""
    found = read(system, user, case_id)
    plain = {
        "outcome": "granted",
        **reasons("You have family here.", found["policy"]),
        "internal_reasons": "Low priority.",
        "factors": [],
        "policy": found["policy"],
        "case_version": found["case_version"],
    }
    return {"granted": granted(str(changes.get("outcome", "granted"))), **plain, **changes}


def decide(system: System, user: Staff, case_id: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """Decide a claimed case; fail if the decision is refused."""
    found = system.work(user, case_id, "decision", decision(system, user, case_id, **changes))
    system.pump()
    return found


def worklist(system: System, user: Staff = OFFICER, office: str = "ATL", **query: object) -> dict[str, Any]:
    """Read a page of a worklist."""
    more = "".join(f"&{name}={value}" for name, value in query.items())
    answer = system.staff(user, "GET", f"/staff/worklist?office={office}{more}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def item(system: System, case_id: str, user: Staff = OFFICER, office: str = "ATL") -> dict[str, Any]:
    """Return the item of a case in its worklist."""
    (found,) = [item for item in worklist(system, user, office)["items"] if item["case_id"] == case_id]
    return dict(found)


def take_next(system: System, user: Staff = OFFICER) -> str | None:
    """Claim the next case; return its id, or None if there is none."""
    answer = system.staff(user, "POST", "/staff/worklist/next", {})
    assert answer.status in {200, 204}, answer.body
    return str(answer.json()["case_id"]) if answer.status == 200 else None
