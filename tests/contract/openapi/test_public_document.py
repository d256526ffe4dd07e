"""The OpenAPI document of the public API is valid, current and complete."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from casereview.routing.places import suggested
from casereview.routing.residences import find_county, zip_places
from casereview.routing.states import find_state
from casereview.schema.identifiers import (
    CODE_SYMBOLS,
    RECEIPT_SYMBOLS,
    encode_identifier,
    new_receipt,
    parse_identifier,
)
from casereview.schema.status_responses import EscalationState
from infra.documents.openapi.__main__ import APIS, main
from infra.documents.openapi.document import Api, Notes, UndocumentedError, build, operations, routes
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.schemas import attribute_docstrings
from infra.paths import ROOT
from intake.responses import AskedFor, Deficiency, PeopleAhead, RequestStatus, ShownDecision, UsualWait, WithdrawalState
from intake.routes import ROUTES
from tests.support.problem_types import documented_types
from tests.support.template import properties

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
DOCUMENT = json.loads((ROOT / PUBLIC.path).read_text(encoding="utf-8"))


def _schema(name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_document_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_every_schema_is_valid_json_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_the_committed_documents_are_current() -> None:
    assert main(["--check"]) == 0


def test_the_check_fails_for_a_missing_or_changed_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    assert main(["--check"], tmp_path) == 1
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    path = tmp_path / APIS[0].path
    path.write_text(path.read_text(encoding="utf-8").replace("Withdraw", "Remove"), encoding="utf-8")
    capsys.readouterr()
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err == (
        "docs/openapi.json differs from what the code says: run `make openapi` and commit it\n"
    )


def _text(value: str) -> str:
    return value


def _with_route(api: Api) -> Api:
    resolver = APIGatewayRestResolver()
    resolver._static_routes = list(api.resolver._static_routes)
    resolver._dynamic_routes = list(api.resolver._dynamic_routes)
    resolver.get("/secret/<name>")(_text)
    return replace(api, resolver=resolver)


def test_an_undocumented_route_fails_the_build() -> None:
    with pytest.raises(UndocumentedError, match=r"GET /secret/\{name\} is served and not documented"):
        build(_with_route(PUBLIC))


def test_a_documented_route_that_is_not_served_fails_the_build() -> None:
    operations = {**PUBLIC.operations, ("get", "/gone"): PUBLIC.operations["get", "/notice"]}
    with pytest.raises(UndocumentedError, match="GET /gone is documented and not served"):
        build(replace(PUBLIC, operations=operations))


def test_a_route_without_notes_and_notes_without_a_route_fail() -> None:
    notes = {ROUTES[0].address: Notes(tag="requests"), ("GET", "/gone"): Notes(tag="requests")}
    with pytest.raises(UndocumentedError) as found:
        operations(ROUTES[:2], notes, secured=())
    assert [line.partition(":")[0] for line in str(found.value).splitlines()] == [
        "GET /gone",
        "POST /requests/checks",
    ]


def test_document_template_table_and_resolver_have_the_same_routes() -> None:
    template = properties("PublicApi")["Body"]["paths"]
    table = {(route.method.lower(), route.path) for route in ROUTES}
    assert _operations(template) == _operations(DOCUMENT["paths"]) == table == routes(PUBLIC.resolver)


def _operations(paths: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method, path) for path, item in paths.items() for method in item}


def test_every_gateway_response_is_documented() -> None:
    """Except 401: this API has no authorizer."""
    answers = properties("PublicApi")["Body"]["x-amazon-apigateway-gateway-responses"].values()
    documents = [json.loads(answer["responseTemplates"]["application/json"]) for answer in answers]
    undocumented = {document["type"] for document in documents} - documented_types(DOCUMENT)
    assert undocumented == {"/problems/unauthenticated"}
    for document in documents:
        _schema("ProblemFound").validate(document)


def test_every_path_parameter_is_declared() -> None:
    for path, item in DOCUMENT["paths"].items():
        for operation in item.values():
            names = [each["$ref"].rpartition("/")[2] for each in operation.get("parameters", [])]
            declared = {DOCUMENT["components"]["parameters"][name]["name"] for name in names}
            assert ("{receipt}" in path) == ("receipt" in declared) == ("security" in operation)


def test_docstrings_of_attributes_are_descriptions() -> None:
    said = attribute_docstrings(RequestStatus)
    shown = DOCUMENT["components"]["schemas"]["RequestStatus"]["properties"]
    assert said["people_ahead"] == shown["people_ahead"]["description"]
    assert set(said) == {name for name, schema in shown.items() if "description" in schema}


def test_a_status_with_everything_matches_its_schema() -> None:
    answer = RequestStatus(
        receipt=new_receipt(),
        status="decided",
        status_since=NOW,
        disclosure="full",
        lane="detained",
        people_ahead=PeopleAhead(at_least=25, at_most=50, as_of=NOW),
        usual_wait=UsualWait(lane="detained", office="ATL", weeks=3, as_of=NOW),
        missing=(Deficiency(code="born_on_missing", field="subject.born_on", message="When were you born?"),),
        asked_for=(AskedFor(text="A letter.", language="en", asked_at=NOW, answer_by=NOW),),
        own_reference="12-34",
        contact_changed_at=NOW,
        withdrawal=WithdrawalState(waits=True, undo_until=NOW),
        escalation=EscalationState(received_at=NOW),
        decision=ShownDecision(
            outcome="granted", reasons=("x", "y"), decided_at=NOW, by="field_office", how_to_go_on="x"
        ),
    )
    shown = json.loads(answer.model_dump_json())
    assert [name for name, value in shown.items() if value is None] == []
    _schema("RequestStatus").validate(shown)


def test_the_example_of_a_receipt_is_a_valid_receipt() -> None:
    example = DOCUMENT["components"]["parameters"]["Receipt"]["example"]
    assert parse_identifier(example, RECEIPT_SYMBOLS) == example
    assert _schema("Receipt").is_valid(example)


@pytest.mark.parametrize(("name", "symbols"), [("Receipt", RECEIPT_SYMBOLS), ("AccessCode", CODE_SYMBOLS)])
def test_identifiers_match_their_schemas(name: str, symbols: int) -> None:
    written = encode_identifier(bytes(range(200, 232)), symbols)
    assert _schema(name).is_valid(written)
    for wrong in (written[:-1], written + "0", written.lower(), written.replace("-", ""), "U" + written[1:]):
        assert not _schema(name).is_valid(wrong)


def test_the_documented_examples_of_places_are_known() -> None:
    parameters = DOCUMENT["components"]["parameters"]
    assert find_state(parameters["State"]["example"]) == "TX"
    assert find_county("TX", parameters["County"]["example"]) == "Webb"
    assert zip_places(parameters["Zip"]["example"]) == {"TX": ("Webb",)}
    assert suggested(parameters["Typed"]["example"], find_state(parameters["FacilityState"]["example"]))
