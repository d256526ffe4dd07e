"""What each event changes of a request or a case, by the rules of the specification."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casereview.schema.event_records import Event
from tests.support.histories.state import CaseState, Found, RequestState, stated

_ENDS_CLAIM = frozenset(
    {
        "released",
        "lease_ended",
        "information_asked",
        "transferred",
        "decided",
        "approved",
        "official_decided",
        "remanded",
    }
)
BLANK: dict[str, Any] = {
    "status": None,
    "office": None,
    "requests": 1,
    "live": 1,
    "restricted": False,
    "lane": None,
    "rank": None,
    "reasons": [],
    "flags": [],
    "policy": None,
    "missed": False,
}
"""The fields of a case that the history shows, before its first event."""


def show(case: CaseState, event: Event) -> None:
    """Apply the shown changes of an event; requesters do not see that a decision awaits its approval."""
    case.shown |= {name: change.after for name, change in event.changes.items() if name in case.shown}
    seen = "in_review" if case.shown["status"] == "awaiting_approval" else case.shown["status"]
    if seen != case.seen_status:
        case.seen_status, case.seen_since = str(seen), event.at
    reviewed = seen in {"in_review", "information_needed"}
    case.review_since = (case.review_since or event.at) if reviewed else None


def state(request: RequestState, facts: dict[str, Any], at: datetime, *, at_filing: bool = False) -> None:
    """Add facts that a request states; what it said of protection stays."""
    for name, value in facts.items():
        if name == "protected" and request.facts.get(name) is True:
            continue
        if not at_filing:
            (request.newest_at if name in request.facts else request.first_at)[name] = at
        request.facts[name] = value
        request.all_stated.setdefault(name, []).append(value)


def of_request(case: CaseState, request: RequestState, event: Event, *, was_restricted: bool) -> None:
    """Apply an event about one request to it."""
    with_escalation = "escalation" in event.details  # its own event follows, and counts
    request.commands += event.actor == "requester" and not with_escalation
    if event.kind == "updated":
        if event.text and request.has_rights(restricted=was_restricted):
            case.material = event.version
        _update(request, event)
    elif event.kind in {"undeliverable", "handed_over", "suppression_lifted", "duty_done"}:
        _delivery(request, event)
    elif event.kind == "withdrawn":
        others = any(one.live for one in case.all_requests() if one is not request)
        seen = case.seen() if request.has_rights(restricted=was_restricted) else case.shown_before_to(request)
        knows = request.verified and seen is not None and seen.decision_of is not None
        request.told_in = case.case_id if knows else None
        request.withdrawn, request.withdrawal_waits, request.ever_withdrawn = event.at, False, True
        request.dropped = others and not request.verified
        request.to_phone = False
        assert event.details["dropped"] == request.dropped, (event, request)
    elif event.kind == "withdrawal_undone":
        request.withdrawn, request.dropped = None, False
        request.failed.clear()  # it is sent again
    elif event.kind in {"withdrawal_asked", "withdrawal_cancelled"}:
        request.withdrawal_waits = event.kind == "withdrawal_asked"
    elif event.kind == "code_reissued":
        _reissue(case, request)
    elif event.kind == "code_frozen":
        request.frozen = True
    elif event.kind == "escalation_kept" and not _comes_during_a_second_look(case, request):
        request.escalation_kept = event.at


def _delivery(request: RequestState, event: Event) -> None:
    """Apply a notice that failed, or what is sent again after a suppression was lifted."""
    if event.kind in {"undeliverable", "handed_over"}:
        request.to_phone = request.to_phone or event.details["duty"] in {"call", None}
        request.failed.add(str(event.details["template"]))
        return
    if event.kind == "duty_done":
        _duty_done(request, event)
        return
    again = event.details["sent_again"]
    assert isinstance(again, list), event
    request.failed -= set(map(str, again))
    request.to_phone = request.to_phone and (bool(request.failed) or not again)


def _duty_done(request: RequestState, event: Event) -> None:
    """Apply what became of a call or a letter to a requester."""
    kind, what = event.details["kind"], event.details["what"]
    if kind not in {"call", "letter"}:
        return
    texts = event.details.get("texts", [])
    assert isinstance(texts, list), event
    if what in {"reached", "left_message", "sent"}:
        request.failed -= set(map(str, texts))
    elif what in {"returned", "unsafe"}:
        request.failed |= set(map(str, texts))
    request.to_phone = event.details.get("next") == "call" or (kind == "letter" and request.to_phone)
    if what == "unsafe":
        request.may_be_called, request.unsafe = False, True


def _reissue(case: CaseState, request: RequestState) -> None:
    request.epoch, request.frozen = request.epoch + 1, False
    if request.is_told(restricted=case.restricted):
        request.escalation_kept = None


def _comes_during_a_second_look(case: CaseState, request: RequestState) -> bool:
    """Return whether a third party, who is not shown the second look, asks for one that there is already."""
    is_third = request.filing.role in {"family", "advocate", "other"} and request.verified and not request.frozen
    seen = case.seen() if request.is_told(restricted=case.restricted) else case.shown_before_to(request)
    return is_third and seen is not None and seen.status == "with_senior_official"


def _update(request: RequestState, event: Event) -> None:
    assert request.live or event.text is None, event
    if event.text:
        request.said_at = event.at
    state(request, stated(event.claims), event.at)
    if "may_be_called" in event.details:
        request.may_be_called = bool(event.details["may_be_called"])
        request.unsafe = request.unsafe and not request.may_be_called
        if event.details["new_address"]:
            request.to_phone = False
            request.failed.clear()
        protects = stated(event.claims).get("protected") is True  # makes contact unsafe, and need not be a new contact
        request.withdrawal_waits = (request.withdrawal_waits and None) if protects else False


def of_case(case: CaseState, event: Event) -> None:
    """Apply what an event changes of the claim, the looks, the reviewers and the decision of a case."""
    _claim_after(case, event)
    reopens = event.kind == "withdrawal_undone" and "status" in event.changes
    if event.kind in {"information_asked", "decision_proposed"}:
        case.looked_at = event.at
    elif event.kind in {"escalated", "remanded", "reopened"} or reopens:
        case.looked_at = None
    if event.kind in {"approval_given", "approved", "decision_returned"}:
        case.reviewers |= {str(event.user_id)} if event.user_id else set()
    elif event.kind == "removal_recorded":
        case.removals[event.version] = bool(event.details["safety"])
        case.safety = any(case.removals.values())
        case.material = event.version
    elif event.kind == "escalated" and event.receipt:
        case.request(event.receipt).escalation_kept = None
    _decision_after(case, event)


def _claim_after(case: CaseState, event: Event) -> None:
    if event.kind == "information_asked":
        case.asker = event.user_id
    if event.kind in {"claimed", "assigned"}:
        taken_by = event.user_id if event.kind == "claimed" else str(event.details["to_id"])
        case.holder, case.held_since = taken_by, event.at
        if case.shown["office"] != "SRO":
            case.reviewers.add(str(taken_by))
    elif event.kind == "resumed" and "held_by" in event.details:
        case.holder, case.held_since = case.asker, event.at
    elif event.kind in _ENDS_CLAIM or case.shown["status"] in {"withdrawn", "closed"}:
        case.holder = case.held_since = None
    elif event.kind == "decision_proposed":
        case.held_since = None
    elif event.kind in {"decision_returned", "decision_withdrawn"}:
        case.held_since = event.at


def _decision_after(case: CaseState, event: Event) -> None:
    withdrawn = event.details.get("outcome") == "withdrawn"
    if event.kind in {"decided", "decision_proposed", "remanded"} or (
        event.kind == "official_decided" and not withdrawn
    ):
        case.outcome = event.details["outcome"]
    elif event.kind in {"decision_returned", "decision_withdrawn", "reopened"}:
        case.outcome = None
    if event.kind in {"decided", "approved", "official_decided", "remanded"}:
        case.decided = event.version
        case.decision_of = case.decision_of if withdrawn else event.at
        case.finals += [] if withdrawn else [(None, event.at)]
    known = not case.restricted and any(one.verified for one in case.all_requests())
    if event.kind in {"decided", "approved"} and case.shown["status"] == "decided" and known:
        case.waits.append((str(case.shown["office"]), event.at))


def with_found(found: list[Found], new: Found) -> list[Found]:
    """Return what officers found with one verification more, without the facts that it supersedes.

    A verification supersedes those of its own source; one of the case itself also all that was brought in before it.
    """
    kept = []
    for one in found:
        superseded = one.source == new.source or (new.source is None and one.version < new.version)
        facts = {name: value for name, value in one.facts.items() if not superseded or name not in new.facts}
        if facts:
            kept.append(one._replace(facts=facts))
    return [*kept, new]
