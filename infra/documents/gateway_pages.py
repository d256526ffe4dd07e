"""The pages that the gateway itself answers with, before or instead of the site, in all languages at once.

``python -m infra.documents.gateway_pages`` prints the gateway responses of a site as they stand in template.yaml, made
of the site's own texts; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from casereview.schema.languages import LANGUAGES, direction
from casereview.web.browser import HEADERS
from pages.languages import catalog

POLICY: Final = "default-src; form-action; frame-ancestors; base-uri"
"""The policy of a page that loads nothing. An empty list allows nothing, as 'none' does, and has no quotes, which the
gateway takes for the end of a value."""
FAILED: Final = "This page failed"
"""What was sent may have arrived all the same, so nothing more is said."""
REFUSED: Final = "This did not work. Nothing was changed. Wait a minute and try again."
NO_PAGE: Final = "There is no such page"
TOO_LONG: Final = "It is too long. Change it so that it says less, and add the rest later."
TEXTS: Final[Mapping[str, tuple[int, str]]] = {
    "ACCESS_DENIED": (403, REFUSED),
    "API_CONFIGURATION_ERROR": (500, FAILED),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, FAILED),
    "AUTHORIZER_FAILURE": (500, FAILED),
    "BAD_REQUEST_BODY": (400, REFUSED),
    "BAD_REQUEST_PARAMETERS": (400, REFUSED),
    "DEFAULT_4XX": (400, REFUSED),
    "DEFAULT_5XX": (500, FAILED),
    "EXPIRED_TOKEN": (401, REFUSED),
    "INTEGRATION_FAILURE": (504, FAILED),
    "INTEGRATION_TIMEOUT": (504, FAILED),
    "INVALID_SIGNATURE": (404, NO_PAGE),
    "MISSING_AUTHENTICATION_TOKEN": (404, NO_PAGE),
    "QUOTA_EXCEEDED": (429, REFUSED),
    "REQUEST_TOO_LARGE": (413, TOO_LONG),
    "RESOURCE_NOT_FOUND": (404, NO_PAGE),
    "THROTTLED": (429, REFUSED),
    "UNAUTHORIZED": (401, REFUSED),
    "UNSUPPORTED_MEDIA_TYPE": (415, REFUSED),
    "WAF_FILTERED": (403, REFUSED),
}
"""The status and the text of each gateway response."""


def page(text: str) -> str:
    """Return a page that says a text in every language."""
    said = (f'<p lang="{each}" dir="{direction(each)}">{catalog(each).gettext(text)}</p>' for each in sorted(LANGUAGES))
    return (
        '<!doctype html><html lang="en" data-page="gateway"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Case Review</title><h1>Case Review</h1>{''.join(said)}</html>"
    )


def headers(status: int) -> dict[str, str]:
    """Return the headers of an answer of the gateway, as the gateway takes them."""
    found = {
        **HEADERS,
        "Content-Security-Policy": POLICY,
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        **({"Retry-After": "1"} if status == 429 else {}),  # noqa: PLR2004  # Too Many Requests
    }
    return {name: f"'{value}'" for name, value in found.items()}


def responses() -> dict[str, Any]:
    """Return the gateway responses of a site, as a resource of SAM has them."""
    return {
        kind: {
            "StatusCode": status,
            "ResponseParameters": {"Headers": headers(status)},
            "ResponseTemplates": {"application/json": page(text)},
        }
        for kind, (status, text) in TEXTS.items()
    }


def main() -> None:
    """Print them as YAML, with an anchor for what repeats."""
    known: dict[str, str] = {}

    def once(name: str, text: str) -> str:
        if name in known:
            return f" *{name}"
        known[name] = text
        return f" &{name}{text}"

    for kind, (status, text) in TEXTS.items():
        lines = "".join(f'\n              {name}: "{value}"' for name, value in headers(status).items())
        named = {FAILED: "PageFailed", REFUSED: "PageRefused", NO_PAGE: "NoPage", TOO_LONG: "PageTooLong"}[text]
        parameters = once("WaitingPageHeaders" if status == 429 else "PageHeaders", f"\n            Headers:{lines}")  # noqa: PLR2004
        template = once(named, f"\n            application/json: >-\n              {page(text)}")
        print(f"        {kind}:\n          StatusCode: {status}")
        print(f"          ResponseParameters:{parameters}\n          ResponseTemplates:{template}")


if __name__ == "__main__":
    main()
