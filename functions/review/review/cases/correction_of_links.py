"""Undo a link: the linked case is open again, and its requests return to it with what was found of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from casereview.cases.changes import restriction
from casereview.cases.decisions import after_unlink
from casereview.cases.first_look import resumed_clock
from casereview.cases.lifecycle import OPEN
from casereview.cases.verification import pending_verifications
from casereview.evidence.fold import all_made, folded_finding, without_made
from casereview.evidence.standing import established_values, is_restricted
from casereview.http.problems import not_correctable
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Correction, Event
from casereview.schema.evidence import CaseFile, Claims, Finding, Findings
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.folding import store_folded
from casereview.store.open_duties import moved_to, open_duties
from casereview.store.transaction import Put, Write, delete, put_new
from casereview.store.transition import Transition, carried_out
from casereview.usecases.sealed_text import seal_words
from review.authorization import require_access
from review.cases.guard import Unlinked, unlinked_persons
from review.cases.linking import LINKED_BEFORE
from review.cases.moved_requests import duties_of, moved, translates
from review.cases.requesters import requests_of
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


_MAX_WRITES: Final = 90
"""The most writes that bring requests back; the events, marks and reasons take the rest of the 100 of a transaction."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that is undone: both cases, the event of each, and the requests that return."""

    source: CaseFile
    """The case that was linked, and is closed since."""
    target: CaseFile
    """The case that its requests went to."""
    from_source: Event
    in_target: Event
    requests: tuple[Request, ...]
    duties: tuple[Duty, ...]
    """The open duties of the case that its requests went to."""

    @property
    def receipts(self) -> frozenset[str]:
        """Return the receipts of the requests that return."""
        return frozenset(request.receipt for request in self.requests)

    @property
    def returning(self) -> tuple[Duty, ...]:
        """Return the open duties that return with the requests."""
        return duties_of(self.duties, self.receipts)


def unlinked(session: CaseSession, case: Case, event: Event, why: str) -> Transition:
    """Return the transition that undoes a link, by its event in either of the two cases.

    Raises:
        ProblemError: 404 without access to the other case; 409 if that case is not open any more, or if one of the
            requests has ended since, or moved on.
        CaseChangedError: The other case was not folded, and is to be read again.
    """
    link = _read_link(session, case, event)
    persons = unlinked_persons(session, link.source.case, link.target.case)
    source, target = _returned(session, link, persons), _left(session, link, persons)
    if len(source.also) + len(target.also) > _MAX_WRITES:
        raise not_correctable("The requests have too many open duties to return at once; please do some of them first.")
    if case.case_id == link.source.case.case_id:
        return replace(source, also=(*source.also, *_carried_out(session, link.target, link.in_target, target, why)))
    return replace(target, also=(*target.also, *_carried_out(session, link.source, link.from_source, source, why)))


def other_case(event: Event) -> str:
    """Return the other case of a link."""
    return str(event.details.get("linked_to") or event.details.get("linked_from") or "")


def _carried_out(session: CaseSession, file: CaseFile, event: Event, step: Transition, why: str) -> list[Write]:
    """Return the writes of the other case, with its own event, mark and reason."""
    case_id, version = file.case.case_id, file.case.version + 1
    fields: EventFields = {
        **step.event,
        "details": {**step.event.get("details", {}), "event": event.version, "kind": event.kind},
    }
    mark = put_new(Correction(case_id=case_id, event=event.version, by=version))
    words = seal_words(session.services.seal, "why", case_id, {"why": why})
    return carried_out(
        file.case, replace(step, event=fields, also=(mark, *step.also), words=words), session.actor, session.at
    )[1]


def _read_link(session: CaseSession, case: Case, event: Event) -> _Link:
    """Read both cases of a link and the requests that return.

    Raises:
        ProblemError: 404 without access to the other case; 409 if the link cannot be undone.
        CaseChangedError: The other case was not folded, and is to be read again.
    """
    other = session.services.table.get(Case, keys.case(other_case(event)))
    other = require_access(session.caller, session.roles, other, "/event")
    policy, _until = session.services.policies.governing(session.at)
    if other.folded < other.version:
        store_folded(session.services.table, other, policy)
    is_source = "linked_to" in event.details
    source, target = (case, other) if is_source else (other, case)
    if source.status != "closed" or source.linked_to != target.case_id:
        raise not_correctable("The linked case is not linked any more.")
    if target.status not in OPEN:
        raise not_correctable("The case to which it was linked is not open any more.")
    from_source = event if is_source else _event_of(session, source.case_id, "linked_to", target.case_id)
    in_target = _event_of(session, target.case_id, "linked_from", source.case_id) if is_source else event
    found = session.services.table.every(Request, list(map(keys.request, receipts_of(in_target))))
    for request in found:
        if request.case_id != target.case_id or request.moved != in_target.version:
            raise not_correctable("A request of the linked case has moved on to another case.")
        if request.state != "live" and request.state_since > in_target.at:
            raise not_correctable("A request of the linked case was withdrawn after the link.")
    if target.requests <= len(found):
        raise not_correctable("No request would be left in the case to which it was linked: its own were split off.")
    duties = open_duties(session.services.table, target.case_id)
    return _Link(session.file(source), session.file(target), from_source, in_target, tuple(found), duties)


