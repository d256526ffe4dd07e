"""The schemas of the OpenAPI document accept and refuse the same bodies as the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from casereview.http.problems import ProblemError
from casereview.http.validation import parse
from casereview.schema.holder_commands import Escalation, Update, Withdrawal
from casereview.schema.submission import Submission, SubmissionParts
from infra.paths import ROOT
from tests.support.system import body

if TYPE_CHECKING:
    from pydantic import BaseModel

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
BODIES: tuple[type[BaseModel], ...] = (Submission, SubmissionParts, Update, Escalation, Withdrawal)
DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
FULL: dict[str, Any] = {
    "requester": {
        "role": "attorney",
        "name": "Lee Example",
        "organization": "Example Legal Aid",
        "relationship": "counsel",
        "own_reference": "12-34",
        "prepared_by": {"name": "Eva Diaz", "organization": "Legal Aid", "language": "quc"},
        "authority": "g28",
        "contact": {
            "email": "lee@example.org",
            "phone": "+1 404 555 0142",
            "postal": {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040-1234"},
            "leave_message": True,
            "call_times": "After six.",
            "preferred": "sms",
            "language": "pa-Arab",
            "spoken_language": "quc",
            "safe_to_contact": True,
            "interpreter": False,
        },
    },
    "subject": {
        "a_number": "A000-000-011",
        "given_name": "Ana",
        "family_name": "Example",
        "one_name": False,
        "born_on": "1980-02-29",
        "citizenship": "HND",
        "uscis_receipt": "IOE0000000000",
    },
    "facts": {
        "custody": "detained",
        "detained_on": "2026-11",
        "facility": "STWRTGA",
        "residence": {"state": "TX", "county": "Webb"},
        "removal_order": "final",
        "removal_at": "2026-11-26T03:00:00-05:00",
        "removal_soon": False,
        "check_in_on": "2026-12-01",
        "entered_on": "2006",
        "last_entry_on": "2010-01-02",
        "entry": "unlawful",
        "convictions": [
            {
                "offense": "shoplifting",
                "kind": "misdemeanor",
                "convicted_on": "2012",
                "sentence_months": 2400,
                "vacated": False,
                "expunged": False,
            }
        ],
        "gang_participation_age": 120,
        "national_security_concern": False,
        "serious_illness": True,
        "pregnant": False,
        "disability": False,
        "mental_condition": False,
        "minor_children": 99,
        "us_citizen_children": 0,
        "sole_caregiver": True,
        "family_hardship": False,
        "relief_pending": ["vawa"],
        "military_service": "none",
        "victim_or_witness": False,
        "rehabilitation": False,
        "former_unaccompanied_child": False,
        "claims_us_citizenship": False,
    },
    "grounds": "I have lived here for twenty years.",
    "outcome_sought": ["release"],
    "prior_contact": "a letter",
    "channel": "letter",
}
"""A request with every field."""


@cache
def _schema(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _schema_accepts(model: type[BaseModel], given: object) -> bool:
    return bool(_schema(model.__name__).is_valid(given))


def _code_accepts(model: type[BaseModel], given: object) -> bool:
    try:
        parse(model, json.dumps(given), NOW)
    except ProblemError:
        return False
    return True


def _facts(**facts: object) -> dict[str, Any]:
    return body(facts=facts)


def _examples() -> Iterator[tuple[str, dict[str, Any]]]:
    for item in DOCUMENT["paths"].values():
        for operation in item.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for example in content.get("examples", {}).values():
                yield content["schema"]["$ref"].rpartition("/")[2], example["value"]


def test_every_example_is_accepted() -> None:
    models = {model.__name__: model for model in BODIES}
    shown = list(_examples())
    assert {name for name, _ in shown} == {"Submission", "SubmissionParts", "Update", "Escalation", "Withdrawal"}
    for name, value in shown:
        assert _schema_accepts(models[name], value), value
        assert _code_accepts(models[name], value), value


GOOD: dict[str, tuple[type[BaseModel], Any]] = {
    "every field": (Submission, FULL),
    "a name instead of an A-number": (Submission, {**body(), "subject": {"family_name": "x"}}),
    "only an A-number": (Submission, {**body(), "subject": {"a_number": "a 000.000.099"}}),
    "an A-number of seven digits": (Submission, body(subject={"a_number": "#1234567"})),
    "facts that are blank": (Submission, {**body(), "facts": " "}),
    "grounds of full length": (Submission, body(grounds="x" * 32_000)),
    "a bare date for a removal": (Submission, _facts(removal_at="2026-12-01")),
    "a time without seconds": (Submission, _facts(removal_at="2026-12-01T10:00Z")),
    "a time with nanoseconds": (Submission, _facts(removal_at="2026-12-01t10:00:00.123456789+05:30")),
    "the last hour of 1899 elsewhere": (Submission, _facts(removal_at="1899-12-31T23:30:00-01:00")),
    "a conviction of unknown kind": (Submission, _facts(convictions=[{"kind": "unknown"}])),
    "no convictions": (Submission, _facts(convictions=[])),
    "an international domain": (Submission, body(requester={"contact": {"email": "ana@bücher.example"}})),
    "a number as people write it": (Submission, body(requester={"contact": {"phone": "(404) 555-0142 x3"}})),
    "a private language": (Submission, body(requester={"contact": {"language": "x-mam"}})),
    "a registered language of old": (Submission, body(requester={"contact": {"language": "i-navajo"}})),
    "a fact that is unknown again": (Update, {"facts": {"removal_at": None}}),
    "an address that is no more": (Update, {"contact": {"email": None}, "statement": None}),
    "a statement": (Update, {"statement": "x"}),
    "a statement for the official": (Escalation, {"statement": "x"}),
    "a withdrawal": (Withdrawal, {}),
    "a withdrawal that is taken back": (Withdrawal, {"undo": True}),
    "a withdrawal that is not taken back": (Withdrawal, {"undo": None}),
}
BAD: dict[str, tuple[type[BaseModel], Any]] = {
    "no requester": (Submission, {**body(), "requester": None}),
    "a wrong role": (Submission, body(requester={"role": "boss"})),
    "nobody": (Submission, {**body(), "subject": {"born_on": "1980"}}),
    "a blank name": (Submission, {**body(), "subject": {"given_name": " "}}),
    "an A-number of zeros": (Submission, body(subject={"a_number": "A000-000-000"})),
    "an A-number of ten digits": (Submission, body(subject={"a_number": "A1234567890"})),
    "an A-number after another letter": (Submission, body(subject={"a_number": "B12345678"})),
    "grounds that are too long": (Submission, body(grounds="x" * 32_001)),
    "an unknown fact": (Submission, _facts(gang="x")),
    "an impossible day": (Submission, _facts(entered_on="2006-02-30")),
    "an impossible month": (Submission, _facts(entered_on="2006-13")),
    "a year before the first": (Submission, _facts(entered_on="1899")),
    "a check-in without a day": (Submission, _facts(check_in_on="2026-12")),
    "a time without offset": (Submission, _facts(removal_at="2026-12-01T10:00:00")),
    "a leap second": (Submission, _facts(removal_at="2026-12-31T23:59:60Z")),
    "an impossible removal day": (Submission, _facts(removal_at="2026-02-30T10:00:00Z")),
    "a text for a number": (Submission, _facts(minor_children="2")),
    "a hundred children": (Submission, _facts(minor_children=100)),
    "a number for yes": (Submission, _facts(pregnant=1)),
    "a conviction without kind": (Submission, _facts(convictions=[{"offense": "x"}])),
    "too many convictions": (Submission, _facts(convictions=[{"kind": "felony"}] * 51)),
    "a blank outcome": (Submission, body(outcome_sought=[""])),
    "an e-mail without domain": (Submission, body(requester={"contact": {"email": "nobody"}})),
    "a language with a blank": (Submission, body(requester={"contact": {"language": "mon dieu"}})),
    "a language that is a number": (Submission, body(requester={"contact": {"language": "0-a"}})),
    "a long name": (Submission, body(subject={"given_name": "x" * 201})),
    "no change": (Update, {}),
    "facts that state nothing": (Update, {"facts": {}}),
    "a contact that states nothing": (Update, {"contact": {}, "statement": None}),
    "null for every change": (Update, {"facts": None, "contact": None, "statement": None}),
    "blank for every change": (Update, {"facts": "", "contact": "", "statement": " "}),
    "a blank statement": (Escalation, {"statement": " \n"}),
    "a reason for a withdrawal": (Withdrawal, {"why": "x"}),
    "no for taking back": (Withdrawal, {"undo": False}),
}
REFUSED_BY_CODE_ONLY: dict[str, tuple[type[BaseModel], Any]] = {
    "a future entry": (Submission, _facts(entered_on="2026-11-26")),
    "a whole number written as a fraction": (Submission, _facts(minor_children=1.0)),
    "an impossible day in a time without seconds": (Submission, _facts(removal_at="2026-02-30T10:00Z")),
    "a language that is not registered": (Submission, body(requester={"contact": {"language": "klingon"}})),
    "words for a phone": (Submission, body(requester={"contact": {"phone": "call me"}})),
    "a domain without a dot": (Submission, body(requester={"contact": {"email": "ana@localhost"}})),
}
"""Rules that a JSON Schema cannot express; the descriptions state them."""
REFUSED_BY_SCHEMA_ONLY: dict[str, tuple[type[BaseModel], Any]] = {
    "blanks around a choice": (Submission, _facts(custody=" detained ")),
    "blanks beyond the length": (Submission, body(subject={"given_name": "x" * 200 + " "})),
}
"""The code removes whitespace around strings before validation, as the document's description says."""


