"""Enumerations: states, kinds of event, roles, outcomes, templates."""

from __future__ import annotations

from typing import Literal

Status = Literal[
    "received",
    "in_line",
    "in_review",
    "information_needed",
    "awaiting_approval",
    "decided",
    "with_senior_official",
    "withdrawn",
    "closed",
]


PublicStatus = Literal[
    "received", "in_line", "in_review", "information_needed", "decided", "with_senior_official", "withdrawn", "closed"
]
"""The states as requesters see them."""


EventKind = Literal[
    "filed",
    "joined",
    "updated",
    "ranked",
    "undeliverable",
    "handed_over",
    "claimed",
    "assigned",
    "released",
    "lease_ended",
    "verified",
    "information_asked",
    "resumed",
    "transferred",
    "removal_recorded",
    "noted",
    "linked",
    "split",
    "identity_corrected",
    "code_reissued",
    "code_frozen",
    "escalation_kept",
    "withdrawal_asked",
    "withdrawal_undone",
    "withdrawal_cancelled",
    "suppression_lifted",
    "requester_checked",
    "proof_asked",
    "guard_moved",
    "decision_proposed",
    "decision_returned",
    "decision_withdrawn",
    "approval_given",
    "duty_done",
    "decided",
    "approved",
    "escalated",
    "official_decided",
    "remanded",
    "withdrawn",
    "reopened",
    "corrected",
]


TemplateId = Literal["acknowledgement", "news", "information_asked"]


OfficeTemplateId = Literal["target_passed", "undelivered"]
"""Messages to an office's duty mailbox, in English; they name a case by its id alone."""


Role = Literal["self", "attorney", "accredited_representative", "family", "advocate", "other"]


Authority = Literal["g28", "form_60_001", "none"]


VerificationKind = Literal["identity", "g28", "form_60_001"]
"""What is verified of a requester: the identity of ``self``, or the form that gives others authority."""


ProofKind = Literal["in_person", "booking_record", "document", "g28_attestation", "form"]
"""What an officer saw: the person, the agency's own booking record, an identity document, the attestation of a
representative with a Form G-28, or the form itself."""


RefutationReason = Literal[
    "not_the_person",
    "document_unreadable",
    "document_expired",
    "signature_missing",
    "form_incomplete",
    "details_differ",
    "could_not_confirm",
]
"""Why a proof of identity or authority was not accepted, as the requester is shown."""


NoteKind = Literal["call", "note", "visit", "referral"]
"""What a note records; a referral is that of a claim of US citizenship, to a supervisor and to counsel."""


AskCode = Literal["prove_identity", "prove_authority"]
"""The questions of the catalogue, which may be put to requesters who are not verified."""


Preferred = Literal["email", "sms", "phone", "letter", "none"]


Channel = Literal["web", "email", "phone", "letter", "fax", "in_person"]


ReliefKind = Literal["petition_for_review", "first_motion_to_reopen", "asylum", "vawa", "t_visa", "u_visa", "other"]


OutcomeSought = Literal["release", "stay_of_removal", "no_arrest", "cancel_nta", "deferred_action", "other"]


Outcome = Literal[
    "granted", "granted_in_part", "declined", "referred", "moot", "withdrawn", "override", "uphold", "remand"
]
"""The outcome of a decision: the first six are for field offices, the last three for the Senior Reviewing Official."""


ReturnReason = Literal["not_approved", "policy_changed", "case_changed"]
"""Why a decision that awaited approval returned to its author."""


DecisionState = Literal["stands", "reopened", "remanded", "overridden", "upheld"]
"""What became of a final decision."""


Undelivered = Literal[
    "no_channel",
    "unsafe",
    "restricted",
    "suppressed",
    "refused",
    "not_callable",
    "expired",
    "unanswered",
    "bounced",
]
"""Why a notice did not reach its requester. ``not_callable``: the number is of a kind that is neither texted nor
called, such as premium rate or satellite."""


DutyKind = Literal["carry_out", "tell_the_person", "call", "letter", "translate"]
"""What people at an office must do: carry out what was granted; tell a person who learns of a decision in no other way;
telephone or write to a requester; translate words that their reader cannot read."""


DutyResult = Literal[
    "released",
    "stay_granted",
    "no_arrest",
    "nta_cancelled",
    "deferred_action",
    "other",
    "told",
    "reached",
    "left_message",
    "no_answer",
    "unsafe",
    "sent",
    "returned",
    "done",
]
"""What became of a duty: the first six carry out a decision, then telling, calls, letters and translations."""


LackingCode = Literal[
    "a_number_missing",
    "a_number_short",
    "name_missing",
    "born_on_missing",
    "custody_unknown",
    "facility_missing",
    "facility_unknown",
    "state_unknown",
    "county_unknown",
    "outcome_missing",
    "authority_missing",
    "contact_missing",
    "safe_contact_unsaid",
    "uscis_receipt_form",
]
"""What a submission lacks."""


DeficiencyCode = Literal[LackingCode, "identity_unverified", "authority_unverified", "proof_not_accepted"]
"""What a request lacks: in its submission, or for the verification of its holder."""
