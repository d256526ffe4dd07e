"""Calls of the staff API on the case that a flow has prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.crashes.rig import Rig
from tests.support.staff import OFFICER, FiledCase
from tests.support.system import Answer, Staff

Act = Callable[[Rig, Any], Answer]


def post_to_case(user: Staff, what: str, sent: object = None) -> Act:
    """Return an act that calls a route of the prepared case."""

    def act(rig: Rig, found: Any) -> Answer:  # noqa: ANN401  # what was prepared
        first = found if isinstance(found, FiledCase) else found[0]
        body = sent(found) if callable(sent) else sent
        return rig.staff(user, "POST", f"/staff/cases/{first.case_id}/{what}", {} if body is None else body)

    return act


def get_case(what: str) -> Act:
    """Return an act that reads a part of the prepared case."""
    return lambda rig, first: rig.staff(OFFICER, "GET", f"/staff/cases/{first.case_id}{what}")
