"""Move a request to another case: copies of the events about it, and its notices that were not sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casereview.evidence.standing import claims_protection, is_restricted, without_split_requests
from casereview.schema.base import Record
from casereview.schema.facts import Facts
from casereview.schema.records import Case, CaseFile, Event
from casereview.store import keys
from casereview.store.transaction import Write, delete, put_new

_EVIDENCE_KINDS = frozenset({"filed", "joined", "updated", "verified", "undeliverable"})
"""Kinds of event that belong to a request and move with it."""


class CopiedEvents(Record):
    """Events of one case, copied to the history of another."""

    events: tuple[Event, ...]
    last: int
    """The version of the last of them."""


def copy_events(events: Iterable[Event], case: Case, *, opened: bool) -> CopiedEvents:
    """Copy events to a case, numbered after its current version.

    The time of an event stays the same, and the order of statements follows from the times. The sealed reason of a
    verification can only be opened in the old case, and is left out.

    Args:
        events: The events to copy.
        case: The case that they are copied to.
        opened: Whether their filing opens the case, or joins it.
    """
    found = []
    version = case.version
    for event in events:
        version += 1
        filing = event.filing and event.filing.evolve(opened=opened)
        copied = event.evolve(
            case_id=case.case_id,
            version=version,
            filing=filing,
            kind=("filed" if opened else "joined") if filing else event.kind,
            changes={},
            sealed=None if event.verification else event.sealed,
        )
        found.append(copied)
    return CopiedEvents(events=tuple(found), last=version)


def evidence_of(file: CaseFile, receipt: str | None = None) -> Iterator[Event]:
    """Yield the events that move with a request: its statements, their verifications and undeliverable notices.

    Args:
        file: The case with its history.
        receipt: The request; without one, the events of all requests.
    """
    for event in without_split_requests(file.events):
        if event.kind in _EVIDENCE_KINDS and receipt in {None, event.receipt}:
            yield event


def protection_without_receipt(file: CaseFile, receipt: str) -> Iterator[Event]:
    """Yield an officer's protection mark (8 USC 1367) that names no request, if it still restricts the case.

    It is not known to which request the mark refers, so after a split both cases keep it until an officer removes it.
    """
    events = [event for event in without_split_requests(file.events) if event.receipt in {None, receipt}]
    unnamed = (event for event in events if event.receipt is None and event.verification)
    marks = [event for event in unnamed if claims_protection([event])]
    if marks and is_restricted(events):
        yield marks[-1].evolve(claims=Facts(protected=True))


def move_notices(file: CaseFile, case_id: str, receipt: str | None = None) -> Iterator[Write]:
    """Yield the writes that move pending and undeliverable notices to another case; the others stay."""
    for notice in file.notices:
        if notice.state in {"owed", "undeliverable"} and receipt in {None, notice.receipt}:
            yield delete(keys.notice(notice.case_id, notice.notice_id), state=notice.state, sends=notice.sends)
            yield put_new(notice.evolve(case_id=case_id))
