"""The actions of requesters in random lives of cases, and checks of the answers they receive."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from casereview.schema.base import rfc3339
from casereview.schema.request_records import Request
from tests.support.controlled_system import ControlledSystem, Snapshot
from tests.support.expected_state import is_told
from tests.support.invariants import check
from tests.support.lives.answers import check_answer, check_nothing_internal
from tests.support.lives.people import CONTACTS, FACTS, REQUESTERS, STAFF, one
from tests.support.system import body

PERSONS = (1, 1, 0, 1, 2, 3)
"""The numbers of the persons that requests are about; 0 is one without A-number. Most are about one person."""
_UNDO_WITHIN = timedelta(hours=72)


class Life:
    """The requests of a life and the actions on them; the two numbers of each action choose its target and content."""

    def __init__(self, world: ControlledSystem, beginning: datetime) -> None:
        self.world = world
        self.filed: dict[str, dict[str, Any]] = {}
        """By receipt: the answer to its filing, with the current access code."""
        self._keys: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
        self.silent: set[str] = set()
        """The receipts of requesters whose newest contact is unsafe to call."""
        self.refused = False
        """Whether the last action was refused; if so, it must not have changed anything."""
        world.begin(beginning)
        for user in STAFF:
            world.system.employ(user)
        world.system.sweep()
        self.before = self.now = Snapshot(beginning)
        for person, who, facts in [(1, 0, 0), (1, 3, 1), (2, 2, 2), (0, 0, 3), (0, 3, 4)]:
            self._file(person, REQUESTERS[who], FACTS[facts], 0)
        self.check()

    def check(self) -> None:
        """Read the table, and check all invariants."""
        self.before, self.now = self.now, self.world.snapshot()
        check(self.before, self.now)
        if self.refused:
            assert self.before.cases == self.now.cases, "a refused action changed something"
            assert self.before.requests == self.now.requests, "a refused action changed something"
        self.refused = False
        for receipt in self.silent:
            assert not self.now.world.requests[receipt].may_be_called, receipt
        for request in [request for request in self.now.requests.values() if self._is_touched(request)][:2]:
            self.look_up(request)

    def _is_touched(self, request: Request) -> bool:
        changed = self.before.cases.get(request.case_id) != self.now.cases[request.case_id]
        return changed or self.before.requests.get(request.receipt) != request

    # ---- actions of requesters

    def file(self, place: int, other: int) -> None:
        """File a request, about one of three persons or one without A-number; or repeat an earlier one with its key."""
        if place % 8 == 7:
            self._file_again(other)
        else:
            self._file(one(place, PERSONS), one(other, REQUESTERS), one(other // 4, FACTS), other % 6)

    def _file(self, person: int, who: dict[str, Any], facts: dict[str, Any], days: int) -> None:
        key = f"key-of-a-request-{len(self._keys):04d}"
        sent = self.body_of(person, who, facts, days)
        answer = self.world.system.file(sent, key)
        self._keys[key] = sent, answer
        self.filed[answer["receipt"]] = answer

    def body_of(self, person: int, who: dict[str, Any], facts: dict[str, Any], days: int) -> dict[str, Any]:
        """Return the body of a request, with an address of its own.

        Args:
            person: The number of the person, which makes the A-number; 0 for one without.
            who: The requester.
            facts: The facts.
            days: In how many days a removal is planned; up to three stand for none.
        """
        contact = {"email": f"requester{len(self.filed)}@example.org", "language": "es"}
        subject = {"a_number": f"A000-000-0{person}1" if person else None}
        removal = {"removal_at": rfc3339(self.now.at + timedelta(days=days))} if days > 3 else {}
        found = body(requester={"name": "Ana Example", "contact": contact, **who}, subject=subject)
        return {**found, "facts": {**facts, **removal}}

    def _file_again(self, place: int) -> None:
        key, (sent, answer) = one(place, self._keys.items())
        assert self.world.system.file(sent, key) == answer
        self.refused = True

    def update(self, place: int, other: int) -> None:
        """Send an update with a statement or facts."""
        says = {"statement": "More."} if other % 3 == 0 else {"facts": one(other, FACTS)}
        self._write(place, "/updates", says, {202, 409, 422, 429})

    def protect(self, place: int, _other: int) -> None:
        """State protected relief, if possible in a decided case in which somebody is to be called or written to."""
        cases, duties = self.now.cases, self.now.duties.items()
        waiting = {case_id for (case_id, _id), one in duties if one.state == "open" and one.kind in {"call", "letter"}}
        unverified = [request for request in self.now.requests.values() if not request.verified]
        among = [one for one in unverified if one.case_id in waiting and cases[one.case_id].status == "decided"]
        self._write(place, "/updates", {"facts": {"relief_pending": ["vawa"]}}, {202, 409, 422, 429}, among)

    def give_contact(self, place: int, other: int) -> None:
        """Send an update with a new contact only, which must not end a pending information request."""
        contact = {**one(other, CONTACTS), **({"email": f"moved{other}@example.org"} if other % 2 else {})}
        receipt = self._write(place, "/updates", {"contact": contact}, {202, 409, 429})
        if not self.refused and "safe_to_contact" in contact:
            (self.silent.discard if contact["safe_to_contact"] else self.silent.add)(receipt)
        pending = {case_id: case.answer_by for case_id, case in self.now.cases.items()}
        assert pending == {case_id: case.answer_by for case_id, case in self.world.snapshot().cases.items()}

    def mail_bounces(self, place: int, _other: int) -> None:
        """Report a bounce of a notice that was sent."""
        notice = one(place, [notice for notice in self.now.notices.values() if notice.state == "sent"])
        if notice:
            address = f"requester{place % 8}@example.org"
            bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": address}]}
            tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
            answer = self.world.system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}})
            assert answer == {"batchItemFailures": []}

    def withdraw(self, place: int, other: int) -> None:
        """Withdraw a request, in any state; every other time one whose code was just reissued, if there is one."""
        reissued = [request for request in self.now.requests.values() if request.epoch and request.state == "live"]
        self._write(place, "/withdrawal", {}, {202, 409, 429}, reissued if other % 2 else None)

    def undo_withdrawal(self, place: int, other: int) -> None:
        """Take a withdrawal back, in time or too late; or one that waits for a supervisor; without one, withdraw."""
        gone = [request for request in self.now.requests.values() if request.state != "live" or request.withdrawal_by]
        if not gone:
            self.withdraw(place, other)
            return
        in_time = [request for request in gone if self.now.at <= request.state_since + _UNDO_WITHIN]
        receipt = self._write(place, "/withdrawal", {"undo": True}, {202, 409, 429}, in_time or gone)
        request = self.now.requests[receipt]
        may = request.state == "live" or self.now.at <= request.state_since + _UNDO_WITHIN
        assert self.refused or may, "a withdrawal was taken back too late"

    def escalate(self, place: int, other: int) -> None:
        """Escalate a request to the Senior Reviewing Official, if possible one that has been decided."""
        decided = [request for request in self.now.requests.values() if self._is_decided(request)]
        known = [request for request in decided if is_told(request.receipt, self.now)]
        facts = {"facts": one(other, FACTS)} if other % 4 == 1 else {}
        sent = {"statement": "Look again.", **facts}
        self._write(place, "/escalation", sent, {202, 409, 422, 429}, known if other % 3 else decided)

    def _is_decided(self, request: Request) -> bool:
        return self.now.cases[request.case_id].status == "decided" and request.state == "live"

    def _write(
        self, place: int, what: str, sent: dict[str, Any], expected: set[int], among: list[Request] | None = None
    ) -> str:
        """Send a command for one of the receipts, and return the receipt."""
        receipts = [request.receipt for request in among or []] or list(self.filed)
        receipt: str = one(place, receipts)
        answer = self.world.system.on(self.filed[receipt], "POST", what, sent)
        assert answer.status in expected, answer
        assert (answer.status != 429) or self.now.requests[receipt].updates >= 40, answer
        check_nothing_internal(answer)
        self.refused = answer.status >= 400
        return receipt

    def look_up(self, request: Request) -> None:
        """Look up a request, and check that the answer discloses exactly what the requester may know."""
        check_answer(self.world.system.on(self.filed[request.receipt], "GET"), request.receipt, self.now)
