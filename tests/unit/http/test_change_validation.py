from __future__ import annotations

import json
from typing import TypeVar

import pytest
from pydantic import BaseModel

from casereview.http.problems import ProblemError
from casereview.http.validation import parse
from casereview.schema.holder_commands import Escalation, Nothing, Update
from tests.support.bodies import RECEIVED

Body = TypeVar("Body", bound=BaseModel)


def pointers(body: object, kind: type[Body]) -> list[str]:
    with pytest.raises(ProblemError) as found:
        parse(kind, json.dumps(body), RECEIVED)
    assert found.value.status == 422
    return [fault.pointer for fault in found.value.errors]


def test_an_update_must_change_a_field_and_null_means_unknown() -> None:
    assert pointers({}, Update) == [""]
    assert pointers({"facts": None, "statement": " "}, Update) == [""]
    found = parse(Update, '{"facts": {"custody": null}}', RECEIVED)
    assert found.facts is not None
    assert found.facts.model_fields_set == {"custody"}


def test_a_withdrawal_has_an_empty_body_and_an_escalation_a_statement() -> None:
    assert parse(Nothing, "{}", RECEIVED) == Nothing()
    assert pointers({"why": "x"}, Nothing) == ["/why"]
    assert parse(Escalation, '{"statement": " again "}', RECEIVED).statement == "again"
    assert pointers({"statement": ""}, Escalation) == ["/statement"]