@pytest.mark.parametrize("name", GOOD)
def test_schema_and_code_accept_valid_bodies(name: str) -> None:
    model, given = GOOD[name]
    assert _code_accepts(model, given)
    _schema(model.__name__).validate(given)


@pytest.mark.parametrize("name", BAD)
def test_schema_and_code_refuse_invalid_bodies(name: str) -> None:
    model, given = BAD[name]
    assert not _code_accepts(model, given)
    assert not _schema_accepts(model, given)


@pytest.mark.parametrize("name", REFUSED_BY_CODE_ONLY)
def test_the_code_refuses_what_a_schema_cannot_express(name: str) -> None:
    model, given = REFUSED_BY_CODE_ONLY[name]
    assert not _code_accepts(model, given)
    assert _schema_accepts(model, given)


@pytest.mark.parametrize("name", REFUSED_BY_SCHEMA_ONLY)
def test_the_code_accepts_whitespace_around_a_string(name: str) -> None:
    model, given = REFUSED_BY_SCHEMA_ONLY[name]
    assert _code_accepts(model, given)
    assert not _schema_accepts(model, given)


FieldPath = tuple[str | int, ...]
UNUSUAL: tuple[Any, ...] = (
    None, "", " ", "\t\n", "x", "none", "unknown", "self", "es", "2006", "2006-02", "2006-02-28", "2006-02-30",
    "2006-2-3", "20060203", "2006-02-03T10:00:00Z", "2006-02-03T24:00:00Z", "1899-12-31", "2200-01-01", "A12345678",
    "12 34 56 7", "0" * 9, "x" * 100, "x" * 201, "-1", "true", True, False, -1, 0, 1, 99, 100, 120, 121, 2401, 10**30,
    0.5, [], [""], [None], ["release"], ["vawa"], [{}], [{"kind": "felony"}], {}, {"state": "TX"}, {"x": 1},
)  # fmt: skip
LENIENT = {"email", "phone", "language"}
"""Fields whose rules a schema can express only in part."""


