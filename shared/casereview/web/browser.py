"""Requests of a browser as API Gateway sends them, and the answers that it takes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

FORM: Final = "application/x-www-form-urlencoded"
MAX_FIELDS: Final = 1_000
"""The fields of a form that are read; a form of this site has at most 300."""
_OWN: Final = frozenset({"same-origin", "none", ""})

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), display-capture=(), encrypted-media=(), "
        "fullscreen=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
        "picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), usb=(), "
        "xr-spatial-tracking=()"
    ),
}
"""What every answer of the public site carries, beside Cache-Control."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page."""

    method: str
    path: tuple[str, ...]
    """The segments of the path below the root of the site."""
    form: Mapping[str, str]
    """The fields that were sent in the body, blank ones left out."""
    accept_language: str
    address: str
    """The network address of the caller."""
    prefix: str = ""
    """What comes before the site in an address: the stage of the API, or the base path of a domain."""
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The values of each parameter of the address."""
    cookies: Mapping[str, str] = field(default_factory=dict)
    fetch_site: str = ""
    """The header Sec-Fetch-Site: whose page sent it; empty where the browser does not say."""

    @property
    def page(self) -> str:
        """The page that is asked for, as a log may name it: never what was typed into an address."""
        return "/".join(part for part in self.path if part.isalpha() and part.islower())[:40]


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """An answer to a browser."""

    body: str
    status: int = HTTPStatus.OK
    content_type: str = "text/html; charset=utf-8"
    cache: str = "no-store"
    headers: Mapping[str, str] = field(default_factory=dict)

    def as_event(self, common: Mapping[str, str] = HEADERS) -> dict[str, Any]:
        """Return the answer as API Gateway takes it, with the headers that every answer carries."""
        headers = {**common, "Content-Type": self.content_type, "Cache-Control": self.cache, **self.headers}
        return {"statusCode": int(self.status), "headers": headers, "body": self.body, "isBase64Encoded": False}


def redirect(location: str, **headers: str) -> PageAnswer:
    """Send the browser to an address, with GET."""
    return PageAnswer("", HTTPStatus.SEE_OTHER, headers={"Location": location, **headers})


def read_request(event: Mapping[str, Any]) -> PageRequest:
    """Read an event of a REST API.

    A form that another site sent, or that is none, counts as empty: its sender gets the empty form.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    page: str = (event.get("pathParameters") or {}).get("page") or ""
    context = event["requestContext"]
    whole: str = context["path"].rstrip("/")
    fetch_site = headers.get("sec-fetch-site", "")
    return PageRequest(
        method=event["httpMethod"],
        path=tuple(part for part in page.split("/") if part),
        form=_form(event, headers) if fetch_site in _OWN else {},
        accept_language=headers.get("accept-language", ""),
        address=context["identity"]["sourceIp"],
        prefix=whole.removesuffix("/" + page.strip("/")) if page else whole,
        query={name: tuple(values) for name, values in (event.get("multiValueQueryStringParameters") or {}).items()},
        cookies=_cookies(headers.get("cookie", "")),
        fetch_site=fetch_site,
    )


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in header.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}


def _form(event: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, str]:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return {}
    try:
        pairs = parse_qsl(_body(event), max_num_fields=MAX_FIELDS)
    except ValueError:
        return {}
    found: dict[str, str] = {}
    for name, value in pairs:
        text = value.replace("\r\n", "\n").strip()
        if text:
            found[name] = f"{found[name]}\n{text}" if name in found and name.endswith("[]") else text
    return found


def _body(event: Mapping[str, Any]) -> str:
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body
    try:
        return base64.b64decode(body, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
