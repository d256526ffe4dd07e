"""The desk over a system in memory: a browser with cookies, the sign-in, the table of sessions, and the staff API."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import urllib3

import desk.app
from desk.gate import COOKIE, Desk
from desk.login import Login
from desk.sessions import Sessions
from tests.support.site import Shown
from tests.support.system import Staff, System

if TYPE_CHECKING:
    from types_boto3_dynamodb.client import DynamoDBClient

API, SIGN_IN, HOME = "https://staff.example.gov/v1", "https://sign-in.example.gov", "https://desk.example.gov"
CLIENT, SECRET = "client", "secret"  # of a sign-in in memory
_Item = dict[str, Any]


class ConditionalCheckFailedException(Exception):  # noqa: N818  # the name in boto3
    """A condition does not hold."""


_CONDITIONS: dict[str, Callable[[_Item | None, _Item], bool]] = {
    "attribute_not_exists(pk)": lambda item, _: item is None,
    "version = :version": lambda item, values: item is not None and item["version"] == values[":version"],
    "attribute_exists(pk) AND idle_until < :until": lambda item, values: (
        item is not None and int(item["idle_until"]["N"]) < int(values[":until"]["N"])
    ),
    "version = :version AND (attribute_not_exists(lease_until) OR lease_until < :now)": lambda item, values: (
        item is not None
        and item["version"] == values[":version"]
        and int(item.get("lease_until", {"N": "0"})["N"]) < int(values[":now"]["N"])
    ),
}


@dataclass
class MemorySessions:
    """The calls of DynamoDB that sessions make."""

    items: dict[str, _Item] = field(default_factory=dict)

    class exceptions:  # noqa: N801, D106  # the name in boto3
        ConditionalCheckFailedException = ConditionalCheckFailedException

    def get_item(self, **call: Any) -> _Item:  # noqa: ANN401  # as in boto3
        assert call["ConsistentRead"] is True
        found = self.items.get(call["Key"]["pk"]["S"])
        return {"Item": dict(found)} if found else {}

    def put_item(self, **call: Any) -> None:  # noqa: ANN401  # as in boto3
        key = call["Item"]["pk"]["S"]
        self._require(key, call)
        self.items[key] = dict(call["Item"])

    def update_item(self, **call: Any) -> None:  # noqa: ANN401  # as in boto3
        key = call["Key"]["pk"]["S"]
        self._require(key, call)
        name, _, value = call["UpdateExpression"].removeprefix("SET ").partition(" = ")
        self.items[key][name] = call["ExpressionAttributeValues"][value]

    def delete_item(self, **call: Any) -> None:  # noqa: ANN401  # as in boto3
        self.items.pop(call["Key"]["pk"]["S"], None)

    def _require(self, key: str, call: _Item) -> None:
        holds = _CONDITIONS[call["ConditionExpression"]]
        if not holds(self.items.get(key), call.get("ExpressionAttributeValues", {})):
            raise ConditionalCheckFailedException


@dataclass
class Wire:
    """The sign-in and the staff API, as the desk reaches them over HTTPS."""

    system: System
    lasts: int = 10**10
    """When the ID tokens that are given end, in seconds of the epoch."""
    signed_in: dict[str, Staff] = field(default_factory=dict)
    """The users behind codes, ID tokens and refresh tokens."""
    nonces: dict[str, str] = field(default_factory=dict)
    refreshed: int = 0
    revoked: list[str] = field(default_factory=list)
    silent: bool = False
    """Whether nothing answers."""
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of each request to the staff API."""

    def request(self, method: str, url: str, **call: Any) -> Any:  # noqa: ANN401  # as in urllib3
        """Answer a request of the desk."""
        assert call["retries"] is False
        if self.silent:
            raise urllib3.exceptions.ProtocolError("closed")
        if url.startswith(API):
            return self._staff(method, url.removeprefix(API), call)
        return self._oauth(url.removeprefix(SIGN_IN), dict(parse_qsl(call["body"])), call["headers"])

    def _staff(self, method: str, path: str, call: Mapping[str, Any]) -> urllib3.HTTPResponse:
        self.sent.append((method, path))
        user = self.signed_in[call["headers"]["Authorization"].removeprefix("Bearer ")]
        body = call["body"]
        answer = self.system.staff(user, method, path, None if body is None else body.decode())
        return _response(answer.status, answer.body.encode())

    def _oauth(self, path: str, form: dict[str, str], headers: Mapping[str, str]) -> urllib3.HTTPResponse:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert headers["Authorization"] == f"Basic {basic}"
        if path == "/oauth2/revoke":
            self.revoked.append(form["token"])
            return _response(200, b"{}")
        given = form.get("code") or form.get("refresh_token") or ""
        user = self.signed_in.get(given)
        if user is None:
            return _response(400, b'{"error": "invalid_grant"}')
        nonce = {"nonce": self.nonces[given]} if given in self.nonces else {}
        self.refreshed += "refresh_token" in form
        claims = {**user.claims(), "aud": CLIENT, "exp": self.lasts, "jti": str(len(self.signed_in)), **nonce}
        token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({}, claims, {}))
        refresh = f"refresh-{len(self.signed_in)}"
        self.signed_in |= {token: user, refresh: user}
        return _response(200, json.dumps({"id_token": token, "refresh_token": refresh}).encode())


