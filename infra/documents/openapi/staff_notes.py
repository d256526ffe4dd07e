"""The notes on the routes of the staff API. A route without notes fails the check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from casereview.http.routes import Address
from infra.documents.openapi.document import Notes
from infra.documents.openapi.examples import REQUESTS
from infra.documents.openapi.staff_examples import (
    APPROVALS,
    ASKED,
    ASSIGNMENTS,
    CALL_BACK,
    CORRECTIONS,
    DECISION_WITHDRAWALS,
    DECISIONS,
    DUTIES,
    FINDINGS,
    FREEZES,
    LOOKUPS,
    NOTED,
    REASONS,
    REISSUES,
    REMOVALS,
    SEEN,
    TRANSFERS,
    UNDOING,
    WITHDRAWALS,
)

_CASE: Final = "/staff/cases/{case_id}"
_POLICY: Final = "/staff/policies/{policy_id}"

NOTES: Final[Mapping[Address, Notes]] = {
    ("GET", "/staff/me"): Notes(
        tag="worklist",
        description="`held` is the number of cases that you have claimed, `cap` how many you may claim under the policy"
        " in force; `policy` is null while none is. `restricted` says whether you have access to restricted cases.",
    ),
    ("GET", "/staff/worklist"): Notes(
        tag="worklist",
        description="All open cases of the office by rank, including claimed and waiting cases. For callers without"
        " access to restricted cases the answer is the same whether there are any. A case is listed if it has one of"
        " the values of each filter. A page can have fewer cases than `limit` although `next` is set.",
        parameters=(
            "Office",
            "Lane",
            "Status",
            "Flag",
            "ClaimedBy",
            "Overdue",
            "Unclaimed",
            "Limit",
            "Cursor",
        ),
    ),
    ("POST", "/staff/worklist/next"): Notes(
        tag="worklist",
        description="Claims the first unclaimed case over all queues of the caller. Every k-th call, where k is a"
        " number of the policy, claims the most overdue case below the top lanes.",
    ),
    ("POST", "/staff/lookups"): Notes(
        tag="worklist",
        description="There is no search by name. A receipt or an A-number is read in any usual form. Of cases that only"
        " another office may open, the answer says which office that is. At most 120 an hour for each user.",
        examples=LOOKUPS,
    ),
    ("POST", "/staff/requests"): Notes(
        tag="worklist",
        description="The same as `POST /requests` of the public API. Give the receipt and the access code to the"
        " requester. `seen` says what you saw of the requester; another officer verifies them.",
        examples={**REQUESTS, **SEEN},
        parameters=("IdempotencyKey",),
    ),
    ("GET", "/staff/summary"): Notes(
        tag="worklist",
        description="Counted every five minutes; `age_seconds` is the age of the count. Restricted cases are counted"
        " only for callers with access to them. Without `office`, supervisors of headquarters get the sums of all"
        " offices, and each of them in `offices`.",
        parameters=("OneOffice",),
    ),
    ("GET", _CASE): Notes(
        tag="cases",
        description="Each fact has the newest five statements about it, with their sources and verifications. While the"
        " case waits for an answer, `question` says what was asked, of which requests, and until when.",
    ),
    ("GET", f"{_CASE}/ranking"): Notes(
        tag="cases", description="Each rule that applies, with its source and the facts that satisfied it."
    ),
    ("GET", f"{_CASE}/history"): Notes(
        tag="cases", description="Events with their changes, and reads, oldest first.", parameters=("Limit", "Cursor")
    ),
    ("GET", f"{_CASE}/requests/{{receipt}}"): Notes(
        tag="cases", description="The body as it was sent, without contact data."
    ),
    ("GET", f"{_CASE}/requests/{{receipt}}/view"): Notes(
        tag="cases",
        description="What the holder of the request is shown now by `GET /requests/{receipt}` of the public API, byte"
        " for byte: what to say to them on the telephone is no more than that.",
    ),
    ("GET", f"{_CASE}/statements"): Notes(
        tag="cases",
        description="Updates, escalations, questions, reasons and decisions, oldest first. A page is shorter than"
        " `limit` where the texts are long.",
        parameters=("Limit", "Cursor"),
    ),
    ("GET", f"{_CASE}/notices"): Notes(
        tag="cases", description="Each with the state of its delivery.", parameters=("Limit", "Cursor")
    ),
    ("POST", f"{_CASE}/claim"): Notes(
        tag="work",
        description="The claim is a lease, which work on the case renews. To claim your own case again changes"
        " nothing.",
    ),
    ("POST", f"{_CASE}/release"): Notes(
        tag="work", description="Officers release their own cases; a supervisor can release all cases of the office."
    ),
    ("GET", "/staff/verifications"): Notes(
        tag="requesters",
        description="The requesters whose answer named the office, wherever their cases lie, the earliest `verify_by`"
        " first; of `SRO`, those of the cases there. For callers without access to restricted cases the answer is the"
        " same whether there are any.",
        parameters=("Office", "Cursor"),
    ),
    ("POST", f"{_CASE}/verifications"): Notes(
        tag="requesters",
        description="To verify facts requires the claim; a verified fact overrides the statements of requesters. A"
        " claim of US citizenship can be confirmed or refuted, but not made unknown; while it stands, the case can only"
        " be referred.\n\nTo verify a requester requires no claim, in every state of the case: the identity of `self`,"
        " Form G-28 of attorneys and accredited representatives, ICE Form 60-001 of all others. A confirmation requires"
        " `proof`, a refutation `reason`. The office of the case or the one that the answer to the request named can do"
        " it, but not the person who filed the request for somebody, or reissued its code in the last 30 days. A second"
        " person must agree to each refutation; to a confirmation in a restricted case, and of an identity where"
        " another request says that it comes from the person, or birth years differ. Until then `needs_second` is true."
        " A requester who is verified late gets the news at once, and an escalation takes effect that was kept.",
        examples=FINDINGS,
    ),
    ("POST", f"{_CASE}/information-requests"): Notes(
        tag="requesters",
        description="Questions in free text (`asked`) are put to verified requesters only. They require the claim, and"
        " end it. The clock stops until the answer or `answer_by`; in the top lanes it does not stop. An answer brings"
        " the case back to the officer who asked, claimed and flagged `answer_arrived`.\n\nA day in `answer_by` counts"
        " to its end, Eastern time. The policy has a number of days: a later time is cut to it, and `cut` is true. The"
        " requesters in `seen_by` are shown the questions and `answer_by`.\n\nRequesters who are not verified are asked"
        " by `codes`: how to prove identity or authority. They require no claim, change no status and stop no clock.",
        examples=ASKED,
    ),
    ("POST", f"{_CASE}/contacts"): Notes(
        tag="requesters", description="The contact data of each request, by receipt.", examples=CALL_BACK
    ),
    ("POST", f"{_CASE}/assignment"): Notes(
        tag="work",
        description="`to` is the user name of an officer or supervisor of the case's office; of a Senior Reviewing"
        " Official without part in the first review, where a supervisor with that role assigns an escalated case. The"
        " colleague needs access to restricted cases for a restricted case, and room below the cap. The claim of"
        " another officer ends; a draft goes with the case.",
        examples=ASSIGNMENTS,
    ),
    ("POST", f"{_CASE}/transfer"): Notes(
        tag="work", description="The claim ends; the clock continues.", examples=TRANSFERS
    ),
    ("POST", f"{_CASE}/removal"): Notes(
        tag="work",
        description="If a request was received before the removal, the case is flagged `safety`. If only the day is"
        " given, requests received on that day count as received before the removal.",
        examples=REMOVALS,
    ),
    ("POST", f"{_CASE}/notes"): Notes(
        tag="work",
        description="Requires no claim, in every state. Requesters are never shown it. While a claim of US citizenship"
        " stands, or after a decision `referred`, the case is flagged `referral_to_record` until a note of the kind"
        " `referral` names the referral.",
        examples=NOTED,
    ),
    ("POST", f"{_CASE}/link"): Notes(
        tag="work",
        description="The requests and their statements move to the open case, which keeps the earlier filing time and"
        " its A-number. This case is closed. A case that has an A-number is linked by a supervisor: one of the two"
        " numbers was mistyped.",
    ),
    ("POST", f"{_CASE}/identity"): Notes(
        tag="work",
        description="Without `receipt`, in every live request of the case. What the requests said stays; the correction"
        " is stored beside it, and both are shown. Where the A-number of all live requests is corrected, or the case"
        " had none, later requests about the person join this case; if another open case of the person exists, this"
        " one goes on beside it until they are linked. The year of `born_on` counts as verified.",
        examples=CORRECTIONS,
    ),
    ("POST", f"{_CASE}/split"): Notes(
        tag="work",
        description="The statements of the request no longer count for this case.",
    ),
    ("POST", f"{_CASE}/corrections"): Notes(
        tag="work",
        description="By a supervisor of the case, or by who did the act. `event` is its `version` in the history, where"
        " it stays, with `corrected_by`. What the event changed is taken back: the facts settle without the"
        " verification, a restriction follows from what requesters said and other officers found, the requests of a"
        " linked case return to it, a requester who was refuted is to be verified again. Other acts are undone by acts"
        " of their own, which the message of `not-correctable` names.",
        examples=UNDOING,
    ),
    ("POST", f"{_CASE}/reissue-code"): Notes(
        tag="requesters",
        description="The old code is no longer valid. No claim is required. Read the code out to the requester, whose"
        " proof you have seen; a message says that there is news. For 30 days a withdrawal waits for a supervisor.",
        examples=REISSUES,
    ),
    ("POST", f"{_CASE}/freeze"): Notes(
        tag="requesters",
        description="For a caller who gives less proof than a new code requires. To freeze a code again changes"
        " nothing.",
        examples=FREEZES,
    ),
    ("POST", f"{_CASE}/withdrawals"): Notes(
        tag="requesters",
        description="A withdrawal waits if the code was reissued, or staff filed the request, in the last 30 days. The"
        " person who did so cannot answer it.",
        examples=WITHDRAWALS,
    ),
    ("POST", f"{_CASE}/unsuppress"): Notes(
        tag="requesters", description="Addresses are suppressed after a bounce or a complaint."
    ),
    ("GET", "/staff/duties"): Notes(
        tag="worklist",
        description="The duties of an office, the earliest `due` first. Headquarters sees those of all offices if it"
        " names none. For callers without access to restricted cases the answer is the same whether there are any.",
        parameters=("Office", "DutyKind", "Cursor"),
    ),
    ("GET", "/staff/approvals"): Notes(
        tag="decision",
        description="The earliest `due` first. Supervisors see those of their office, headquarters those of all"
        " offices, the Senior Reviewing Official those that are overdue.",
        parameters=("Office", "Cursor"),
    ),
    ("POST", f"{_CASE}/duties/{{duty}}"): Notes(
        tag="work",
        description="`what` is one of `released`, `stay_granted`, `no_arrest`, `nta_cancelled`, `deferred_action` and"
        " `other` for `carry_out`; `told` for `tell_the_person`; `reached`, `left_message`, `no_answer` and `unsafe`"
        " for `call`; `sent` and `returned` for `letter`; `done` for `translate`.",
        examples=DUTIES,
    ),
    ("POST", f"{_CASE}/decision/withdrawal"): Notes(tag="decision", examples=DECISION_WITHDRAWALS),
    ("POST", f"{_CASE}/reopening"): Notes(
        tag="work",
        description="What the Senior Reviewing Official decided is reopened by the official, or by a supervisor who"
        " names the facts that have changed; never by who made or approved the decision that was overridden. The"
        " requesters are told.",
        examples=REASONS,
    ),
    ("GET", f"{_CASE}/draft"): Notes(
        tag="decision", description="Requires the claim. The text may be that of an officer who held the case before."
    ),
    ("PUT", f"{_CASE}/draft"): Notes(
        tag="decision",
        description="Requires the claim. The draft is sealed; it is no event, and the version of the case stays. It"
        " goes to the next officer with the claim, and the decision deletes it.",
    ),
    ("POST", f"{_CASE}/decision"): Notes(
        tag="decision",
        description="Requires the claim. `case_version` is the version that you have read. The decision is refused"
        " (`moved`) where a verification, a removal, a link, a split or words of a verified requester came since, or"
        " words of others that lift the case into a higher lane. Anything else that came is in `new_words` of the case."
        "\n\nWhile a claim of US citizenship stands, unsettled or confirmed, a field office"
        " can only refer the case, and the Senior Reviewing Official only uphold a referral, or remand. The answer says"
        " which requesters learn of the decision when it is final, and which do not.",
        examples=DECISIONS,
    ),
    ("POST", f"{_CASE}/approval"): Notes(
        tag="decision",
        description="After a change of policy, or of anything that would refuse the decision itself, the decision"
        " returns to its author in any case.",
        examples=APPROVALS,
    ),
    ("GET", "/staff/policies"): Notes(
        tag="policies",
        description="Heads without texts: first the packaged policies, then the approved ones, then drafts and refused"
        " ones. `unreadable` names what cannot be read.",
        parameters=("Limit", "Cursor"),
    ),
    ("POST", "/staff/policies"): Notes(
        tag="policies",
        description="A draft replaces an earlier draft of the same author and id. A 422 response lists all errors of"
        " the document. An author has at most 20 open drafts, of 2 MB together.",
    ),
    ("GET", _POLICY): Notes(
        tag="policies",
        description="The numbers of the preview are rounded at random to tens; a small number is null or left out, as 0"
        " is. Cases are named only to callers with access to them, and each is recorded as read.",
    ),
    ("DELETE", _POLICY): Notes(tag="policies"),
    ("POST", f"{_POLICY}/preview"): Notes(
        tag="policies",
        description="The preview is computed office by office; read it with the policy. Restricted cases are left out.",
    ),
    ("POST", f"{_POLICY}/approval"): Notes(
        tag="policies",
        description="To approve requires a complete preview of this draft. If the policy's time has come, an approved"
        " policy is in force at once.",
    ),
}
