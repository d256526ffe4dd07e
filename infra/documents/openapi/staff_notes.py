"""What the document of the staff API says of its routes beyond their table. A route without notes fails the check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casereview.http.routes import Address
from infra.documents.openapi.document import Notes
from infra.documents.openapi.examples import REQUESTS
from infra.documents.openapi.staff_examples import ASKED, DECISIONS, FINDINGS, REASONS, REMOVALS, TRANSFERS

_CASE: Final = "/staff/cases/{case_id}"
_POLICY: Final = "/staff/policies/{policy_id}"

NOTES: Final[Mapping[Address, Notes]] = {
    ("GET", "/staff/worklist"): Notes(
        tag="worklist",
        description="Every open case of the office in the order of its rank, claimed and waiting ones included and"
        " marked. Restricted cases are left out for callers without access to them, and keep their place in the count.",
        parameters=("Office", "Limit", "Cursor"),
    ),
    ("POST", "/staff/worklist/next"): Notes(
        tag="worklist",
        description="The first unclaimed case; every k-th time, a number of the policy, the most overdue one below"
        " the top lanes.",
    ),
    ("POST", "/staff/requests"): Notes(
        tag="worklist",
        description="Answered as `POST /requests` of the public API; give receipt and access code to the requester.",
        examples=REQUESTS,
        parameters=("IdempotencyKey",),
    ),
    ("GET", "/staff/summary"): Notes(
        tag="worklist",
        description="Counted every five minutes: `age_seconds` says how old it is.",
        parameters=("OneOffice",),
    ),
    ("GET", _CASE): Notes(
        tag="cases", description="Each fact comes with everyone who stated it, and what was verified of it."
    ),
    ("GET", f"{_CASE}/contacts"): Notes(
        tag="cases", description="By receipt; the reason is recorded.", parameters=("Reason",)
    ),
    ("GET", f"{_CASE}/ranking"): Notes(
        tag="cases", description="Every rule that holds, with its source and the facts."
    ),
    ("GET", f"{_CASE}/history"): Notes(tag="cases", description="Each entry with what it changed, reads included."),
    ("POST", f"{_CASE}/claim"): Notes(
        tag="work",
        description="A lease: work on the case renews it, and the sweep ends it. Claiming one's own case again changes"
        " nothing.",
    ),
    ("POST", f"{_CASE}/release"): Notes(tag="work", description="One's own claim, or as a supervisor anybody's."),
    ("POST", f"{_CASE}/verifications"): Notes(
        tag="work",
        description="Requires the claim. What is established wins over every claim; a verified requester may read"
        " everything. A claim of US citizenship is confirmed or refuted, never made unknown: while it stands, the case"
        " can only be referred.",
        examples=FINDINGS,
    ),
    ("POST", f"{_CASE}/information-requests"): Notes(
        tag="work",
        description="Requires the claim, and ends it. The clock stops until the answer, `answer_by` or the policy's"
        " days, whichever is first; in the top lanes it never stops.",
        examples=ASKED,
    ),
    ("POST", f"{_CASE}/transfer"): Notes(
        tag="work", description="A claim ends; the clock continues.", examples=TRANSFERS
    ),
    ("POST", f"{_CASE}/removal"): Notes(
        tag="work",
        description="Where a request had been received before, the case is flagged `safety`. Where only the day is"
        " given, what was received on that day counts as before.",
        examples=REMOVALS,
    ),
    ("POST", f"{_CASE}/link"): Notes(
        tag="work",
        description="Its requests and what they said move to the open case; the earliest filing time is kept.",
    ),
    ("POST", f"{_CASE}/split"): Notes(
        tag="work",
        description="What the request said no longer counts for this case. The answer describes the new case.",
    ),
    ("POST", f"{_CASE}/reissue-code"): Notes(
        tag="work", description="The old code no longer opens anything; the new one is shown once."
    ),
    ("POST", f"{_CASE}/reopening"): Notes(tag="work", examples=REASONS),
    ("POST", f"{_CASE}/decision"): Notes(
        tag="decision",
        description="Requires the claim. While a claim of US citizenship stands, unsettled or confirmed, a field office"
        " can only refer the case, and the Senior Reviewing Official only uphold a referral, or remand.",
        examples=DECISIONS,
    ),
    ("POST", f"{_CASE}/approval"): Notes(
        tag="decision",
        description="After a change of policy, or where something was said or established since, the decision returns"
        " to its author in any case.",
    ),
    ("GET", "/staff/policies"): Notes(tag="policies"),
    ("POST", "/staff/policies"): Notes(
        tag="policies",
        description="A draft replaces the author's own of the same id. A 422 names every fault of the document.",
    ),
    ("GET", _POLICY): Notes(tag="policies"),
    ("POST", f"{_POLICY}/preview"): Notes(
        tag="policies", description="It is made office by office, and read with the policy."
    ),
    ("POST", f"{_POLICY}/approval"): Notes(
        tag="policies", description="A policy that governs already is in force at once."
    ),
}
