"""Fold a history into the newest claims of each request and the findings that none supersedes.

Every transaction that adds a filing, an update or a verification rewrites the folded records with these functions, so
that a ranking reads them instead of the history. ``fold`` derives the same records from the events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple, get_args

from casereview.evidence.standing import is_about_facts, is_about_requester
from casereview.evidence.stated import stated_facts
from casereview.schema.event_records import Event
from casereview.schema.evidence import Claims, Finding, Findings
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import TemplateId

LaneOf = Callable[[Mapping[str, object], datetime], int]
"""Returns the lane (0 is the first) that facts would get at an instant under the policy in use."""


class Folded(NamedTuple):
    """The folded records of a case."""

    claims: Mapping[str, Claims]
    """By receipt."""
    findings: Findings


def folded_update(claims: Claims, stated: Facts, at: datetime, lane_of: LaneOf) -> Claims:
    """Return the claims of a request after an update.

    Where the newest value of a fact would put the request's own words, or that fact alone, into a lower lane, the value
    before it is kept beside it, and counts until an officer settles the fact. What was said of protection stays.

    Args:
        claims: The claims before the update.
        stated: What the update states.
        at: The time of the update.
        lane_of: The lane of facts under the policy in use.
    """
    new, before = stated_facts(stated), stated_facts(claims.facts)
    if before.get("protected"):
        new.pop("protected", None)
    if not new:
        return claims
    counted = stated_facts(claims.counted)
    for name, value in new.items():
        counts = counted.pop(name, before.get(name))
        if counts is not None and value != counts:
            own = {**before, **new, **counted}
            pairs = (({name: value}, {name: counts}), ({**own, name: value}, {**own, name: counts}))
            if any(lane_of(after, at) > lane_of(kept, at) for after, kept in pairs):
                counted[name] = counts
    return claims.evolve(
        facts=claims.facts.merged(Facts(**new)),  # type: ignore[arg-type]  # each value was validated when it was stated
        counted=Facts(**counted),  # type: ignore[arg-type]  # the same
        first_at={**claims.first_at, **{name: at for name in new if name not in before}},
        newest_at={**claims.newest_at, **{name: at for name in new if name in before}},
    )


def folded_finding(findings: Findings, new: Finding) -> Findings:
    """Return the findings with a new one, without those facts of earlier ones that it supersedes.

    A verification supersedes earlier ones from the same source case. One made in the case itself also supersedes
    everything that was brought into the case before it, because its officer saw that.
    """
    kept = tuple(
        left for one in findings.found if (left := one if _is_apart(one, new) else _without(one, new)) is not None
    )
    found, made = (*kept, new), (*all_made(findings), new)
    return findings.evolve(found=found, made=() if found == made else made)


def all_made(findings: Findings) -> tuple[Finding, ...]:
    """Return every verification as it was made, also those that another release added without keeping them whole."""
    if not findings.made:
        return findings.found
    known = {(one.version, one.source_case, one.at) for one in findings.made}
    return (*findings.made, *(one for one in findings.found if (one.version, one.source_case, one.at) not in known))


def without_made(findings: Findings, is_taken_out: Callable[[Finding], bool]) -> Findings:
    """Return the findings as if some verifications had never been made: what they superseded counts again."""
    left = findings.evolve(found=(), made=())
    for one in all_made(findings):
        if not is_taken_out(one):
            left = folded_finding(left, one)
    return left


def without_finding(findings: Findings, version: int) -> Findings:
    """Return the findings as if the verification of facts that made a version of the case had never been made."""
    return without_made(findings, lambda one: one.version == version and one.source_case is None)


def _is_apart(one: Finding, new: Finding) -> bool:
    saw_it = new.source_case is None and one.version < new.version
    return one.source_case != new.source_case and not saw_it


def _without(one: Finding, new: Finding) -> Finding | None:
    """Return an earlier finding without the facts of a new one; None if no fact is left."""
    settled = new.facts.model_fields_set
    left = {name: value for name, value in stated_facts(one.facts).items() if name not in settled}
    return one.evolve(facts=Facts(**left)) if left else None  # type: ignore[arg-type]  # validated when stated


def finding_of(event: Event) -> Finding | None:
    """Return what the event of a verification of facts established; None for another event."""
    if event.verification is None or event.claims is None or not is_about_facts(event.verification):
        return None
    return Finding(
        facts=event.claims,
        verdict=event.verification.verdict,
        at=event.at,
        version=event.version,
        user=event.user,
        receipt=event.receipt,
        source_case=event.said_in,
    )


def fold(before: Folded, events: Iterable[Event], lane_of: LaneOf) -> Folded:
    """Return the folded records after more events, in order of version.

    Args:
        before: The records so far.
        events: The events that follow.
        lane_of: The lane of facts under the policy in use.
    """
    claims, findings = dict(before.claims), before.findings
    for event in events:
        found = finding_of(event)
        if found is not None:
            findings = folded_finding(findings, found)
        elif event.kind == "linked":
            findings = findings.evolve(linked=event.version)
        elif event.kind == "corrected":
            findings = _after_correction(claims, findings, event)
        elif event.kind == "split" and event.receipt is not None:
            claims.pop(event.receipt, None)
            findings = without_findings_about(findings, event.receipt)
        elif event.receipt is not None:
            _fold_request(claims, event, event.receipt, lane_of)
        for receipt in corrected_receipts(event) & claims.keys():
            claims[receipt] = claims[receipt].evolve(identity_waits=False)
    return Folded(claims, findings)


def corrected_receipts(event: Event) -> frozenset[str]:
    """Return the requests whose identity staff corrected with an event."""
    receipts = event.details.get("receipts") if event.kind == "identity_corrected" else None
    return frozenset(map(str, receipts)) if isinstance(receipts, list) else frozenset()


def _after_correction(claims: dict[str, Claims], findings: Findings, event: Event) -> Findings:
    """Apply a correction to the claims of its case, and return the findings after it."""
    corrected = event.details.get("event")
    if event.receipt in claims and event.details.get("refuted") is False:
        claims[event.receipt] = claims[event.receipt].evolve(refuted=False)
    if event.receipt in claims and REOPENED in event.details:
        claims[event.receipt] = after_reopened_duty(claims[event.receipt], event.details)
    return without_finding(findings, corrected) if isinstance(corrected, int) else findings


def without_findings_about(findings: Findings, receipt: str) -> Findings:
    """Return the findings without those that name a request, which a split takes to another case."""
    return findings.evolve(found=tuple(one for one in findings.found if one.receipt != receipt), made=())


def _fold_request(claims: dict[str, Claims], event: Event, receipt: str, lane_of: LaneOf) -> None:
    """Apply an event about one request to the claims of its case."""
    if event.filing:
        claims[receipt] = Claims(
            case_id=event.case_id,
            receipt=receipt,
            filing=event.filing,
            filed_at=event.at,
            office=str(event.details.get("office", "")),
            facts=event.claims or Facts(),
        )
    elif receipt in claims:
        one = claims[receipt]
        if event.kind == "withdrawn":
            others = any(other.live for other in claims.values() if other is not one)
            dropped = event.details.get("dropped", others and not one.verified)
            claims[receipt] = one.evolve(live=not dropped, to_phone=False)
        else:
            claims[receipt] = _after(one, event, lane_of)


def _after(claims: Claims, event: Event, lane_of: LaneOf) -> Claims:
    """Return the claims of a request after one event about it."""
    if event.verification and is_about_requester(event.verification):
        confirmed = event.verification.verdict == "confirmed"
        second = confirmed and event.details.get(SECOND) is True
        return claims.evolve(verified=confirmed, refuted=not confirmed, second=second)
    if event.kind in {"undeliverable", "handed_over"}:
        return after_failure(claims, event.details.get(TEMPLATE), event.details.get(DUTY, "call"))
    if event.kind == "duty_done":
        return after_duty(claims, event.details)
    if event.kind == "suppression_lifted":
        return after_sending_again(claims, event.details.get(SENT_AGAIN) or ())
    if event.kind == "withdrawal_undone":
        return claims.evolve(live=True, failed=())
    claims = after_contact(claims, event.details)
    if event.kind == "updated" and (event.claims or event.text or event.sealed):
        claims = claims.evolve(said_at=event.at)
    if event.details.get(IDENTITY_WAITS):
        claims = claims.evolve(identity_waits=True)
    return folded_update(claims, event.claims, event.at, lane_of) if event.claims else claims


def after_contact(claims: Claims, details: Mapping[str, object]) -> Claims:
    """Return the claims of a request after its contact changed, if it did.

    Args:
        claims: The claims before.
        details: What the event says of the contact, without the address.
    """
    may_be_called = details.get(MAY_BE_CALLED)
    if not isinstance(may_be_called, bool):
        return claims
    if details.get(NEW_ADDRESS):
        claims = claims.evolve(to_phone=False, failed=())
    return claims.evolve(may_be_called=may_be_called, unsafe=claims.unsafe and not may_be_called)


def after_failure(claims: Claims, template: object, duty: object) -> Claims:
    """Return the claims of a request after a notice did not reach its holder.

    Args:
        claims: The claims before.
        template: The name of its text.
        duty: The duty of the office that follows; None in a restricted case, where the call waits; another name where
            the holder is not called.
    """
    failed = {*claims.failed, template} if template in _TEMPLATES else claims.failed
    return claims.evolve(
        to_phone=claims.to_phone or duty in {None, "call"},
        failed=tuple(sorted(failed)),  # type: ignore[arg-type]  # the names are known
    )


def after_duty(claims: Claims, details: Mapping[str, object]) -> Claims:
    """Return the claims of a request after its holder was called or written to, or could not be.

    Args:
        claims: The claims before.
        details: The details of the event: the kind of the duty, what became of it, what it tells, the next duty.
    """
    what, told, following = details.get("what"), details.get(TOLD), details.get(NEXT)
    texts = {name for name in told if name in _TEMPLATES} if isinstance(told, list | tuple) else set()
    failed = {*claims.failed, *texts} if what in {"returned", "unsafe"} else set(claims.failed)
    if what in {"reached", "left_message", "sent"}:
        failed -= texts
    claims = claims.evolve(failed=tuple(sorted(failed)))
    if details.get("kind") in {"call", "letter"}:
        waits = claims.to_phone and details["kind"] == "letter"
        claims = claims.evolve(to_phone=waits or following == "call")
    return claims.evolve(may_be_called=False, unsafe=True) if what == "unsafe" else claims


def after_reopened_duty(claims: Claims, details: Mapping[str, object]) -> Claims:
    """Return the claims of a request after the record of a call or a letter was corrected.

    Args:
        claims: The claims before.
        details: The details of the event: what is open again, or was sent after all; what it tells; what ended with it.
    """
    reopened, told = details.get(REOPENED), details.get(TOLD)
    texts = {name for name in told if name in _TEMPLATES} if isinstance(told, list | tuple) else set()
    failed = {*claims.failed} - texts if reopened == "sent" else {*claims.failed, *texts}
    waits = claims.to_phone and not details.get(NEXT_DUTY)
    return claims.evolve(failed=tuple(sorted(failed)), to_phone=reopened == "call" or waits)


def after_sending_again(claims: Claims, sent: object) -> Claims:
    """Return the claims of a request after what failed is sent again; a call is due while anything is left."""
    again = frozenset(sent) if isinstance(sent, list | tuple) else frozenset()
    left = tuple(name for name in claims.failed if name not in again)
    return claims.evolve(failed=left, to_phone=claims.to_phone and (bool(left) or not again))


_TEMPLATES = frozenset(get_args(TemplateId))
TEMPLATE = "template"
"""Key in the details of a notice that did not reach its requester: the name of its text."""
DUTY = "duty"
"""Key in the same details: the duty of the office that follows, or null; ``nobody`` where the holder has no way. An
older release had none, and called."""
NOBODY: Final = "nobody"
TELL_DUTY = "tell_duty"
"""Key in the same details, and in those of a call or a letter: the id of the duty to tell the person of a decision."""
TOLD = "texts"
"""Key in the details of a call or a letter: the names of the texts of what it tells."""
NEXT = "next"
"""Key in the same details: the kind of the duty that follows, or null."""
NEXT_DUTY = "next_duty"
"""Key in the same details: the id of that duty; no duty has it if one that was open already does for both."""
REOPENED = "reopened"
"""Key in the details of the correction of a call or a letter: the kind of the duty that is open again, or was sent."""
SENT_AGAIN = "sent_again"
"""Key in the details of a lifted suppression: the names of the texts that are sent again."""
SECOND = "second"
"""Key in the details of a verification: whether two officers with access to restricted cases have confirmed."""
MAY_BE_CALLED = "may_be_called"
"""Key in the details of an update with a contact: whether the requester allows contact in any way."""
IDENTITY_WAITS = "identity_waits"
"""Key in the details of an update: whether it states another identity than the request did before."""
NEW_ADDRESS = "new_address"
"""Key in the same details: whether messages go to another address now, which is not suppressed and gets what failed."""
