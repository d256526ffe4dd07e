"""Correct the identity in requests. What they said stays; the correction is sealed beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from casereview.cases.deficiencies import still_missing
from casereview.cases.lifecycle import OPEN
from casereview.cases.material import material_change
from casereview.evidence.fold import folded_finding
from casereview.schema.event_records import Verification
from casereview.schema.evidence import CaseFile, Claims, Finding
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.transaction import Put, Write, delete, put_over
from casereview.store.transition import Transition
from casereview.usecases.file_request import MAX_LIVE
from casereview.usecases.identity import NAMED_BY, name_of, open_identity, open_part, seal_part
from casereview.usecases.persons import guard_of, numbered, records_of_person
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.cases.stated_numbers import unstated, without_numbers
from review.schema.commands import IdentityCorrection

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields, RequestFields


def correct_identity(session: CaseSession, body: IdentityCorrection) -> Case:
    """Correct the identity in one request, or in every live request of the case.

    Where the A-number of every live request is corrected, or the case had none, the person's guard and the record of
    the person's cases follow; so does, in a case with the numbers of several, one that no other live request states. If
    another open case has the guard, this case goes on beside it.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case.
    """

    def plan(case: Case) -> Transition:
        if body.receipt is not None:
            session.request(body.receipt)
        file = session.file(case)
        requests = requests_of(session, file)
        live = [one for one in requests if one.state == "live"]
        named = [one for one in requests if one.receipt == body.receipt]
        chosen = named if body.receipt else live or requests[:MAX_LIVE]
        covers_all = all(one in chosen for one in live)
        return _Correction(session, body, file, chosen, covers_all=covers_all).step()

    return session.act(plan)


@dataclass(frozen=True, slots=True)
class _Correction:
    """A correction of some requests of a case."""

    session: CaseSession
    body: IdentityCorrection
    file: CaseFile
    requests: Sequence[Request]
    covers_all: bool
    """Whether every live request of the case is corrected."""

    def step(self) -> Transition:
        """Return the transition of the case."""
        case, at = self.file.case, self.session.at
        fields: CaseFields = material_change(case, at)
        moved, person = self._person()
        receipts: list[JsonValue] = [one.receipt for one in self.requests]
        corrected: list[JsonValue] = [*self.body.parts]
        event: EventFields = {
            "receipt": self.body.receipt,
            "details": {"corrected": corrected, "receipts": receipts},
        }
        also = [*person, *self._requests()]
        if self.body.born_on:
            found = self._finding(self.body.born_on.year)
            also.append(Put(folded_finding(self.file.findings, found)))
            event |= {"claims": found.facts, "verification": Verification(verdict="confirmed", about="facts")}
        words = self.session.reason(self.body.why)
        return Transition("identity_corrected", {**fields, **moved}, event, tuple(also), words=words)

    def _finding(self, birth_year: int) -> Finding:
        return Finding(
            facts=Facts(birth_year=birth_year),
            verdict="confirmed",
            at=self.session.at,
            version=self.file.case.version + 1,
            user=self.session.caller.user,
            receipt=self.body.receipt,
        )

    def _requests(self) -> Iterator[Write]:
        """Yield the writes of the requests, their claims, and the records by which their names find the case."""
        names: set[str] = set()
        claims = {one.receipt: one for one in self.file.claims}
        for request in self.requests:
            after = self._corrected(request)
            yield put_over(after, state=request.state, epoch=request.epoch, updates=request.updates)
            yield from self._answered(claims[request.receipt])
            if after.name != request.name:
                names |= {name for name in (after.name,) if name}
        for name in sorted(names):
            case = self.file.case
            yield from records_of_person(case.case_id, case.filed_at, None, name, self.session.services.macs.key)

    def _answered(self, claims: Claims) -> Iterator[Write]:
        """Yield the write of claims whose other identity no longer waits for staff."""
        if claims.identity_waits:
            yield Put(claims.evolve(identity_waits=False))

    def _corrected(self, request: Request) -> Request:
        services, parts = self.session.services, self.body.parts
        before = open_part(services.seal, "corrected", request.receipt, request.corrected)
        changed: RequestFields = {
            "corrected": seal_part(services.seal, "corrected", request.receipt, {**before, **parts})
        }
        known = {**open_identity(services.seal, request).known, **parts}
        left = still_missing(request.deficiencies, known)
        changed["deficiencies"] = tuple(code for code in left if code != "a_number_short" or not self.body.a_number)
        if not NAMED_BY.isdisjoint(parts):
            changed["name"] = name_of(services.macs, known)
        return request.evolve(**changed)

    def _person(self) -> tuple[CaseFields, list[Write]]:
        """Return what moves the guards, and the records of the person's cases, to the corrected A-number."""
        if self.body.a_number is None:
            return {}, []
        case, services = self.file.case, self.session.services
        person = services.macs.person(self.body.a_number)
        gone = self._given_up(person)
        if gone is None:
            return {}, []
        held = [number for number in gone if number in case.guarded and case.status in OPEN]
        fields, taken = self._taken(person, gone)
        return fields, [
            *taken,
            *(delete(keys.guard(number), case=case.case_id) for number in held),
            *(delete(keys.person_case(number, case.case_id)) for number in gone),
            *records_of_person(case.case_id, case.filed_at, person, None, services.macs.key),
        ]

    def _given_up(self, person: str) -> tuple[str, ...] | None:
        """Return the numbers of the case that no request states any more; None where it keeps those that it has."""
        case = self.file.case
        others = tuple(number for number in case.numbers if number != person)
        if self.covers_all or not case.numbers:
            return others if others or person != case.person else None
        if not case.also_persons:
            return None
        chosen = {one.receipt for one in self.requests}
        left = [one for one in requests_of(self.session, self.file) if one.receipt not in chosen]
        return unstated(self.session, others, [one for one in left if one.state == "live"]) or None

    def _taken(self, person: str, gone: tuple[str, ...]) -> tuple[CaseFields, list[Write]]:
        """Return the fields of a case that takes an A-number and gives others up, and the writes of its guard."""
        case, services = self.file.case, self.session.services
        fields = without_numbers(case, gone)
        if person in case.guarded:
            return fields, []
        move = numbered(case, person, guard_of(services.table, person), services.macs.key)
        main = fields.get("person", case.person or case.apart_from)
        if main in {None, person}:
            return {**fields, **move.fields}, [move.guard]
        if move.fields.get("person") is None:
            return fields, [move.guard]
        return {**fields, "also_persons": (*fields["also_persons"], person)}, [move.guard]
