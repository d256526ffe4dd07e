"""The flows of the policy office."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.crashes.flow import Flow
from tests.support.crashes.flows_public import ranked_case
from tests.support.crashes.rig import Rig
from tests.support.policy.drafts import APPROVER, AUTHOR, EARLIER, ORDER, amendment, preview_silently, send
from tests.support.system import Answer, Staff


def _drafted(rig: Rig) -> None:
    ranked_case(rig)
    send(rig, EARLIER)


def _previewed(rig: Rig) -> None:
    _drafted(rig)
    preview_silently(rig, "earlier")


def _to_vacate(rig: Rig) -> None:
    ranked_case(rig)
    send(rig, amendment("end", ORDER, "2025-01-20T05:00:00Z/2026-11-24T15:00:00Z"))
    preview_silently(rig, "end")


def _post_to_policies(user: Staff, path: str, sent: object) -> Callable[[Rig, None], Answer]:
    return lambda rig, _: rig.staff(user, "POST", f"/staff/policies{path}", sent)


POLICY_OFFICE = [
    Flow(
        "send a draft",
        "staff",
        ranked_case,
        _post_to_policies(AUTHOR, "", {"document": EARLIER}),
        201,
        idempotent=True,
    ),
    Flow(
        "delete a draft",
        "staff",
        _drafted,
        lambda rig, _: rig.staff(AUTHOR, "DELETE", "/staff/policies/earlier"),
        204,
        idempotent=True,
    ),
    Flow(
        "request a preview",
        "staff",
        _drafted,
        _post_to_policies(AUTHOR, "/earlier/preview", {}),
        202,
        idempotent=True,
    ),
    Flow(
        "approve a policy",
        "staff",
        _previewed,
        _post_to_policies(APPROVER, "/earlier/approval", {"approve": True, "why": "Yes."}),
        200,
        idempotent=True,
    ),
    Flow(
        "refuse a policy",
        "staff",
        _drafted,
        _post_to_policies(APPROVER, "/earlier/approval", {"approve": False, "why": "No."}),
        200,
        idempotent=True,
    ),
    Flow(
        "vacate a policy",
        "staff",
        _to_vacate,
        _post_to_policies(APPROVER, "/end/approval", {"approve": True, "why": "A court."}),
        200,
        idempotent=True,
    ),
]
