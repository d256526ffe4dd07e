"""A request before it is stored: validated, routed and sealed, and not yet of any case."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.deficiencies import deficiencies
from casereview.cases.own_words import reaches_top_lane
from casereview.cases.verification import verify_by
from casereview.crypto.macs import body_digest
from casereview.evidence.open_facts import marks_of, open_facts
from casereview.http.json_body import Json, canonical, without_nulls
from casereview.http.problems import malformed
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.event_records import Filing
from casereview.schema.evidence import Claims
from casereview.schema.facts import Facts
from casereview.schema.identifiers import new_receipt
from casereview.schema.languages import Language
from casereview.schema.request_records import Request
from casereview.schema.submission import Submission
from casereview.store.transaction import Write
from casereview.store.transition import REQUESTER, Actor
from casereview.usecases.contacts import ACCEPTED_LANGUAGE
from casereview.usecases.identity import name_of
from casereview.usecases.persons import records_of_person
from casereview.usecases.seen import seen_by_officer
from casereview.usecases.services import CaseServices

if TYPE_CHECKING:
    from casereview.schema.field_sets import EventFields

_KEY_LENGTH = range(16, 129)


class Sender(NamedTuple):
    """Who sends a request, and the language that its header prefers, which is used where the body names none.

    An officer who files for a requester names the requester's language in the body.
    """

    actor: Actor
    accepts: Language | None = None


BY_REQUESTER: Final = Sender(REQUESTER)


class Sent(NamedTuple):
    """A body as it was sent and as it was validated, and who sent it when."""

    value: dict[str, Json]
    submission: Submission
    sender: Sender
    at: datetime


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that is to be stored, with what it adds to its case."""

    request: Request
    facts: Facts
    claims: Claims
    person: str | None
    """The pseudonym of the A-number, if one was stated."""
    code: str
    """The access code, which is shown once and not stored."""
    language: str | None
    """The language of the requester: as the body names it, else as the header prefers."""
    actor: Actor
    former_digest: bytes
    """The digest of the body with its nulls, as earlier releases stored it."""

    def records_of_person(self, case_id: str, filed_at: datetime) -> list[Write]:
        """Return the writes by which the A-number and the name find the case that the request opens or joins."""
        return records_of_person(case_id, filed_at, self.person, self.request.name, self.request.mac_key)

    def for_case(self, case_id: str, *, opened: bool) -> tuple[Request, Claims]:
        """Return the request and its claims with the case that they belong to."""
        return (
            self.request.evolve(case_id=case_id, opened=opened),
            self.claims.evolve(case_id=case_id, filing=self.claims.filing.evolve(opened=opened)),
        )

    def event_fields(self, *, opened: bool) -> EventFields:
        """Return the fields of the event with which the request opens or joins a case."""
        return {
            "receipt": self.request.receipt,
            "filing": self.claims.filing.evolve(opened=opened),
            "claims": self.facts,
            "details": {"office": self.claims.office},
        }


def new_request(services: CaseServices, sent: Sent, idempotency_key: str | None) -> NewRequest:
    """Return the request that a validated body becomes; nothing is stored.

    Raises:
        ProblemError: 400 for a malformed Idempotency-Key.
    """
    value, submission, (actor, accepted), at = sent
    receipt = _receipt(services, idempotency_key)
    on = at.astimezone(EASTERN).date()
    facts = open_facts(submission, on)
    code = services.macs.code(receipt)
    requester, a_number = submission.requester, submission.subject.a_number
    claims = _claims(services, submission, facts, receipt, at)
    lacks = deficiencies(submission, facts, stated_a_number(value), on)
    request = Request(
        receipt=receipt,
        case_id="",
        received_at=at,
        role=requester.role,
        authority=claims.filing.authority,
        opened=False,
        state_since=at,
        mac_key=services.macs.key,
        digest=body_digest(code, canonical(without_nulls(value))),
        office=claims.office,
        verify_by=claims.verify_by,
        filed_by=actor.id,
        seen=seen_by_officer(submission),
        deficiencies=lacks,
        lacked=lacks,
        sealed=services.seal.close("request", receipt, _sealed_body(submission, accepted)),
        name=name_of(services.macs, submission.subject.model_dump(mode="json")),
        protected=bool(facts.protected),
    )
    person = services.macs.person(a_number) if a_number else None
    former = body_digest(code, canonical(value))
    language = submission.contact.language or accepted
    return NewRequest(request, facts, claims, person, code, language, actor, former)


def _receipt(services: CaseServices, idempotency_key: str | None) -> str:
    return new_receipt() if idempotency_key is None else services.macs.receipt(idempotency_key)


def check_key(idempotency_key: str | None) -> None:
    """Check the header ``Idempotency-Key``, before the body is read.

    Raises:
        ProblemError: 400 for one that does not have 16 to 128 printable ASCII characters.
    """
    if idempotency_key is None:
        return
    if len(idempotency_key) not in _KEY_LENGTH or not idempotency_key.isascii() or not idempotency_key.isprintable():
        raise malformed("Idempotency-Key", "invalid_idempotency_key", least=_KEY_LENGTH[0], most=_KEY_LENGTH[-1])


def _claims(services: CaseServices, submission: Submission, facts: Facts, receipt: str, at: datetime) -> Claims:
    """Return what the request says, with its office, and the time by which its holder is to be verified."""
    requester = submission.requester
    marks = tuple(sorted(marks_of(submission)))
    filing = Filing(role=requester.role, authority=requester.authority or "none", opened=False, marks=marks)
    office = route(facts, at.astimezone(EASTERN).date())
    claims = Claims(case_id="", receipt=receipt, filing=filing, filed_at=at, office=office, facts=facts)
    top = reaches_top_lane(claims, services.policies.last_known(at), at)
    return claims.evolve(verify_by=verify_by(at, top=top))


def _sealed_body(submission: Submission, accepted: Language | None) -> bytes:
    """Return the body as it is sealed, with the preferred language beside a contact that names none."""
    body = submission.model_dump(mode="json", exclude_none=True, exclude={"seen"})
    if accepted and submission.contact.language is None:
        body["requester"].setdefault("contact", {})[ACCEPTED_LANGUAGE] = accepted
    return json.dumps(body, ensure_ascii=False).encode()


def stated_a_number(value: dict[str, Json]) -> Json:
    """Return the A-number as it was sent, before validation."""
    subject = value.get("subject")
    return subject.get("a_number") if isinstance(subject, dict) else None
