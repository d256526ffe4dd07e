"""moto as a WSGI application, with a shorter way to the services that the functions call all the time.

moto's server finds the service of a request by some two hundred patterns and answers through Flask: a third of
the time of a call. The services here have one handler each, and their name stands in the request's signature.
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

SHORT: Final[dict[str, Dispatch]] = {
    "dynamodb": DynamoHandler.dispatch,
    "kms": KmsResponse.dispatch,
    "sqs": SQSResponse.dispatch,
}


class _ServerRequest(Request):
    from_wsgi_server = True  # or moto adds what it thinks a client library lacks


class MotoApp:
    """Answers requests to AWS."""

    def __init__(self) -> None:
        self._long = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answers one request, as WSGI has it."""
        dispatch = SHORT.get(_service(environ))
        if dispatch is None:
            answer: Iterable[bytes] = self._long(environ, start)
            return answer
        request = _ServerRequest(environ)
        try:
            status, headers, body = dispatch(request, request.raw_url, dict(request.headers))
        except HTTPException as error:
            refusal: Iterable[bytes] = error(environ, start)  # type: ignore[arg-type]
            return refusal
        start(f"{status} {HTTP_STATUS_CODES.get(status, '')}", [(name, str(value)) for name, value in headers.items()])
        return [body.encode() if isinstance(body, str) else body]


def _service(environ: dict[str, Any]) -> str:
    """The service that a request is signed for, or nothing."""
    scope = str(environ.get("HTTP_AUTHORIZATION", "")).partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""  # noqa: PLR2004  key, date, region, service, aws4_request
