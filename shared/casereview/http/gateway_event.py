"""The events of a REST API of API Gateway (payload format 1.0), in the one form that the resolver reads.

AWS passes the path percent-encoded, in ``path`` and in ``pathParameters`` alike. ``path`` begins with the base path of
a custom domain, if the request came by one, and may end in a slash; ``resource`` has neither. Query parameters come
decoded, the last value of each in ``queryStringParameters``. What a request does not have is null. Sources: "Input
format of a Lambda function for proxy integration" in the API Gateway Developer Guide; that nothing of a path is decoded
is not in it, but in the recordings of real REST APIs that LocalStack's tests compare with
(``test_lambda_aws_proxy_integration``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

MAX_PARAMETER: Final = 200
"""The most characters of a path parameter that are read, decoded: longer than every id, shorter than a key may be."""
_PLACEHOLDER: Final = re.compile(r"\{(?P<name>[^{}+]+)(?P<greedy>\+?)\}")


def in_one_form(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event with its path by the resource, percent-encoded once, and without null headers or parameters."""
    return {
        **event,
        "httpMethod": event.get("httpMethod") or "",
        "path": _path(event),
        "headers": _single(event, "headers", "multiValueHeaders"),
        "queryStringParameters": _single(event, "queryStringParameters", "multiValueQueryStringParameters"),
        "requestContext": event.get("requestContext") or {},
        "body": event.get("body") or None,
        "isBase64Encoded": bool(event.get("isBase64Encoded")),
    }


def _path(event: Mapping[str, Any]) -> str:
    """Return the path that was requested, without stage or base path; that of the event if it has no resource."""
    resource, parameters = event.get("resource"), event.get("pathParameters") or {}
    path = str(event.get("path") or "/")
    if not isinstance(resource, str):
        return path
    if any(found["name"] not in parameters for found in _PLACEHOLDER.finditer(resource)):
        return path
    return _PLACEHOLDER.sub(lambda found: _encoded(str(parameters[found["name"]]), greedy=found["greedy"]), resource)


def _encoded(value: str, *, greedy: str) -> str:
    """Return a parameter as a part of a path; one that is encoded already stays as it is."""
    return quote(value, safe="%/" if greedy else "%", errors="replace")


def _single(event: Mapping[str, Any], one: str, several: str) -> dict[str, str]:
    """Return one value of each header or query parameter: the last, as AWS does."""
    found: Mapping[str, Sequence[str]] = event.get(several) or {}
    return {**{name: values[-1] for name, values in found.items() if values}, **(event.get(one) or {})}