def _field_paths() -> list[tuple[FieldPath, bool]]:
    """Return the path of every field of a request, and whether the field is required."""
    required: set[FieldPath] = {("requester",), ("requester", "role"), ("subject",), ("grounds",)}
    required |= {("facts", "convictions", 0, "kind"), ("requester", "contact", "postal", "lines")}
    return [(path, path in required) for path in _places(FULL, ())]


def _places(value: object, above: FieldPath) -> Iterator[FieldPath]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*above, index))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield (*above, name)
            yield from _places(item, (*above, name))


def _changed(path: FieldPath, value: object) -> dict[str, Any]:
    """Return the full request with one field replaced."""
    found = deepcopy(FULL)
    within: Any = found
    for part in path[:-1]:
        within = within[part]
    within[path[-1]] = value
    return found


def test_the_full_request_has_every_field_of_the_schema() -> None:
    named = {part for path, _ in _field_paths() for part in path if isinstance(part, str)}
    schemas = DOCUMENT["components"]["schemas"]
    models = (
        "Submission",
        "Requester",
        "Contact",
        "PostalAddress",
        "Subject",
        "FactClaims",
        "Residence",
        "ConvictionClaim",
    )
    assert named == {name for model in models for name in schemas[model]["properties"]}


@pytest.mark.parametrize("path", [path for path, _ in _field_paths()], ids=lambda path: ".".join(map(str, path)))
def test_schema_and_code_agree_on_unusual_values(path: FieldPath) -> None:
    for value in UNUSUAL:
        given = _changed(path, value)
        by_schema, by_code = _schema_accepts(Submission, given), _code_accepts(Submission, given)
        assert by_schema == by_code or (by_schema and path[-1] in LENIENT), value


def test_optional_fields_can_be_null_or_blank_and_required_ones_cannot() -> None:
    """Absent, null and blank mean the same; only required fields must have a value."""
    for path, required in _field_paths():
        for missing in (None, "", " \n"):
            given = _changed(path, missing)
            assert _schema_accepts(Submission, given) is _code_accepts(Submission, given) is not required, (
                path,
                missing,
            )
