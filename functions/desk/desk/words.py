"""The words for the codes of the staff API: a page shows none of its ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATUSES: Final[Mapping[str, str]] = {
    "received": "Received",
    "in_line": "In line",
    "in_review": "In review",
    "information_needed": "Waiting for information",
    "awaiting_approval": "Awaiting approval",
    "decided": "Decided",
    "with_senior_official": "With the Senior Reviewing Official",
    "withdrawn": "Withdrawn",
    "closed": "Closed",
}
ICONS: Final[Mapping[str, str]] = {
    "received": "○",
    "in_line": "○",
    "in_review": "◐",
    "information_needed": "?",
    "awaiting_approval": "◑",
    "decided": "●",
    "with_senior_official": "▲",
    "withdrawn": "✕",
    "closed": "✕",
}
"""A sign beside the word of a status, so that color is never alone."""
FLAGS: Final[Mapping[str, str]] = {
    "answer_arrived": "An answer arrived",
    "authority_needed": "Authority needed",
    "authority_unverified": "Authority not verified",
    "citizenship_alleged": "Somebody says: a U.S. citizen",
    "citizenship_claim": "May be a U.S. citizen",
    "claim_waiting": "A statement waits",
    "competency": "Competency to be considered",
    "custody_statute": "Custody may be required by statute",
    "decision_returned": "The decision came back",
    "former_unaccompanied_child": "Came as an unaccompanied child",
    "identity_mismatch": "Details of identity differ",
    "identity_unverified": "Identity not verified",
    "interpreter": "Interpreter needed",
    "many_requests": "Many requests of one person",
    "maybe_same_person": "Perhaps the same person as another case",
    "new_words": "New words",
    "office_differs": "Requests name different offices",
    "office_doubtful": "Office doubtful",
    "parental_interest": "Detained parent",
    "pregnancy": "Pregnant",
    "referral_to_record": "Referral to be recorded",
    "remanded": "Sent back by the Senior Reviewing Official",
    "removal_date_passed": "The date of removal has passed",
    "reopened": "Reopened",
    "restricted": "Restricted (8 USC 1367)",
    "safety": "Safety",
    "stuck": "Could not be ranked",
    "telephone": "To be told by telephone",
    "to_translate": "To be translated",
    "undeliverable": "Messages do not arrive",
    "unreadable": "A record cannot be read",
    "unsafe_contact": "Contact is not safe",
    "verify": "Facts to be verified",
    "withdrawal_to_confirm": "A withdrawal waits for an answer",
}
ROLES: Final[Mapping[str, str]] = {
    "self": "The person",
    "attorney": "Attorney",
    "accredited_representative": "Accredited representative",
    "family": "Family",
    "advocate": "Advocate",
    "other": "Somebody else",
}
AUTHORITIES: Final[Mapping[str, str]] = {"g28": "Form G-28", "form_60_001": "ICE Form 60-001", "none": "No form"}
OUTCOMES: Final[Mapping[str, str]] = {
    "granted": "Granted",
    "granted_in_part": "Granted in part",
    "declined": "Declined",
    "referred": "Referred to another body",
    "moot": "No longer needed",
    "withdrawn": "Withdrawn",
    "override": "The field office's decision is changed",
    "uphold": "The field office's decision stays",
    "remand": "Sent back to the field office",
}
GRANTS: Final[Mapping[str, str]] = {
    "release": "Release",
    "stay_of_removal": "Stay of removal",
    "no_arrest": "No arrest",
    "cancel_nta": "Cancellation of the Notice to Appear",
    "deferred_action": "Deferred action",
    "other": "Something else",
}
DUTIES: Final[Mapping[str, str]] = {
    "carry_out": "Carry out what was granted",
    "tell_the_person": "Tell the person",
    "call": "Call",
    "letter": "Send a letter",
    "translate": "Translate",
}
DONE: Final[Mapping[str, Mapping[str, str]]] = {
    "carry_out": {
        "released": "Released",
        "stay_granted": "Stay granted",
        "no_arrest": "No arrest recorded",
        "nta_cancelled": "Notice to Appear cancelled",
        "deferred_action": "Deferred action recorded",
        "other": "Done otherwise",
    },
    "tell_the_person": {"told": "Told"},
    "call": {
        "reached": "Reached",
        "left_message": "Left a message",
        "no_answer": "No answer",
        "unsafe": "Calling is not safe",
    },
    "letter": {"sent": "Sent", "returned": "Came back"},
    "translate": {"done": "Translated"},
}
"""What can have become of a duty, by its kind."""
PROOFS: Final[Mapping[str, str]] = {
    "in_person": "Seen in person",
    "booking_record": "Booking record",
    "document": "Document",
    "g28_attestation": "Attested in Form G-28",
    "form": "Signed form",
}
REFUTATIONS: Final[Mapping[str, str]] = {
    "not_the_person": "Not the person",
    "document_unreadable": "The document cannot be read",
    "document_expired": "The document has expired",
    "signature_missing": "The signature is missing",
    "form_incomplete": "The form is incomplete",
    "details_differ": "Details differ",
    "could_not_confirm": "Could not be confirmed",
}
SOURCES: Final[Mapping[str, str]] = {"claim": "said", "confirmed": "confirmed", "refuted": "refuted"}
FACTS: Final[Mapping[str, str]] = {
    "custody": "Custody",
    "detained_on": "Detained since",
    "facility": "Facility",
    "residence": "Lives in",
    "state": "State",
    "county": "County",
    "removal_order": "Removal order",
    "removal_at": "Removal planned",
    "removal_soon": "Removal expected soon",
    "check_in_on": "Next check-in",
    "entered_on": "First came",
    "last_entry_on": "Last came",
    "entry": "How the person came",
    "convictions": "Convictions",
    "gang_participation_age": "Age at taking part in a gang",
    "national_security_concern": "National security concern",
    "serious_illness": "Serious illness",
    "pregnant": "Pregnant",
    "disability": "Disability",
    "mental_condition": "Mental condition",
    "minor_children": "Children under 18",
    "us_citizen_children": "U.S. citizen children",
    "sole_caregiver": "Only caregiver",
    "family_hardship": "Hardship of the family",
    "relief_pending": "Relief pending",
    "military_service": "Military service",
    "victim_or_witness": "Victim or witness",
    "rehabilitation": "Rehabilitation",
    "former_unaccompanied_child": "Came as an unaccompanied child",
    "claims_us_citizenship": "May be a U.S. citizen",
    "birth_year": "Born",
    "protected": "Protected by 8 USC 1367",
}
RETURNED: Final[Mapping[str, str]] = {
    "not_approved": "It was not approved.",
    "policy_changed": "Another policy came into force.",
    "case_changed": "The case changed.",
}
EVENTS: Final[Mapping[str, str]] = {
    "filed": "Request",
    "joined": "Request that joined the case",
    "undeliverable": "A message did not arrive",
    "handed_over": "Handed over to notices",
    "lease_ended": "The claim ended by itself",
    "escalation_kept": "Asked for a second look, before being verified",
    "proof_asked": "Asked for proof",
    "guard_moved": "The person's record was moved",
    "official_decided": "Decided by the Senior Reviewing Official",
}
"""Kinds of events whose words are not their name."""


def said(code: str | None, table: Mapping[str, str]) -> str:
    """Return the words for a code; one that has none is shown with spaces, as a later release may add some."""
    if code is None:
        return ""
    return table.get(code, code.replace("_", " ").capitalize())
