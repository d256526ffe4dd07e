from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.http.problems import ProblemError
from casereview.http.validation import parse_submission
from tests.support.bodies import FULL, RECEIVED, SMALLEST, Path, changed, leaves, pointer

CANARY = "zq7canary"


def problem(body: object) -> ProblemError:
    with pytest.raises(ProblemError) as found:
        parse_submission(json.dumps(body), RECEIVED)
    return found.value


def pointers(body: object) -> list[str]:
    found = problem(body)
    assert found.status == 422
    return [fault.pointer for fault in found.errors]


def test_a_role_grounds_and_a_name_are_enough() -> None:
    found = parse_submission(json.dumps(SMALLEST), RECEIVED)
    assert found.subject.given_name == "Ana"
    assert found.contact.channel() == "none"
    assert found.claims.custody is None


def test_a_body_with_every_field_is_accepted() -> None:
    found = parse_submission(json.dumps(FULL).encode(), RECEIVED)
    assert found.subject.a_number == "A000000011"
    assert found.claims.removal_at is not None
    assert found.claims.removal_at.isoformat() == "2022-01-20T10:00:00+00:00"
    assert found.contact.phone == "+12025550123"


OPTIONAL = [path for path in leaves(FULL) if isinstance(path[-1], str) and path[-1] not in {"role", "kind", "grounds"}]


@pytest.mark.parametrize("path", OPTIONAL)
def test_every_optional_field_can_be_null_which_means_unknown(path: Path) -> None:
    given = parse_submission(json.dumps(changed(FULL, path, None)), RECEIVED)
    value: Any = given
    for part in path:
        value = value[part] if isinstance(part, int) else getattr(value, part)
    assert value is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("requester", "role"), "landlord"),
        (("requester", "role"), None),
        (("requester", "authority"), "g-29"),
        (("requester", "contact"), "a@example.org"),
        (("requester", "contact", "email"), "zq7canary"),
        (("requester", "contact", "phone"), "zq7canary"),
        (("requester", "contact", "language"), "zq7canary"),
        (("requester", "contact", "preferred"), "pigeon"),
        (("requester", "contact", "safe_to_contact"), "yes"),
        (("requester", "contact", "interpreter"), 1),
        (("requester", "name"), "x" * 201),
        (("subject", "a_number"), "A12345zq7canary"),
        (("subject", "a_number"), "A000-000-000"),
        (("subject", "a_number"), 12345678),
        (("subject", "born_on"), "2022-01-20"),
        (("subject", "born_on"), "1980-02-30"),
        (("subject", "citizenship"), ["HND"]),
        (("facts", "entered_on"), "2022-02"),
        (("facts", "last_entry_on"), "2023"),
        (("facts", "detained_on"), "2199-01-01"),
        (("facts", "convictions", 0, "convicted_on"), "2022-01-20"),
        (("facts", "convictions", 0, "kind"), "zq7canary"),
        (("facts", "convictions", 0, "sentence_months"), -1),
        (("facts", "convictions", 0, "sentence_months"), 2401),
        (("facts", "convictions"), {"kind": "felony"}),
        (("facts", "convictions"), [{"kind": "felony"}] * 51),
        (("facts", "residence"), "Texas"),
        (("facts", "custody"), "zq7canary"),
        (("facts", "removal_at"), "tomorrow"),
        (("facts", "check_in_on"), "2022-02"),
        (("facts", "removal_soon"), "true"),
        (("facts", "pregnant"), 1),
        (("facts", "minor_children"), -1),
        (("facts", "minor_children"), 100),
        (("facts", "minor_children"), 1.0),
        (("facts", "minor_children"), True),
        (("facts", "minor_children"), "1"),
        (("facts", "gang_participation_age"), 121),
        (("facts", "relief_pending", 0), "zq7canary"),
        (("facts", "relief_pending"), "vawa"),
        (("grounds",), "x" * 32_001),
        (("grounds",), " \n"),
        (("grounds",), None),
        (("outcome_sought",), "release"),
        (("outcome_sought",), ["release"] * 21),
        (("channel",), "telegraph"),
    ],
)
def test_a_malformed_field_is_422_with_its_pointer_and_without_its_value(path: Path, value: object) -> None:
    found = problem(changed(FULL, path, value))
    assert found.status == 422
    assert [fault.pointer for fault in found.errors] == [pointer(path)]
    text = json.dumps(found.document())
    assert CANARY not in text
    assert not any(word in text for word in ("landlord", "pigeon", "tomorrow", "telegraph", "2022-01-20", "1980-02-30"))


@pytest.mark.parametrize(
    "place", [(), ("requester",), ("requester", "contact"), ("subject",), ("facts",), ("facts", "residence")]
)
def test_an_unknown_field_is_422_in_every_object(place: Path) -> None:
    path = (*place, "race")
    found = problem(changed(FULL, path, CANARY))
    assert pointers(changed(FULL, path, CANARY)) == [pointer(path)]
    assert found.errors[0].code == "unknown_field"
    assert CANARY not in json.dumps(found.document())


@pytest.mark.parametrize("field", ["requester", "subject", "grounds"])
def test_a_missing_required_field_is_named(field: str) -> None:
    body = {name: value for name, value in FULL.items() if name != field}
    found = problem(body)
    assert [(fault.pointer, fault.code) for fault in found.errors] == [(f"/{field}", "required")]


