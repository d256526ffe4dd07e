"""The effect of an update on the contact of its request, and on the calls that the office has to make."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.disclosure import is_asked, is_told
from casereview.cases.lifecycle import LIVE
from casereview.cases.telephone import without_phone_flag
from casereview.evidence.fold import MAY_BE_CALLED, NEW_ADDRESS
from casereview.notices.catalog import VERSIONS
from casereview.notices.pending import notice_to_requester
from casereview.schema.evidence import Claims
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.submission import Contact
from casereview.schema.vocabulary import TemplateId
from casereview.usecases.contacts import ContactChange, change_contact, is_suppressed
from casereview.usecases.services import CaseServices
from intake.change_request import Current

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, RequestFields


class ContactEffect(NamedTuple):
    """The effect of an update on the contact, where it has any."""

    claims: Claims
    request: RequestFields
    details: dict[str, JsonValue]
    """What the event stores unencrypted."""
    notices: tuple[Notice, ...] = ()
    """What could not be delivered before, to be sent to the new address."""

    def on_case(self, case: Case, at: datetime) -> CaseFields:
        """Return the fields of the case that change: a call that is no longer allowed is no longer asked for.

        The worker sets the flag again if another requester must be called, and removes it if a new address was given.
        """
        changes: CaseFields = {"rank_at": at} if case.status in LIVE and self.request else {}
        return changes if self.claims.may_be_called else {**changes, "flags": without_phone_flag(case.flags)}


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
    if stated:
        return _changed(services, now, stated, at)
    return _protected(services, now) if protects else ContactEffect(now.claims, {}, {})


def _changed(services: CaseServices, now: Current, stated: Contact, at: datetime) -> ContactEffect:
    """Seal a new contact; store unencrypted only whether the requester may be called, and whether an address is new.

    An address on the suppression list does not count as new; another one gets what could not be delivered. A withdrawal
    that waits for a supervisor is cancelled: whoever asked for it may not be whoever can now be reached.
    """
    found = change_contact(services.seal, now.request, stated)
    new = found.new_address is not None and not is_suppressed(services.table, services.macs, found.new_address)
    claims = now.claims.evolve(may_be_called=found.may_be_called, withdrawal_by=None)
    again = _again(now, found, at) if new else ()
    if new:
        claims = claims.evolve(to_phone=False, failed=())
    request: RequestFields = {"contact": found.sealed, "contact_changed_at": at, "withdrawal_by": None}
    return ContactEffect(claims, request, {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: new}, again)


def _again(now: Current, found: ContactChange, at: datetime) -> tuple[Notice, ...]:
    """Return the notices to a new address: what failed at the one before; where there was none, what stands now."""
    request, case = now.request, now.case
    if request.state != "live":
        return ()
    is_missing = now.claims.to_phone or not found.was_reached
    templates = [name for name in now.claims.failed if name in VERSIONS] or ([_newest(now)] if is_missing else [])
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
    claims = now.claims.evolve(may_be_called=found.may_be_called)
    return ContactEffect(claims, {"contact": found.sealed}, {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: False})
