from __future__ import annotations

from infra.local.api_gateway.rest_api import mock_response


def test_a_preflight_is_answered_with_the_headers_of_its_mock() -> None:
    allow = {"method.response.header.Access-Console-Allow-Origin": "'*'"}
    response = mock_response({"responses": {"default": {"statusCode": "204", "responseParameters": allow}}})
    assert (response.status, response.headers) == (204, [("Access-Console-Allow-Origin", "*")])


def test_a_mock_without_an_answer_is_empty() -> None:
    assert mock_response({}).status == 200