@pytest.mark.parametrize(
    "subject", [{}, {"given_name": " "}, {"born_on": "1980"}, {"citizenship": "HND", "a_number": None}]
)
def test_a_request_without_a_number_or_name_is_refused(subject: object) -> None:
    found = problem({**SMALLEST, "subject": subject})
    assert [(fault.pointer, fault.code) for fault in found.errors] == [("/subject", "a_number_or_name_required")]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("requester",), "x", "wrong_type"),
        (("requester", "role"), "landlord", "not_allowed"),
        (("requester", "role"), None, "required"),
        (("requester", "name"), "x" * 201, "too_long"),
        (("requester", "contact", "email"), "nobody", "not_an_email_address"),
        (("requester", "contact", "email"), "nobody@localhost", "not_an_email_address"),
        (("requester", "contact", "phone"), "call me", "not_a_phone_number"),
        (("requester", "contact", "phone"), "555 0123", "not_a_phone_number"),
        (("requester", "contact", "language"), "klingon", "not_a_language_tag"),
        (("requester", "contact", "interpreter"), 1, "wrong_type"),
        (("subject", "a_number"), "A000-000-000", "not_an_a_number"),
        (("subject", "born_on"), "yesterday", "not_a_date"),
        (("subject", "born_on"), "1980-02-30", "impossible_date"),
        (("subject", "born_on"), "1899", "year_out_of_range"),
        (("facts", "entered_on"), "2022-02", "in_the_future"),
        (("facts", "check_in_on"), "2022-02", "not_a_date"),
        (("facts", "removal_at"), "2022-02-03T10:00:00", "not_a_time"),
        (("facts", "removal_at"), "2022-02-30T10:00:00Z", "impossible_time"),
        (("facts", "removal_at"), "2201-01-01T10:00:00Z", "year_out_of_range"),
        (("facts", "minor_children"), -1, "number_too_small"),
        (("facts", "minor_children"), 100, "number_too_large"),
        (("facts", "minor_children"), 10**30, "number_too_large"),
        (("facts", "minor_children"), 0.5, "wrong_type"),
        (("facts", "convictions"), [{"kind": "felony"}] * 51, "too_many_items"),
        (("outcome_sought",), "release", "wrong_type"),
    ],
)
def test_each_error_has_its_code(path: Path, value: object, code: str) -> None:
    found = problem(changed(FULL, path, value))
    assert [(fault.pointer, fault.code) for fault in found.errors] == [(pointer(path), code)]


def test_a_message_names_the_limit_or_the_allowed_values_but_not_the_value() -> None:
    (many,) = problem(changed(FULL, ("facts", "convictions"), [{"kind": "felony"}] * 51)).errors
    assert many.message_in("en") == "This must have at most 50 items."
    assert many.message_in("es-MX") == "Esta lista debe tener como máximo 50 elementos."
    (choice,) = problem(changed(FULL, ("facts", "custody"), CANARY)).errors
    assert choice.message_in("en") == "This must be one of: 'detained', 'not_detained', 'unknown'."
    assert choice.message_in("ru").endswith(": 'detained', 'not_detained', 'unknown'.")


def test_at_most_fifty_errors_are_shown() -> None:
    assert len(problem({**SMALLEST, **{f"field-{number}": 1 for number in range(60)}}).errors) == 50


def test_all_errors_are_reported_together() -> None:
    body = changed(changed(FULL, ("grounds",), 1), ("subject", "a_number"), "1")
    assert sorted(pointers(body)) == ["/grounds", "/subject/a_number"]


def test_statements_and_grounds_hold_32000_characters_and_names_200() -> None:
    body = changed(changed(FULL, ("grounds",), "\u00e9" * 32_000), ("subject", "given_name"), "\u00e9" * 200)
    assert len(parse_submission(json.dumps(body, ensure_ascii=False), RECEIVED).grounds) == 32_000


@pytest.mark.parametrize("raw", ["", "[]", "{", '{"grounds": "a", "grounds": "a"}', b"\xff"])
def test_a_body_that_cannot_be_read_is_400(raw: bytes | str) -> None:
    with pytest.raises(ProblemError) as found:
        parse_submission(raw, RECEIVED)
    assert found.value.status == 400


def test_a_number_that_overflows_to_infinity_is_refused() -> None:
    with pytest.raises(ProblemError) as found:
        parse_submission('{"grounds": 1e999}', RECEIVED)
    assert found.value.status == 422


@given(
    st.sampled_from(leaves(FULL)),
    st.one_of(
        st.just({CANARY: CANARY}),
        st.just([CANARY]),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=300).map(lambda text: CANARY + text),
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(),
    ),
)
def test_any_value_in_any_field_is_accepted_or_refused_with_a_pointer_and_not_echoed(path: Path, value: object) -> None:
    try:
        parse_submission(json.dumps(changed(FULL, path, value)), RECEIVED)
    except ProblemError as refused:
        found = refused.document()
    else:
        return
    assert found["type"] == "/problems/invalid"
    message = " ".join(error["message"] for error in found["errors"])  # type: ignore[attr-defined]  # a list
    assert "invalid_value" not in {error["code"] for error in found["errors"]}  # type: ignore[attr-defined]
    assert CANARY not in message
    assert all(error["pointer"].startswith(pointer(path)) for error in found["errors"])  # type: ignore[attr-defined]
