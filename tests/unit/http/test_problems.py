from __future__ import annotations

import json
from http import HTTPStatus
from typing import get_args

import pytest

from casereview.http.problem_types import PROBLEMS, ProblemType, problem_types
from casereview.http.problems import (
    Fault,
    ProblemError,
    forbidden,
    invalid,
    malformed,
    no_such_case,
    no_such_request,
    problem,
    wrong_state,
)
from casereview.policy.errors import DocumentCheck
from casereview.schema.error_codes import MEANINGS, ErrorCode

TYPES = get_args(ProblemType)


def test_the_table_has_every_type_with_a_unique_title() -> None:
    assert PROBLEMS.keys() == set(TYPES) == set(problem_types())
    assert len({kind.title for kind in PROBLEMS.values()}) == len(TYPES)
    assert all(kind.title and kind.meaning.endswith(".") and kind.remedy.endswith(".") for kind in PROBLEMS.values())


def test_every_code_has_a_unique_meaning() -> None:
    assert MEANINGS.keys() == set(get_args(ErrorCode))
    assert len(set(MEANINGS.values())) == len(MEANINGS)


def test_no_code_is_the_name_of_a_type() -> None:
    """The default code of an error is the name of its type; no other code can be mistaken for it."""
    by_type = {type_.replace("-", "_") for type_ in TYPES}
    assert not by_type & {*get_args(ErrorCode), *get_args(DocumentCheck)}


@pytest.mark.parametrize("type_", TYPES)
def test_a_problem_without_errors_has_one_with_the_meaning_of_its_type(type_: ProblemType) -> None:
    kind, found = PROBLEMS[type_], ProblemError(type_)
    error = {"pointer": "", "code": type_.replace("-", "_"), "message": kind.meaning}
    assert found.document() == {
        "type": f"/problems/{type_}",
        "title": kind.title,
        "status": int(kind.status),
        "errors": [error] if kind.status < HTTPStatus.INTERNAL_SERVER_ERROR else [],
    }
    assert json.loads(json.dumps(found.document())) == found.document()
    assert str(found) == kind.title


@pytest.mark.parametrize(
    ("found", "status", "code"),
    [
        (malformed("cursor", "invalid_cursor", "x"), 400, "invalid_cursor"),
        (forbidden("other_office", "x"), 403, "other_office"),
        (no_such_request(), 404, "no_such_request"),
        (no_such_case("/case_id"), 404, "no_such_case"),
        (wrong_state("case_ended", "x"), 409, "case_ended"),
        (problem("own-decision", "x"), 409, "own_decision"),
        (invalid("/a", "required", "x"), 422, "required"),
    ],
)
def test_each_constructor_sets_the_status_and_the_code(found: ProblemError, status: int, code: str) -> None:
    assert (found.status, [fault.code for fault in found.errors]) == (status, [code])


def test_a_problem_requires_a_known_type_and_an_error_requires_a_code() -> None:
    with pytest.raises(TypeError, match="type_"):
        ProblemError()  # type: ignore[call-arg]  # and mypy refuses it as well
    with pytest.raises(KeyError, match="nonsense"):
        ProblemError("nonsense")  # type: ignore[arg-type]  # and mypy refuses it as well
    with pytest.raises(TypeError, match="message"):
        Fault("/a", "required")  # type: ignore[call-arg]  # and mypy refuses it as well
