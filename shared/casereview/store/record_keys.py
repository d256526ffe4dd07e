"""The key of each kind of record in the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from casereview.schema.addresses import AddressSends, CoveredNotice
from casereview.schema.base import rfc3339
from casereview.schema.draft_records import DecisionDraft
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Correction, Event, Read
from casereview.schema.evidence import Claims, Findings, Text
from casereview.schema.notice_records import Notice, Suppression
from casereview.schema.office_records import Lookups, Officer, ReasonUse, Snapshot
from casereview.schema.person_records import NameCase, PersonCase
from casereview.schema.policy_records import (
    PolicyAuthor,
    PolicyHead,
    PolicyInForce,
    PolicyReason,
    PolicyRecord,
    PolicyText,
    Preview,
    Switch,
)
from casereview.schema.records import Case, Guard, Stored
from casereview.schema.request_records import Request
from casereview.schema.waits import Bands, UsualWaits, Wait
from casereview.store import keys
from casereview.store.keys import Key

_KEYS: dict[type[Stored], Callable[[Any], Key]] = {
    Case: lambda case: keys.case(case.case_id),
    Event: lambda event: keys.event(event.case_id, event.version),
    Notice: lambda notice: keys.notice(notice.case_id, notice.notice_id),
    Request: lambda request: keys.request(request.receipt),
    Claims: lambda claims: keys.claims(claims.case_id, claims.receipt),
    Findings: lambda findings: keys.findings(findings.case_id),
    Duty: lambda duty: keys.duty(duty.case_id, duty.duty_id),
    Text: lambda text: keys.text(text.owner, text.text_id),
    DecisionDraft: lambda draft: keys.decision_draft(draft.case_id),
    Guard: lambda guard: keys.guard(guard.person),
    PersonCase: lambda one: keys.person_case(one.person, one.case),
    NameCase: lambda one: keys.name_case(one.name, one.case),
    Suppression: lambda suppression: keys.suppression(suppression.address),
    AddressSends: lambda sends: keys.address_sends(sends.address),
    CoveredNotice: lambda one: keys.covered_notice(one.address, (one.by_case, one.by_notice), (one.case, one.notice)),
    Officer: lambda officer: keys.officer(officer.user),
    Lookups: lambda lookups: keys.lookups(lookups.user, rfc3339(lookups.hour)),
    ReasonUse: lambda use: keys.reason_use(use.reason),
    Snapshot: lambda snapshot: keys.snapshot(snapshot.office),
    Correction: lambda correction: keys.correction(correction.case_id, correction.event),
    Read: lambda read: keys.read(read.case_id, read.read_id),
    PolicyHead: lambda head: (keys.approved_head if head.state == "approved" else keys.policy_draft)(head.policy_id),
    PolicyText: lambda text: keys.policy_text(text.policy_id, text.digest),
    PolicyReason: lambda reason: keys.policy_reason(reason.policy_id),
    PolicyAuthor: lambda author: keys.policy_author(author.author),
    PolicyRecord: lambda policy: keys.policy(policy.policy_id),
    PolicyInForce: lambda _policy: keys.IN_FORCE,
    Switch: lambda _switch: keys.SWITCH,
    Preview: lambda preview: keys.preview(preview.policy_id, preview.office),
    Wait: lambda wait: keys.wait(wait.office, wait.lane, rfc3339(wait.decided_at), wait.unique),
    UsualWaits: lambda waits: keys.usual_waits(waits.office),
    Bands: lambda bands: keys.bands(bands.office),
}


RECORDS: Final = tuple(_KEYS)
"""Every kind of record that the table stores."""


def key_of(record: Stored) -> Key:
    """Return the key of a record.

    Raises:
        KeyError: The table stores no records of this kind.
    """
    return _KEYS[type(record)](record)
