"""Deficiencies of a request. The requester sees them; the request is accepted and its clock runs all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, cast, get_args

from casereview.cases.requester_checks import settled_refutations
from casereview.cases.verification import required_kind
from casereview.evidence.open_facts import marks_of
from casereview.routing.areas import responsible
from casereview.routing.offices import HEADQUARTERS, offices, route
from casereview.schema.base import Unrecognized
from casereview.schema.facts import Facts
from casereview.schema.identifiers import is_short_a_number, is_uscis_receipt
from casereview.schema.languages import Language, choose_language
from casereview.schema.names import has_full_name
from casereview.schema.request_records import OfficerCheck, Request
from casereview.schema.responses import Deficiency
from casereview.schema.submission import SubjectParts, SubmissionParts
from casereview.schema.vocabulary import AskCode, DeficiencyCode, LackingCode, RefutationReason, Role
from casereview.texts.catalog import text

CONTACT_MISSING: Final = "contact_missing"
"""The deficiency of a request whose channel has no address."""
SAFETY_UNSAID: Final = "safe_contact_unsaid"
"""The deficiency of a request that states protected relief and an address, but not that contact is safe: its holder is
told that no message, call or letter comes."""
FIELDS: Final[Mapping[DeficiencyCode, str]] = {
    "a_number_missing": "subject.a_number",
    "a_number_short": "subject.a_number",
    "name_missing": "subject.family_name",
    "born_on_missing": "subject.born_on",
    "custody_unknown": "facts.custody",
    "facility_missing": "facts.facility",
    "facility_unknown": "facts.facility",
    "state_unknown": "facts.residence.state",
    "county_unknown": "facts.residence.county",
    "outcome_missing": "outcome_sought",
    "authority_missing": "requester.authority",
    "contact_missing": "requester.contact",
    "safe_contact_unsaid": "requester.contact.safe_to_contact",
    "uscis_receipt_form": "subject.uscis_receipt",
    "identity_unverified": "requester",
    "authority_unverified": "requester.authority",
    "proof_not_accepted": "requester",
}
"""The field of the body that each deficiency is about."""
_LACKING: Final = frozenset(get_args(LackingCode))


def _subject_checks(submission: SubmissionParts, raw_a_number: object) -> Iterator[tuple[DeficiencyCode, bool]]:
    subject = submission.subject or SubjectParts()
    yield "a_number_missing", subject.a_number is None
    yield "a_number_short", isinstance(raw_a_number, str) and is_short_a_number(raw_a_number)
    yield "name_missing", not has_full_name(subject.model_dump())
    yield "born_on_missing", subject.born_on is None
    receipt = subject.uscis_receipt
    yield "uscis_receipt_form", receipt is not None and not is_uscis_receipt(receipt)


def _location_checks(facts: Facts, on: date, *, names_facility: bool) -> Iterator[tuple[DeficiencyCode, bool]]:
    detained, unrouted = facts.custody == "detained", route(facts, on) == HEADQUARTERS
    residence_needed = not detained or unrouted
    yield "custody_unknown", facts.custody is None
    yield "facility_missing", detained and facts.facility is None and not names_facility
    yield "facility_unknown", names_facility and facts.facility is None
    yield "state_unknown", residence_needed and facts.state is None
    yield (
        "county_unknown",
        residence_needed and facts.state is not None and len(responsible(facts.state, facts.county, on)) > 1,
    )


def deficiencies(
    submission: SubmissionParts, facts: Facts, raw_a_number: object, on: date
) -> tuple[DeficiencyCode, ...]:
    """Return the codes of a request's deficiencies, except the one about its verification.

    They depend on this request alone, because the answer must not reveal the case that it joins.

    Args:
        submission: The request as it was sent.
        facts: Its open facts.
        raw_a_number: The A-number as the body has it, before it was made canonical.
        on: The day for which the office is looked up.
    """
    found: list[tuple[DeficiencyCode, bool]] = [
        *_subject_checks(submission, raw_a_number),
        *_location_checks(facts, on, names_facility=submission.claims.facility is not None),
        ("outcome_missing", not submission.outcome_sought),
        ("authority_missing", "authority_needed" in marks_of(submission)),
        (CONTACT_MISSING, submission.contact.is_missing()),
        (SAFETY_UNSAID, _leaves_safety_unsaid(submission, facts)),
    ]
    return tuple(code for code, lacks in found if lacks)


def _leaves_safety_unsaid(submission: SubmissionParts, facts: Facts) -> bool:
    contact = submission.contact
    return facts.protected is True and contact.safe_to_contact is None and contact.destination() is not None


_SUPPLIED_BY: Final[Mapping[str, tuple[str, ...]]] = {
    "a_number_missing": ("a_number",),
    "born_on_missing": ("born_on",),
}
"""The parts of an identity without which a request has a deficiency."""


def still_missing(codes: Iterable[str], known: Mapping[str, object]) -> tuple[str, ...]:
    """Return the codes of the deficiencies that are left, once more of the identity is known.

    Args:
        codes: The codes of all deficiencies.
        known: The known parts of the identity, by name.
    """
    return tuple(code for code in codes if not _is_supplied(code, known))


def _is_supplied(code: str, known: Mapping[str, object]) -> bool:
    if code == "name_missing":
        return has_full_name(known)
    return code in _SUPPLIED_BY and all(map(known.get, _SUPPLIED_BY[code]))


_OF_FACTS: Final = frozenset(
    {"custody_unknown", "facility_missing", "facility_unknown", "state_unknown", "county_unknown"}
)


def with_facts(codes: Iterable[str], facts: Facts, on: date, *, names_facility: bool | None) -> tuple[str, ...]:
    """Return the codes of the deficiencies after an update of the facts.

    Args:
        codes: The codes of all deficiencies.
        facts: What the request states now.
        on: The day for which the office is looked up.
        names_facility: Whether the update names a facility, or None if it says nothing of it.
    """
    before = tuple(codes)
    named = "facility_unknown" in before if names_facility is None else names_facility
    found = [code for code, lacks in _location_checks(facts, on, names_facility=named) if lacks]
    return (*(code for code in before if code not in _OF_FACTS), *found)


def with_contact(codes: Iterable[str], *, is_missing: bool, is_unsaid: bool = False) -> tuple[str, ...]:
    """Return the codes of the deficiencies after a change of the contact.

    Args:
        codes: The codes of all deficiencies.
        is_missing: Whether there is no way to reach the requester now.
        is_unsaid: Whether the requester has yet to say that contact is safe.
    """
    others = (code for code in codes if code not in {CONTACT_MISSING, SAFETY_UNSAID})
    found = ((CONTACT_MISSING, is_missing and not is_unsaid), (SAFETY_UNSAID, is_unsaid))
    return (*others, *(code for code, lacks in found if lacks))


def left_at_the_end(codes: Iterable[str], *, withdrawn: bool) -> tuple[str, ...]:
    """Return the codes of what can be supplied once nothing is added to a request any more: how to reach its holder.

    Args:
        codes: The codes of all deficiencies.
        withdrawn: Whether the request was withdrawn, so that its holder is sent nothing.
    """
    return () if withdrawn else tuple(code for code in codes if code in {CONTACT_MISSING, SAFETY_UNSAID})


def unverified(role: Role) -> DeficiencyCode:
    """Return the deficiency of a request whose holder is not verified: the identity of ``self``, else the authority."""
    return "identity_unverified" if required_kind(role) == "identity" else "authority_unverified"


def describe(codes: Iterable[str], language: str, request: Request) -> tuple[Deficiency, ...]:
    """Return the field and message of each code. A code that this release does not know is left out.

    Args:
        codes: The codes of deficiencies.
        language: The BCP 47 tag of the holder's language.
        request: The request that lacks them. It decides which form is asked for, at which office, and what was short
            of a proof; nothing else of it is shown.
    """
    chosen = choose_language(language)
    known = (cast("DeficiencyCode", code) for code in codes if code in FIELDS)
    return tuple(Deficiency(code=code, field=FIELDS[code], message=_message(code, chosen, request)) for code in known)


def describe_missing(codes: Iterable[str], language: str) -> tuple[Deficiency, ...]:
    """Return the field and message of each code of a body. A code that this release does not know is left out.

    Args:
        codes: The codes of deficiencies, without those of a verification.
        language: A BCP 47 tag.
    """
    chosen = choose_language(language)
    known = (cast("LackingCode", code) for code in codes if code in _LACKING)
    return tuple(Deficiency(code=code, field=FIELDS[code], message=text(code, chosen)) for code in known)


def ask_text(ask: AskCode, language: str, request: Request) -> str:
    """Return a question of the catalog to the holder of a request: what to prove, how and where.

    Args:
        ask: What must be proved.
        language: The BCP 47 tag of the holder's language.
        request: The request. Its role decides which form proves an authority.
    """
    office = _office_name(request.office, language)
    if ask == "prove_identity":
        return text("prove_identity", language, office=office)
    if required_kind(request.role) == "g28":
        return text("prove_authority_g28", language, office=office)
    return text("prove_authority_form_60_001", language, office=office)


def _message(code: DeficiencyCode, language: Language, request: Request) -> str:
    if code == "identity_unverified":
        return ask_text("prove_identity", language, request)
    if code == "authority_unverified":
        return ask_text("prove_authority", language, request)
    if code == "proof_not_accepted":
        return _refutation(language, request)
    return text(code, language)


def _refutation(language: Language, request: Request) -> str:
    """Return what was short of the proof that was last refuted, and how the holder is heard.

    The two officers of a refutation give the same reason; under an older release each could give another.
    """
    stated = tuple(map(_known, settled_refutations(request)[-2:]))
    reasons: tuple[RefutationReason, ...] = stated or ("could_not_confirm",)
    short = "\n".join(text(reason, language) for reason in dict.fromkeys(reasons))
    how = text("proof_not_accepted", language, office=_office_name(request.office, language))
    return f"{short}\n{how}"


def _known(refutation: OfficerCheck) -> RefutationReason:
    """Return the reason of a refutation; for one that this release does not know, that nothing could be confirmed."""
    reason = refutation.reason
    return "could_not_confirm" if reason is None or isinstance(reason, Unrecognized) else reason


def _office_name(office: str, language: str) -> str:
    """Return the name of a field office, or the word for headquarters in a language."""
    return offices().get(office) or text("headquarters", language)
