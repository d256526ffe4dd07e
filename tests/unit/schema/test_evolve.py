"""Changes of records are checked by the type checker and at run time.

mypy must report an error at each ``type: ignore`` below; otherwise it would report an unused ignore.
"""

from __future__ import annotations

from typing import Any, get_type_hints

import pytest
from pydantic import ValidationError

from casereview.schema import field_sets
from casereview.schema.addresses import AddressSends, NoticeGroup
from casereview.schema.base import Record, read_leniently
from casereview.schema.decision_records import FinalDecision, NeededApproval
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Event, Filing
from casereview.schema.evidence import Claims, Finding, Findings
from casereview.schema.facts import Facts
from casereview.schema.field_sets import CaseFields
from casereview.schema.notice_records import Notice
from casereview.schema.office_records import Lookups
from casereview.schema.policy_records import PolicyHead, Preview, Switch
from casereview.schema.records import Case, FirstLookClock, Hold
from casereview.schema.request_records import Request
from casereview.schema.submission import Contact
from tests.support.case_histories import NOW, event, notice, queued

FIELD_SETS: dict[type[Record], Any] = {
    AddressSends: field_sets.AddressSendsFields,
    Case: field_sets.CaseFields,
    Claims: field_sets.ClaimsFields,
    Duty: field_sets.DutyFields,
    Event: field_sets.EventFields,
    Facts: field_sets.FactsFields,
    Finding: field_sets.FindingFields,
    Findings: field_sets.FindingsFields,
    Filing: field_sets.FilingFields,
    FinalDecision: field_sets.FinalDecisionFields,
    FirstLookClock: field_sets.FirstLookFields,
    Hold: field_sets.HoldFields,
    Lookups: field_sets.LookupsFields,
    NeededApproval: field_sets.NeededApprovalFields,
    Notice: field_sets.NoticeFields,
    NoticeGroup: field_sets.NoticeGroupFields,
    PolicyHead: field_sets.PolicyHeadFields,
    Preview: field_sets.PreviewFields,
    Request: field_sets.RequestFields,
    Switch: field_sets.SwitchFields,
}


@pytest.mark.parametrize("model", FIELD_SETS, ids=lambda model: model.__name__)
def test_a_field_set_has_the_fields_of_its_record_with_their_types(model: type[Record]) -> None:
    fields = get_type_hints(model)
    own = {name: fields[name] for name in model.model_fields if name != "schema_version"}
    assert get_type_hints(FIELD_SETS[model]) == own
    assert FIELD_SETS[model].__required_keys__ == frozenset()


def test_every_field_set_belongs_to_a_record() -> None:
    named = {name for name in vars(field_sets) if name.endswith("Fields")}
    assert named == {fields.__name__ for fields in FIELD_SETS.values()}


def test_evolve_leaves_other_fields_unchanged() -> None:
    before = queued(office="SNA", flags=("verify",))
    after = before.evolve(status="in_review", version=2)
    assert (before.status, before.version) == ("in_line", 1)
    changed = {"status": "in_review", "version": 2}
    assert after.model_dump() == {**before.model_dump(), **changed}


def test_field_sets_can_be_combined_and_passed_to_evolve() -> None:
    closed: CaseFields = {"status": "closed", "hold": None}
    changes: CaseFields = {**closed, "live": 0}
    after = queued(hold={"by": "omar"}).evolve(**changes)
    assert (after.status, after.hold, after.live) == ("closed", None, 0)


def test_mypy_and_evolve_reject_a_misspelt_field() -> None:
    with pytest.raises(ValidationError):
        queued().evolve(ofice="SNA")  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        event(1).evolve(claim=None)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        notice().evolve(lease_untill=NOW)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Facts().evolve(pregnent=True)  # type: ignore[call-arg]


def test_mypy_and_evolve_reject_a_value_outside_its_enumeration() -> None:
    with pytest.raises(ValidationError):
        queued().evolve(status="in_revue")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        event(1).evolve(kind="claimd")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        notice().evolve(state="posted")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Facts().evolve(relief_pending=("assylum",))  # type: ignore[arg-type]


def test_mypy_and_evolve_reject_a_field_set_with_a_misspelt_field_or_wrong_value() -> None:
    misspelt: CaseFields = {"ofice": "SNA"}  # type: ignore[typeddict-unknown-key]
    wrong: CaseFields = {"status": "in_revue"}  # type: ignore[typeddict-item]
    for changes in (misspelt, wrong):
        with pytest.raises(ValidationError):
            queued().evolve(**changes)


def test_evolve_rejects_a_value_of_the_wrong_type() -> None:
    with pytest.raises(ValidationError):
        queued().evolve(rank_at="soon")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        queued().evolve(version=None)  # type: ignore[arg-type]


def test_changed_facts_are_added_to_the_stated_ones() -> None:
    stated = Facts(pregnant=None, custody="detained")
    changed = stated.evolve(birth_year=1980)
    assert changed.model_fields_set == {"pregnant", "custody", "birth_year"}
    assert event(1, claims=stated).evolve(version=2).claims == stated


def test_merging_contacts_changes_only_stated_fields() -> None:
    before = Contact(email="ana@example.org", language="es")
    after = before.merged(Contact(email=None, safe_to_contact=False))
    assert (after.email, after.language, after.safe_to_contact) == (None, "es", False)


def test_merging_keeps_the_unknown_attributes_of_both_records() -> None:
    before = read_leniently(Contact, {"email": "ana@example.org", "pager": 1, "fax": 2})
    after = before.merged(read_leniently(Contact, {"phone": None, "pager": 3}))
    assert after.unknown_attributes == {"pager": 3, "fax": 2}
