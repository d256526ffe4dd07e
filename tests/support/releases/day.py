"""What each release does with a table: a day that is written, and the work that follows on what the other one wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.items import plain_fields
from casereview.store.keys import Key
from tests.support.blocking.docket import Docket, docket
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    FiledCase,
    decide,
    decision,
    file_case,
    person,
    post,
    verify,
)
from tests.support.system import Staff

if TYPE_CHECKING:
    from casereview.store.items import Item
    from tests.support.releases.two_releases import TwoReleases

_BY_LETTER: Final = {
    "preferred": "letter",
    "language": "es",
    "postal": {"lines": ["1 Example Street"], "city": "Atlanta", "state": "GA", "zip": "30303"},
}
_NO_ADDRESS: Final = {"language": "en"}
ANY: Final = {"colour": {"deep": ["red", 1, None]}}
"""An attribute that neither release knows."""
LATER_WORK: Final = "translate_of_next"
"""The name of due work that neither release knows."""
CREATED_AGAIN: Final = ("IN_FORCE", "SNAPSHOT", "BANDS", "USUAL_WAIT", "OPEN", "CASE#")
"""What the sort keys begin with of items that are never changed, but written anew: what is published, and pointers."""


@dataclass(frozen=True, slots=True)
class Day:
    """What one release has written: the docket, and cases of states that the docket has not."""

    docket: Docket
    two_numbers: FiledCase
    """A case of two A-numbers, with the request whose case it was first."""
    linked: FiledCase
    """The same case, with the request whose case was linked to it."""
    awaited: FiledCase
    """A case whose decision was escalated."""
    hidden: FiledCase
    """A restricted case that a stranger joined."""
    stranger: Mapping[str, Any]

    @property
    def requests(self) -> list[Mapping[str, Any]]:
        """All requests, by the answers to their holders."""
        own = [*self.docket.secrets.values(), self.stranger]
        cases = [self.docket.protected, *self.docket.others, self.two_numbers, self.linked, self.awaited, self.hidden]
        return own + [held.filed for held in cases]


def write_a_day(two: TwoReleases) -> Day:
    """Fill the table with a docket of every kind of record, and with cases in further states."""
    found = docket(two)
    first, second = file_case(two, 201, requester=_named("Ana")), file_case(two, 202, requester=_named("Ana"))
    two.work(SUPERVISOR, first.case_id, "link", {"case_id": second.case_id, "why": "One person."})
    case_id = two.case_of(first.filed).case_id
    by_letter = file_case(two, 203, requester={"contact": _BY_LETTER})
    two.work(OFFICER, by_letter.case_id, "claim")
    verify(two, OFFICER, by_letter.case_id, receipt=by_letter.receipt, identity=True)
    decide(two, OFFICER, by_letter.case_id, outcome="declined")
    assert two.on(by_letter.filed, "POST", "/escalation", {"statement": "Please look again."}).status == 202
    gone = file_case(two, 204, requester={"contact": _NO_ADDRESS})
    assert two.on(gone.filed, "POST", "/withdrawal", {}).status == 202
    nameless = file_case(two, 205, subject={"a_number": None})
    assert two.on(nameless.filed, "POST", "/updates", {"subject": {"a_number": "A000-000-206"}}).status == 202
    hidden = file_case(two, 207, facts={"relief_pending": ["u_visa"]})
    stranger = two.file(person(207, requester=SISTER))
    two.pump()
    two.settle(3)
    two.file(person(208))  # its messages are waiting
    found.save()
    return Day(found, FiledCase(second.filed, case_id), FiledCase(first.filed, case_id), by_letter, hidden, stranger)


def _named(name: str) -> dict[str, Any]:
    return {"name": f"{name} Example"}


def mark_all(two: TwoReleases) -> None:
    """Give every item an attribute, and every record with due work some work, that no release knows."""
    for item in two.items():
        fields = plain_fields(item)
        due = (
            {"due": {**fields["due"], LATER_WORK: "2099-01-01T00:00:00.000Z"}}
            if isinstance(fields.get("due"), dict)
            else {}
        )
        two.tamper(Key(item["pk"]["S"], item["sk"]["S"]), **ANY, **due)


@dataclass(frozen=True, slots=True)
class Step:
    """One act of a release on what the other wrote, and the answer."""

    name: str
    status: int


def look_at_everything(two: TwoReleases, day: Day) -> Iterator[Step]:
    """Read every request as its holder, and every case and list as staff."""
    for filed in day.requests:
        yield Step("GET /requests/{receipt}", two.on(filed, "GET").status)
    lists = ["worklist?limit=100", "duties", "verifications", "me"]
    for path in (*(f"/staff/{name}" for name in lists), "/staff/policies"):
        user = Staff("ada", "policy", None) if path == "/staff/policies" else CLEARED
        yield Step(f"GET {path}", two.staff(user, "GET", path).status)
    for path in ("/staff/summary?office=ATL", "/staff/approvals"):
        yield Step(f"GET {path}", two.staff(SUPERVISOR, "GET", path).status)
    for case in two.cases:
        for what in ("", "/ranking", "/history", "/statements", "/notices"):
            answer = two.staff(CLEARED, "GET", f"/staff/cases/{case.case_id}{what}")
            yield Step(f"GET /staff/cases/{{case_id}}{what}", answer.status)


def work_everything(two: TwoReleases, day: Day) -> Iterator[Step]:
    """Do what requesters, officers, supervisors, the official and the schedule do, on what lies in the table."""
    bad = day.docket.bad
    updated = two.on(bad.filed, "POST", "/updates", {"statement": "More.", "facts": {"serious_illness": True}})
    yield Step("update", updated.status)
    yield Step("join", two.call("POST", "/requests", person(101, requester=SISTER)).status)
    yield Step("withdraw", two.on(day.docket.others[2].filed, "POST", "/withdrawal", {}).status)
    two.pump()
    yield Step("note", post(two, OFFICER, bad.case_id, "notes", {"kind": "note", "text": "Read."}).status)
    yield from _claim_and_decide(two, bad)
    yield Step("next", two.staff(COLLEAGUE, "POST", "/staff/worklist/next", {}).status)
    for number in (4, 5):
        yield from _claim_and_decide(two, day.docket.others[number])
    yield Step("claim of the official", post(two, OFFICIAL, day.awaited.case_id, "claim").status)
    yield from _decide(two, OFFICIAL, day.awaited, outcome="uphold")
    yield from _claim_and_decide(two, day.two_numbers)
    for minutes, hours in ((3, 0), (3, 24), (3, 72)):
        two.later(hours=hours)
        two.settle(minutes)
    for duty in ("snapshot", "bands", "usual_wait", "redrive"):
        two.duty(duty)
    two.pump()


def _claim_and_decide(two: TwoReleases, held: FiledCase) -> Iterator[Step]:
    yield Step("claim", post(two, OFFICER, held.case_id, "claim").status)
    given = {"receipt": held.receipt, "identity": True, "proof": "in_person", "verdict": "confirmed", "why": "Seen."}
    if not two.read(Request, keys.request(held.receipt)).verified:
        yield Step("verify", post(two, OFFICER, held.case_id, "verifications", given).status)
        two.pump()
    yield from _decide(two, OFFICER, held)


def _decide(two: TwoReleases, user: Staff, held: FiledCase, **changes: Any) -> Iterator[Step]:  # noqa: ANN401  # any field
    body = decision(two, user, held.case_id, **changes)
    yield Step(f"decide as {user.user}", post(two, user, held.case_id, "decision", body).status)
    two.pump()


def lost(before: list[Item], after: list[Item], unknown: frozenset[str]) -> Iterator[str]:
    """Yield the path of each attribute that is gone of an item that is still there.

    Args:
        before: The items that one release wrote.
        after: The items after the other release has worked on them.
        unknown: The names that this other release does not know, so that it must keep them.
    """
    now = {_key(item): item for item in after}
    for item in before:
        key = _key(item)
        if key in now and not key.sk.startswith(CREATED_AGAIN):
            yield from (f"{key.pk} {key.sk}: {path}" for path in _gone(item, now[key], unknown))


def _key(item: Item) -> Key:
    return Key(item["pk"]["S"], item["sk"]["S"])


def _gone(before: Mapping[str, Any], after: Mapping[str, Any], unknown: frozenset[str]) -> Iterator[str]:
    for name, value in before.items():
        if name in unknown and name not in after:
            yield name
        elif "M" in value and "M" in after.get(name, {}):
            yield from (f"{name}.{path}" for path in _gone(value["M"], after[name]["M"], unknown))


def shown_to(two: TwoReleases, user: Staff) -> set[str]:
    """Return the cases that a member of staff can open, and those in the lists."""
    lists = [f"/staff/{name}" for name in ("worklist?limit=100", "duties", "verifications")]
    listed = {one["case_id"] for path in lists for one in two.staff(user, "GET", path).json().get("items", [])}
    return listed | {case.case_id for case in two.cases if _opens(two, user, case)}


def _opens(two: TwoReleases, user: Staff, case: Case) -> bool:
    return two.staff(user, "GET", f"/staff/cases/{case.case_id}").status == 200


def disclosed(two: TwoReleases, day: Day) -> dict[str, dict[str, Any]]:
    """Return what the holder of each request sees, by receipt."""
    return {filed["receipt"]: two.on(filed, "GET").json() for filed in day.requests}
