"""Whatever the public API refuses, it can say in every language: its problem types and its error codes have texts."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final, get_args

import pytest

from casereview.cases.deficiencies import FIELDS
from casereview.http.problem_types import PROBLEMS
from casereview.http.validation import PYDANTIC_ERRORS
from casereview.schema.error_codes import ErrorCode
from casereview.schema.languages import LANGUAGES
from casereview.schema.vocabulary import DeficiencyCode
from casereview.texts.catalog import CODES, texts_in
from infra.paths import ROOT
from intake.routes import ROUTES

SOURCES: Final = (
    *(ROOT / "functions/intake/intake").glob("*.py"),
    *(ROOT / "shared/casereview/http").glob("*.py"),
    *(ROOT / "shared/casereview/usecases" / f"{name}.py" for name in ("file_request", "new_request", "contacts")),
    *(ROOT / "shared/casereview/schema" / f"{name}.py" for name in ("fields", "identifiers", "submission")),
)
"""The files that refuse requests of the public API."""
STAFF_ONLY: Final = {"no_such_case", "no_such_duty", "exactly_one_required"}
"""Codes in these files with which only the staff API refuses."""
SEVERAL_TEXTS: Final = {"wrong_type"}
"""Codes that have a text for each of several cases."""
ALWAYS_EXPLAINED: Final = {"malformed", "invalid", "not-found", "wrong-state"}
"""Types whose errors always have codes of their own."""
PUBLIC_TYPES: Final = sorted({type_ for route in ROUTES for type_ in route.refusals})


def codes_in_sources() -> set[str]:
    """Return the error codes that occur in the files, as strings."""
    strings = {found for path in SOURCES for found in re.findall(r'"(\w+)"', path.read_text(encoding="utf-8"))}
    return strings & set(get_args(ErrorCode))


@pytest.mark.parametrize("type_", PUBLIC_TYPES)
def test_every_problem_type_of_a_public_route_has_a_title_and_a_message(type_: str) -> None:
    kind = next(kind for name, kind in PROBLEMS.items() if name == type_)
    for language in LANGUAGES:
        assert type_ in texts_in(language).titles
    if kind.status < HTTPStatus.INTERNAL_SERVER_ERROR and type_ not in ALWAYS_EXPLAINED:
        assert type_.replace("-", "_") in CODES


def test_every_error_code_of_the_public_api_has_a_text() -> None:
    found = codes_in_sources()
    assert {"required", "not_json", "no_such_request", "unknown_state"} <= found
    assert found - STAFF_ONLY - SEVERAL_TEXTS - CODES == set()
    assert {text for _code, text in PYDANTIC_ERRORS.values()} <= CODES


def test_no_public_error_has_a_message_of_its_own() -> None:
    """A message in the code would be English in every language."""
    said = r'"[^"]*",\s*'
    raised = re.compile(rf'(?:\b(?:invalid|malformed)\(\s*{said}{said}|\b(?:wrong_state|problem)\(\s*{said})f?"')
    assert [path.name for path in SOURCES if raised.search(path.read_text(encoding="utf-8"))] == []


def test_every_deficiency_has_a_field() -> None:
    assert set(FIELDS) == set(get_args(DeficiencyCode))
