"""Poison: messages that no worker can take, made from a good one of each queue by code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

RANK = {"schema": 1, "case_id": "C"}
PREVIEW = {"schema": 1, "preview": "earlier", "office": "ATL"}
NOTICE = {"schema": 1, "case_id": "C", "notice_id": "N"}
BOUNCE: dict[str, Any] = {
    "eventType": "Bounce",
    "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]},
    "mail": {"tags": {"case": ["C"], "notice": ["N"]}},
}
NO_JSON = {"empty": "", "no JSON": "{", "a number": "7", "a list": "[]", "null": "null"}
WRONG: dict[str, object] = {"a number": 7, "a list": [], "null": None, "too long": "x" * 300}


def hints(good: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Go through what is wrong with a message of our own making."""
    yield from NO_JSON.items()
    yield "no number of a schema", json.dumps({**good, "schema": 0})
    for name in good.keys() - {"schema"}:
        yield f"without {name}", json.dumps({key: value for key, value in good.items() if key != name})
        yield from ((f"{name} is {what}", json.dumps({**good, name: value})) for what, value in WRONG.items())


def reports() -> Iterator[tuple[str, str]]:
    """Go through what is wrong with a report of the mail service, and with its envelope."""
    yield from NO_JSON.items()
    yield "without Message", json.dumps({"Type": "Notification"})
    yield from ((f"Message is {what}", json.dumps({"Message": text})) for what, text in NO_JSON.items())
    for path in (("eventType",), ("bounce",), ("bounce", "bounceType"), ("bounce", "bouncedRecipients"), ("mail",)):
        yield f"without {'.'.join(path)}", _envelope(_without(BOUNCE, path))
    yield "recipients without address", _envelope({**BOUNCE, "bounce": {**BOUNCE["bounce"], "bouncedRecipients": [{}]}})


def _without(event: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    first, *rest = path
    if not rest:
        return {name: value for name, value in event.items() if name != first}
    return {**event, first: _without(event[first], tuple(rest))}


def _envelope(event: object) -> str:
    return json.dumps({"Type": "Notification", "Message": json.dumps(event)})


POISON: dict[str, dict[str, str]] = {
    "rank": {**dict(hints(RANK)), **{f"preview: {name}": body for name, body in hints(PREVIEW)}},
    "notice": dict(hints(NOTICE)),
    "delivery": dict(reports()),
}
"""By queue: what is wrong, and the body."""
