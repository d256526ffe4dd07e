"""Every problem type and error code is used by a route or the gateway and tested, or reserved with a reason."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final, get_args

import pytest

from casereview.http.problem_types import PREFIX, ProblemType
from casereview.schema.error_codes import ErrorCode
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from infra.documents.problems import PATH, main
from infra.paths import ROOT
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES
from tests.support.template import APIS, properties

RESERVED: Final[dict[ProblemType, str]] = {
    "verification-required": "what a requester who is not verified asks for is kept until the verification",
}
"""Types that no route uses yet, each with the reason."""
OWN_FILES: Final = {ROOT / "shared/casereview/schema/error_codes.py", Path(__file__)}


@cache
def _texts(*folders: str) -> str:
    """Return the text of all Python files in folders, except the files that list types and codes."""
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path not in OWN_FILES)


@cache
def _by_routes() -> set[str]:
    return {type_ for route in (*PUBLIC_ROUTES, *STAFF_ROUTES) for type_ in route.refusals}


@cache
def _by_gateway() -> set[str]:
    """Return the types in the gateway responses of the template."""
    answers = [
        answer["responseTemplates"]["application/json"]
        for api in APIS
        for answer in properties(api)["Body"]["x-amazon-apigateway-gateway-responses"].values()
    ]
    return {json.loads(answer)["type"].removeprefix(PREFIX) for answer in answers}


def test_every_type_is_used_by_a_route_or_the_gateway_or_is_reserved() -> None:
    assert set(get_args(ProblemType)) == _by_routes() | _by_gateway() | RESERVED.keys()
    assert not RESERVED.keys() & (_by_routes() | _by_gateway())


def test_the_documented_gateway_responses_are_in_the_template() -> None:
    assert PUBLIC.gateway | STAFF.gateway <= _by_gateway()


@pytest.mark.parametrize("type_", sorted(set(get_args(ProblemType)) - RESERVED.keys()))
def test_every_used_type_occurs_in_a_test(type_: ProblemType) -> None:
    """The type occurs in a comparison with the type of a response, or with its error code."""
    forms = rf'/problems/{type_}\b|\("{type_}", "\w+"|== "{type_}"$|: "{type_}",$'
    assert re.search(forms, _texts("tests"), re.MULTILINE) is not None


def test_every_code_occurs_in_the_code_and_in_a_test() -> None:
    codes = get_args(ErrorCode)
    assert [code for code in codes if f'"{code}"' not in _texts("shared", "functions")] == []
    assert [code for code in codes if f'"{code}"' not in _texts("tests")] == []


def test_the_page_of_problem_types_is_current(tmp_path: Path) -> None:
    assert main(["--check"]) == 0
    (tmp_path / PATH).parent.mkdir()
    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
