"""Poison messages: malformed variants of a valid message of each queue, which no worker can process."""

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
NOT_JSON = {"empty": "", "invalid JSON": "{", "a number": "7", "a list": "[]", "null": "null"}
WRONG_VALUES: dict[str, object] = {"a number": 7, "a list": [], "null": None, "too long": "x" * 300}


def malformed_hints(good: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Yield malformed variants of a hint: a description and the body."""
    yield from NOT_JSON.items()
    yield "invalid schema number", json.dumps({**good, "schema": 0})
    for name in good.keys() - {"schema"}:
        yield f"without {name}", json.dumps({key: value for key, value in good.items() if key != name})
        yield from ((f"{name} is {what}", json.dumps({**good, name: value})) for what, value in WRONG_VALUES.items())


def malformed_events() -> Iterator[tuple[str, str]]:
    """Yield malformed variants of a delivery event and of its envelope: a description and the body."""
    yield from NOT_JSON.items()
    yield "without Message", json.dumps({"Type": "Notification"})
    yield from ((f"Message is {what}", json.dumps({"Message": text})) for what, text in NOT_JSON.items())
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
    "rank": {**dict(malformed_hints(RANK)), **{f"preview: {name}": body for name, body in malformed_hints(PREVIEW)}},
    "notice": dict(malformed_hints(NOTICE)),
    "delivery": dict(malformed_events()),
}
"""By queue: the bodies, by description."""
