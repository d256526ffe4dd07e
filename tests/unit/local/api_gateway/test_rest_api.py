from __future__ import annotations

from infra.local.api_gateway.rest_api import mock_response


def test_a_mock_integration_returns_its_headers() -> None:
    allow = {"method.response.header.Access-Console-Allow-Origin": "'*'"}
    response = mock_response({"responses": {"default": {"statusCode": "204", "responseParameters": allow}}})
    assert (response.status, response.headers) == (204, [("Access-Console-Allow-Origin", "*")])


def test_a_mock_integration_without_responses_returns_status_200() -> None:
    assert mock_response({}).status == 200
