"""moto as a WSGI application, with direct dispatch to the services that the functions call most.

moto's server finds the service of a request with some two hundred patterns and answers through Flask, which takes a
third of the time of a call. The services here have one handler each, found by the service name in the signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from moto.core.request import Request
from moto.dynamodb.responses import DynamoHandler
from moto.kms.responses import KmsResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.sqs.responses import SQSResponse
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

Start = Callable[[str, list[tuple[str, str]]], object]
Dispatch = Callable[[Request, str, dict[str, str]], tuple[int, dict[str, Any], str | bytes]]

DIRECT: Final[dict[str, Dispatch]] = {
    "dynamodb": DynamoHandler.dispatch,
    "kms": KmsResponse.dispatch,
    "sqs": SQSResponse.dispatch,
}


class _ServerRequest(Request):
    from_wsgi_server = True  # otherwise moto adds headers for client libraries


class MotoApp:
    """A WSGI application that handles AWS requests."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Handle one request."""
        dispatch = DIRECT.get(_service(environ))
        if dispatch is None:
            response: Iterable[bytes] = self._moto(environ, start)
            return response
        request = _ServerRequest(environ)
        try:
            status, headers, body = dispatch(request, request.raw_url, dict(request.headers))
        except HTTPException as error:
            error_body: Iterable[bytes] = error(environ, start)  # type: ignore[arg-type]  # a plain dict is an environ
            return error_body
        start(f"{status} {HTTP_STATUS_CODES.get(status, '')}", [(name, str(value)) for name, value in headers.items()])
        return [body.encode() if isinstance(body, str) else body]


def _service(environ: dict[str, Any]) -> str:
    """Return the service that a request is signed for, or an empty string."""
    scope = str(environ.get("HTTP_AUTHORIZATION", "")).partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""  # noqa: PLR2004  key, date, region, service, aws4_request
