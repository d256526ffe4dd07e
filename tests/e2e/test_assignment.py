"""A supervisor assigns a case to a colleague, in the local run: the user pool is asked, with the role's permissions."""

from __future__ import annotations

from tests.support.local.local_system import Answer, Local
from tests.support.system import body

ATLANTA = {"office": "ATL"}


def token(local: Local, user: str, *groups: str) -> str:
    profile = {"user": user, "groups": list(groups), **ATLANTA}
    return str(local.call("POST", "/_local/token", profile).json()["token"])


def assign(local: Local, case_id: str, bearer: str, to: str) -> Answer:
    sent = {"to": to, "why": "She speaks Ixil."}
    return local.call("POST", f"/staff/cases/{case_id}/assignment", sent, {"Authorization": f"Bearer {bearer}"})


def test_a_case_is_assigned_to_an_account_of_the_user_pool(local: Local) -> None:
    filed = local.file(body())
    local.ranked(filed)
    case_id = local.case_of(filed).case_id
    olga, sue = token(local, "olga", "officer"), token(local, "sue", "supervisor")
    assert assign(local, case_id, sue, "nobody").status == 422
    answer = assign(local, case_id, sue, "olga")
    assert (answer.status, answer.json()["claimed_by"]) == (200, "olga"), answer.body
    freed = local.call("POST", f"/staff/cases/{case_id}/release", {}, {"Authorization": f"Bearer {olga}"})
    assert (freed.status, freed.json()["claimed_by"]) == (200, None), "known by the same id as in the token"
