"""The document of the staff API is valid and complete, and lists the roles of each route."""

from __future__ import annotations

import json
import re

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from casereview.schema.base import Record
from infra.documents.openapi.document import routes
from infra.documents.openapi.schemas import AmbiguousNameError, schemas
from infra.documents.openapi.staff import STAFF
from infra.paths import ROOT
from review.routes import ROUTES
from review.schema import decision_commands
from tests.support.problem_types import documented_types
from tests.support.template import properties

DOCUMENT = json.loads((ROOT / STAFF.path).read_text(encoding="utf-8"))
OPERATIONS = [(method, path) for path, item in DOCUMENT["paths"].items() for method in item]


def test_the_document_is_valid_openapi_with_valid_schemas() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_document_template_table_and_resolver_have_the_same_routes() -> None:
    template = {
        (method, path)
        for path, item in properties("StaffApi")["Body"]["paths"].items()
        for method in item
        if method != "options"
    }
    table = {(route.method.lower(), route.path) for route in ROUTES}
    assert set(OPERATIONS) == template == table == routes(STAFF.resolver)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_each_operation_requires_a_token_and_lists_its_roles(method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    assert operation["security"] == [{"Staff": []}]
    assert {"401", "403"} <= set(operation["responses"])
    said = set(re.findall(r"`(\w+)`", operation["description"].rpartition("Roles:")[2]))
    (route,) = [each for each in ROUTES if each.address == (method.upper(), path)]
    assert said == route.roles
    headquarters = operation["description"].partition("At headquarters also:")[2].partition("\n")[0]
    assert set(re.findall(r"`(\w+)`", headquarters)) == route.headquarters_roles - route.roles
    assert operation["summary"] == route.summary


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_parameter_of_a_path_is_declared(method: str, path: str) -> None:
    references = [each["$ref"].rpartition("/")[2] for each in DOCUMENT["paths"][path][method].get("parameters", [])]
    declared = {DOCUMENT["components"]["parameters"][name]["name"] for name in references}
    assert set(re.findall(r"\{(\w+)\}", path)) <= declared


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[0] == "post"])
def test_the_examples_are_accepted_by_schema_and_code(method: str, path: str) -> None:
    content = DOCUMENT["paths"][path][method]["requestBody"]["content"]["application/json"]
    body = STAFF.operations[method, path].body
    assert body is not None
    schema = Draft202012Validator({**content["schema"], "components": DOCUMENT["components"]})
    for example in content.get("examples", {}).values():
        schema.validate(example["value"])
        body.model_validate_json(json.dumps(example["value"]), strict=True, context={"today": None})


def test_every_gateway_response_is_documented() -> None:
    answers = properties("StaffApi")["Body"]["x-amazon-apigateway-gateway-responses"].values()
    types = {json.loads(answer["responseTemplates"]["application/json"])["type"] for answer in answers}
    assert types - documented_types(DOCUMENT) == set()


def test_a_body_is_required_unless_it_can_be_empty() -> None:
    optional = {
        path
        for method, path in OPERATIONS
        if method == "post" and not DOCUMENT["paths"][path][method]["requestBody"]["required"]
    }
    on_case = {f"/staff/cases/{{case_id}}/{act}" for act in ("claim", "release")}
    assert optional == on_case | {"/staff/worklist/next", "/staff/policies/{policy_id}/preview"}


def test_only_filing_and_reissuing_return_an_access_code() -> None:
    with_code = {
        name
        for name, schema in DOCUMENT["components"]["schemas"].items()
        if "access_code" in schema.get("properties", {})
    }
    assert with_code == {"Filed", "CodeReissued"}


class Decision(Record):
    """An answer with the name of a body."""

    decided: bool


def test_two_records_with_the_same_name_are_refused() -> None:
    with pytest.raises(AmbiguousNameError, match="Decision"):
        schemas([decision_commands.Decision], [Decision])
