"""Disclosure: whether a requester may see the case, or only that the request was received."""

from __future__ import annotations

from casereview.schema.records import Case, Request


def has_full_disclosure(request: Request, case: Case) -> bool:
    """Return whether a requester may see everything about the case except its decision.

    These are verified requesters, and the requester who opened the case in the role ``self``, unless the case is
    restricted or an officer refuted that claim. The decision is shown to verified requesters only.
    """
    opened_as_self = request.opened and request.role == "self" and not request.refuted
    return request.verified or (opened_as_self and not case.restricted)
