"""The record of who read what of a case."""

from __future__ import annotations

from casereview.store.transaction import put_new
from review.cases.session import CaseSession
from review.reads import What, read_by


def recorded(session: CaseSession, what: What, why: str | None = None) -> None:
    """Record a read, with its reason sealed if there is one; call it before anything is returned."""
    sealed = session.reason(why).sealed if why else None
    session.services.table.write(put_new(read_by(session.caller, session.case_id, what, session.at, sealed)))
