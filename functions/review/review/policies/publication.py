"""Publish a policy: an author sends a draft, previews it, and another person approves it.

    draft ──preview, as often as wanted──▶ previewed ──another person─▶ approved ──its time──▶ in force
      └──replaced or deleted by its author          └──────────────▶ refused

An approved or refused document never changes: every write has the condition that it is still a draft.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Literal

from casereview.http.problems import Fault, ProblemError, problem, wrong_state
from casereview.policy.checks import check
from casereview.policy.document import Amendment, Policy, digest
from casereview.policy.loader import DocumentError
from casereview.policy.loader import DocumentFault as Faulty
from casereview.policy.packaged import DEFAULT, PACKAGED
from casereview.routing.offices import queues
from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.policy_records import PolicyRecord, Preview
from casereview.store import keys
from casereview.store.policy_in_force import bring_in_force
from casereview.store.policy_repository import spans_of
from casereview.store.transaction import Condition, Put, RefusedError, Replace, Write, delete
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.policies.previews import check_previewed, is_previewed, stored_reports
from review.policies.views import no_such_policy, read_policy, shown_warnings
from review.schema.policies import Document, PolicyApproval, PolicyRead, PreviewAsked


def submit_draft(services: CaseServices, caller: Caller, body: Document) -> PolicyRead:
    """Store a draft; a draft of the same author and id is replaced.

    Raises:
        ProblemError: 422 with every fault of the document; 409 if the id belongs to another author's draft, to a
            packaged policy, or to a document that was approved or refused.
    """
    try:
        document = check(body.document)
    except DocumentError as error:
        raise ProblemError("invalid", *map(_as_fault, error.faults)) from None
    if document.id in {*PACKAGED, DEFAULT}:
        raise wrong_state("policy_packaged", "A policy of this id is part of the software: choose another id.")
    if isinstance(document, Amendment):
        _require_amended_policy(services, document)
    record = _draft(document, body.document, caller, to_milliseconds(services.now()))
    own_draft = Condition({"state": "draft", **_author(services, caller, document.id)}, or_absent=True)
    try:
        services.table.write(Replace(record, own_draft))
    except RefusedError:
        message = "The id belongs to another author's draft, or to a policy that was decided on: choose another id."
        raise wrong_state("policy_id_taken", message) from None
    return read_policy(services, caller, document.id)


def _author(services: CaseServices, caller: Caller, policy_id: str) -> dict[str, object]:
    """Return what makes a stored draft the caller's: the id, or the user name in a draft of an older release."""
    stored = services.policies.registry(fresh=True).records.get(policy_id)
    return {"author": caller.user} if stored and stored.author_id is None else {"author_id": caller.id}


def _as_fault(fault: Faulty) -> Fault:
    return Fault("/document", fault.check, f"line {fault.line}: {fault.where}: {fault.message}")


def _require_amended_policy(services: CaseServices, amendment: Amendment) -> None:
    if amendment.amends not in {head.id for head in services.policies.registry(fresh=True).heads}:
        message = f"there is no approved policy {amendment.amends}"
        raise ProblemError("invalid", _as_fault(Faulty("amends", 1, message, "unknown_policy")))


def _draft(document: Policy | Amendment, text: str, caller: Caller, now: datetime) -> PolicyRecord:
    amends = document.amends if isinstance(document, Amendment) else None
    return PolicyRecord(
        policy_id=document.id,
        kind="amendment" if amends else "document",
        amends=amends,
        title=document.title,
        issued=document.issued,
        text=text,
        digest=digest(document),
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
    record = services.policies.registry(fresh=True).records.get(policy_id)
    if record is None:
        raise _packaged_problem() if policy_id in PACKAGED else no_such_policy()
    if record.state != "draft":
        raise wrong_state("policy_decided", "The draft was approved or refused already, and does not change.")
    if not caller.is_user(record.author_id, record.author):
        raise wrong_state("policy_id_taken", "The draft belongs to another author.")
    try:
        services.table.write(delete(keys.policy(policy_id), state="draft", digest=record.digest))
    except RefusedError:
        raise ProblemError("moved") from None


def ask_for_preview(services: CaseServices, policy_id: str) -> PreviewAsked:
    """Start a preview: one report for each office, each computed in parts by prioritize.

    Raises:
        ProblemError: 404 for an unknown policy.
    """
    registry, now = services.policies.registry(fresh=True), to_milliseconds(services.now())
    record = registry.records.get(policy_id)
    if record is None and policy_id not in PACKAGED:
        raise no_such_policy()
    policy, _until = services.policies.governing(now)
    run = secrets.token_hex(8)
    reports = [
        Preview(
            policy_id=policy_id,
            office=office,
            run=run,
            digest=record.digest if record else services.policies.compiled(policy_id).digest,
            at=now,
            against=policy.id,
            work_at=now,
        )
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
    record = services.policies.registry(fresh=True).records.get(policy_id)
    if record is None:
        raise _packaged_problem() if policy_id in PACKAGED else no_such_policy()
    if record.state != "draft":
        raise wrong_state("policy_decided", "The draft was approved or refused already, and does not change.")
    if isinstance(record.kind, Unrecognized):
        raise wrong_state("status_not_allowed", "A draft of this kind cannot be approved here.")
    if caller.is_user(record.author_id, record.author):
        raise problem("own-decision", "You cannot approve your own draft.")
    if body.digest not in {None, record.digest}:
        raise ProblemError("moved")
    if body.approve and not is_previewed(stored_reports(services, policy_id), record.digest):
        raise ProblemError("preview-required")
    if body.approve:
        _require_acknowledged(services, record, body)
    now = to_milliseconds(services.now())
    previewed = check_previewed(policy_id, record.digest) if body.approve else []
    try:
        services.table.write(approval_write(record, caller, body, now), *previewed)
    except RefusedError as refusal:
        moved = keys.policy(policy_id) in refusal.failed
        raise ProblemError("moved" if moved else "preview-required") from None
    bring_in_force(services.policies, services.table, now)
    return read_policy(services, caller, policy_id)


def _require_acknowledged(services: CaseServices, record: PolicyRecord, body: PolicyApproval) -> None:
    """Raise ProblemError 422 if the approver did not acknowledge each warning about a draft."""
    left = [one for one in shown_warnings(services, record.policy_id, record) if one.code not in body.acknowledged]
    if left:
        faults = (Fault("/acknowledged", "not_acknowledged", f"{one.code}: {one.message}") for one in left)
        raise ProblemError("invalid", *faults)


def _packaged_problem() -> ProblemError:
    return wrong_state("policy_packaged", "The policy is part of the software, and does not change.")


def approval_write(record: PolicyRecord, caller: Caller, body: PolicyApproval, now: datetime) -> Write:
    """Return the write that approves or refuses a draft.

    Its condition fails for the author of the draft, and for a draft that was replaced, approved or refused.
    """
    author = {"author": caller.user} if record.author_id is None else {"author_id": caller.id}
    read = Condition({"state": "draft", "digest": record.digest}, different=author)
    state: Literal["approved", "refused"] = "approved" if body.approve else "refused"
    decided = record.evolve(
        state=state,
        approver=caller.user,
        approver_id=caller.id,
        decided_at=now,
        why=body.why,
        acknowledged=tuple(sorted({*body.acknowledged})) if body.approve else (),
    )
    return Replace(decided, read)
