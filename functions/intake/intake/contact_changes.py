"""The effect of an update on the contact of its request, and on the calls that the office has to make."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.deficiencies import SAFETY_UNSAID, with_contact
from casereview.cases.disclosure import is_asked, is_told
from casereview.cases.duties import BY_HAND
from casereview.cases.lifecycle import LIVE
from casereview.cases.telephone import UNSAFE_CONTACT, without_phone_flag
from casereview.evidence.fold import MAY_BE_CALLED, NEW_ADDRESS, after_contact
from casereview.notices.catalog import VERSIONS
from casereview.notices.pending import notice_to_requester
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import Claims
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.submission import Contact
from casereview.schema.vocabulary import TemplateId
from casereview.store.open_duties import about, ended, open_duties
from casereview.store.transaction import Write, put_new
from casereview.usecases.contacts import ContactChange, change_contact
from casereview.usecases.services import CaseServices
from casereview.usecases.suppressions import is_suppressed
from casereview.usecases.untold import duty_to_tell
from intake.change_request import Current

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, RequestFields


_LANGUAGES: Final = frozenset({"language", "spoken_language", "interpreter"})
"""The parts of a contact that do not say how its holder is reached."""


class ContactEffect(NamedTuple):
    """The effect of an update on the contact, where it has any."""

    claims: Claims
    request: RequestFields
    details: dict[str, JsonValue]
    """What the event stores unencrypted."""
    notices: tuple[Notice, ...] = ()
    """What could not be delivered before, to be sent to the new address."""
    duties: tuple[Duty, ...] = ()
    """The open duties of the case."""
    to_tell: Duty | None = None
    """The duty to tell the person of a decision, which nobody is left to learn of."""

    def on_case(self, case: Case, at: datetime) -> CaseFields:
        """Return the fields of the case that change: a call that is not to be made is no longer asked for.

        The worker sets the flags again if another requester must be called, or is not safe to contact.
        """
        changes: CaseFields = {"rank_at": at} if case.status in LIVE and self.request else {}
        ends = self._ended()
        calls = any(duty.kind == "call" and duty not in ends for duty in self.duties)
        flags = case.flags
        if not self.claims.may_be_called or (ends and not calls):
            flags = without_phone_flag(flags)
        if self.details.get(MAY_BE_CALLED):
            flags = tuple(flag for flag in flags if flag != UNSAFE_CONTACT)
        return changes if flags == case.flags else {**changes, "flags": flags}

    def on_duties(self) -> tuple[Write, ...]:
        """Return the writes of the duties that end or begin.

        Calls and letters to this requester end that are not allowed or needed now.
        """
        return (*ended(self._ended()), *((put_new(self.to_tell),) if self.to_tell else ()))

    def left(self) -> list[Duty]:
        """Return the open duties of the case that do not end."""
        ends = self._ended()
        return [duty for duty in self.duties if duty not in ends]

    def with_duty_to_tell(self, services: CaseServices, now: Current, at: datetime) -> ContactEffect:
        """Return the effect with what follows if the requester was to be told of a decision in a way that ends.

        Only the news of a case that the requester is shown counts, so that others learn nothing by the time it takes.
        """
        if self.claims.may_be_called or not is_told(now.request, now.case):
            return self
        found = duty_to_tell(services, now.case, self.claims, self.left(), at)
        return self._replace(to_tell=found)

    def _ended(self) -> tuple[Duty, ...]:
        if self.claims.may_be_called and not self.details.get(NEW_ADDRESS):
            return ()
        return about(self.duties, self.claims.receipt, BY_HAND)


def contact_effect(
    services: CaseServices, now: Current, stated: Contact | None, at: datetime, *, protects: bool
) -> ContactEffect:
    """Return the effect of an update on the contact.

    Args:
        services: The seal, the table and the MACs.
        now: The request as it is now, with the protection that the update states.
        stated: The contact in the update; None if it has none.
        at: The time of the update.
        protects: Whether the update states relief that 8 USC 1367 protects.
    """
    if not stated and not protects:
        return ContactEffect(now.claims, {}, {})
    found = _changed(services, now, stated, at) if stated else _protected(services, now)
    return found.with_duty_to_tell(services, now, at)


def _changed(services: CaseServices, now: Current, stated: Contact, at: datetime) -> ContactEffect:
    """Seal a new contact; store unencrypted only whether the requester may be called, and whether an address is new.

    An address on the suppression list does not count as new; another one gets what could not be delivered. A withdrawal
    that waits for a supervisor is cancelled: whoever asked for it may not be whoever can now be reached.
    """
    found = change_contact(services.seal, now.request, stated)
    is_usable = found.goes_elsewhere and not _is_suppressed(services, found.new_address)
    new = is_usable and now.request.state == "live"  # a withdrawn request gets what failed when that is taken back
    details: dict[str, JsonValue] = {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: new}
    claims = after_contact(now.claims, details)
    again = _again(now, found, at) if new else ()
    request: RequestFields = {
        "contact": found.sealed,
        "deficiencies": _lacks(now, stated, found),
    }
    if stated.model_fields_set - _LANGUAGES:
        request |= {"contact_changed_at": at, "withdrawal_by": None}
        claims = claims.evolve(withdrawal_by=None)
    return ContactEffect(claims, request, details, again, open_duties(services.table, now.case.case_id))


def _lacks(now: Current, stated: Contact, found: ContactChange) -> tuple[str, ...]:
    """Return the codes of the deficiencies after a change of the contact; what was left unsaid stays so until said."""
    codes = now.request.deficiencies
    unsaid = stated.safe_to_contact is None and (found.is_unsaid or SAFETY_UNSAID in codes)
    return with_contact(codes, is_missing=found.is_missing, is_unsaid=unsaid and found.has_address)


def _is_suppressed(services: CaseServices, address: str | None) -> bool:
    return address is not None and is_suppressed(services.table, services.macs, address)


def _again(now: Current, found: ContactChange, at: datetime) -> tuple[Notice, ...]:
    """Return the notices to a new address: what failed at the one before; where there was none, what stands now."""
    request, case = now.request, now.case
    was_missed = now.claims.to_phone or not found.was_reached
    templates = [name for name in now.claims.failed if name in VERSIONS] or ([_newest(now)] if was_missed else [])
    name = f"again-{case.case_id}-{case.version + 1}"
    return tuple(
        notice_to_requester(request, template, at, name=f"{template}-{name}", language=found.language)
        for template in templates
    )


def _newest(now: Current) -> TemplateId:
    """Return the text that says where a request stands: that there is news of it, or that it was received."""
    asked = bool(now.request.asks) or (now.case.status == "information_needed" and is_asked(now.request, now.case))
    ended = now.case.status not in LIVE - {"with_senior_official"} and is_told(now.request, now.case)
    return "news" if asked or ended or now.request.refuted else "acknowledgement"


def _protected(services: CaseServices, now: Current) -> ContactEffect:
    """Make contact unsafe after the request stated protected relief, unless its holder had said that it is safe."""
    found = change_contact(services.seal, now.request, Contact())
    details: dict[str, JsonValue] = {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: False}
    claims = after_contact(now.claims, details)
    duties = open_duties(services.table, now.case.case_id)
    request: RequestFields = {"contact": found.sealed}
    if found.is_unsaid:
        request["deficiencies"] = _lacks(now, Contact(), found)
    return ContactEffect(claims, request, details, duties=duties)
