"""The actions of staff in random lives of cases: mostly with the required role, sometimes without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from casereview.cases.duties import CARRIES_OUT, RESULTS
from casereview.cases.lifecycle import ENDED, OPEN, QUEUED
from casereview.policy.packaged import governing
from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.schema.records import Case
from review.cases.correction import CORRECTABLE
from tests.support.bodies import granted, reasons
from tests.support.expected_state import has_first_look
from tests.support.lives.people import (
    ASKED,
    BY_NAME,
    FIELD_OUTCOMES,
    INTERNAL,
    MATTERS,
    OFFICIAL_OUTCOMES,
    REASONS,
    STAFF,
    WHY,
    one,
)
from tests.support.lives.requesters import Life
from tests.support.system import Answer, Staff


class Office(Life):
    """Officers, supervisors and the Senior Reviewing Official of three offices."""

    # ---- claiming cases

    def take_next(self, place: int, _other: int) -> None:
        """Claim the next case; the answer must be 204 exactly if no case is available to the user."""
        user = one(place, STAFF)
        free = self._free_for(user)
        answer = self._staff(user, "/staff/worklist/next", {})
        assert answer.status == (200 if free else 204), (user, free, answer)
        assert answer.status == 204 or answer.json()["case_id"] in free

    def _free_for(self, user: Staff) -> set[str]:
        opened = {user.office} | ({"SRO"} if "sro" in user.groups else set())
        top = {lane.id for lane in governing(self.now.at)[0].lanes if lane.top}
        found = set()
        for case in self.now.cases.values():
            unseen = case.status == "information_needed" and case.lane in top and not has_first_look(case)
            free = case.claimed_by is None and (case.status in {"in_line", "with_senior_official"} or unseen)
            allowed = "restricted" in user.groups or not case.restricted
            took_part = user.id in (case.reviewers if case.office == "SRO" else case.excluded)
            if free and allowed and not took_part and self.now.queues.get(case.case_id) in opened:
                found.add(case.case_id)
        return found

    def claim(self, place: int, other: int) -> None:
        """Claim a case, if possible an unclaimed one; every other time one with the Senior Reviewing Official."""
        free = [case for case in self._cases() if case.status in QUEUED and not case.claimed_by]
        escalated = [case for case in free if case.office == "SRO"] if other % 2 else []
        case = one(place, escalated or free or self._cases())
        self._act(other, case, "claim", {}, "sro" if case.office == "SRO" else "")

    def assign(self, place: int, other: int) -> None:
        """Give a case to a colleague, mostly as a supervisor of its office."""
        case = one(place, [case for case in self._cases() if case.status in OPEN] or self._cases())
        sent = {"to": one(other, STAFF).user, "why": WHY}
        self._act(other // 5, case, "assignment", sent, "supervisor")

    # ---- actions on a claimed case; without one, the next case is claimed instead

    def release(self, place: int, other: int) -> None:
        """Release a case."""
        self._work(place, other, "release", {})

    def verify_facts(self, place: int, other: int) -> None:
        """Verify facts, sometimes about one request of the case."""
        facts = one(other, MATTERS)
        case = self._held_case(place, other)
        receipts = [*self.now.world.cases[case.case_id].requests, None]
        verdict = "confirmed" if other % 4 else "refuted"
        sent = {"facts": facts, "receipt": one(other // 7, receipts), "verdict": verdict, "why": WHY}
        self._work(place, other, "verifications", sent)

    def ask(self, place: int, other: int) -> None:
        """Send an information request."""
        by = rfc3339(self.now.at + timedelta(days=1 + other % 20))
        self._work(
            place, other, "information-requests", {"asked": [{"text": ASKED, "language": "en"}], "answer_by": by}
        )

    def decide(self, place: int, other: int) -> None:
        """Decide a case, mostly on its current version, sometimes on an earlier one."""
        case = self._held_case(place, other)
        behind = other % 7 == 6 and 1 + place % 3
        outcome = one(other, OFFICIAL_OUTCOMES if case.office == "SRO" else FIELD_OUTCOMES)
        sent = {
            "outcome": outcome,
            "granted": granted(outcome),
            **reasons(REASONS, governing(self.world.system.time)[0].id),
            "internal_reasons": INTERNAL,
            "factors": [],
            "policy": governing(self.world.system.time)[0].id,
            "case_version": case.version - behind,
        }
        self._work(place, other, "decision", sent)

    # ---- actions on any case

    def approve(self, place: int, other: int) -> None:
        """Approve or return a pending decision; without one, decide a case."""
        waiting = [case for case in self._cases() if case.status == "awaiting_approval"]
        if not waiting:
            self.decide(place, other)
            return
        case = one(place, waiting)
        user = self._user_with_role(other, case, "supervisor")
        needed = [approval.id for approval in case.approvals if approval.by_id is None]
        sent = {"approve": other % 3 > 0, "approval": one(other, needed), "why": WHY}
        answer = self._post(user, case, "approval", sent)
        assert answer.status != 200 or user.user != case.decided_by

    def withdraw_decision(self, place: int, other: int) -> None:
        """Take back a pending decision, mostly as its author; without one, decide a case."""
        waiting = [case for case in self._cases() if case.status == "awaiting_approval"]
        if not waiting:
            self.decide(place, other)
            return
        case = one(place, waiting)
        user = one(other, STAFF) if other % 11 == 10 else BY_NAME[case.decided_by or ""]
        self._post(user, case, "decision/withdrawal", {"why": WHY})

    def do_duty(self, place: int, other: int) -> None:
        """Record what became of a duty, mostly of one that is open."""
        duties = self.world.system.all(Duty, "DUTY#")
        duty = one(place, [duty for duty in duties if duty.state == "open" or other % 11 == 9])
        if duty is None:
            self.decide(place, other)
            return
        case = self.now.cases[duty.case_id]
        able = [user for user in STAFF if user.office == duty.office]
        fitting = [CARRIES_OUT.get(grant, "other") for grant in duty.grants] if other % 5 else []
        what = one(other // 7, sorted(fitting or RESULTS[duty.kind]))
        sent = {"what": what, "note": INTERNAL, "done_at": rfc3339(self.now.at), "why": WHY}
        self._post(one(other // 3, able or STAFF), case, f"duties/{duty.duty_id}", sent)

    def transfer(self, place: int, other: int) -> None:
        """Transfer a case to another office."""
        office = one(other, ["ATL", "HLG", "ATL", "HQ"])
        there = [case for case in self._cases() if case.status in OPEN and case.office != office]
        case = one(place, there or self._cases())
        self._act(other, case, "transfer", {"office": office, "why": WHY}, "supervisor")

    def record_removal(self, place: int, other: int) -> None:
        """Record a removal, mostly with its time, sometimes with its day only."""
        at = rfc3339(self.now.at - timedelta(hours=other % 200))
        removed = at[:10] if other % 5 == 0 else at
        self._act(other, one(place, self._cases()), "removal", {"removed_at": removed, "why": WHY})

    def note(self, place: int, other: int) -> None:
        """Write a note, sometimes of a referral."""
        kind = one(other, ["note", "call", "visit", "referral"])
        self._act(other // 4, one(place, self._cases()), "notes", {"kind": kind, "text": WHY})

    def correct_identity(self, place: int, other: int) -> None:
        """Correct the A-number or the name of a case, or of one request of it."""
        case = one(place, self._cases())
        receipts = [*self.now.world.cases[case.case_id].requests, None]
        numbers = [f"A00000002{number}" for number in range(3)]
        part = {"a_number": one(other, numbers)} if other % 3 else {"family_name": f"Name{other % 5}"}
        sent = {**part, "receipt": one(other // 7, receipts), "why": WHY}
        self._act(other, case, "identity", sent, "officer")

    def correct(self, place: int, other: int) -> None:
        """Correct an act of staff, of those that can be corrected the newest ones rather than the first."""
        acts = [
            event for case in self._cases() for event in self.now.history(case.case_id) if event.kind in CORRECTABLE
        ]
        recent = sorted(acts, key=lambda event: event.at)[-12:]
        event = one(place, recent)
        if event is None:
            self.record_removal(place, other)
            return
        sent = {"event": event.version, "why": WHY}
        self._act(other, self.now.cases[event.case_id], "corrections", sent, "supervisor")

    def link(self, place: int, other: int) -> None:
        """Link a case without A-number to another of its office."""
        cases = [case for case in self._cases() if case.status in OPEN]
        case = one(place, [case for case in cases if case.person is None] or self._cases())
        target = one(other, [one_more for one_more in cases if one_more.office == case.office and one_more != case])
        self._act(other, case, "link", {"case_id": (target or case).case_id, "why": WHY}, "officer")

    def split(self, place: int, other: int) -> None:
        """Split a request off, if possible from a case that has several."""
        joined = [case for case in self._cases() if case.requests > 1 and case.status in OPEN]
        case = one(place, joined or self._cases())
        receipt = one(other, self.now.world.cases[case.case_id].requests) or one(other, self.filed)
        self._act(other // 7, case, "split", {"receipt": receipt, "why": WHY}, "officer")

    def reopen(self, place: int, other: int) -> None:
        """Reopen a case, if possible one that has ended."""
        ended = [case for case in self._cases() if case.status in ENDED]
        sent = {"why": WHY, "changed_facts": ["custody"] if other % 3 else []}
        self._act(other, one(place, ended or self._cases()), "reopening", sent, "supervisor")

    # ---- choice of the user

    def _cases(self) -> list[Case]:
        return list(self.now.cases.values())

    def _held(self) -> list[Case]:
        return [case for case in self._cases() if case.claimed_by]

    def _held_case(self, place: int, other: int) -> Case:
        """Return a claimed case, every other time one with the Senior Reviewing Official; without one, any case."""
        escalated = [case for case in self._held() if case.office == "SRO"] if other % 2 else []
        found: Case = one(place, escalated or self._held() or self._cases())
        return found

    def _work(self, place: int, other: int, what: str, sent: dict[str, Any]) -> Answer | None:
        """Act on a claimed case, mostly as the officer who holds it, sometimes as a random user."""
        if not self._held():
            self.take_next(place, other)
            return None
        case = self._held_case(place, other)
        return self._post(one(place, STAFF) if other % 11 == 10 else BY_NAME[case.claimed_by or ""], case, what, sent)

    def _act(self, other: int, case: Case, what: str, sent: dict[str, Any], role: str = "") -> Answer:
        """Act on a case, mostly as a user with the role, sometimes as a random user."""
        return self._post(self._user_with_role(other, case, role), case, what, sent)

    def _user_with_role(self, other: int, case: Case, role: str) -> Staff:
        offices = {case.office, case.field_office}
        able = [user for user in STAFF if role in user.groups and (user.office in offices or case.office == "SRO")]
        found: Staff = one(other // 3, STAFF if other % 11 == 10 or not able else able)
        return found

    def _post(self, user: Staff, case: Case, what: str, sent: dict[str, Any]) -> Answer:
        return self._staff(user, f"/staff/cases/{case.case_id}/{what}", sent)

    def _staff(self, user: Staff, path: str, sent: dict[str, Any]) -> Answer:
        answer = self.world.system.staff(user, "POST", path, sent)
        assert answer.status in {200, 204, 403, 404, 409, 422}, answer
        self.refused = answer.status != 200
        return answer