def _event_of(session: CaseSession, case_id: str, name: str, other: str) -> Event:
    """Return the event of a case's last link with another case; its history is read for that."""
    events = session.services.table.events_of_kind(case_id, "linked")
    return [event for event in events if event.details.get(name) == other][-1]


def receipts_of(event: Event) -> tuple[str, ...]:
    """Return the receipts that a link moved."""
    named = event.details.get("receipts")
    return tuple(map(str, named)) if isinstance(named, list) else ()


def _returned(session: CaseSession, link: _Link, persons: Unlinked) -> Transition:
    """Return the transition of the linked case, which is open again: in line, where its clock goes on."""
    case, version = link.source.case, link.source.case.version + 1
    opener = session.services.table.get(Event, keys.event(case.case_id, 1))
    moving = _claims_by_receipt(link)
    writes = [
        write
        for request in link.requests
        for write in moved(
            request,
            moving[request.receipt],
            case.case_id,
            version,
            opened=opener is not None and opener.receipt == request.receipt,
        )
    ]
    findings = _findings_that_return(link, version)
    claims = [*link.source.claims, *moving.values()]
    restricted = _is_restricted(case, link.from_source, claims, findings)
    again: CaseFields = {
        **persons.source,
        **translates(case, link.returning),
        **restriction(case, restricted=restricted),
        **pending_verifications(case.evolve(restricted=restricted), claims, session.at),
        "status": "received" if case.rank is None else "in_line",
        "status_since": session.at,
        "linked_to": None,
        "live": sum(request.state == "live" for request in link.requests),
        "first_look": resumed_clock(case, session.at),
        "material": version,
        "rank_at": session.at,
    }
    also = (Put(findings), *writes, *persons.writes, *moved_to(link.returning, case))
    return Transition("corrected", again, also=also)


def _left(session: CaseSession, link: _Link, persons: Unlinked) -> Transition:
    """Return the transition of the case that loses the requests."""
    case, receipts = link.target.case, link.receipts
    claims = [one for one in link.target.claims if one.receipt not in receipts]
    findings = _findings_that_stay(link)
    restricted = _is_restricted(case, link.in_target, claims, findings)
    stay = [one for one in requests_of(session, link.target) if one.receipt not in receipts]
    remaining: CaseFields = {
        **persons.target,
        "to_translate": any(one.kind == "translate" and one not in link.returning for one in link.duties),
        **restriction(case, restricted=restricted),
        **pending_verifications(case.evolve(restricted=restricted), claims, session.at),
        "decisions": after_unlink(case, link.source.case),
        "requests": case.requests - len(receipts),
        "live": case.live - sum(request.state == "live" for request in link.requests),
        "filed_at": min((one.received_at for one in stay), default=case.filed_at),
        "material": case.version + 1,
        "rank_at": session.at,
    }
    names = {one.name for one in link.requests} - {one.name for one in stay}
    unnamed = (delete(keys.name_case(name, case.case_id)) for name in sorted(filter(None, names)))
    return Transition("corrected", remaining, also=(Put(findings), *unnamed))


def _is_restricted(case: Case, link: Event, claims: Iterable[Claims], findings: Findings) -> bool:
    """Return whether a case is restricted after its link is undone; only a restriction that came by it can go."""
    found = is_restricted(claims, findings)
    became = link.changes.get("restricted")
    return found if became is not None and became.after is True else case.restricted or found


def _claims_by_receipt(link: _Link) -> dict[str, Claims]:
    return {one.receipt: one for one in link.target.claims if one.receipt in link.receipts}


def _is_since(link: _Link, one: Finding) -> bool:
    """Return whether a finding was made in the target after the link."""
    return one.source_case is None and one.version > link.in_target.version


def _findings_that_stay(link: _Link) -> Findings:
    """Return the findings of the target without those that the link brought, and those about what returns."""
    brought = link.in_target.version

    def goes(one: Finding) -> bool:
        is_brought = one.source_case is not None and one.version == brought
        return is_brought or (_is_since(link, one) and one.receipt in link.receipts)

    before = link.in_target.details.get(LINKED_BEFORE)
    left = without_made(link.target.findings, goes)
    return left.evolve(linked=before) if isinstance(before, int) else left


def _findings_that_return(link: _Link, version: int) -> Findings:
    """Return the findings of the linked case, with those that were made since about its requests.

    A protection mark of an officer that names no request stays with both cases, as it does after a split.
    """
    found = link.source.findings
    for one in all_made(link.target.findings):
        marks = one.receipt is None and established_values(one).get("protected") is True
        if _is_since(link, one) and one.receipt in link.receipts:
            found = folded_finding(found, one.evolve(version=version))
        elif _is_since(link, one) and marks:
            found = folded_finding(found, one.evolve(version=version, facts=Facts(protected=True)))
    return found
