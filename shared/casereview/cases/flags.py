"""The flags of a case that staff see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.records import Case

MARKS: Final = frozenset(
    {
        "answer_arrived",
        "authority_needed",
        "authority_unverified",
        "citizenship_alleged",
        "claim_waiting",
        "decision_returned",
        "identity_mismatch",
        "identity_unverified",
        "many_requests",
        "maybe_same_person",
        "new_words",
        "office_differs",
        "office_doubtful",
        "referral_to_record",
        "remanded",
        "removal_date_passed",
        "reopened",
        "safety",
        "stuck",
        "telephone",
        "to_translate",
        "unreadable",
        "unsafe_contact",
        "verify",
        "withdrawal_to_confirm",
    }
)
"""The flags that no policy and no house rule raises; they follow from what became of the case."""


def new_words_since(case: Case) -> datetime | None:
    """Return since when words are new to whoever reviews the case; None while nobody does."""
    if case.status not in {"in_review", "awaiting_approval", "with_senior_official"} or case.hold is None:
        return None
    return case.hold.since or case.status_since


def has_new_words(case: Case) -> bool:
    """Return whether a requester has said something since the case was claimed, or its decision proposed."""
    since = new_words_since(case)
    return since is not None and case.words_at is not None and case.words_at > since


def has_answer(case: Case) -> bool:
    """Return whether an answer has arrived, and no officer has claimed the case or worked on it since."""
    return case.answered_at is not None and case.status in {"information_needed", "in_line", "in_review"}


def lacks_referral(case: Case) -> bool:
    """Return whether the referral of a claim of US citizenship has to be recorded by a note.

    The claim is one that the person made or an officer confirmed; what others allege does not settle the fact.
    """
    claimed = bool(case.facts.claims_us_citizenship) or case.outcome == "referred"
    return claimed and case.referral_at is None


FLAGS_OF_CASES: Final = frozenset(
    {
        "stuck",
        "safety",
        "to_translate",
        "new_words",
        "answer_arrived",
        "decision_returned",
        "referral_to_record",
        "many_requests",
        "maybe_same_person",
        "unreadable",
    }
)
"""The flags that follow from the case itself, or from another one; neither its ranking nor an index has them."""


def flags_of(case: Case, *, same_person: bool = False) -> tuple[str, ...]:
    """Return the flags of a case: those of its ranking, and those of ``FLAGS_OF_CASES``.

    Args:
        case: The case.
        same_person: Whether another open case may be about the same person, as far as whoever asks may know.
    """
    holds = {
        "stuck": case.stuck,
        "safety": case.safety,
        "to_translate": case.to_translate,
        "new_words": has_new_words(case),
        "answer_arrived": has_answer(case),
        "decision_returned": bool(case.returned) and case.status in {"in_review", "in_line", "information_needed"},
        "referral_to_record": lacks_referral(case),
        "many_requests": case.over_limit and same_person,
        "maybe_same_person": same_person,
        "unreadable": case.unreadable,
    }
    ranked = [flag for flag in case.flags if flag != "many_requests"]  # which an older release stored
    return (*ranked, *(flag for flag in holds if holds[flag] and flag not in ranked))


def known_flags(policies: Iterable[CompiledPolicy]) -> frozenset[str]:
    """Return every flag that a case can have: the marks, and the flags of the house rules and of these policies."""
    overlays = (overlay.id for policy in policies for overlay in policy.document.overlays)
    return MARKS.union((flag.id for flag in packaged.flags().flags), overlays)
