"""Error responses of AWS, in the protocol of the service."""

from __future__ import annotations

import json

from infra.local.account import ACCOUNT
from infra.local.http_server import HttpResponse


def access_denied(service: str, role: str, action: str, resource: str) -> HttpResponse:
    """Return AWS's error response for a call that no identity-based policy allows."""
    user = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/local"
    message = (
        f"User: {user} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )
    code = {"sqs": "AccessDenied", "sns": "AuthorizationError"}.get(service, "AccessDeniedException")
    return error_response(service, 403 if service in {"sqs", "sns", "ses"} else 400, code, message)


def invalid_token(service: str) -> HttpResponse:
    """Return AWS's error response for a call with an unknown access key."""
    return error_response(service, 403, "UnrecognizedClientException", "The security token is invalid.")


def missing_token() -> HttpResponse:
    """Return AWS's error response for a call that is not signed."""
    return error_response("", 403, "MissingAuthenticationTokenException", "Missing Authentication Token")


def error_response(service: str, status: int, code: str, message: str, **members: object) -> HttpResponse:
    """Return an error response in the protocol of the service; those in JSON can have further members."""
    if service == "sns":
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>local</RequestId></ErrorResponse>"
        )
        return HttpResponse(status, [("Content-Type", "text/xml")], body.encode())
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-ErrorType", code)]
    if service == "sqs":
        headers.append(("x-amzn-query-error", f"{code};Sender"))
    return HttpResponse(status, headers, json.dumps({"__type": code, "message": message, **members}).encode())
