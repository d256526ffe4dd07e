"""The public site over a system in memory: what a browser sends and shows, without scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import intake.app
import pages.app
from casereview.web.api_answer import ApiAnswer
from pages.public_api import ApiRequest, PublicApi
from tests.support.system import Context, System

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext
    from types_boto3_lambda.client import LambdaClient

ADDRESS = "192.0.2.7"
"""The network address of the visitor."""


@dataclass
class _Form(HTMLParser):
    """Reads the fields of the forms of a page, and its text."""

    fields: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    _area: str | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = dict(attrs)
        name, value = own.get("name"), own.get("value") or ""
        if tag == "textarea" and name:
            self._area = name
            self.fields[name] = ""
        elif tag == "input" and name and (own.get("type") != "radio" or "checked" in own):
            self.fields[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] += data
        elif data.strip():
            self.words.append(data.strip())


@dataclass(frozen=True, slots=True)
class Shown:
    """What the browser shows."""

    status: int
    headers: dict[str, str]
    html: str

    @property
    def _read(self) -> _Form:
        form = _Form()
        form.feed(self.html)
        return form

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the forms, as they would be sent."""
        return self._read.fields

    @property
    def text(self) -> str:
        """What one reads."""
        return " ".join(self._read.words)

    @property
    def page(self) -> str:
        """The name of the page."""
        return self.html.partition('data-page="')[2].partition('"')[0]


class _Scripted(PublicApi):
    """A public API that answers what a test says."""

    def __init__(self, answer: ApiAnswer | Callable[[ApiRequest], ApiAnswer]) -> None:
        self._answer = answer

    def ask(self, request: ApiRequest, address: str, language: str) -> ApiAnswer:
        del address, language
        return self._answer if isinstance(self._answer, ApiAnswer) else self._answer(request)


class Site:
    """A browser on the site.

    Args:
        system: the system behind the public API.
    """

    def __init__(self, system: System) -> None:
        self.system = system
        self.invoked: list[dict[str, Any]] = []
        """The events that the site sent to the function behind the public API."""
        self.api = PublicApi(cast("LambdaClient", self), "arn:intake:live")

    def invoke(self, **sent: Any) -> dict[str, Any]:  # noqa: ANN401  # as the client of Lambda
        """Answer as Lambda does."""
        assert sent["FunctionName"] == "arn:intake:live"
        event = json.loads(sent["Payload"])
        self.invoked.append(event)
        answer = intake.app.respond(self.system.intake, event, cast("LambdaContext", Context()))
        return {"StatusCode": 200, "Payload": BytesIO(json.dumps(answer).encode())}

    def read(self, path: str, **headers: str) -> Shown:
        """Open a page."""
        return self.respond("GET", path, None, headers)

    def send(self, path: str, form: dict[str, str], **headers: str) -> Shown:
        """Send a form to a page."""
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", **headers}
        return self.respond("POST", path, urlencode(form), sent)

    @contextmanager
    def answering(self, answer: ApiAnswer | Callable[[ApiRequest], ApiAnswer]) -> Iterator[None]:
        """Let an answer, or a function that gives it, stand in place of the public API."""
        before, self.api = self.api, _Scripted(answer)
        try:
            yield
        finally:
            self.api = before

    def respond(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Shown:
        """Return what a request of a browser is answered."""
        page = path.strip("/")
        event = {
            "resource": "/{page+}" if page else "/",
            "path": path,
            "httpMethod": method,
            "headers": {name.replace("_", "-"): value for name, value in headers.items()} or None,
            "pathParameters": {"page": page} if page else None,
            "requestContext": {"path": path, "identity": {"sourceIp": ADDRESS}, "requestId": "r"},
            "body": body,
            "isBase64Encoded": False,
        }
        answer = pages.app.respond(self.api, event, self.system.time)
        return Shown(answer["statusCode"], answer["headers"], answer["body"])
