"""What a correction takes back, by the rules of the specification."""

from __future__ import annotations

from collections.abc import Callable

from casereview.schema.event_records import Event
from tests.support.histories.events import with_found
from tests.support.histories.state import CaseState, Found, World


def correct(case: CaseState, event: Event) -> None:
    """Apply a correction of anything but a link."""
    kind, corrected = event.details["kind"], int(str(event.details["event"]))
    if kind == "removal_recorded":
        del case.removals[corrected]
        case.safety, case.material = any(case.removals.values()), event.version
    elif kind == "proof_asked":
        receipts = event.details["receipts"]
        assert isinstance(receipts, list), event
        for receipt in receipts:
            case.request(str(receipt)).asked.pop()
    elif kind == "information_asked":
        assert case.shown["status"] == "in_line", event
    elif kind == "duty_done":
        _without_record_of_duty(case, event)
    elif "refuted" in event.details:
        _without_refutation(case, event)
    else:
        left = [one for one in case.made if one.version != corrected or one.source]
        assert len(left) == len(case.made) - 1, event
        _found_again(case, left)
        case.material = event.version


def _without_refutation(case: CaseState, event: Event) -> None:
    request = case.request(str(event.receipt))
    if event.details["kind"] == "requester_checked":
        assert request.refuter is not None, event
        request.refuter = None
        return
    assert request.refuted, event
    request.refuted, case.material = False, event.version


def _without_record_of_duty(case: CaseState, event: Event) -> None:
    """Take back the record of a call or a letter: it is open again, and what followed from it ends."""
    reopened = event.details.get("reopened")
    if reopened is None or event.receipt is None:
        return
    request, texts = case.request(event.receipt), event.details["texts"]
    assert isinstance(texts, list), event
    if reopened == "sent":
        request.failed -= set(map(str, texts))
    else:
        request.failed |= set(map(str, texts))
    request.to_phone = reopened == "call" or (request.to_phone and event.details["next_duty"] is None)


def _found_again(case: CaseState, made: list[Found]) -> None:
    case.made, case.found = made, []
    for one in made:
        case.found = with_found(case.found, one)


def unlinks(event: Event) -> bool:
    """Return whether an event undoes a link."""
    return event.kind == "corrected" and event.details["kind"] == "linked"


def undo_link(world: World, event: Event, source_event: Event, begin: Callable[[CaseState, Event], None]) -> None:
    """Replay the two events that undo a link, which are one transaction.

    Args:
        world: All cases.
        event: That of the case to which the requests were brought.
        source_event: That of the linked case.
        begin: Applies what an event shows.
    """
    target, source = world.cases[event.case_id], world.cases[source_event.case_id]
    link = target.links.pop(int(str(event.details["event"])))
    assert (source.linked_to, link.source) == (target.case_id, source.case_id), (event, source_event)
    for case, own in ((source, source_event), (target, event)):
        begin(case, own)
        case.material = own.version
    brought = int(str(event.details["event"]))
    since = [one for one in target.made if one.source is None and one.version > brought]
    about = [one for one in since if one.receipt in link.receipts]
    left = [one for one in target.made if one not in about and not (one.source and one.version == brought)]
    _found_again(target, left)
    _found_again(source, [*source.made, *_returning(since, about, source_event.version)])
    for receipt in link.receipts:
        request = target.requests.pop(receipt)
        assert request.live or request.withdrawn, event
        request.case_id, request.moved = source.case_id, source_event.version
        request.opened = receipt == source.opener
        source.requests[receipt] = request
        world.stays[receipt].add(source.case_id)
    source.requests, source.left = {**source.left, **source.requests}, {}
    target.linked, source.linked_to = link.before, None
    returned = [(came_from or source.case_id, at) for came_from, at in source.finals]
    target.finals = [one for one in target.finals if one not in returned]
    target.decision_of = max((at for _case_id, at in target.finals), default=None)
    target.filed_at = min(one.filed_at for one in target.all_requests())


def _returning(since: list[Found], about: list[Found], version: int) -> list[Found]:
    """Return what was found in the other case since the link that goes to the linked case."""
    marks = [one for one in since if one.receipt is None and one.facts.get("protected") is True and one.confirmed]
    return [
        one._replace(version=version, facts=one.facts if one in about else {"protected": True})
        for one in since
        if one in about or one in marks
    ]
