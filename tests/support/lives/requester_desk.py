"""The actions of staff on the requesters of random lives: verify them, ask for proof, reissue and freeze codes."""

from __future__ import annotations

from typing import Any

from tests.support.expected_state import is_pending
from tests.support.histories.checks import required_kind, takes_two
from tests.support.histories.state import RequestState
from tests.support.lives.office import Office
from tests.support.lives.people import FACTS, KINDS, PROOFS, REFUTATIONS, REQUESTERS, STAFF, WHY, one
from tests.support.lives.requesters import PERSONS
from tests.support.system import Staff


class RequesterDesk(Office):
    """What staff do about requesters, mostly in the right office, sometimes anywhere."""

    def verify_requester(self, place: int, other: int) -> None:
        """Check the identity or authority of a requester, in any state of the case and without a claim.

        Mostly one who waits for a first or a second person's check, or whose case stands beside that of the guard.
        """
        cases = self.now.cases
        apart = [one for one in self._requests() if cases[one.case_id].apart_from and one.filing.role == "self"]
        waiting = [one for one in self._requests() if one.refuter or (one.confirmations and not one.verified)]
        pending = [one for one in self._requests() if is_pending(one, self.now.world.case_of(one.receipt))]
        chosen = waiting if other % 2 else apart if other % 4 == 0 else []
        request: RequestState = one(place, chosen or pending or self._requests())
        kind = one(other, KINDS) if other % 13 == 0 else _kind_of(request)
        if other % 5 == 4 or (request.refuter and other % 2):
            sent = {"verdict": "refuted", "reason": self._reason(request, other)}
        else:
            sent = {"verdict": "confirmed", "proof": one(other, PROOFS)}
        user = self._checker(place // 7, other, request)
        sent = {"receipt": request.receipt, **kind, **sent, "why": WHY}
        answer = self._post(user, cases[request.case_id], "verifications", sent)
        if answer.status == 200:
            self._check_rights(request, sent["verdict"], answer.json())

    def _reason(self, request: RequestState, other: int) -> str:
        """Return why a requester is refuted: mostly for the reason of a first officer, if there is one."""
        checks = self.now.requests[request.receipt].refuted_by if request.refuter and other % 7 else ()
        return str(checks[-1].reason if checks else one(other, REFUTATIONS))

    def _check_rights(self, before: RequestState, verdict: str, found: dict[str, Any]) -> None:
        """Check that the answer says what became of the check."""
        two = takes_two(self.now.world.case_of(before.receipt), before)
        if verdict == "confirmed" and not two:
            assert found["rights"], (before, found)
            assert not found["needs_second"], (before, found)
        if verdict == "confirmed" and two and not before.confirmations:
            assert found["needs_second"], (before, found)
        if verdict == "refuted":
            is_new = not before.refuted or self.now.requests[before.receipt].verify_by is not None
            is_first = before.refuter is None and is_new
            assert found["needs_second"] == is_first, (before, found)

    def _checker(self, place: int, other: int, request: RequestState) -> Staff:
        """Return who checks a requester: mostly somebody of the office of the case or of the request."""
        case = self.now.cases[request.case_id]
        offices = {case.office, case.field_office, request.office}
        able = [user for user in STAFF if user.office in offices or ("sro" in user.groups and case.office == "SRO")]
        found: Staff = one(place, STAFF if other % 11 == 10 or not able else able)
        return found

    def ask_for_proof(self, place: int, other: int) -> None:
        """Put a question of the catalogue to one requester, or to all of a case; it changes no status."""
        request: RequestState = one(place, [one for one in self._requests() if not one.verified] or self._requests())
        code = "prove_identity" if _kind_of(request) == {"identity": True} else "prove_authority"
        to = {"to": [request.receipt]} if other % 2 else {}
        sent = {"codes": [code if other % 5 else "prove_identity"], **to}
        case = self.now.cases[request.case_id]
        self._post(self._checker(place // 7, other, request), case, "information-requests", sent)
        assert self.world.snapshot().cases[case.case_id].status == case.status

    def reissue(self, place: int, other: int) -> None:
        """Reissue an access code; the old one must be refused from then on."""
        receipt = one(place, self.filed)
        case = self.now.cases[self.now.requests[receipt].case_id]
        sent = {"receipt": receipt, "proof": one(other, PROOFS), "why": WHY}
        answer = self._act(other, case, "reissue-code", sent, "officer")
        if answer.status == 200:
            old, self.filed[receipt] = self.filed[receipt], {**self.filed[receipt], **answer.json()}
            assert self.world.system.on(old, "GET").status == 404

    def freeze(self, place: int, other: int) -> None:
        """Freeze an access code, mostly of a verified holder."""
        verified = [one.receipt for one in self._requests() if one.verified]
        receipt = one(place, verified or self.filed)
        case = self.now.cases[self.now.requests[receipt].case_id]
        self._act(other, case, "freeze", {"receipt": receipt, "why": WHY}, "officer")

    def answer_withdrawal(self, place: int, other: int) -> None:
        """Confirm or cancel a withdrawal that waits for a supervisor; without one, withdraw a request."""
        waiting = [request for request in self.now.requests.values() if request.withdrawal_by]
        if not waiting:
            self.withdraw(place, other)
            return
        request = one(place, waiting)
        case = self.now.cases[request.case_id]
        sent = {"receipt": request.receipt, "confirm": other % 3 > 0, "why": WHY}
        self._act(other, case, "withdrawals", sent, "supervisor")

    def lift_suppression(self, place: int, other: int) -> None:
        """Lift the suppression of the addresses of a requester, if possible of one who missed a notice."""
        missed = [one.receipt for one in self._requests() if one.to_phone]
        receipt = one(place, missed or self.filed)
        case = self.now.cases[self.now.requests[receipt].case_id]
        self._act(other, case, "unsuppress", {"receipt": receipt, "why": WHY}, "supervisor")

    def file_for_someone(self, place: int, other: int) -> None:
        """File a request that came by telephone; the officer saw a proof, and never verifies its holder."""
        who: dict[str, Any] = one(other, REQUESTERS)
        seen = {"identity": True} if who["role"] == "self" else {"authority": who.get("authority", "form_60_001")}
        sent = self.body_of(one(place, PERSONS), who, one(other // 4, FACTS), other % 6)
        sent = {**sent, "channel": "phone", "seen": {**seen, "proof": one(other, PROOFS)}}
        user = one(place // 7, [user for user in STAFF if {"officer", "supervisor"} & {*user.groups.split()}])
        answer = self.world.system.staff(user, "POST", "/staff/requests", sent)
        assert answer.status == 201, answer
        self.filed[answer.json()["receipt"]] = answer.json()

    def _requests(self) -> list[RequestState]:
        return list(self.now.world.requests.values())


def _kind_of(request: RequestState) -> dict[str, Any]:
    """Return what is verified of the holder of a request, as it is sent."""
    kind = required_kind(str(request.filing.role))
    return {"identity": True} if kind == "identity" else {"authority": kind}
