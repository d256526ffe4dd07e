"""What a system answers about its cases: every case by every route that reads it, and the lists of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tests.support.blocking.docket import Docket
from tests.support.policy.drafts import AUTHOR
from tests.support.staff import CLEARED, OFFICER, SUPERVISOR, FiledCase
from tests.support.system import Answer, Staff

Answers = dict[str, tuple[int, Any]]
_OF_CASE: Final = ("", "/history", "/statements", "/notices", "/ranking")
_LISTS: Final = (
    (OFFICER, "/staff/worklist?office=ATL&limit=100"),
    (CLEARED, "/staff/worklist?office=ATL&limit=100"),
    (OFFICER, "/staff/verifications?office=ATL"),
    (CLEARED, "/staff/verifications?office=ATL"),
    (OFFICER, "/staff/duties"),
    (SUPERVISOR, "/staff/approvals"),
)
_WHOLE: Final = (
    (OFFICER, "/staff/me"),
    (SUPERVISOR, "/staff/summary?office=ATL"),
    (AUTHOR, "/staff/policies"),
    (AUTHOR, "/staff/policies/mine"),
)


def of_case(docket: Docket, user: Staff, held: FiledCase) -> Answers:
    """Return what a case shows to a member of staff."""
    paths = [f"/staff/cases/{held.case_id}{what}" for what in _OF_CASE]
    paths += [f"/staff/cases/{held.case_id}/requests/{held.receipt}{what}" for what in ("", "/view")]
    return {path: _answer(docket.system.staff(user, "GET", path)) for path in paths}


def of_holder(docket: Docket, filed: Mapping[str, Any]) -> tuple[int, Any]:
    """Return what the holder of a request sees."""
    return _answer(docket.system.on(filed, "GET"))


def of_others(docket: Docket, cases: Sequence[FiledCase]) -> Answers:
    """Return what is answered about cases, with what they are in the lists: all but their positions."""
    found: Answers = {}
    for held in cases:
        found |= of_case(docket, CLEARED, held)
        found[held.receipt] = of_holder(docket, held.filed)
    ids = {held.case_id for held in cases}
    for user, path in _LISTS:
        answer = docket.system.staff(user, "GET", path)
        items = [_without_position(one) for one in answer.json()["items"] if one["case_id"] in ids]
        found[f"{user.user} {path}"] = answer.status, items
    return found | _acts(docket, cases)


def of_system(docket: Docket) -> dict[str, int]:
    """Return the statuses of the routes that are about no case."""
    return {path: docket.system.staff(user, "GET", path).status for user, path in _WHOLE}


def _acts(docket: Docket, cases: Sequence[FiledCase]) -> Answers:
    """Return what is answered to acts on cases: an update, a note, a look-up, the next case and what is filed."""
    system, held = docket.system, cases[-1]
    note = {"kind": "note", "text": "Read."}
    acts: Iterator[tuple[str, Answer]] = iter(
        (
            ("update", system.on(held.filed, "POST", "/updates", {"statement": "More."})),
            ("note", system.staff(CLEARED, "POST", f"/staff/cases/{held.case_id}/notes", note)),
            ("lookup", system.staff(OFFICER, "POST", "/staff/lookups", {"receipt": held.receipt, "why": "Called."})),
            ("next", system.staff(OFFICER, "POST", "/staff/worklist/next", {})),
        )
    )
    found = {name: _answer(answer) for name, answer in acts}
    found["next"] = found["next"][0], None
    system.settle(2)
    return found


def _answer(answer: Answer) -> tuple[int, Any]:
    found = answer.json() if answer.body else None
    if isinstance(found, dict) and "changes_at" in found:
        found["changes_at"] = None  # a time: when the next policy that can be read comes into force
    if isinstance(found, dict) and "events" in found:  # reads of one instant are in no order
        found["events"].sort(key=lambda event: json.dumps(event, sort_keys=True))
    return answer.status, found


def _without_position(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "position"}
