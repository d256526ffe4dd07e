"""Make stored items unreadable, and what is then answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.keys import Key
from tests.support.staff import OFFICER, FiledCase, verify
from tests.support.system import Answer, Staff, System

WRONG: dict[str, Any] = {"never": ["a", {"list": 1}]}
"""A value that no field has."""
CLEARED_SUPERVISOR = Staff("cass", "supervisor,restricted")


def broken(system: System, key: Key, **fields: object) -> Callable[[], None]:
    """Give fields of an item values of the wrong type (None removes one); return what repairs it."""
    before = system.cloud.backend.get(key)
    assert before is not None
    system.tamper(key, **fields)

    def repair() -> None:
        now = system.cloud.backend.get(key)
        assert now is not None
        others = {name: value for name, value in now.items() if name not in fields}
        system.cloud.backend.put({**others, **{name: before[name] for name in fields if name in before}})

    return repair


def event_of(system: System, held: FiledCase, kind: str) -> Key:
    """Return the key of the event of a kind in the history of a case."""
    return next(
        Key(found["pk"]["S"], found["sk"]["S"])
        for found in system.items()
        if found["pk"] == {"S": keys.case_partition(held.case_id)} and found.get("kind") == {"S": kind}
    )


def get(system: System, user: Staff, held: FiledCase, what: str = "") -> Answer:
    return system.staff(user, "GET", f"/staff/cases/{held.case_id}{what}")


def stored(system: System, held: FiledCase) -> Case:
    return system.read(Case, keys.case(held.case_id))


def problem(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json()["type"]


UNREADABLE = (409, "/problems/unreadable")


def of_claims(_system: System, held: FiledCase) -> tuple[Key, str]:
    return keys.claims(held.case_id, held.receipt), "filing"


def of_findings(system: System, held: FiledCase) -> tuple[Key, str]:
    verify(system, OFFICER, held.case_id, facts={"pregnant": True})
    return keys.findings(held.case_id), "found"


def of_event(system: System, held: FiledCase) -> tuple[Key, str]:
    return event_of(system, held, "filed"), "at"


def of_notice(system: System, held: FiledCase) -> tuple[Key, str]:
    (notice,) = [one for one in system.notices if one.receipt == held.receipt][:1]
    return keys.notice(held.case_id, notice.notice_id), "created_at"


def of_request(_system: System, held: FiledCase) -> tuple[Key, str]:
    return keys.request(held.receipt), "received_at"


RECORDS = [of_claims, of_findings, of_event, of_notice, of_request]
"""What a case rests on: each gives the key of an item, and a field without which it cannot be read."""
