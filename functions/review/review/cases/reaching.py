"""What follows from a call, a letter or a translation: who was reached, and what is tried next.

    call ──reached, message left──▶ done
      ├──no answer──▶ another call, up to the number in the policy; then a letter; without an address nothing more
      └──not safe──▶ no message, call or letter until the holder says that contact is safe
    letter ──sent──▶ done ──came back──▶ a call, if there is a number that was not called in vain before

Where nothing more follows, the texts stay with the request as not delivered: a new address gets them. A decision of
which nobody has learnt then is told to the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.duties import BY_HAND, new_duty, time_for
from casereview.cases.lifecycle import LIVE
from casereview.cases.telephone import UNSAFE_CONTACT, receipts_to_phone, with_phone_flag, without_phone_flag
from casereview.evidence.fold import NEXT, NEXT_DUTY, TELL_DUTY, TOLD, after_duty
from casereview.http.problems import ProblemError, invalid
from casereview.policy.document import DutyTimes
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.identifiers import new_duty_id
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import Contact
from casereview.schema.vocabulary import DutyResult
from casereview.store import keys
from casereview.store.open_duties import about, ended, open_duties, opened
from casereview.store.transaction import Put, Write, put_new, put_over
from casereview.usecases.contacts import change_contact, may_be_phoned, may_receive_news, open_contact
from casereview.usecases.untold import duty_to_tell
from review.cases.session import CaseSession
from review.schema.duties import DutyBody

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields


class DutyEffect(NamedTuple):
    """What the end of a duty changes beside it."""

    case: CaseFields
    also: tuple[Write, ...] = ()
    details: Mapping[str, JsonValue] = MappingProxyType({})


UNCHANGED: Final = DutyEffect({})


def after_attempt(session: CaseSession, case: Case, duty: Duty, body: DutyBody) -> DutyEffect:
    """Return what follows from a call or a letter.

    Args:
        session: The caller and the case.
        case: The case, as it was read.
        duty: The duty, with the record of the attempt.
        body: The attempt.

    Raises:
        ProblemError: 404 if the request is of another case; 422 if a message was left although the requester does not
            allow it.
    """
    request, what = session.request(duty.receipt or ""), body.what
    claims = session.services.table.get(Claims, keys.claims(case.case_id, request.receipt))
    if claims is None:
        raise ProblemError("busy")
    if what == "left_message" and open_contact(session.services.seal, request).leave_message is not True:
        raise invalid("/what", "result_not_available", "is not allowed: the requester wants no message left")
    others = [one for one in open_duties(session.services.table, case.case_id) if one.duty_id != duty.duty_id]
    following = _next(session, case, request, duty, what)
    details: dict[str, JsonValue] = {TOLD: list(duty.texts), NEXT: following.kind if following else None}
    if following:
        following = following.evolve(since=body.done_at)  # a second call can be made before the first is recorded
        details[NEXT_DUTY] = following.duty_id
    after = after_duty(claims, {"kind": duty.kind, "what": what, **details})
    also: list[Write] = [Put(after)]
    if following:
        also.append(opened(others, following))
    if what == "unsafe":
        stopped = about(others, request.receipt, BY_HAND)
        others = [one for one in others if one not in stopped]
        also += [_unsafe(session, request), *ended(stopped)]
    if to_tell := _to_tell(session, case, after, (*others, *((following,) if following else ())), what):
        also.append(put_new(to_tell))
        details[TELL_DUTY] = to_tell.duty_id
    calls = any(one.kind == "call" for one in (*others, *((following,) if following else ())))
    return DutyEffect(flagged(session, case, calls=calls, unsafe=after.unsafe), tuple(also), details)


def _to_tell(session: CaseSession, case: Case, claims: Claims, left: tuple[Duty, ...], what: DutyResult) -> Duty | None:
    """Return the duty to tell the person of a decision, if an attempt in vain leaves nobody who learns of it."""
    if what not in {"no_answer", "returned", "unsafe"}:
        return None
    return duty_to_tell(session.services, case, claims, left, session.at)


def _next(session: CaseSession, case: Case, request: Request, duty: Duty, what: DutyResult) -> Duty | None:
    """Return the duty that follows; None if nothing is left to try, or nothing more is allowed."""
    if what not in {"no_answer", "returned"}:
        return None
    contact = open_contact(session.services.seal, request)
    if request.state != "live" or not may_receive_news(case, request, contact):
        return None
    policy, _until = session.services.policies.governing(session.at)
    times = policy.document.duties
    kept = new_duty("call", case, session.at, times, receipt=request.receipt).evolve(
        notice=duty.notice, texts=duty.texts, allowed_if_restricted=case.restricted
    )
    if what == "returned":
        return kept.evolve(came_back=True) if may_be_phoned(contact) and duty.tries == 0 else None
    return _after_no_answer(duty, kept, contact, times)


def _after_no_answer(duty: Duty, kept: Duty, contact: Contact, times: DutyTimes) -> Duty | None:
    """Return another call, or a letter after the last one, unless one came back."""
    calls = duty.tries + 1
    if calls < times.calls:
        return kept.evolve(due=kept.since + times.call_again, tries=calls, came_back=duty.came_back)
    if contact.postal is None or duty.came_back:
        return None
    return kept.evolve(
        kind="letter", duty_id=new_duty_id("letter"), due=kept.since + time_for("letter", times), tries=calls
    )


def _unsafe(session: CaseSession, request: Request) -> Write:
    """Return the write of a request whose holder must not be contacted, as if the holder had said so."""
    changed = change_contact(session.services.seal, request, Contact(safe_to_contact=False))
    after = request.evolve(contact=changed.sealed)
    return put_over(after, case_id=request.case_id, state=request.state, updates=request.updates)


def flagged(session: CaseSession, case: Case, *, calls: bool, unsafe: bool) -> CaseFields:
    """Return the flags of a case after a call or a letter; the worker sets those of a live case again."""
    to_call = calls and not case.restricted
    flags = with_phone_flag(case.flags) if to_call else without_phone_flag(case.flags)
    if unsafe and UNSAFE_CONTACT not in flags:
        flags = (*flags, UNSAFE_CONTACT)
    changes: CaseFields = {"flags": flags}
    return {**changes, "rank_at": session.at} if case.status in LIVE else changes


def calls_that_waited(session: CaseSession, file: CaseFile, office: str) -> tuple[Write, ...]:
    """Return the writes of the calls that are due when a case is restricted no more.

    While it was, nobody called a requester who did not get a notice, unless that was safe.

    Args:
        session: The caller and the case.
        file: The case, while it is restricted.
        office: The office of the case from now on.
    """
    policy, _until = session.services.policies.governing(session.at)
    case, times = file.case.evolve(office=office), policy.document.duties
    called = {duty.receipt for duty in open_duties(session.services.table, case.case_id) if duty.kind == "call"}
    waited = sorted(receipts_to_phone(file.claims) - called)
    return tuple(put_new(new_duty("call", case, session.at, times, receipt=receipt)) for receipt in waited)


def after_translation(session: CaseSession, case: Case, duty: Duty) -> DutyEffect:
    """Return what follows from a translation: the flag stays while another one is to be made."""
    left = (one for one in open_duties(session.services.table, case.case_id) if one.duty_id != duty.duty_id)
    return DutyEffect({"to_translate": any(one.kind == "translate" for one in left)})
