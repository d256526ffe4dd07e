"""What an officer saw of a requester while filing a request for them: evidence for the officer who verifies them."""

from __future__ import annotations

from casereview.cases.verification import required_kind
from casereview.http.problems import invalid
from casereview.schema.request_records import Seen
from casereview.schema.submission import StaffSubmission, Submission


def seen_by_officer(submission: Submission) -> Seen | None:
    """Return what an officer saw of the requester; None for a request that no officer filed.

    Raises:
        ProblemError: 422 for a kind of proof that does not fit the requester's role.
    """
    stated = submission.seen if isinstance(submission, StaffSubmission) else None
    if stated is None:
        return None
    kind, required = stated.authority or "identity", required_kind(submission.requester.role)
    if kind != required:
        raise invalid("/seen", "wrong_kind", f"the role of this requester requires {required}")
    return Seen(kind=required, proof=stated.proof)
