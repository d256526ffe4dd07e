"""Who the caller is: roles, office, and how many cases they hold of those that they may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support.staff import OFFICER, claimed, file_case
from tests.support.system import Staff, System


def me(system: System, user: Staff) -> dict[str, Any]:
    answer = system.staff(user, "GET", "/staff/me")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def test_an_officer_reads_roles_office_and_how_many_cases_they_hold(system: System) -> None:
    held = claimed(system, 11)
    claimed(system, 12)
    found = me(system, OFFICER)
    assert found == {
        "user": "omar", "roles": ["officer"], "office": "ATL", "held": 2, "cap": 20, "policy": system.policy_id(),
        "restricted": False,
    }  # fmt: skip
    system.work(OFFICER, held.case_id, "release")
    assert me(system, OFFICER)["held"] == 1


def test_everybody_has_an_account_without_a_role_too(system: System) -> None:
    everything = Staff("eve", "officer,supervisor,sro,policy,restricted")
    assert me(system, everything)["roles"] == ["officer", "policy", "sro", "supervisor"]
    assert me(system, everything)["restricted"] is True
    author = me(system, Staff("ada", "policy", None))
    assert (author["roles"], author["office"], author["held"]) == (["policy"], None, 0)
    assert me(system, Staff("rob", "restricted"))["roles"] == []
    assert me(system, Staff("nia", "", None))["office"] is None


def test_the_policy_is_null_while_none_is_in_force(system: System) -> None:
    system.time = datetime.fromisoformat("2019-06-01T12:00:00-04:00")
    assert me(system, OFFICER)["policy"] is None


def test_another_person_with_the_same_name_holds_nothing(system: System) -> None:
    file_case(system)
    claimed(system, 12)
    assert me(system, Staff("omar", sub="another"))["held"] == 0
