"""Lists, fields and faults are bounded before they are read: no body costs much more than a valid one of its size."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, get_args, get_origin

import pytest

from casereview.http.json_body import MAX_BYTES, MAX_FIELDS, MAX_VALUES
from casereview.http.problems import ProblemError
from casereview.http.validation import MAX_FAULTS, parse, parse_submission
from casereview.schema.base import Record
from casereview.schema.holder_commands import Update
from casereview.schema.lists import Items
from casereview.schema.submission import Submission
from intake.routes import ROUTES as PUBLIC
from review.routes import ROUTES as STAFF

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
VALID: dict[str, Any] = {
    "requester": {"role": "self"},
    "subject": {"given_name": "Ana", "family_name": "Ruiz"},
    "grounds": "x",
}
FULL = json.dumps({**VALID, "grounds": "\U00010400" * 20_000, "prior_contact": "x" * 200})
"""A valid body of nearly 256 KB."""
_ROOM = MAX_BYTES - 2_000
MOST_TIMES = 20


def refused(raw: str) -> ProblemError:
    with pytest.raises(ProblemError) as found:
        parse_submission(raw, NOW)
    return found.value


def filled(one: str, start: str = '{"x":[', end: str = "1]}") -> str:
    return start + one * (_ROOM // len(one.encode())) + end


def listed(field: str, one: object) -> str:
    many = [one] * (_ROOM // (len(json.dumps(one)) + 2))
    body: dict[str, Any] = json.loads(json.dumps(VALID))
    place = body
    *parents, last = field.split(".")
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = many
    return json.dumps(body)


def keyed(**around: Any) -> str:  # noqa: ANN401  # a body
    return json.dumps({**VALID, **{f"k{number}": 1 for number in range(_ROOM // 13)}, **around})


COSTLY = {
    "numbers for outcomes": listed("outcome_sought", 1),
    "outcomes without end": listed("outcome_sought", "release"),
    "convictions": listed("facts.convictions", {"kind": "x"}),
    "lines of an address": listed("requester.contact.postal.lines", "x"),
    "unknown keys": keyed(),
    "unknown keys of convictions": json.dumps(
        {**VALID, "facts": {"convictions": [{f"k{number}": 1 for number in range(99)}] * 50}}
    ),
    "lists in lists": filled("[" + "1," * 90 + "1],"),
    "objects": filled("{},"),
    "lists of objects": filled("[" + "{}," * 90 + "{}],"),
    "exponents": filled("1e99,"),
    "digits in another script": json.dumps({**VALID, "subject": {"a_number": "\u0661" * 100_000}}, ensure_ascii=False),
    "a long word": json.dumps({**VALID, "requester": {"role": "\u00e9" * 100_000}}, ensure_ascii=False),
    "a long date": json.dumps({**VALID, "subject": {"given_name": "x", "born_on": "\u0661-" * 60_000}}),
    "a long address": json.dumps({**VALID, "requester": {"role": "self", "contact": {"email": "@." * 100_000}}}),
    "invisible characters": json.dumps({**VALID, "grounds": "\u200b" * 80_000}, ensure_ascii=False),
}


def cost(raw: str) -> float:
    """Return the least processor time of several readings."""
    spent = []
    for _ in range(5):
        start = time.process_time()
        try:
            parse_submission(raw, NOW)
        except ProblemError as problem:
            json.dumps(problem.document("en"))
        spent.append(time.process_time() - start)
    return min(spent)


@cache
def cost_of_a_valid_body() -> float:
    parse_submission(json.dumps(VALID), NOW)
    return cost(FULL)


def test_the_valid_body_is_of_that_size() -> None:
    assert _ROOM - 40_000 < len(FULL.encode()) < MAX_BYTES
    parse_submission(FULL, NOW)


@pytest.mark.parametrize("name", COSTLY)
def test_no_body_costs_much_more_than_a_valid_one_of_that_size(name: str) -> None:
    raw = COSTLY[name]
    ratio = cost(raw) / cost_of_a_valid_body()
    assert ratio < MOST_TIMES


@pytest.mark.parametrize("name", COSTLY)
def test_the_answer_to_a_costly_body_stays_small(name: str) -> None:
    problem = refused(COSTLY[name])
    assert len(problem.errors) <= MAX_FAULTS
    assert len(json.dumps(problem.document("en"))) < 10_000


@pytest.mark.parametrize(
    ("raw", "pointer", "most"),
    [
        (listed("outcome_sought", 1), "/outcome_sought", 20),
        (json.dumps({**VALID, "facts": {"convictions": [{"kind": "x"}] * 1_900}}), "/facts/convictions", 50),
        (listed("requester.contact.postal.lines", 1), "/requester/contact/postal/lines", 5),
        (keyed(), "", MAX_FIELDS),
    ],
)
def test_the_length_of_a_list_is_the_fault_that_is_told(raw: str, pointer: str, most: int) -> None:
    [fault] = refused(raw).errors
    assert (fault.pointer, fault.code) == (pointer, "too_many_items")
    assert str(most) in fault.message_in("en")


def test_a_body_with_more_values_than_any_takes_is_refused() -> None:
    raw = json.dumps({**VALID, "x": [[1] * 99 for _ in range(1 + MAX_VALUES // 99)]})
    assert [fault.code for fault in refused(raw).errors] == ["too_many_items"]


def test_51_convictions_are_told_their_limit_and_50_are_taken() -> None:
    for number in (50, 51):
        body = json.dumps({**VALID, "facts": {"convictions": [{"kind": "felony"}] * number}})
        if number == 50:
            parse_submission(body, NOW)
        else:
            assert "50" in refused(body).errors[0].message_in("en")


def test_201_characters_are_told_their_limit() -> None:
    problem = refused(json.dumps({**VALID, "prior_contact": "x" * 201}))
    assert [(fault.code, "200" in fault.message_in("en")) for fault in problem.errors] == [("too_long", True)]


def test_an_empty_list_of_lines_is_too_short() -> None:
    with pytest.raises(ProblemError) as found:
        parse(Update, '{"contact":{"postal":{"lines":[]}}}', NOW)
    assert [fault.code for fault in found.value.errors] == ["too_few_items"]


def _models(part: Any) -> Iterator[type[Record]]:  # noqa: ANN401  # any annotation
    if isinstance(part, type) and issubclass(part, Record):
        yield part
        for field in part.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(part):
        yield from _models(inner)


def _lists(part: Any, bounded: bool = False) -> Iterator[bool]:  # noqa: ANN401, FBT001, FBT002
    """Yield for each list in an annotation whether it is bounded."""
    if get_origin(part) is tuple:
        yield bounded
    here = any(isinstance(inner, Items) for inner in get_args(part))
    for inner in get_args(part):
        yield from _lists(inner, here)


def test_every_list_of_every_body_is_bounded() -> None:
    bodies = {route.body for route in (*PUBLIC, *STAFF) if route.body}
    models = {model for body in bodies for model in _models(body)}
    assert Submission in models
    for model in models:
        for name, field in model.model_fields.items():
            bounded = any(isinstance(one, Items) for one in field.metadata)
            assert all(_lists(field.annotation, bounded)), (model, name)
