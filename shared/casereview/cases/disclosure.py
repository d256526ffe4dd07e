"""Who is told what: everything, or no more than that a request was received."""

from __future__ import annotations

from casereview.schema.records import Case, Request


def sees_all(request: Request, case: Case) -> bool:
    """Tell whether the holder of a request is told everything about the case, its decision apart.

    So is who was verified, or who opened the case as the person it is about, unless it is restricted or an officer
    has refuted that.
    """
    opener = request.opened and request.role == "self" and not request.refuted
    return request.verified or (opener and not case.restricted)
