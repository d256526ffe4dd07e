"""Publish a policy: an author sends a draft, previews it, and another person approves it.

    draft ──preview, as often as wanted──▶ previewed ──another person─▶ approved ──its time──▶ in force
      └──replaced or deleted by its author          └──────────────▶ refused

An approved or refused document never changes: every write has the condition that it is still a draft. The writes and
their conditions are in ``review.policies.writes``.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from casereview.http.problems import Fault, ProblemError, problem, wrong_state
from casereview.policy.checks import check
from casereview.policy.document import Amendment, Policy
from casereview.policy.document import digest as digest_of
from casereview.policy.loader import DocumentError
from casereview.policy.loader import DocumentFault as Faulty
from casereview.policy.packaged import DEFAULT, PACKAGED, compiled
from casereview.routing.offices import queues
from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.policy_records import PolicyHead, Preview
from casereview.store import keys
from casereview.store.policy_in_force import bring_in_force
from casereview.store.policy_registry import spans_of
from casereview.store.policy_repository import UnreadablePolicyError
from casereview.store.transaction import Put, RefusedError, Write, key_written
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.policies import writes
from review.policies.previews import check_previewed, is_previewed, stored_reports
from review.policies.views import find_policy, read_policy, shown_warnings
from review.schema.policies import Document, PolicyApproval, PolicyRead, PreviewAsked

_TOO_MANY: Final = (
    f"An author can have {writes.MAX_DRAFTS} open drafts, of {writes.MAX_BYTES // 1_000_000} MB together. Delete a"
    " draft that is no longer needed, or have one approved or refused; then send this one again."
)


def submit_draft(services: CaseServices, caller: Caller, body: Document) -> PolicyRead:
    """Store a draft; a draft of the same author and id is replaced.

    Raises:
        ProblemError: 422 with every fault of the document; 409 if the id belongs to another author's draft, to a
            packaged policy, or to a document that was approved or refused, or if the draft changed meanwhile; 429 if
            the author has too many open drafts.
    """
    try:
        document = check(body.document)
    except DocumentError as error:
        raise ProblemError("invalid", *map(_as_fault, error.faults)) from None
    if document.id in {*PACKAGED, DEFAULT}:
        raise wrong_state("policy_packaged", "A policy of this id is part of the software: choose another id.")
    if isinstance(document, Amendment):
        _require_amended_policy(services, document)
    head = _draft(document, body.document, caller, to_milliseconds(services.now()))
    services.policies.take_over(drafts=True)
    before = _draft_to_replace(services, caller, document.id)
    if before:
        _write(services, head, writes.replace_draft(before, head, body.document))
    else:
        _write(services, head, writes.store_draft(head, body.document))
    return read_policy(services, caller, document.id)


def _draft_to_replace(services: CaseServices, caller: Caller, policy_id: str) -> PolicyHead | None:
    """Return the caller's draft with an id; None if the id is free.

    Raises:
        ProblemError: 409 if the id belongs to another author's draft, or to a policy that was decided on.
    """
    if policy_id in services.policies.registry(fresh=True).records:
        raise _id_taken()
    before = services.policies.draft(policy_id)
    if before and not (before.state == "draft" and caller.is_user(before.author_id, before.author)):
        raise _id_taken()
    return before


def _id_taken() -> ProblemError:
    message = "The id belongs to another author's draft, or to a policy that was decided on: choose another id."
    return wrong_state("policy_id_taken", message)


def _write(services: CaseServices, head: PolicyHead, stored: Sequence[Write]) -> None:
    """Store or replace a draft.

    Raises:
        ProblemError: 429 if the author has too many drafts; 409 if the id was taken, or the draft changed, meanwhile.
    """
    try:
        services.table.write(*stored)
    except RefusedError as refusal:
        if refusal.failed.keys().isdisjoint({keys.policy_draft(head.policy_id), keys.approved_head(head.policy_id)}):
            raise problem("bound-reached", _TOO_MANY) from None
        raise _id_taken() from None


def _as_fault(fault: Faulty) -> Fault:
    return Fault("/document", fault.check, f"line {fault.line}: {fault.where}: {fault.message}")


def _require_amended_policy(services: CaseServices, amendment: Amendment) -> None:
    if amendment.amends not in {head.id for head in services.policies.registry(fresh=True).heads}:
        message = f"there is no approved policy {amendment.amends}"
        raise ProblemError("invalid", _as_fault(Faulty("amends", 1, message, "unknown_policy")))


def _draft(document: Policy | Amendment, text: str, caller: Caller, now: datetime) -> PolicyHead:
    amends = document.amends if isinstance(document, Amendment) else None
    return PolicyHead(
        policy_id=document.id,
        kind="amendment" if amends else "document",
        amends=amends,
        title=document.title,
        issued=document.issued,
        digest=digest_of(document),
        size=len(text.encode()),
        intervals=spans_of(document),
        author=caller.user,
        author_id=caller.id,
        created_at=now,
    )


def delete_draft(services: CaseServices, caller: Caller, policy_id: str) -> None:
    """Delete the caller's own draft.

    Raises:
        ProblemError: 404 for an unknown policy; 409 for another author's draft, a packaged policy, a document that was
            approved or refused, or a draft that was replaced or decided on meanwhile.
    """
    head = _open_draft(services, policy_id)
    if not caller.is_user(head.author_id, head.author):
        raise wrong_state("policy_id_taken", "The draft belongs to another author.")
    try:
        services.table.write(*writes.delete_draft(head))
    except RefusedError:
        raise ProblemError("moved") from None


def _open_draft(services: CaseServices, policy_id: str) -> PolicyHead:
    """Return the head of a draft that was neither approved nor refused.

    Raises:
        ProblemError: 404 for an unknown policy; 409 for a packaged policy or a document that was decided on.
    """
    if policy_id in PACKAGED:
        raise wrong_state("policy_packaged", "The policy is part of the software, and does not change.")
    services.policies.take_over(drafts=True)
    head = find_policy(services, policy_id)
    if not isinstance(head, PolicyHead) or head.state != "draft":
        raise wrong_state("policy_decided", "The draft was approved or refused already, and does not change.")
    return head


def ask_for_preview(services: CaseServices, policy_id: str) -> PreviewAsked:
    """Start a preview: one report for each office, each computed in parts by prioritize.

    Raises:
        ProblemError: 404 for an unknown policy.
    """
    services.policies.take_over(drafts=True)
    record, now = find_policy(services, policy_id), to_milliseconds(services.now())
    digest = record.digest if record else compiled(policy_id).digest
    policy, _until = services.policies.governing(now)
    run = secrets.token_hex(8)
    reports = [
        Preview(policy_id=policy_id, office=office, run=run, digest=digest, at=now, against=policy.id, work_at=now)
        for office in queues()
    ]
    services.table.write(*map(Put, reports))
    for report in reports:
        services.hint_preview(report)
    return PreviewAsked(policy_id=policy_id, run=run, warnings=shown_warnings(services, policy_id, record))


def approve_policy(services: CaseServices, caller: Caller, policy_id: str, body: PolicyApproval) -> PolicyRead:
    """Approve or refuse another author's draft; if its time has come, an approved draft is in force at once.

    Raises:
        ProblemError: 404 for an unknown policy; 409 for the caller's own draft, for a document that was approved or
            refused already, if the draft was replaced since it was read, or for an approval without a complete preview
            of this draft; 422 for an approval without its warnings.
    """
    head = _open_draft(services, policy_id)
    if isinstance(head.kind, Unrecognized):
        raise wrong_state("status_not_allowed", "A draft of this kind cannot be approved here.")
    if caller.is_user(head.author_id, head.author):
        raise problem("own-decision", "You cannot approve your own draft.")
    if body.digest not in {None, head.digest}:
        raise ProblemError("moved")
    now = to_milliseconds(services.now())
    if body.approve:
        _approve(services, caller, head, body, now)
    else:
        _decide(services, writes.refuse_draft(head, caller, body, now))
    bring_in_force(services.policies, services.table, now)
    return read_policy(services, caller, policy_id)


def _approve(services: CaseServices, caller: Caller, head: PolicyHead, body: PolicyApproval, now: datetime) -> None:
    if not is_previewed(stored_reports(services, head.policy_id), head.digest):
        raise ProblemError("preview-required")
    _require_acknowledged(services, head, body)
    try:
        text = services.policies.text_of(head)
    except UnreadablePolicyError:
        raise wrong_state("status_not_allowed", "The text of the draft cannot be read.") from None
    approved = writes.approve_draft(head, text, caller, body, now)
    _decide(services, approved, check_previewed(head.policy_id, head.digest))


def _decide(services: CaseServices, decided: Sequence[Write], previewed: Sequence[Write] = ()) -> None:
    """Store what was decided on a draft, on condition that its preview is still complete.

    Raises:
        ProblemError: 409 if the draft or its preview changed meanwhile.
    """
    try:
        services.table.write(*decided, *previewed)
    except RefusedError as refusal:
        moved = refusal.failed.keys() - {key_written(write) for write in previewed}
        raise ProblemError("moved" if moved else "preview-required") from None


def _require_acknowledged(services: CaseServices, head: PolicyHead, body: PolicyApproval) -> None:
    """Raise ProblemError 422 if the approver did not acknowledge each warning about a draft."""
    left = [one for one in shown_warnings(services, head.policy_id, head) if one.code not in body.acknowledged]
    if left:
        faults = (Fault("/acknowledged", "not_acknowledged", f"{one.code}: {one.message}") for one in left)
        raise ProblemError("invalid", *faults)
