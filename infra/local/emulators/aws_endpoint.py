"""The AWS endpoint in front of moto: evaluates IAM policies for every call and records what was sent.

The local run configures and reads it under `/_endpoint/`. All other paths are AWS APIs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from infra.local.account import ACCOUNT, ADMIN_KEY, POLLER_KEY
from infra.local.emulators import ses_events, text_messages
from infra.local.emulators.call_log import CallLog
from infra.local.emulators.error_responses import access_denied, error_response, invalid_token, missing_token
from infra.local.emulators.forwarding import forward_to
from infra.local.emulators.message_traces import with_trace
from infra.local.emulators.moto.patches import LOCK
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.iam.policy_evaluation import Context, Policy, allowed, key_policy_allows
from infra.local.iam.required_actions import AwsRequest, condition_keys, invoked_function, required_actions

OUTBOX_PAGE: Final = 2000  # messages per response
JSON: Final = [("Content-Type", "application/json")]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Forward = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Principal:
    """The role of an access key, with its policies, and the logical id of the function that uses the key."""

    role: str
    policies: list[Policy]
    function: str = ""


@dataclass
class AwsEndpoint:
    """Handles requests to AWS APIs. Calls to moto are serialized.

    Attributes:
        app: moto.
        dynamodb: handles DynamoDB requests instead of moto, if given.
        principals: the role of each access key.
        identities: the SES identities that exist.
        aliases: the ARN of the key of each KMS alias ARN.
        key_policies: the key policy of each KMS key ARN.
        evaluated: the distinct (role, action, resource, allowed) decisions so far.
        calls: the calls that functions made.
        delivered: the number of messages that event source mappings have received.
        lead: how far the product's time is ahead of real time. Mail is sent in the product's time.
        outbox: the e-mails and text messages that were sent.
        publish: publishes a message to an SNS topic, for events of SES and of text messages.
        destinations: the event destinations of each SES configuration set.
        text_destinations: those of each configuration set for text messages.
        functions: forwards an invocation of a function to the runner.
    """

    app: WsgiApp
    dynamodb: Forward | None = None
    principals: dict[str, Principal] = field(default_factory=dict)
    identities: frozenset[str] = frozenset()
    aliases: dict[str, str] = field(default_factory=dict)
    key_policies: dict[str, Policy] = field(default_factory=dict)
    evaluated: dict[tuple[str, str, str, bool], None] = field(default_factory=dict)
    calls: CallLog = field(default_factory=CallLog)
    delivered: int = 0
    lead: timedelta = timedelta(0)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    publish: Callable[[str, str], None] | None = None
    destinations: dict[str, list[ses_events.EventDestination]] = field(default_factory=dict)
    text_destinations: dict[str, list[text_messages.TextEventDestination]] = field(default_factory=dict)
    functions: Forward | None = None

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        if request.path.startswith("/_endpoint/"):
            return self._respond_to_runner(request)
        scope = _signed_scope(request)
        if scope is None:
            return self._to_moto(request) if _is_public(request) else missing_token()
        key, region, service = scope
        call = parse_call(request, region, service, self.identities)
        if key == POLLER_KEY:
            return self._deliver(request, call)
        if key != ADMIN_KEY:
            denial = self._denial(key, request, call)
            if denial:
                return denial
            if call.service == "sqs":
                request = with_trace(request, call.operation)
        return self._perform(request, call)

    def _deliver(self, request: HttpRequest, call: AwsRequest) -> HttpResponse:
        """Handle a call of an event source mapping; count the messages before any other call can miss them."""
        with LOCK:
            response = self._perform(request, call)
            if call.operation == "ReceiveMessage" and response.status < 300:  # noqa: PLR2004
                self.delivered += len(json.loads(response.body).get("Messages") or [])
        return response

    def _perform(self, request: HttpRequest, call: AwsRequest) -> HttpResponse:
        if call.service == "dynamodb" and self.dynamodb:
            return self.dynamodb(request)
        if call.service == "lambda" and self.functions:
            return self.functions(request)
        if call.service == "sms-voice":
            return self._send_text(call)
        response = self._to_moto(request)
        if response.status < 300:  # noqa: PLR2004
            self._record_sent(call, response)
        return response

    def _denial(self, key: str, request: HttpRequest, call: AwsRequest) -> HttpResponse | None:
        principal = self.principals.get(key)
        if principal is None:
            return invalid_token(call.service)
        required = [(action, self.aliases.get(resource, resource)) for action, resource in required_actions(call)]
        self.calls.record(principal.function, request, call, [resource for _, resource in required])
        context = condition_keys(call)
        for action, resource in required:
            is_allowed = allowed(principal.policies, action, resource, context) and self._key_policy_allows(
                principal, action, resource, context
            )
            self.evaluated[principal.role, action, resource, is_allowed] = None
            if not is_allowed:
                return access_denied(call.service, principal.role, action, resource)
        return None

    def _key_policy_allows(self, principal: Principal, action: str, resource: str, context: Context) -> bool:
        """Return whether the resource's key policy allows the action; only KMS keys have one here."""
        policy = self.key_policies.get(resource)
        role = f"arn:aws:iam::{ACCOUNT}:role/{principal.role}"
        return policy is None or key_policy_allows(policy, role, action, resource, context)

    def _to_moto(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(500)

        def start(status: str, headers: list[tuple[str, str]], _info: object = None) -> None:
            response.status, response.headers = int(status.split(" ", 1)[0]), headers

        with LOCK:
            response.body = b"".join(self.app(wsgi_environ(request), start))
        return response

    def _record_sent(self, call: AwsRequest, response: HttpResponse) -> None:
        sent_at = (datetime.now(UTC) + self.lead).timestamp()
        if call.service == "ses" and call.operation == "SendEmail":
            self.outbox.append({"channel": "email", "sent_at": sent_at, "request": call.parameters})
            self._publish_mail_events(call.parameters, json.loads(response.body)["MessageId"])

    def _publish_mail_events(self, parameters: Mapping[str, Any], message_id: str) -> None:
        for topic, event in ses_events.events_of(parameters, message_id, self.destinations, self.lead):
            if self.publish:
                self.publish(topic, json.dumps(event))

    def _send_text(self, call: AwsRequest) -> HttpResponse:
        if call.operation != "SendTextMessage":
            return error_response(call.service, 400, "UnknownOperationException", "not emulated")
        try:
            message_id = text_messages.accept(call.parameters, frozenset(self.text_destinations))
        except text_messages.InvalidInputError as error:
            return error_response(call.service, 400, error.code, str(error), **error.members)
        sent_at = (datetime.now(UTC) + self.lead).timestamp()
        self.outbox.append({"channel": "sms", "sent_at": sent_at, "request": call.parameters})
        for topic, event in text_messages.events_of(call.parameters, message_id, self.text_destinations, self.lead):
            if self.publish:
                self.publish(topic, json.dumps(event))
        return HttpResponse(200, [("Content-Type", "application/x-amz-json-1.0")], _body({"MessageId": message_id}))

    def _set_names(self, names: Mapping[str, Any]) -> None:
        self.identities, self.aliases = frozenset(names["identities"]), names["aliases"]
        self.key_policies = names["key_policies"]
        self.destinations = {
            name: [ses_events.EventDestination(each["topic"], frozenset(each["kinds"])) for each in destinations]
            for name, destinations in names["destinations"].items()
        }
        self.functions = forward_to(names["functions_port"])
        self.text_destinations = {
            name: [text_messages.TextEventDestination(each["topic"], frozenset(each["kinds"])) for each in destinations]
            for name, destinations in names["text_destinations"].items()
        }

    def _respond_to_runner(self, request: HttpRequest) -> HttpResponse:
        match request.method, request.path:
            case "PUT", "/_endpoint/roles":
                roles = json.loads(request.body)
                self.principals = {key: Principal(**role) for key, role in roles.items()}
            case "PUT", "/_endpoint/names":
                self._set_names(json.loads(request.body))
            case "PUT", "/_endpoint/clock":
                self.lead = timedelta(microseconds=json.loads(request.body)["lead"])
            case "GET", "/_endpoint/calls":
                return _json(
                    [{"role": r, "action": a, "resource": x, "allowed": ok} for r, a, x, ok in list(self.evaluated)]
                )
            case "GET", "/_endpoint/log":
                return _json(self.calls.since(_since(request)))
            case "GET", "/_endpoint/delivered":
                return _json(self.delivered)
            case "GET", "/_endpoint/outbox":
                since = _since(request)
                return _json(self.outbox[since : since + OUTBOX_PAGE])
            case "GET", "/_endpoint/health":
                pass
            case _:
                return HttpResponse(404)
        return _json({})


def _since(request: HttpRequest) -> int:
    return int(dict(parse_qsl(request.query)).get("since", "0"))


def _json(value: object) -> HttpResponse:
    return HttpResponse(200, list(JSON), _body(value))


def _body(value: object) -> bytes:
    return json.dumps(value).encode()


def _signed_scope(request: HttpRequest) -> tuple[str, str, str] | None:
    """Return access key, region and service of the signature, or None. The signature itself is not verified."""
    authorization = request.header("authorization") or ""
    _, found, rest = authorization.partition("Credential=")
    parts = rest.partition(",")[0].split("/")
    return (parts[0], parts[2], parts[3]) if found and len(parts) == 5 else None  # noqa: PLR2004


def _is_public(request: HttpRequest) -> bool:
    """Return whether AWS accepts the request unsigned: the JWKS of a user pool, and signing in."""
    return request.path.endswith("/.well-known/jwks.json") or (request.header("x-amz-target") or "").startswith(
        "AWSCognitoIdentityProviderService."
    )


def parse_call(request: HttpRequest, region: str, service: str, identities: frozenset[str]) -> AwsRequest:
    """Return the operation and the parameters of a request, in any protocol of the emulated services."""
    target = request.header("x-amz-target")
    parameters: dict[str, Any] = {}
    if target:
        operation = target.rpartition(".")[2]
        parameters = json.loads(request.body or b"{}")
    elif (request.header("content-type") or "").startswith("application/x-www-form-urlencoded"):
        parameters = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        operation = parameters.pop("Action", "")
    elif service == "ses" and request.path == "/v2/email/outbound-emails":
        operation, parameters = "SendEmail", json.loads(request.body or b"{}")
    elif service == "lambda" and (invoked := invoked_function(request.method, request.path)):
        operation, parameters = "Invoke", {"FunctionName": invoked, **dict(parse_qsl(request.query))}
    else:
        operation = f"{request.method} {request.path}"
    return AwsRequest(service, operation, parameters, region, ACCOUNT, identities)


def wsgi_environ(request: HttpRequest) -> dict[str, Any]:
    """Return the WSGI environment of a request."""
    result: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(request.path, "latin-1"),
        "RAW_URI": request.target,
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": request.client,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        if key == "CONTENT_TYPE":
            result[key] = value
        elif key != "CONTENT_LENGTH":
            result[f"HTTP_{key}"] = value
    return result