def _response(status: int, body: bytes) -> urllib3.HTTPResponse:
    return urllib3.HTTPResponse(body=body, status=status, preload_content=True)


class DeskBrowser:
    """A browser on the desk, which keeps the cookie and sends the token of the form that it shows.

    Args:
        system: the system behind the staff API.
        sessions: the table of sessions, where several browsers share one.
    """

    def __init__(self, system: System, sessions: MemorySessions | None = None, wire: Wire | None = None) -> None:
        self.system = system
        self.sessions = sessions or MemorySessions()
        self.wire = wire or Wire(system)
        self.cookie = ""
        self.shown: Shown | None = None
        http = cast("urllib3.PoolManager", self.wire)
        table = Sessions(cast("DynamoDBClient", self.sessions), "sessions")
        self.desk = Desk(table, Login(http, SIGN_IN, HOME, CLIENT, SECRET), http, API, SIGN_IN)

    def sign_in(self, user: Staff) -> Shown:
        """Sign in by the button of the page that is shown, and return the page to which that leads."""
        self.system.employ(user)
        sent = self.send("sign-in", {"to": self._hidden("to")})
        return self.follow(self.read(self.authorize(sent, user)))

    def authorize(self, sent: Shown, user: Staff) -> str:
        """Have the sign-in of the page that a browser was sent to accept a user; returns where it leads back to."""
        asked = parse_qs(urlsplit(sent.headers["Location"]).query)
        code = f"code-{len(self.wire.signed_in)}"
        self.wire.signed_in[code] = user
        self.wire.nonces[code] = asked["nonce"][0]
        return f"signed-in?code={code}&state={asked['state'][0]}"

    def read(self, path: str) -> Shown:
        """Open a page."""
        return self._respond("GET", path, None, {"Sec-Fetch-Site": "none"})

    def send(self, path: str, form: Mapping[str, str], **headers: str) -> Shown:
        """Send a form of the desk."""
        token = self._hidden("csrf")
        sent = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._respond("POST", path, urlencode({"csrf": token, **form}), {**sent, **given})

    def act(self, path: str, form: Mapping[str, str] | None = None) -> Shown:
        """Open the page of a form, send it, and return the page to which that leads."""
        self.read(path)
        return self.follow(self.send(path, form or {}))

    def follow(self, shown: Shown) -> Shown:
        """Follow the answers that lead to another page of the desk."""
        while shown.status == 303:
            shown = self.read(shown.headers["Location"].lstrip("/"))
        return shown

    def _hidden(self, name: str) -> str:
        html = self.shown.html if self.shown else ""
        return html.partition(f'name="{name}" value="')[2].partition('"')[0]

    def _respond(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Shown:
        page, _, query = path.partition("?")
        event = {
            "resource": "/{page+}" if page else "/",
            "path": f"/{page}",
            "httpMethod": method,
            "headers": headers | ({"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}),
            "multiValueQueryStringParameters": parse_qs(query) or None,
            "pathParameters": {"page": page} if page else None,
            "requestContext": {"path": f"/{page}", "identity": {"sourceIp": "192.0.2.9"}, "requestId": "r"},
            "body": body,
            "isBase64Encoded": False,
        }
        answer = desk.app.respond(self.desk, event, self.system.time)
        if "Set-Cookie" in answer["headers"]:
            cookie: SimpleCookie = SimpleCookie(answer["headers"]["Set-Cookie"])
            self.cookie = cookie[COOKIE].value
        found = Shown(answer["statusCode"], answer["headers"], answer["body"])
        if found.status != 303:
            self.shown = found
        return found


def signed_in(browser: DeskBrowser, user: Staff) -> DeskBrowser:
    """Sign a user in."""
    browser.read("")
    browser.sign_in(user)
    return browser


def another(browser: DeskBrowser, user: Staff) -> DeskBrowser:
    """Return the browser of somebody else on the same desk."""
    return signed_in(DeskBrowser(browser.system, browser.sessions, browser.wire), user)


def fields(html: str, name: str) -> dict[str, str]:
    """Return the hidden fields of the first form that has a field of this name, but its token."""
    form = next(part for part in html.split("<form") if f'name="{name}"' in part)
    found = dict(re.findall(r'type="hidden" name="([a-z_.0-9]+)" value="([^"]*)"', form))
    del found["csrf"]
    return found
